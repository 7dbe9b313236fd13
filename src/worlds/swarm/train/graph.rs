//! The networks as explicit forward graphs of plain candle tensors: what runs on CUDA and Metal, and the reference that
//! the fused operations are compared with. candle does not differentiate through `backward`, so ∇E is written out.

use candle_core::{DType, Device, Result, Tensor};

use super::batch::Batch;
use crate::worlds::swarm::rule::fast::Cloud;
use crate::worlds::swarm::rule::{FEATURES, LocalNet, NetShape, Span};

/// The fastest device candle was built for.
pub fn device() -> Result<Device> {
    #[cfg(feature = "cuda")]
    return Device::cuda_if_available(0);
    #[cfg(all(feature = "metal", not(feature = "cuda")))]
    return Device::new_metal(0);
    #[cfg(not(any(feature = "cuda", feature = "metal")))]
    Ok(Device::Cpu)
}

/// Coordinates that an edge touches: (x, y, θ) of i, then of j.
const ENDS: usize = 6;

/// Geometry of a batch as constant tensors. E edges, P particles.
pub struct EdgeTensors {
    particles: usize,
    /// `[E]` u32.
    from: Tensor,
    to: Tensor,
    pair: Tensor,
    /// `[E, FEATURES]`, `[E, 1]`.
    features: Tensor,
    w: Tensor,
    /// `[E, FEATURES + 1, ENDS]`: derivatives of the features and of w by the coordinates of both ends.
    jacobian: Tensor,
    /// `[P]` u32 and `[P, 1]`.
    species: Tensor,
    tau: Tensor,
}

/// Features, w, and their derivatives by (x_i, y_i, θ_i, x_j, y_j, θ_j) of one edge.
fn edge(cloud: &Cloud, cutoff_l: f32, i: usize, j: usize) -> ([f32; FEATURES], f32, [[f32; ENDS]; FEATURES + 1]) {
    let [x, y] = cloud.offset(i, j);
    let (ci, si, cj, sj) = (cloud.cos[i], cloud.sin[i], cloud.cos[j], cloud.sin[j]);
    let (dx, dy) = (ci * x + si * y, ci * y - si * x);
    let (cos, sin) = (ci * cj + si * sj, sj * ci - cj * si);
    let (ex, ey) = (-(cos * dx + sin * dy), sin * dx - cos * dy);
    let scale = 2.0 / cutoff_l;
    let eps = LocalNet::SOFTENING_L as f32;
    let r2 = dx * dx + dy * dy;
    let r = (r2 + eps * eps).sqrt();
    let rest = (1.0 - r2 / (cutoff_l * cutoff_l)).max(0.0);
    let f = [scale * dx, scale * dy, scale * r - 1.0, cos, sin, scale * ex, scale * ey, cloud.tau[i]];
    // Rows by (dx, dy, Δ), then the chain to the six coordinates.
    let slope = -4.0 * rest / (cutoff_l * cutoff_l);
    let local: [[f32; 3]; FEATURES + 1] = [
        [scale, 0.0, 0.0],
        [0.0, scale, 0.0],
        [scale * dx / r, scale * dy / r, 0.0],
        [0.0, 0.0, -sin],
        [0.0, 0.0, cos],
        [-scale * cos, -scale * sin, scale * ey],
        [scale * sin, -scale * cos, -scale * ex],
        [0.0; 3],
        [slope * dx, slope * dy, 0.0],
    ];
    let chain: [[f32; ENDS]; 3] =
        [[-ci, -si, dy, ci, si, 0.0], [si, -ci, -dx, -si, ci, 0.0], [0.0, 0.0, -1.0, 0.0, 0.0, 1.0]];
    let jacobian = local.map(|row| std::array::from_fn(|e| (0..3).map(|k| row[k] * chain[k][e]).sum()));
    (f, rest * rest, jacobian)
}

impl EdgeTensors {
    pub fn new(batch: &Batch, shape: &NetShape, cutoff_l: f64, device: &Device) -> Result<Self> {
        let cloud = &batch.cloud;
        let (mut from, mut to, mut pair) = (Vec::new(), Vec::new(), Vec::new());
        let (mut features, mut w, mut jacobian) = (Vec::new(), Vec::new(), Vec::new());
        for (i, j) in batch.edges() {
            let (f, we, jac) = edge(cloud, cutoff_l as f32, i as usize, j as usize);
            from.push(i);
            to.push(j);
            pair.push(
                u32::from(cloud.species[i as usize]) * shape.species as u32 + u32::from(cloud.species[j as usize]),
            );
            features.extend(f);
            w.push(we);
            jacobian.extend(jac.into_iter().flatten());
        }
        let (e, p) = (from.len(), cloud.len());
        Ok(Self {
            particles: p,
            from: Tensor::from_vec(from, e, device)?,
            to: Tensor::from_vec(to, e, device)?,
            pair: Tensor::from_vec(pair, e, device)?,
            features: Tensor::from_vec(features, (e, FEATURES), device)?,
            w: Tensor::from_vec(w, (e, 1), device)?,
            jacobian: Tensor::from_vec(jacobian, (e, FEATURES + 1, ENDS), device)?,
            species: Tensor::from_vec(cloud.species.iter().map(|&c| u32::from(c)).collect::<Vec<_>>(), p, device)?,
            tau: Tensor::from_vec(cloud.tau.clone(), (p, 1), device)?,
        })
    }

    fn gather_sum(&self, per_edge: &Tensor) -> Result<Tensor> {
        let width = per_edge.dim(1)?;
        Tensor::zeros((self.particles, width), DType::F32, per_edge.device())?.index_add(&self.from, per_edge, 0)
    }

