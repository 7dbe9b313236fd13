//! Copies of buffers that stay on the GPU.

use super::{GpuError, checked, storage};

/// The contents of some buffers at one time.
#[derive(Clone, Debug)]
pub(crate) struct KeptBuffers(Vec<wgpu::Buffer>);

impl KeptBuffers {
    /// Copies `buffers` within the GPU, into the memory of `spare` where it fits. Waits for nothing.
    ///
    /// # Errors
    /// Not enough memory.
    pub fn of(
        (device, queue): (&wgpu::Device, &wgpu::Queue),
        buffers: &[&wgpu::Buffer],
        spare: Option<Self>,
    ) -> Result<Self, GpuError> {
        let fits = |spare: &Self| {
            spare.0.len() == buffers.len() && spare.0.iter().zip(buffers).all(|(kept, from)| kept.size() == from.size())
        };
        let kept = match spare.filter(fits) {
            Some(spare) => spare,
            None => Self(checked(device, || {
                buffers.iter().map(|from| storage(device, "kept state", from.size())).collect()
            })?),
        };
        copy((device, queue), buffers.iter().copied().zip(&kept.0));
        Ok(kept)
    }

    /// Copies them back to buffers of the same sizes; false, and nothing is copied, where a size is another one.
    pub fn put_back(&self, (device, queue): (&wgpu::Device, &wgpu::Queue), buffers: &[&wgpu::Buffer]) -> bool {
        let fits =
            self.0.len() == buffers.len() && self.0.iter().zip(buffers).all(|(kept, to)| kept.size() == to.size());
        if fits {
            copy((device, queue), self.0.iter().zip(buffers.iter().copied()));
        }
        fits
    }

    /// Memory, bytes.
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|buffer| buffer.size() as usize).sum()
    }
}

fn copy<'a>(
    (device, queue): (&wgpu::Device, &wgpu::Queue),
    pairs: impl Iterator<Item = (&'a wgpu::Buffer, &'a wgpu::Buffer)>,
) {
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("keep") });
    for (from, to) in pairs {
        encoder.copy_buffer_to_buffer(from, 0, to, 0, from.size());
    }
    queue.submit([encoder.finish()]);
}
