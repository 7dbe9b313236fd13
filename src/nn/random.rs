//! Counter-based random numbers, the same as in `shaders/shared/random.wgsl`, so that a step can be reproduced on any engine.
//!
//! The hash is PCG4D (Jarzynski & Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020).

/// Four well-mixed words from four counter words.
#[inline(always)]
pub fn pcg4d(mut v: [u32; 4]) -> [u32; 4] {
    for word in &mut v {
        *word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    }
    for round in 0..2 {
        v[0] = v[0].wrapping_add(v[1].wrapping_mul(v[3]));
        v[1] = v[1].wrapping_add(v[2].wrapping_mul(v[0]));
        v[2] = v[2].wrapping_add(v[0].wrapping_mul(v[1]));
        v[3] = v[3].wrapping_add(v[1].wrapping_mul(v[2]));
        if round == 0 {
            for word in &mut v {
                *word ^= *word >> 16;
            }
        }
    }
    v
}

/// A number in (0, 1] from the upper 24 bits of a word.
#[inline(always)]
pub fn positive_uniform(word: u32) -> f32 {
    // Through i32, for which there is a vector conversion.
    ((word >> 8) as i32 as f32 + 0.5) * (1.0 / 16_777_216.0)
}

/// Three independent standard normals of four counter words (Box & Muller 1958).
#[inline]
pub fn counter_normals(counter: [u32; 4]) -> [f32; 3] {
    let r = pcg4d(counter);
    let radius = |word: u32| (-2.0 * positive_uniform(word).ln()).sqrt();
    let (radius_a, radius_b) = (radius(r[0]), radius(r[2]));
    let (sin_a, cos_a) = (std::f32::consts::TAU * positive_uniform(r[1])).sin_cos();
    let cos_b = (std::f32::consts::TAU * positive_uniform(r[3])).cos();
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
            let z = counter_normals([7, 0, i / 500, i % 500]).map(f64::from);
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
    fn uniforms_are_positive_and_at_most_one() {
        assert_eq!(positive_uniform(0), 0.5 / 16_777_216.0);
        assert_eq!(positive_uniform(1 << 30), 0.25 + 0.5 / 16_777_216.0);
        assert_eq!(positive_uniform(u32::MAX), 1.0);
    }
}
