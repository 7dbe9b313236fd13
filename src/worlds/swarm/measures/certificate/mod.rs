//! The fidelities of a rule: grown, kept and healed, and what its flow does (design, section 5). The command line and the
//! window measure alike.

mod arena;
mod bootstrap;
mod controls;
mod findings;
mod pace;
mod settings;

pub use bootstrap::Measured;
pub use controls::{Contender, Motor};
pub use findings::CheckFindings;
pub use settings::{CheckError, CheckProgress, CheckSettings};

use rand::SeedableRng;
use rand::rngs::StdRng;
use rayon::prelude::*;
use serde::Serialize;

use super::residual::{residual_of_score, residual_unless_stopped};
use super::statistics::{Motion, Order, species_of};
use super::{Fidelity, scattered, scrambled};
use crate::worlds::swarm::doc::{Evidence, KeptLong};
use crate::worlds::swarm::engine::{Engine, EngineError, Growth, Headless};
use crate::worlds::swarm::picture::{Ensemble, Stills, Swarm};
use crate::worlds::swarm::rule::{FlowKind, LiveSettings, Rule};
use arena::Arena;
use pace::CheckPace;

/// Samples that the residual is measured on; each takes seconds, and the exact flow leaves nothing to average.
const RESIDUAL_SAMPLES: usize = 2;

/// What the random numbers of a check are for: each use has a stream of its own.
#[derive(Clone, Copy)]
enum Stream {
    Growth = 1,
    Wound = 2,
    Start = 3,
    Ceiling = 4,
    Residual = 5,
    Bootstrap = 6,
}

/// Fidelity before and after healing.
#[derive(Clone, Copy, Debug)]
pub struct Healing {
    /// Fidelity straight after the scrambling.
    pub scrambled: Option<f64>,
    /// Fidelity at the end.
    pub healed: Measured,
}

/// What a contender kept, and how it moved.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FlowMeasurement {
    /// Name of the motor.
    pub name: &'static str,
    /// `None` for a control.
    pub flow: Option<FlowKind>,
    /// Whether it is measured to show what a wrong motion does.
    pub control: bool,
    /// γ.
    pub strength: f64,
    /// What the energy was multiplied by, for the score alone.
    pub factor: Option<f64>,
    /// Root mean square of |γ V| along positions on samples of the target, ℓ per time.
    pub speed: Option<f64>,
    /// Live time of the steps: steps are shorter for a strong flow.
    pub time: f64,
    /// Fidelity after the live steps.
    pub kept: Option<f64>,
    /// 90 % interval of `kept`.
    pub interval: Option<[f64; 2]>,
    /// Of V at γ = 1.
    pub motion: Motion,
    /// How ordered the swarm was at the end.
    pub order: Order,
    /// Of equation (1), relative to the motion: 0 is exact, 1 is ignorance.
    pub residual: Option<f64>,
}

/// The measurement of one rule on the snapshots held out of learning: its target is sampled once, then each property is measured.
pub struct Check<'a> {
    rule: &'a Rule,
    picture: (Stills, &'a Ensemble),
    live: LiveSettings,
    headless: &'a Headless,
    settings: CheckSettings,
    arena: Arena,
    scale: Fidelity,
    /// The scale for as many configurations as the long run has.
    long_scale: Option<Fidelity>,
    /// Samples that what must be kept or healed starts from.
    pub started: Vec<Swarm>,
    progress: &'a dyn CheckProgress,
}

