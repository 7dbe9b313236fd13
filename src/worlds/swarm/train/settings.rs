//! What a training run is asked to do. Saved in the scene file.

use serde::{Deserialize, Serialize};

use super::LearnError;
use crate::worlds::swarm::rule::{FlowKind, MAX_WIDTH};

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
    /// [`LearnError::Setting`] names the first setting that cannot be used.
    pub fn validate(&self) -> Result<(), LearnError> {
        let refuse = |name, value: String, hint| Err(LearnError::Setting { name, value, hint });
        if self.steps == 0 || self.steps > 10_000_000 {
            return refuse("steps", self.steps.to_string(), "choose 1 to 10,000,000");
        }
        if !(0.0..=100.0).contains(&self.contrast) {
            return refuse("contrast", self.contrast.to_string(), "choose 0 (off) to 100, such as 1");
        }
        if self.batch == 0 || self.batch > 4096 {
            return refuse("batch", self.batch.to_string(), "choose 1 to 4096");
        }
        if self.particles < 2 || self.particles > 100_000 {
            return refuse("particles", self.particles.to_string(), "choose 2 to 100,000");
        }
        if self.pool == 0 || self.pool > 100_000 {
            return refuse("pool", self.pool.to_string(), "choose 1 to 100,000");
        }
        if !(self.learning_rate > 0.0 && self.learning_rate <= 1.0) {
            return refuse("learning_rate", self.learning_rate.to_string(), "choose a number above 0, such as 0.003");
        }
        if !(self.cutoff_l >= 1.0 && self.cutoff_l <= 20.0) {
            return refuse("cutoff_l", self.cutoff_l.to_string(), "choose 1 to 20 (in units of the particle distance)");
        }
        let [lo, hi] = self.sigma_range_l;
        if !(lo > 0.0 && hi > lo && hi <= 10.0) {
            return refuse("sigma_range_l", format!("{lo} to {hi}"), "choose 0 < least < greatest ≤ 10");
        }
        if !(self.kappa > 0.0 && self.kappa <= 100.0) {
            return refuse("kappa", self.kappa.to_string(), "choose a number above 0, such as 1");
        }
        if self.phi.iter().chain(&self.rho).any(|&n| n == 0 || n > MAX_WIDTH) {
            return refuse("phi and rho", format!("{:?} {:?}", self.phi, self.rho), "choose layer widths of 1 to 256");
        }
        Ok(())
    }
}
