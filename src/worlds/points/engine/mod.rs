//! Live engines: up to a million walkers on the processor or the GPU, by the networks themselves or a baked grid.

mod baked;
mod choice;
mod cpu;
mod force;
mod gpu;
mod kernel;
mod shared;
mod sweep;

pub use baked::{BakedField, CHANNELS, GRID_2D, GRID_3D, bake};
pub use choice::PointEngine;
pub use cpu::{CarryField, CpuPointEngine, carry, walkers_from};
pub use force::PointForce;
pub use gpu::{GpuPointEngine, GpuPointState};
pub use kernel::DriftKernel;
#[cfg(test)]
pub(super) use shared::shader_words;
pub use sweep::{DriftValues, evaluate_all};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::cloud::MAX_POINTS;
use super::rule::LiveError;
use crate::gpu::GpuError;

/// Why an engine cannot start or go on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum PointEngineError {
    #[error(transparent)]
    Live(#[from] LiveError),
    #[error("there would be no walkers left; keep at least one")]
    Empty,
    #[error("{0} walkers are more than the {MAX_POINTS} that an engine moves; take fewer")]
    TooMany(usize),
    #[error(transparent)]
    Gpu(#[from] GpuError),
}

/// A step to a position farther than this is not taken; nor is one to NaN.
const FAR: f32 = 1e6;

/// A change of the walkers under a brush.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointBrush {
    /// So many new walkers, uniform under the brush.
    Add(usize),
    /// Removes those under the brush.
    Remove,
    /// Scatters those under the brush over twice its radius.
    Wound,
}

/// A state of the walkers to go back to.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PointCheckpoint {
    /// x, y, z, speed of each, standardised.
    #[serde(with = "crate::worlds::points::packed::walkers")]
    pub walkers: Vec<[f32; 4]>,
    /// Steps since the start.
    pub step: u32,
    /// Seed of the noise.
    pub seed: u64,
}

/// What an engine counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointCounters {
    /// Steps since the start.
    pub steps: u32,
    /// Steps that would have taken a walker to NaN or absurdly far; it stayed instead. Not counted on the GPU.
    pub non_finite: u64,
    /// Memory per walker, bytes.
    pub bytes_per_walker: usize,
}

fn check_walkers(count: usize) -> Result<(), PointEngineError> {
    match count {
        0 => Err(PointEngineError::Empty),
        count if count > MAX_POINTS => Err(PointEngineError::TooMany(count)),
        _ => Ok(()),
    }
}

/// A random position in a ball (disc when `dim` is 2) of `radius`.
fn in_ball(rng: &mut StdRng, dim: usize, radius: f32) -> [f32; 3] {
    loop {
        let d: [f32; 3] = std::array::from_fn(|i| if i < dim { rng.random_range(-1.0..1.0) } else { 0.0 });
        if d.iter().map(|v| v * v).sum::<f32>() <= 1.0 {
            return d.map(|v| v * radius);
        }
    }
}

fn apply_brush(
    walkers: &mut Vec<[f32; 4]>,
    dim: usize,
    brush: PointBrush,
    under: &PointForce,
    seed: u64,
) -> Result<(), PointEngineError> {
    let position = |walker: &[f32; 4]| [walker[0], walker[1], walker[2]];
    let mut rng = StdRng::seed_from_u64(seed);
    match brush {
        PointBrush::Add(count) => {
            check_walkers(walkers.len() + count)?;
            walkers.extend((0..count).map(|_| {
                let d = in_ball(&mut rng, dim, under.radius);
                let [x, y, z] = std::array::from_fn(|i| under.centre[i] + d[i]);
                [x, y, z, 0.0]
            }));
        }
        PointBrush::Remove => {
            if walkers.iter().all(|walker| under.covers(position(walker))) {
                return Err(PointEngineError::Empty);
            }
            walkers.retain(|walker| !under.covers(position(walker)));
        }
        PointBrush::Wound => {
            for walker in walkers.iter_mut().filter(|walker| under.covers(position(walker))) {
                let d = in_ball(&mut rng, dim, 2.0 * under.radius);
                (0..dim).for_each(|i| walker[i] = under.centre[i] + d[i]);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod gpu_tests;
#[cfg(test)]
mod tests;
