//! GPU memory of a swarm, and how its particles are packed.

use glam::DVec2;

use super::EngineError;
use super::grid::Grid;
use crate::gpu::{checked, storage};
use crate::worlds::swarm::picture::{Particle, Swarm, wrap, wrap_angle};

/// What one particle needs besides its message: positions and velocities (16 bytes each), cell, slot and order words,
/// tally and measures.
const PARTICLE_BYTES: u64 = 8 * 16 + 3 * 4 + 2 * 8;

/// One entry per particle each; `sorted`, `order`, `message`, `score`, `flow` and `tally` in the order of the grid's
/// slots, the others in the particles' own order.
pub(crate) struct ParticleBuffers {
    pub particles: usize,
    pub message_quads: usize,
    /// x, y, heading, species.
    pub state: wgpu::Buffer,
    pub predicted: wgpu::Buffer,
    /// Velocity at the start of the step.
    pub drift: wgpu::Buffer,
    pub shown: wgpu::Buffer,
    pub cell_of: wgpu::Buffer,
    pub unsorted: wgpu::Buffer,
    pub order: wgpu::Buffer,
    /// x, y, cos heading, sin heading.
    pub sorted: wgpu::Buffer,
    pub message: wgpu::Buffer,
    /// Score (x, y, heading) and energy.
    pub score: wgpu::Buffer,
    pub flow: wgpu::Buffer,
    pub tally: wgpu::Buffer,
    /// Energy and speed, smoothed over the pictures.
    pub measure: wgpu::Buffer,
}

impl ParticleBuffers {
    pub fn new(device: &wgpu::Device, particles: usize, message_quads: usize) -> Result<Self, EngineError> {
        let n = particles as u64;
        let limits = device.limits();
        let largest = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
        // An index has 29 bits.
        let max = (largest / (16 * message_quads.max(1) as u64)).min(1 << 29);
        if n > max {
            return Err(EngineError::TooManyParticles { particles, max: max as usize });
        }
        Ok(checked(device, || Self {
            particles,
            message_quads,
            state: storage(device, "state", 16 * n),
            predicted: storage(device, "predicted", 16 * n),
            drift: storage(device, "drift", 16 * n),
            shown: storage(device, "shown", 16 * n),
            cell_of: storage(device, "cell_of", 4 * n),
            unsorted: storage(device, "unsorted", 4 * n),
            order: storage(device, "order", 4 * n),
            sorted: storage(device, "sorted", 16 * n),
            message: storage(device, "message", 16 * n * message_quads as u64),
            score: storage(device, "score", 16 * n),
            flow: storage(device, "flow", 16 * n),
            tally: storage(device, "tally", 8 * n),
            measure: storage(device, "measure", 8 * n),
        })?)
    }

    pub fn bytes(&self) -> u64 {
        (PARTICLE_BYTES + 16 * self.message_quads as u64) * self.particles as u64
    }
}

/// Counts and starts of the cells, and the levels of their prefix sum.
pub(crate) struct GridBuffers {
    pub counts: wgpu::Buffer,
    pub starts: wgpu::Buffer,
    /// Sums of the blocks of the level below, and the prefixes of those sums.
    pub levels: Vec<(wgpu::Buffer, wgpu::Buffer)>,
    /// A single 0: what the highest level starts from.
    pub zero: wgpu::Buffer,
    /// Lengths of `levels`.
    pub lengths: Vec<usize>,
    bytes: u64,
}

impl GridBuffers {
    pub fn new(device: &wgpu::Device, grid: &Grid) -> Result<Self, EngineError> {
        let lengths = grid.scan_levels();
        let cells = grid.count() as u64;
        let bytes = 4 * cells + 4 * (cells + 1) + lengths.iter().map(|&n| 8 * n as u64).sum::<u64>() + 4;
        Ok(checked(device, || Self {
            counts: storage(device, "counts", 4 * cells),
            starts: storage(device, "starts", 4 * (cells + 1)),
            levels: lengths
                .iter()
                .map(|&n| (storage(device, "sums", 4 * n as u64), storage(device, "prefixes", 4 * n as u64)))
                .collect(),
            zero: storage(device, "zero", 4),
            lengths,
            bytes,
        })?)
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// The particles as the shaders hold them, wrapped into the box.
pub(crate) fn pack(swarm: &Swarm) -> Vec<[f32; 4]> {
    let [width, height] = swarm.box_size.to_array();
    let fold = |x: f64, length: f64| {
        let x = wrap(x, length) as f32;
        // Rounding to single precision may reach the length itself.
        if x >= length as f32 { 0.0 } else { x }
    };
    swarm
        .particles
        .iter()
        .map(|p| [fold(p.x, width), fold(p.y, height), wrap_angle(p.heading) as f32, f32::from(p.species)])
        .collect()
}

pub(crate) fn unpack(packed: &[[f32; 4]], box_size: DVec2) -> Swarm {
    let particle = |p: &[f32; 4]| Particle {
        x: wrap(f64::from(p[0]), box_size.x),
        y: wrap(f64::from(p[1]), box_size.y),
        heading: wrap_angle(f64::from(p[2])),
        species: p[3] as u8,
    };
    Swarm { particles: packed.iter().map(particle).collect(), box_size }
}