impl<'a> Check<'a> {
    /// # Errors
    /// A picture that has no samples, or none in a box as the settings ask for.
    pub fn new(
        rule: &'a Rule,
        picture: (impl Into<Stills>, &'a Ensemble),
        live: &LiveSettings,
        settings: CheckSettings,
        headless: &'a Headless,
        progress: &'a dyn CheckProgress,
    ) -> Result<Self, CheckError> {
        let picture = (picture.0.into(), picture.1);
        let arena = Arena::new((&picture.0, picture.1), rule, live.sigma_l, settings.area, settings.particles)?;
        let mut rng = StdRng::seed_from_u64(settings.seed);
        let mut draw = || {
            let sample = |_| {
                poll(progress)?;
                Ok(arena.sample(&mut rng)?)
            };
            (0..settings.replicas).map(sample).collect::<Result<Vec<_>, CheckError>>()
        };
        let (target, other, started) = (draw()?, draw()?, draw()?);
        let species = species_of(rule, &picture.0);
        let mut scale_of = |replicas: usize| {
            let stop = || progress.is_stopped();
            let scale = Fidelity::unless_stopped(species, &target[..replicas], &other[..replicas], &mut rng, &stop);
            scale.ok_or(CheckError::Stopped)
        };
        let scale = scale_of(settings.replicas)?;
        // A histogram of fewer configurations is noisier, hence farther from any other: each has a scale of its own size.
        let long_scale = (settings.long_steps > 0).then(|| scale_of(settings.long_replicas())).transpose()?;
        Ok(Self { rule, picture, live: *live, headless, settings, arena, scale, long_scale, started, progress })
    }

    /// An engine of the check's kind, with the seed of a replica.
    pub fn engine(&self, swarm: &Swarm, live: &LiveSettings, replica: usize) -> Result<Engine, EngineError> {
        self.engine_of(self.rule, swarm, live, replica)
    }

    fn engine_of(
        &self,
        rule: &Rule,
        swarm: &Swarm,
        live: &LiveSettings,
        replica: usize,
    ) -> Result<Engine, EngineError> {
        let seed = self.settings.seed.wrapping_add(1 + replica as u64);
        self.headless.engine(rule, swarm, live, seed)
    }

    fn measured(&self, swarms: &[Swarm]) -> Result<Measured, CheckError> {
        self.measured_on(&self.scale, swarms)
    }

    fn measured_on(&self, scale: &Fidelity, swarms: &[Swarm]) -> Result<Measured, CheckError> {
        let seed = self.settings.seed ^ ((Stream::Bootstrap as u64) << 56);
        let stop = || self.progress.is_stopped();
        bootstrap::measured(scale, swarms, self.settings.resamples, seed, &stop).ok_or(CheckError::Stopped)
    }

    /// One result per replica; side by side on the processor.
    fn each<T: Send>(
        &self,
        swarms: &[Swarm],
        of: impl Fn(usize, &Swarm) -> Result<T, CheckError> + Sync,
    ) -> Result<Vec<T>, CheckError> {
        let of = |k: usize, swarm: &Swarm| {
            self.poll()?;
            of(k, swarm)
        };
        if self.headless.gpu().is_some() {
            swarms.iter().enumerate().map(|(k, swarm)| of(k, swarm)).collect()
        } else {
            swarms.par_iter().enumerate().map(|(k, swarm)| of(k, swarm)).collect()
        }
    }

    fn advance(&self, steps: u64) -> Result<(), CheckError> {
        self.progress.advance(steps);
        self.poll()
    }

    fn poll(&self) -> Result<(), CheckError> {
        poll(self.progress)
    }

    /// Runs the whole of `growth` and then `live_steps`, in chunks of any size: the swarm does not depend on them.
    fn run(
        &self,
        engine: &mut Engine,
        mut growth: Growth,
        live: &LiveSettings,
        live_steps: u32,
    ) -> Result<(), CheckError> {
        let mut pace = CheckPace::default();
        while growth.done().is_some() {
            let more = pace.run(|steps| growth.run_in_stage(engine, live, steps))?;
            self.advance(u64::from(more))?;
        }
        let mut left = live_steps;
        while left > 0 {
            let now = pace.run(|steps| {
                let now = steps.min(left);
                growth.run(engine, live, now).map(|()| now)
            })?;
            left -= now;
            self.advance(u64::from(now))?;
        }
        Ok(())
    }

    /// What the best growth reaches: the fidelity of an independent sample, in which the particles beyond a whole number of
    /// creatures are scattered, as they fit none. 1 within the sampling error where there are none. Not a strict bound:
    /// left-over particles may form most of a creature.
    ///
    /// # Errors
    /// Creatures that find no room in their box.
    pub fn ceiling(&self) -> Result<Measured, CheckError> {
        let best = (0..self.settings.replicas).map(|k| {
            self.poll()?;
            Ok(self.arena.best(&mut self.rng(Stream::Ceiling, k))?)
        });
        self.measured(&best.collect::<Result<Vec<_>, CheckError>>()?)
    }

    /// Fidelity of what grows out of a random start.
    ///
    /// # Errors
    /// Live settings that the rule cannot run, a lost GPU, or [`CheckError::Stopped`]; so all the measurements.
    pub fn grown(&self) -> Result<Measured, CheckError> {
        self.progress.phase("growing");
        let like = self.arena.best(&mut self.rng(Stream::Start, 0))?;
        let start = |k| {
            self.poll()?;
            Ok(scattered(&like, &mut self.rng(Stream::Growth, k)))
        };
        let starts = (0..self.settings.replicas).map(start).collect::<Result<Vec<_>, CheckError>>()?;
        let grown = self.each(&starts, |k, start| {
            let mut engine = self.engine(start, &self.live, k)?;
            self.run(&mut engine, Growth::new(self.settings.grow_steps), &self.live, 0)?;
            Ok(engine.swarm()?)
        })?;
        self.measured(&grown)
    }

    /// Fidelity after living on from samples of the picture under `contender`, and how that moves. Without its residual.
    pub fn kept(&self, contender: &Contender) -> Result<FlowMeasurement, CheckError> {
        let Contender { motor, strength, speed, rule, .. } = contender;
        self.progress.phase(if motor.is_control() { "controls" } else { "keeping" });
        let live = LiveSettings { denoised: true, ..contender.live };
        let ends = self.each(&self.started, |k, start| {
            let mut engine = self.engine_of(rule, start, &live, k)?;
            self.run(&mut engine, Growth::NONE, &live, self.settings.steps)?;
            let time = f64::from(self.settings.steps) * engine.time_step();
            let swarm = engine.swarm()?;
            let velocities = if let Motor::ScoreOnly { .. } = motor {
                // Groups and score are those of the rule, not of the energy that the control lived by.
                engine.set_rule(self.rule)?;
                along_mobility(self.rule, engine.scores()?)
            } else {
                engine.flows()?
            };
            let denoised = engine.shown()?;
            let motion = Motion::of(&swarm, &velocities, &denoised);
            Ok((Order::of(&swarm, &denoised), motion, time, swarm))
        })?;
        let orders: Vec<Order> = ends.iter().map(|end| end.0).collect();
        let motions: Vec<Motion> = ends.iter().map(|end| end.1).collect();
        let time = ends.first().map_or(0.0, |end| end.2);
        let swarms: Vec<Swarm> = ends.into_iter().map(|end| end.3).collect();
        let Measured { value, interval } = self.measured(&swarms)?;
        Ok(FlowMeasurement {
            name: motor.name(),
            flow: motor.flow(),
            control: motor.is_control(),
            strength: *strength,
            factor: if let Motor::ScoreOnly { factor } = *motor { Some(factor) } else { None },
            speed: *speed,
            time,
            kept: value,
            interval,
            motion: Motion::mean(&motions),
            order: Order::mean(&orders),
            residual: None,
        })
    }

    /// Fidelity after the long run, by the live settings of the scene. `None` where the settings ask for no long run, or
    /// where the pattern cannot be distinguished from random.
    pub fn kept_long(&self) -> Result<Option<KeptLong>, CheckError> {
        let Some(scale) = &self.long_scale else { return Ok(None) };
        self.progress.phase("long run");
        let steps = self.settings.long_steps;
        let ends = self.each(&self.started[..self.settings.long_replicas()], |k, start| {
            let mut engine = self.engine(start, &self.live, k)?;
            self.run(&mut engine, Growth::NONE, &self.live, steps)?;
            Ok(engine.swarm()?)
        })?;
        let Measured { value, interval } = self.measured_on(scale, &ends)?;
        Ok(value.map(|kept| KeptLong { kept, interval, steps: steps as usize, replicas: ends.len() }))
    }

    /// Of equation (1), relative to the motion; takes seconds. `None` where nothing moves. It is a property of the rule near
    /// one particle, so that it is always measured in the ensemble's own box.
    ///
    /// # Errors
    /// As [`Self::grown`].
    pub fn residual(&self, contender: &Contender) -> Result<Option<f64>, CheckError> {
        if contender.motor == Motor::Flow(FlowKind::None) {
            return Ok(None);
        }
        let live = LiveSettings { denoised: true, ..contender.live };
        let arena = Arena::new((&self.picture.0, self.picture.1), self.rule, live.sigma_l, 1, None)?;
        let samples = (0..RESIDUAL_SAMPLES.min(self.settings.replicas))
            .map(|k| arena.sample(&mut self.rng(Stream::Residual, k)))
            .collect::<Result<Vec<_>, _>>()?;
        let stop = || self.progress.is_stopped();
        let residual = match contender.motor {
            Motor::ScoreOnly { .. } => residual_of_score(self.rule, &live, &samples, &stop)?,
            _ => residual_unless_stopped(&contender.rule, &live, &samples, &stop)?,
        };
        residual.map(finite).ok_or(CheckError::Stopped)
    }

    /// A disc around the middle, half as wide as the shorter side of the box, is scrambled and left to heal.
    pub fn healing(&self) -> Result<Healing, CheckError> {
        self.progress.phase("healing");
        let (damaged, healed): (Vec<Swarm>, Vec<Swarm>) = self
            .each(&self.started, |k, start| {
                let radius_l = 0.25 * start.box_size.min_element();
                let (damaged, _) = scrambled(start, 0.5 * start.box_size, radius_l, &mut self.rng(Stream::Wound, k));
                let mut engine = self.engine(&damaged, &self.live, k)?;
                self.run(&mut engine, Growth::NONE, &self.live, self.settings.steps)?;
                Ok((damaged, engine.swarm()?))
            })?
            .into_iter()
            .unzip();
        let stop = || self.progress.is_stopped();
        let scrambled = self.scale.of_swarms_unless_stopped(&damaged, &stop).ok_or(CheckError::Stopped)?;
        Ok(Healing { scrambled: finite(scrambled), healed: self.measured(&healed)? })
    }

    /// What is written into the scene.
    ///
    /// # Errors
    /// [`CheckError::NoPattern`] where one of the three could not be measured.
    pub fn evidence(
        &self,
        grown: Measured,
        kept: &FlowMeasurement,
        healed: Measured,
        kept_long: Option<KeptLong>,
    ) -> Result<Evidence, CheckError> {
        let (Some(grown_value), Some(kept_value), Some(healed_value)) = (grown.value, kept.kept, healed.value) else {
            return Err(CheckError::NoPattern);
        };
        Ok(Evidence {
            grown: grown_value,
            grown_interval: grown.interval,
            kept: kept_value,
            kept_interval: kept.interval,
            healed: healed_value,
            healed_interval: healed.interval,
            kept_long,
            live_steps: self.settings.steps as usize,
            replicas: self.settings.replicas,
            area: Some(self.settings.area),
            seed: self.settings.seed,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            live: Some(self.live),
        })
    }

    /// The same whatever the order in which replicas run.
    fn rng(&self, stream: Stream, replica: usize) -> StdRng {
        StdRng::seed_from_u64(self.settings.seed ^ ((stream as u64) << 56) ^ ((replica as u64 + 1) << 32))
    }
}

/// A certificate and the motion that was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// What the scene stores.
    pub evidence: Evidence,
    /// What the flow does.
    pub motion: Motion,
}

