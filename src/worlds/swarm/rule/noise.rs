//! Counter-based random numbers: the same function on the CPU and in `shaders/`, so that a step can be reproduced.
//!
//! The hash is PCG4D (Jarzynski & Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020).

/// Four well-mixed words from four counter words.
#[inline]
pub fn pcg4d(mut v: [u32; 4]) -> [u32; 4] {
    for word in &mut v {
        *word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    }
    let mix = |v: &mut [u32; 4]| {
        v[0] = v[0].wrapping_add(v[1].wrapping_mul(v[3]));
        v[1] = v[1].wrapping_add(v[2].wrapping_mul(v[0]));
        v[2] = v[2].wrapping_add(v[0].wrapping_mul(v[1]));
        v[3] = v[3].wrapping_add(v[1].wrapping_mul(v[2]));
    };
    mix(&mut v);
    for word in &mut v {
        *word ^= *word >> 16;
    }
    mix(&mut v);
    v
}

/// Three independent standard normals (x, y, heading) for one particle in one step.
///
/// Counter words: seed (low, high), step, particle. Box–Muller on 24-bit uniforms in (0, 1).
#[inline]
pub fn normals(seed: u64, step: u32, particle: u32) -> [f32; 3] {
    let r = pcg4d([seed as u32, (seed >> 32) as u32, step, particle]);
    let uniform = |word: u32| ((word >> 8) as f32 + 0.5) * (1.0 / 16_777_216.0);
    let radius_a = (-2.0 * uniform(r[0]).ln()).sqrt();
    let radius_b = (-2.0 * uniform(r[2]).ln()).sqrt();
    let (sin_a, cos_a) = (std::f32::consts::TAU * uniform(r[1])).sin_cos();
    let cos_b = (std::f32::consts::TAU * uniform(r[3])).cos();
    [radius_a * cos_a, radius_a * sin_a, radius_b * cos_b]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normals_have_unit_moments_and_no_correlation() {
        let n = 200_000u32;
        let mut mean = [0.0f64; 3];
        let mut second = [[0.0f64; 3]; 3];
        for i in 0..n {
            let z = normals(7, i / 500, i % 500).map(f64::from);
            for a in 0..3 {
                mean[a] += z[a] / f64::from(n);
                for b in 0..3 {
                    second[a][b] += z[a] * z[b] / f64::from(n);
                }
            }
        }
        // Five standard errors of the mean of 200,000 draws.
        let tolerance = 5.0 / f64::from(n).sqrt();
        for a in 0..3 {
            assert!(mean[a].abs() < tolerance, "mean {mean:?}");
            for b in 0..3 {
                let expected = f64::from(u8::from(a == b));
                assert!((second[a][b] - expected).abs() < 2.0 * tolerance, "{a}{b}: {second:?}");
            }
        }
    }

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
