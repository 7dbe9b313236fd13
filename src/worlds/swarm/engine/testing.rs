//! What the tests of the engines share: swarms and rules.

use glam::DVec2;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

pub(crate) use crate::gpu::testing::gpu;
use crate::worlds::swarm::picture::{Particle, Swarm};
use crate::worlds::swarm::rule::{NetShape, Rule};

/// A random energy and flow whose κ and cutoff differ from the defaults, so that neither may be forgotten.
pub(crate) fn rule(species: usize) -> Rule {
    let shape = NetShape { species, phi: [12, 20], rho: [24, 17], outputs: 1 };
    Rule { kappa: 0.8, cutoff_l: 3.1, ..Rule::random(shape, 11).with_random_flow(12) }
}

/// `count` particles uniformly in the box, headings and species too.
pub(crate) fn random_swarm(count: usize, box_size: DVec2, species: u8, seed: u64) -> Swarm {
    let mut rng = StdRng::seed_from_u64(seed);
    let particles = (0..count)
        .map(|_| Particle {
            x: rng.random_range(0.0..box_size.x),
            y: rng.random_range(0.0..box_size.y),
            heading: rng.random_range(-3.0..3.0),
            species: rng.random_range(0..species),
        })
        .collect();
    Swarm { particles, box_size }
}

/// Swarms that a neighbour grid may get wrong, each with the number of species it needs.
pub(crate) fn difficult_swarms() -> Vec<(&'static str, usize, Swarm)> {
    let mut crowd = random_swarm(250, DVec2::new(31.0, 23.0), 1, 2);
    for (i, p) in crowd.particles.iter_mut().take(200).enumerate() {
        p.x = 10.0 + 0.12 * (i % 15) as f64;
        p.y = 5.0 + 0.11 * (i / 15) as f64;
    }
    let pair = |x| Swarm {
        particles: vec![
            Particle { x: 0.2, y: 3.0, heading: 0.3, species: 0 },
            Particle { x, y: 3.4, heading: -2.0, species: 0 },
        ],
        box_size: DVec2::new(40.0, 30.0),
    };
    vec![
        ("random", 1, random_swarm(300, DVec2::new(19.0, 16.0), 1, 1)),
        ("200 in one cell", 1, crowd),
        ("box narrower than two cutoffs", 1, random_swarm(24, DVec2::new(4.4, 3.7), 1, 3)),
        ("box narrower than the cutoff", 1, random_swarm(9, DVec2::new(2.3, 50.0), 1, 4)),
        ("three cells across", 1, random_swarm(60, DVec2::new(9.5, 12.6), 1, 5)),
        ("two across the edge", 1, pair(39.5)),
        ("two out of sight", 1, pair(20.0)),
        ("one alone", 1, random_swarm(1, DVec2::splat(9.0), 1, 7)),
        ("eight species", 8, random_swarm(150, DVec2::new(14.0, 13.0), 8, 6)),
    ]
}
