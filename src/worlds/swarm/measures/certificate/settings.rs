//! How much a check measures, how it reports its progress, and why it may fail.

use crate::worlds::swarm::engine::EngineError;
use crate::worlds::swarm::picture::SnapshotError;
use crate::worlds::swarm::rule::{GROW_STEPS, RuleError};

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CheckSettings {
    /// Live steps after which the pattern must be kept, or healed.
    pub steps: u32,
    /// Steps of the annealing from random.
    pub grow_steps: u32,
    /// Configurations compared; fewer than 32 give rough values.
    pub replicas: usize,
    /// Seed of samples, starts and noise.
    pub seed: u64,
    /// Live steps of the long run; 0 leaves it out.
    pub long_steps: u32,
    /// Configurations of the long run; no more than `replicas` are used.
    pub long_replicas: usize,
    /// Area of the box in multiples of the ensemble's own, at equal density.
    pub area: usize,
    /// Particles of the grown swarms, at the density of the samples; `None`: as many as a sample has. In place of `area`.
    pub particles: Option<usize>,
    /// Resamples for each interval; 0 leaves the intervals out.
    pub resamples: usize,
}

impl CheckSettings {
    /// Those of a certificate.
    pub const DEFAULT: Self = Self {
        steps: 1000,
        grow_steps: GROW_STEPS,
        replicas: 32,
        seed: 1,
        long_steps: 0,
        long_replicas: 8,
        area: 1,
        particles: None,
        resamples: 400,
    };
    /// Live steps of a long run.
    pub const LONG_STEPS: u32 = 100_000;
    /// Largest area, in multiples of the ensemble's own.
    pub const MAX_AREA: usize = 64;

    /// Steps of a measurement of `contenders`, over all replicas.
    pub fn total_steps(&self, contenders: usize) -> u64 {
        let short = u64::from(self.grow_steps) + u64::from(self.steps) * (contenders as u64 + 1);
        self.replicas as u64 * short + self.long_replicas() as u64 * u64::from(self.long_steps)
    }

    /// Configurations of the long run.
    pub(super) fn long_replicas(&self) -> usize {
        self.long_replicas.min(self.replicas)
    }
}

impl Default for CheckSettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Receives the progress of a measurement, and can stop it.
pub trait CheckProgress: Sync {
    /// The whole measurement takes so many steps, as far as is known.
    fn total(&self, _steps: u64) {}
    /// A part of the measurement begins.
    fn phase(&self, name: &'static str);
    /// So many more steps are done.
    fn advance(&self, steps: u64);
    /// Whether the measurement is to end.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// Why a rule cannot be measured.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum CheckError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Rule(#[from] RuleError),
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    #[error("the pattern cannot be distinguished from random, so there is nothing to certify")]
    NoPattern,
    #[error(
        "the picture is an open whole, and what is beyond its edge is unknown, so it has no larger box; \
         leave the area at 1"
    )]
    AreaOfOpen,
    #[error(
        "a whole picture is repeated n by n, which never gives {area} times its area; give a square such as 4, 9 or 16"
    )]
    AreaOfWhole { area: usize },
    #[error("a whole picture has its own number of particles; leave the number out, or give an area of 4, 9 or 16")]
    ParticlesOfWhole,
    #[error("one creature has {creature} particles, and {particles} make none; give {creature} or more")]
    NotOneCreature { particles: usize, creature: usize },
    #[error("stopped")]
    Stopped,
}
