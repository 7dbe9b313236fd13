//! A free score field, for a control: a network that denoises without being the gradient of anything.

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::optimiser::PointOptimiser;
use super::{PointLearnError, PointTrainingSettings, loss};
use crate::worlds::points::rule::Mlp;

/// Layers between the place and the vector.
const HIDDEN: [usize; 2] = [64, 64];

/// Learns s(x) of the `cloud` (standardised) seen through noise of spread `sigma`, each component on its own.
///
/// Once `stop` returns true it is what was learned so far.
///
/// # Errors
/// A loss that diverges.
pub fn free_score(
    cloud: &[[f64; 3]],
    dim: usize,
    sigma: f64,
    steps: usize,
    seed: u64,
    stop: &dyn Fn() -> bool,
) -> Result<Mlp, PointLearnError> {
    let PointTrainingSettings { batch, learning_rate, .. } = PointTrainingSettings::default();
    let mut rng = StdRng::seed_from_u64(seed ^ 0xf4ee);
    let start = Mlp::random(&[dim, HIDDEN[0], HIDDEN[1], dim], 0.1, &mut rng);
    let mut learner = PointOptimiser::new(start, steps, learning_rate)?;
    while !learner.is_done() && !stop() {
        learner.descend(&|| false, || Ok(vec![loss::free_denoising(cloud, dim, batch, sigma, &mut rng)?]))?;
    }
    Ok(learner.average().clone())
}
