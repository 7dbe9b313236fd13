//! How alike the snapshots of a film are: learning takes them all for samples of one distribution.

use std::fmt;

use serde::Serialize;

use super::polarisation;
use crate::worlds::swarm::picture::{Stills, Swarm, median};
use crate::worlds::swarm::rule::Neighbours;

/// Snapshots that are looked at, evenly spread over the film.
const LOOKED_AT: usize = 48;
const REACH_L: f64 = 4.0;
const BINS: usize = 20;
/// Above this ratio of spreads the snapshots are called different.
const ALIKE_RATIO: f64 = 1.5;

/// Spread between the snapshots of a film against the spread within them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Alikeness {
    /// Particles per ℓ²: the mean, and the standard deviation between snapshots as a share of it.
    pub density: f64,
    /// Share of the mean.
    pub density_spread: f64,
    /// Polarisation: the mean and the standard deviation between snapshots.
    pub polarisation: f64,
    /// Standard deviation between snapshots.
    pub polarisation_spread: f64,
    /// Root mean square difference of g(r) between snapshots over the one that two snapshots of the same distribution would
    /// have, as found from the two halves of each: about 1 where they are alike. `None` with too few pairs.
    pub pair_ratio: Option<f64>,
}

impl Alikeness {
    /// `None` of a single snapshot.
    pub fn of(stills: &Stills) -> Option<Self> {
        Self::unless_stopped(stills, &|| false)
    }

    /// As [`Self::of`]; `None` also where `stop`, which is polled between snapshots, becomes true.
    pub fn unless_stopped(stills: &Stills, stop: &dyn Fn() -> bool) -> Option<Self> {
        let count = stills.film().len();
        if count < 2 {
            return None;
        }
        let looked_at = count.min(LOOKED_AT);
        let (mut densities, mut orders, mut curves) = (Vec::new(), Vec::new(), Vec::new());
        for k in 0..looked_at {
            if stop() {
                return None;
            }
            let swarm = stills.standing(k * count / looked_at);
            densities.push(swarm.len() as f64 / swarm.box_size.element_product());
            orders.push(polarisation(&swarm));
            curves.push(halves(&swarm, k % 2));
        }
        let (density, spread) = mean_and_deviation(&densities);
        let (polarisation, polarisation_spread) = mean_and_deviation(&orders);
        Some(Self {
            density,
            density_spread: spread / density.max(f64::MIN_POSITIVE),
            polarisation,
            polarisation_spread,
            pair_ratio: pair_ratio(&curves),
        })
    }

    /// Whether there is reason to take them for samples of one distribution.
    pub fn are_alike(&self) -> bool {
        self.density_spread < 0.2 && self.pair_ratio.is_none_or(|ratio| ratio < ALIKE_RATIO)
    }
}

impl fmt::Display for Alikeness {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(
            f,
            "density {:.3} per ℓ² ± {:.1} %, polarisation {:.2} ± {:.2}",
            self.density,
            100.0 * self.density_spread,
            self.polarisation,
            self.polarisation_spread
        )?;
        if let Some(ratio) = self.pair_ratio {
            write!(f, ", g(r) differs {ratio:.2} times as much between snapshots as chance has it")?;
        }
        let verdict = if self.are_alike() { "they are alike" } else { "they differ: one rule may not fit all of them" };
        write!(f, "; {verdict}")
    }
}

/// Counts of pairs per particle and bin, up to normalisation g(r), seen from the particles on either side of the median
/// along x or y. Sides, not random halves: what is near fluctuates together, and every pair has two ends.
fn halves(swarm: &Swarm, axis: usize) -> [Vec<f64>; 2] {
    let neighbours = Neighbours::new(swarm, REACH_L);
    let along: Vec<f64> = swarm.particles.iter().map(|p| [p.x, p.y][axis]).collect();
    let middle = median(&mut along.clone()).unwrap_or_default();
    let mut curves = [vec![0.0; BINS], vec![0.0; BINS]];
    let mut members = [0.0; 2];
    for i in 0..swarm.len() {
        let half = usize::from(along[i] > middle);
        members[half] += 1.0;
        for j in neighbours.of(i) {
            let distance = swarm.distance(&swarm.particles[i], &swarm.particles[j]);
            let at = (distance / REACH_L * BINS as f64) as usize;
            // Annuli grow with their radius: all bins must have the same weight.
            curves[half][at.min(BINS - 1)] += 1.0 / (at as f64 + 0.5);
        }
    }
    for (curve, members) in curves.iter_mut().zip(members) {
        curve.iter_mut().for_each(|value| *value /= f64::max(members, 1.0));
    }
    curves
}

