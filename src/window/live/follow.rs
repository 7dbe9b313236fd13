//! Following a creature: where it is now. On the processor that is at hand; from a GPU one particle is read back now and
//! then, and no frame waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use glam::DVec2;

use super::{Body, Gpu};

/// Particles up to this far from the one that was picked are its creature, ℓ.
const CREATURE_L: f64 = 3.0;

/// Where the particle was when it was last seen.
#[derive(Default)]
pub struct Follower {
    reading: Option<ParticleReadback>,
    seen: Option<(usize, DVec2)>,
}

/// A copy of one particle on its way from the GPU.
struct ParticleReadback {
    staging: wgpu::Buffer,
    index: usize,
    arrived: Arc<AtomicBool>,
}

impl Follower {
    /// Where particle `index` of those in a buffer on the GPU is, ℓ; `None` until it is known.
    pub fn seen_on_gpu(&mut self, gpu: &Gpu, bodies: &wgpu::Buffer, count: usize, index: usize) -> Option<DVec2> {
        self.read(gpu, bodies, count, index);
        self.seen.filter(|(of, _)| *of == index).map(|(_, at)| at)
    }

    fn read(&mut self, gpu: &Gpu, bodies: &wgpu::Buffer, count: usize, index: usize) {
        if let Some(reading) = &self.reading {
            // Never waits.
            let _ = gpu.device.poll(wgpu::PollType::Poll);
            if !reading.arrived.load(Ordering::Acquire) {
                return;
            }
            let view = reading.staging.get_mapped_range(..);
            let [x, y]: [f32; 2] = bytemuck::pod_read_unaligned(&view[..8]);
            self.seen = Some((reading.index, DVec2::new(x.into(), y.into())));
            self.reading = None;
        }
        if index >= count {
            return;
        }
        let staging = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("followed particle"),
            size: 16,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("follow") });
        encoder.copy_buffer_to_buffer(bodies, 16 * index as u64, &staging, 0, 16);
        gpu.queue.submit([encoder.finish()]);
        let arrived = Arc::new(AtomicBool::new(false));
        let flag = arrived.clone();
        staging.map_async(wgpu::MapMode::Read, .., move |result| {
            // A lost device has nothing to follow: the flag stays down, and the view stays.
            flag.store(result.is_ok(), Ordering::Release);
        });
        self.reading = Some(ParticleReadback { staging, index, arrived });
    }
}

/// The middle of the creature of body `index`, ℓ: its position, moved to the middle of its neighbours on the torus.
pub fn middle(bodies: &[Body], box_size: DVec2, index: usize) -> Option<DVec2> {
    let place = |body: &Body| DVec2::new(body[0].into(), body[1].into());
    let at = place(bodies.get(index)?);
    let (mut sum, mut weights) = (DVec2::ZERO, 0.0);
    for body in bodies {
        let way = place(body) - at;
        let way = way - box_size * (way / box_size).round();
        let rest = 1.0 - way.length_squared() / (CREATURE_L * CREATURE_L);
        if rest > 0.0 {
            // Nothing jumps when a neighbour comes or goes.
            sum += rest * rest * way;
            weights += rest * rest;
        }
    }
    Some(at + sum / weights)
}

#[cfg(test)]
mod tests {
    use super::super::{SwarmBuffer, body};
    use super::*;
    use crate::worlds::swarm::picture::Particle;

    #[test]
    fn a_creature_is_followed_by_its_middle_also_over_the_edge() {
        // A pair across the edge of the box, and a particle of another creature.
        let bodies = [[0.3, 4.0, 0.0, 0.0], [19.3, 4.0, 0.0, 0.0], [10.0, 4.0, 0.0, 0.0]];
        let box_size = DVec2::new(20.0, 10.0);
        let DVec2 { x, y } = middle(&bodies, box_size, 0).unwrap();
        assert!(x < 0.3 && x > -0.7 && (y - 4.0).abs() < 1e-12, "{x}");
        assert_eq!(middle(&bodies, box_size, 2), Some(DVec2::new(10.0, 4.0)));
        assert_eq!(middle(&bodies, box_size, 3), None);
    }

    #[test]
    fn a_particle_on_a_gpu_is_seen_without_waiting() {
        let Some(device) = crate::gpu::testing::gpu() else { return };
        let gpu = Gpu::new(device.clone(), true);
        let mut bodies = SwarmBuffer::new(&gpu, 2);
        bodies.write(&gpu, [Particle::default(), Particle { x: 3.0, y: 2.0, ..Particle::default() }].iter().map(body));
        let mut follower = Follower::default();
        let seen = (0..1000).find_map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(5));
            follower.seen_on_gpu(&gpu, bodies.buffer(), 2, 1)
        });
        assert_eq!(seen, Some(DVec2::new(3.0, 2.0)));
    }
}
