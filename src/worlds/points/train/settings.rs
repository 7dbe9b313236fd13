//! Settings of learning from a cloud.

use super::{PointLearnError, WeakFitSettings};
use crate::worlds::studio::MAX_LEARNING_STEPS;

/// What is learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PointFlowKind {
    /// An energy, and over it the exact flows with a constant, a random and the smoothest potential.
    Exact,
    /// The paper's own: a network with a small residual, over the energy.
    Free,
    /// The weak form: no energy, no network.
    Weak,
}

/// Settings of all kinds of learning; defaults are those of the figures in the README.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct PointTrainingSettings {
    pub seed: u64,
    /// Optimiser steps of the energy.
    pub energy_steps: usize,
    /// Optimiser steps of the smoothest potential.
    pub smoothest_steps: usize,
    /// Optimiser steps of the free network.
    pub free_steps: usize,
    /// Samples per step of the energy.
    pub batch: usize,
    pub learning_rate: f64,
    /// σ of denoising is log-uniform in this range, standardised units.
    pub sigma_range: [f64; 2],
    /// σ at which flows are learned; see [`Self::free_sigma`] for the free network.
    pub flow_sigma: f64,
    /// The paper's two Hutchinson probes instead of the exact divergence.
    pub hutchinson: bool,
    /// Spread of the wave vectors of the random potential.
    pub twist_scale: f64,
    pub weak: WeakFitSettings,
}

impl Default for PointTrainingSettings {
    fn default() -> Self {
        Self {
            seed: 1,
            energy_steps: 6000,
            smoothest_steps: 1000,
            free_steps: 10_000,
            batch: 512,
            learning_rate: 3e-3,
            sigma_range: [0.05, 0.5],
            flow_sigma: 0.1,
            hutchinson: false,
            twist_scale: 1.0,
            weak: WeakFitSettings::default(),
        }
    }
}

/// Share of the steps of a free network over which its noise falls.
pub(super) const COOLING_SHARE: f64 = 0.6;
/// Levels of that noise, evenly spaced in ln σ.
const COOLING_LEVELS: f64 = 30.0;

impl PointTrainingSettings {
    /// σ at which a free network learns after `share` of its steps: it falls from `start`, the largest of the energy,
    /// to [`Self::flow_sigma`]. A blurred cloud is kept by a smooth flow, which a network finds, and follows as details appear;
    /// taught at the last σ from the start it ends in a bad minimum more often (our finding: README, the letter).
    pub fn free_sigma(&self, start: f64, share: f64) -> f64 {
        if share >= COOLING_SHARE {
            return self.flow_sigma;
        }
        let level = (COOLING_LEVELS * share / COOLING_SHARE).floor();
        start * (self.flow_sigma / start).powf(level / COOLING_LEVELS)
    }

    /// # Errors
    /// The first setting out of range.
    pub fn validate(&self) -> Result<(), PointLearnError> {
        let steps = 1..=MAX_LEARNING_STEPS;
        let whole = [
            ("energy_steps", self.energy_steps, steps.clone(), "1 to 10000000 are possible"),
            ("smoothest_steps", self.smoothest_steps, steps.clone(), "1 to 10000000 are possible"),
            ("free_steps", self.free_steps, steps, "1 to 10000000 are possible"),
            ("batch", self.batch, 8..=65_536, "8 to 65536 are possible"),
        ];
        for (name, value, range, allowed) in whole {
            if !range.contains(&value) {
                return Err(PointLearnError::Setting { name, value: value.to_string(), allowed });
            }
        }
        let [low, high] = self.sigma_range;
        let inside = low > 0.0 && low < high && high <= 5.0;
        let real = [
            (
                "learning_rate",
                self.learning_rate,
                self.learning_rate > 0.0 && self.learning_rate < 1.0,
                "0 to 1 is possible",
            ),
            ("sigma_range", low, inside, "σ must rise from above 0 to at most 5"),
            ("flow_sigma", self.flow_sigma, (low..=high).contains(&self.flow_sigma), "it must be in sigma_range"),
            (
                "twist_scale",
                self.twist_scale,
                self.twist_scale > 0.0 && self.twist_scale <= 20.0,
                "0 to 20 is possible",
            ),
        ];
        for (name, value, holds, allowed) in real {
            if !holds {
                return Err(PointLearnError::Setting { name, value: value.to_string(), allowed });
            }
        }
        self.weak.validate()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noise_of_a_free_network_falls_to_that_of_its_flow() {
        let settings = PointTrainingSettings::default();
        let sigmas: Vec<f64> = (0..=100).map(|percent| settings.free_sigma(0.5, f64::from(percent) / 100.0)).collect();
        assert_eq!(sigmas[0], 0.5);
        assert!(sigmas.windows(2).all(|pair| pair[1] <= pair[0]), "{sigmas:?}");
        assert!(sigmas[60..].iter().all(|sigma| *sigma == settings.flow_sigma), "{sigmas:?}");
        assert!(sigmas[59] > settings.flow_sigma);
    }
}
