//! The energy of a point and its score.

use super::mlp::{Mlp, PAIR_INDEX};

/// E(x; σ) = |x|² / (2 (1 + σ²)) + net(x, ln σ + 1.6) in standardised coordinates; p = exp(-E), s = -∇E.
///
/// The first term is the energy of a Gaussian cloud of spread 1 seen through noise σ: it confines walkers far away, where
/// the network has seen nothing.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct PointEnergy {
    /// Inputs x, y(, z), ln σ + 1.6; one output.
    pub net: Mlp,
}

/// Added to ln σ so that the middle of the trained range, σ 0.2, is near 0.
pub const LOG_SIGMA_OFFSET: f64 = 1.6;

/// The energy at a point with its derivatives.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EnergyJet {
    /// E.
    pub value: f64,
    /// s = -∇E.
    pub score: [f64; 3],
    /// ∂s_i/∂x_j.
    pub score_jacobian: [[f64; 3]; 3],
}

impl PointEnergy {
    /// Widths of the hidden layers unless chosen otherwise.
    pub const HIDDEN: [usize; 3] = [64, 64, 64];

    /// Energy, score and its Jacobian at `x` (z ignored when `dim` is 2), at noise `sigma`.
    pub fn jet(&self, x: [f64; 3], sigma: f64, dim: usize) -> EnergyJet {
        let out = self.net.jet(&self.inputs(x, sigma, dim), dim)[0];
        let stiffness = 1.0 / (1.0 + sigma * sigma);
        let radius_sq = x[..dim].iter().map(|v| v * v).sum::<f64>();
        let mut jet = EnergyJet { value: 0.5 * stiffness * radius_sq + out.value, ..EnergyJet::default() };
        for i in 0..dim {
            jet.score[i] = -stiffness * x[i] - out.first[i];
            for j in 0..dim {
                let baseline = if i == j { stiffness } else { 0.0 };
                jet.score_jacobian[i][j] = -baseline - out.second[PAIR_INDEX[i][j]];
            }
        }
        jet
    }

    /// The energy alone.
    pub fn value(&self, x: [f64; 3], sigma: f64, dim: usize) -> f64 {
        let radius_sq = x[..dim].iter().map(|v| v * v).sum::<f64>();
        0.5 * radius_sq / (1.0 + sigma * sigma) + self.net.value(&self.inputs(x, sigma, dim))[0]
    }

    fn inputs(&self, x: [f64; 3], sigma: f64, dim: usize) -> Vec<f64> {
        let mut inputs = x[..dim].to_vec();
        inputs.push(sigma.ln() + LOG_SIGMA_OFFSET);
        inputs
    }
}
