//! The training-free flow v = K ∗ s (Zhang & Levin 2025): any kernel of matrices with K(-r) = -K(r)ᵀ keeps the density
//! whose score s is. As an operator on images K is then skew-symmetric: tr(K ∇∇ log p) = 0 because the Hessian is symmetric,
//! and s · (K ∗ s) = 0, so div v + v · s = 0 term by term, for any p and any such kernel.
//!
//! Near the live level σ² s = x̂ - x, and K turns the noise x - x̂ by exp(-c κ K), a rotation that commutes with the decay
//! e^{-cη}: its Taylor series to [`ORDERS`] terms is applied, so that the step keeps the spread of the noise up to
//! (c κ)⁴ / 4 of it.

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::net::COLOURS;
use crate::worlds::field::FieldError;

/// Terms of the Taylor series of the rotation.
pub(super) const ORDERS: u32 = 2;
/// Largest radius of the kernel, pixels.
pub const MAX_SKEW_RADIUS: usize = 3;
/// Largest strength: at the default step the series is then good to .2 % of the noise.
pub const MAX_SKEW: f64 = 3.0;
/// Numbers of one tap.
const TAP: usize = COLOURS * COLOURS;
/// Wavevectors along an axis at which a kernel is measured.
const WAVEVECTORS: usize = 24;

/// Knobs of the flow K ∗ s.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SkewFlow {
    /// Strength κ, rotations of the noise per relaxation time, rad at most; 0 leaves the flow out.
    pub strength: f64,
    /// Radius of the kernel, pixels, 0 to [`MAX_SKEW_RADIUS`].
    pub radius: usize,
    /// Seed of the kernel.
    pub seed: u64,
}

impl Default for SkewFlow {
    fn default() -> Self {
        Self { strength: 0.0, radius: 1, seed: 1 }
    }
}

impl SkewFlow {
    /// Whether all knobs are as in a new scene.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// # Errors
    /// A knob out of range.
    pub fn validate(&self) -> Result<(), FieldError> {
        let fail = |path, reason: String, hint| Err(FieldError::Value { path, reason, hint });
        if !(-MAX_SKEW..=MAX_SKEW).contains(&self.strength) {
            return fail("skew.strength", self.strength.to_string(), "give -3 to 3; 0 leaves K∗s out");
        }
        if self.radius > MAX_SKEW_RADIUS {
            return fail("skew.radius", self.radius.to_string(), "give 0 to 3 pixels");
        }
        Ok(())
    }
}

/// A kernel with K(-r) = -K(r)ᵀ.
#[derive(Clone, Debug, PartialEq)]
pub struct SkewKernel {
    radius: usize,
    /// `[2 radius + 1 rows][2 radius + 1 columns][3 to][3 from]`.
    taps: Vec<f32>,
}

impl SkewKernel {
    /// Random, with a Frobenius norm of 1 at the wavevector where it is largest: no wave of the image turns faster than
    /// by 1 rad per unit of strength and time.
    pub fn random(radius: usize, seed: u64) -> Self {
        let side = 2 * radius + 1;
        let mut rng = StdRng::seed_from_u64(seed);
        let raw: Vec<f64> = (0..side * side * TAP).map(|_| StandardNormal.sample(&mut rng)).collect();
        let skew = |at: usize| {
            let (tap, to, from) = (at / TAP, at % TAP / COLOURS, at % COLOURS);
            let mirrored = side * side - 1 - tap;
            0.5 * (raw[at] - raw[mirrored * TAP + from * COLOURS + to])
        };
        let taps: Vec<f64> = (0..raw.len()).map(skew).collect();
        let norm = largest_norm(&taps, radius);
        Self { radius, taps: taps.iter().map(|v| (v / norm) as f32).collect() }
    }

    /// Pixels.
    pub fn radius(&self) -> usize {
        self.radius
    }

    /// `[row][column][to][from]`.
    pub fn taps(&self) -> &[f32] {
        &self.taps
    }

    /// K ∗ image, `[height × width × 3]`, periodic.
    pub fn apply(&self, image: &[f32], [width, height]: [usize; 2], out: &mut [f32]) {
        let side = 2 * self.radius + 1;
        let row_of = |(y, out): (usize, &mut [f32])| {
            out.fill(0.0);
            for (tap, weights) in self.taps.chunks_exact(TAP).enumerate() {
                let from_y = (y + height + tap / side - self.radius) % height;
                let row = &image[from_y * width * COLOURS..][..width * COLOURS];
                // The row, begun at the column that the tap brings to the first.
                let shift = (width + tap % side - self.radius) % width * COLOURS;
                let (right, left) = out.split_at_mut(row.len() - shift);
                add_turned(weights, &row[shift..], right);
                add_turned(weights, &row[..shift], left);
            }
        };
        out.par_chunks_mut(width * COLOURS).enumerate().with_min_len(16).for_each(row_of);
    }
}

