//! Sums over displacements, from which cosines, shares and the time scale follow, and their bootstrap intervals.

use std::iter::Sum;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const RESAMPLES: usize = 1000;
/// Share of the resampled values outside the interval, on each side.
const TAIL: f64 = 0.05;

/// Shares of the mean square below this are rounding: positions of films and velocities have single precision.
const ROUNDING_SHARE: f64 = 1e-10;

/// For each component: Σ d v, Σ d², Σ v²; turning in units of κ.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    cross: [f64; 3],
    truth: [f64; 3],
    own: [f64; 3],
}

impl Sum for Sums {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut total, one| {
            for k in 0..3 {
                total.cross[k] += one.cross[k];
                total.truth[k] += one.truth[k];
                total.own[k] += one.own[k];
            }
            total
        })
    }
}

impl Sums {
    /// Of displacements and velocities in the particles' frames.
    pub fn of(motion: &[[f64; 3]], own: &[[f64; 3]], kappa: f64) -> Self {
        let unit = [1.0, 1.0, 1.0 / kappa];
        let mut sums = Self::default();
        for (d, v) in motion.iter().zip(own) {
            for k in 0..3 {
                let (d, v) = (unit[k] * d[k], unit[k] * v[k]);
                sums.cross[k] += d * v;
                sums.truth[k] += d * d;
                sums.own[k] += v * v;
            }
        }
        sums
    }

    pub fn cosine(&self) -> Option<f64> {
        cosine(self.cross.iter().sum(), self.truth.iter().sum(), self.own.iter().sum())
    }

    /// `None` for a component that is nothing but rounding beside the others.
    pub fn cosine_of(&self, component: usize) -> Option<f64> {
        let is_rounding = |squares: &[f64; 3]| squares[component] <= ROUNDING_SHARE * squares.iter().sum::<f64>();
        if is_rounding(&self.truth) || is_rounding(&self.own) {
            return None;
        }
        cosine(self.cross[component], self.truth[component], self.own[component])
    }

    /// τ of d = τ v, by least squares.
    pub fn time_scale(&self) -> Option<f64> {
        let own: f64 = self.own.iter().sum();
        (own > 0.0).then(|| self.cross.iter().sum::<f64>() / own)
    }

    /// Σ d² of each component.
    pub fn truth(&self) -> [f64; 3] {
        self.truth
    }

    pub fn true_shares(&self) -> [f64; 3] {
        shares(self.truth)
    }

    pub fn own_shares(&self) -> [f64; 3] {
        shares(self.own)
    }
}

fn cosine(cross: f64, a: f64, b: f64) -> Option<f64> {
    let norm = (a * b).sqrt();
    (norm > 0.0 && norm.is_finite()).then(|| cross / norm)
}

fn shares(squares: [f64; 3]) -> [f64; 3] {
    let total: f64 = squares.iter().sum();
    if total > 0.0 { squares.map(|s| s / total) } else { [0.0; 3] }
}

/// 90 % interval of a value over the frames of a film: blocks of neighbouring frames are drawn with replacement, as
/// frames near in time are alike (Künsch 1989; blocks of n^(1/3)).
pub fn bootstrap(frames: &[Sums], of: impl Fn(&Sums) -> Option<f64>) -> Option<[f64; 2]> {
    let count = frames.len();
    if count < 3 {
        return None;
    }
    let block = (count as f64).cbrt().round().max(1.0) as usize;
    let mut rng = StdRng::seed_from_u64(7);
    let mut values: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| {
            let drawn = (0..count.div_ceil(block)).flat_map(|_| {
                let first = rng.random_range(0..count);
                (0..block).map(move |k| (first + k) % count)
            });
            of(&drawn.take(count).map(|k| frames[k]).sum())
        })
        .collect();
    interval(&mut values)
}

/// The mean of independent values, and its 90 % interval by the bootstrap.
pub fn mean_interval(values: &[f64], rng: &mut StdRng) -> (Option<f64>, Option<[f64; 2]>) {
    let count = values.len();
    if count == 0 {
        return (None, None);
    }
    let mean = values.iter().sum::<f64>() / count as f64;
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| (0..count).map(|_| values[rng.random_range(0..count)]).sum::<f64>() / count as f64)
        .collect();
    (Some(mean), if count < 3 { None } else { interval(&mut means) })
}

fn interval(values: &mut [f64]) -> Option<[f64; 2]> {
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| values.get((share * (values.len().saturating_sub(1)) as f64).round() as usize).copied();
    Some([at(TAIL)?, at(1.0 - TAIL)?])
}
