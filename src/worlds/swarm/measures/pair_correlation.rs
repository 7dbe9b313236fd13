//! The pair correlation function g(r).

use crate::worlds::swarm::picture::Swarm;
use crate::worlds::swarm::rule::Neighbours;

/// g(r) in `bins` equal bins from 0 to `reach_l`, averaged over `swarms`: pairs of (bin centre in ℓ, g).
///
/// g is the number of pairs in the annulus over the number that uniformly random particles would have there, so it is 1
/// where nothing is correlated. `reach_l` should stay below half of the shorter side of the box: beyond, annuli do not fit
/// on the torus. g is 0 everywhere when no swarm has two particles.
pub fn pair_correlation(swarms: &[Swarm], bins: usize, reach_l: f64) -> Vec<(f64, f64)> {
    let width = reach_l / bins as f64;
    let mut counts = vec![0.0; bins];
    // Ordered pairs per area if nothing were correlated.
    let mut density = 0.0;
    let mut neighbours = Neighbours::default();
    for swarm in swarms {
        neighbours.rebuild(swarm, reach_l);
        for i in 0..swarm.len() {
            for j in neighbours.of(i) {
                let distance = swarm.distance(&swarm.particles[i], &swarm.particles[j]);
                counts[((distance / width) as usize).min(bins - 1)] += 1.0;
            }
        }
        let count = swarm.len() as f64;
        density += count * (count - 1.0).max(0.0) / swarm.box_size.element_product();
    }
    let bin = |(k, count): (usize, f64)| {
        let (inner, outer) = (width * k as f64, width * (k + 1) as f64);
        let area = std::f64::consts::PI * (outer * outer - inner * inner);
        (0.5 * (inner + outer), if density > 0.0 { count / (density * area) } else { 0.0 })
    };
    counts.into_iter().enumerate().map(bin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::measures::samples::scattered;
    use crate::worlds::swarm::picture::Particle;
    use glam::DVec2;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn random_particles_are_uncorrelated() {
        let mut rng = StdRng::seed_from_u64(1);
        let blank = Swarm { particles: vec![Particle::default(); 400], box_size: DVec2::new(20.0, 30.0) };
        let swarms: Vec<_> = (0..20).map(|_| scattered(&blank, &mut rng)).collect();
        for (r, g) in pair_correlation(&swarms, 8, 4.0) {
            // About 2000 pairs in the smallest annulus: five standard errors are 11 %.
            assert!((g - 1.0).abs() < 0.11, "g({r}) = {g}");
        }
    }

    #[test]
    fn a_square_lattice_has_its_shells_and_nothing_between() {
        let particles = (0..100)
            .map(|i| Particle { x: f64::from(i % 10), y: f64::from(i / 10), ..Particle::default() })
            .collect::<Vec<_>>();
        let swarm = Swarm { particles, box_size: DVec2::splat(10.0) };
        let g = pair_correlation(&[swarm], 10, 2.0);
        for (k, (r, value)) in g.into_iter().enumerate() {
            // Shells at 1 and √2 are in bins 5 and 7; that at 2 is not below the reach.
            let neighbours = 4.0 * f64::from(u8::from(k == 5 || k == 7));
            let area = std::f64::consts::TAU * r * 0.2;
            let expected = neighbours / (area * 99.0 / 100.0);
            assert!((value - expected).abs() < 1e-9, "g({r}) = {value}, not {expected}");
        }
    }
}
