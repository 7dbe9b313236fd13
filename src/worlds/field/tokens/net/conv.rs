//! Convolutions on interleaved channels, written so that four pixels times 24 outputs stay in vector registers.
//!
//! Weights of a layer are stored in blocks of 24 outputs: `[block][tap][input][24]`. Nine taps are the 3 × 3 window, row
//! by row, and read a padded input `[(height + 2) × (width + 2) × inputs]`; one tap reads `[height × width × inputs]`.

use crate::nn::dispatch::{Isa, Kernel};
use crate::nn::lanes::fma;

/// Outputs of one block: three vectors of eight.
pub(crate) const BLOCK: usize = 24;
/// Pixels, or inputs of a weight gradient, in registers at once.
const TILE: usize = 4;

type Accumulators = [[f32; BLOCK]; TILE];

/// Sizes of a convolution over an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ConvSize {
    pub width: usize,
    /// Rows of the output, which may be a band of the image.
    pub rows: usize,
    /// 1 or 9.
    pub taps: usize,
    pub inputs: usize,
    pub outputs: usize,
}

impl ConvSize {
    /// Pixels in a row of the input.
    fn stride(&self) -> usize {
        if self.taps == 9 { self.width + 2 } else { self.width }
    }

    /// Offset of a tap in the input, pixels.
    fn tap(&self, tap: usize) -> usize {
        if self.taps == 9 { tap / 3 * self.stride() + tap % 3 } else { 0 }
    }
}

/// `out[pixel][output] += Σ input[pixel + tap][i] w[tap][i][output]`.
pub(crate) fn convolve(isa: Isa, size: ConvSize, input: &[f32], weights: &[f32], out: &mut [f32]) {
    isa.run(Forward { size, input, weights, out });
}

/// `gradient[block][tap][i][24] += Σ_pixels input[pixel + tap][i] g[pixel][output]`.
pub(crate) fn weight_gradient(isa: Isa, size: ConvSize, input: &[f32], g: &[f32], gradient: &mut [f32]) {
    isa.run(WeightGradient { size, input, g, gradient });
}

struct Forward<'a> {
    size: ConvSize,
    input: &'a [f32],
    weights: &'a [f32],
    out: &'a mut [f32],
}

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const B: usize, const FMA: bool>(self) {
        let ConvSize { width, rows, taps, inputs, outputs } = self.size;
        let stride = self.size.stride();
        for (block, weights) in self.weights.chunks_exact(taps * inputs * BLOCK).enumerate() {
            for row in 0..rows {
                for column in (0..width).step_by(TILE) {
                    let mut acc: Accumulators = [[0.0; BLOCK]; TILE];
                    let at = (row * width + column) * outputs + block * BLOCK;
                    for p in 0..TILE {
                        acc[p].copy_from_slice(&self.out[at + p * outputs..][..BLOCK]);
                    }
                    for tap in 0..taps {
                        let from = (row * stride + column + self.size.tap(tap)) * inputs;
                        let pixels = &self.input[from..from + TILE * inputs];
                        let weights = &weights[tap * inputs * BLOCK..(tap + 1) * inputs * BLOCK];
                        multiply::<FMA>(&mut acc, pixels, inputs, weights);
                    }
                    for p in 0..TILE {
                        self.out[at + p * outputs..][..BLOCK].copy_from_slice(&acc[p]);
                    }
                }
            }
        }
    }
}

/// `acc[p] += Σ_i pixels[p][i] w[i]`.
#[inline(always)]
fn multiply<const FMA: bool>(acc: &mut Accumulators, pixels: &[f32], inputs: usize, weights: &[f32]) {
    let (a, rest) = pixels.split_at(inputs);
    let (b, rest) = rest.split_at(inputs);
    let (c, d) = rest.split_at(inputs);
    let [mut p, mut q, mut r, mut s] = *acc;
    for ((((w, a), b), c), d) in weights.as_chunks::<BLOCK>().0.iter().zip(a).zip(b).zip(c).zip(d) {
        for k in 0..BLOCK {
            p[k] = fma::<FMA>(*a, w[k], p[k]);
            q[k] = fma::<FMA>(*b, w[k], q[k]);
            r[k] = fma::<FMA>(*c, w[k], r[k]);
            s[k] = fma::<FMA>(*d, w[k], s[k]);
        }
    }
    *acc = [p, q, r, s];
}