/// Grown, kept and healed in one go, on the processor.
///
/// # Errors
/// As [`Check::new`] and [`Check::grown`]; [`CheckError::NoPattern`] where there is nothing to certify.
pub fn certify(
    rule: &Rule,
    picture: (impl Into<Stills>, &Ensemble),
    live: &LiveSettings,
    settings: CheckSettings,
    progress: &dyn CheckProgress,
) -> Result<Certificate, CheckError> {
    let headless = Headless::new(crate::gpu::EngineChoice::Cpu)?;
    progress.total(settings.total_steps(1));
    let check = Check::new(rule, picture, live, settings, &headless, progress)?;
    let grown = check.grown()?;
    let kept = check.kept(&check.own())?;
    let healed = check.healing()?.healed;
    let kept_long = check.kept_long()?;
    Ok(Certificate { evidence: check.evidence(grown, &kept, healed, kept_long)?, motion: kept.motion })
}

/// D s, with D = diag(1, 1, κ²).
fn along_mobility(rule: &Rule, scores: Vec<[f64; 3]>) -> Vec<[f64; 3]> {
    let mobility = rule.mobility();
    scores.into_iter().map(|s| std::array::from_fn(|axis| mobility[axis] * s[axis])).collect()
}

fn poll(progress: &dyn CheckProgress) -> Result<(), CheckError> {
    if progress.is_stopped() { Err(CheckError::Stopped) } else { Ok(()) }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests;
