//! Box, number and mix of the samples of a snapshot, and random swarms to compare them with.

use std::f64::consts::PI;

use glam::{DVec2, USizeVec2};
use rand::{Rng, RngExt};

use super::{Boundary, Ensemble, Mode, Particle, Snapshot, Swarm};

/// No torus is narrower than this, ℓ: twice the default cutoff, so that no particle meets another one twice.
pub const MIN_TORUS_L: f64 = 8.0;

/// Emptiness between opposite edges of an open painting, ℓ: more than any cutoff, so that they never see each other.
pub const OPEN_MARGIN_L: f64 = 6.0;

/// Width and height of the torus that holds every sample, ℓ.
///
/// A motif gets a square whose area is the area of the discs around its copies over `cover`; a whole painting keeps its
/// box (a periodic one narrower than [`MIN_TORUS_L`] is repeated until it is not, an open one gets [`OPEN_MARGIN_L`]).
pub fn ensemble_box_l(snapshot: &Snapshot, ensemble: &Ensemble) -> DVec2 {
    let unit = snapshot.unit_length();
    let size = snapshot.box_size / unit;
    match (snapshot.mode, snapshot.boundary) {
        (Mode::Motif, _) => {
            let radius_l = snapshot.enclosing_circle().1 / unit;
            let side = (ensemble.copies as f64 * disc_l2(radius_l, ensemble) / ensemble.cover).sqrt();
            // A copy must be clear of its own image around the torus.
            DVec2::splat(side.max(2.0 * radius_l + ensemble.clearance_l).max(MIN_TORUS_L))
        }
        (Mode::Whole, Boundary::Periodic) => size * USizeVec2::from(snapshot.repeats()).as_dvec2(),
        (Mode::Whole, Boundary::Open) => size + OPEN_MARGIN_L,
    }
}

/// Area of the disc around one copy, ℓ².
fn disc_l2(radius_l: f64, ensemble: &Ensemble) -> f64 {
    PI * (radius_l + 0.5 * ensemble.clearance_l).powi(2)
}

impl Ensemble {
    /// `copies` copies of a motif in a box of `area_l2`, ℓ²: the cover follows from both.
    pub fn with_area(&self, snapshot: &Snapshot, copies: usize, area_l2: f64) -> Self {
        let radius_l = snapshot.enclosing_circle().1 / snapshot.unit_length();
        Self { copies, cover: copies as f64 * disc_l2(radius_l, self) / area_l2, ..*self }
    }

    /// The same ensemble with enough copies that about `particles` particles live at the same density.
    /// A whole painting is one sample whatever the number; see [`Snapshot::random_swarm_of`] for more of its kind.
    pub fn for_particles(&self, snapshot: &Snapshot, particles: usize) -> Self {
        let each = snapshot.particles.len().max(1);
        Self { copies: ((particles + each / 2) / each).max(1), ..*self }
    }
}

impl Snapshot {
    /// Which particles of a sample carry loss, in their order: all, except in an open painting those closer than the
    /// cutoff to its edge, whose surroundings are cut off.
    pub fn carries_loss(&self, ensemble: &Ensemble, cutoff_l: f64) -> Vec<bool> {
        let cutoff = cutoff_l * self.unit_length();
        match (self.mode, self.boundary) {
            (Mode::Whole, Boundary::Open) => {
                let inner = self.box_size - cutoff;
                let inside =
                    |p: &Particle| p.position().cmpge(DVec2::splat(cutoff)).all() && p.position().cmple(inner).all();
                self.particles.iter().map(inside).collect()
            }
            _ => vec![true; self.sample_len(ensemble)],
        }
    }

    /// Particles in one sample.
    pub fn sample_len(&self, ensemble: &Ensemble) -> usize {
        let [columns, rows] = self.repeats();
        self.particles.len() * if self.mode == Mode::Motif { ensemble.copies } else { columns * rows }
    }

    /// Uniform positions and headings in the box of a sample, with its number of particles and mix of species, ℓ
    /// (U of the fidelity measure).
    pub fn random_swarm(&self, ensemble: &Ensemble, rng: &mut impl Rng) -> Swarm {
        self.scatter(self.sample_len(ensemble), ensemble_box_l(self, ensemble), rng)
    }

    /// `particles` particles, uniform as in [`Self::random_swarm`], on a torus of the shape of the sample's and of such
    /// size that the density is the sample's (of an open painting: the density inside its own box).
    pub fn random_swarm_of(&self, ensemble: &Ensemble, particles: usize, rng: &mut impl Rng) -> Swarm {
        let mut box_l = ensemble_box_l(self, ensemble);
        if (self.mode, self.boundary) == (Mode::Whole, Boundary::Open) {
            box_l -= OPEN_MARGIN_L;
        }
        let scale = (particles.max(1) as f64 / self.sample_len(ensemble).max(1) as f64).sqrt();
        self.scatter(particles, (scale * box_l).max(DVec2::splat(MIN_TORUS_L)), rng)
    }

