//! The cutoff of a picture: the distance to which its particles are correlated.

use glam::DVec2;

use super::{Ensemble, Mode, Snapshot, ensemble_box_l, offset};

/// Limits of a suggested cutoff, ℓ. The least is the default of training; the cost of a step grows with the square.
const RANGE_L: [f64; 2] = [3.9, 8.0];
/// What noise adds to the size of a creature, ℓ: a particle should still see the far end of it.
const MARGIN_L: f64 = 0.4;
/// Width of the bins of the correlation function, ℓ.
const BIN_L: f64 = 0.5;
/// Particles whose pairs are counted, at most: the others would not change the picture of the correlation.
const COUNTED: usize = 2000;

/// What [`Snapshot::suggested_cutoff`] found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SuggestedCutoff {
    /// R, ℓ, to a tenth.
    pub cutoff_l: f64,
    /// How far particles are correlated, ℓ. The cutoff differs from it by a margin and its limits.
    pub correlation_l: f64,
}

impl Snapshot {
    /// The cutoff by which a particle sees as far as it is correlated, within limits and no more than half of the box of
    /// the samples.
    ///
    /// The particles of a motif are correlated over its diameter. In a whole picture they are up to the first zero of the
    /// correlation of heading fluctuations u = n - ⟨n⟩ (Cavagna et al. 2010, PNAS 107:11865, there for velocities).
    pub fn suggested_cutoff(&self, ensemble: &Ensemble) -> SuggestedCutoff {
        let correlation_l = match self.mode {
            Mode::Motif => 2.0 * self.enclosing_circle().1 / self.unit_length(),
            Mode::Whole => self.heading_correlation_l(),
        };
        let max_l = RANGE_L[1].min(0.49 * ensemble_box_l(self, ensemble).min_element());
        let cutoff_l = (correlation_l + MARGIN_L).max(RANGE_L[0]).min(max_l);
        SuggestedCutoff { cutoff_l: (10.0 * cutoff_l).floor() / 10.0, correlation_l }
    }

    /// Mean number of other particles within `cutoff_l`, of the picture as it stands.
    pub fn mean_neighbours(&self, cutoff_l: f64) -> f64 {
        let within = cutoff_l * self.unit_length();
        let (mut pairs, mut counted) = (0usize, 0usize);
        self.each_counted(|distances| {
            counted += 1;
            pairs += distances.filter(|&(_, distance)| distance < within).count();
        });
        pairs as f64 / counted.max(1) as f64
    }

    /// The first distance at which fluctuations of headings are not correlated, ℓ; 0 where all headings are equal, and the
    /// longest distance where the correlation has no zero.
    fn heading_correlation_l(&self) -> f64 {
        let count = self.particles.len().max(1) as f64;
        let directions: Vec<DVec2> = self.particles.iter().map(|p| DVec2::from_angle(p.heading)).collect();
        let mean = directions.iter().sum::<DVec2>() / count;
        let fluctuations: Vec<DVec2> = directions.iter().map(|n| n - mean).collect();
        let variance = fluctuations.iter().map(|u| u.length_squared()).sum::<f64>() / count;
        if variance < 1e-12 {
            return 0.0;
        }
        let bin_width = BIN_L * self.unit_length();
        let mut bins: Vec<(f64, usize)> = Vec::new();
        let mut first = 0;
        let stride = self.stride();
        self.each_counted(|distances| {
            let u = fluctuations[first];
            first += stride;
            for (j, distance) in distances {
                let bin = (distance / bin_width) as usize;
                if bins.len() <= bin {
                    bins.resize(bin + 1, (0.0, 0));
                }
                bins[bin].0 += u.dot(fluctuations[j]);
                bins[bin].1 += 1;
            }
        });
        let mut last = 0.0;
        for (bin, &(sum, pairs)) in bins.iter().enumerate() {
            if pairs == 0 {
                continue;
            }
            if sum < 0.0 {
                return bin as f64 * BIN_L;
            }
            last = (bin + 1) as f64 * BIN_L;
        }
        last
    }

