//! Live swarms made from the document: a sample of the taught ensemble, or uniformly random particles.

use rand::rngs::StdRng;
use rand::RngExt;

use crate::snapshot::{Mode, Particle, Swarm};

use super::document::Document;

/// A swarm of about `document.particles` particles that looks like the picture, ℓ.
///
/// # Errors
/// One sentence, when the picture makes no ensemble (too few particles, no room for the copies).
pub(super) fn from_picture(document: &Document, rng: &mut StdRng) -> Result<Swarm, String> {
    let snapshot = &document.snapshot;
    let mut ensemble = document.ensemble;
    if snapshot.mode == Mode::Motif {
        ensemble.copies = copies(document);
    }
    snapshot.sample(&ensemble, rng).map_err(|e| e.to_string())
}

/// The box, the number and the species of [`from_picture`], at random poses.
///
/// # Errors
/// As [`from_picture`].
pub(super) fn uniform(document: &Document, rng: &mut StdRng) -> Result<Swarm, String> {
    let mut swarm = from_picture(document, rng)?;
    let [w, h] = swarm.box_size;
    for p in &mut swarm.particles {
        *p = random_pose(p.species, [w, h], rng);
    }
    Ok(swarm)
}

fn random_pose(species: u8, [w, h]: [f64; 2], rng: &mut StdRng) -> Particle {
    Particle {
        x: rng.random_range(0.0..w),
        y: rng.random_range(0.0..h),
        heading: rng.random_range(-std::f64::consts::PI..std::f64::consts::PI),
        species,
    }
}

/// Copies of the motif that come nearest to the wanted number of particles; at least one.
pub(super) fn copies(document: &Document) -> usize {
    let motif = document.snapshot.particles.len().max(1);
    ((document.particles as f64 / motif as f64).round() as usize).max(1)
}
