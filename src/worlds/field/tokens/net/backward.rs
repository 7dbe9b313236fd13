//! Gradients of a loss with respect to the weights, for one image that was just evaluated.

use super::activation::multiply_silu_gradient;
use super::conv::{ConvSize, add_depth_to_space, convolve, pad, space_to_depth, weight_gradient};
use super::{
    COLOURS, DOWN, FIRST, HALF, HEAD_OUTPUTS, HEADS, INPUT, LAST, MID, MIDDLE, MOTIONS, NoiseScaling, QUARTER, SHAPE,
    SIGMA_HALF, SIGMA_QUARTER, TransposedNet, UP, Workspace, start,
};

impl Workspace {
    /// Adds to `gradient` (in the order of the weights) what d loss / d denoised and d loss / d motions, `[height ×
    /// width × 3]` each, give for the image evaluated last, whose noise was `sigma`.
    pub fn add_gradient(
        &self,
        net: &TransposedNet,
        sigma: f32,
        d_denoised: &[f32],
        d_motions: &[Vec<f32>; MOTIONS],
        gradient: &mut [f32],
    ) {
        let scaling = NoiseScaling::new(sigma);
        let (w, h) = (self.width / 2, self.height / 2);
        let (q, r) = (self.width / 4, self.height / 4);
        let at_half = ScaleGradients { width: w, height: h, workspace: self, net };
        let at_quarter = ScaleGradients { width: q, height: r, workspace: self, net };

        let g_heads = self.fold(scaling, d_denoised, d_motions);
        let mut g_top = vec![0.0; w * h * HALF];
        at_half.pointwise(HEADS, &self.top, &g_heads, &mut g_top, gradient);

        at_half.residual(LAST, &self.joined, &mut g_top, gradient);
        let mut g_trunk = g_top;

        let mut g_raised = vec![0.0; q * r * 4 * HALF];
        space_to_depth(&g_trunk, w, HALF, &mut g_raised);
        let mut g_deep = vec![0.0; q * r * QUARTER];
        at_quarter.pointwise(UP, &self.deep, &g_raised, &mut g_deep, gradient);
        for k in (0..MIDDLE).rev() {
            at_quarter.residual(MID + k, &self.middle[k], &mut g_deep, gradient);
        }
        multiply_silu_gradient(self.isa, &self.before[DOWN], &mut g_deep);
        add_sums(&g_deep, scaling.level, &mut gradient[SIGMA_QUARTER..SIGMA_QUARTER + QUARTER]);
        let mut g_gathered = vec![0.0; q * r * 4 * HALF];
        at_quarter.pointwise(DOWN, &self.gathered, &g_deep, &mut g_gathered, gradient);
        add_depth_to_space(&g_gathered, w, HALF, &mut g_trunk);

        at_half.residual(FIRST, &self.half, &mut g_trunk, gradient);
        multiply_silu_gradient(self.isa, &self.before[INPUT], &mut g_trunk);
        add_sums(&g_trunk, scaling.level, &mut gradient[SIGMA_HALF..SIGMA_HALF + HALF]);
        at_half.weights(INPUT, &self.input, &g_trunk, gradient);
    }

    /// Gradients of the images to gradients of the heads: the transpose of `unfold`.
    fn fold(&self, scaling: NoiseScaling, d_denoised: &[f32], d_motions: &[Vec<f32>; MOTIONS]) -> Vec<f32> {
        let line = self.width * COLOURS;
        let pair = 2 * COLOURS;
        let mut g = vec![0.0; self.width * self.height / 4 * HEAD_OUTPUTS];
        for (at, cell) in g.chunks_exact_mut(HEAD_OUTPUTS).enumerate() {
            let (row, column) = (at / (self.width / 2) * 2, at % (self.width / 2) * 2);
            for dy in 0..2 {
                let from = (row + dy) * line + column * COLOURS;
                for k in 0..pair {
                    cell[dy * pair + k] = scaling.out * d_denoised[from + k];
                }
                for (d_motion, cell) in d_motions.iter().zip(cell[4 * COLOURS..].chunks_exact_mut(4 * COLOURS)) {
                    cell[dy * pair..][..pair].copy_from_slice(&d_motion[from..][..pair]);
                }
            }
        }
        g
    }
}

/// `sums[c] += factor Σ_pixels g[pixel][c]`.
fn add_sums(g: &[f32], factor: f32, sums: &mut [f32]) {
    for pixel in g.chunks_exact(sums.len()) {
        sums.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += factor * value);
    }
}

/// The layers at one of the two scales.
struct ScaleGradients<'a> {
    width: usize,
    height: usize,
    workspace: &'a Workspace,
    net: &'a TransposedNet,
}

impl ScaleGradients<'_> {
    /// Gradients of the weights and biases of a layer with the given input.
    fn weights(&self, k: usize, input: &[f32], g: &[f32], gradient: &mut [f32]) {
        let super::ConvLayer { taps, inputs, outputs, .. } = SHAPE[k];
        let size = ConvSize { width: self.width, rows: self.height, taps, inputs, outputs };
        let (weights, biases) = gradient[start(k)..start(k + 1)].split_at_mut(SHAPE[k].weights());
        weight_gradient(self.workspace.isa, size, input, g, weights);
        add_sums(g, 1.0, biases);
    }

    /// A layer with one tap: g_input += Wᵀ g.
    fn pointwise(&self, k: usize, input: &[f32], g: &[f32], g_input: &mut [f32], gradient: &mut [f32]) {
        self.weights(k, input, g, gradient);
        let super::ConvLayer { inputs, outputs, .. } = SHAPE[k];
        let size = ConvSize { width: self.width, rows: self.height, taps: 1, inputs: outputs, outputs: inputs };
        convolve(self.workspace.isa, size, g, self.net.layer(k), g_input);
    }

    /// x + silu(conv x): g becomes the gradient with respect to x, whose padded form is `input`.
    fn residual(&self, k: usize, input: &[f32], g: &mut [f32], gradient: &mut [f32]) {
        let mut inner = g.to_vec();
        multiply_silu_gradient(self.workspace.isa, &self.workspace.before[k], &mut inner);
        self.weights(k, input, &inner, gradient);
        let channels = SHAPE[k].outputs;
        let mut padded = vec![0.0; (self.width + 2) * (self.height + 2) * channels];
        pad(&inner, self.width, self.height, channels, &mut padded);
        let size =
            ConvSize { width: self.width, rows: self.height, taps: 9, inputs: channels, outputs: SHAPE[k].inputs };
        convolve(self.workspace.isa, size, &padded, self.net.layer(k), g);
    }
}
