//! The motion of a swarm as one growing file: extended XYZ or a table, a frame every so many steps.

use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};

use glam::DVec2;

use super::write::{FrameStamp, write_csv_frame, write_xyz_frame};
use super::{FormatRole, format_for};
use crate::media::atomic::{AtomicFile, WriteError};
use crate::media::looks::choices;
use crate::worlds::swarm::picture::{Particle, Swarm};

choices! {
    /// The kind of file that a trajectory is written as.
    TrajectoryKind {
        #[default]
        Xyz = "xyz", "XYZ", "Extended XYZ: box, type, position, velocity, heading and id; ASE and OVITO read it";
        Csv = "csv", "CSV", "A table: frame, step, id, position, heading and species";
    }
}

/// Why no trajectory can be written.
#[derive(Debug, thiserror::Error)]
pub enum TrajectoryError {
    /// An ending that means neither XYZ nor table.
    #[error("{}: a trajectory is written as {}; give one of these names", .0.display(), FormatRole::Trajectory.proposed())]
    UnknownKind(PathBuf),
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A state of the swarm between two steps, in units of ℓ.
#[derive(Clone, Debug, PartialEq)]
pub struct TrajectoryFrame {
    /// The particles and their box.
    pub swarm: Swarm,
    /// V at strength 1, (ℓ, ℓ, rad) per time, of each particle.
    pub flows: Vec<[f64; 3]>,
    /// Strength γ of the flow.
    pub strength: f64,
    /// World units in one ℓ.
    pub unit_length: f64,
}

/// A trajectory in the making. It appears at its path only when [`Trajectory::finish`] succeeds.
pub struct Trajectory {
    path: PathBuf,
    file: AtomicFile,
    kind: TrajectoryKind,
    frames: usize,
}

impl Trajectory {
    /// Of the kind of the ending of `path`.
    ///
    /// # Errors
    /// An ending that means neither XYZ nor table, or a folder that cannot be written.
    pub fn create(path: &Path) -> Result<Self, TrajectoryError> {
        let kind = format_for(path, FormatRole::Trajectory).and_then(|format| format.trajectory());
        let kind = kind.ok_or_else(|| TrajectoryError::UnknownKind(path.to_owned()))?;
        let file = AtomicFile::create(path).map_err(|error| WriteError { path: path.to_owned(), error })?;
        Ok(Self { path: path.to_owned(), file, kind, frames: 0 })
    }

    /// Frames so far.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Adds the state after `step` steps, at `time`; lengths are written in world units.
    ///
    /// # Errors
    /// A full disk.
    pub fn add(&mut self, frame: &TrajectoryFrame, step: u64, time: f64) -> Result<(), WriteError> {
        let unit = frame.unit_length;
        let scaled = |p: &Particle| p.at(p.position() * unit);
        let particles: Vec<Particle> = frame.swarm.particles.iter().map(scaled).collect();
        let box_size = frame.swarm.box_size * unit;
        let stamp = FrameStamp { frame: self.frames, step, time };
        match self.kind {
            TrajectoryKind::Csv => write_csv_frame(&particles, box_size, stamp, &mut self.file),
            TrajectoryKind::Xyz => {
                let speed = frame.strength * unit;
                let velocities: Vec<_> = frame.flows.iter().map(|v| speed * DVec2::new(v[0], v[1])).collect();
                write_xyz_frame(&particles, &velocities, box_size, stamp, &mut self.file)
            }
        }
        .map_err(|error| WriteError { path: self.path.clone(), error })?;
        self.frames += 1;
        Ok(())
    }

    /// Completes the file, puts it in place and returns its size in bytes.
    ///
    /// # Errors
    /// A full disk; an older file at the path then stays.
    pub fn finish(self) -> Result<u64, WriteError> {
        let Self { path, mut file, .. } = self;
        let complete = || {
            let bytes = file.seek(SeekFrom::End(0))?;
            file.commit()?;
            Ok(bytes)
        };
        complete().map_err(|error| WriteError { path, error })
    }
}
