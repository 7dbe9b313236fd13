//! The networks on the CPU: the lane kernels of [`crate::worlds::swarm::rule::fast`] do the arithmetic, and candle
//! differentiates the loss of what they compute. `graph` is the same mathematics in plain candle tensors.

use candle_core::{Device, Result, Tensor, Var};

use crate::worlds::swarm::rule::fast::{Cloud, FastKernels, FlowJet, Stop, Weights};

/// A network on a batch. Where `stop` was set what it returns is incomplete, so that the caller polls it as well.
pub struct FusedNet<'a> {
    pub weights: &'a Weights,
    pub cloud: &'a Cloud,
    pub kernels: &'a mut FastKernels,
    pub stop: Stop<'a>,
}

/// ∂loss/∂`of`; 0 where the loss does not depend on it.
pub fn slope(loss: &Tensor, of: &Tensor) -> Result<Tensor> {
    loss.backward()?.remove(of).map_or_else(|| of.zeros_like(), Ok)
}

fn flat(tensor: &Tensor) -> Result<Vec<f32>> {
    tensor.flatten_all()?.to_vec1()
}

impl FusedNet<'_> {
    /// σ ∇E `[P, 3]` in (x, y, θ), world frame.
    pub fn energy_gradient(&mut self) -> Result<Var> {
        let mut gradient = vec![[0.0f32; 3]; self.cloud.len()];
        self.kernels.gradient(self.weights, self.cloud, &mut gradient, self.stop);
        Var::from_vec(gradient.into_flattened(), (self.cloud.len(), 3), &Device::Cpu)
    }

    /// ∂loss/∂weights `[W]` of a loss of [`Self::energy_gradient`].
    pub fn energy_slope(&mut self, loss: &Tensor, gradient: &Var) -> Result<Tensor> {
        let cotangent = flat(&slope(loss, gradient)?)?;
        let mut bar = vec![0.0f32; self.weights.layout.total];
        self.kernels.gradient_vjp(self.weights, self.cloud, cotangent.as_chunks().0, &mut bar, self.stop);
        Tensor::from_vec(bar, self.weights.layout.total, &Device::Cpu)
    }

    /// `[P, 9]`: body-frame velocity (forward, lateral, turn) and its derivatives along two directions in (x, y, θ), world
    /// frame, per particle.
    pub fn flow_jets(&mut self, along: &[Vec<[f32; 3]>; 2]) -> Result<Var> {
        let mut jets: Vec<FlowJet> = vec![[[0.0; 3]; 3]; self.cloud.len()];
        self.kernels.flow_jets(self.weights, self.cloud, [&along[0], &along[1]], &mut jets, self.stop);
        Var::from_vec(jets.into_flattened().into_flattened(), (self.cloud.len(), 9), &Device::Cpu)
    }

    /// ∂loss/∂weights `[W]` of a loss of [`Self::flow_jets`].
    pub fn flow_slope(&mut self, along: &[Vec<[f32; 3]>; 2], loss: &Tensor, jets: &Var) -> Result<Tensor> {
        let cotangents = flat(&slope(loss, jets)?)?;
        let mut bar = vec![0.0f32; self.weights.layout.total];
        let (rows, _) = cotangents.as_chunks::<3>();
        let along = [&along[0][..], &along[1][..]];
        self.kernels.flow_jets_vjp(self.weights, self.cloud, along, rows.as_chunks::<3>().0, &mut bar, self.stop);
        Tensor::from_vec(bar, self.weights.layout.total, &Device::Cpu)
    }
}
