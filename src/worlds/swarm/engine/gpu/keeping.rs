//! Copies of the state that stay on the GPU, and changes of the swarm by hand.

use glam::DVec2;

use super::GpuEngine;
use crate::worlds::swarm::engine::EngineError;
use crate::worlds::swarm::engine::buffers::ParticleBuffers;
use crate::worlds::swarm::picture::SwarmEdit;

/// A copy of the state of a GPU engine, in a buffer of its own.
#[derive(Clone, Debug)]
pub struct GpuCopy {
    buffer: wgpu::Buffer,
    particles: usize,
    box_size: DVec2,
}

impl GpuCopy {
    pub(crate) fn bytes(&self) -> u64 {
        self.buffer.size()
    }
}

impl GpuEngine {
    /// Copies the state within the GPU, into the buffer of `spare` where it fits. Does not wait.
    pub fn keep(&self, spare: Option<GpuCopy>) -> GpuCopy {
        let size = self.particles.state.size();
        let buffer = match spare {
            Some(old) if old.buffer.size() == size => old.buffer,
            _ => self.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("kept state"),
                size,
                usage: wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
        };
        self.copy(&self.particles.state, &buffer);
        GpuCopy { buffer, particles: self.len(), box_size: self.grid.box_size }
    }

    /// Goes back to a kept state of the same engine, made after `step` steps.
    ///
    /// # Errors
    /// The device has no memory for as many particles as there were then.
    pub fn restore(&mut self, kept: &GpuCopy, step: u32) -> Result<(), EngineError> {
        self.fit(kept.particles, kept.box_size)?;
        self.copy(&kept.buffer, &self.particles.state);
        self.step = step;
        self.fresh = false;
        Ok(())
    }

    /// Changes the swarm by hand. Waits for the GPU: for gestures, not for every frame.
    ///
    /// # Errors
    /// The device was lost, or the changed swarm does not fit the rule or the device; then nothing has changed.
    pub fn edit(&mut self, edits: &[SwarmEdit]) -> Result<usize, EngineError> {
        let mut swarm = self.swarm()?;
        let touched = edits.iter().map(|edit| edit.apply(&mut swarm)).sum();
        if touched > 0 {
            self.upload(&swarm)?;
        }
        Ok(touched)
    }

    /// Makes buffers and grid fit a swarm.
    pub(super) fn fit(&mut self, particles: usize, box_size: DVec2) -> Result<(), EngineError> {
        let resized = particles != self.particles.particles;
        if resized {
            let earlier = self.pair_tests()?;
            self.particles = ParticleBuffers::new(&self.device, particles, self.particles.message_quads)?;
            self.earlier_pair_tests = earlier;
        }
        let regridded = self.regrid(&self.rule.clone(), &self.settings.clone(), box_size)?;
        if resized || regridded {
            self.replan()?;
        }
        Ok(())
    }

    fn copy(&self, from: &wgpu::Buffer, to: &wgpu::Buffer) {
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("keep") });
        encoder.copy_buffer_to_buffer(from, 0, to, 0, from.size());
        self.queue.submit([encoder.finish()]);
    }
}
