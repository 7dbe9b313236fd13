//! Losses of energies, smoothest potentials and free networks.

use candle_core::{Device, Result, Tensor};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rayon::prelude::*;

use super::net::TensorNet;
use super::parzen::ParzenPool;
use crate::worlds::points::rule::{LOG_SIGMA_OFFSET, PAIR_INDEX, PointEnergy};

/// Samples of one chunk. Loss and gradient of 512 take 2.2 ms for an energy and a few times that for a free network: batches
/// beyond some thousands would take longer than a tenth of a second as a whole.
pub(super) const CHUNK: usize = 4096;

/// What a chunk of a batch adds to a loss Σ numerators / Σ denominators; scalars.
pub(super) struct LossPart {
    pub numerator: Tensor,
    pub denominator: Tensor,
}

/// Some samples of a batch, drawn, for the weights that a step finds.
pub(super) type LossChunk = Box<dyn Fn(&TensorNet) -> Result<LossPart> + Send>;

/// The chunks of a batch, of which `draw` draws one with so many samples.
pub(super) fn in_chunks(batch: usize, mut draw: impl FnMut(usize) -> Result<LossChunk>) -> Result<Vec<LossChunk>> {
    (0..batch).step_by(CHUNK).map(|from| draw(CHUNK.min(batch - from))).collect()
}

/// E|σ s + z|² / d over `batch` samples, each with its own σ, log-uniform in `range` (Vincent 2011), and the variance of
/// E + ln p over some positions of `densities`.
pub(super) fn denoising(
    cloud: &[[f64; 3]],
    dim: usize,
    batch: usize,
    range: [f64; 2],
    densities: &ParzenPool,
    rng: &mut StdRng,
) -> Result<LossChunk> {
    let [low, high] = range.map(f64::ln);
    let (mut inputs, mut baseline) = (Vec::with_capacity(batch * (dim + 1)), Vec::with_capacity(batch * dim));
    let (mut sigmas, mut noise) = (Vec::with_capacity(batch), Vec::with_capacity(batch * dim));
    for _ in 0..batch {
        let position = &cloud[rng.random_range(0..cloud.len())];
        let log_sigma = rng.random_range(low..high);
        let sigma = log_sigma.exp();
        for i in 0..dim {
            let z: f64 = rng.sample(StandardNormal);
            let x = position[i] + sigma * z;
            inputs.push(x as f32);
            baseline.push((x * sigma / (1.0 + sigma * sigma)) as f32);
            noise.push(z as f32);
        }
        inputs.push((log_sigma + LOG_SIGMA_OFFSET) as f32);
        sigmas.push(sigma as f32);
    }
    let device = Device::Cpu;
    let inputs = Tensor::from_vec(inputs, (batch, dim + 1), &device)?;
    let sigma = Tensor::from_vec(sigmas, (batch, 1), &device)?;
    let noise = Tensor::from_vec(noise, (batch, dim), &device)?;
    let baseline = Tensor::from_vec(baseline, (batch, dim), &device)?;
    let known = densities.draw(rng)?;
    Ok(Box::new(move |net| {
        let gradient = net.input_gradient(&inputs)?.narrow(1, 0, dim)?;
        // -σ s - z, whose square is the same.
        let LossPart { numerator, denominator } =
            mean_square(&(gradient.broadcast_mul(&sigma)? + &baseline - &noise)?)?;
        let numerator = (numerator + (known.variance(net)? * &denominator)?)?;
        Ok(LossPart { numerator, denominator })
    }))
}

/// E|σ s + z|² / d of a free field s at one σ.
pub(super) fn free_denoising(
    cloud: &[[f64; 3]],
    dim: usize,
    batch: usize,
    sigma: f64,
    rng: &mut StdRng,
) -> Result<LossChunk> {
    let (mut inputs, mut noise) = (Vec::with_capacity(batch * dim), Vec::with_capacity(batch * dim));
    for _ in 0..batch {
        let place = &cloud[rng.random_range(0..cloud.len())];
        for value in &place[..dim] {
            let z: f64 = rng.sample(StandardNormal);
            inputs.push((value + sigma * z) as f32);
            noise.push(z as f32);
        }
    }
    let device = Device::Cpu;
    let inputs = Tensor::from_vec(inputs, (batch, dim), &device)?;
    let noise = Tensor::from_vec(noise, (batch, dim), &device)?;
    Ok(Box::new(move |net| mean_square(&((net.value(&inputs)? * sigma)? + &noise)?)))
}

