//! The dispatches of a step in order, with their buffers bound: made when a buffer or kernel changes, encoded again and
//! again.

use super::EngineError;
use super::buffers::{GridBuffers, ParticleBuffers};
use super::kernels::{Kernels, NetKernels};
use crate::gpu::{ComputeKernel, Dispatch, GpuError};
use crate::worlds::swarm::rule::FlowKind;

/// Everything a plan binds.
pub(crate) struct Parts<'a> {
    pub kernels: &'a Kernels,
    pub energy: &'a NetKernels,
    pub flow: Option<&'a NetKernels>,
    pub flow_kind: FlowKind,
    pub particles: &'a ParticleBuffers,
    pub grid: &'a GridBuffers,
    pub params: &'a wgpu::Buffer,
    pub clock: &'a wgpu::Buffer,
    pub faults: &'a wgpu::Buffer,
}

/// The calls of a step. Each takes the offset of the clock, which only `predict` and `correct` read.
pub(crate) struct Plan {
    /// Grid, score and flow at the state.
    pub evaluate_state: Vec<Dispatch>,
    pub predict: Dispatch,
    /// The same at the predictor.
    pub evaluate_predicted: Vec<Dispatch>,
    pub correct: Dispatch,
    pub show: Dispatch,
}

type Named<'a> = (&'static str, &'a wgpu::Buffer);

impl Plan {
    /// # Errors
    /// A kernel asks for a buffer that there is not, or the device refuses one.
    pub fn new(device: &wgpu::Device, parts: &Parts<'_>) -> Result<Self, EngineError> {
        let n = parts.particles.particles;
        Ok(Self {
            evaluate_state: parts.evaluation(device, &parts.particles.state)?,
            predict: parts.dispatch(device, &parts.kernels.predict, n, &[])?,
            evaluate_predicted: parts.evaluation(device, &parts.particles.predicted)?,
            correct: parts.dispatch(device, &parts.kernels.correct, n, &[])?,
            show: parts.dispatch(device, &parts.kernels.shown, n, &[])?,
        })
    }
}

impl<'a> Parts<'a> {
    /// The buffers that have the same name in every shader.
    fn shared(&self) -> [Named<'a>; 18] {
        let ParticleBuffers { state, predicted, drift, shown, cell_of, unsorted, order, sorted, .. } = self.particles;
        let ParticleBuffers { message, score, flow, tally, measure, .. } = self.particles;
        [
            ("params", self.params),
            ("clock", self.clock),
            ("state", state),
            ("predicted", predicted),
            ("drift", drift),
            ("picture", shown),
            ("cell_of", cell_of),
            ("counts", &self.grid.counts),
            ("starts", &self.grid.starts),
            ("unsorted", unsorted),
            ("order", order),
            ("sorted", sorted),
            ("message", message),
            ("score", score),
            ("flow", flow),
            ("tally", tally),
            ("faults", self.faults),
            ("measure", measure),
        ]
    }

    /// A dispatch of `kernel` over `own` buffers and those of the shared ones that it names.
    fn dispatch(
        &self,
        device: &wgpu::Device,
        kernel: &ComputeKernel,
        invocations: usize,
        own: &[Named<'a>],
    ) -> Result<Dispatch, GpuError> {
        let is_wanted = |name: &str| kernel.names().any(|wanted| wanted == name);
        let mut buffers = own.to_vec();
        buffers.extend(self.shared().into_iter().filter(|(name, _)| is_wanted(name)));
        kernel.dispatch(device, invocations, &buffers)
    }

    /// Neighbour grid, energy, score and flow at the positions in `source`.
    fn evaluation(&self, device: &wgpu::Device, source: &'a wgpu::Buffer) -> Result<Vec<Dispatch>, GpuError> {
        let n = self.particles.particles;
        let kernels = self.kernels;
        let mut calls = vec![self.dispatch(device, &kernels.count, n, &[("source", source)])?];
        self.prefix_sum(device, &mut calls)?;
        calls.push(self.dispatch(device, &kernels.scatter, n, &[])?);
        calls.push(self.dispatch(device, &kernels.place, n, &[("source", source)])?);

        let mut network = |net: &'a NetKernels| -> Result<(), GpuError> {
            calls.push(self.dispatch(device, &net.messages, n, &[("phi", &net.phi)])?);
            // The readouts take four particles at a time.
            calls.push(self.dispatch(device, &net.readout, n.div_ceil(4), &[("rho", &net.rho)])?);
            if let Some(score) = &net.score {
                calls.push(self.dispatch(device, score, n, &[("phi", &net.phi)])?);
            }
            Ok(())
        };
        network(self.energy)?;
        match (self.flow_kind, self.flow) {
            (FlowKind::Exact, _) => calls.push(self.dispatch(device, &kernels.flow_exact, n, &[])?),
            (FlowKind::Learned, Some(flow)) => network(flow)?,
            (FlowKind::Learned, None) | (FlowKind::None, _) => {}
        }
        Ok(calls)
    }

    /// Turns the counts of the cells into the first slot of each.
    fn prefix_sum(&self, device: &wgpu::Device, calls: &mut Vec<Dispatch>) -> Result<(), GpuError> {
        let grid = self.grid;
        let kernels = self.kernels;
        // Values of each level: the counts, then the sums above.
        let values = |level: usize| if level == 0 { &grid.counts } else { &grid.levels[level - 1].0 };
        let prefixes = |level: usize| if level == 0 { &grid.starts } else { &grid.levels[level - 1].1 };
        for level in 0..grid.levels.len() {
            let buffers = [("values", values(level)), ("sums", &grid.levels[level].0)];
            calls.push(kernels.scan_up.dispatch(device, grid.lengths[level], &buffers)?);
        }
        for level in (0..=grid.levels.len()).rev() {
            let (carried, blocks) = match grid.lengths.get(level) {
                Some(&length) => (&grid.levels[level].1, length),
                None => (&grid.zero, 1),
            };
            let buffers = [("values", values(level)), ("prefixes", prefixes(level)), ("carried", carried)];
            calls.push(kernels.scan_down.dispatch(device, blocks, &buffers)?);
        }
        Ok(())
    }
}
