//! Learning: candle networks, the losses, and the [`Trainer`] that turns a snapshot into a rule step by step.
//!
//! No threads here beyond data parallelism inside one step; the background thread is in `worker`.

mod batch;
mod chains;
mod contrast;
#[cfg(test)]
mod film_tests;
mod fused;
mod graph;
mod langevin;
mod loss;
mod settings;
mod table;
#[cfg(test)]
mod tests;
mod trainer;
mod window;

pub use settings::{Drive, TrainingSettings};
pub use table::{DragStep, SettingField, SettingPart, SettingPlace, TRAINING_SETTINGS, TrainingSetting};
pub use trainer::Trainer;

/// What a step trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The energy, by denoising alone.
    Energy,
    /// The energy, by denoising and against the swarms that it grows.
    Contrast,
    /// The flow network.
    Flow,
}

/// Statistics of one optimiser step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepStats {
    /// What was trained.
    pub phase: Phase,
    /// Steps done over all phases, this one included.
    pub step: usize,
    /// Steps of the whole run.
    pub steps: usize,
    /// Denoising loss (energy) or residual over motion (flow) of this batch.
    pub loss: f64,
}

/// Why learning cannot start or go on.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum LearnError {
    #[error("the snapshot cannot be learned from: {0}")]
    Snapshot(#[from] crate::worlds::swarm::picture::SnapshotError),
    #[error("training setting {name} = {value} is not usable; {hint}")]
    Setting { name: &'static str, value: String, hint: String },
    #[error(
        "the loss became {loss} at step {step}; the weights of step {last_good} are kept. Try a lower learning rate"
    )]
    Diverged { step: usize, loss: f64, last_good: usize },
    /// Asked for; not a fault.
    #[error("stopped")]
    Stopped,
    #[error("candle: {0}")]
    Candle(#[from] candle_core::Error),
}

/// # Errors
/// [`LearnError::Stopped`]
fn poll(stop: &dyn Fn() -> bool) -> Result<(), LearnError> {
    if stop() { Err(LearnError::Stopped) } else { Ok(()) }
}
