//! Particles as the shaders of the canvas read them.

use super::Gpu;
use crate::snapshot::Particle;

/// x, y, heading, species.
pub type Body = [f32; 4];

pub fn body(p: &Particle) -> Body {
    [p.x as f32, p.y as f32, p.heading as f32, f32::from(p.species)]
}

/// A [`Body`] per particle, on the GPU.
pub struct SwarmBuffer {
    buffer: wgpu::Buffer,
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

    pub fn write(&mut self, gpu: &Gpu, particles: &[Particle]) {
        let mut bodies = std::mem::take(&mut self.bodies);
        bodies.clear();
        bodies.extend(particles.iter().map(body));
        self.write_bodies(gpu, &bodies);
        self.bodies = bodies;
    }

    pub fn write_bodies(&mut self, gpu: &Gpu, bodies: &[Body]) {
        if size_of_val(bodies) as u64 > self.buffer.size() {
            self.buffer = Self::new(gpu, bodies.len()).buffer;
        }
        gpu.queue.write_buffer(&self.buffer, 0, bytemuck::cast_slice(bodies));
    }

    pub fn buffer(&self) -> &wgpu::Buffer {
        &self.buffer
    }
}
