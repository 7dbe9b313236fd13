//! Particles as the shaders of the canvas read them.

use super::Gpu;
use crate::worlds::swarm::picture::Particle;

/// x, y, heading, species.
pub type Body = [f32; 4];

pub fn body(p: &Particle) -> Body {
    [p.x as f32, p.y as f32, p.heading as f32, f32::from(p.species)]
}

/// A [`Body`] per particle, on the GPU.
pub struct SwarmBuffer {
    buffer: wgpu::Buffer,
    /// Memory for what is written one by one.
    bodies: Vec<Body>,
}

impl SwarmBuffer {
    pub fn new(gpu: &Gpu, capacity: usize) -> Self {
        let buffer = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("swarm on show"),
            size: size_of::<Body>() as u64 * capacity.max(64).next_power_of_two() as u64,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        });
        Self { buffer, bodies: Vec::new() }
    }

    pub fn write(&mut self, gpu: &Gpu, bodies: impl Iterator<Item = Body>) {
        let mut memory = std::mem::take(&mut self.bodies);
        memory.clear();
        memory.extend(bodies);
        self.write_all(gpu, &memory);
        self.bodies = memory;
    }

    pub fn write_all(&mut self, gpu: &Gpu, bodies: &[Body]) {
        if size_of_val(bodies) as u64 > self.buffer.size() {
            self.buffer = Self::new(gpu, bodies.len()).buffer;
        }
        gpu.queue.write_buffer(&self.buffer, 0, bytemuck::cast_slice(bodies));
    }

    pub fn buffer(&self) -> &wgpu::Buffer {
        &self.buffer
    }
}
