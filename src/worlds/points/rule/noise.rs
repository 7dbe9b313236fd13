//! Noise from a counter: the same walker, step and seed give the same numbers on every engine.

use crate::nn::random::counter_normals;

/// The three normal numbers that both halves of a Heun step share.
pub fn shared_noise(walker: u32, step: u32, seed: u64) -> [f32; 3] {
    counter_normals([walker, step, seed as u32, (seed >> 32) as u32])
}