/// The difference of two halves has twice the variance of a half, which has twice that of a whole; so two wholes that
/// differ by chance alone are half as far apart in the square.
fn pair_ratio(curves: &[[Vec<f64>; 2]]) -> Option<f64> {
    let square = |a: &dyn Fn(usize) -> f64| (0..BINS).map(|bin| a(bin).powi(2)).sum::<f64>();
    let whole = |curve: &[Vec<f64>; 2], bin: usize| 0.5 * (curve[0][bin] + curve[1][bin]);
    let count = curves.len() as f64;
    let within = curves.iter().map(|[a, b]| square(&|bin| a[bin] - b[bin])).sum::<f64>() / count;
    let mean: Vec<f64> = (0..BINS).map(|bin| curves.iter().map(|c| whole(c, bin)).sum::<f64>() / count).collect();
    let about_mean = curves.iter().map(|c| square(&|bin| whole(c, bin) - mean[bin])).sum::<f64>() / (count - 1.0);
    // The square of the difference of two of them.
    let between = 2.0 * about_mean;
    (within > 0.0).then(|| (between / (0.5 * within)).sqrt())
}

fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let square = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
    (mean, square.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::measures::scattered;
    use crate::worlds::swarm::picture::{FilmFrame, Mode, Particle, Snapshot, SnapshotFilm};
    use glam::DVec2;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use std::sync::Arc;

    /// Random particles, of which a share that depends on the frame has a close partner.
    fn film(paired: impl Fn(usize) -> usize, boxes: impl Fn(usize) -> f64) -> Stills {
        let mut rng = StdRng::seed_from_u64(3);
        let mut snapshot = |k: usize| {
            let blank = Swarm { particles: vec![Particle::default(); 200], box_size: DVec2::splat(boxes(k)) };
            let mut swarm = scattered(&blank, &mut rng);
            for i in 0..paired(k) {
                swarm.particles[2 * i + 1] =
                    Particle { x: (swarm.particles[2 * i].x + 0.3) % boxes(k), ..swarm.particles[2 * i] };
            }
            let Swarm { particles, box_size } = swarm;
            Snapshot { particles, box_size, mode: Mode::Whole, ..Snapshot::default() }
        };
        let frames: Vec<Snapshot> = (0..20).map(&mut snapshot).collect();
        let film =
            SnapshotFilm::new(frames.iter().map(|s| FilmFrame::new(s, 0.0, None)).collect(), 0, &frames[0], Some(1.0));
        Stills::new(Arc::new(frames[0].clone()), film)
    }

    #[test]
    fn samples_of_one_distribution_are_alike() {
        for paired in [0, 80] {
            let alike = Alikeness::of(&film(|_| paired, |_| 15.0)).unwrap();
            let ratio = alike.pair_ratio.unwrap();
            assert!((0.7..1.3).contains(&ratio) && alike.are_alike(), "{paired} pairs: {alike}");
        }
    }

    #[test]
    fn other_pairs_or_densities_in_some_frames_are_reported() {
        let mixed = Alikeness::of(&film(|k| 90 * (k % 2), |_| 15.0)).unwrap();
        assert!(mixed.pair_ratio.unwrap() > 2.0 && !mixed.are_alike(), "{mixed}");
        assert!(mixed.to_string().contains("they differ"));
        let dense = Alikeness::of(&film(|_| 0, |k| 12.0 + 10.0 * (k % 2) as f64)).unwrap();
        assert!(dense.density_spread > 0.4 && !dense.are_alike(), "{dense}");
    }

    #[test]
    fn a_single_snapshot_has_nothing_to_be_compared_with() {
        assert!(Alikeness::of(&Stills::from(Snapshot::default())).is_none());
    }
}
