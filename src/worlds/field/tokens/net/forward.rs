//! An evaluation of the network, with what the backward pass needs kept in a workspace.

use rayon::prelude::*;

use super::activation::add_silu;
use super::conv::{ConvSize, add_depth_to_space, convolve, pad, space_to_depth};
use super::{
    COLOURS, DOWN, FIRST, HALF, HEAD_OUTPUTS, HEADS, INPUT, LAST, MID, MIDDLE, MOTIONS, NoiseScaling, QUARTER, SHAPE,
    SIGMA_HALF, SIGMA_QUARTER, TokenNet, UP,
};
use crate::nn::dispatch::Isa;

/// Rows of a band that one thread convolves.
const BAND_ROWS: usize = 8;

/// Denoised image and motions, interleaved `[height × width × 3]` each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetOutputs {
    /// Estimate of the clean image.
    pub denoised: Vec<f32>,
    /// Changes of the image by moving ahead, moving aside and turning, in units of `TokenRule::motion_units`.
    pub motions: [Vec<f32>; MOTIONS],
}

/// Activations of one image; reused between evaluations of one size.
pub struct Workspace {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) isa: Isa,
    /// Whether one evaluation uses all threads.
    parallel: bool,
    /// Padded inputs of the convolutions with nine taps.
    pub(super) input: Vec<f32>,
    pub(super) half: Vec<f32>,
    pub(super) middle: [Vec<f32>; MIDDLE],
    pub(super) joined: Vec<f32>,
    /// Inputs of those with one tap.
    pub(super) gathered: Vec<f32>,
    pub(super) deep: Vec<f32>,
    pub(super) top: Vec<f32>,
    /// Sums before the activation, by layer; empty for layers without one.
    pub(super) before: Vec<Vec<f32>>,
    /// The first residual sum, which goes on at both scales.
    pub(super) trunk: Vec<f32>,
    scratch: Vec<f32>,
    heads: Vec<f32>,
    /// What the last evaluation returned.
    pub outputs: NetOutputs,
}

impl Workspace {
    /// For images of `width` × `height` pixels, both multiples of 16.
    pub fn new(width: usize, height: usize, parallel: bool) -> Self {
        assert!(width.is_multiple_of(16) && height.is_multiple_of(16), "sides must be multiples of 16");
        let (w, h) = (width / 2, height / 2);
        let (q, r) = (width / 4, height / 4);
        let padded = |w: usize, h: usize, channels: usize| vec![0.0; (w + 2) * (h + 2) * channels];
        let before = (0..SHAPE.len())
            .map(|k| match k {
                INPUT | FIRST | LAST => vec![0.0; w * h * HALF],
                UP | HEADS => Vec::new(),
                _ => vec![0.0; q * r * QUARTER],
            })
            .collect();
        Self {
            width,
            height,
            isa: Isa::detect(),
            parallel,
            input: padded(w, h, 4 * COLOURS),
            half: padded(w, h, HALF),
            middle: std::array::from_fn(|_| padded(q, r, QUARTER)),
            joined: padded(w, h, HALF),
            gathered: vec![0.0; q * r * 4 * HALF],
            deep: vec![0.0; q * r * QUARTER],
            top: vec![0.0; w * h * HALF],
            before,
            trunk: vec![0.0; w * h * HALF],
            scratch: vec![0.0; w * h * HALF],
            heads: vec![0.0; w * h * HEAD_OUTPUTS],
            outputs: NetOutputs {
                denoised: vec![0.0; width * height * COLOURS],
                motions: std::array::from_fn(|_| vec![0.0; width * height * COLOURS]),
            },
        }
    }

    /// Memory of activations and outputs, bytes per pixel of the field.
    pub fn bytes_per_pixel(&self) -> u64 {
        let singles = [
            &self.input,
            &self.half,
            &self.joined,
            &self.gathered,
            &self.deep,
            &self.top,
            &self.trunk,
            &self.scratch,
            &self.heads,
            &self.outputs.denoised,
        ];
        let floats: usize = (singles.into_iter().chain(&self.middle).chain(&self.before).chain(&self.outputs.motions))
            .map(Vec::len)
            .sum();
        (size_of::<f32>() * floats / (self.width * self.height)) as u64
    }

    /// Width and height, pixels.
    pub fn size(&self) -> [usize; 2] {
        [self.width, self.height]
    }

