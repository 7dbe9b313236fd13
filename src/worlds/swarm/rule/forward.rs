//! A [`LocalNet`] evaluated in f64, one particle and one edge at a time.

use super::features::{Edge, window};
use super::neighbours::Neighbours;
use super::net::{FEATURES, Layout, LocalNet};
use crate::worlds::swarm::picture::Swarm;

pub(crate) fn silu(x: f64) -> f64 {
    x / (1.0 + (-x).exp())
}

pub(crate) fn silu_slope(x: f64) -> f64 {
    let sigmoid = 1.0 / (1.0 + (-x).exp());
    sigmoid * (1.0 + x * (1.0 - sigmoid))
}

/// `matrix · input + bias`, with `matrix` row-major `[out, in]`.
pub(crate) fn affine(matrix: &[f32], bias: &[f32], input: &[f64]) -> Vec<f64> {
    let dot = |row: &[f32]| row.iter().zip(input).map(|(&w, x)| f64::from(w) * x).sum::<f64>();
    matrix.chunks_exact(input.len()).zip(bias).map(|(row, &b)| dot(row) + f64::from(b)).collect()
}

/// `matrixᵀ · gradient`: the gradient with respect to the input of [`affine`].
pub(crate) fn affine_transposed(matrix: &[f32], gradient: &[f64], inputs: usize) -> Vec<f64> {
    let mut out = vec![0.0; inputs];
    for (row, g) in matrix.chunks_exact(inputs).zip(gradient) {
        for (o, &w) in out.iter_mut().zip(row) {
            *o += f64::from(w) * g;
        }
    }
    out
}

/// Row `row` of a table of biases.
pub(crate) fn bias_row(table: &[f32], row: usize, cols: usize) -> &[f32] {
    &table[row * cols..(row + 1) * cols]
}

/// The hidden layers of φ for one edge, before and after SiLU.
pub(crate) struct EdgeLayers {
    pub before1: Vec<f64>,
    pub before2: Vec<f64>,
    pub h2: Vec<f64>,
}

/// The layers of ρ for one particle.
pub(crate) struct ParticleLayers {
    pub before1: Vec<f64>,
    pub before2: Vec<f64>,
    pub outputs: Vec<f64>,
}

/// A network with the numbers of an evaluation: cutoff, noise level and the layout of its weights.
pub(crate) struct NetEvaluator<'a> {
    pub net: &'a LocalNet,
    pub layout: Layout,
    pub cutoff_l: f64,
    pub tau: f64,
}

impl<'a> NetEvaluator<'a> {
    pub fn new(net: &'a LocalNet, cutoff_l: f64, tau: f64) -> Self {
        Self { net, layout: net.shape.layout(), cutoff_l, tau }
    }

    /// φ for an edge between species `ci` and `cj`.
    pub fn phi(&self, features: &[f64; FEATURES], ci: u8, cj: u8) -> EdgeLayers {
        let (l, w, shape) = (&self.layout, &self.net.weights, &self.net.shape);
        let pair = usize::from(ci) * shape.species + usize::from(cj);
        let before1 = affine(l.phi1_w.of(w), bias_row(l.phi1_b.of(w), pair, shape.phi[0]), features);
        let h1: Vec<f64> = before1.iter().map(|&x| silu(x)).collect();
        let before2 = affine(l.phi2_w.of(w), l.phi2_b.of(w), &h1);
        let h2 = before2.iter().map(|&x| silu(x)).collect();
        EdgeLayers { before1, before2, h2 }
    }

    /// m_i = Σ_j w(r_ij) φ(edge_ij).
    pub fn message(&self, swarm: &Swarm, neighbours: &Neighbours, i: usize) -> Vec<f64> {
        let mut message = vec![0.0; self.net.shape.phi[1]];
        for j in neighbours.of(i) {
            let edge = Edge::between(swarm, i, j);
            let weight = window(edge.distance_squared(), self.cutoff_l);
            let features = edge.features(self.cutoff_l, self.tau);
            let layers = self.phi(&features, swarm.particles[i].species, swarm.particles[j].species);
            for (m, h) in message.iter_mut().zip(&layers.h2) {
                *m += weight * h;
            }
        }
        message
    }

    /// ρ(m_i, c_i, τ).
    pub fn rho(&self, mut message: Vec<f64>, species: u8) -> ParticleLayers {
        let (l, w, shape) = (&self.layout, &self.net.weights, &self.net.shape);
        message.push(self.tau);
        let bias = bias_row(l.rho1_b.of(w), usize::from(species), shape.rho[0]);
        let before1 = affine(l.rho1_w.of(w), bias, &message);
        let g1: Vec<f64> = before1.iter().map(|&x| silu(x)).collect();
        let before2 = affine(l.rho2_w.of(w), l.rho2_b.of(w), &g1);
        let g2: Vec<f64> = before2.iter().map(|&x| silu(x)).collect();
        let outputs = affine(l.out_w.of(w), l.out_b.of(w), &g2);
        ParticleLayers { before1, before2, outputs }
    }
}

impl LocalNet {
    /// The outputs for every particle, `[N, outputs]` row-major, in the body frame of each.
    ///
    /// `neighbours` must have been built with `cutoff_l`; `tau` is [`super::Rule::noise_feature`].
    pub fn forward(&self, swarm: &Swarm, neighbours: &Neighbours, cutoff_l: f64, tau: f64) -> Vec<f64> {
        (0..swarm.len()).flat_map(|i| self.forward_one(swarm, neighbours, cutoff_l, tau, i)).collect()
    }

    /// The outputs for particle `i` alone. `neighbours` may list more than the cutoff: what is beyond it has no weight.
    pub fn forward_one(&self, swarm: &Swarm, neighbours: &Neighbours, cutoff_l: f64, tau: f64, i: usize) -> Vec<f64> {
        let evaluator = NetEvaluator::new(self, cutoff_l, tau);
        evaluator.rho(evaluator.message(swarm, neighbours, i), swarm.particles[i].species).outputs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silu_and_its_slope_agree_and_never_overflow() {
        for x in [-30.0, -2.0, -0.1, 0.0, 0.7, 4.0, 25.0] {
            let h = 1e-5;
            let expected = (silu(x + h) - silu(x - h)) / (2.0 * h);
            assert!((silu_slope(x) - expected).abs() < 1e-9, "slope at {x}");
        }
        for x in [-1e4, 1e4] {
            assert!(silu(x).is_finite() && silu_slope(x).is_finite());
        }
    }

    #[test]
    fn the_transposed_product_is_the_adjoint_of_the_product() {
        let matrix: Vec<f32> = (0..6).map(|i| 0.3 * i as f32 - 0.7).collect();
        let (x, g) = ([0.4, -1.0, 2.0], [1.5, -0.25]);
        let forward: f64 = affine(&matrix, &[0.0; 2], &x).iter().zip(g).map(|(a, b)| a * b).sum();
        let backward: f64 = affine_transposed(&matrix, &g, 3).iter().zip(x).map(|(a, b)| a * b).sum();
        assert!((forward - backward).abs() < 1e-12);
    }
}
