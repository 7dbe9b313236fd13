//! Copies of a buffer of the GPU that nobody waits for: asked for in one frame, there in one of the next.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::live::Gpu;

const ASKED: u8 = 0;
const THERE: u8 = 1;
const LOST: u8 = 2;

/// One copy under way.
pub struct Readback {
    staging: wgpu::Buffer,
    state: Arc<AtomicU8>,
}

impl Readback {
    /// Asks for the first `bytes` of `source`, as the work submitted so far leaves it.
    pub fn begin(gpu: &Gpu, source: &wgpu::Buffer, bytes: u64) -> Self {
        let staging = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("frame of a film"),
            size: bytes,
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let mut encoder =
            gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("frame of a film") });
        encoder.copy_buffer_to_buffer(source, 0, &staging, 0, bytes);
        gpu.queue.submit([encoder.finish()]);
        let state = Arc::new(AtomicU8::new(ASKED));
        let told = state.clone();
        staging.slice(..).map_async(wgpu::MapMode::Read, move |result| {
            told.store(if result.is_ok() { THERE } else { LOST }, Ordering::Release);
        });
        Self { staging, state }
    }

    /// Four f32 for each particle once they are there. `Err`: the GPU was lost.
    #[allow(clippy::result_unit_err)]
    pub fn look(&self, gpu: &Gpu) -> Option<Result<Vec<[f32; 4]>, ()>> {
        // Does not wait; an error shows in the state of the copy.
        let _ = gpu.device.poll(wgpu::PollType::Poll);
        match self.state.load(Ordering::Acquire) {
            ASKED => None,
            THERE => {
                let values = bytemuck::pod_collect_to_vec(&self.staging.slice(..).get_mapped_range());
                self.staging.unmap();
                Some(Ok(values))
            }
            _ => Some(Err(())),
        }
    }
}
