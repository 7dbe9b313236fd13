//! Cosines between velocities.

use crate::worlds::points::cloud::{DynamicalSystem, Standardisation, TrueVelocities};
use crate::worlds::points::engine::{DriftKernel, evaluate_all};
use crate::worlds::points::rule::{FlowReference, PointRule};

/// Mean over places of the cosine between two velocities; places where one of them vanishes do not count.
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

/// Mean cosine between the flow of `rule` and the true velocity of `system`, at `places` in the user's coordinates. The
/// angle is that of standardised coordinates.
pub fn cosine_to(system: DynamicalSystem, rule: &PointRule, sigma: f64, places: &[[f32; 3]]) -> f64 {
    let truth = places.iter().map(|place| system.velocity(place.map(f64::from)));
    mean_cosine_to(rule, sigma, places.iter().map(|place| place.map(f64::from)).zip(truth))
}

/// As [`cosine_to`], for a truth that is known at the places of a table.
pub fn cosine_to_table(truth: &TrueVelocities, rule: &PointRule, sigma: f64) -> f64 {
    let pairs = truth.positions.iter().zip(&truth.velocities);
    mean_cosine_to(rule, sigma, pairs.map(|(place, velocity)| (place.map(f64::from), velocity.map(f64::from))))
}

/// `truth`: places and velocities there, in the user's coordinates.
fn mean_cosine_to(rule: &PointRule, sigma: f64, truth: impl Iterator<Item = ([f64; 3], [f64; 3])>) -> f64 {
    let flow = FlowReference::new(&rule.flow, rule.dim);
    let (found, truth): (Vec<_>, Vec<_>) = truth
        .map(|(place, velocity)| {
            let x = rule.map.forward(place);
            (flow.jet(x, &rule.energy_jet(x, sigma)).velocity, rule.map.velocity_forward(velocity))
        })
        .unzip();
    mean_cosine(&found, &truth)
}

/// Root mean square of the true speed of `system` in standardised units at `places`: the time scale, which a still cloud
/// does not show.
pub fn true_speed(system: DynamicalSystem, map: &Standardisation, places: &[[f32; 3]]) -> f64 {
    let square =
        |p: &[f32; 3]| map.velocity_forward(system.velocity(p.map(f64::from))).iter().map(|v| v * v).sum::<f64>();
    (places.iter().map(square).sum::<f64>() / places.len().max(1) as f64).sqrt()
}

/// Mean cosine between the flows of two rules of the same cloud at `places` (standardised).
pub fn mutual_cosine(a: &PointRule, b: &PointRule, sigma: f64, places: &[[f32; 4]]) -> f64 {
    let velocities = |rule: &PointRule| -> Vec<[f64; 3]> {
        let values = evaluate_all(&DriftKernel::new(rule, sigma), places);
        values.into_iter().map(|at| at.velocity.map(f64::from)).collect()
    };
    mean_cosine(&velocities(a), &velocities(b))
}
