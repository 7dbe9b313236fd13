//! Compute kernels of the swarm, and the weights of its networks on the GPU.

use super::EngineError;
use super::shader::Shader;
use super::weights::NetSizes;
use crate::gpu::{ComputeKernel, GpuError, KernelModule, checked};
use crate::worlds::swarm::rule::LocalNet;

fn module(device: &wgpu::Device, shader: Shader, sizes: Option<&NetSizes>) -> Result<KernelModule, GpuError> {
    KernelModule::new(device, &format!("{shader:?}"), shader.text(sizes))
}

/// Kernels that do not depend on the shape of a network.
pub(crate) struct Kernels {
    pub count: ComputeKernel,
    pub scatter: ComputeKernel,
    pub place: ComputeKernel,
    pub scan_up: ComputeKernel,
    pub scan_down: ComputeKernel,
    pub flow_exact: ComputeKernel,
    pub predict: ComputeKernel,
    pub correct: ComputeKernel,
    pub shown: ComputeKernel,
}

impl Kernels {
    pub fn new(device: &wgpu::Device) -> Result<Self, EngineError> {
        let grid = module(device, Shader::Grid, None)?;
        let scan = module(device, Shader::Scan, None)?;
        let integrate = module(device, Shader::Integrate, None)?;
        Ok(Self {
            count: grid.kernel(device, "count")?,
            scatter: grid.kernel(device, "scatter")?,
            place: grid.kernel(device, "place")?,
            scan_up: scan.kernel(device, "scan_up")?,
            scan_down: scan.kernel(device, "scan_down")?,
            flow_exact: module(device, Shader::FlowExact, None)?.kernel(device, "flow_exact")?,
            predict: integrate.moving_kernel(device, "predict", "clock")?,
            correct: integrate.moving_kernel(device, "correct", "clock")?,
            shown: module(device, Shader::Shown, None)?.kernel(device, "shown")?,
        })
    }
}

/// The kernels and weights of one network. The energy has both halves of the reverse pass, the flow only the readout.
pub(crate) struct NetKernels {
    pub sizes: NetSizes,
    pub messages: ComputeKernel,
    pub readout: ComputeKernel,
    pub score: Option<ComputeKernel>,
    pub phi: wgpu::Buffer,
    pub rho: wgpu::Buffer,
}

impl NetKernels {
    pub fn new(device: &wgpu::Device, sizes: NetSizes) -> Result<Self, EngineError> {
        let make = |shader, entry| module(device, shader, Some(&sizes))?.kernel(device, entry);
        let is_energy = sizes.shape.outputs == 1;
        let messages = make(Shader::Messages, "messages")?;
        let readout =
            if is_energy { make(Shader::Energy, "energy") } else { make(Shader::FlowLearned, "flow_learned") }?;
        let score = is_energy.then(|| make(Shader::Score, "score_of")).transpose()?;
        let usage = if sizes.fits_uniform { wgpu::BufferUsages::UNIFORM } else { wgpu::BufferUsages::STORAGE };
        let table = |label, length: usize| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(label),
                size: length as u64 * 16,
                usage: usage | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        };
        let (phi, rho) = checked(device, || (table("phi", sizes.phi_length()), table("rho", sizes.rho_length())))?;
        Ok(Self { sizes, messages, readout, score, phi, rho })
    }

    /// Uploads the weights of `net` at noise feature `tau`.
    pub fn write(&self, queue: &wgpu::Queue, net: &LocalNet, tau: f64) {
        queue.write_buffer(&self.phi, 0, bytemuck::cast_slice(&self.sizes.pack_phi(net, tau)));
        queue.write_buffer(&self.rho, 0, bytemuck::cast_slice(&self.sizes.pack_rho(net, tau)));
    }
}
