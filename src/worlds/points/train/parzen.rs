//! The density of a noised cloud at some positions, summed over its points.
//!
//! Denoising alone teaches scores, and these hardly depend on how much of a cloud lies in each of several parts that are apart
//! (Wenliang & Kanagawa 2020): up to 4 % of the two moons ended up on the wrong one. The density whose score is taught is
//! a sum of Gaussians (Parzen 1962; Vincent 2011), cheap in so few dimensions, so that the energy E is taught its logarithm
//! as well: the variance of E + ln p over positions at one σ is added to the loss. The combination is ours.

use candle_core::{Device, Result, Tensor};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;

use super::loss::noised_position;
use super::net::TensorNet;
use crate::worlds::points::rule::LOG_SIGMA_OFFSET;

/// Levels of σ, evenly spaced in ln σ over the range that is trained at.
const LEVELS: usize = 16;
/// Positions at each level.
const POSITIONS: usize = 256;
/// Positions of one batch.
const BATCH: usize = 128;
/// Points of the cloud that densities are summed over, at most: a second of work.
const MAX_KERNELS: usize = 20_000;

/// Positions of a noised cloud with the density there, at several levels of noise.
pub(super) struct ParzenPool {
    dim: usize,
    levels: Vec<ParzenLevel>,
}

struct ParzenLevel {
    sigma: f64,
    /// Standardised.
    positions: Vec<[f64; 3]>,
    /// ln p, up to a constant of the level.
    log_density: Vec<f64>,
}

/// Some positions of one level.
pub(super) struct ParzenBatch {
    /// Of the network: positions and the level, `[N, dim + 1]`.
    inputs: Tensor,
    /// What the energy adds to the network's value, and ln p, `[N, 1]`.
    offsets: Tensor,
}

