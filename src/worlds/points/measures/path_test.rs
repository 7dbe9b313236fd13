//! Does MMD² along a path change by more than that of new samples of the cloud?
//!
//! A perfect flow makes its walkers at every time one more sample of the cloud, so that MMD² has mean 0, and that of one pair of
//! samples is within its 95 % quantile at 95 of 100 times: no share above .95 can be asked of single pairs. What a pair has before
//! anything moves also stays with it: a flow that leaves the two peaks apart keeps the number of walkers in each. So what is tested is the
//! *change*, MMD² less that of the same walkers before they moved, which has mean 0 as well. It is averaged over the repetitions, at each
//! time, and compared with the 95 % quantile of that average for new samples in place of carried walkers, for all times
//! together: a perfect flow exceeds it at any of them with probability 5 % at most (Bonferroni), as walkers that still know their start
//! change less than new samples. The combination is ours.
//!
//! Times of one repetition are not independent, repetitions are: errors are over them.

use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::Mmd;
use super::discrepancy::quantile_of;

/// Probability with which a perfect flow is within a quantile.
const CONFIDENCE: f64 = 0.95;
/// Random averages of permutations, for the quantile of an average.
const AVERAGES: usize = 20_000;

/// A mean over repetitions with its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct RepeatedMean {
    pub mean: f64,
    /// 0 for one repetition.
    pub error: f64,
}

impl RepeatedMean {
    pub(super) fn of(values: &[f64]) -> Self {
        let n = values.len().max(1) as f64;
        let mean = values.iter().sum::<f64>() / n;
        let square = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
        Self { mean, error: if n > 1.0 { (square / (n - 1.0) / n).sqrt() } else { 0.0 } }
    }
}

/// Two samples of the cloud before anything moves: walkers, and what they are compared with.
pub(super) struct StartingPair {
    mmd2: f64,
    /// 95 % permutation quantile of MMD² of one pair.
    quantile: f64,
    /// Changes of MMD² for new samples in place of the walkers, ascending.
    changes: Vec<f64>,
}

impl StartingPair {
    pub fn new(mmd: &Mmd, walkers: &[[f32; 4]], permutations: usize, seed: u64) -> Self {
        let kernel = mmd.pair_kernel(walkers);
        Self {
            mmd2: mmd.of(walkers),
            quantile: kernel.permutation_quantile(CONFIDENCE, permutations, seed),
            changes: kernel.permuted_changes(permutations, seed),
        }
    }
}

/// Samples at several times against one reference, in one repetition.
pub(super) struct Comparison {
    /// MMD² at each time.
    pub mmd2: Vec<f64>,
    pub pair: Arc<StartingPair>,
}

impl Comparison {
    /// Mean change of MMD² over the times.
    pub fn mean_change(&self) -> f64 {
        self.mmd2.iter().sum::<f64>() / self.mmd2.len() as f64 - self.pair.mmd2
    }
}

/// The test of all times together.
pub(super) struct PathTest {
    /// Change of MMD² averaged over the repetitions, for each time.
    pub changes: Vec<f64>,
    /// 95 % quantile of such an average, for all times together.
    pub quantile: f64,
    /// Share of the times at which the average is below the quantile.
    pub within: f64,
    /// Share of times at which MMD² of one pair is below the 95 % quantile of one pair.
    pub pairs_within: RepeatedMean,
}

impl PathTest {
    /// Of at least one repetition.
    pub fn of(repetitions: &[&Comparison]) -> Self {
        let count = repetitions.len() as f64;
        let times = repetitions.iter().map(|of| of.mmd2.len()).min().unwrap_or(0);
        let change = |time: usize| repetitions.iter().map(|of| of.mmd2[time] - of.pair.mmd2).sum::<f64>() / count;
        let changes: Vec<f64> = (0..times).map(change).collect();
        let mut rng = StdRng::seed_from_u64(0);
        let mut drawn = |of: &&Comparison| of.pair.changes[rng.random_range(0..of.pair.changes.len())];
        let mut averages: Vec<f64> =
            (0..AVERAGES).map(|_| repetitions.iter().map(&mut drawn).sum::<f64>() / count).collect();
        averages.sort_by(f64::total_cmp);
        let quantile = quantile_of(&averages, 1.0 - (1.0 - CONFIDENCE) / times.max(1) as f64);
        let share = |values: &[f64], limit: f64| {
            values.iter().filter(|value| **value < limit).count() as f64 / times.max(1) as f64
        };
        let pairs: Vec<f64> = repetitions.iter().map(|of| share(&of.mmd2, of.pair.quantile)).collect();
        Self { within: share(&changes, quantile), quantile, changes, pairs_within: RepeatedMean::of(&pairs) }
    }
}
