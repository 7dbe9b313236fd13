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

    /// The value that a sample of the same distribution stays below with probability `share`: quantile over
    /// `permutations` random splits of `sample` and the reference together.
    pub fn permutation_quantile(&self, sample: &[[f32; 4]], share: f64, permutations: usize, seed: u64) -> f64 {
        let all: Vec<[f32; 4]> = sample.iter().chain(&self.reference).copied().collect();
        let n = all.len();
        let rows: Vec<Vec<f32>> = all
            .par_iter()
            .enumerate()
            .map(|(i, a)| {
                let value = |(j, b)| if i == j { 0.0 } else { kernel(a, b, self.bandwidth) as f32 };
                all.iter().enumerate().map(value).collect()
            })
            .collect();
        let total: f64 = rows.iter().map(|row| row.iter().map(|v| f64::from(*v)).sum::<f64>()).sum();
        let mut values: Vec<f64> = (0..permutations)
            .into_par_iter()
            .map(|k| {
                let mut order: Vec<usize> = (0..n).collect();
                order.shuffle(&mut StdRng::seed_from_u64(seed.wrapping_add(k as u64)));
                let mut first = vec![0.0f32; n];
                order[..sample.len()].iter().for_each(|&i| first[i] = 1.0);
                let (mut within, mut across) = (0.0f64, 0.0f64);
                for (row, &mine) in rows.iter().zip(&first) {
                    let to_first = dot(row, &first);
                    if mine > 0.0 { within += to_first } else { across += to_first }
                }
                let (m, r) = (sample.len() as f64, self.reference.len() as f64);
                let rest = total - within - 2.0 * across;
                within / (m * (m - 1.0)) + rest / (r * (r - 1.0)) - 2.0 * across / (m * r)
            })
            .collect();
        values.sort_by(f64::total_cmp);
        values[((values.len() as f64 * share) as usize).min(values.len() - 1)]
    }
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
