//! Groups that are placed as a whole: motifs, selections, texts and images.

use std::sync::Arc;

use glam::DVec2;

use super::options::Pose;
use super::symmetry::turned;
use crate::worlds::swarm::picture::{Particle, Snapshot, motifs};

/// Particles about their own middle, world units.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamp {
    /// On its button, and in the file of the user's own stamps.
    pub name: String,
    /// About their middle, world units at the scale 1.
    pub particles: Arc<Vec<Particle>>,
}

/// Where the stamp comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StampSource {
    /// A bundled picture, by name.
    Motif(String),
    /// One of the user's own, by its place among them.
    Own(usize),
    /// What is selected now; it becomes one of the user's own.
    Selection,
}

impl Stamp {
    /// A bundled picture. `None`: there is none of this name.
    pub(super) fn motif(name: &str) -> Option<Self> {
        let motif = motifs::by_name(name)?;
        Some(Self { name: motif.title.to_owned(), particles: Arc::new(centred(&motif.snapshot().particles)) })
    }

    /// The stamp at `at`, turned and scaled.
    pub(super) fn placed(&self, pose: Pose, at: DVec2) -> Vec<Particle> {
        placed(&self.particles, pose, at)
    }
}

/// `particles` (about their middle) at `at`, turned and scaled.
pub(super) fn placed(particles: &[Particle], pose: Pose, at: DVec2) -> Vec<Particle> {
    let place = |p: &Particle| {
        let p = turned(*p, DVec2::ZERO, pose.turn);
        p.at(at + pose.scale * p.position())
    };
    particles.iter().map(place).collect()
}

/// The particles about the middle of their bounding box.
pub(super) fn centred(particles: &[Particle]) -> Vec<Particle> {
    let snapshot = Snapshot { particles: particles.to_vec(), ..Snapshot::default() };
    let Some([low, high]) = snapshot.bounding() else { return Vec::new() };
    let middle = low.midpoint(high);
    particles.iter().map(|p| p.at(p.position() - middle)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::FRAC_PI_2;

    #[test]
    fn a_stamp_is_placed_about_its_middle_turned_and_scaled() {
        let particles = centred(&[
            Particle { x: 1.0, y: 1.0, ..Particle::default() },
            Particle { x: 3.0, y: 1.0, ..Particle::default() },
        ]);
        let stamp = Stamp { name: String::new(), particles: Arc::new(particles) };
        let placed = stamp.placed(Pose { turn: FRAC_PI_2, scale: 2.0 }, DVec2::splat(5.0));
        assert!((placed[1].x - 5.0).abs() < 1e-9 && (placed[1].y - 7.0).abs() < 1e-9);
        assert!((placed[1].heading - FRAC_PI_2).abs() < 1e-9);
    }

    #[test]
    fn every_bundled_picture_is_a_stamp_about_its_middle() {
        for motif in motifs::all() {
            let stamp = Stamp::motif(motif.name).unwrap();
            let sum: f64 = stamp.particles.iter().map(|p| p.x.abs() + p.y.abs()).sum();
            assert!(sum > 0.0, "{}", motif.name);
            let min = stamp.particles.iter().map(|p| p.x).fold(f64::INFINITY, f64::min);
            let max = stamp.particles.iter().map(|p| p.x).fold(f64::NEG_INFINITY, f64::max);
            assert!((min + max).abs() < 1e-9, "{}", motif.name);
        }
        assert!(Stamp::motif("no such picture").is_none());
    }
}
