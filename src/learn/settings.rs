//! What a training run is asked to do. Saved in the scene file.

use serde::{Deserialize, Serialize};

use crate::rule::FlowKind;

/// What must not vanish while the flow network is trained (design, section 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Drive {
    /// Forward motion: the flow flies where the particles point.
    #[default]
    Forward,
    /// Any motion, as in the paper.
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrainingSettings {
    pub seed: u64,
    /// Optimiser steps of the energy.
    pub steps: usize,
    /// Optimiser steps of the flow network; used when `flow` is [`FlowKind::Learned`].
    pub flow_steps: usize,
    /// [`FlowKind::Learned`] trains a flow network after the energy; the others train the energy alone.
    pub flow: FlowKind,
    pub drive: Drive,
    /// Configurations in a batch.
    pub batch: usize,
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
    pub rho: [usize; 2],
}

impl Default for TrainingSettings {
    fn default() -> Self {
        Self {
            seed: 1,
            steps: 3000,
            flow_steps: 1200,
            flow: FlowKind::Learned,
            drive: Drive::Forward,
            batch: 16,
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
