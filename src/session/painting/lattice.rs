//! A rectangle filled with a hexagonal or square lattice.

use std::f64::consts::{FRAC_PI_2, PI};

use rand::{Rng, RngExt};

use super::MAX_LAID;
use super::options::{FillHeading, LatticeKind};
use crate::worlds::swarm::picture::Particle;

/// Sites of the lattice in the rectangle with these corners, in the middle of it; nearest neighbours are `spacing` apart.
pub(super) fn sites(kind: LatticeKind, a: [f64; 2], b: [f64; 2], spacing: f64) -> Vec<[f64; 2]> {
    let low = [a[0].min(b[0]), a[1].min(b[1])];
    let size = [(a[0] - b[0]).abs(), (a[1] - b[1]).abs()];
    // Less than half a spacing across is a click.
    if size[0].max(size[1]) < 0.5 * spacing {
        return Vec::new();
    }
    let rise = if kind == LatticeKind::Hexagonal { spacing * 0.75f64.sqrt() } else { spacing };
    let fit = |length: f64, step: f64| (length / step + 1e-9).floor() as usize + 1;
    let (columns, rows) = (fit(size[0], spacing), fit(size[1], rise));
    if columns.saturating_mul(rows) > MAX_LAID {
        return Vec::new();
    }
    let left = low[0] + 0.5 * (size[0] - (columns - 1) as f64 * spacing);
    let bottom = low[1] + 0.5 * (size[1] - (rows - 1) as f64 * rise);
    let mut sites = Vec::with_capacity(columns * rows);
    for row in 0..rows {
        let odd = kind == LatticeKind::Hexagonal && row % 2 == 1;
        // Odd rows lie between the sites of even ones: one site less, unless that leaves none.
        let (shift, count) = if odd && columns > 1 { (0.5 * spacing, columns - 1) } else { (0.0, columns) };
        for column in 0..count {
            sites.push([left + shift + column as f64 * spacing, bottom + row as f64 * rise]);
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
pub(super) fn fill(sites: &[[f64; 2]], filling: Filling, rng: &mut impl Rng) -> Vec<Particle> {
    let n = sites.len().max(1) as f64;
    let middle = sites.iter().fold([0.0; 2], |[x, y], s| [x + s[0] / n, y + s[1] / n]);
    let about = if filling.reversed { PI } else { 0.0 };
    let outward = |[x, y]: [f64; 2]| (y - middle[1]).atan2(x - middle[0]) + about;
    sites
        .iter()
        .map(|&[x, y]| {
            let heading = match filling.heading {
                FillHeading::Common => filling.common,
                FillHeading::Random => rng.random_range(-PI..PI),
                FillHeading::None => 0.0,
                FillHeading::Outward => outward([x, y]),
                FillHeading::Around => outward([x, y]) + FRAC_PI_2,
            };
            Particle { x, y, heading, species: filling.species }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    fn nearest(sites: &[[f64; 2]], i: usize) -> Vec<f64> {
        let mut distances: Vec<f64> = (0..sites.len())
            .filter(|&j| j != i)
            .map(|j| (sites[i][0] - sites[j][0]).hypot(sites[i][1] - sites[j][1]))
            .collect();
        distances.sort_by(f64::total_cmp);
        distances
    }

    #[test]
    fn lattice_sites_have_six_or_four_neighbours_at_the_spacing() {
        for (kind, neighbours) in [(LatticeKind::Hexagonal, 6), (LatticeKind::Square, 4)] {
            let sites = sites(kind, [6.0, 6.5], [1.0, 1.0], 1.0);
            let inner = sites.iter().position(|s| (s[0] - 3.5).hypot(s[1] - 3.75) < 0.8).expect("a site in the middle");
            let near = nearest(&sites, inner);
            assert!(near[..neighbours].iter().all(|d| (d - 1.0).abs() < 1e-9), "{kind:?} {near:?}");
            assert!(near[neighbours] > 1.3);
            assert!(sites.iter().all(|[x, y]| (1.0..=6.0).contains(x) && (1.0..=6.5).contains(y)));
            let mean = sites.iter().map(|s| s[0]).sum::<f64>() / sites.len() as f64;
            assert!((mean - 3.5).abs() < 1e-9, "in the middle of the rectangle");
        }
    }

    #[test]
    fn a_click_and_a_too_fine_lattice_add_nothing() {
        assert!(sites(LatticeKind::Square, [1.0, 1.0], [1.2, 1.1], 1.0).is_empty());
        assert!(sites(LatticeKind::Square, [0.0, 0.0], [1e4, 1e4], 0.05).is_empty());
    }

    #[test]
    fn headings_are_common_random_none_outward_or_around() {
        let sites = sites(LatticeKind::Square, [0.0, 0.0], [4.0, 4.0], 1.0);
        let mut rng = StdRng::seed_from_u64(1);
        let mut filled =
            |heading, reversed| fill(&sites, Filling { heading, common: 1.25, reversed, species: 3 }, &mut rng);
        assert!(filled(FillHeading::Common, false).iter().all(|p| p.heading == 1.25 && p.species == 3));
        assert!(filled(FillHeading::None, true).iter().all(|p| p.heading == 0.0));
        let radial = |p: &Particle| (p.x - 2.0) * p.heading.cos() + (p.y - 2.0) * p.heading.sin();
        let turning = |p: &Particle| (p.x - 2.0) * p.heading.sin() - (p.y - 2.0) * p.heading.cos();
        let far = |p: &Particle| (p.x - 2.0).hypot(p.y - 2.0);
        for (reversed, sign) in [(false, 1.0), (true, -1.0)] {
            let outward = filled(FillHeading::Outward, reversed);
            assert!(outward.iter().all(|p| (radial(p) - sign * far(p)).abs() < 1e-9));
            let around = filled(FillHeading::Around, reversed);
            assert!(around.iter().all(|p| (turning(p) - sign * far(p)).abs() < 1e-9));
        }
        let random = filled(FillHeading::Random, false);
        let sum = random.iter().fold([0.0; 2], |[x, y], p| [x + p.heading.cos(), y + p.heading.sin()]);
        assert!(sum[0].hypot(sum[1]) < 0.6 * random.len() as f64);
    }
}
