//! Compute pipelines: which shader text, which entry point, which buffers.

use super::EngineError;
use super::shader::Shader;
use super::weights::NetSizes;
use crate::worlds::swarm::rule::LocalNet;

/// Binding numbers, the same in every shader.
pub(crate) mod binding {
    pub const PARAMS: u32 = 0;
    pub const CLOCK: u32 = 1;
    pub const PHI: u32 = 2;
    pub const RHO: u32 = 3;
    pub const SOURCE: u32 = 4;
    pub const STATE: u32 = 5;
    pub const PREDICTED: u32 = 6;
    pub const DRIFT: u32 = 7;
    pub const SHOWN: u32 = 8;
    pub const CELL_OF: u32 = 9;
    pub const COUNTS: u32 = 10;
    pub const STARTS: u32 = 11;
    pub const SUMS: u32 = 12;
    pub const CARRIED: u32 = 13;
    pub const UNSORTED: u32 = 14;
    pub const ORDER: u32 = 15;
    pub const SORTED: u32 = 16;
    pub const MESSAGE: u32 = 17;
    pub const SCORE: u32 = 18;
    pub const FLOW: u32 = 19;
    pub const TALLY: u32 = 20;
    pub const FAULTS: u32 = 21;
    pub const MEASURE: u32 = 22;
}
use binding::*;

/// How a kernel uses a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// A uniform whose offset is chosen at each dispatch.
    Moving,
    /// Network weights: uniform where they fit, else storage.
    Weights,
    Read,
    Write,
}
use Access::{Moving, Read, Weights, Write};

/// A kernel's name in its shader and the buffers it binds.
pub(crate) struct Spec {
    pub shader: Shader,
    pub entry: &'static str,
    pub bindings: &'static [(u32, Access)],
}

const COUNT: Spec = Spec {
    shader: Shader::Grid,
    entry: "count",
    bindings: &[(PARAMS, Read), (SOURCE, Read), (CELL_OF, Write), (COUNTS, Write)],
};
const SCATTER: Spec = Spec {
    shader: Shader::Grid,
    entry: "scatter",
    bindings: &[(PARAMS, Read), (CELL_OF, Write), (COUNTS, Write), (STARTS, Read), (UNSORTED, Write)],
};
const PLACE: Spec = Spec {
    shader: Shader::Grid,
    entry: "place",
    bindings: &[
        (PARAMS, Read),
        (SOURCE, Read),
        (CELL_OF, Write),
        (STARTS, Read),
        (UNSORTED, Write),
        (ORDER, Write),
        (SORTED, Write),
    ],
};
const SCAN_UP: Spec = Spec { shader: Shader::Scan, entry: "scan_up", bindings: &[(COUNTS, Read), (SUMS, Write)] };
const SCAN_DOWN: Spec =
    Spec { shader: Shader::Scan, entry: "scan_down", bindings: &[(COUNTS, Read), (STARTS, Write), (CARRIED, Read)] };
const MESSAGES: Spec = Spec {
    shader: Shader::Messages,
    entry: "messages",
    bindings: &[
        (PARAMS, Read),
        (PHI, Weights),
        (STARTS, Read),
        (ORDER, Read),
        (SORTED, Read),
        (MESSAGE, Write),
        (TALLY, Write),
    ],
};
const ENERGY: Spec = Spec {
    shader: Shader::Energy,
    entry: "energy",
    bindings: &[(PARAMS, Read), (RHO, Weights), (ORDER, Read), (MESSAGE, Write), (SCORE, Write)],
};
const SCORE_OF: Spec = Spec {
    shader: Shader::Score,
    entry: "score_of",
    bindings: &[
        (PARAMS, Read),
        (PHI, Weights),
        (STARTS, Read),
        (ORDER, Read),
        (SORTED, Read),
        (MESSAGE, Read),
        (SCORE, Write),
    ],
};
const FLOW_EXACT: Spec = Spec {
    shader: Shader::FlowExact,
    entry: "flow_exact",
    bindings: &[(PARAMS, Read), (STARTS, Read), (ORDER, Read), (SORTED, Read), (SCORE, Read), (FLOW, Write)],
};
const FLOW_LEARNED: Spec = Spec {
    shader: Shader::FlowLearned,
    entry: "flow_learned",
    bindings: &[(PARAMS, Read), (RHO, Weights), (ORDER, Read), (SORTED, Read), (MESSAGE, Write), (FLOW, Write)],
};
const PREDICT: Spec = Spec {
    shader: Shader::Integrate,
    entry: "predict",
    bindings: &[
        (PARAMS, Read),
        (CLOCK, Moving),
        (STATE, Write),
        (PREDICTED, Write),
        (DRIFT, Write),
        (ORDER, Read),
        (SORTED, Read),
        (SCORE, Read),
        (FLOW, Read),
    ],
};
const CORRECT: Spec = Spec {
    shader: Shader::Integrate,
    entry: "correct",
    bindings: &[
        (PARAMS, Read),
        (CLOCK, Moving),
        (STATE, Write),
        (DRIFT, Write),
        (ORDER, Read),
        (SORTED, Read),
        (SCORE, Read),
        (FLOW, Read),
        (FAULTS, Write),
    ],
};
const SHOW: Spec = Spec {
    shader: Shader::Shown,
    entry: "shown",
    bindings: &[
        (PARAMS, Read),
        (STATE, Read),
        (SHOWN, Write),
        (ORDER, Read),
        (SCORE, Read),
        (FLOW, Read),
        (MEASURE, Write),
    ],
};

