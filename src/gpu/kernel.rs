//! Compute kernels: buffers are given by the names of the shader's variables; numbers, access and sizes come from the
//! validated module.

use super::names::check_names;
use super::reflection::{EntryPoint, Reflection, ShaderBinding};
use super::{GpuError, checked};

/// Maximum number of workgroups along one axis of a dispatch (WebGPU's lowest limit).
const MAX_GROUPS: u32 = 65_535;

/// A compiled shader text, from which kernels are made.
pub(crate) struct KernelModule {
    label: String,
    module: wgpu::ShaderModule,
    reflection: Reflection,
}

impl KernelModule {
    /// Validates and compiles `text`; `label` names it in errors and for debuggers.
    ///
    /// # Errors
    /// The text is not valid, or the device refuses it.
    pub fn new(device: &wgpu::Device, label: &str, text: String) -> Result<Self, GpuError> {
        let reflection = Reflection::new(label, &text)?;
        let module = checked(device, || {
            device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(label),
                source: wgpu::ShaderSource::Wgsl(text.into()),
            })
        })?;
        Ok(Self { label: label.to_owned(), module, reflection })
    }

    /// The kernel of the entry point `entry`.
    ///
    /// # Errors
    /// There is no such entry point, or the device refuses it.
    pub fn kernel(&self, device: &wgpu::Device, entry: &str) -> Result<ComputeKernel, GpuError> {
        self.kernel_with_moving(device, entry, None)
    }

    /// As [`Self::kernel`], where the offset of the buffer named `moving` is chosen at each dispatch.
    ///
    /// # Errors
    /// As for [`Self::kernel`], or the kernel has no buffer of this name.
    pub fn moving_kernel(&self, device: &wgpu::Device, entry: &str, moving: &str) -> Result<ComputeKernel, GpuError> {
        self.kernel_with_moving(device, entry, Some(moving))
    }

    fn kernel_with_moving(
        &self,
        device: &wgpu::Device,
        entry: &str,
        moving: Option<&str>,
    ) -> Result<ComputeKernel, GpuError> {
        let Some(EntryPoint { bindings, workgroup }) = self.reflection.entry_point(entry) else {
            let reason = format!("there is no entry point {entry}");
            return Err(GpuError::Shader { shader: self.label.clone(), reason });
        };
        if let Some(name) = moving.filter(|name| bindings.iter().all(|binding| binding.name != *name)) {
            let known: Vec<&str> = bindings.iter().map(|binding| binding.name.as_str()).collect();
            let reason = format!("buffer {name} is to be swapped but is not used");
            return Err(GpuError::Binding { kernel: entry.to_owned(), reason, known: known.join(", ") });
        }
        let is_moving = |binding: &ShaderBinding| moving == Some(binding.name.as_str());
        let entries: Vec<_> = bindings
            .iter()
            .map(|binding| wgpu::BindGroupLayoutEntry {
                binding: binding.number,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer {
                    ty: binding.access.buffer_type(),
                    has_dynamic_offset: is_moving(binding),
                    min_binding_size: wgpu::BufferSize::new(binding.min_bytes),
                },
                count: None,
            })
            .collect();
        let moving = bindings.iter().position(is_moving);
        checked(device, || {
            let layout = device
                .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(entry), entries: &entries });
            let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(entry),
                bind_group_layouts: &[Some(&layout)],
                immediate_size: 0,
            });
            let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(entry),
                layout: Some(&pipeline_layout),
                module: &self.module,
                entry_point: Some(entry),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            });
            ComputeKernel { pipeline, layout, entry: entry.to_owned(), bindings, moving, workgroup }
        })
    }
}

/// A compiled entry point.
pub(crate) struct ComputeKernel {
    pipeline: wgpu::ComputePipeline,
    layout: wgpu::BindGroupLayout,
    entry: String,
    bindings: Vec<ShaderBinding>,
    /// Which of them has its offset chosen at each dispatch.
    moving: Option<usize>,
    workgroup: [u32; 3],
}

