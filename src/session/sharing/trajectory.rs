//! Trajectories of the live swarm for other programs: how they are recorded.

use serde::{Deserialize, Serialize};

use crate::formats::TrajectoryKind;

/// How a trajectory is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrajectoryOptions {
    /// Format of the file.
    pub kind: TrajectoryKind,
    /// Integration steps from one frame to the next.
    pub every: u32,
    /// Frames, unless it is stopped before.
    pub frames: u32,
}

impl Default for TrajectoryOptions {
    fn default() -> Self {
        Self { kind: TrajectoryKind::default(), every: 10, frames: 500 }
    }
}

impl TrajectoryOptions {
    /// Fewest and most integration steps between frames.
    pub const EVERY: [u32; 2] = [1, 10_000];
    /// Fewest and most frames.
    pub const FRAMES: [u32; 2] = [2, 10_000];

    /// Clamped to the ranges.
    pub(in crate::session) fn usable(self) -> Self {
        let [min_every, max_every] = Self::EVERY;
        let [min_frames, max_frames] = Self::FRAMES;
        Self {
            every: self.every.clamp(min_every, max_every),
            frames: self.frames.clamp(min_frames, max_frames),
            ..self
        }
    }
}
