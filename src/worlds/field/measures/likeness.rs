//! Whether a rule that lives for long keeps what the truth keeps: mean, spread and spectrum of u.

use rand::SeedableRng;
use rand::rngs::StdRng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::spectrum::{SPECTRUM_BINS, spectrum};
use crate::worlds::field::engine::LibraryEngine;
use crate::worlds::field::rule::LibraryRule;
use crate::worlds::field::stills::seeded;

/// Looks at each run, evenly over its last half.
const LOOKS: u32 = 10;

/// Mean over runs and looks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldStatistics {
    /// Mean of u.
    pub mean: f64,
    /// Standard deviation of u over pixels.
    pub spread: f64,
    /// Power of u by wavenumber.
    pub spectrum: [f64; SPECTRUM_BINS],
}

impl FieldStatistics {
    /// Runs `rule` from `seeds` random starts on a torus of `size`² and averages over the last half of the steps.
    pub fn of_rule(rule: &LibraryRule, size: usize, steps: u32, seeds: std::ops::Range<u64>) -> Self {
        let runs: Vec<Self> = seeds.into_par_iter().map(|seed| Self::of_run(rule, size, steps, seed)).collect();
        Self::average(&runs)
    }

    fn of_run(rule: &LibraryRule, size: usize, steps: u32, seed: u64) -> Self {
        let mut engine = LibraryEngine::new(rule, &seeded(rule, size, size, &mut StdRng::seed_from_u64(seed)));
        engine.set_parallel(false);
        let mut looks = Vec::new();
        let mut done = 0;
        for look in 1..=LOOKS {
            let until = steps / 2 + steps / 2 * look / LOOKS;
            engine.run(until - done);
            done = until;
            let image = engine.image();
            let [mean, spread] = image.moments(0);
            looks.push(Self { mean, spread, spectrum: spectrum(image.plane(0), size, size) });
        }
        Self::average(&looks)
    }

    fn average(list: &[Self]) -> Self {
        let n = list.len().max(1) as f64;
        let mean_of = |value: &dyn Fn(&Self) -> f64| list.iter().map(value).sum::<f64>() / n;
        Self {
            mean: mean_of(&|s| s.mean),
            spread: mean_of(&|s| s.spread),
            spectrum: std::array::from_fn(|ring| mean_of(&|s| s.spectrum[ring])),
        }
    }

    /// Share of the power of `self` that the other has at other wavenumbers: Σ|a - b| / Σ a.
    pub fn spectrum_distance(&self, other: &Self) -> f64 {
        let apart: f64 = self.spectrum.iter().zip(&other.spectrum).map(|(a, b)| (a - b).abs()).sum();
        apart / self.spectrum.iter().sum::<f64>().max(f64::MIN_POSITIVE)
    }
}

/// A found rule beside the truth; all differences relative to the truth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LongRun {
    pub steps: u32,
    pub seeds: u64,
    pub truth: FieldStatistics,
    pub found: FieldStatistics,
    pub mean_off: f64,
    pub spread_off: f64,
    pub spectrum_off: f64,
    /// Spectrum difference of the truth with itself under other seeds: what sampling alone leaves.
    pub spectrum_floor: f64,
}

/// Both rules from the same `seeds` random starts on a torus of `size`² for `steps` steps.
pub fn long_run(found: &LibraryRule, truth: &LibraryRule, size: usize, steps: u32, seeds: u64) -> LongRun {
    let of = |rule: &LibraryRule, seeds| FieldStatistics::of_rule(rule, size, steps, seeds);
    let (real, again) = (of(truth, 0..seeds), of(truth, seeds..2 * seeds));
    let alike = of(found, 0..seeds);
    let off = |a: f64, b: f64| (b / a - 1.0).abs();
    LongRun {
        steps,
        seeds,
        truth: real,
        found: alike,
        mean_off: off(real.mean, alike.mean),
        spread_off: off(real.spread, alike.spread),
        spectrum_off: real.spectrum_distance(&alike),
        spectrum_floor: real.spectrum_distance(&again),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::stills::{GrayScott, PRESETS};

    #[test]
    fn the_truth_is_like_itself_and_unlike_another_pattern() {
        let rule = |k: usize| GrayScott { f: PRESETS[k].f, k: PRESETS[k].k, ..GrayScott::default() }.rule();
        let same = long_run(&rule(1), &rule(1), 64, 2000, 2);
        assert_eq!((same.mean_off, same.spread_off, same.spectrum_off), (0.0, 0.0, 0.0));
        let other = long_run(&rule(3), &rule(1), 64, 2000, 2);
        assert!(other.mean_off.max(other.spread_off) > 0.05 && other.spectrum_off > 0.2, "{other:?}");
    }
}
