//! A rectangle filled with a hexagonal or square lattice.

use std::f64::consts::{FRAC_PI_2, PI};

use glam::{DVec2, USizeVec2};
use rand::{Rng, RngExt};

use super::options::{FillHeading, LatticeKind};
use crate::worlds::swarm::picture::Particle;
use crate::worlds::swarm::picture::curve::MAX_PLACED;

/// Sites of the lattice in the rectangle with these corners, in the middle of it; nearest neighbours are `spacing` apart.
pub(super) fn sites(kind: LatticeKind, a: DVec2, b: DVec2, spacing: f64) -> Vec<DVec2> {
    let size = (a - b).abs();
    // Less than half a spacing across is a click.
    if size.max_element() < 0.5 * spacing {
        return Vec::new();
    }
    let rise = if kind == LatticeKind::Hexagonal { spacing * 0.75f64.sqrt() } else { spacing };
    let fit = |length: f64, step: f64| (length / step + 1e-9).floor() as usize + 1;
    let (columns, rows) = (fit(size.x, spacing), fit(size.y, rise));
    if columns.saturating_mul(rows) > MAX_PLACED {
        return Vec::new();
    }
    let steps = DVec2::new(spacing, rise);
    let filled = steps * USizeVec2::new(columns - 1, rows - 1).as_dvec2();
    let corner = a.min(b) + 0.5 * (size - filled);
    let mut sites = Vec::with_capacity(columns * rows);
    for row in 0..rows {
        let odd = kind == LatticeKind::Hexagonal && row % 2 == 1;
        // Odd rows are between the sites of even ones: one site less, unless that leaves none.
        let (shift, count) = if odd && columns > 1 { (0.5 * spacing, columns - 1) } else { (0.0, columns) };
        for column in 0..count {
            sites.push(corner + shift * DVec2::X + steps * USizeVec2::new(column, row).as_dvec2());
        }
    }
    sites
}

/// How the sites of a lattice are filled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Filling {
    pub heading: FillHeading,
    /// The heading of the pen, radians.
    pub common: f64,
    /// Outward is inward, and around clockwise.
    pub reversed: bool,
    pub species: u8,
}

/// Particles at `sites`.
pub(super) fn fill(sites: &[DVec2], filling: Filling, rng: &mut impl Rng) -> Vec<Particle> {
    let middle = sites.iter().sum::<DVec2>() / sites.len().max(1) as f64;
    let about = if filling.reversed { PI } else { 0.0 };
    let outward = |site: DVec2| (site - middle).to_angle() + about;
    sites
        .iter()
        .map(|&site| {
            let heading = match filling.heading {
                FillHeading::Common => filling.common,
                FillHeading::Random => rng.random_range(-PI..PI),
                FillHeading::None => 0.0,
                FillHeading::Outward => outward(site),
                FillHeading::Around => outward(site) + FRAC_PI_2,
            };
            Particle { x: site.x, y: site.y, heading, species: filling.species }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    fn nearest(sites: &[DVec2], i: usize) -> Vec<f64> {
        let others = (0..sites.len()).filter(|&j| j != i);
        let mut distances: Vec<f64> = others.map(|j| sites[i].distance(sites[j])).collect();
        distances.sort_by(f64::total_cmp);
        distances
    }

    #[test]
    fn lattice_sites_have_six_or_four_neighbours_at_the_spacing() {
        for (kind, neighbours) in [(LatticeKind::Hexagonal, 6), (LatticeKind::Square, 4)] {
            let sites = sites(kind, DVec2::new(6.0, 6.5), DVec2::splat(1.0), 1.0);
            let inner =
                sites.iter().position(|s| s.distance(DVec2::new(3.5, 3.75)) < 0.8).expect("a site in the middle");
            let near = nearest(&sites, inner);
            assert!(near[..neighbours].iter().all(|d| (d - 1.0).abs() < 1e-9), "{kind:?} {near:?}");
            assert!(near[neighbours] > 1.3);
            assert!(sites.iter().all(|s| (1.0..=6.0).contains(&s.x) && (1.0..=6.5).contains(&s.y)));
            let mean = sites.iter().map(|s| s.x).sum::<f64>() / sites.len() as f64;
            assert!((mean - 3.5).abs() < 1e-9, "in the middle of the rectangle");
        }
    }

    #[test]
    fn a_click_and_a_too_fine_lattice_add_nothing() {
        assert!(sites(LatticeKind::Square, DVec2::splat(1.0), DVec2::new(1.2, 1.1), 1.0).is_empty());
        assert!(sites(LatticeKind::Square, DVec2::ZERO, DVec2::splat(1e4), 0.05).is_empty());
    }

    #[test]
    fn headings_are_common_random_none_outward_or_around() {
        let sites = sites(LatticeKind::Square, DVec2::ZERO, DVec2::splat(4.0), 1.0);
        let mut rng = StdRng::seed_from_u64(1);
        let mut filled =
            |heading, reversed| fill(&sites, Filling { heading, common: 1.25, reversed, species: 3 }, &mut rng);
        assert!(filled(FillHeading::Common, false).iter().all(|p| p.heading == 1.25 && p.species == 3));
        assert!(filled(FillHeading::None, true).iter().all(|p| p.heading == 0.0));
        let off = |p: &Particle| p.position() - DVec2::splat(2.0);
        let radial = |p: &Particle| off(p).dot(DVec2::from_angle(p.heading));
        let turning = |p: &Particle| off(p).perp_dot(DVec2::from_angle(p.heading));
        let far = |p: &Particle| off(p).length();
        for (reversed, sign) in [(false, 1.0), (true, -1.0)] {
            let outward = filled(FillHeading::Outward, reversed);
            assert!(outward.iter().all(|p| (radial(p) - sign * far(p)).abs() < 1e-9));
            let around = filled(FillHeading::Around, reversed);
            assert!(around.iter().all(|p| (turning(p) - sign * far(p)).abs() < 1e-9));
        }
        let random = filled(FillHeading::Random, false);
        let sum: DVec2 = random.iter().map(|p| DVec2::from_angle(p.heading)).sum();
        assert!(sum.length() < 0.6 * random.len() as f64);
    }
}
