//! The option that writes the motion of a run for other programs.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::formats::{Trajectory, TrajectoryFrame};
use crate::worlds::swarm::engine::Engine;

#[derive(clap::Args)]
pub(super) struct TrajectoryArgs {
    /// Write the live steps as frames of extended XYZ, or of a table: OUT.xyz or OUT.csv
    #[arg(long, value_name = "OUT")]
    trajectory: Option<PathBuf>,
    /// Steps from frame to frame of the trajectory
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    every: u32,
}

impl TrajectoryArgs {
    pub fn path(&self) -> Option<&PathBuf> {
        self.trajectory.as_ref()
    }

    /// # Errors
    /// An ending that means neither XYZ nor table, or a place that cannot be written.
    pub fn create(&self, unit_length: f64, strength: f64) -> anyhow::Result<Option<RunTrajectory>> {
        let Some(path) = &self.trajectory else { return Ok(None) };
        Ok(Some(RunTrajectory { file: Trajectory::create(path)?, every: self.every, unit_length, strength }))
    }
}

/// The trajectory of the run under way.
pub(super) struct RunTrajectory {
    file: Trajectory,
    every: u32,
    /// World units in one ℓ.
    unit_length: f64,
    /// Of the flow, which the engine reports at strength 1.
    strength: f64,
}

impl RunTrajectory {
    /// Steps until the next frame is due.
    pub fn due_in(&self, step: u32) -> u32 {
        self.every - step % self.every
    }

    /// Adds a frame when `step` is one that has one.
    ///
    /// # Errors
    /// A full disk, or a lost GPU.
    pub fn take(&mut self, engine: &mut Engine, step: u32) -> anyhow::Result<()> {
        if !step.is_multiple_of(self.every) {
            return Ok(());
        }
        let frame = TrajectoryFrame {
            swarm: engine.shown()?,
            flows: engine.flows()?,
            strength: self.strength,
            unit_length: self.unit_length,
        };
        let time = f64::from(step) * engine.time_step();
        Ok(self.file.add(&frame, step.into(), time)?)
    }

    /// Completes the file and puts it in place.
    ///
    /// # Errors
    /// A full disk; an older file at the path then stays.
    pub fn finish(self) -> anyhow::Result<()> {
        self.file.finish().context("the trajectory is not saved")?;
        Ok(())
    }
}
