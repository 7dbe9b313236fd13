//! Swarms and rules shared by the tests of this room.

use glam::DVec2;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{NetShape, Rule};
use crate::worlds::swarm::picture::{Particle, Swarm};

pub const SPECIES: usize = 3;

/// A rule with three species and weights large enough that no term is negligible.
pub fn rule(seed: u64) -> Rule {
    let shape = NetShape { species: SPECIES, phi: [12, 10], rho: [14, 11], outputs: 1 };
    Rule::random(shape, seed).with_random_flow(seed + 1000)
}

/// `count` particles anywhere in the box, headings anywhere, species in turn.
pub fn scattered(count: usize, box_size: DVec2, seed: u64) -> Swarm {
    let mut rng = StdRng::seed_from_u64(seed);
    let particles = (0..count)
        .map(|i| Particle {
            x: rng.random_range(0.0..box_size.x),
            y: rng.random_range(0.0..box_size.y),
            heading: rng.random_range(-3.1..3.1),
            species: (i % SPECIES) as u8,
        })
        .collect();
    Swarm { particles, box_size }
}

/// Like [`scattered`], with no pair whose distance is within `margin` of one of `radii`: there derivatives are kinked.
pub fn scattered_off_seams(count: usize, box_size: DVec2, radii: &[f64], margin: f64, seed: u64) -> Swarm {
    (0..)
        .map(|attempt| scattered(count, box_size, seed + 10_000 * attempt))
        .find(|swarm| {
            let p = &swarm.particles;
            p.iter()
                .enumerate()
                .all(|(i, a)| p[..i].iter().all(|b| radii.iter().all(|r| (swarm.distance(a, b) - r).abs() > margin)))
        })
        .expect("some draw is off the seams")
}

/// Root mean square of all components.
pub fn rms(values: &[[f64; 3]]) -> f64 {
    let sum: f64 = values.iter().flatten().map(|v| v * v).sum();
    (sum / (3 * values.len()) as f64).sqrt()
}

/// Largest difference of any component.
pub fn largest_difference(a: &[[f64; 3]], b: &[[f64; 3]]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().flatten().zip(b.iter().flatten()).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}
