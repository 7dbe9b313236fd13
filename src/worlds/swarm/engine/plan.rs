//! The dispatches of a step, made once and encoded again and again.

use super::buffers::{GridBuffers, ParticleBuffers};
use super::kernels::{Kernel, Kernels, NetKernels, binding};
use super::shader::{LIGHT_WORKGROUP, NET_WORKGROUP};
use crate::worlds::swarm::rule::FlowKind;

/// Most workgroups along one axis of a dispatch (WebGPU's lowest limit).
const MAX_GROUPS: u32 = 65_535;

/// One dispatch.
pub(crate) struct Call {
    pipeline: wgpu::ComputePipeline,
    bind_group: wgpu::BindGroup,
    groups: [u32; 2],
    /// Whether it reads the clock, which moves from step to step.
    timed: bool,
}

impl Call {
    fn new(kernel: &Kernel, bind_group: wgpu::BindGroup, invocations: usize, workgroup: u32) -> Self {
        let pipeline = kernel.pipeline.clone();
        Self { pipeline, bind_group, groups: groups(invocations, workgroup), timed: kernel.is_timed() }
    }

    pub fn encode(&self, pass: &mut wgpu::ComputePass<'_>, clock_offset: u32) {
        pass.set_pipeline(&self.pipeline);
        let offsets = [clock_offset];
        pass.set_bind_group(0, &self.bind_group, if self.timed { &offsets } else { &[] });
        pass.dispatch_workgroups(self.groups[0], self.groups[1], 1);
    }
}

/// Workgroups along x and y for `invocations`, folded into rows beyond the limit of one axis.
fn groups(invocations: usize, workgroup: u32) -> [u32; 2] {
    let groups = invocations.div_ceil(workgroup as usize).max(1) as u32;
    if groups <= MAX_GROUPS { [groups, 1] } else { [MAX_GROUPS, groups.div_ceil(MAX_GROUPS)] }
}

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

pub(crate) struct Plan {
    /// Grid, score and flow at the state.
    pub evaluate_state: Vec<Call>,
    pub predict: Call,
    /// The same at the predictor.
    pub evaluate_predicted: Vec<Call>,
    pub correct: Call,
    pub show: Call,
}

impl Plan {
    pub fn new(device: &wgpu::Device, parts: &Parts<'_>) -> Self {
        let light = |kernel: &Kernel| {
            let bind_group = kernel.bind(device, |at| parts.buffer(at));
            Call::new(kernel, bind_group, parts.particles.particles, LIGHT_WORKGROUP)
        };
        Self {
            evaluate_state: parts.evaluation(device, &parts.particles.state),
            predict: light(&parts.kernels.predict),
            evaluate_predicted: parts.evaluation(device, &parts.particles.predicted),
            correct: light(&parts.kernels.correct),
            show: light(&parts.kernels.show),
        }
    }
}

impl<'a> Parts<'a> {
    fn buffer(&self, at: u32) -> &'a wgpu::Buffer {
        match at {
            binding::PARAMS => self.params,
            binding::CLOCK => self.clock,
            binding::STATE => &self.particles.state,
            binding::PREDICTED => &self.particles.predicted,
            binding::DRIFT => &self.particles.drift,
            binding::SHOWN => &self.particles.shown,
            binding::CELL_OF => &self.particles.cell_of,
            binding::COUNTS => &self.grid.counts,
            binding::STARTS => &self.grid.starts,
            binding::UNSORTED => &self.particles.unsorted,
            binding::ORDER => &self.particles.order,
            binding::SORTED => &self.particles.sorted,
            binding::MESSAGE => &self.particles.message,
            binding::SCORE => &self.particles.score,
            binding::FLOW => &self.particles.flow,
            binding::TALLY => &self.particles.tally,
            binding::FAULTS => self.faults,
            binding::MEASURE => &self.particles.measure,
            _ => unreachable!("binding {at} is given by the call itself"),
        }
    }

    /// Neighbour grid, energy, score and flow at the positions in `source`.
    fn evaluation(&self, device: &wgpu::Device, source: &'a wgpu::Buffer) -> Vec<Call> {
        let n = self.particles.particles;
        let kernels = self.kernels;
        let per_particle = |kernel: &Kernel| {
            let bind_group = kernel.bind(device, |at| if at == binding::SOURCE { source } else { self.buffer(at) });
            Call::new(kernel, bind_group, n, LIGHT_WORKGROUP)
        };
        let mut calls = vec![per_particle(&kernels.count)];
        calls.extend(self.prefix_sum(device));
        calls.push(per_particle(&kernels.scatter));
        calls.push(per_particle(&kernels.place));

        let of_net = |net: &'a NetKernels, kernel: &Kernel, invocations| {
            let bind_group = kernel.bind(device, |at| match at {
                binding::PHI => &net.phi,
                binding::RHO => &net.rho,
                _ => self.buffer(at),
            });
            Call::new(kernel, bind_group, invocations, NET_WORKGROUP)
        };
        // The readouts take four particles at a time.
        calls.push(of_net(self.energy, &self.energy.messages, n));
        calls.push(of_net(self.energy, &self.energy.readout, n.div_ceil(4)));
        calls.extend(self.energy.score.as_ref().map(|score| of_net(self.energy, score, n)));
        match (self.flow_kind, self.flow) {
            (FlowKind::Exact, _) => calls.push(per_particle(&kernels.flow_exact)),
            (FlowKind::Learned, Some(flow)) => {
                calls.push(of_net(flow, &flow.messages, n));
                calls.push(of_net(flow, &flow.readout, n.div_ceil(4)));
            }
            (FlowKind::Learned, None) | (FlowKind::None, _) => {}
        }
        calls
    }

    /// Turns the counts of the cells into the first slot of each.
    fn prefix_sum(&self, device: &wgpu::Device) -> Vec<Call> {
        let grid = self.grid;
        let kernels = self.kernels;
        let mut calls = Vec::new();
        // Values of each level: the counts, then the sums above.
        let values = |level: usize| if level == 0 { &grid.counts } else { &grid.levels[level - 1].0 };
        let prefixes = |level: usize| if level == 0 { &grid.starts } else { &grid.levels[level - 1].1 };
        for level in 0..grid.levels.len() {
            let bind_group = kernels.scan_up.bind(device, |at| match at {
                binding::COUNTS => values(level),
                _ => &grid.levels[level].0,
            });
            calls.push(Call::new(&kernels.scan_up, bind_group, grid.lengths[level], LIGHT_WORKGROUP));
        }
        for level in (0..=grid.levels.len()).rev() {
            let (carried, blocks) = match grid.lengths.get(level) {
                Some(&length) => (&grid.levels[level].1, length),
                None => (&grid.zero, 1),
            };
            let bind_group = kernels.scan_down.bind(device, |at| match at {
                binding::COUNTS => values(level),
                binding::STARTS => prefixes(level),
                _ => carried,
            });
            calls.push(Call::new(&kernels.scan_down, bind_group, blocks, LIGHT_WORKGROUP));
        }
        calls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_particles_are_folded_into_rows_of_workgroups() {
        assert_eq!(groups(1, 64), [1, 1]);
        assert_eq!(groups(65, 64), [2, 1]);
        assert_eq!(groups(64 * 65_535, 64), [65_535, 1]);
        let [x, y] = groups(5_000_000, 64);
        assert!(x <= MAX_GROUPS && y <= MAX_GROUPS && u64::from(x) * u64::from(y) * 64 >= 5_000_000);
    }
}