struct WeightGradient<'a> {
    size: ConvSize,
    input: &'a [f32],
    g: &'a [f32],
    gradient: &'a mut [f32],
}

impl Kernel for WeightGradient<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const B: usize, const FMA: bool>(self) {
        let ConvSize { width, rows, taps, inputs, outputs } = self.size;
        let stride = self.size.stride();
        for (block, gradient) in self.gradient.chunks_exact_mut(taps * inputs * BLOCK).enumerate() {
            for (at, tile) in gradient.chunks_exact_mut(TILE * BLOCK).enumerate() {
                let (tap, first) = (at * TILE / inputs, at * TILE % inputs);
                let mut acc: Accumulators = [[0.0; BLOCK]; TILE];
                for row in 0..rows {
                    let from = (row * stride + self.size.tap(tap)) * inputs;
                    let pixels = self.input[from..from + width * inputs].chunks_exact(inputs);
                    let gs = self.g[row * width * outputs..(row + 1) * width * outputs].chunks_exact(outputs);
                    let [mut p, mut q, mut r, mut s] = acc;
                    for (pixel, g) in pixels.zip(gs) {
                        let x: &[f32; TILE] = pixel[first..first + TILE].try_into().expect("TILE inputs");
                        let g: &[f32; BLOCK] = g[block * BLOCK..(block + 1) * BLOCK].try_into().expect("a block");
                        for k in 0..BLOCK {
                            p[k] = fma::<FMA>(x[0], g[k], p[k]);
                            q[k] = fma::<FMA>(x[1], g[k], q[k]);
                            r[k] = fma::<FMA>(x[2], g[k], r[k]);
                            s[k] = fma::<FMA>(x[3], g[k], s[k]);
                        }
                    }
                    acc = [p, q, r, s];
                }
                for (sum, value) in tile.iter_mut().zip(acc.as_flattened()) {
                    *sum += value;
                }
            }
        }
    }
}

/// Weights of the transposed convolution, which carries gradients from outputs to inputs: taps flipped, inputs and
/// outputs exchanged. `inputs` must be a multiple of 24.
pub(crate) fn transposed(weights: &[f32], taps: usize, inputs: usize, outputs: usize) -> Vec<f32> {
    let mut out = vec![0.0; weights.len()];
    for tap in 0..taps {
        for i in 0..inputs {
            for o in 0..outputs {
                let from = ((o / BLOCK * taps + tap) * inputs + i) * BLOCK + o % BLOCK;
                let to = ((i / BLOCK * taps + (taps - 1 - tap)) * outputs + o) * BLOCK + i % BLOCK;
                out[to] = weights[from];
            }
        }
    }
    out
}

/// Copies a periodic image into one with a border of one pixel.
pub(crate) fn pad(image: &[f32], width: usize, height: usize, channels: usize, out: &mut [f32]) {
    let stride = (width + 2) * channels;
    let line = width * channels;
    for (row, out) in out.chunks_exact_mut(stride).enumerate() {
        let from = (row + height - 1) % height * line;
        let image = &image[from..from + line];
        out[..channels].copy_from_slice(&image[line - channels..]);
        out[channels..channels + line].copy_from_slice(image);
        out[channels + line..].copy_from_slice(&image[..channels]);
    }
}

/// Four pixels become four times the channels: `[height × width × c]` to `[height/2 × width/2 × 4c]`.
pub(crate) fn space_to_depth(image: &[f32], width: usize, channels: usize, out: &mut [f32]) {
    let pair = 2 * channels;
    for (row, image) in image.chunks_exact(width * channels).enumerate() {
        let first = row / 2 * (width / 2) * 2 * pair + row % 2 * pair;
        for (column, pixels) in image.chunks_exact(pair).enumerate() {
            out[first + column * 2 * pair..][..pair].copy_from_slice(pixels);
        }
    }
}

/// The inverse of [`space_to_depth`], added to `out`; `width` and `channels` are those of `out`.
pub(crate) fn add_depth_to_space(image: &[f32], width: usize, channels: usize, out: &mut [f32]) {
    let pair = 2 * channels;
    for (row, out) in out.chunks_exact_mut(width * channels).enumerate() {
        let first = row / 2 * (width / 2) * 2 * pair + row % 2 * pair;
        for (column, pixels) in out.chunks_exact_mut(pair).enumerate() {
            let from = &image[first + column * 2 * pair..][..pair];
            pixels.iter_mut().zip(from).for_each(|(sum, value)| *sum += value);
        }
    }
}
