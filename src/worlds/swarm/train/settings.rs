//! What a training run is asked to do. Saved in the scene file. The numbers a user may set are listed in `table`.

use serde::{Deserialize, Serialize};

use super::LearnError;
use super::table::TRAINING_SETTINGS;
use crate::worlds::swarm::rule::FlowKind;

/// What must not vanish while the flow network is trained (design, section 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Drive {
    /// Forward motion: the flow flies where the particles point.
    #[default]
    Forward,
    /// Any motion, as in the paper.
    Any,
}

/// How a rule is learned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrainingSettings {
    /// Seed of samples, weights and noise.
    pub seed: u64,
    /// Optimiser steps of the energy.
    pub steps: usize,
    /// λ, weight of the contrastive term in the loss of the energy; 0: denoising alone.
    pub contrast: f64,
    /// Optimiser steps of the flow network; used when `flow` is [`FlowKind::Learned`].
    pub flow_steps: usize,
    /// [`FlowKind::Learned`] trains a flow network after the energy; the others train the energy alone.
    pub flow: FlowKind,
    /// Which motion must not vanish.
    pub drive: Drive,
    /// Configurations in a batch.
    pub batch: usize,
    /// Particles of one configuration, about: as many copies of a motif as make them, and at least two, at the density
    /// of the ensemble. A whole painting is one configuration whatever the number.
    pub particles: usize,
    /// Configurations made once and drawn from.
    pub pool: usize,
    /// First learning rate; falls to zero along a cosine.
    pub learning_rate: f64,
    /// R, ℓ.
    pub cutoff_l: f64,
    /// [σmin, σmax], ℓ.
    pub sigma_range_l: [f64; 2],
    /// κ, rad/ℓ.
    pub kappa: f64,
    /// Hidden widths of φ and ρ of both networks.
    pub phi: [usize; 2],
    /// Hidden widths of ρ of both networks.
    pub rho: [usize; 2],
}

impl Default for TrainingSettings {
    fn default() -> Self {
        Self {
            seed: 1,
            steps: 2000,
            contrast: 1.0,
            flow_steps: 800,
            flow: FlowKind::Learned,
            drive: Drive::Forward,
            batch: 16,
            particles: 48,
            pool: 256,
            learning_rate: 3e-3,
            cutoff_l: 3.9,
            sigma_range_l: [0.1, 0.8],
            kappa: 1.0,
            phi: [32, 32],
            rho: [64, 64],
        }
    }
}

/// Share of the steps of the energy after which the contrastive term sets in.
const CONTRAST_BEGINS: f64 = 0.2;

impl TrainingSettings {
    /// Steps of the energy with the contrastive term; the other ones come before.
    pub fn contrast_steps(&self) -> usize {
        if self.contrast > 0.0 { self.steps - (CONTRAST_BEGINS * self.steps as f64) as usize } else { 0 }
    }

    /// # Errors
    /// [`LearnError::Setting`] names the first setting of the table that is out of its bounds.
    pub fn validate(&self) -> Result<(), LearnError> {
        for row in TRAINING_SETTINGS.iter().filter(|row| row.is_used(self)) {
            if let Some(value) = row.values(self).into_iter().find(|value| !row.spec.allows(*value)) {
                return Err(LearnError::Setting {
                    name: row.spec.id,
                    value: value.to_string(),
                    hint: row.spec.advice(),
                });
            }
        }
        let [low, high] = self.sigma_range_l;
        if low >= high {
            return Err(LearnError::Setting {
                name: "sigma_range_l",
                value: format!("{low} to {high}"),
                hint: "choose a first number below the second".to_owned(),
            });
        }
        Ok(())
    }
}
