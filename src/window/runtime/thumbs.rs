//! The small living swarms of the strip of rules, and the numbers of each, in one background thread.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::jobs::{Cores, Inbox, JobName, Outbox, Worker};
use crate::scene::SwarmProject;
use crate::session::{Event, LearnEvent, Session, Workspace};
use crate::window::panels::Thumbnails;
use crate::worlds::swarm::doc::{FlowNumbers, LearnedFlow};
use crate::worlds::swarm::engine::CpuEngine;
use crate::worlds::swarm::measures::{BodyMotion, noised, relative_residual};
use crate::worlds::swarm::picture::{Particle, Sampler, Swarm};
use crate::worlds::swarm::rule::{FlowKind, LiveSettings, LocalNet, Rule, flow_learned};

/// Most particles of a thumbnail.
pub(super) const MAX_PARTICLES: usize = 40;
/// Pictures per second, at rest and while the processor is needed for learning.
const PACE: [Duration; 2] = [Duration::from_millis(150), Duration::from_millis(500)];
/// Steps from one picture to the next.
const STEPS: u32 = 6;
/// Samples that the numbers are measured on.
const SAMPLES: usize = 3;

/// One picture of all thumbnails.
struct ThumbnailJob {
    /// The flows of one energy, where they have changed.
    document: Option<SwarmProject>,
    /// Shortest time until the next picture.
    pace: Duration,
}

/// What the thread reports.
enum ThumbnailEvent {
    Shown(Vec<Vec<Particle>>),
    Measured(Arc<LocalNet>, FlowNumbers),
}

/// The thread, and what it has shown last. It ends when this is dropped.
pub struct Thumbs {
    worker: Worker<ThumbnailJob, ThumbnailEvent>,
    shown: Thumbnails,
    /// The revision that was sent last.
    sent: Option<u64>,
}

impl Default for Thumbs {
    fn default() -> Self {
        let name = JobName { thread: "thumbs", what: "The small swarms of the rules" };
        let worker = Worker::start(name, Cores::Shared, Inbox::Latest, || {
            let mut run = ThumbnailRun::default();
            move |job: ThumbnailJob, outbox: &Outbox<ThumbnailEvent>| run.advance(&job, outbox)
        });
        Self { worker, shown: Thumbnails::default(), sent: None }
    }
}

impl Thumbs {
    /// Once a frame: orders the next picture while the strip is visible, and returns what was measured.
    pub fn advance(&mut self, session: &Session) -> Vec<Event> {
        if session.workspace() == Workspace::Learn && self.worker.is_idle() {
            // While the pattern itself is learned, its flows change each second: they are shown when it is done.
            let is_new = session.flows_are_free() && self.sent != Some(session.revision());
            let document = is_new.then(|| session.document().clone());
            if is_new {
                self.sent = Some(session.revision());
            }
            let pace = PACE[usize::from(session.training().state.is_active())];
            self.worker.order(ThumbnailJob { document, pace });
        }
        let mut events: Vec<Event> = self.worker.faults().map(Event::from).collect();
        for event in self.worker.events() {
            match event {
                ThumbnailEvent::Shown(particles) => self.shown = Arc::new(particles),
                ThumbnailEvent::Measured(net, numbers) => {
                    events.push(LearnEvent::FlowMeasured { net, numbers }.into());
                }
            }
        }
        events
    }

    pub fn shown(&self) -> Thumbnails {
        self.shown.clone()
    }
}

/// One thumbnail.
struct Small {
    rule: Arc<Rule>,
    net: Arc<LocalNet>,
    engine: CpuEngine,
    measured: bool,
    samples: Vec<Swarm>,
}

#[derive(Default)]
struct ThumbnailRun {
    small: Vec<Small>,
}

impl ThumbnailRun {
    fn advance(&mut self, job: &ThumbnailJob, outbox: &Outbox<ThumbnailEvent>) {
        if let Some(document) = &job.document {
            self.take(document);
        }
        let begun = Instant::now();
        for small in &mut self.small {
            small.engine.run(STEPS);
        }
        outbox.send(ThumbnailEvent::Shown(self.small.iter_mut().map(|small| small.engine.shown().particles).collect()));
        if let Some(small) = self.small.iter_mut().find(|small| !small.measured) {
            small.measured = true;
            if let Some(numbers) = numbers_of(&small.rule, small.engine.settings(), &small.samples) {
                outbox.send(ThumbnailEvent::Measured(small.net.clone(), numbers));
            }
        }
        // Never more than about a third of one core.
        outbox.rest(job.pace.max(2 * begun.elapsed()));
    }

