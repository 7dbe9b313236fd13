//! The rule of a cloud and its mathematics in f64: the readable reference of every engine.

mod dictionary;
mod energy;
mod flow;
mod live;
mod mlp;
mod noise;
mod potential;

pub use dictionary::{Dictionary, DictionaryFlow, MAX_DEGREE, Terms, binomial};
pub use energy::{EnergyJet, LOG_SIGMA_OFFSET, PointEnergy};
pub use flow::{ExactPart, FlowReference, PointFlow, VelocityJet, exact_velocity};
pub use live::{LiveError, PointLive, WalkConstants, heun_step};
pub use mlp::{DenseLayer, Mlp, PAIR_INDEX, PAIRS, UnitJet};
pub use noise::shared_noise;
pub use potential::{Potential, TWIST_FEATURES, Wave};

use super::cloud::Standardisation;

/// Everything that moves walkers: the map to standardised coordinates, the energy and a flow.
#[derive(Debug, Clone, PartialEq)]
pub struct PointRule {
    /// 2 or 3.
    pub dim: usize,
    /// From the user's coordinates to mean 0 and spread 1.
    pub map: Standardisation,
    /// Range of σ that the energy was trained at, in standardised units.
    pub sigma_range: [f64; 2],
    /// `None` for a flow of the weak form that was learned without one: then nothing relaxes.
    pub energy: Option<PointEnergy>,
    /// What moves the walkers beside relaxation.
    pub flow: PointFlow,
}

impl PointRule {
    /// The energy's derivatives at `x`, zero without an energy.
    pub fn energy_jet(&self, x: [f64; 3], sigma: f64) -> EnergyJet {
        self.energy.as_ref().map_or_else(EnergyJet::default, |energy| energy.jet(x, sigma, self.dim))
    }

    /// Whether energy and flow have the shapes that the dimension asks for and are there when needed.
    pub fn is_whole(&self) -> bool {
        (2..=3).contains(&self.dim)
            && self.flow.fits(self.dim)
            && self.energy.as_ref().is_none_or(|energy| energy.net.fits(self.dim + 1, 1))
            && !(self.flow.needs_energy() && self.energy.is_none())
    }
}

#[cfg(test)]
mod tests;
