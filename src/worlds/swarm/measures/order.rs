//! Order of a configuration: polarisation, clusters, milling.

use glam::DVec2;

use crate::worlds::swarm::picture::Swarm;
use crate::worlds::swarm::rule::Neighbours;

/// Particles closer than this belong to one cluster, ℓ. In units of ℓ neighbours in a creature are about 1 apart.
pub const LINK_L: f64 = 1.6;

/// |mean n|: 1 when all headings are equal, about 1/√N when they are independent, 0 for no particles.
pub fn polarisation(swarm: &Swarm) -> f64 {
    let mean = mean_heading_vector(swarm, 0..swarm.len());
    mean.x.hypot(mean.y)
}

/// The mean of n over some particles.
pub(super) fn mean_heading_vector(swarm: &Swarm, members: impl ExactSizeIterator<Item = usize>) -> DVec2 {
    let count = members.len().max(1) as f64;
    members.map(|i| DVec2::from_angle(swarm.particles[i].heading) / count).sum()
}

/// A connected group of particles.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// Particle numbers.
    pub members: Vec<usize>,
    /// Each member's offset from the centre of mass, ℓ, unwrapped along the links of the cluster. A cluster that closes
    /// around the torus has no centre; its offsets then depend on where the walk began.
    pub offset: Vec<DVec2>,
}

impl Cluster {
    /// Root-mean-square distance of the members from the centre, ℓ.
    pub fn radius(&self) -> f64 {
        let sum: f64 = self.offset.iter().map(|offset| offset.length_squared()).sum();
        (sum / self.members.len().max(1) as f64).sqrt()
    }
}

/// Connected components under links shorter than `link_l` (see [`LINK_L`]); every particle is in exactly one.
pub fn clusters(swarm: &Swarm, link_l: f64) -> Vec<Cluster> {
    let neighbours = Neighbours::new(swarm, link_l);
    let mut seen = vec![false; swarm.len()];
    let mut clusters = Vec::new();
    for root in 0..swarm.len() {
        if seen[root] {
            continue;
        }
        seen[root] = true;
        let (mut members, mut offset) = (vec![root], vec![DVec2::ZERO]);
        let mut next = 0;
        while next < members.len() {
            let (i, here) = (members[next], offset[next]);
            for j in neighbours.of(i) {
                if !seen[j] {
                    seen[j] = true;
                    members.push(j);
                    offset.push(here + swarm.offset(&swarm.particles[i], &swarm.particles[j]));
                }
            }
            next += 1;
        }
        let centre = offset.iter().sum::<DVec2>() / members.len() as f64;
        offset.iter_mut().for_each(|o| *o -= centre);
        clusters.push(Cluster { members, offset });
    }
    clusters
}

/// How far clusters are mills, of either sense: 1 when every member looks along the circle around the centre of its
/// cluster, 0 when headings do not know of each other.
///
/// With a_i = r̂_i × n_i, each cluster's squared mean of a is taken over pairs of different members, so that chance
/// alignment in small clusters has expectation 0; clusters count by size, and the square root comes last. Clusters of one
/// or two do not count; with none left the result is 0.
pub fn milling(swarm: &Swarm, clusters: &[Cluster]) -> f64 {
    let (mut sum, mut weight) = (0.0, 0.0);
    for cluster in clusters.iter().filter(|c| c.members.len() >= 3) {
        let along = cluster.members.iter().zip(&cluster.offset).map(|(&i, offset)| {
            let radius = offset.x.hypot(offset.y);
            let ahead = DVec2::from_angle(swarm.particles[i].heading);
            if radius > 0.0 { offset.perp_dot(ahead) / radius } else { 0.0 }
        });
        let (mut total, mut squares) = (0.0, 0.0);
        for a in along {
            total += a;
            squares += a * a;
        }
        let count = cluster.members.len() as f64;
        sum += count * (total * total - squares) / (count * (count - 1.0));
        weight += count;
    }
    if weight > 0.0 { (sum / weight).max(0.0).sqrt() } else { 0.0 }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::worlds::swarm::measures::samples::scattered;
    use crate::worlds::swarm::picture::{Particle, wrap};
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    /// Rings of eight with radius 1.3 ℓ and tangential headings, `senses` one for each ring (+1 anticlockwise). The first
    /// ring straddles the corner of the torus.
    pub fn rings(senses: &[f64]) -> Swarm {
        let width = 6.0 * senses.len() as f64;
        let ring = |(k, &sense): (usize, &f64)| {
            (0..8).map(move |i| {
                let angle = std::f64::consts::TAU * f64::from(i) / 8.0 + 0.2;
                Particle {
                    x: wrap(6.0 * k as f64 + 1.3 * angle.cos(), width),
                    y: wrap(1.3 * angle.sin(), 6.0),
                    heading: angle + sense * std::f64::consts::FRAC_PI_2,
                    species: 0,
                }
            })
        };
        Swarm { particles: senses.iter().enumerate().flat_map(ring).collect(), box_size: DVec2::new(width, 6.0) }
    }

    #[test]
    fn rings_are_found_whole_across_the_edge_of_the_torus() {
        let found = clusters(&rings(&[1.0, -1.0, 1.0]), LINK_L);
        assert_eq!(found.len(), 3);
        for cluster in found {
            assert_eq!(cluster.members.len(), 8);
            assert!((cluster.radius() - 1.3).abs() < 1e-12, "{}", cluster.radius());
        }
    }

    #[test]
    fn perfect_mills_of_either_sense_mill_fully_and_do_not_polarise() {
        for senses in [&[1.0, 1.0][..], &[1.0, -1.0], &[-1.0]] {
            let swarm = rings(senses);
            assert!((milling(&swarm, &clusters(&swarm, LINK_L)) - 1.0).abs() < 1e-12);
            assert!(polarisation(&swarm) < 1e-12);
        }
    }

    #[test]
    fn rings_that_look_outward_or_all_one_way_do_not_mill() {
        let mut swarm = rings(&[1.0, -1.0]);
        for (p, sense) in swarm.particles.iter_mut().zip([[1.0; 8], [-1.0; 8]].concat()) {
            p.heading -= sense * std::f64::consts::FRAC_PI_2;
        }
        assert!(milling(&swarm, &clusters(&swarm, LINK_L)) < 1e-6);
        for p in &mut swarm.particles {
            p.heading = 2.0;
        }
        assert!(milling(&swarm, &clusters(&swarm, LINK_L)) < 1e-6);
        assert!((polarisation(&swarm) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn random_swarms_neither_mill_nor_polarise() {
        let mut rng = StdRng::seed_from_u64(1);
        let blank = Swarm { particles: vec![Particle::default(); 3000], box_size: DVec2::splat(100.0) };
        let random = scattered(&blank, &mut rng);
        // 1/√3000 is 0.018; milling takes the fourth root of a like variance.
        assert!(polarisation(&random) < 0.06);
        assert!(milling(&random, &clusters(&random, LINK_L)) < 0.25);
        let everyone: usize = clusters(&random, LINK_L).iter().map(|c| c.members.len()).sum();
        assert_eq!(everyone, 3000);
    }

    #[test]
    fn an_empty_swarm_has_no_order() {
        let empty = Swarm { particles: Vec::new(), box_size: DVec2::splat(9.0) };
        assert_eq!((polarisation(&empty), milling(&empty, &clusters(&empty, LINK_L))), (0.0, 0.0));
    }
}
