//! SiLU with an exponential that vectorises.

use crate::nn::dispatch::{Isa, Kernel};

/// e^x for |x| up to 87, relative error below 2e-7: 2^n times a polynomial of the rest (Taylor to degree 6 over ±½ ln 2).
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    /// 1.5 · 2²³: adding it rounds to whole numbers, which then stand in the low bits.
    const ROUND: f32 = 12_582_912.0;
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.0, 87.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN2_HIGH - n * LN2_LOW;
    let p = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0))))));
    p * f32::from_bits(shifted.to_bits().wrapping_add(127) << 23)
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

struct AddSilu<'a> {
    before: &'a [f32],
    out: &'a mut [f32],
}

impl Kernel for AddSilu<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const B: usize, const FMA: bool>(self) {
        for (out, x) in self.out.iter_mut().zip(self.before) {
            *out += x * sigmoid(*x);
        }
    }
}

struct SiluGradient<'a> {
    before: &'a [f32],
    g: &'a mut [f32],
}

impl Kernel for SiluGradient<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const B: usize, const FMA: bool>(self) {
        for (g, x) in self.g.iter_mut().zip(self.before) {
            let s = sigmoid(*x);
            *g *= s * (1.0 + x * (1.0 - s));
        }
    }
}

/// out += silu(before).
pub(crate) fn add_silu(isa: Isa, before: &[f32], out: &mut [f32]) {
    isa.run(AddSilu { before, out });
}

/// g *= silu'(before).
pub(crate) fn multiply_silu_gradient(isa: Isa, before: &[f32], g: &mut [f32]) {
    isa.run(SiluGradient { before, g });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_accurate() {
        for k in -800..=800 {
            let x = k as f32 * 0.1;
            let wanted = f64::from(x).exp();
            assert!((f64::from(exp(x)) / wanted - 1.0).abs() < 4e-7, "{x}: {} {wanted}", exp(x));
        }
        assert!(exp(-1000.0) < 1e-37 && exp(1000.0).is_finite());
    }
}