    /// Tangents `[E, FEATURES]` and `[E, 1]` of the features and of w along `direction [P, 3]`.
    fn tangents(&self, direction: &Tensor) -> Result<(Tensor, Tensor)> {
        let ends = Tensor::cat(&[direction.index_select(&self.from, 0)?, direction.index_select(&self.to, 0)?], 1)?;
        let t = self.jacobian.matmul(&ends.unsqueeze(2)?)?.squeeze(2)?;
        Ok((t.narrow(1, 0, FEATURES)?, t.narrow(1, FEATURES, 1)?))
    }
}

fn matrix(weights: &Tensor, s: Span) -> Result<Tensor> {
    weights.narrow(0, s.start, s.len())?.reshape((s.rows, s.cols))
}

/// silu(z), silu'(z).
fn silu(z: &Tensor) -> Result<(Tensor, Tensor)> {
    let g = candle_nn::ops::sigmoid(z)?;
    let h = (z * &g)?;
    let slope = (&g + (&h * (1.0 - &g)?)?)?;
    Ok((h, slope))
}

struct Pass {
    h2: Tensor,
    d1: Tensor,
    d2: Tensor,
    e1: Tensor,
    e2: Tensor,
    out: Tensor,
}

fn forward(weights: &Tensor, shape: &NetShape, t: &EdgeTensors) -> Result<Pass> {
    let lay = shape.layout();
    let m = |s: Span| matrix(weights, s);
    let z1 = (t.features.matmul(&m(lay.phi1_w)?.t()?)? + m(lay.phi1_b)?.index_select(&t.pair, 0)?)?;
    let (h1, d1) = silu(&z1)?;
    let (h2, d2) = silu(&h1.matmul(&m(lay.phi2_w)?.t()?)?.broadcast_add(&m(lay.phi2_b)?)?)?;
    let message = t.gather_sum(&h2.broadcast_mul(&t.w)?)?;
    let input = Tensor::cat(&[&message, &t.tau], 1)?;
    let y1 = (input.matmul(&m(lay.rho1_w)?.t()?)? + m(lay.rho1_b)?.index_select(&t.species, 0)?)?;
    let (g1, e1) = silu(&y1)?;
    let (g2, e2) = silu(&g1.matmul(&m(lay.rho2_w)?.t()?)?.broadcast_add(&m(lay.rho2_b)?)?)?;
    let out = g2.matmul(&m(lay.out_w)?.t()?)?.broadcast_add(&m(lay.out_b)?)?;
    Ok(Pass { h2, d1, d2, e1, e2, out })
}

/// σ E_i `[P, 1]` of the energy network with flat `weights`: the reference of the fused weight gradient.
#[cfg(test)]
pub fn energies(weights: &Tensor, shape: &NetShape, t: &EdgeTensors) -> Result<Tensor> {
    Ok(forward(weights, shape, t)?.out)
}

/// σ ∇E `[P, 3]` of the energy network with flat `weights`.
pub fn energy_gradient(weights: &Tensor, shape: &NetShape, t: &EdgeTensors) -> Result<Tensor> {
    let lay = shape.layout();
    let m = |s: Span| matrix(weights, s);
    let p = forward(weights, shape, t)?;
    let g1_bar = p.e2.broadcast_mul(&m(lay.out_w)?)?.matmul(&m(lay.rho2_w)?)?;
    let input_bar = (g1_bar * &p.e1)?.matmul(&m(lay.rho1_w)?)?;
    let message_bar = input_bar.narrow(1, 0, shape.phi[1])?.contiguous()?.index_select(&t.from, 0)?;
    let w_bar = (&message_bar * &p.h2)?.sum_keepdim(1)?;
    let h1_bar = (message_bar.broadcast_mul(&t.w)? * &p.d2)?.matmul(&m(lay.phi2_w)?)?;
    let f_bar = (h1_bar * &p.d1)?.matmul(&m(lay.phi1_w)?)?;
    let bar = Tensor::cat(&[f_bar, w_bar], 1)?.unsqueeze(1)?;
    let ends = bar.matmul(&t.jacobian)?.squeeze(1)?;
    Tensor::zeros((t.particles, 3), DType::F32, weights.device())?
        .index_add(&t.from, &ends.narrow(1, 0, 3)?.contiguous()?, 0)?
        .index_add(&t.to, &ends.narrow(1, 3, 3)?.contiguous()?, 0)
}

/// Velocity of the flow network and its derivatives along two directions `[P, 3]`: `[P, 9]`.
pub fn flow_jets(weights: &Tensor, shape: &NetShape, t: &EdgeTensors, along: [&Tensor; 2]) -> Result<Tensor> {
    let lay = shape.layout();
    let m = |s: Span| matrix(weights, s);
    let p = forward(weights, shape, t)?;
    let mut parts = vec![p.out.clone()];
    for direction in along {
        let (ft, wt) = t.tangents(direction)?;
        let h1t = (ft.matmul(&m(lay.phi1_w)?.t()?)? * &p.d1)?;
        let h2t = (h1t.matmul(&m(lay.phi2_w)?.t()?)? * &p.d2)?;
        let mt = t.gather_sum(&(p.h2.broadcast_mul(&wt)? + h2t.broadcast_mul(&t.w)?)?)?;
        let rho1_messages = m(lay.rho1_w)?.narrow(1, 0, shape.phi[1])?;
        let g1t = (mt.matmul(&rho1_messages.t()?)? * &p.e1)?;
        let g2t = (g1t.matmul(&m(lay.rho2_w)?.t()?)? * &p.e2)?;
        parts.push(g2t.matmul(&m(lay.out_w)?.t()?)?);
    }
    Tensor::cat(&parts, 1)
}
