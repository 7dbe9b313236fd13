//! Learning from a cloud: energies by denoising and by density, flows over them, free networks, and the weak form.

mod free_score;
mod loss;
mod net;
mod optimiser;
mod parzen;
mod prune;
mod settings;
mod silu;
mod trainer;
mod weak;
mod weak_job;

pub use free_score::free_score;
pub use settings::{PointFlowKind, PointTrainingSettings};
pub use trainer::{PointPhase, PointStep, PointTraining};
pub use weak::{MAX_WAVES, WeakDictionary, WeakFit, WeakFitSettings, fit_weak};
pub use weak_job::WeakJob;

use super::cloud::CloudError;
use crate::worlds::weak::WeakError;

/// Why learning fails.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum PointLearnError {
    #[error(transparent)]
    Cloud(#[from] CloudError),
    #[error(transparent)]
    Weak(#[from] WeakError),
    #[error("learning diverged at step {step} (loss {loss}); lower the learning rate or take another seed")]
    Diverged { step: usize, loss: f64 },
    #[error("the setting {name} is {value}, and {allowed}; change it")]
    Setting { name: &'static str, value: String, allowed: &'static str },
    #[error("noise is corrected for monomials alone; set it to 0 and look for none, or take monomials")]
    NoiseOfWaves,
    #[error("no thread could be started for learning ({0}); close other programs and try again")]
    Thread(rayon::ThreadPoolBuildError),
    /// Asked for; not a fault.
    #[error("stopped")]
    Stopped,
    #[error("candle could not compute a step ({0}); try again with a smaller batch")]
    Candle(#[from] candle_core::Error),
}

#[cfg(test)]
mod tests;
