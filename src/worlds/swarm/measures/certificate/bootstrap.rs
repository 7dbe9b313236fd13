//! How far a measured fidelity can be trusted: bootstrap intervals over replicas.

use rand::SeedableRng;
use rand::rngs::StdRng;
use rayon::prelude::*;
use serde::Serialize;

use crate::worlds::swarm::measures::{Fidelity, Histogram};
use crate::worlds::swarm::picture::Swarm;

/// Share of the resampled fidelities outside the interval, on each side.
const TAIL: f64 = 0.05;

/// A fidelity, and its 90 % interval over other replicas. `None` where the pattern cannot be distinguished
/// from random; the interval also for a single replica.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Measured {
    /// The fidelity.
    pub value: Option<f64>,
    /// Its 90 % interval.
    pub interval: Option<[f64; 2]>,
}

/// The histogram of one replica.
struct Replica {
    particles: usize,
    filled: Vec<(usize, f64)>,
}

/// The fidelity of `swarms` on `scale`, one replica each, with its interval from `resamples` resamples (0: none).
///
/// Fidelity is computed from the merged histogram of all n replicas. Each resample merges half of them, drawn without
/// replacement (the half-sample bootstrap), and computes f*. The mean of m of n values has the variance S² (n - m) / (n m),
/// which is S² / n for a half; for odd n the spread is scaled to that. Drawing n with replacement would not do: noise adds
/// to the L1 distance, and the effective number of replicas would vary between resamples, which makes intervals near 1 more
/// than twice too wide. As half of the replicas have a noisier histogram, every f* is biased downward, so the interval
/// consists of the percentiles of f* - mean(f*), added to f. Near 1 it may still be somewhat too wide.
///
/// The scale is held fixed: the sampling error of its target (the same for all values of one check) is not included.
/// Deterministic by `seed`, whatever the number of threads.
///
/// `None` once `stop` is set, which is polled within each replica's histogram, and at each replica that is merged: the
/// largest certificate, of 10,000 replicas, merges 5000 of them in each resample.
pub(super) fn measured(
    scale: &Fidelity,
    swarms: &[Swarm],
    resamples: usize,
    seed: u64,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<Measured> {
    let replica = |swarm: &Swarm| {
        let filled = Histogram::unless_stopped(scale.species(), [swarm], stop)?.filled();
        Some(Replica { particles: swarm.len(), filled })
    };
    let replicas: Vec<Replica> = swarms.iter().map(replica).collect::<Option<_>>()?;
    let n = replicas.len();
    let value = fidelity(scale, &replicas, &vec![1; n], stop)?;
    if !value.is_finite() {
        return Some(Measured::default());
    }
    if n < 2 || resamples == 0 {
        return Some(Measured { value: Some(value), interval: None });
    }
    let half = n / 2;
    let resample = |k: usize| {
        let mut rng = StdRng::seed_from_u64(seed ^ ((k as u64 + 1) << 32));
        let mut times = vec![0; n];
        for chosen in rand::seq::index::sample(&mut rng, n, half) {
            times[chosen] = 1;
        }
        fidelity(scale, &replicas, &times, stop)
    };
    let mut values: Vec<f64> = (0..resamples).into_par_iter().map(resample).collect::<Option<_>>()?;
    values.sort_unstable_by(f64::total_cmp);
    let mean = values.iter().sum::<f64>() / resamples as f64;
    let scaling = (half as f64 / (n - half) as f64).sqrt();
    let low = scaling * (percentile(&values, TAIL) - mean);
    let high = scaling * (percentile(&values, 1.0 - TAIL) - mean);
    // A very skewed distribution has its mean outside of its own percentiles.
    Some(Measured { value: Some(value), interval: Some([value + low.min(0.0), value + high.max(0.0)]) })
}

/// The fidelity of the replicas merged, each as many `times`; `None` once `stop` is set.
fn fidelity(scale: &Fidelity, replicas: &[Replica], times: &[usize], stop: &dyn Fn() -> bool) -> Option<f64> {
    let mut merged = Histogram::new(scale.species());
    for (replica, &times) in replicas.iter().zip(times).filter(|&(_, &times)| times > 0) {
        if stop() {
            return None;
        }
        merged.add_filled(&replica.filled, replica.particles, times);
    }
    Some(scale.of(&merged))
}

/// Of `sorted`, which is not empty; linear between its values.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let at = share * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    below + (at - at.floor()) * (above - below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::DVec2;
    use rand::RngExt;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use crate::worlds::swarm::measures::{noised, scattered};
    use crate::worlds::swarm::picture::{Particle, wrap_angle};

    /// Mills of eight on a lattice, of which each is scattered with probability `broken`: replicas differ widely.
    fn mills(count: usize, broken: f64, rng: &mut StdRng) -> Vec<Swarm> {
        let one = |rng: &mut StdRng| {
            let mut particles = Vec::new();
            for cell in 0..4 {
                let centre = [5.0 * f64::from(cell % 2) + 2.5, 5.0 * f64::from(cell / 2) + 2.5];
                let phase: f64 = rng.random_range(0.0..6.0);
                let ring = (0..8).map(|k| {
                    let angle = phase + std::f64::consts::TAU * f64::from(k) / 8.0;
                    let (x, y) = (centre[0] + 1.3 * angle.cos(), centre[1] + 1.3 * angle.sin());
                    Particle { x, y, heading: wrap_angle(angle + std::f64::consts::FRAC_PI_2), species: 0 }
                });
                let ring = Swarm { particles: ring.collect(), box_size: DVec2::splat(10.0) };
                let is_broken = rng.random_bool(broken);
                particles.extend(if is_broken { scattered(&ring, rng) } else { ring }.particles);
            }
            noised(&Swarm { particles, box_size: DVec2::splat(10.0) }, 0.13, 1.0, rng)
        };
        (0..count).map(|_| one(rng)).collect()
    }

    fn scale(rng: &mut StdRng) -> Fidelity {
        let (target, other) = (mills(32, 0.0, rng), mills(32, 0.0, rng));
        Fidelity::from_samples(1, &target, &other, rng)
    }

    fn measured(scale: &Fidelity, swarms: &[Swarm], resamples: usize, seed: u64) -> Measured {
        super::measured(scale, swarms, resamples, seed, &|| false).unwrap()
    }

    fn width(measured: &Measured) -> f64 {
        let [low, high] = measured.interval.expect("an interval");
        high - low
    }

    #[test]
    fn an_interval_contains_its_value_and_is_deterministic() {
        let mut rng = StdRng::seed_from_u64(1);
        let scale = scale(&mut rng);
        let swarms = mills(32, 0.2, &mut rng);
        let once = measured(&scale, &swarms, 200, 5);
        let [low, high] = once.interval.expect("an interval");
        assert!((low..high).contains(&once.value.unwrap()), "{once:?}");
        assert!((once.value.unwrap() - scale.of_swarms(&swarms)).abs() < 1e-12);
        assert_eq!(measured(&scale, &swarms, 200, 5), once);
        let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(one_thread.install(|| measured(&scale, &swarms, 200, 5)), once);
        assert_ne!(measured(&scale, &swarms, 200, 6), once);
    }

    #[test]
    fn an_interval_shrinks_with_more_replicas() {
        let mut rng = StdRng::seed_from_u64(2);
        let scale = scale(&mut rng);
        let swarms = mills(128, 0.2, &mut rng);
        let (few, many) = (measured(&scale, &swarms[..8], 300, 1), measured(&scale, &swarms, 300, 1));
        let ratio = width(&few) / width(&many);
        // √16 for a mean; eight replicas know their own spread only to a quarter of it.
        assert!((2.0..8.0).contains(&ratio), "{ratio}");
    }

    #[test]
    fn an_interval_is_as_wide_as_repeats_are_spread() {
        let mut rng = StdRng::seed_from_u64(3);
        let scale = scale(&mut rng);
        for broken in [0.0, 0.2] {
            let repeats: Vec<Measured> =
                (0..60).map(|seed| measured(&scale, &mills(16, broken, &mut rng), 200, seed)).collect();
            let mut values: Vec<f64> = repeats.iter().filter_map(|repeat| repeat.value).collect();
            values.sort_unstable_by(f64::total_cmp);
            let spread = percentile(&values, 1.0 - TAIL) - percentile(&values, TAIL);
            let mean_width = repeats.iter().map(width).sum::<f64>() / repeats.len() as f64;
            let ratio = mean_width / spread;
            // The spread of 60 repeats is itself known to about 15 %.
            assert!((0.6..1.6).contains(&ratio), "broken {broken}: width {mean_width}, spread {spread}");
        }
    }

    #[test]
    fn one_replica_has_a_value_and_no_interval() {
        let mut rng = StdRng::seed_from_u64(4);
        let scale = scale(&mut rng);
        let one = measured(&scale, &mills(1, 0.0, &mut rng), 100, 1);
        assert!(one.value.is_some() && one.interval.is_none());
    }

    #[test]
    fn an_interval_is_not_found_once_the_signal_is_set() {
        let mut rng = StdRng::seed_from_u64(5);
        let scale = scale(&mut rng);
        let swarms = mills(5, 0.2, &mut rng);
        // With a signal that is set after so many polls.
        let polled = |after: usize| {
            let polls = AtomicUsize::new(0);
            let stop = || polls.fetch_add(1, Ordering::Relaxed) >= after;
            let measured = super::measured(&scale, &swarms, 30, 1, &stop);
            (measured, polls.into_inner())
        };
        let (whole, polls) = polled(usize::MAX);
        // The histograms, all of them merged, and two of them merged in each resample.
        assert_eq!((whole, polls), (Some(measured(&scale, &swarms, 30, 1)), 5 + 5 + 30 * 2));
        for after in 0..polls {
            assert_eq!(polled(after).0, None, "poll {after}");
        }
    }
}
