//! The fidelities of a rule: grown, kept and healed, and what its flow does (design, section 5). The command line and the
//! window measure alike.

use rand::SeedableRng;
use rand::rngs::StdRng;
use rayon::prelude::*;
use serde::Serialize;

use super::measures::{Motion, Order, species_of, target_swarms};
use super::{Fidelity, relative_residual, scattered, scrambled};
use crate::engine::{Engine, EngineError, Headless, grow};
use crate::rule::{FlowKind, GROW_STEPS, LiveSettings, Rule, RuleError};
use crate::scene::Evidence;
use crate::snapshot::{Ensemble, Snapshot, SnapshotError, Swarm};

/// Samples that the residual is measured on; each takes seconds, and the exact flow leaves nothing to average.
const RESIDUAL_SAMPLES: usize = 2;
/// Steps between two signs of life.
const CHUNK: u32 = 100;

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CheckSettings {
    /// Live steps after which the pattern must be kept, or healed.
    pub steps: u32,
    /// Steps of the annealing from random.
    pub grow_steps: u32,
    /// Configurations compared; fewer than 32 are measured too roughly to tell of.
    pub replicas: usize,
    pub seed: u64,
}

impl Default for CheckSettings {
    fn default() -> Self {
        Self { steps: 1000, grow_steps: GROW_STEPS, replicas: 32, seed: 1 }
    }
}

impl CheckSettings {
    /// Steps of a measurement of `flows` kinds of flow, over all replicas.
    pub fn total_steps(&self, flows: usize) -> u64 {
        self.replicas as u64 * (u64::from(self.grow_steps) + u64::from(self.steps) * (flows as u64 + 1))
    }
}

/// Where a measurement tells how far it has come, and asks whether to go on.
pub trait CheckProgress: Sync {
    fn phase(&self, name: &'static str);
    /// So many more steps are done.
    fn advance(&self, steps: u64);
    fn is_stopped(&self) -> bool {
        false
    }
}

#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Rule(#[from] RuleError),
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    #[error("the pattern cannot be told from random, so there is nothing to certify")]
    NoPattern,
    #[error("stopped")]
    Stopped,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub struct Healing {
    /// Fidelity straight after the scrambling.
    pub scrambled: Option<f64>,
    pub healed: Option<f64>,
}

/// What a flow kept, and how it moved.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Kept {
    pub flow: FlowKind,
    pub kept: Option<f64>,
    pub motion: Motion,
    pub order: Order,
    /// Of equation (1), relative to the motion: 0 is exact, 1 is ignorance.
    pub residual: Option<f64>,
}

/// A rule on the bench: its target is sampled once, then each property is measured.
pub struct Check<'a> {
    rule: &'a Rule,
    live: LiveSettings,
    headless: &'a Headless,
    settings: CheckSettings,
    scale: Fidelity,
    target: Vec<Swarm>,
    /// Samples that what must be kept or healed starts from.
    pub started: Vec<Swarm>,
    progress: &'a dyn CheckProgress,
}

impl<'a> Check<'a> {
    /// # Errors
    /// A picture that makes no samples.
    pub fn new(
        rule: &'a Rule,
        picture: (&Snapshot, &Ensemble),
        live: &LiveSettings,
        settings: CheckSettings,
        headless: &'a Headless,
        progress: &'a dyn CheckProgress,
    ) -> Result<Self, CheckError> {
        let (snapshot, ensemble) = picture;
        let mut rng = StdRng::seed_from_u64(settings.seed);
        let mut draw = || {
            if progress.is_stopped() {
                return Err(CheckError::Stopped);
            }
            Ok(target_swarms(snapshot, ensemble, rule, live.sigma_l, settings.replicas, &mut rng)?)
        };
        let (target, other, started) = (draw()?, draw()?, draw()?);
        let scale = Fidelity::from_samples(species_of(rule, snapshot), &target, &other, &mut rng);
        Ok(Self { rule, live: *live, headless, settings, scale, target, started, progress })
    }

    pub fn engine(&self, swarm: &Swarm, live: &LiveSettings, replica: usize) -> Result<Engine, EngineError> {
        let seed = self.settings.seed.wrapping_add(1 + replica as u64);
        self.headless.engine(self.rule, swarm, live, seed)
    }

    /// One result per replica; side by side on the processor.
    fn each<T: Send>(
        &self,
        swarms: &[Swarm],
        of: impl Fn(usize, &Swarm) -> Result<T, CheckError> + Sync,
    ) -> Result<Vec<T>, CheckError> {
        if self.headless.gpu().is_some() {
            swarms.iter().enumerate().map(|(k, swarm)| of(k, swarm)).collect()
        } else {
            swarms.par_iter().enumerate().map(|(k, swarm)| of(k, swarm)).collect()
        }
    }

    fn advance(&self, steps: u64) -> Result<(), CheckError> {
        self.progress.advance(steps);
        if self.progress.is_stopped() { Err(CheckError::Stopped) } else { Ok(()) }
    }

    fn run_live(&self, engine: &mut Engine) -> Result<(), CheckError> {
        let mut left = self.settings.steps;
        while left > 0 {
            let now = CHUNK.min(left);
            engine.run(now);
            left -= now;
            self.advance(u64::from(now))?;
        }
        Ok(())
    }

