//! Kernel discrepancies: between two samples (Gretton et al. 2012), and between a sample and an energy (Liu, Lee & Jordan
//! 2016; Chwialkowski, Strathmann & Gretton 2016). Both unbiased, with a Gaussian kernel.

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rayon::prelude::*;

/// MMD² against a fixed reference sample.
#[derive(Debug, Clone)]
pub struct Mmd {
    reference: Vec<[f32; 4]>,
    /// Bandwidth of the kernel.
    pub bandwidth: f64,
    /// Mean kernel between different points of the reference.
    within: f64,
}

impl Mmd {
    /// The bandwidth is half the median distance between two points of `sample` and `reference` together: the same for
    /// every way to divide these, as a test by permutations asks for.
    pub fn new(sample: &[[f32; 4]], reference: &[[f32; 4]]) -> Self {
        let all: Vec<[f32; 4]> = sample.iter().chain(reference).copied().collect();
        let pairs = all.iter().enumerate().flat_map(|(k, a)| all[k + 1..].iter().map(move |b| distance_sq(a, b)));
        let mut distances: Vec<f32> = pairs.collect();
        let middle = distances.len() / 2;
        let median = *distances.select_nth_unstable_by(middle, f32::total_cmp).1;
        let bandwidth = 0.5 * f64::from(median).sqrt().max(1e-6);
        let within = mean_kernel_within(reference, bandwidth);
        Self { reference: reference.to_vec(), bandwidth, within }
    }

    /// MMD² of a sample; may be slightly negative.
    pub fn of(&self, sample: &[[f32; 4]]) -> f64 {
        let across = mean_over(sample, |a| self.reference.iter().map(|b| kernel(a, b, self.bandwidth)).sum())
            / self.reference.len() as f64;
        mean_kernel_within(sample, self.bandwidth) + self.within - 2.0 * across
    }

    /// Of a sample and the reference together.
    pub fn pair_kernel(&self, sample: &[[f32; 4]]) -> PairKernel {
        let all: Vec<[f32; 4]> = sample.iter().chain(&self.reference).copied().collect();
        let row = |(i, a): (usize, &[f32; 4])| {
            let value = |(j, b)| if i == j { 0.0 } else { kernel(a, b, self.bandwidth) as f32 };
            all.iter().enumerate().map(value).collect()
        };
        PairKernel { rows: all.par_iter().enumerate().map(row).collect(), samples: sample.len() }
    }
}

/// The kernel between any two points of a sample and what it is compared with, for permutations of both together.
pub struct PairKernel {
    /// 0 of a point with itself.
    rows: Vec<Vec<f32>>,
    /// Points of the sample, which come first.
    samples: usize,
}

impl PairKernel {
    /// The value of MMD² that a sample of the same distribution stays below with probability `share`: quantile over
    /// `permutations` random splits of both together.
    pub fn permutation_quantile(&self, share: f64, permutations: usize, seed: u64) -> f64 {
        let Self { rows, samples } = self;
        let total: f64 = rows.iter().map(|row| row.iter().map(|v| f64::from(*v)).sum::<f64>()).sum();
        let (m, r) = (*samples as f64, (rows.len() - samples) as f64);
        let values = permuted(rows.len(), permutations, seed, |order| {
            let first = indicator(rows.len(), &order[..*samples]);
            let (mut within, mut across) = (0.0f64, 0.0f64);
            for (row, &mine) in rows.iter().zip(&first) {
                let to_first = dot(row, &first);
                if mine > 0.0 { within += to_first } else { across += to_first }
            }
            let rest = total - within - 2.0 * across;
            within / (m * (m - 1.0)) + rest / (r * (r - 1.0)) - 2.0 * across / (m * r)
        });
        quantile_of(&values, share)
    }

    /// By how much MMD² changes where a new sample of the same distribution takes the place of the sample, which has as many
    /// points as the reference, over `permutations` random splits of both into three parts: before, after and reference;
    /// ascending. Between samples of one distribution MMD² is inversely proportional to their size, so the values of the smaller
    /// parts are scaled to that of the sample.
    pub(super) fn permuted_changes(&self, permutations: usize, seed: u64) -> Vec<f64> {
        let Self { rows, samples } = self;
        let part = rows.len() / 3;
        let m = part as f64;
        let (within, across) = (1.0 / (m * (m - 1.0)), 2.0 / (m * m));
        permuted(rows.len(), permutations, seed, |order| {
            let [before, after] = [&order[..part], &order[part..2 * part]].map(|of| indicator(rows.len(), of));
            let difference: Vec<f32> = before.iter().zip(&after).map(|(before, after)| before - after).collect();
            let sum_over = |of: &[usize], with: &[f32]| of.iter().map(|&i| dot(&rows[i], with)).sum::<f64>();
            let change = within * (sum_over(&order[part..2 * part], &after) - sum_over(&order[..part], &before))
                + across * sum_over(&order[2 * part..3 * part], &difference);
            change * m / *samples as f64
        })
    }
}

