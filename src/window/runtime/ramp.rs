//! Which numbers the ends of a colour ramp stand for: measured in the background, on a sample of the picture's ensemble.

use std::sync::Arc;
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::jobs::{Cores, Inbox, JobFault, JobName, Outbox, Worker};
use crate::session::{ColourBy, Session};
use crate::worlds::swarm::engine::CpuEngine;
use crate::worlds::swarm::measures::{noised, scattered};
use crate::worlds::swarm::picture::{Ensemble, Sampler, Snapshot};
use crate::worlds::swarm::rule::{LiveSettings, Rule};

/// About so many particles are measured.
const PARTICLES: usize = 160;

/// Measurements in a second at most: while a swarm is grown, its temperature changes all the time.
const REST: Duration = Duration::from_millis(250);

/// Speeds below this are rest, ℓ per time.
const MIN_SPEED: f64 = 0.05;

/// What the numbers depend on.
#[derive(Clone)]
struct RampJob {
    rule: Arc<Rule>,
    snapshot: Arc<Snapshot>,
    ensemble: Ensemble,
    settings: LiveSettings,
}

impl PartialEq for RampJob {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rule, &other.rule)
            && Arc::ptr_eq(&self.snapshot, &other.snapshot)
            && self.ensemble == other.ensemble
            && self.settings == other.settings
    }
}

/// The numbers at both ends of the ramps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranges {
    /// From a particle of low energy in the pattern to one among random particles.
    pub energy: [f64; 2],
    /// From rest to a little more than the fastest of the pattern, ℓ per time.
    pub speed: [f64; 2],
}

/// The thread, and what it has measured last. It ends when this is dropped.
pub struct Ramps {
    worker: Worker<RampJob, Option<Ranges>>,
    sent: Option<RampJob>,
    known: Option<Ranges>,
}

impl Default for Ramps {
    fn default() -> Self {
        let name = JobName { thread: "ramps", what: "Measuring the ends of the colour ramp" };
        let worker = Worker::start(name, Cores::Shared, Inbox::Latest, || {
            |job: RampJob, outbox: &Outbox<Option<Ranges>>| {
                outbox.send(measure(&job));
                outbox.rest(REST);
            }
        });
        Self { worker, sent: None, known: None }
    }
}

impl Ramps {
    /// Once a frame: the numbers at both ends of the present colouring; `None` where it shows no number, or they are
    /// not known yet. `settings`: those the engine runs with.
    pub fn range(&mut self, session: &Session, settings: &LiveSettings) -> Option<[f64; 2]> {
        let by = session.prefs().look.colour_by;
        let of: fn(Ranges) -> [f64; 2] = match by {
            ColourBy::Species | ColourBy::Heading => return None,
            ColourBy::Speed => |ranges| ranges.speed,
            ColourBy::Energy => |ranges| ranges.energy,
        };
        let document = session.document();
        let job = RampJob {
            rule: document.world.rule.clone()?,
            snapshot: document.world.snapshot.clone(),
            ensemble: document.world.ensemble,
            settings: *settings,
        };
        if self.sent.as_ref() != Some(&job) {
            self.worker.order(job.clone());
            self.sent = Some(job);
        }
        if let Some(newest) = self.worker.newest() {
            self.known = newest;
        }
        self.known.map(of)
    }

    /// What went wrong since the last call.
    pub fn faults(&self) -> impl Iterator<Item = JobFault> + '_ {
        self.worker.faults()
    }
}

/// `None` where the picture makes no samples, or the rule does not know it.
fn measure(job: &RampJob) -> Option<Ranges> {
    let mut rng = StdRng::seed_from_u64(1);
    let sampler = Sampler::new(&job.snapshot, &job.ensemble.for_particles(&job.snapshot, PARTICLES)).ok()?;
    let sample = sampler.sample(&mut rng).ok()?;
    let [coldest, hottest] = job.rule.sigma_range_l;
    let sigma_l = job.settings.sigma_l.max(coldest).min(hottest);
    let pattern = noised(&sample, sigma_l, job.rule.kappa, &mut rng);
    let mut engine = CpuEngine::new(&job.rule, &pattern, &job.settings, 1).ok()?;
    let measures = engine.measures();
    let speeds = sorted(measures.iter().map(|m| f64::from(m[1])));
    let at_ease = sorted(measures.iter().map(|m| f64::from(m[0])));
    engine.upload(&scattered(&sample, &mut rng)).ok()?;
    let lost = sorted(engine.measures().iter().map(|m| f64::from(m[0])));
    let low = quantile(&at_ease, 0.3)?;
    let high = quantile(&lost, 0.5)?;
    let fastest = (1.3 * quantile(&speeds, 0.9)?).max(MIN_SPEED);
    // An energy that is the same for pattern and chance gives a ramp of no width, which must not divide by zero.
    Some(Ranges { energy: [low, high.max(low + 1e-3)], speed: [0.0, fastest] })
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.filter(|v| v.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    values
}

fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    sorted.get(((sorted.len() as f64 - 1.0) * share).round().max(0.0) as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::runtime::bundled;
    use crate::worlds::swarm::rule::FlowKind;

    #[test]
    fn random_particles_have_a_higher_energy_than_the_pattern() {
        let scene = bundled::load("mill").unwrap().project;
        let job = |flow| RampJob {
            rule: scene.world.rule.clone().unwrap(),
            snapshot: scene.world.snapshot.clone(),
            ensemble: scene.world.ensemble,
            settings: LiveSettings { flow, ..scene.world.live },
        };
        let moving = measure(&job(FlowKind::Learned)).unwrap();
        assert!(moving.energy[1] > moving.energy[0] + 0.5, "{moving:?}");
        assert!(moving.speed[1] > 0.5, "the mill turns: {moving:?}");
        let resting = measure(&job(FlowKind::None)).unwrap();
        assert_eq!(resting.speed, [0.0, MIN_SPEED]);
    }
}
