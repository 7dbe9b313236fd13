//! One SiLU layer on lanes with `T` tangents: forward, and reverse through value and tangents.
//!
//! With h = silu(z) and ḣ = silu'(z) ż, cotangents (h̄, ḣ̄) give z̄ = h̄ silu' + Σ ḣ̄ silu'' ż and ż̄ = ḣ̄ silu'.
//! Value and tangents of one entry are stored one after another, so that weight gradients treat them as further slots:
//! W̄ = z̄ xᵀ + Σ ż̄ ẋᵀ.

use crate::nn::lanes::{LANES, Lane, dense, fma, lanes, sigmoid};

/// Activations of one layer over entries (neighbour slots, or groups).
#[derive(Default)]
pub struct LaneLayer {
    width: usize,
    /// `[entry][1 + T][width]`: silu(z), then its tangents.
    pub h: Vec<Lane>,
    /// `[entry][1 + T][width]`: cotangents of z, then of its tangents.
    pub zb: Vec<Lane>,
    /// `[entry][width]`: silu'(z).
    d1: Vec<Lane>,
    /// `[entry][width]`: silu''(z), kept only when there are tangents.
    d2: Vec<Lane>,
    /// `[entry][T][width]`: tangents of z.
    zt: Vec<Lane>,
}

fn grow(v: &mut Vec<Lane>, len: usize) {
    if v.len() < len {
        v.resize(len, [0.0; LANES]);
    }
}

impl LaneLayer {
    /// Room for `entries`; never shrinks, so that a warm tape allocates nothing.
    pub fn reserve(&mut self, entries: usize, width: usize, tangents: usize) {
        self.width = width;
        grow(&mut self.h, entries * (1 + tangents) * width);
        grow(&mut self.zb, entries * (1 + tangents) * width);
        grow(&mut self.d1, entries * width);
        if tangents > 0 {
            grow(&mut self.d2, entries * width);
            grow(&mut self.zt, entries * tangents * width);
        }
    }

    #[inline(always)]
    pub fn value<const T: usize>(&self, entry: usize) -> &[Lane] {
        &self.h[entry * (1 + T) * self.width..][..(1 + T) * self.width]
    }

    #[inline(always)]
    pub fn cotangent<const T: usize>(&self, entry: usize) -> &[Lane] {
        &self.zb[entry * (1 + T) * self.width..][..(1 + T) * self.width]
    }

    /// `input [1 + T][inputs]`; `bias` writes the bias of each output.
    #[inline(always)]
    pub fn forward<const T: usize, const B: usize, const FMA: bool>(
        &mut self,
        entry: usize,
        w: &[f32],
        input: &[Lane],
        bias: impl FnOnce(&mut [Lane]),
    ) {
        let width = self.width;
        let inputs = input.len() / (1 + T);
        let h = &mut self.h[entry * (1 + T) * width..][..(1 + T) * width];
        let d1 = &mut self.d1[entry * width..][..width];
        bias(&mut h[..width]);
        dense::<B, FMA>(w, &input[..inputs], &mut h[..width]);
        if T == 0 {
            for o in 0..width {
                let z = h[o];
                let g = sigmoid::<FMA>(&z);
                h[o] = lanes!(l => z[l] * g[l]);
                d1[o] = lanes!(l => g[l] * fma::<FMA>(z[l], 1.0 - g[l], 1.0));
            }
            return;
        }
        let d2 = &mut self.d2[entry * width..][..width];
        let (h, ht) = h.split_at_mut(width);
        for o in 0..width {
            let z = h[o];
            let g = sigmoid::<FMA>(&z);
            h[o] = lanes!(l => z[l] * g[l]);
            d1[o] = lanes!(l => g[l] * fma::<FMA>(z[l], 1.0 - g[l], 1.0));
            d2[o] = lanes!(l => g[l] * (1.0 - g[l]) * fma::<FMA>(z[l], 1.0 - 2.0 * g[l], 2.0));
        }
        for t in 0..T {
            let zt = &mut self.zt[(entry * T + t) * width..][..width];
            zt.fill([0.0; LANES]);
            dense::<B, FMA>(w, &input[(1 + t) * inputs..(2 + t) * inputs], zt);
            let ht = &mut ht[t * width..(t + 1) * width];
            for o in 0..width {
                let (d, z) = (d1[o], zt[o]);
                ht[o] = lanes!(l => d[l] * z[l]);
            }
        }
    }

    /// Cotangents of the activations in (`hb [1 + T][width]`), of the pre-activations stored; and, when `input_bar` is
    /// not empty, those of the input (`[1 + T][inputs]`, overwritten) by the transposed weights.
    #[inline(always)]
    pub fn reverse<const T: usize, const B: usize, const FMA: bool>(
        &mut self,
        entry: usize,
        hb: &[Lane],
        w_transposed: &[f32],
        input_bar: &mut [Lane],
    ) {
        let width = self.width;
        let d1 = &self.d1[entry * width..][..width];
        let zb = &mut self.zb[entry * (1 + T) * width..][..(1 + T) * width];
        for o in 0..width {
            let (h, d) = (hb[o], d1[o]);
            zb[o] = lanes!(l => h[l] * d[l]);
        }
        for t in 0..T {
            let d2 = &self.d2[entry * width..][..width];
            let zt = &self.zt[(entry * T + t) * width..][..width];
            let htb = &hb[(1 + t) * width..(2 + t) * width];
            let (zb, ztb) = zb.split_at_mut((1 + t) * width);
            for o in 0..width {
                let (h, first, second, z, bar) = (htb[o], d1[o], d2[o], zt[o], zb[o]);
                zb[o] = lanes!(l => fma::<FMA>(h[l] * second[l], z[l], bar[l]));
                ztb[o] = lanes!(l => h[l] * first[l]);
            }
        }
        if input_bar.is_empty() {
            return;
        }
        input_bar.fill([0.0; LANES]);
        let inputs = input_bar.len() / (1 + T);
        for c in 0..=T {
            dense::<B, FMA>(
                w_transposed,
                &zb[c * width..(c + 1) * width],
                &mut input_bar[c * inputs..(c + 1) * inputs],
            );
        }
    }
}
