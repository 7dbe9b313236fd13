//! Following a creature: where it is now. On the processor that is at hand; from a GPU one particle is read back now and
//! then, and nobody waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::live::Gpu;
use crate::engine::{Engine, GpuEngine};
use crate::snapshot::Swarm;

/// Particles up to this far from the one that was picked are its creature, ℓ.
const CREATURE_L: f64 = 3.0;

/// Where the particle was when it was last seen.
#[derive(Default)]
pub struct Follower {
    reading: Option<Reading>,
    seen: Option<(usize, [f64; 2])>,
}

/// A copy of one particle on its way from the GPU.
struct Reading {
    staging: wgpu::Buffer,
    index: usize,
    arrived: Arc<AtomicBool>,
}

impl Follower {
    /// The middle of the creature of particle `index`, ℓ; `None` until it is known.
    pub fn creature(&mut self, gpu: &Gpu, engine: &Engine, index: usize) -> Option<[f64; 2]> {
        match engine {
            Engine::Cpu(engine) => middle(engine.swarm(), index),
            Engine::Gpu(engine) => {
                self.read(gpu, engine, index);
                self.seen.filter(|(of, _)| *of == index).map(|(_, at)| at)
            }
        }
    }

    fn read(&mut self, gpu: &Gpu, engine: &GpuEngine, index: usize) {
        if let Some(reading) = &self.reading {
            // Never waits.
            let _ = gpu.device.poll(wgpu::PollType::Poll);
            if !reading.arrived.load(Ordering::Acquire) {
                return;
            }
            let view = reading.staging.get_mapped_range(..);
            let [x, y]: [f32; 2] = bytemuck::pod_read_unaligned(&view[..8]);
            self.seen = Some((reading.index, [f64::from(x), f64::from(y)]));
            self.reading = None;
        }
        if index >= engine.len() {
            return;
        }
        let staging = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("followed particle"),
            size: 16,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("follow") });
        encoder.copy_buffer_to_buffer(engine.shown_buffer(), 16 * index as u64, &staging, 0, 16);
        gpu.queue.submit([encoder.finish()]);
        let arrived = Arc::new(AtomicBool::new(false));
        let flag = arrived.clone();
        staging.map_async(wgpu::MapMode::Read, .., move |result| {
            // A lost device has nothing to follow: the flag stays down, and the view stays.
            flag.store(result.is_ok(), Ordering::Release);
        });
        self.reading = Some(Reading { staging, index, arrived });
    }
}

/// The particle's place, moved to the middle of what lies around it.
fn middle(swarm: &Swarm, index: usize) -> Option<[f64; 2]> {
    let picked = swarm.particles.get(index)?;
    let (mut sum, mut weights) = ([0.0; 2], 0.0);
    for p in &swarm.particles {
        let [dx, dy] = swarm.offset(picked, p);
        let rest = 1.0 - (dx * dx + dy * dy) / (CREATURE_L * CREATURE_L);
        if rest > 0.0 {
            // Nothing jumps when a neighbour comes or goes.
            sum = [sum[0] + rest * rest * dx, sum[1] + rest * rest * dy];
            weights += rest * rest;
        }
    }
    Some([picked.x + sum[0] / weights, picked.y + sum[1] / weights])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Headless;
    use crate::rule::{LiveSettings, NetShape, Rule};
    use crate::snapshot::Particle;

    #[test]
    fn a_creature_is_followed_by_its_middle_also_over_the_edge() {
        let at = |x, y| Particle { x, y, ..Particle::default() };
        // A pair across the edge of the box, and somebody else.
        let swarm = Swarm { particles: vec![at(0.3, 4.0), at(19.3, 4.0), at(10.0, 4.0)], box_size: [20.0, 10.0] };
        let [x, y] = middle(&swarm, 0).unwrap();
        assert!(x < 0.3 && x > -0.7 && (y - 4.0).abs() < 1e-12, "{x}");
        assert_eq!(middle(&swarm, 2), Some([10.0, 4.0]));
        assert_eq!(middle(&swarm, 3), None);
    }

    #[test]
    fn a_particle_on_a_gpu_is_seen_without_waiting() {
        let Ok(headless) = Headless::new(crate::engine::EngineChoice::Gpu) else {
            eprintln!("SKIPPED (GPU test): there is no GPU");
            return;
        };
        let device = headless.gpu().unwrap();
        let gpu = Gpu {
            device: device.device.clone(),
            queue: device.queue.clone(),
            name: String::new(),
            is_software: false,
            runs_the_swarm: true,
        };
        let rule = Rule::random(NetShape { species: 1, phi: [4, 4], rho: [4, 4], outputs: 1 }, 1);
        let particles = vec![Particle::default(), Particle { x: 3.0, y: 2.0, ..Particle::default() }];
        let swarm = Swarm { particles, box_size: [9.0, 9.0] };
        let settings = LiveSettings { denoised: false, ..LiveSettings::default() };
        let engine = headless.engine(&rule, &swarm, &settings, 1).unwrap();
        let mut follower = Follower::default();
        let seen = (0..1000).find_map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(5));
            follower.creature(&gpu, &engine, 1)
        });
        assert_eq!(seen, Some([3.0, 2.0]));
    }
}
