//! What lives: play and speed, the brushes over the swarm, checkpoints, and the change from one rule to another.

pub(super) mod brush;
pub(super) mod brushes;
pub(super) mod menu;
pub(super) mod moments;
pub(super) mod start;
pub(super) mod surprise;
pub(super) mod swarm;
pub(super) mod view;
