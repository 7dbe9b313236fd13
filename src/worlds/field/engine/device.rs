//! Errors and readback of a borrowed device.

use crate::worlds::field::FieldError;

/// What `make` creates on the device, or what the device says against it.
pub(crate) fn checked<T>(device: &wgpu::Device, make: impl FnOnce() -> T) -> Result<T, FieldError> {
    let memory = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
    let validation = device.push_error_scope(wgpu::ErrorFilter::Validation);
    let made = make();
    let errors = [pollster::block_on(validation.pop()), pollster::block_on(memory.pop())];
    match errors.into_iter().flatten().next() {
        Some(error) => Err(FieldError::Gpu(error.to_string())),
        None => Ok(made),
    }
}

/// The contents of a buffer, once the queue has done all it was given.
pub(crate) fn read<T: bytemuck::Pod>(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    buffer: &wgpu::Buffer,
) -> Result<Vec<T>, FieldError> {
    let lost = |what: &dyn std::fmt::Display| FieldError::Gpu(format!("its memory cannot be read, {what}"));
    let staging = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("readback"),
        size: buffer.size(),
        usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("readback") });
    encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, buffer.size());
    queue.submit([encoder.finish()]);
    let (sender, receiver) = std::sync::mpsc::channel();
    staging.map_async(wgpu::MapMode::Read, .., move |result| {
        // The receiver waits below; it is gone only when this call already failed.
        let _ = sender.send(result);
    });
    device.poll(wgpu::PollType::wait_indefinitely()).map_err(|e| lost(&e))?;
    receiver.recv().map_err(|e| lost(&e))?.map_err(|e| lost(&e))?;
    let view = staging.get_mapped_range(..);
    Ok(view.chunks_exact(size_of::<T>()).map(bytemuck::pod_read_unaligned).collect())
}