    /// Evaluates the network at an image `[height × width × 3]` of noise `sigma`; the results are in `outputs`.
    pub fn evaluate(&mut self, net: &TokenNet, image: &[f32], sigma: f32) {
        let scaling = NoiseScaling::new(sigma);
        let (w, h) = (self.width / 2, self.height / 2);
        let (q, r) = (self.width / 4, self.height / 4);
        let (isa, parallel) = (self.isa, self.parallel);
        let run = |k: usize, width: usize, input: &[f32], out: &mut [f32]| {
            layer_forward(isa, parallel, net, k, width, input, out);
        };

        let folded = &mut self.scratch[..w * h * 4 * COLOURS];
        space_to_depth(image, self.width, COLOURS, folded);
        folded.iter_mut().for_each(|value| *value *= scaling.input);
        pad(folded, w, h, 4 * COLOURS, &mut self.input);
        let before = &mut self.before[INPUT];
        fill_biases(net.bias(INPUT), &net.weights[SIGMA_HALF..SIGMA_HALF + HALF], scaling.level, before);
        run(INPUT, w, &self.input, before);
        self.scratch.fill(0.0);
        silu(isa, parallel, before, &mut self.scratch);
        pad(&self.scratch, w, h, HALF, &mut self.half);

        let before = &mut self.before[FIRST];
        fill_biases(net.bias(FIRST), &[], 0.0, before);
        run(FIRST, w, &self.half, before);
        self.trunk.copy_from_slice(&self.scratch);
        silu(isa, parallel, before, &mut self.trunk);

        space_to_depth(&self.trunk, w, HALF, &mut self.gathered);
        let before = &mut self.before[DOWN];
        fill_biases(net.bias(DOWN), &net.weights[SIGMA_QUARTER..SIGMA_QUARTER + QUARTER], scaling.level, before);
        run(DOWN, q, &self.gathered, before);
        self.deep.fill(0.0);
        silu(isa, parallel, before, &mut self.deep);
        for k in 0..MIDDLE {
            pad(&self.deep, q, r, QUARTER, &mut self.middle[k]);
            let before = &mut self.before[MID + k];
            fill_biases(net.bias(MID + k), &[], 0.0, before);
            run(MID + k, q, &self.middle[k], before);
            silu(isa, parallel, before, &mut self.deep);
        }

        let raised = &mut self.scratch[..q * r * 4 * HALF];
        fill_biases(net.bias(UP), &[], 0.0, raised);
        run(UP, q, &self.deep, raised);
        self.top.copy_from_slice(&self.trunk);
        add_depth_to_space(raised, w, HALF, &mut self.top);
        pad(&self.top, w, h, HALF, &mut self.joined);
        let before = &mut self.before[LAST];
        fill_biases(net.bias(LAST), &[], 0.0, before);
        run(LAST, w, &self.joined, before);
        silu(isa, parallel, before, &mut self.top);

        fill_biases(net.bias(HEADS), &[], 0.0, &mut self.heads);
        run(HEADS, w, &self.top, &mut self.heads);
        self.unfold(image, scaling);
    }

    /// Heads to full size: the first 12 channels are the denoiser's, then 12 of each motion.
    fn unfold(&mut self, image: &[f32], scaling: NoiseScaling) {
        let line = self.width * COLOURS;
        for (at, cell) in self.heads.chunks_exact(HEAD_OUTPUTS).enumerate() {
            let (row, column) = (at / (self.width / 2) * 2, at % (self.width / 2) * 2);
            for dy in 0..2 {
                let to = (row + dy) * line + column * COLOURS;
                let (from, pair) = (dy * 2 * COLOURS, 2 * COLOURS);
                for k in 0..pair {
                    self.outputs.denoised[to + k] = scaling.skip * image[to + k] + scaling.out * cell[from + k];
                }
                for (motion, cell) in self.outputs.motions.iter_mut().zip(cell[4 * COLOURS..].chunks_exact(4 * COLOURS))
                {
                    motion[to..to + pair].copy_from_slice(&cell[from..][..pair]);
                }
            }
        }
    }
}

/// Every pixel starts from the biases, and from the responses to the noise level where a layer has them.
fn fill_biases(bias: &[f32], response: &[f32], level: f32, out: &mut [f32]) {
    let mut first = bias.to_vec();
    first.iter_mut().zip(response).for_each(|(sum, weight)| *sum += level * weight);
    out.chunks_exact_mut(first.len()).for_each(|pixel| pixel.copy_from_slice(&first));
}

fn layer_forward(isa: Isa, parallel: bool, net: &TokenNet, k: usize, width: usize, input: &[f32], out: &mut [f32]) {
    let super::ConvLayer { taps, inputs, outputs, .. } = SHAPE[k];
    let weights = net.layer(k);
    let line = width * outputs;
    let stride = if taps == 9 { (width + 2) * inputs } else { width * inputs };
    let band = |(at, out): (usize, &mut [f32])| {
        let size = ConvSize { width, rows: out.len() / line, taps, inputs, outputs };
        convolve(isa, size, &input[at * BAND_ROWS * stride..], weights, out);
    };
    if parallel {
        out.par_chunks_mut(BAND_ROWS * line).enumerate().for_each(band);
    } else {
        out.chunks_mut(BAND_ROWS * line).enumerate().for_each(band);
    }
}

fn silu(isa: Isa, parallel: bool, before: &[f32], out: &mut [f32]) {
    /// Values of one task: large enough to be worth a thread.
    const CHUNK: usize = 8192;
    if parallel && out.len() > 2 * CHUNK {
        let chunks = before.par_chunks(CHUNK).zip(out.par_chunks_mut(CHUNK));
        chunks.for_each(|(before, out)| add_silu(isa, before, out));
    } else {
        add_silu(isa, before, out);
    }
}