impl ParzenPool {
    /// For noise in `range`, standardised units; `None` once `stop` is set, which is polled at each position.
    pub fn new(
        cloud: &[[f64; 3]],
        dim: usize,
        range: [f64; 2],
        seed: u64,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Option<Self> {
        let mut rng = StdRng::seed_from_u64(seed);
        let kernels = cloud.len().min(MAX_KERNELS);
        let kernels: Vec<[f64; 3]> = (0..kernels).map(|k| cloud[k * cloud.len() / kernels]).collect();
        let [low, high] = range.map(f64::ln);
        let levels = (0..LEVELS).map(|k| {
            let sigma = (low + (high - low) * k as f64 / (LEVELS - 1) as f64).exp();
            let positions: Vec<[f64; 3]> =
                (0..POSITIONS).map(|_| noised_position(&kernels, dim, sigma, &mut rng)).collect();
            let at = |position: &[f64; 3]| (!stop()).then(|| log_density(&kernels, position, sigma));
            let log_density = positions.par_iter().map(at).collect::<Option<_>>()?;
            Some(ParzenLevel { sigma, positions, log_density })
        });
        Some(Self { dim, levels: levels.collect::<Option<_>>()? })
    }

    /// Positions of one level, drawn at random.
    pub fn draw(&self, rng: &mut StdRng) -> Result<ParzenBatch> {
        let ParzenLevel { sigma, positions, log_density } = &self.levels[rng.random_range(0..LEVELS)];
        let (mut inputs, mut offsets) = (Vec::with_capacity(BATCH * (self.dim + 1)), Vec::with_capacity(BATCH));
        for _ in 0..BATCH {
            let k = rng.random_range(0..POSITIONS);
            let position = &positions[k][..self.dim];
            inputs.extend(position.iter().map(|v| *v as f32));
            inputs.push((sigma.ln() + LOG_SIGMA_OFFSET) as f32);
            let radius_sq: f64 = position.iter().map(|v| v * v).sum();
            offsets.push((0.5 * radius_sq / (1.0 + sigma * sigma) + log_density[k]) as f32);
        }
        Ok(ParzenBatch {
            inputs: Tensor::from_vec(inputs, (BATCH, self.dim + 1), &Device::Cpu)?,
            offsets: Tensor::from_vec(offsets, (BATCH, 1), &Device::Cpu)?,
        })
    }
}

impl ParzenBatch {
    /// The variance of E + ln p, a scalar: 0 where the energy is right up to a constant.
    pub fn variance(&self, net: &TensorNet) -> Result<Tensor> {
        let sum = (net.value(&self.inputs)? + &self.offsets)?;
        sum.broadcast_sub(&sum.mean_all()?)?.sqr()?.mean_all()
    }
}

/// ln Σ exp(-|x - y|² / 2σ²) over the points y of a cloud.
fn log_density(cloud: &[[f64; 3]], x: &[f64; 3], sigma: f64) -> f64 {
    let exponent = |y: &[f64; 3]| {
        let distance_sq: f64 = x.iter().zip(y).map(|(x, y)| (x - y).powi(2)).sum();
        -0.5 * distance_sq / (sigma * sigma)
    };
    let largest = cloud.iter().map(exponent).fold(f64::NEG_INFINITY, f64::max);
    largest + cloud.iter().map(|y| (exponent(y) - largest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use rand_distr::StandardNormal;

    use super::*;
    use crate::worlds::points::cloud::{BuiltInTarget, PointCloud, Standardisation};
    use crate::worlds::points::rule::{Mlp, PointEnergy};
    use crate::worlds::points::train::{PointFlowKind, PointTraining, PointTrainingSettings};

    const SIGMA: f64 = 0.1;

    #[test]
    fn the_variance_is_that_of_energy_and_log_density() {
        for target in [BuiltInTarget::TwoMoons, BuiltInTarget::Lorenz] {
            let cloud = target.sample(300, 1);
            let (dim, cloud) = (cloud.dim, cloud.standardised());
            let pool = ParzenPool::new(&cloud, dim, [0.05, 0.5], 1, &|| false).unwrap();
            let net = Mlp::random(&[dim + 1, 8, 1], 1.0, &mut StdRng::seed_from_u64(1));
            let (graph, energy) = (TensorNet::new(&net, &Device::Cpu).unwrap(), PointEnergy { net });
            let batch = pool.draw(&mut StdRng::seed_from_u64(2)).unwrap();
            let sums: Vec<f64> = batch
                .inputs
                .to_vec2::<f32>()
                .unwrap()
                .iter()
                .map(|input| {
                    let mut x = [0.0; 3];
                    (0..dim).for_each(|i| x[i] = f64::from(input[i]));
                    let sigma = (f64::from(input[dim]) - LOG_SIGMA_OFFSET).exp();
                    let kernel = |y: &[f64; 3]| {
                        let square: f64 = (0..3).map(|i| (x[i] - y[i]).powi(2)).sum();
                        (-square / (2.0 * sigma * sigma)).exp()
                    };
                    energy.value(x, sigma, dim) + cloud.iter().map(kernel).sum::<f64>().ln()
                })
                .collect();
            let mean = sums.iter().sum::<f64>() / sums.len() as f64;
            let expected = sums.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / sums.len() as f64;
            let variance = f64::from(batch.variance(&graph).unwrap().to_scalar::<f32>().unwrap());
            assert!(expected > 0.01 && (variance - expected).abs() < 1e-3 * expected, "{variance} {expected}");
        }
    }

    #[test]
    fn a_pool_is_given_up_at_a_stop() {
        let cloud = BuiltInTarget::Ring.sample(200, 1).standardised();
        assert!(ParzenPool::new(&cloud, 2, [0.05, 0.5], 1, &|| true).is_none());
    }

    /// Two heaps that do not touch at any σ that is trained at, of which one has three tenths of the points.
    #[test]
    fn parts_of_a_cloud_that_are_apart_keep_their_shares() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut heap = |k: usize| -> [f32; 3] {
            let side = if k % 10 < 3 { -4.0 } else { 4.0 };
            let mut near = || (rng.sample::<f64, _>(StandardNormal)) as f32;
            [side + near(), near(), 0.0]
        };
        let cloud = PointCloud { dim: 2, points: (0..1000).map(&mut heap).collect() };
        let settings = PointTrainingSettings { energy_steps: 500, smoothest_steps: 1, ..Default::default() };
        let mut training = PointTraining::new(&cloud, None, PointFlowKind::Exact, &settings).unwrap();
        while training.step(&|| false).unwrap().is_some() {}
        let energy = training.learned().energy.expect("it was learned");
        let map = Standardisation::of(&cloud);
        let (mut left, mut whole) = (0.0, 0.0);
        for k in 0..160 * 80 {
            let [x, y] = [(k % 160) as f64 * 0.1 - 8.0, (k / 160) as f64 * 0.1 - 4.0];
            let density = (-energy.value(map.forward([x, y, 0.0]), SIGMA, 2)).exp();
            whole += density;
            left += if x < 0.0 { density } else { 0.0 };
        }
        let share = left / whole;
        assert!((share - 0.3).abs() < 0.03, "{share}");
    }
}
