//! Counter-based normals for whole images: the PCG4D hash (Jarzynski & Olano, JCGT 9(3), 2020) of (seed, step, pixel) and
//! Box-Muller, with polynomials in place of the library functions so that the loops vectorise.

use rayon::prelude::*;

use crate::nn::dispatch::{Isa, Kernel};
use crate::nn::random::{pcg4d, positive_uniform};

/// Pixels of one task.
const TASK: usize = 4096;
/// Pixels hashed together.
const LANES: usize = 16;

/// ln u for u in (0, 1]: exponent and the series of 2 artanh((m - 1) / (m + 1)) for the mantissa in [√½, √2).
#[inline(always)]
fn ln(u: f32) -> f32 {
    let bits = u.to_bits();
    let shifted = bits.wrapping_sub(0x3f35_04f3);
    let exponent = (shifted as i32 >> 23) as f32;
    let m = f32::from_bits((shifted & 0x007f_ffff).wrapping_add(0x3f35_04f3));
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let series = 2.0 * s * (1.0 + z * (1.0 / 3.0 + z * (0.2 + z * (1.0 / 7.0 + z * (1.0 / 9.0)))));
    exponent * std::f32::consts::LN_2 + series
}

/// sin 2πt for t in [0, 1.25): folded to a quarter turn, then Taylor's polynomial to degree 11.
#[inline(always)]
fn sin_turns(t: f32) -> f32 {
    let t = if t >= 1.0 { t - 1.0 } else { t } - 0.5;
    let folded = if t > 0.25 {
        0.5 - t
    } else if t < -0.25 {
        -0.5 - t
    } else {
        t
    };
    let x = -std::f32::consts::TAU * folded;
    let z = x * x;
    let p = 1.0 / 362_880.0 - z * (1.0 / 39_916_800.0);
    x * (1.0 + z * (-1.0 / 6.0 + z * (1.0 / 120.0 + z * (-1.0 / 5040.0 + z * p))))
}

struct AddNormals<'a> {
    seed: u64,
    step: u32,
    first: u32,
    scale: f32,
    out: &'a mut [f32],
}

impl Kernel for AddNormals<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const B: usize, const FMA: bool>(self) {
        let (low, high) = (self.seed as u32, (self.seed >> 32) as u32);
        for (group, out) in self.out.chunks_mut(3 * LANES).enumerate() {
            let first = self.first.wrapping_add((group * LANES) as u32);
            let mut normals = [[0.0f32; LANES]; 3];
            for lane in 0..LANES {
                let v = pcg4d([low, high, self.step, first.wrapping_add(lane as u32)]);
                let radius_a = (-2.0 * ln(positive_uniform(v[0]))).sqrt();
                let radius_b = (-2.0 * ln(positive_uniform(v[2]))).sqrt();
                let angle = positive_uniform(v[1]);
                normals[0][lane] = radius_a * sin_turns(angle + 0.25);
                normals[1][lane] = radius_a * sin_turns(angle);
                normals[2][lane] = radius_b * sin_turns(positive_uniform(v[3]) + 0.25);
            }
            for (lane, pixel) in out.chunks_exact_mut(3).enumerate() {
                for channel in 0..3 {
                    pixel[channel] += self.scale * normals[channel][lane];
                }
            }
        }
    }
}

/// Four well-mixed words of a seed, a step and a counter.
pub(super) fn words(seed: u64, step: u32, counter: u32) -> [u32; 4] {
    pcg4d([seed as u32, (seed >> 32) as u32, step, counter])
}

/// Adds `scale` times a standard normal to every value of an image of three channels; the same `(seed, step)` give the
/// same numbers.
pub fn add_normals(seed: u64, step: u32, scale: f32, image: &mut [f32]) {
    let isa = Isa::detect();
    let task = |(k, out): (usize, &mut [f32])| {
        isa.run(AddNormals { seed, step, first: (k * TASK) as u32, scale, out });
    };
    if image.len() > 6 * TASK {
        image.par_chunks_mut(3 * TASK).enumerate().for_each(task);
    } else {
        image.chunks_mut(3 * TASK).enumerate().for_each(task);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_equal_the_library_functions() {
        for k in 1..2000u32 {
            let u = k as f32 / 2000.0;
            assert!((ln(u) - u.ln()).abs() < 1e-6 * (1.0 + u.ln().abs()), "ln {u}");
            let t = 1.2499 * u;
            assert!((sin_turns(t) - (std::f32::consts::TAU * t).sin()).abs() < 2e-6, "sin {t}");
        }
        assert!((ln(2.98e-8) - 2.98e-8f32.ln()).abs() < 1e-5);
    }

    #[test]
    fn normals_have_unit_moments_and_no_correlation() {
        let mut image = vec![0.0; 3 * 100_000];
        add_normals(7, 3, 1.0, &mut image);
        let n = 100_000.0;
        // Five standard errors.
        let tolerance = 5.0 / f64::sqrt(n);
        for a in 0..3 {
            let of = |c: usize| image.iter().skip(c).step_by(3).map(|v| f64::from(*v));
            assert!((of(a).sum::<f64>() / n).abs() < tolerance);
            for b in 0..3 {
                let product = of(a).zip(of(b)).map(|(x, y)| x * y).sum::<f64>() / n;
                assert!((product - f64::from(u8::from(a == b))).abs() < 2.0 * tolerance, "{a} {b} {product}");
            }
            let lagged = of(a).zip(of(a).skip(1)).map(|(x, y)| x * y).sum::<f64>() / n;
            assert!(lagged.abs() < tolerance);
        }
    }

    #[test]
    fn numbers_depend_on_seed_and_step_alone() {
        let of = |seed, step| {
            let mut image = vec![0.0; 3 * 40_000];
            add_normals(seed, step, 1.0, &mut image);
            image
        };
        assert_eq!(of(1, 2), of(1, 2));
        assert_ne!(of(1, 2), of(2, 2));
        assert_ne!(of(1, 2), of(1, 3));
        assert_ne!(of(1, 2), of(1 + (1 << 32), 2));
    }
}
