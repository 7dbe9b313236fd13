//! The network of the token rule: two scales of 3 × 3 convolutions, about 7,800 multiply-adds per pixel.
//!
//! Image x at noise σ → denoised image x̂ and three motions (what moving ahead, moving aside and turning do to the image). Both scales come
//! from space-to-depth, so that the network is equivariant to shifts by four pixels only; live steps shift the grid at
//! random.

mod activation;
mod backward;
mod conv;
mod forward;
#[cfg(test)]
pub(super) mod reference;

pub use forward::{NetOutputs, Workspace};

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};

use super::TokenMotion;
use conv::{BLOCK, transposed};

/// Channels of an image.
pub const COLOURS: usize = 3;
/// Standard deviation of the data that the scaling of inputs and outputs assumes (Karras et al. 2022, Table 1).
pub const DATA_SD: f32 = 0.2;
/// Motions that the network gives, in the order of [`TokenMotion::ALL`].
pub const MOTIONS: usize = TokenMotion::ALL.len();
/// Channels at half and at quarter size.
const HALF: usize = 24;
const QUARTER: usize = 48;
/// Residual convolutions at quarter size.
const MIDDLE: usize = 3;
/// ln σ is given to the network relative to this: ln σ + 1.2 is 0 at σ = .3.
const LOG_SIGMA_SHIFT: f32 = 1.2;

/// A layer in the order of the weights.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ConvLayer {
    taps: usize,
    inputs: usize,
    outputs: usize,
    /// Of the normal start: variance gain / fan-in.
    gain: f64,
}

const fn layer(taps: usize, inputs: usize, outputs: usize, gain: f64) -> ConvLayer {
    ConvLayer { taps, inputs, outputs, gain }
}

const INPUT: usize = 0;
const FIRST: usize = 1;
const DOWN: usize = 2;
const MID: usize = 3;
const UP: usize = MID + MIDDLE;
const LAST: usize = UP + 1;
const HEADS: usize = UP + 2;
const LAYERS: usize = UP + 3;

/// The denoised image and the motions, four pixels each.
const HEAD_OUTPUTS: usize = 4 * COLOURS * (1 + MOTIONS);

/// He-normal start; residual branches and heads start smaller.
const SHAPE: [ConvLayer; LAYERS] = [
    layer(9, 4 * COLOURS, HALF, 2.0),
    layer(9, HALF, HALF, 2.0),
    layer(1, 4 * HALF, QUARTER, 2.0),
    layer(9, QUARTER, QUARTER, 1.0),
    layer(9, QUARTER, QUARTER, 1.0),
    layer(9, QUARTER, QUARTER, 1.0),
    layer(1, QUARTER, 4 * HALF, 2.0),
    layer(9, HALF, HALF, 1.0),
    layer(1, HALF, HEAD_OUTPUTS, 0.1),
];

impl ConvLayer {
    const fn weights(&self) -> usize {
        self.taps * self.inputs * self.outputs
    }
}

/// First weight of a layer; its biases follow its weights.
const fn start(layer: usize) -> usize {
    let (mut at, mut k) = (0, 0);
    while k < layer {
        at += SHAPE[k].weights() + SHAPE[k].outputs;
        k += 1;
    }
    at
}

/// Responses to ln σ at half and at quarter size stand behind the layers.
const SIGMA_HALF: usize = start(LAYERS);
const SIGMA_QUARTER: usize = SIGMA_HALF + HALF;

/// Numbers of a network.
pub const WEIGHTS: usize = SIGMA_QUARTER + QUARTER;

/// Outputs of the heads of a network that can only move ahead, as in older scenes.
const OUTPUTS_AHEAD: usize = 8 * COLOURS;
/// Numbers of such a network.
pub const WEIGHTS_AHEAD: usize = WEIGHTS - (HALF + 1) * (HEAD_OUTPUTS - OUTPUTS_AHEAD);

/// Places of the weights and biases of the head of a motion.
fn head_weights(motion: TokenMotion) -> impl Iterator<Item = usize> {
    let first = start(HEADS);
    let head = 1 + motion.index();
    (4 * COLOURS * head..4 * COLOURS * (head + 1)).flat_map(move |o| {
        let of_inputs = (0..HALF).map(move |i| first + (o / BLOCK * HALF + i) * BLOCK + o % BLOCK);
        of_inputs.chain([first + SHAPE[HEADS].weights() + o])
    })
}

/// Multiply-adds per pixel of an evaluation.
pub const MULTIPLY_ADDS: usize = {
    let mut k = 0;
    let mut quarter_px = 0;
    while k < LAYERS {
        let at_quarter = k >= DOWN && k <= UP;
        quarter_px += SHAPE[k].weights() * if at_quarter { 1 } else { 4 };
        k += 1;
    }
    quarter_px / 16
};