/// out += M in, pixel by pixel.
fn add_turned(weights: &[f32], from: &[f32], out: &mut [f32]) {
    for (to, from) in out.chunks_exact_mut(COLOURS).zip(from.chunks_exact(COLOURS)) {
        for i in 0..COLOURS {
            let row = &weights[i * COLOURS..];
            to[i] += row[0] * from[0] + row[1] * from[1] + row[2] * from[2];
        }
    }
}

/// Largest Frobenius norm of Σ K(r) e^{ikr}.
fn largest_norm(taps: &[f64], radius: usize) -> f64 {
    let side = 2 * radius + 1;
    let mut largest = 0.0f64;
    for wave in 0..WAVEVECTORS * WAVEVECTORS {
        let k = [wave % WAVEVECTORS, wave / WAVEVECTORS].map(|n| std::f64::consts::TAU * n as f64 / WAVEVECTORS as f64);
        let mut square = 0.0;
        for entry in 0..TAP {
            let (mut re, mut im) = (0.0, 0.0);
            for tap in 0..side * side {
                let r = [tap % side, tap / side].map(|at| at as f64 - radius as f64);
                let (sin, cos) = (k[0] * r[0] + k[1] * r[1]).sin_cos();
                let value = taps[tap * TAP + entry];
                re += value * cos;
                im += value * sin;
            }
            square += re * re + im * im;
        }
        largest = largest.max(square);
    }
    largest.sqrt()
}

/// The flow on the processor, with its scratch buffers.
pub(super) struct SkewTurn {
    flow: SkewFlow,
    kernel: SkewKernel,
    term: Vec<f32>,
    next: Vec<f32>,
}

impl SkewTurn {
    pub fn new(flow: &SkewFlow) -> Self {
        Self { flow: *flow, kernel: SkewKernel::random(flow.radius, flow.seed), term: Vec::new(), next: Vec::new() }
    }

    pub fn set(&mut self, flow: &SkewFlow) {
        if [self.flow.radius as u64, self.flow.seed] != [flow.radius as u64, flow.seed] {
            self.kernel = SkewKernel::random(flow.radius, flow.seed);
        }
        self.flow = *flow;
    }