/// A point of the cloud with noise `sigma` on each axis, standardised units.
pub(super) fn noised_position(cloud: &[[f64; 3]], dim: usize, sigma: f64, rng: &mut StdRng) -> [f64; 3] {
    let mut position = cloud[rng.random_range(0..cloud.len())];
    position[..dim].iter_mut().for_each(|v| *v += sigma * rng.sample::<f64, _>(StandardNormal));
    position
}

fn mean_square(error: &Tensor) -> Result<LossPart> {
    let denominator = Tensor::new(error.elem_count() as f32, error.device())?;
    Ok(LossPart { numerator: error.sqr()?.sum_all()?, denominator })
}

/// Noised samples with the score at one σ and its Jacobian, made once.
pub(super) struct ScorePool {
    dim: usize,
    sigma: f64,
    positions: Vec<[f64; 3]>,
    scores: Vec<[f64; 3]>,
    jacobians: Vec<[[f64; 3]; 3]>,
}

/// A batch of the pool as tensors.
pub(super) struct ScoreBatch {
    /// `[N, dim]`.
    pub x: Tensor,
    /// Per axis `[N, 1]`; 0 beyond `dim`.
    pub score: Vec<Tensor>,
    /// ∂s_i/∂x_j, `[N, 1]`.
    pub jacobian: Vec<Vec<Tensor>>,
}

impl ScorePool {
    /// Samples dense enough in three dimensions that networks of a few thousand weights do not learn them.
    pub const DENSE: usize = 12_288;
    /// Samples for a few hundred steps.
    pub const SPARSE: usize = 4096;

