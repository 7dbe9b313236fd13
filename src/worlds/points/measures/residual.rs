//! The residual of equation (1).

use crate::worlds::points::rule::{EnergyJet, FlowReference, PointRule, VelocityJet};

/// σ √E(div V + V·s)² / √E|V|² over `positions` (standardised), in f64: 0 for exact flows, 0 for no flow.
pub fn relative_residual(rule: &PointRule, sigma: f64, positions: &[[f32; 4]]) -> f64 {
    let reference = FlowReference::new(&rule.flow, rule.dim);
    residual_of(rule, sigma, positions, |x, energy| reference.jet(x, energy))
}

/// As [`relative_residual`], of any `velocity` against the energy of `rule`.
pub(super) fn residual_of(
    rule: &PointRule,
    sigma: f64,
    positions: &[[f32; 4]],
    velocity: impl Fn([f64; 3], &EnergyJet) -> VelocityJet,
) -> f64 {
    let (mut rest, mut square) = (0.0, 0.0);
    for position in positions {
        let x = [0, 1, 2].map(|i| f64::from(position[i]));
        let energy = rule.energy_jet(x, sigma);
        let jet = velocity(x, &energy);
        rest += jet.residual(energy.score).powi(2);
        square += jet.velocity.iter().map(|v| v * v).sum::<f64>();
    }
    if square > 0.0 { sigma * (rest / square).sqrt() } else { 0.0 }
}
