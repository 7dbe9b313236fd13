//! What the shell must do for the live swarm, beside the orders to its engine.

use glam::DVec2;

use crate::session::command::CheckpointUse;

/// What the shell must do for the live swarm, beside the orders to its engine.
#[derive(Clone, Debug, PartialEq)]
pub enum LiveEffect {
    /// Report [`super::LiveEvent::CheckpointSaved`]: the swarm as it is before the orders that follow.
    SaveCheckpoint(CheckpointUse),
    /// Find the particle nearest to this position (ℓ), and report [`super::LiveEvent::Following`].
    Follow(DVec2),
}
