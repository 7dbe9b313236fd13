//! Buffers of the engines, and error scopes around what is created.

use std::panic::{AssertUnwindSafe, catch_unwind};

use wgpu::util::DeviceExt as _;

use super::GpuError;

/// What `make` creates on the device.
///
/// # Errors
/// The first validation or memory error that the device reports, or that it was lost.
pub(crate) fn checked<T>(device: &wgpu::Device, make: impl FnOnce() -> T) -> Result<T, GpuError> {
    let memory = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
    let validation = device.push_error_scope(wgpu::ErrorFilter::Validation);
    // wgpu panics where it maps memory that a lost device has not given.
    let made = catch_unwind(AssertUnwindSafe(make));
    let errors = [pollster::block_on(validation.pop()), pollster::block_on(memory.pop())];
    match errors.into_iter().flatten().next() {
        Some(error) => Err(GpuError::refused(&error)),
        None => made.map_err(|panic| {
            let text = panic.downcast_ref::<String>().map_or("it gives no memory", |text| text.as_str());
            GpuError::lost(&text)
        }),
    }
}

/// A storage buffer of zeros that can be written and read back.
pub(crate) fn storage(device: &wgpu::Device, label: &str, bytes: u64) -> wgpu::Buffer {
    let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
    buffer(device, label, bytes, usage)
}

/// A storage buffer with `contents`, which can be read back.
pub(crate) fn storage_with<T: bytemuck::NoUninit>(device: &wgpu::Device, label: &str, contents: &[T]) -> wgpu::Buffer {
    device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
        label: Some(label),
        contents: bytemuck::cast_slice(contents),
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
    })
}

/// A uniform buffer of zeros that can be written.
pub(crate) fn uniform(device: &wgpu::Device, label: &str, bytes: u64) -> wgpu::Buffer {
    buffer(device, label, bytes, wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST)
}

fn buffer(device: &wgpu::Device, label: &str, bytes: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor { label: Some(label), size: bytes, usage, mapped_at_creation: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::testing::gpu;

    #[test]
    fn memory_of_a_lost_device_is_an_error() {
        if gpu().is_none() {
            return;
        }
        // One of its own, as it will be of no use any more.
        let gpu = crate::gpu::GpuDevice::open().unwrap();
        gpu.device.destroy();
        let made = checked(&gpu.device, || storage_with(&gpu.device, "words", &[1u32]));
        assert!(matches!(made, Err(GpuError::Lost(_))));
    }

    #[test]
    fn errors_of_the_device_are_returned_and_only_they() {
        let Some(gpu) = gpu() else { return };
        let text = "@compute @workgroup_size(1) fn one() { let x: u32 = 1.5; }";
        let made = checked(&gpu.device, || {
            gpu.device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: None,
                source: wgpu::ShaderSource::Wgsl(text.into()),
            })
        });
        assert!(matches!(made, Err(GpuError::Refused(_))));
        assert!(checked(&gpu.device, || storage(&gpu.device, "four bytes", 4)).is_ok());
    }
}
