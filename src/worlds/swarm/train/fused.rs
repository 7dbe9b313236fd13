//! The networks as fused candle operations on the CPU: candle keeps the variables, the loss and the optimiser, the lane
//! kernels of [`crate::worlds::swarm::rule::fast`] do the arithmetic. `graph` is the same mathematics in plain candle tensors.

use std::sync::{Arc, Mutex};

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};

use super::batch::Batch;
use crate::worlds::swarm::rule::NetShape;
use crate::worlds::swarm::rule::fast::{FastKernels, FlowJet, Weights};

/// What an operation needs besides the weights: the batch it runs on and the kernels' working memory.
#[derive(Clone)]
pub struct FusedInputs {
    pub batch: Arc<Batch>,
    pub kernels: Arc<Mutex<FastKernels>>,
    pub shape: NetShape,
    pub cutoff_l: f64,
}

impl FusedInputs {
    fn weights(&self, flat: &[f32]) -> Weights {
        Weights::new(self.shape, flat, self.cutoff_l)
    }

    fn kernels(&self) -> std::sync::MutexGuard<'_, FastKernels> {
        // A panic in a kernel ends the run; its working memory holds nothing that outlives a call.
        self.kernels.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn contiguous<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let CpuStorage::F32(values) = storage else { bail!("weights must be f32") };
    let Some((start, end)) = layout.contiguous_offsets() else { bail!("weights must be contiguous") };
    Ok(&values[start..end])
}

fn flat(tensor: &Tensor) -> Result<Vec<f32>> {
    tensor.flatten_all()?.to_vec1()
}

/// Weights `[W]` → σ ∇E `[P, 3]` in (x, y, θ), world frame.
pub struct EnergyGradient(pub FusedInputs);

impl CustomOp1 for EnergyGradient {
    fn name(&self) -> &'static str {
        "energy-gradient"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let cloud = &self.0.batch.cloud;
        let mut gradient = vec![[0.0f32; 3]; cloud.len()];
        self.0.kernels().gradient(&self.0.weights(contiguous(storage, layout)?), cloud, &mut gradient);
        Ok((CpuStorage::F32(gradient.into_flattened()), Shape::from((cloud.len(), 3))))
    }

    fn bwd(&self, arg: &Tensor, _res: &Tensor, grad_res: &Tensor) -> Result<Option<Tensor>> {
        let cotangent = flat(grad_res)?;
        let weights = self.0.weights(&flat(arg)?);
        let mut bar = vec![0.0f32; weights.layout.total];
        self.0.kernels().gradient_vjp(&weights, &self.0.batch.cloud, cotangent.as_chunks().0, &mut bar);
        Ok(Some(Tensor::from_vec(bar, arg.shape(), arg.device())?))
    }
}

/// Weights `[W]` → `[P, 9]`: body-frame velocity (forward, lateral, turn) and its derivatives along two directions.
pub struct FlowJets {
    pub bench: FusedInputs,
    /// Directions in (x, y, θ), world frame, per particle.
    pub along: [Vec<[f32; 3]>; 2],
}

impl CustomOp1 for FlowJets {
    fn name(&self) -> &'static str {
        "flow-jets"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let cloud = &self.bench.batch.cloud;
        let mut jets: Vec<FlowJet> = vec![[[0.0; 3]; 3]; cloud.len()];
        let weights = self.bench.weights(contiguous(storage, layout)?);
        self.bench.kernels().flow_jets(&weights, cloud, [&self.along[0], &self.along[1]], &mut jets);
        Ok((CpuStorage::F32(jets.into_flattened().into_flattened()), Shape::from((cloud.len(), 9))))
    }

    fn bwd(&self, arg: &Tensor, _res: &Tensor, grad_res: &Tensor) -> Result<Option<Tensor>> {
        let cotangents = flat(grad_res)?;
        let weights = self.bench.weights(&flat(arg)?);
        let mut bar = vec![0.0f32; weights.layout.total];
        let (rows, _) = cotangents.as_chunks::<3>();
        let (jets, _) = rows.as_chunks::<3>();
        let along = [&self.along[0][..], &self.along[1][..]];
        self.bench.kernels().flow_jets_vjp(&weights, &self.bench.batch.cloud, along, jets, &mut bar);
        Ok(Some(Tensor::from_vec(bar, arg.shape(), arg.device())?))
    }
}
