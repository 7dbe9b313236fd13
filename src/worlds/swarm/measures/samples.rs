//! Swarms to measure against: noised samples, and the same particles scattered at random.

use glam::DVec2;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use crate::worlds::swarm::picture::{Particle, Swarm, wrap_angle, wrap_position};

/// `swarm` (lengths in ℓ) with the noise of level σ: x̃ = x + σ ξ and θ̃ = θ + κ σ ξ', folded into the torus.
pub fn noised(swarm: &Swarm, sigma_l: f64, kappa: f64, rng: &mut impl Rng) -> Swarm {
    let mut noisy = swarm.clone();
    for p in &mut noisy.particles {
        let mut normal = || rng.sample::<f64, _>(StandardNormal);
        *p = p.at(wrap_position(p.position() + sigma_l * DVec2::new(normal(), normal()), swarm.box_size));
        p.heading = wrap_angle(p.heading + kappa * sigma_l * normal());
    }
    noisy
}

/// The same species in the same box, with uniformly random positions and headings.
pub fn scattered(swarm: &Swarm, rng: &mut impl Rng) -> Swarm {
    let mut random = swarm.clone();
    random.scatter(rng);
    random
}

/// `swarm` with every particle within `radius_l` of `centre` moved anywhere into that disc, with a random heading: the
/// wound of a healing test. Also returns how many were moved.
pub fn scrambled(swarm: &Swarm, centre: DVec2, radius_l: f64, rng: &mut impl Rng) -> (Swarm, usize) {
    let middle = Particle::default().at(centre);
    let mut wounded = swarm.clone();
    let mut thrown = 0;
    for p in &mut wounded.particles {
        if swarm.distance(&middle, p) >= radius_l {
            continue;
        }
        // The root makes the density even over the disc.
        let distance = radius_l * rng.random::<f64>().sqrt();
        let direction = DVec2::from_angle(std::f64::consts::TAU * rng.random::<f64>());
        *p = p.at(wrap_position(centre + distance * direction, swarm.box_size));
        p.heading = wrap_angle(std::f64::consts::TAU * rng.random::<f64>());
        thrown += 1;
    }
    (wounded, thrown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn lattice() -> Swarm {
        let at = |i: u32| Particle { x: f64::from(i % 60), y: f64::from(i / 60), heading: 3.0, species: (i % 3) as u8 };
        Swarm { particles: (0..3600).map(at).collect(), box_size: DVec2::splat(60.0) }
    }

    #[test]
    fn noise_has_the_spread_it_is_asked_for() {
        let swarm = lattice();
        let noisy = noised(&swarm, 0.2, 1.5, &mut StdRng::seed_from_u64(1));
        let mut square = [0.0; 3];
        for (a, b) in swarm.particles.iter().zip(&noisy.particles) {
            let moved = swarm.offset(a, b).extend(wrap_angle(b.heading - a.heading));
            for (s, d) in square.iter_mut().zip(moved.to_array()) {
                *s += d * d / swarm.len() as f64;
            }
            assert_eq!(a.species, b.species);
        }
        for (s, spread) in square.into_iter().zip([0.2, 0.2, 0.3]) {
            // Five standard errors of a spread from 3600 draws: 6 %.
            assert!((s.sqrt() / spread - 1.0).abs() < 0.06, "{square:?}");
        }
    }

    #[test]
    fn a_wound_stays_inside_its_disc_and_spares_the_rest() {
        let swarm = lattice();
        let middle = Particle { x: 59.5, y: 0.5, ..Particle::default() };
        let (wounded, thrown) = scrambled(&swarm, middle.position(), 5.0, &mut StdRng::seed_from_u64(2));
        let mut changed = 0;
        for (a, b) in swarm.particles.iter().zip(&wounded.particles) {
            if a != b {
                assert!(swarm.distance(&middle, b) <= 5.0 + 1e-9 && a.species == b.species);
                changed += 1;
            }
        }
        assert_eq!(changed, thrown);
        // π 5² lattice points are within 5, up to the rim.
        assert!((70..=90).contains(&thrown), "{thrown}");
    }
}
