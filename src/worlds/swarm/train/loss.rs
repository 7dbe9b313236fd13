//! The two losses of the design (section 2), as candle expressions of the flat weights.

use candle_core::{Device, Result, Tensor};
use rand::RngExt;
use rand::rngs::StdRng;

use super::batch::Batch;
use super::settings::Drive;

/// Weight of sideways motion in the loss of a forward drive.
const LATERAL_PENALTY: f64 = 0.05;

/// Denoising score matching (Vincent 2011): mean square of σ D ∇E - ξ over the components of the particles that carry
/// loss; D = diag(1, 1, κ). `gradient [P, 3]` is σ ∇E.
pub fn denoising(gradient: &Tensor, batch: &Batch, kappa: f64) -> Result<Tensor> {
    let device = gradient.device();
    let p = batch.particles();
    let scale: Vec<f32> = batch.mask.iter().flat_map(|&m| [m, m, m * kappa as f32]).collect();
    let target: Vec<f32> = batch.noise.iter().zip(&batch.mask).flat_map(|(xi, &m)| xi.map(|v| m * v)).collect();
    let scale = Tensor::from_vec(scale, (p, 3), device)?;
    let target = Tensor::from_vec(target, (p, 3), device)?;
    let counted = 3.0 * batch.mask.iter().sum::<f32>().max(1.0);
    (gradient * scale)?.sub(&target)?.sqr()?.sum_all()? / f64::from(counted)
}

/// Two Rademacher probes and the coefficients that turn flow jets into residuals.
pub struct Probes {
    /// Directions in (x, y, θ), world frame, per particle.
    pub along: [Vec<[f32; 3]>; 2],
    /// Per probe `[P × 9]`: ρ̂ of a configuration is the sum of its particles' jets times these.
    coefficients: [Vec<f32>; 2],
}

impl Probes {
    /// `score` is s = -∇E in (x, y, θ), world frame, per particle.
    ///
    /// ρ̂ = zᵀ(∂V/∂X)z + V·s with z in the body frame. As n turns with θ, the derivative of v = f n + l n⊥ along z is
    /// ḟ n + l̇ n⊥ + z_θ (f n⊥ - l n).
    pub fn draw(batch: &Batch, score: &[[f32; 3]], rng: &mut StdRng) -> Self {
        let p = batch.particles();
        let mut along = [Vec::with_capacity(p), Vec::with_capacity(p)];
        let mut coefficients = [Vec::with_capacity(9 * p), Vec::with_capacity(9 * p)];
        for i in 0..p {
            let (c, s) = (batch.cloud.cos[i], batch.cloud.sin[i]);
            let m = batch.mask[i];
            let [sx, sy, st] = score[i].map(|v| m * v);
            let (sf, sl) = (c * sx + s * sy, c * sy - s * sx);
            for a in 0..2 {
                let z: [f32; 3] = std::array::from_fn(|_| if rng.random::<bool>() { m } else { -m });
                let [zf, zl, zt] = z;
                along[a].push([c * zf - s * zl, s * zf + c * zl, zt]);
                let mut row = [0.0; 9];
                row[..3].copy_from_slice(&[sf + zt * zl, sl - zt * zf, st]);
                row[3 * (1 + a)..3 * (2 + a)].copy_from_slice(&z);
                coefficients[a].extend(row);
            }
        }
        Self { along, coefficients }
    }
}

#[cfg(test)]
impl Probes {
    pub fn coefficients(&self, probe: usize) -> &[f32] {
        &self.coefficients[probe]
    }
}

/// The flow's loss and what it moved.
pub struct FlowLoss {
    /// E[ρ̂₁ ρ̂₂] over the motion that must not vanish (and the lateral penalty).
    pub loss: Tensor,
    /// Mean square speed, (ℓ/time)², for the scale of the published flow.
    pub speed_sq: f32,
    /// Mean forward speed, ℓ/time: V and -V keep the picture equally well, and this distinguishes them.
    pub forward: f32,
}

/// Residual of the stationary continuity equation over motion (Zhang & Levin 2025, with the drive of our design).
pub fn flow(jets: &Tensor, batch: &Batch, probes: &Probes, drive: Drive, kappa: f64) -> Result<FlowLoss> {
    let device = jets.device();
    let (b, p) = (batch.configs(), batch.particles());
    let config: Vec<u32> = batch.config_of_each().map(|k| k as u32).collect();
    let config = Tensor::from_vec(config, p, device)?;
    // Over the particles of each configuration.
    let sum_of_each = |values: &Tensor| Tensor::zeros(b, values.dtype(), device)?.index_add(&config, values, 0);
    let residual = |a: usize| -> Result<Tensor> {
        let c = Tensor::from_slice(&probes.coefficients[a], (p, 9), device)?;
        sum_of_each(&(jets * c)?.sum(1)?)
    };
    let product = ((residual(0)? * residual(1)?)?.sum_all()? / p as f64)?;
    let counted = f64::from(batch.mask.iter().sum::<f32>().max(1.0));
    let per_particle = |f: &dyn Fn(f32) -> f32| column(batch, device, f);
    let inv_sigma = per_particle(&|s| 1.0 / s)?;
    let velocity = jets.narrow(1, 0, 3)?;
    // Motion in units of the noise: position over σ, turning over κσ.
    let units = Tensor::new(&[1.0f32, 1.0, 1.0 / kappa as f32], device)?;
    let scaled = velocity.broadcast_mul(&units)?.broadcast_mul(&inv_sigma)?;
    let square = scaled.sqr()?;
    let motion = match drive {
        Drive::Any => (square.sum_all()? / counted)?,
        Drive::Forward => {
            let forward = sum_of_each(&scaled.narrow(1, 0, 1)?.flatten_all()?)?;
            (forward.sqr()?.mean_all()? / (counted / b as f64).powi(2))?
        }
    };
    let mut numerator = product;
    if drive == Drive::Forward {
        let lateral = (square.narrow(1, 1, 1)?.sum_all()? / counted)?;
        numerator = (numerator + (lateral * LATERAL_PENALTY)?)?;
    }
    let speed_sq = velocity.narrow(1, 0, 2)?.sqr()?.sum_all()?.to_scalar::<f32>()? / counted as f32;
    let forward = velocity.narrow(1, 0, 1)?.sum_all()?.to_scalar::<f32>()? / counted as f32;
    Ok(FlowLoss { loss: numerator.div(&motion)?, speed_sq, forward })
}

fn column(batch: &Batch, device: &Device, f: &dyn Fn(f32) -> f32) -> Result<Tensor> {
    let values: Vec<f32> = batch.mask.iter().zip(batch.sigma_of_each()).map(|(m, sigma)| m * f(sigma)).collect();
    Tensor::from_vec(values, (batch.particles(), 1), device)
}