    /// Calls `take` for some particles, evenly chosen, with all others and their distances, world units. On a torus only
    /// pairs within half of its shorter side count: beyond, the way around is as short.
    fn each_counted(&self, mut take: impl FnMut(&mut dyn Iterator<Item = (usize, f64)>)) {
        let positions = self.positions();
        let period = self.period();
        let reach = period.map_or(f64::INFINITY, |period| 0.5 * period.min_element());
        for i in (0..positions.len()).step_by(self.stride()) {
            let mut others = (0..positions.len()).filter(|&j| j != i).filter_map(|j| {
                let offset = offset(positions[i], positions[j], period);
                let distance = offset.x.hypot(offset.y);
                (distance < reach).then_some((j, distance))
            });
            take(&mut others);
        }
    }

    fn stride(&self) -> usize {
        self.particles.len().div_ceil(COUNTED).max(1)
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{FRAC_PI_2, TAU};

    use super::*;
    use crate::worlds::swarm::picture::{Boundary, Particle, motifs};

    /// A filled disc of spacing 1 that turns as one, in the middle of its box.
    fn rotating_disc(radius: f64) -> Snapshot {
        let half = radius.ceil() as i32;
        let sites = (-half..=half).flat_map(|y| (-half..=half).map(move |x| (f64::from(x), f64::from(y))));
        let particles = sites
            .filter(|(x, y)| x.hypot(*y) <= radius)
            .map(|(x, y)| Particle { x: x + 20.0, y: y + 20.0, heading: y.atan2(x) + FRAC_PI_2, species: 0 })
            .collect();
        Snapshot { particles, box_size: DVec2::splat(40.0), mode: Mode::Whole, boundary: Boundary::Periodic }
    }

    #[test]
    fn a_motif_is_seen_from_end_to_end() {
        let train = motifs::by_name("train").expect("a bundled picture");
        let (snapshot, ensemble) = (train.snapshot(), train.ensemble());
        let found = snapshot.suggested_cutoff(&ensemble);
        assert!((found.correlation_l - 5.0).abs() < 0.1, "six in file: {found:?}");
        assert!((found.cutoff_l - 5.4).abs() < 0.11, "{found:?}");
        let mill = motifs::by_name("mill").expect("a bundled picture");
        assert_eq!(
            mill.snapshot().suggested_cutoff(&mill.ensemble()).cutoff_l,
            RANGE_L[0],
            "a small one needs no more"
        );
    }

    #[test]
    fn the_correlation_of_a_rotating_disc_grows_with_its_radius() {
        let [small, large] = [4.0, 8.0].map(|r| rotating_disc(r).heading_correlation_l());
        assert!(small > 3.0 && small < 5.5, "{small}");
        assert!((large / small - 2.0).abs() < 0.35, "{large} beside {small}");
    }

    #[test]
    fn equal_headings_and_random_ones_are_not_correlated_far() {
        let mut disc = rotating_disc(6.0);
        disc.particles.iter_mut().for_each(|p| p.heading = 1.0);
        assert_eq!(disc.heading_correlation_l(), 0.0);
        for (k, p) in disc.particles.iter_mut().enumerate() {
            p.heading = TAU * ((k * k) as f64 * 0.618_034).fract();
        }
        assert!(disc.heading_correlation_l() <= 3.0, "{}", disc.heading_correlation_l());
    }

    #[test]
    fn a_cutoff_stays_within_half_of_the_box() {
        let mut disc = rotating_disc(8.0);
        disc.box_size = DVec2::splat(18.0);
        disc.particles.iter_mut().for_each(|p| (p.x, p.y) = (p.x - 11.0, p.y - 11.0));
        let found = disc.suggested_cutoff(&Ensemble::default());
        assert!(found.cutoff_l <= RANGE_L[1] && 2.0 * found.cutoff_l < 18.0, "{found:?}");
    }

    #[test]
    fn neighbours_are_counted_within_the_cutoff() {
        let square = rotating_disc(8.0);
        assert!(square.mean_neighbours(1.1) > 3.0 && square.mean_neighbours(1.1) <= 4.0);
        assert_eq!(square.mean_neighbours(0.9), 0.0);
    }
}
