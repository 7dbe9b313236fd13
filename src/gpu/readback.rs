//! Buffers on their way back from the GPU.

use crossbeam_channel::{Receiver, TryRecvError, bounded};

use super::pace::wait_for;
use super::{GpuError, checked};

/// Copies of buffers that are being read: begun, polled, taken once they have come.
pub(crate) struct Mapping {
    device: wgpu::Device,
    staging: wgpu::Buffer,
    mapped: Receiver<Result<(), wgpu::BufferAsyncError>>,
}

impl Mapping {
    /// Begins to read `buffers`, one behind the other, as they are once the queue has done all it was given; waits for
    /// nothing.
    pub fn begin(device: &wgpu::Device, queue: &wgpu::Queue, buffers: &[&wgpu::Buffer]) -> Self {
        let staging = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("readback"),
            size: buffers.iter().map(|buffer| buffer.size()).sum(),
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("readback") });
        let mut at = 0;
        for buffer in buffers {
            encoder.copy_buffer_to_buffer(buffer, 0, &staging, at, buffer.size());
            at += buffer.size();
        }
        queue.submit([encoder.finish()]);
        let (sender, mapped) = bounded(1);
        staging.map_async(wgpu::MapMode::Read, .., move |result| {
            // The receiver is gone when the reader was dropped before the copy came.
            let _ = sender.send(result);
        });
        Self { device: device.clone(), staging, mapped }
    }

    /// What `read` makes of the bytes once they have come; `None` before that.
    ///
    /// # Errors
    /// The device was lost.
    pub fn poll<T>(&self, read: impl FnOnce(&[u8]) -> T) -> Option<Result<T, GpuError>> {
        if let Err(e) = self.device.poll(wgpu::PollType::Poll) {
            return Some(Err(GpuError::lost(&e)));
        }
        let came = self.came()?;
        Some(came.map(|()| read(&self.staging.get_mapped_range(..))))
    }

    /// Waits for the bytes.
    ///
    /// # Errors
    /// The device was lost.
    pub(super) fn wait<T>(self, read: impl FnOnce(&[u8]) -> T) -> Result<T, GpuError> {
        wait_for(&self.device, || self.came())?;
        Ok(read(&self.staging.get_mapped_range(..)))
    }

    /// Whether the bytes have come, as far as the device was polled.
    fn came(&self) -> Option<Result<(), GpuError>> {
        match self.mapped.try_recv() {
            Err(TryRecvError::Empty) => None,
            Err(e) => Some(Err(GpuError::lost(&e))),
            Ok(mapped) => Some(mapped.map_err(|e| GpuError::lost(&e))),
        }
    }
}

/// The whole contents of a buffer, once the queue has done all it was given. Waits for the GPU.
///
/// # Errors
/// The device was lost.
pub(crate) fn read<T: bytemuck::AnyBitPattern>(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    buffer: &wgpu::Buffer,
) -> Result<Vec<T>, GpuError> {
    // Of a lost device not even the copy can be made.
    checked(device, || Mapping::begin(device, queue, &[buffer]))?.wait(values)
}

/// The values in `bytes`, which need not be aligned.
pub(crate) fn values<T: bytemuck::AnyBitPattern>(bytes: &[u8]) -> Vec<T> {
    bytes.chunks_exact(size_of::<T>()).map(bytemuck::pod_read_unaligned).collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::gpu::storage_with;
    use crate::gpu::testing::gpu;

    #[test]
    fn what_was_written_is_read_back() {
        let Some(gpu) = gpu() else { return };
        let (device, queue) = (&gpu.device, &gpu.queue);
        let (floats, words) = (storage_with(device, "floats", &[1.5f32, -2.0]), storage_with(device, "words", &[7u32]));
        assert_eq!(read::<f32>(device, queue, &floats), Ok(vec![1.5, -2.0]));
        let pending = Mapping::begin(device, queue, &[&floats, &words]);
        let begun = Instant::now();
        let read = loop {
            if let Some(read) = pending.poll(|bytes| (values::<f32>(&bytes[..8]), values::<u32>(&bytes[8..]))) {
                break read;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "it never comes");
            std::thread::sleep(Duration::from_millis(1));
        };
        assert_eq!(read, Ok((vec![1.5, -2.0], vec![7])));
    }
}