    /// Fidelity of what grows out of a random start.
    ///
    /// # Errors
    /// Live settings that the rule cannot run, a lost GPU, or [`CheckError::Stopped`]; so all the measurements.
    pub fn grown(&self) -> Result<Option<f64>, CheckError> {
        self.progress.phase("growing");
        let steps = self.settings.grow_steps as usize;
        let grown = self.each(&self.target, |k, like| {
            let start = scattered(like, &mut self.rng(1, k));
            let mut engine = self.engine(&start, &self.live, k)?;
            let mut before = 0;
            grow(&mut engine, &self.live, steps, usize::MAX, |_, done| {
                let more = (done - before) as u64;
                before = done;
                self.advance(more)
            })?;
            Ok(engine.swarm()?)
        })?;
        Ok(finite(self.scale.of_swarms(&grown)))
    }

    /// Fidelity after living on from samples of the picture under `flow`, and how that moves.
    pub fn kept(&self, flow: FlowKind) -> Result<Kept, CheckError> {
        self.progress.phase("keeping");
        let start = &self.started;
        let live = LiveSettings { flow, denoised: true, ..self.live };
        let ends = self.each(start, |k, start| {
            let mut engine = self.engine(start, &live, k)?;
            self.run_live(&mut engine)?;
            let (swarm, denoised) = (engine.swarm()?, engine.shown()?);
            let motion = Motion::of(&swarm, &engine.flows()?, &denoised);
            Ok((Order::of(&swarm, &denoised), motion, swarm))
        })?;
        let orders: Vec<Order> = ends.iter().map(|end| end.0).collect();
        let motions: Vec<Motion> = ends.iter().map(|end| end.1).collect();
        let swarms: Vec<Swarm> = ends.into_iter().map(|end| end.2).collect();
        Ok(Kept {
            flow,
            kept: finite(self.scale.of_swarms(&swarms)),
            motion: Motion::mean(&motions),
            order: Order::mean(&orders),
            residual: None,
        })
    }

    /// Of equation (1) for `flow`, relative to the motion; takes seconds. `None` for no flow.
    pub fn residual(&self, flow: FlowKind) -> Result<Option<f64>, CheckError> {
        if flow == FlowKind::None {
            return Ok(None);
        }
        let live = LiveSettings { flow, denoised: true, ..self.live };
        let samples = &self.started[..RESIDUAL_SAMPLES.min(self.started.len())];
        Ok(finite(relative_residual(self.rule, &live, samples)?))
    }

    /// A disc around the middle, half as wide as the shorter side of the box, is scrambled and left to mend.
    pub fn healing(&self) -> Result<Healing, CheckError> {
        self.progress.phase("healing");
        let (hurt, healed): (Vec<Swarm>, Vec<Swarm>) = self
            .each(&self.started, |k, start| {
                let [width, height] = start.box_size;
                let radius_l = 0.25 * width.min(height);
                let (hurt, _) = scrambled(start, [0.5 * width, 0.5 * height], radius_l, &mut self.rng(2, k));
                let mut engine = self.engine(&hurt, &self.live, k)?;
                self.run_live(&mut engine)?;
                Ok((hurt, engine.swarm()?))
            })?
            .into_iter()
            .unzip();
        Ok(Healing { scrambled: finite(self.scale.of_swarms(&hurt)), healed: finite(self.scale.of_swarms(&healed)) })
    }

    /// What is written into the scene.
    ///
    /// # Errors
    /// [`CheckError::NoPattern`] where one of the three could not be measured.
    pub fn evidence(&self, grown: Option<f64>, kept: Option<f64>, healed: Option<f64>) -> Result<Evidence, CheckError> {
        let (Some(grown), Some(kept), Some(healed)) = (grown, kept, healed) else {
            return Err(CheckError::NoPattern);
        };
        Ok(Evidence {
            grown,
            kept,
            healed,
            live_steps: self.settings.steps as usize,
            replicas: self.settings.replicas,
            seed: self.settings.seed,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            live: Some(self.live),
        })
    }

    /// The same whatever the order in which replicas run.
    fn rng(&self, stage: u64, replica: usize) -> StdRng {
        StdRng::seed_from_u64(self.settings.seed ^ (stage << 56) ^ ((replica as u64 + 1) << 32))
    }
}

/// A certificate and the motion that was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    pub evidence: Evidence,
    pub motion: Motion,
}

/// Grown, kept and healed in one go, on the processor.
///
/// # Errors
/// As [`Check::new`] and [`Check::grown`]; [`CheckError::NoPattern`] where there is nothing to certify.
pub fn certify(
    rule: &Rule,
    picture: (&Snapshot, &Ensemble),
    live: &LiveSettings,
    settings: CheckSettings,
    progress: &dyn CheckProgress,
) -> Result<Certificate, CheckError> {
    let headless = Headless::new(crate::engine::EngineChoice::Cpu)?;
    let check = Check::new(rule, picture, live, settings, &headless, progress)?;
    let grown = check.grown()?;
    let kept = check.kept(live.flow)?;
    let healed = check.healing()?.healed;
    Ok(Certificate { evidence: check.evidence(grown, kept.kept, healed)?, motion: kept.motion })
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