/// The weights, in one list: for each layer `[block][tap][input][24]`, then its biases; then the responses to ln σ.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenNet {
    /// The whole list.
    pub weights: Vec<f32>,
}

impl TokenNet {
    /// Random weights; the same seed gives the same network.
    pub fn random(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut weights = vec![0.0; WEIGHTS];
        for (k, layer) in SHAPE.iter().enumerate() {
            let sd = (layer.gain / (layer.taps * layer.inputs) as f64).sqrt();
            for weight in &mut weights[start(k)..start(k) + layer.weights()] {
                let z: f64 = StandardNormal.sample(&mut rng);
                *weight = (sd * z) as f32;
            }
        }
        Self { weights }
    }

    /// Of stored weights; those of a network that could only move ahead get heads for the other motions that give nothing.
    /// `None` of another number of weights.
    pub fn of_weights(mut weights: Vec<f32>) -> Option<Self> {
        if weights.len() == WEIGHTS_AHEAD {
            let missing = HEAD_OUTPUTS - OUTPUTS_AHEAD;
            let biases = start(HEADS) + HALF * OUTPUTS_AHEAD + OUTPUTS_AHEAD;
            weights.splice(biases..biases, std::iter::repeat_n(0.0, missing));
            let at = start(HEADS) + HALF * OUTPUTS_AHEAD;
            weights.splice(at..at, std::iter::repeat_n(0.0, HALF * missing));
        }
        (weights.len() == WEIGHTS).then_some(Self { weights })
    }

    /// Whether the head of a motion gives anything; an untaught one is empty.
    pub fn moves(&self, motion: TokenMotion) -> bool {
        head_weights(motion).any(|at| self.weights[at] != 0.0)
    }

    /// Empties the head of a motion.
    pub fn empty_head(&mut self, motion: TokenMotion) {
        head_weights(motion).for_each(|at| self.weights[at] = 0.0);
    }

    fn layer(&self, k: usize) -> &[f32] {
        &self.weights[start(k)..start(k) + SHAPE[k].weights()]
    }

    fn bias(&self, k: usize) -> &[f32] {
        let from = start(k) + SHAPE[k].weights();
        &self.weights[from..from + SHAPE[k].outputs]
    }

    /// How the layers are found in the weights, for a shader: by layer taps, inputs, outputs, first weight, first bias and
    /// first response to the noise level.
    pub(super) fn plan() -> [LayerPlan; LAYERS] {
        std::array::from_fn(|k| LayerPlan {
            taps: SHAPE[k].taps,
            inputs: SHAPE[k].inputs,
            outputs: SHAPE[k].outputs,
            weights: start(k),
            biases: start(k) + SHAPE[k].weights(),
            responses: match k {
                INPUT => Some(SIGMA_HALF),
                DOWN => Some(SIGMA_QUARTER),
                _ => None,
            },
            at_quarter: (DOWN..=UP).contains(&k),
        })
    }

    /// Weights that carry gradients back through every layer but the first.
    pub fn transposed(&self) -> TransposedNet {
        let of = |k: usize| transposed(self.layer(k), SHAPE[k].taps, SHAPE[k].inputs, SHAPE[k].outputs);
        TransposedNet { layers: (1..LAYERS).map(of).collect() }
    }
}

/// A layer as a shader needs it; positions are those of `TokenNet::weights`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LayerPlan {
    pub taps: usize,
    pub inputs: usize,
    pub outputs: usize,
    pub weights: usize,
    pub biases: usize,
    pub responses: Option<usize>,
    /// At a quarter of the field's size, otherwise at half.
    pub at_quarter: bool,
}

/// Weights of the transposed convolutions of layers 1 and on.
pub struct TransposedNet {
    layers: Vec<Vec<f32>>,
}

impl TransposedNet {
    fn layer(&self, k: usize) -> &[f32] {
        &self.layers[k - 1]
    }
}

/// Scalings of a noise level (Karras et al. 2022): x̂ = skip x + out · head, input scaled by `input`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoiseScaling {
    /// Factor of the noisy image.
    pub skip: f32,
    /// Factor of the head.
    pub out: f32,
    /// Factor of the network's input.
    pub input: f32,
    /// What the responses to the noise level are multiplied by.
    pub level: f32,
}

impl NoiseScaling {
    /// At the noise level `sigma`.
    pub fn new(sigma: f32) -> Self {
        let (data, noise) = (DATA_SD * DATA_SD, sigma * sigma);
        Self {
            skip: data / (data + noise),
            out: sigma / (data + noise).sqrt(),
            input: 1.0 / (data + noise).sqrt(),
            level: sigma.ln() + LOG_SIGMA_SHIFT,
        }
    }
}

const _: () =
    assert!(HALF.is_multiple_of(BLOCK) && QUARTER.is_multiple_of(BLOCK) && HEAD_OUTPUTS.is_multiple_of(BLOCK));

#[cfg(test)]
mod tests;