impl ComputeKernel {
    /// The names of the buffers that it binds.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.bindings.iter().map(|binding| binding.name.as_str())
    }

    /// A dispatch of at least `invocations`, over `buffers` by name.
    ///
    /// # Errors
    /// A buffer is missing, given twice or not used by the kernel, or the device refuses one.
    pub fn dispatch(
        &self,
        device: &wgpu::Device,
        invocations: usize,
        buffers: &[(&str, &wgpu::Buffer)],
    ) -> Result<Dispatch, GpuError> {
        let per_group: u32 = self.workgroup.iter().product();
        self.dispatch_groups(device, folded(invocations, per_group), buffers)
    }

    /// As [`Self::dispatch`], with at least `size` invocations along x and y.
    ///
    /// # Errors
    /// As for [`Self::dispatch`].
    pub fn dispatch_2d(
        &self,
        device: &wgpu::Device,
        size: [usize; 2],
        buffers: &[(&str, &wgpu::Buffer)],
    ) -> Result<Dispatch, GpuError> {
        let groups = [0, 1].map(|axis| (size[axis] as u32).div_ceil(self.workgroup[axis]));
        self.dispatch_groups(device, groups, buffers)
    }

    fn dispatch_groups(
        &self,
        device: &wgpu::Device,
        groups: [u32; 2],
        buffers: &[(&str, &wgpu::Buffer)],
    ) -> Result<Dispatch, GpuError> {
        let given: Vec<&str> = buffers.iter().map(|(name, _)| *name).collect();
        check_names(&self.entry, &given, &self.names().collect::<Vec<_>>())?;
        let number = |name: &str| self.bindings.iter().position(|binding| binding.name == name);
        let entries: Vec<_> = buffers
            .iter()
            .filter_map(|(name, buffer)| Some((number(name)?, buffer)))
            .map(|(index, buffer)| {
                let ShaderBinding { number, min_bytes, .. } = self.bindings[index];
                let size = if self.moving == Some(index) { wgpu::BufferSize::new(min_bytes) } else { None };
                let part = wgpu::BufferBinding { buffer, offset: 0, size };
                wgpu::BindGroupEntry { binding: number, resource: wgpu::BindingResource::Buffer(part) }
            })
            .collect();
        let bind_group = checked(device, || {
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some(&self.entry),
                layout: &self.layout,
                entries: &entries,
            })
        })?;
        Ok(Dispatch { pipeline: self.pipeline.clone(), bind_group, groups, is_moving: self.moving.is_some() })
    }
}

/// Workgroups along x and y for `invocations`, folded into rows of equal length beyond the limit of one axis.
fn folded(invocations: usize, per_group: u32) -> [u32; 2] {
    let groups = invocations.div_ceil(per_group as usize).max(1) as u32;
    let rows = groups.div_ceil(MAX_GROUPS);
    [groups.div_ceil(rows), rows]
}

/// A kernel with its buffers, to be encoded again and again.
pub(crate) struct Dispatch {
    pipeline: wgpu::ComputePipeline,
    bind_group: wgpu::BindGroup,
    groups: [u32; 2],
    is_moving: bool,
}

