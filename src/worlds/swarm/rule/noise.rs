//! Noise of a step, reproducible on any engine.

use crate::nn::random::counter_normals;

/// Three independent standard normals (x, y, heading) for one particle in one step.
#[inline]
pub fn normals(seed: u64, step: u32, particle: u32) -> [f32; 3] {
    counter_normals([seed as u32, (seed >> 32) as u32, step, particle])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_seed_step_or_particle_gives_another_number() {
        let base = normals(1, 2, 3);
        assert_ne!(base, normals(2, 2, 3));
        assert_ne!(base, normals(1, 3, 3));
        assert_ne!(base, normals(1, 2, 4));
        assert_ne!(base, normals(1 + (1 << 32), 2, 3));
        assert_eq!(base, normals(1, 2, 3));
    }
}