/// A compiled kernel.
pub(crate) struct Kernel {
    pub pipeline: wgpu::ComputePipeline,
    layout: wgpu::BindGroupLayout,
    entry: &'static str,
    bindings: &'static [(u32, Access)],
}

impl Kernel {
    fn new(device: &wgpu::Device, module: &wgpu::ShaderModule, spec: &Spec, weights_uniform: bool) -> Self {
        let kind = |access| match access {
            Moving => wgpu::BufferBindingType::Uniform,
            Weights if weights_uniform => wgpu::BufferBindingType::Uniform,
            Weights | Read => wgpu::BufferBindingType::Storage { read_only: true },
            Write => wgpu::BufferBindingType::Storage { read_only: false },
        };
        let entries: Vec<_> = spec
            .bindings
            .iter()
            .map(|&(binding, access)| wgpu::BindGroupLayoutEntry {
                binding,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer {
                    ty: kind(access),
                    has_dynamic_offset: access == Moving,
                    min_binding_size: None,
                },
                count: None,
            })
            .collect();
        let layout = device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(spec.entry), entries: &entries });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(spec.entry),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(spec.entry),
            layout: Some(&pipeline_layout),
            module,
            entry_point: Some(spec.entry),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        });
        Self { pipeline, layout, entry: spec.entry, bindings: spec.bindings }
    }

    /// Whether its bind group takes the offset of the clock.
    pub fn is_timed(&self) -> bool {
        self.bindings.iter().any(|&(_, access)| access == Moving)
    }

    /// The bind group with the buffer that `buffer_at` gives for each binding number.
    pub fn bind<'a>(&self, device: &wgpu::Device, buffer_at: impl Fn(u32) -> &'a wgpu::Buffer) -> wgpu::BindGroup {
        let entries: Vec<_> = self
            .bindings
            .iter()
            .map(|&(binding, access)| {
                let buffer = buffer_at(binding);
                let size = if access == Moving { wgpu::BufferSize::new(16) } else { None };
                let whole = wgpu::BufferBinding { buffer, offset: 0, size };
                wgpu::BindGroupEntry { binding, resource: wgpu::BindingResource::Buffer(whole) }
            })
            .collect();
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(self.entry),
            layout: &self.layout,
            entries: &entries,
        })
    }
}

fn module(device: &wgpu::Device, shader: Shader, sizes: Option<&NetSizes>) -> wgpu::ShaderModule {
    device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(&format!("{shader:?}")),
        source: wgpu::ShaderSource::Wgsl(shader.text(sizes).into()),
    })
}

/// Kernels that do not depend on the shape of a network.
pub(crate) struct Kernels {
    pub count: Kernel,
    pub scatter: Kernel,
    pub place: Kernel,
    pub scan_up: Kernel,
    pub scan_down: Kernel,
    pub flow_exact: Kernel,
    pub predict: Kernel,
    pub correct: Kernel,
    pub show: Kernel,
}

impl Kernels {
    pub fn new(device: &wgpu::Device) -> Result<Self, EngineError> {
        super::checked(device, || {
            let grid = module(device, Shader::Grid, None);
            let scan = module(device, Shader::Scan, None);
            let integrate = module(device, Shader::Integrate, None);
            let make = |module: &_, spec: &_| Kernel::new(device, module, spec, true);
            Self {
                count: make(&grid, &COUNT),
                scatter: make(&grid, &SCATTER),
                place: make(&grid, &PLACE),
                scan_up: make(&scan, &SCAN_UP),
                scan_down: make(&scan, &SCAN_DOWN),
                flow_exact: make(&module(device, Shader::FlowExact, None), &FLOW_EXACT),
                predict: make(&integrate, &PREDICT),
                correct: make(&integrate, &CORRECT),
                show: make(&module(device, Shader::Shown, None), &SHOW),
            }
        })
    }
}

/// The kernels and weights of one network. The energy has both halves of the reverse pass, the flow only the readout.
pub(crate) struct NetKernels {
    pub sizes: NetSizes,
    pub messages: Kernel,
    pub readout: Kernel,
    pub score: Option<Kernel>,
    pub phi: wgpu::Buffer,
    pub rho: wgpu::Buffer,
}

impl NetKernels {
    pub fn new(device: &wgpu::Device, sizes: NetSizes) -> Result<Self, EngineError> {
        super::checked(device, || {
            let make =
                |spec: &Spec| Kernel::new(device, &module(device, spec.shader, Some(&sizes)), spec, sizes.fits_uniform);
            let usage = if sizes.fits_uniform { wgpu::BufferUsages::UNIFORM } else { wgpu::BufferUsages::STORAGE };
            let table = |label, length: usize| {
                device.create_buffer(&wgpu::BufferDescriptor {
                    label: Some(label),
                    size: length as u64 * 16,
                    usage: usage | wgpu::BufferUsages::COPY_DST,
                    mapped_at_creation: false,
                })
            };
            let is_energy = sizes.shape.outputs == 1;
            Self {
                sizes,
                messages: make(&MESSAGES),
                readout: make(if is_energy { &ENERGY } else { &FLOW_LEARNED }),
                score: is_energy.then(|| make(&SCORE_OF)),
                phi: table("phi", sizes.phi_length()),
                rho: table("rho", sizes.rho_length()),
            }
        })
    }

    /// Uploads the weights of `net` at noise feature `tau`.
    pub fn write(&self, queue: &wgpu::Queue, net: &LocalNet, tau: f64) {
        queue.write_buffer(&self.phi, 0, bytemuck::cast_slice(&self.sizes.pack_phi(net, tau)));
        queue.write_buffer(&self.rho, 0, bytemuck::cast_slice(&self.sizes.pack_rho(net, tau)));
    }
}
