//! Sizes and frames of a snapshot: its unit of length, its bounds, and the motif about its own centre.

use glam::DVec2;

use super::near::{Neighbour, PointTree};
use super::{Boundary, Mode, Particle, Snapshot, offset};

impl Snapshot {
    /// ℓ, the unit of every other length: the median nearest-neighbour distance, in world units.
    ///
    /// On the torus for a periodic whole painting, in the plane otherwise. With fewer than two particles there is no
    /// such distance; a tenth of the shorter box side stands in, so that an empty canvas has a scale.
    pub fn unit_length(&self) -> f64 {
        self.unit_length_among(&self.neighbours())
    }

    /// As [`Self::unit_length`], where the [`Self::neighbours`] are known.
    pub fn unit_length_among(&self, neighbours: &[Option<Neighbour>]) -> f64 {
        let mut spacings: Vec<f64> = neighbours.iter().flatten().map(|neighbour| neighbour.distance).collect();
        spacings.retain(|spacing| spacing.is_finite());
        match median(&mut spacings) {
            Some(length) if length > 0.0 => length,
            _ => 0.1 * self.box_size.min_element(),
        }
    }

    /// The nearest other particle of each, in the plane or on the torus as for [`Self::unit_length`]; `None` for a lone one.
    pub fn neighbours(&self) -> Vec<Option<Neighbour>> {
        PointTree::new(self.positions(), self.period()).neighbours()
    }

    /// Species in use, counted as highest species + 1 (at least 1).
    pub fn species_count(&self) -> usize {
        self.particles.iter().map(|p| usize::from(p.species) + 1).max().unwrap_or(1)
    }

    /// Lower left and upper right corner around the particles, world units; `None` without particles.
    pub fn bounding(&self) -> Option<[DVec2; 2]> {
        let places = || self.particles.iter().map(Particle::position);
        Some([places().reduce(DVec2::min)?, places().reduce(DVec2::max)?])
    }

    /// Centre and radius of a circle around all particles, world units, within about one percent of the smallest
    /// (Bădoiu & Clarkson 2003: step towards the farthest particle, by ever smaller shares).
    pub fn enclosing_circle(&self) -> (DVec2, f64) {
        let Some([low, high]) = self.bounding() else { return (DVec2::ZERO, 0.0) };
        let mut centre = 0.5 * (low + high);
        let distance = |p: &Particle, c: DVec2| (p.x - c.x).hypot(p.y - c.y);
        let radius_at = |c: DVec2| self.particles.iter().map(|p| distance(p, c)).fold(0.0, f64::max);
        let mut best = (centre, radius_at(centre));
        for step in 1..=128 {
            let farthest = self.particles.iter().max_by(|a, b| distance(a, centre).total_cmp(&distance(b, centre)));
            let Some(farthest) = farthest else { break };
            let share = 1.0 / (f64::from(step) + 1.0);
            centre += share * (farthest.position() - centre);
            let radius = radius_at(centre);
            if radius < best.1 {
                best = (centre, radius);
            }
        }
        best
    }

    /// The particles about the centre of [`Self::enclosing_circle`], in units of ℓ; headings and order unchanged.
    pub fn centred_motif(&self) -> Vec<Particle> {
        let unit = self.unit_length();
        let (centre, _) = self.enclosing_circle();
        self.particles.iter().map(|p| p.at((p.position() - centre) / unit)).collect()
    }

    pub(crate) fn positions(&self) -> Vec<DVec2> {
        self.particles.iter().map(Particle::position).collect()
    }

    /// From a particle to the nearest edge of the box, world units.
    pub(crate) fn to_edge(&self, p: &Particle) -> f64 {
        p.position().min(self.box_size - p.position()).min_element()
    }

    /// Whether the picture wraps around its edges.
    pub fn is_torus(&self) -> bool {
        self.mode == Mode::Whole && self.boundary == Boundary::Periodic
    }

    /// The torus that the painting lives on, if it does.
    pub(crate) fn period(&self) -> Option<DVec2> {
        self.is_torus().then_some(self.box_size)
    }

    /// From particle `i` to particle `j`, by the shortest way.
    pub fn offset(&self, i: usize, j: usize) -> DVec2 {
        offset(self.particles[i].position(), self.particles[j].position(), self.period())
    }
}

/// The middle value (mean of the two middle ones), `None` of nothing.
pub(crate) fn median(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let middle = values.len() / 2;
    let even = values.len().is_multiple_of(2);
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if even { below.iter().copied().max_by(f64::total_cmp).map(|lower| 0.5 * (lower + upper)) } else { Some(upper) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng, rngs::StdRng};

    fn snapshot(points: &[[f64; 2]], box_size: [f64; 2]) -> Snapshot {
        let particles = points.iter().map(|&[x, y]| Particle { x, y, ..Particle::default() }).collect();
        Snapshot { particles, box_size: box_size.into(), ..Snapshot::default() }
    }

    #[test]
    fn unit_length_is_the_median_and_crosses_edges_of_a_torus_only() {
        let mut s = snapshot(&[[0.1, 1.0], [3.9, 1.0], [2.0, 1.0], [2.0, 2.0]], [4.0, 4.0]);
        // Plane: 1.9, 1.9, 1, 1. Torus: 0.2, 0.2, 1, 1.
        assert!((s.unit_length() - 1.45).abs() < 1e-12);
        s.mode = Mode::Whole;
        assert!((s.unit_length() - 0.6).abs() < 1e-12);
    }

    #[test]
    fn an_empty_canvas_and_a_lone_particle_still_have_a_scale() {
        assert_eq!(snapshot(&[], [20.0, 10.0]).unit_length(), 1.0);
        assert_eq!(snapshot(&[[1.0, 1.0]], [20.0, 10.0]).unit_length(), 1.0);
    }

    #[test]
    fn a_large_random_sample_has_the_scale_of_a_poisson_process() {
        let mut rng = StdRng::seed_from_u64(1);
        let points: Vec<[f64; 2]> = (0..100_000).map(|_| [rng.random(), rng.random()]).collect();
        let mut s = snapshot(&points, [1.0, 1.0]);
        s.mode = Mode::Whole;
        let unit = s.unit_length();
        // Median nearest neighbour of a Poisson process of density n: sqrt(ln 2 / (π n)).
        let expected = (2f64.ln() / (std::f64::consts::PI * 1e5)).sqrt();
        assert!((unit / expected - 1.0).abs() < 0.02, "{unit} against {expected}");
    }

    #[test]
    fn the_circle_encloses_all_particles_and_is_nearly_the_smallest() {
        // A triangle of circumradius 1, and points inside it.
        let s = snapshot(&[[3.0, 2.0], [1.5, 2.866_025], [1.5, 1.133_975], [2.0, 2.1], [2.2, 2.0]], [4.0, 4.0]);
        let (centre, radius) = s.enclosing_circle();
        assert!((1.0 - 1e-6..1.02).contains(&radius), "{radius}");
        assert!(s.particles.iter().all(|p| p.position().distance(centre) <= radius + 1e-12));
    }

    #[test]
    fn species_count_is_highest_plus_one() {
        let mut s = snapshot(&[[0.0, 0.0], [1.0, 1.0]], [2.0, 2.0]);
        assert_eq!(s.species_count(), 1);
        s.particles[1].species = 4;
        assert_eq!(s.species_count(), 5);
    }
}