/// A statistic of random orders of `n` indices, ascending.
fn permuted(n: usize, permutations: usize, seed: u64, statistic: impl Fn(&[usize]) -> f64 + Sync) -> Vec<f64> {
    let of_order = |k: usize| {
        let mut order: Vec<usize> = (0..n).collect();
        order.shuffle(&mut StdRng::seed_from_u64(seed.wrapping_add(k as u64)));
        statistic(&order)
    };
    let mut values: Vec<f64> = (0..permutations).into_par_iter().map(of_order).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// 1 at the indices, 0 elsewhere.
fn indicator(n: usize, indices: &[usize]) -> Vec<f32> {
    let mut values = vec![0.0; n];
    indices.iter().for_each(|&i| values[i] = 1.0);
    values
}

/// The value below which a share of the values is; of ascending values, at least one.
pub(super) fn quantile_of(ascending: &[f64], share: f64) -> f64 {
    ascending[((ascending.len() as f64 * share) as usize).min(ascending.len() - 1)]
}

/// Kernelised Stein discrepancy (squared) of a sample whose scores under the energy are `scores`.
pub fn kernel_stein(sample: &[[f32; 4]], scores: &[[f32; 3]], dim: usize, bandwidth: f64) -> f64 {
    let inverse = 1.0 / (bandwidth * bandwidth);
    let n = sample.len();
    let sum: f64 = (0..n)
        .into_par_iter()
        .map(|i| {
            let mut row = 0.0;
            for j in 0..n {
                if i == j {
                    continue;
                }
                let (mut ss, mut sd, mut square) = (0.0, 0.0, 0.0);
                for axis in 0..dim {
                    let d = f64::from(sample[i][axis] - sample[j][axis]);
                    let (a, b) = (f64::from(scores[i][axis]), f64::from(scores[j][axis]));
                    ss += a * b;
                    sd += (a - b) * d;
                    square += d * d;
                }
                let k = (-0.5 * square * inverse).exp();
                row += k * (ss + sd * inverse + dim as f64 * inverse - square * inverse * inverse);
            }
            row
        })
        .collect::<Vec<f64>>()
        .iter()
        .sum();
    sum / (n as f64 * (n as f64 - 1.0))
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    // Sixteen partial sums, which the compiler keeps in vectors.
    let mut sums = [0.0f32; 16];
    for (a, b) in a.chunks_exact(16).zip(b.chunks_exact(16)) {
        (0..16).for_each(|l| sums[l] += a[l] * b[l]);
    }
    let rest = a.len() - a.len() % 16;
    let tail: f32 = a[rest..].iter().zip(&b[rest..]).map(|(a, b)| a * b).sum();
    sums.iter().map(|v| f64::from(*v)).sum::<f64>() + f64::from(tail)
}

fn distance_sq(a: &[f32; 4], b: &[f32; 4]) -> f32 {
    (0..3).map(|i| (a[i] - b[i]) * (a[i] - b[i])).sum()
}

fn kernel(a: &[f32; 4], b: &[f32; 4], bandwidth: f64) -> f64 {
    (-0.5 * f64::from(distance_sq(a, b)) / (bandwidth * bandwidth)).exp()
}

/// Mean over a sample of a value of each of its points, summed in the same order whatever the number of threads.
fn mean_over(sample: &[[f32; 4]], value: impl Fn(&[f32; 4]) -> f64 + Sync + Send) -> f64 {
    let values: Vec<f64> = sample.par_iter().map(value).collect();
    values.iter().sum::<f64>() / sample.len() as f64
}

fn mean_kernel_within(sample: &[[f32; 4]], bandwidth: f64) -> f64 {
    let all = mean_over(sample, |a| sample.iter().map(|b| kernel(a, b, bandwidth)).sum());
    // Less the kernel of each point with itself, 1.
    (all - 1.0) / (sample.len() as f64 - 1.0)
}