    /// Turns the noise x - x̂ of an image; `live_step` is c.
    pub fn turn(&mut self, image: &mut [f32], denoised: &[f32], size: [usize; 2], live_step: f64) {
        if self.flow.strength == 0.0 {
            return;
        }
        let angle = (live_step * self.flow.strength) as f32;
        self.term.clear();
        self.term.extend(image.iter().zip(denoised).map(|(x, d)| x - d));
        self.next.resize(image.len(), 0.0);
        for order in 1..=ORDERS {
            self.kernel.apply(&self.term, size, &mut self.next);
            let factor = -angle / order as f32;
            for (next, x) in self.next.iter_mut().zip(&mut *image) {
                *next *= factor;
                *x += *next;
            }
            std::mem::swap(&mut self.term, &mut self.next);
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;

    /// Sides of a small torus.
    const SIZE: [usize; 2] = [7, 6];
    const VALUES: usize = SIZE[0] * SIZE[1] * COLOURS;

    /// The circulant matrix of a kernel, f64.
    fn matrix(taps: &[f64], radius: usize) -> Vec<Vec<f64>> {
        let ([width, height], side) = (SIZE, 2 * radius + 1);
        let mut out = vec![vec![0.0; VALUES]; VALUES];
        for (at, value) in taps.iter().enumerate() {
            let (tap, to, from) = (at / TAP, at % TAP / COLOURS, at % COLOURS);
            for y in 0..height {
                for x in 0..width {
                    let source_x = (x + width + tap % side - radius) % width;
                    let source_y = (y + height + tap / side - radius) % height;
                    out[(y * width + x) * COLOURS + to][(source_y * width + source_x) * COLOURS + from] += value;
                }
            }
        }
        out
    }

    fn times(a: &[Vec<f64>], x: &[f64]) -> Vec<f64> {
        a.iter().map(|row| row.iter().zip(x).map(|(a, x)| a * x).sum()).collect()
    }

    fn dot(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    /// Mean of (div v + v · s)² over mean |v|² |s|² for the Gaussian of precision Q = 1 + BᵀB, s = -Q x, v = K s.
    fn residual(taps: &[f64], radius: usize) -> f64 {
        let mut rng = StdRng::seed_from_u64(8);
        let smoothing: Vec<f64> = (0..9 * TAP).map(|_| rng.random_range(-0.5..0.5)).collect();
        let (k, b) = (matrix(taps, radius), matrix(&smoothing, 1));
        let precision: Vec<Vec<f64>> = (0..VALUES)
            .map(|i| {
                (0..VALUES)
                    .map(|j| f64::from(u8::from(i == j)) + b.iter().map(|row| row[i] * row[j]).sum::<f64>())
                    .collect()
            })
            .collect();
        // div v = -tr(K Q).
        let divergence: f64 =
            -(0..VALUES).map(|i| (0..VALUES).map(|j| k[i][j] * precision[j][i]).sum::<f64>()).sum::<f64>();
        let (mut squares, mut scale) = (0.0, 0.0);
        for _ in 0..20 {
            let x: Vec<f64> = (0..VALUES).map(|_| rng.random_range(-1.0..1.0)).collect();
            let score: Vec<f64> = times(&precision, &x).iter().map(|v| -v).collect();
            let velocity = times(&k, &score);
            squares += (divergence + dot(&velocity, &score)).powi(2);
            scale += dot(&velocity, &velocity) * dot(&score, &score);
        }
        (squares / scale).sqrt()
    }

    #[test]
    fn skew_kernels_keep_a_gaussian_and_symmetric_ones_do_not() {
        for radius in 0..=MAX_SKEW_RADIUS {
            let kernel = SkewKernel::random(radius, 5);
            let taps: Vec<f64> = kernel.taps().iter().map(|v| f64::from(*v)).collect();
            assert!(residual(&taps, radius) < 1e-7, "radius {radius}: {}", residual(&taps, radius));
            let mut broken = taps.clone();
            // The upper right half changes its sign: K(-r) = K(r)ᵀ.
            let tap_count = taps.len() / TAP;
            broken.iter_mut().enumerate().for_each(|(at, v)| {
                let (tap, to, from) = (at / TAP, at % TAP / COLOURS, at % COLOURS);
                if tap * 2 + 1 > tap_count || (tap * 2 + 1 == tap_count && to > from) {
                    *v = -*v;
                }
            });
            assert!(residual(&broken, radius) > 0.02, "radius {radius}: {}", residual(&broken, radius));
        }
    }

    #[test]
    fn kernels_have_unit_norm_and_depend_on_the_seed() {
        for radius in 0..=MAX_SKEW_RADIUS {
            let kernel = SkewKernel::random(radius, 2);
            let taps: Vec<f64> = kernel.taps().iter().map(|v| f64::from(*v)).collect();
            assert!((largest_norm(&taps, radius) - 1.0).abs() < 1e-6);
            assert_ne!(kernel, SkewKernel::random(radius, 3));
            assert_eq!(kernel, SkewKernel::random(radius, 2));
        }
    }

    #[test]
    fn fast_rows_equal_the_matrix() {
        let mut rng = StdRng::seed_from_u64(1);
        for radius in 0..=MAX_SKEW_RADIUS {
            let kernel = SkewKernel::random(radius, 7);
            let taps: Vec<f64> = kernel.taps().iter().map(|v| f64::from(*v)).collect();
            let image: Vec<f32> = (0..VALUES).map(|_| rng.random_range(-1.0..1.0)).collect();
            let mut out = vec![9.0; VALUES];
            kernel.apply(&image, SIZE, &mut out);
            let image: Vec<f64> = image.iter().map(|v| f64::from(*v)).collect();
            for (out, truth) in out.iter().zip(times(&matrix(&taps, radius), &image)) {
                assert!((f64::from(*out) - truth).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_turn_keeps_the_size_of_the_noise() {
        let mut rng = StdRng::seed_from_u64(4);
        let denoised: Vec<f32> = (0..VALUES).map(|_| rng.random_range(-1.0..1.0)).collect();
        let image: Vec<f32> = denoised.iter().map(|d| d + rng.random_range(-0.5..0.5)).collect();
        let size = |image: &[f32]| image.iter().zip(&denoised).map(|(x, d)| f64::from(x - d).powi(2)).sum::<f64>();
        let turned = |strength: f64| {
            let mut image = image.clone();
            SkewTurn::new(&SkewFlow { strength, radius: 2, seed: 1 }).turn(&mut image, &denoised, SIZE, 0.1);
            image
        };
        assert_eq!(turned(0.0), image);
        let turned = turned(MAX_SKEW);
        let ratio = size(&turned) / size(&image);
        assert!((ratio - 1.0).abs() < 0.0025, "{ratio}");
        let moved: f64 = turned.iter().zip(&image).map(|(a, b)| f64::from(a - b).powi(2)).sum();
        assert!(moved > 0.001 * size(&image), "{moved}");
    }
}
