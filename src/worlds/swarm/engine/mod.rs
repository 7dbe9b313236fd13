//! Engines that run a rule live: [`CpuEngine`] on the processor, [`GpuEngine`] in WGSL on a borrowed device.

mod buffers;
mod choice;
mod cpu;
mod force;
mod glimpse;
mod gpu;
#[cfg(test)]
mod gpu_tests;
mod grid;
mod grow;
mod kernels;
mod plan;
mod rewind;
mod shader;
mod shared;
#[cfg(test)]
mod testing;
mod weights;

pub use choice::{Engine, Headless};
pub use cpu::CpuEngine;
pub use force::Force;
pub use glimpse::PendingSwarm;
pub use gpu::GpuEngine;
pub use grow::Growth;
pub use rewind::RewindableEngine;

use crate::gpu::GpuError;
use crate::worlds::swarm::picture::Swarm;
use crate::worlds::swarm::rule::{Rule, RuleError};

/// What an engine counts, read on demand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counters {
    /// Heun steps done.
    pub steps: u32,
    /// Ordered pairs within the cutoff, over all evaluations.
    pub pair_tests: u64,
    /// Processor: particles whose state is not finite now. GPU: particle steps refused because their result was not.
    pub non_finite: u64,
    /// GPU memory per particle, bytes; 0 on the processor.
    pub bytes_per_particle: u64,
}

/// Why an engine cannot start or go on.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum EngineError {
    #[error(transparent)]
    Rule(#[from] RuleError),
    #[error(
        "particle {index} has species {species}, but the rule knows {known}; learn again with all species in the picture"
    )]
    Species { index: usize, species: u8, known: usize },
    #[error("particle {index} has a position or heading that is not finite")]
    NotFinite { index: usize },
    #[error("the box is {0} × {1}; both sides must be positive")]
    Box(f64, f64),
    #[error("there is no particle to move; paint or load at least one")]
    Empty,
    #[error(
        "{particles} particles need more memory than this GPU lends at once, which is enough for {max}; use --engine cpu or fewer particles"
    )]
    TooManyParticles { particles: usize, max: usize },
    #[error(transparent)]
    Gpu(#[from] GpuError),
}

/// A swarm that `rule` can move.
pub(crate) fn check_swarm(rule: &Rule, swarm: &Swarm) -> Result<(), EngineError> {
    let [w, h] = swarm.box_size.to_array();
    if !(w > 0.0 && h > 0.0 && w.is_finite() && h.is_finite()) {
        return Err(EngineError::Box(w, h));
    }
    let known = rule.energy.shape.species;
    for (index, p) in swarm.particles.iter().enumerate() {
        if usize::from(p.species) >= known {
            return Err(EngineError::Species { index, species: p.species, known });
        }
        if !(p.x.is_finite() && p.y.is_finite() && p.heading.is_finite()) {
            return Err(EngineError::NotFinite { index });
        }
    }
    Ok(())
}
