//! The network in f64, one output at a time: what the fused kernels are compared with.

use super::{
    COLOURS, DOWN, FIRST, HALF, HEAD_OUTPUTS, HEADS, INPUT, LAST, MID, MIDDLE, MOTIONS, NoiseScaling, QUARTER, SHAPE,
    SIGMA_HALF, SIGMA_QUARTER, TokenNet, UP, conv::BLOCK, start,
};

/// Channels by pixel, periodic.
#[derive(Clone)]
struct ReferenceImage {
    width: usize,
    height: usize,
    channels: usize,
    data: Vec<f64>,
}

impl ReferenceImage {
    fn new(width: usize, height: usize, channels: usize) -> Self {
        Self { width, height, channels, data: vec![0.0; width * height * channels] }
    }

    fn at(&self, x: i64, y: i64, c: usize) -> f64 {
        let (x, y) = (x.rem_euclid(self.width as i64) as usize, y.rem_euclid(self.height as i64) as usize);
        self.data[(y * self.width + x) * self.channels + c]
    }

    fn add(&mut self, other: &Self) {
        self.data.iter_mut().zip(&other.data).for_each(|(a, b)| *a += b);
    }

    fn silu(mut self) -> Self {
        self.data.iter_mut().for_each(|x| *x /= 1.0 + (-*x).exp());
        self
    }

    /// 2 × 2 pixels to channels, or back.
    fn folded(&self) -> Self {
        let mut out = Self::new(self.width / 2, self.height / 2, 4 * self.channels);
        for at in 0..out.data.len() {
            let (pixel, c) = (at / out.channels, at % out.channels);
            let (x, y) = (pixel % out.width * 2, pixel / out.width * 2);
            let (part, c) = (c / self.channels, c % self.channels);
            out.data[at] = self.at((x + part % 2) as i64, (y + part / 2) as i64, c);
        }
        out
    }

    fn unfolded(&self) -> Self {
        let mut out = Self::new(2 * self.width, 2 * self.height, self.channels / 4);
        for at in 0..out.data.len() {
            let (pixel, c) = (at / out.channels, at % out.channels);
            let (x, y) = (pixel % out.width, pixel / out.width);
            let part = y % 2 * 2 + x % 2;
            out.data[at] = self.at((x / 2) as i64, (y / 2) as i64, part * out.channels + c);
        }
        out
    }
}

fn layer(weights: &[f64], k: usize, image: &ReferenceImage, level: f64) -> ReferenceImage {
    let super::ConvLayer { taps, inputs, outputs, .. } = SHAPE[k];
    let mut out = ReferenceImage::new(image.width, image.height, outputs);
    for at in 0..out.data.len() {
        let (pixel, o) = (at / outputs, at % outputs);
        let (x, y) = ((pixel % image.width) as i64, (pixel / image.width) as i64);
        let mut sum = weights[start(k) + SHAPE[k].weights() + o];
        sum += match k {
            INPUT => level * weights[SIGMA_HALF + o],
            DOWN => level * weights[SIGMA_QUARTER + o],
            _ => 0.0,
        };
        for tap in 0..taps {
            let (dx, dy) = if taps == 9 { (tap as i64 % 3 - 1, tap as i64 / 3 - 1) } else { (0, 0) };
            for i in 0..inputs {
                let weight = weights[start(k) + ((o / BLOCK * taps + tap) * inputs + i) * BLOCK + o % BLOCK];
                sum += weight * image.at(x + dx, y + dy, i);
            }
        }
        out.data[at] = sum;
    }
    out
}

/// Denoised image and the motions, `[height × width × 3]` each.
pub(in crate::worlds::field::tokens) fn evaluate(
    weights: &[f64],
    image: &[f64],
    width: usize,
    height: usize,
    sigma: f64,
) -> [Vec<f64>; 1 + MOTIONS] {
    let scaling = NoiseScaling::new(sigma as f32);
    let level = f64::from(scaling.level);
    let source = ReferenceImage { width, height, channels: COLOURS, data: image.to_vec() };
    let mut x = source.folded();
    x.data.iter_mut().for_each(|value| *value *= f64::from(scaling.input));
    let mut trunk = layer(weights, INPUT, &x, level).silu();
    trunk.add(&layer(weights, FIRST, &trunk.clone(), level).silu());
    assert_eq!(trunk.channels, HALF);
    let mut deep = layer(weights, DOWN, &trunk.folded(), level).silu();
    assert_eq!(deep.channels, QUARTER);
    for k in 0..MIDDLE {
        deep.add(&layer(weights, MID + k, &deep.clone(), level).silu());
    }
    let mut top = trunk;
    top.add(&layer(weights, UP, &deep, level).unfolded());
    top.add(&layer(weights, LAST, &top.clone(), level).silu());
    let heads = layer(weights, HEADS, &top, level);
    let part = |which: usize| {
        let mut of_one = ReferenceImage::new(heads.width, heads.height, 4 * COLOURS);
        for (to, from) in of_one.data.chunks_exact_mut(4 * COLOURS).zip(heads.data.chunks_exact(HEAD_OUTPUTS)) {
            to.copy_from_slice(&from[which * 4 * COLOURS..(which + 1) * 4 * COLOURS]);
        }
        of_one.unfolded().data
    };
    let denoised =
        part(0).into_iter().zip(image).map(|(head, x)| f64::from(scaling.skip) * x + f64::from(scaling.out) * head);
    [denoised.collect(), part(1), part(2), part(3)]
}

pub(in crate::worlds::field::tokens) fn weights_of(net: &TokenNet) -> Vec<f64> {
    net.weights.iter().map(|w| f64::from(*w)).collect()
}