    fn scatter(&self, count: usize, box_size: DVec2, rng: &mut impl Rng) -> Swarm {
        let painted = self.particles.len();
        let particles = (0..count)
            .map(|i| Particle {
                x: rng.random_range(0.0..box_size.x),
                y: rng.random_range(0.0..box_size.y),
                heading: rng.random_range(-PI..PI),
                // Walks through the painting once, so that any number has the painting's mix.
                species: self.particles.get(i * painted / count.max(1)).map_or(0, |p| p.species),
            })
            .collect();
        Swarm { particles, box_size }
    }

    /// How often a periodic painting is repeated along x and y so that no side is shorter than [`MIN_TORUS_L`].
    pub(super) fn repeats(&self) -> [usize; 2] {
        match self.period() {
            Some(period) => {
                let min_side = MIN_TORUS_L * self.unit_length();
                period
                    .to_array()
                    .map(|side| if side > 0.0 { (min_side / side).ceil().clamp(1.0, 64.0) as usize } else { 1 })
            }
            None => [1, 1],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    /// A bar of four, 2 world units apart, the last of species 1.
    fn bar() -> Snapshot {
        let particles =
            (0..4).map(|i| Particle { x: 3.0 + 2.0 * f64::from(i), y: 5.0, heading: 0.5, species: u8::from(i == 3) });
        Snapshot { particles: particles.collect(), box_size: DVec2::new(12.0, 10.0), ..Snapshot::default() }
    }

    fn whole(boundary: Boundary) -> Snapshot {
        let mut snapshot = bar();
        snapshot.mode = Mode::Whole;
        snapshot.boundary = boundary;
        snapshot
    }

    #[test]
    fn ten_thousand_particles_of_a_motif_find_room() {
        let ensemble = Ensemble::default().for_particles(&bar(), 10_000);
        assert_eq!(ensemble.copies, 2500);
        let swarm = bar().sample(&ensemble, &mut StdRng::seed_from_u64(1)).unwrap();
        assert_eq!(swarm.len(), 10_000);
        let density = |e: &Ensemble| bar().sample_len(e) as f64 / ensemble_box_l(&bar(), e).element_product();
        assert!((density(&ensemble) / density(&Ensemble::default()) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_larger_box_of_more_copies_has_the_same_density() {
        // Two copies would fit into less than the narrowest torus: their box is wider than the cover asks for.
        for copies in [2, 6] {
            let ensemble = Ensemble { copies, cover: 0.8, ..Ensemble::default() };
            let side = ensemble_box_l(&bar(), &ensemble).x;
            let larger = ensemble.with_area(&bar(), 4 * copies, 4.0 * side * side);
            let larger_side = ensemble_box_l(&bar(), &larger).x;
            assert!((larger_side / side - 2.0).abs() < 1e-12, "{side} {larger_side}");
            assert_eq!(bar().sample_len(&larger), 4 * bar().sample_len(&ensemble));
        }
    }

    #[test]
    fn the_edges_of_an_open_painting_never_meet_and_carry_no_loss() {
        let snapshot = whole(Boundary::Open);
        let swarm = snapshot.sample(&Ensemble::default(), &mut StdRng::seed_from_u64(1)).unwrap();
        assert_eq!(swarm.box_size, DVec2::new(6.0 + OPEN_MARGIN_L, 5.0 + OPEN_MARGIN_L));
        assert_eq!(swarm.len(), 4);
        // In ℓ the bar stands at x = 1.5, 2.5, 3.5, 4.5 of 6 and y = 2.5 of 5.
        assert_eq!(snapshot.carries_loss(&Ensemble::default(), 2.0), vec![false, true, true, false]);
        assert_eq!(snapshot.carries_loss(&Ensemble::default(), 2.6), vec![false; 4]);
    }

    #[test]
    fn random_swarms_have_the_box_count_and_mix_of_the_sample() {
        let mut rng = StdRng::seed_from_u64(1);
        let ensemble = Ensemble::default();
        let sample = bar().sample(&ensemble, &mut rng).unwrap();
        let random = bar().random_swarm(&ensemble, &mut rng);
        let ones = |swarm: &Swarm| swarm.particles.iter().filter(|p| p.species == 1).count();
        assert_eq!((random.box_size, random.len(), ones(&random)), (sample.box_size, sample.len(), ones(&sample)));

        let many = bar().random_swarm_of(&ensemble, 4000, &mut rng);
        assert_eq!((many.len(), ones(&many)), (4000, 1000));
        let density = |s: &Swarm| s.len() as f64 / s.box_size.element_product();
        assert!((density(&many) / density(&sample) - 1.0).abs() < 1e-9);
    }
}