impl Dispatch {
    /// Encodes it; `offset` (bytes) is where the moving buffer begins, where the kernel has one.
    pub fn encode(&self, pass: &mut wgpu::ComputePass<'_>, offset: u32) {
        pass.set_pipeline(&self.pipeline);
        let offsets = [offset];
        pass.set_bind_group(0, &self.bind_group, if self.is_moving { &offsets } else { &[] });
        pass.dispatch_workgroups(self.groups[0], self.groups[1], 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::testing::gpu;
    use crate::gpu::{read, storage, storage_with, uniform};

    const TEXT: &str = "
        @group(0) @binding(3) var<uniform> shift: vec4<f32>;
        @group(0) @binding(1) var<storage, read> input: array<f32>;
        @group(0) @binding(2) var<storage, read_write> output: array<f32>;
        @compute @workgroup_size(4) fn add(@builtin(global_invocation_id) id: vec3<u32>) {
            if id.x < arrayLength(&output) { output[id.x] = input[id.x] + shift.x; }
        }
        @compute @workgroup_size(1) fn clear() { output[0] = 0.0; }";

    #[test]
    fn a_kernel_finds_its_buffers_by_name_and_moves_one() {
        let Some(gpu) = gpu() else { return };
        let (device, queue) = (&gpu.device, &gpu.queue);
        let module = KernelModule::new(device, "adding", TEXT.to_owned()).unwrap();
        let kernel = module.moving_kernel(device, "add", "shift").unwrap();
        let stride = device.limits().min_uniform_buffer_offset_alignment;
        let shift = uniform(device, "shift", u64::from(2 * stride));
        queue.write_buffer(&shift, u64::from(stride), bytemuck::bytes_of(&[10.0f32, 0.0, 0.0, 0.0]));
        let input = storage_with(device, "input", &[1.0f32, 2.0, 3.0, 4.0, 5.0]);
        let output = storage(device, "output", 20);
        let call = kernel.dispatch(device, 5, &[("output", &output), ("shift", &shift), ("input", &input)]).unwrap();
        for (offset, expected) in [(0, [1.0, 2.0, 3.0, 4.0, 5.0]), (stride, [11.0, 12.0, 13.0, 14.0, 15.0])] {
            let mut encoder = device.create_command_encoder(&Default::default());
            call.encode(&mut encoder.begin_compute_pass(&Default::default()), offset);
            queue.submit([encoder.finish()]);
            assert_eq!(read::<f32>(device, queue, &output).unwrap(), expected);
        }
    }

    #[test]
    fn wrong_missing_and_unused_names_are_errors() {
        let Some(gpu) = gpu() else { return };
        let device = &gpu.device;
        let module = KernelModule::new(device, "adding", TEXT.to_owned()).unwrap();
        let kernel = module.kernel(device, "add").unwrap();
        assert_eq!(kernel.names().collect::<Vec<_>>(), ["input", "output", "shift"]);
        let (a, b, c) = (storage(device, "a", 16), storage(device, "b", 16), uniform(device, "c", 16));
        let right = [("input", &a), ("output", &b), ("shift", &c)];
        assert!(kernel.dispatch(device, 4, &right).is_ok());
        let reason =
            |kernel: &ComputeKernel, buffers: &[(&str, &wgpu::Buffer)]| match kernel.dispatch(device, 4, buffers).err()
            {
                Some(GpuError::Binding { reason, .. }) => reason,
                other => panic!("{other:?}"),
            };
        assert_eq!(reason(&kernel, &right[..2]), "shift is missing");
        assert_eq!(reason(&kernel, &[right[0], right[1], ("shifts", &c)]), "shifts is given but not used");
        assert_eq!(reason(&kernel, &[right[0], right[0], right[1], right[2]]), "input is given twice");
        // The module has a buffer `input`, but this entry point does not use it.
        let clear = module.kernel(device, "clear").unwrap();
        assert_eq!(reason(&clear, &right[..2]), "input is given but not used");
        assert!(matches!(module.moving_kernel(device, "clear", "shift"), Err(GpuError::Binding { .. })));
        assert!(matches!(module.kernel(device, "subtract"), Err(GpuError::Shader { .. })));
    }

    #[test]
    fn buffers_of_the_wrong_kind_or_size_are_refused() {
        let Some(gpu) = gpu() else { return };
        let device = &gpu.device;
        let kernel = KernelModule::new(device, "adding", TEXT.to_owned()).unwrap().kernel(device, "add").unwrap();
        let (a, b) = (storage(device, "a", 16), storage(device, "b", 16));
        let short = uniform(device, "short", 8);
        for wrong in [&a, &short] {
            let made = kernel.dispatch(device, 4, &[("input", &a), ("output", &b), ("shift", wrong)]);
            assert!(matches!(made, Err(GpuError::Refused(_))));
        }
    }

    #[test]
    fn many_invocations_are_folded_into_rows_of_workgroups() {
        assert_eq!(folded(1, 64), [1, 1]);
        assert_eq!(folded(65, 64), [2, 1]);
        assert_eq!(folded(64 * 65_535, 64), [65_535, 1]);
        let [x, y] = folded(5_000_000, 64);
        assert!(x <= MAX_GROUPS && y <= MAX_GROUPS && u64::from(x) * u64::from(y) * 64 >= 5_000_000);
    }
}
