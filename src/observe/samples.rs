//! Swarms to measure against: noised samples, and the same particles scattered at random.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use crate::snapshot::{Swarm, wrap, wrap_angle};

/// `swarm` (lengths in ℓ) with the noise of level σ: x̃ = x + σ ξ and θ̃ = θ + κ σ ξ', folded into the torus.
pub fn noised(swarm: &Swarm, sigma_l: f64, kappa: f64, rng: &mut impl Rng) -> Swarm {
    let [width, height] = swarm.box_size;
    let mut noisy = swarm.clone();
    for p in &mut noisy.particles {
        let mut normal = || rng.sample::<f64, _>(StandardNormal);
        p.x = wrap(p.x + sigma_l * normal(), width);
        p.y = wrap(p.y + sigma_l * normal(), height);
        p.heading = wrap_angle(p.heading + kappa * sigma_l * normal());
    }
    noisy
}

/// The same species in the same box, with uniformly random positions and headings.
pub fn scattered(swarm: &Swarm, rng: &mut impl Rng) -> Swarm {
    let [width, height] = swarm.box_size;
    let mut random = swarm.clone();
    for p in &mut random.particles {
        p.x = width * rng.random::<f64>();
        p.y = height * rng.random::<f64>();
        p.heading = wrap_angle(std::f64::consts::TAU * rng.random::<f64>());
    }
    random
}
