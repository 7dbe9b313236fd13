//! The residual of equation (1).

use crate::worlds::points::rule::{FlowReference, PointRule};

/// σ √E(div V + V·s)² / √E|V|² over `positions` (standardised), in f64: 0 for exact flows, 0 for no flow.
pub fn relative_residual(rule: &PointRule, sigma: f64, positions: &[[f32; 4]]) -> f64 {
    let reference = FlowReference::new(&rule.flow, rule.dim);
    let (mut rest, mut square) = (0.0, 0.0);
    for position in positions {
        let x = [0, 1, 2].map(|i| f64::from(position[i]));
        let energy = rule.energy_jet(x, sigma);
        let jet = reference.jet(x, &energy);
        rest += jet.residual(energy.score).powi(2);
        square += jet.velocity.iter().map(|v| v * v).sum::<f64>();
    }
    if square > 0.0 { sigma * (rest / square).sqrt() } else { 0.0 }
}
