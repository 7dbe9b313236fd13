//! The motion of a run as a file of other programs: extended XYZ or a table, a frame every so many steps.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::formats::{FormatKind, FrameStamp, format_of, write_csv_frame, write_xyz_frame};
use crate::media::atomic::AtomicFile;
use crate::scene::WriteError;
use crate::worlds::swarm::engine::Engine;
use crate::worlds::swarm::picture::Particle;

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
    /// An ending that says neither XYZ nor table, or a place that cannot be written.
    pub fn create(&self, unit_length: f64, strength: f64) -> anyhow::Result<Option<Trajectory>> {
        let Some(path) = self.trajectory.clone() else { return Ok(None) };
        let kind = format_of(&path).map(|format| format.kind);
        let is_table = kind == Some(FormatKind::Table);
        if !is_table && kind != Some(FormatKind::Xyz) {
            anyhow::bail!("{}: a trajectory is written as .xyz or .csv; give one of these names", path.display());
        }
        let file = AtomicFile::create(&path).map_err(|error| WriteError { path: path.clone(), error })?;
        Ok(Some(Trajectory { path, file, is_table, every: self.every, unit_length, strength, frames: 0 }))
    }
}

/// A trajectory in the making. It appears at its path only when [`Trajectory::finish`] succeeds.
pub(super) struct Trajectory {
    path: PathBuf,
    file: AtomicFile,
    is_table: bool,
    every: u32,
    /// World units in one ℓ.
    unit_length: f64,
    /// Of the flow, which the engine reports at strength 1.
    strength: f64,
    frames: usize,
}

impl Trajectory {
    /// Steps until the next frame is due.
    pub fn due_in(&self, step: u32) -> u32 {
        self.every - step % self.every
    }

    /// Adds a frame when `step` is one that has one; lengths are written in world units.
    ///
    /// # Errors
    /// A full disk, or a lost GPU.
    pub fn take(&mut self, engine: &mut Engine, step: u32) -> anyhow::Result<()> {
        if !step.is_multiple_of(self.every) {
            return Ok(());
        }
        let unit = self.unit_length;
        let swarm = engine.shown()?;
        let scaled = |p: &Particle| Particle { x: p.x * unit, y: p.y * unit, ..*p };
        let particles: Vec<Particle> = swarm.particles.iter().map(scaled).collect();
        let box_size = swarm.box_size.map(|side| side * unit);
        let time = f64::from(step) * engine.time_step();
        let stamp = FrameStamp { frame: self.frames, step: step.into(), time };
        if self.is_table {
            write_csv_frame(&particles, box_size, stamp, &mut self.file)
        } else {
            let speed = self.strength * unit;
            let velocities: Vec<[f64; 2]> = engine.flows()?.iter().map(|v| [speed * v[0], speed * v[1]]).collect();
            write_xyz_frame(&particles, &velocities, box_size, stamp, &mut self.file)
        }
        .map_err(|error| WriteError { path: self.path.clone(), error })?;
        self.frames += 1;
        Ok(())
    }

    /// Completes the file and puts it in place.
    ///
    /// # Errors
    /// A full disk; an older file at the path then stays.
    pub fn finish(self) -> anyhow::Result<()> {
        let path = self.path;
        self.file.commit().map_err(|error| WriteError { path, error }).context("the trajectory is not saved")
    }
}
