//! Cosines between velocities.

use crate::worlds::points::cloud::{DynamicalSystem, Standardisation, TrueVelocities};
use crate::worlds::points::engine::{DriftKernel, evaluate_all};
use crate::worlds::points::rule::{FlowReference, PointRule};

/// Mean over positions of the cosine between two velocities; positions where one of them vanishes do not count.
pub fn mean_cosine(a: &[[f64; 3]], b: &[[f64; 3]]) -> f64 {
    let (mut sum, mut count) = (0.0, 0usize);
    for (a, b) in a.iter().zip(b) {
        let dot = |a: &[f64; 3], b: &[f64; 3]| (0..3).map(|i| a[i] * b[i]).sum::<f64>();
        let size = (dot(a, a) * dot(b, b)).sqrt();
        if size > 0.0 {
            sum += dot(a, b) / size;
            count += 1;
        }
    }
    sum / count.max(1) as f64
}

/// Mean cosine between the flow of `rule` and the true velocity of `system`, at `positions` in the user's coordinates. The
/// angle is that of standardised coordinates.
pub fn cosine_to(system: DynamicalSystem, rule: &PointRule, sigma: f64, positions: &[[f32; 3]]) -> f64 {
    let truth = positions.iter().map(|position| system.velocity(position.map(f64::from)));
    mean_cosine_to(rule, sigma, positions.iter().map(|position| position.map(f64::from)).zip(truth))
}

/// As [`cosine_to`], for a truth that is known at the positions of a table.
pub fn cosine_to_table(truth: &TrueVelocities, rule: &PointRule, sigma: f64) -> f64 {
    let pairs = truth.positions.iter().zip(&truth.velocities);
    mean_cosine_to(rule, sigma, pairs.map(|(position, velocity)| (position.map(f64::from), velocity.map(f64::from))))
}

/// `truth`: positions and velocities there, in the user's coordinates.
fn mean_cosine_to(rule: &PointRule, sigma: f64, truth: impl Iterator<Item = ([f64; 3], [f64; 3])>) -> f64 {
    let flow = FlowReference::new(&rule.flow, rule.dim);
    let (found, truth): (Vec<_>, Vec<_>) = truth
        .map(|(position, velocity)| {
            let x = rule.map.forward(position);
            (flow.jet(x, &rule.energy_jet(x, sigma)).velocity, rule.map.velocity_forward(velocity))
        })
        .unzip();
    mean_cosine(&found, &truth)
}

/// Root mean square of the true speed of `system` in standardised units at `positions`: the time scale, which a still cloud
/// does not show.
pub fn true_speed(system: DynamicalSystem, map: &Standardisation, positions: &[[f32; 3]]) -> f64 {
    let square =
        |p: &[f32; 3]| map.velocity_forward(system.velocity(p.map(f64::from))).iter().map(|v| v * v).sum::<f64>();
    (positions.iter().map(square).sum::<f64>() / positions.len().max(1) as f64).sqrt()
}

/// Mean cosine between the flows of two rules of the same cloud at `positions` (standardised).
pub fn mutual_cosine(a: &PointRule, b: &PointRule, sigma: f64, positions: &[[f32; 4]]) -> f64 {
    let velocities = |rule: &PointRule| -> Vec<[f64; 3]> {
        let values = evaluate_all(&DriftKernel::new(rule, sigma), positions);
        values.into_iter().map(|at| at.velocity.map(f64::from)).collect()
    };
    mean_cosine(&velocities(a), &velocities(b))
}
