//! Noise from a counter: the same walker, step and seed give the same numbers on every engine.

use std::f32::consts::TAU;

/// Four mixed words of (walker, step, seed): pcg4d of Jarzynski & Olano 2020, "Hash functions for GPU rendering".
fn hash(walker: u32, step: u32, seed: u64) -> [u32; 4] {
    let mut v = [walker, step, seed as u32, (seed >> 32) as u32]
        .map(|word| word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    let mix = |v: &mut [u32; 4]| {
        v[0] = v[0].wrapping_add(v[1].wrapping_mul(v[3]));
        v[1] = v[1].wrapping_add(v[2].wrapping_mul(v[0]));
        v[2] = v[2].wrapping_add(v[0].wrapping_mul(v[1]));
        v[3] = v[3].wrapping_add(v[1].wrapping_mul(v[2]));
    };
    mix(&mut v);
    v = v.map(|word| word ^ (word >> 16));
    mix(&mut v);
    v
}

/// Four uniform words to four standard normal numbers (Box & Muller 1958).
pub fn normals(words: [u32; 4]) -> [f32; 4] {
    // 24 bits: 1 is never reached by the second, 0 never by the first.
    let open = |word: u32| ((word >> 8) as f32 + 0.5) / 16_777_216.0;
    let pair = |a: u32, b: u32| {
        let radius = (-2.0 * open(a).ln()).sqrt();
        let (sin, cos) = (TAU * open(b)).sin_cos();
        [radius * cos, radius * sin]
    };
    let ([a, b], [c, d]) = (pair(words[0], words[1]), pair(words[2], words[3]));
    [a, b, c, d]
}

/// The three normal numbers that both halves of a Heun step share.
pub fn shared_noise(walker: u32, step: u32, seed: u64) -> [f32; 3] {
    let [a, b, c, _] = normals(hash(walker, step, seed));
    [a, b, c]
}