    /// `samples` of `cloud` with noise `sigma`; `None` once `stop` is set, which is polled at each of them.
    pub fn new(
        cloud: &[[f64; 3]],
        energy: &PointEnergy,
        dim: usize,
        sigma: f64,
        samples: usize,
        seed: u64,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Option<Self> {
        let mut rng = StdRng::seed_from_u64(seed);
        let positions: Vec<[f64; 3]> = (0..samples).map(|_| noised_position(cloud, dim, sigma, &mut rng)).collect();
        let jet = |&x: &[f64; 3]| (!stop()).then(|| energy.jet(x, sigma, dim));
        let jets: Vec<_> = positions.par_iter().map(jet).collect::<Option<_>>()?;
        let scores = jets.iter().map(|jet| jet.score).collect();
        let jacobians = jets.iter().map(|jet| jet.score_jacobian).collect();
        Some(Self { dim, sigma, positions, scores, jacobians })
    }

    /// Of the noise, standardised units.
    pub fn sigma(&self) -> f64 {
        self.sigma
    }

    pub fn draw(&self, batch: usize, rng: &mut StdRng) -> Result<ScoreBatch> {
        let chosen: Vec<usize> = (0..batch).map(|_| rng.random_range(0..self.positions.len())).collect();
        let column = |value: &dyn Fn(usize) -> f64| {
            let values: Vec<f32> = chosen.iter().map(|&n| value(n) as f32).collect();
            Tensor::from_vec(values, (batch, 1), &Device::Cpu)
        };
        let x: Vec<f32> =
            chosen.iter().flat_map(|&n| self.positions[n][..self.dim].iter().map(|v| *v as f32)).collect();
        let score = (0..3).map(|i| column(&|n| self.scores[n][i])).collect::<Result<_>>()?;
        let jacobian = (0..3)
            .map(|i| (0..3).map(|j| column(&|n| self.jacobians[n][i][j])).collect::<Result<Vec<_>>>())
            .collect::<Result<_>>()?;
        Ok(ScoreBatch { x: Tensor::from_vec(x, (batch, self.dim), &Device::Cpu)?, score, jacobian })
    }
}

/// E|∇V|² / E|V|² of V = curl A + s × A for the potential `net` (A_z alone in the plane).
pub(super) fn roughness(net: &TensorNet, batch: &ScoreBatch, dim: usize) -> Result<LossPart> {
    let jets = net.jets(&batch.x, dim, true)?;
    let first_component = if dim == 2 { 2 } else { 0 };
    // Component k of a jet as [N, 1]; none where it is 0.
    let part = |t: &Tensor, k: usize| (k >= first_component).then(|| t.narrow(1, k - first_component, 1)).transpose();
    let (mut steepness, mut speed): (Option<Tensor>, Option<Tensor>) = (None, None);
    let add = |sum: &mut Option<Tensor>, term: Tensor| -> Result<()> {
        *sum = Some(match sum.take() {
            Some(sum) => (sum + term)?,
            None => term,
        });
        Ok(())
    };
    for i in 0..dim {
        let (mut v, mut slopes): (Option<Tensor>, Vec<Option<Tensor>>) = (None, vec![None; dim]);
        for (j, k, sign) in [((i + 1) % 3, (i + 2) % 3, 1.0), ((i + 2) % 3, (i + 1) % 3, -1.0)] {
            let Some(a) = part(&jets.value, k)? else { continue };
            // Axis j is z only in space: in the plane nothing depends on z and s_z is 0.
            if j >= dim {
                continue;
            }
            let Some(a_j) = part(&jets.first[j], k)? else { continue };
            let s = &batch.score[j];
            add(&mut v, (((&a * s)? + &a_j)? * sign)?)?;
            for (l, slope) in slopes.iter_mut().enumerate() {
                let Some(second) = jets.second[PAIR_INDEX[j][l]].as_ref() else { continue };
                let Some(a_l) = part(&jets.first[l], k)? else { continue };
                let Some(a_jl) = part(second, k)? else { continue };
                add(slope, ((a_jl + (&a * &batch.jacobian[j][l])? + (a_l * s)?)? * sign)?)?;
            }
        }
        if let Some(v) = v {
            add(&mut speed, v.sqr()?.sum_all()?)?;
        }
        for slope in slopes.into_iter().flatten() {
            add(&mut steepness, slope.sqr()?.sum_all()?)?;
        }
    }
    match (steepness, speed) {
        (Some(numerator), Some(denominator)) => Ok(LossPart { numerator, denominator }),
        _ => candle_core::bail!("a flow in {dim} dimensions has no components"),
    }
}

/// Two Rademacher probes `[rows, dim]`.
pub(super) fn probes(rows: usize, dim: usize, rng: &mut StdRng) -> Result<[Tensor; 2]> {
    let mut probe = || {
        let signs: Vec<f32> = (0..rows * dim).map(|_| if rng.random::<bool>() { 1.0 } else { -1.0 }).collect();
        Tensor::from_vec(signs, (rows, dim), &Device::Cpu)
    };
    Ok([probe()?, probe()?])
}

/// `E[ρ²] σ² / E|V|²` of a free network, ρ = div V + V·s; with `probes`, ρ² is ρ̂₁ ρ̂₂ of the two.
pub(super) fn residual(
    net: &TensorNet,
    batch: &ScoreBatch,
    dim: usize,
    sigma: f64,
    probes: Option<&[Tensor; 2]>,
) -> Result<LossPart> {
    let score = Tensor::cat(&batch.score[..dim], 1)?;
    let (rho_sq, v) = match probes {
        None => {
            let jets = net.jets(&batch.x, dim, false)?;
            let mut rho = (&jets.value * &score)?.sum_keepdim(1)?;
            for (i, first) in jets.first.iter().enumerate() {
                rho = (rho + first.narrow(1, i, 1)?)?;
            }
            (rho.sqr()?.sum_all()?, jets.value)
        }
        Some(along) => {
            let jets = net.tangents(&batch.x, along, false)?;
            let transport = (&jets.value * &score)?.sum_keepdim(1)?;
            let rho = |k: usize| -> Result<Tensor> { (&along[k] * &jets.first[k])?.sum_keepdim(1)? + &transport };
            ((rho(0)? * rho(1)?)?.sum_all()?, jets.value)
        }
    };
    Ok(LossPart { numerator: (rho_sq * (sigma * sigma))?, denominator: v.sqr()?.sum_all()? })
}