    /// Keeps the swarms of flows that are still there, and begins those of new ones.
    fn take(&mut self, document: &SwarmProject) {
        let mut old = std::mem::take(&mut self.small);
        let Some(rule) = &document.world.rule else { return };
        for flow in &document.world.flows.list {
            let same = |small: &Small| Arc::ptr_eq(&small.net, &flow.net) && small.rule.energy == rule.energy;
            match old.iter().position(same) {
                Some(k) => self.small.push(old.swap_remove(k)),
                None => self.small.extend(begin(document, rule, flow)),
            }
        }
    }
}

/// A thumbnail of one flow; `None` where the picture makes no samples, or the rule does not know it.
fn begin(document: &SwarmProject, rule: &Arc<Rule>, flow: &LearnedFlow) -> Option<Small> {
    let rule = Arc::new(Rule { flow: Some((*flow.net).clone()), ..(**rule).clone() });
    let [coldest, hottest] = rule.sigma_range_l;
    let settings = LiveSettings {
        flow: FlowKind::Learned,
        sigma_l: document.world.live.sigma_l.max(coldest).min(hottest),
        strength: document.world.live.strength,
        denoised: true,
        ..LiveSettings::default()
    };
    let snapshot = &document.world.snapshot;
    let mut rng = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(flow.seed);
    let sampler = Sampler::new(snapshot, &document.world.ensemble.for_particles(snapshot, MAX_PARTICLES)).ok()?;
    let mut sample = || -> Option<Swarm> {
        let swarm = sampler.sample(&mut rng).ok()?;
        // Of a whole painting, which may have many particles, a piece.
        Some(noised(&swarm, settings.sigma_l, rule.kappa, &mut rng).piece(MAX_PARTICLES))
    };
    let samples: Vec<Swarm> = (0..SAMPLES).map_while(|_| sample()).collect();
    let engine = CpuEngine::new(&rule, samples.first()?, &settings, flow.seed).ok()?;
    Some(Small { rule, net: flow.net.clone(), engine, measured: flow.numbers.is_some(), samples })
}

fn numbers_of(rule: &Rule, settings: &LiveSettings, samples: &[Swarm]) -> Option<FlowNumbers> {
    let flow = rule.flow.as_ref()?;
    let share = 1.0 / samples.len().max(1) as f64;
    let mut numbers = FlowNumbers { residual: relative_residual(rule, settings, samples).ok()?, ..Default::default() };
    for swarm in samples {
        let motion = BodyMotion::of(swarm, &flow_learned::velocity(rule, flow, swarm, settings.sigma_l));
        numbers.forward += share * motion.forward;
        numbers.lateral += share * motion.lateral;
        numbers.turn += share * motion.turn;
    }
    [numbers.forward, numbers.lateral, numbers.turn, numbers.residual].iter().all(|n| n.is_finite()).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::SwarmDoc;
    use crate::worlds::swarm::doc::Flows;
    use crate::worlds::swarm::picture::motifs;
    use crate::worlds::swarm::rule::NetShape;

    #[test]
    fn thumbnails_measure_flows_and_blends_in_between() {
        let snapshot = motifs::by_name("mill").expect("a bundled picture").snapshot();
        let shape = NetShape { species: snapshot.species_count(), phi: [6, 6], rho: [6, 6], outputs: 1 };
        let rules = [1, 2].map(|seed| Rule::random(shape, 7).with_random_flow(seed));
        let [a, b] = rules.clone().map(|rule| rule.flow.expect("a flow"));
        let blend = a.blend(&b, 0.4).expect("two narrow flows");
        let list =
            [a, b, blend].into_iter().zip(1..).map(|(net, seed)| LearnedFlow::new(net, seed, Default::default()));
        let doc = SwarmDoc {
            rule: Some(Arc::new(rules[0].clone())),
            flows: Flows { list: list.collect(), chosen: 0 },
            ..SwarmDoc::from_snapshot(snapshot)
        };
        let document = SwarmProject::new("", doc);
        let rule = document.world.rule.clone().expect("a rule");
        let of = |flow| {
            let small = begin(&document, &rule, flow).expect("a thumbnail");
            assert!((8..=MAX_PARTICLES).contains(&small.engine.swarm().len()));
            // The same samples for all, so that the three can be compared.
            let first = begin(&document, &rule, &document.world.flows.list[0]).expect("a thumbnail");
            numbers_of(&small.rule, small.engine.settings(), &first.samples).expect("finite numbers")
        };
        let [a, b, blend] = [0, 1, 2].map(|k| of(&document.world.flows.list[k]));
        assert!([a, b, blend].iter().all(|n| n.residual > 0.0), "{a:?} {b:?} {blend:?}");
        assert!((blend.forward - (0.6 * a.forward + 0.4 * b.forward)).abs() < 1e-6);
    }
}
