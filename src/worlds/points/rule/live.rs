//! How walkers move: knobs, the drift and one Heun step in f64.

use super::noise::shared_noise;
use super::{FlowReference, PointRule};
use crate::gpu::shader_words;

/// The knobs of live walkers.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct PointLive {
    /// γ, factor of the flow; its root mean square speed is 1 pattern spread per time.
    pub strength: f64,
    /// η, factor of score and noise; without an energy it has no effect.
    pub relaxation: f64,
    /// σ of the energy, in standardised units.
    pub sigma: f64,
    /// Runs the flow backwards: a still cloud does not show the sense of time.
    pub reversed: bool,
}

impl Default for PointLive {
    fn default() -> Self {
        Self { strength: 1.0, relaxation: 0.1, sigma: 0.1, reversed: false }
    }
}

shader_words! {
    /// What the knobs amount to in a step, the same on the processor and in the shaders.
    pub struct WalkConstants {
        /// Factor of the flow, with its sign.
        gamma,
        /// Factor of the score.
        eta,
        /// Time.
        dt,
        /// √(2 η dt).
        noise,
    }
}

/// Why settings do not fit a rule.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum LiveError {
    #[error("{name} is {value} and must be between {low} and {high}; choose a value in that range")]
    Range { name: &'static str, value: f64, low: f64, high: f64 },
    #[error(
        "the rule is damaged: its networks do not fit {dim} dimensions or it lacks the energy of its flow; learn it again"
    )]
    Damaged { dim: usize },
}

impl PointLive {
    /// # Errors
    /// Knobs out of range, a rule that is not whole.
    pub fn validate(&self, rule: &PointRule) -> Result<(), LiveError> {
        if !rule.is_whole() {
            return Err(LiveError::Damaged { dim: rule.dim });
        }
        let [low, high] = rule.sigma_range;
        let sigma = rule.energy.is_some().then_some(("sigma", self.sigma, low, high));
        let knobs = [("strength", self.strength, 0.0, 20.0), ("relaxation", self.relaxation, 0.0, 20.0)];
        for (name, value, low, high) in knobs.into_iter().chain(sigma) {
            if !(low - 1e-9..=high + 1e-9).contains(&value) {
                return Err(LiveError::Range { name, value, low, high });
            }
        }
        Ok(())
    }

    /// Factor of the flow, with the sense of time.
    pub fn signed_strength(&self) -> f64 {
        if self.reversed { -self.strength } else { self.strength }
    }

    /// η where there is an energy to relax in.
    pub fn relaxation_of(&self, rule: &PointRule) -> f64 {
        if rule.energy.is_some() { self.relaxation } else { 0.0 }
    }

    /// What a step under `rule` takes.
    pub fn constants(&self, rule: &PointRule) -> WalkConstants {
        let (eta, dt) = (self.relaxation_of(rule), self.time_step(rule));
        let noise = (2.0 * eta * dt).sqrt() as f32;
        WalkConstants { gamma: self.signed_strength() as f32, eta: eta as f32, dt: dt as f32, noise }
    }

    /// Time of one step: a walker crosses at most about a hundredth of the cloud by its flow, and a tenth of the
    /// relaxation time σ²/η of the energy's steepest wells.
    pub fn time_step(&self, rule: &PointRule) -> f64 {
        /// Distance of a typical step by the flow.
        const FLOW_STEP: f64 = 0.01;
        /// Share of the relaxation time.
        const RELAXATION_STEP: f64 = 0.1;
        let by_flow = FLOW_STEP / self.strength.max(0.1);
        let relaxation = self.relaxation_of(rule);
        if relaxation > 0.0 { by_flow.min(RELAXATION_STEP * self.sigma * self.sigma / relaxation) } else { by_flow }
    }
}

/// One Heun step with shared noise of dX = γ V dt + η s dt + √(2η) dW, in standardised coordinates.
pub fn heun_step(rule: &PointRule, live: &PointLive, x: [f64; 3], walker: u32, step: u32, seed: u64) -> [f64; 3] {
    let reference = FlowReference::new(&rule.flow, rule.dim);
    let (gamma, eta, dt) = (live.signed_strength(), live.relaxation_of(rule), live.time_step(rule));
    let drift = |x: [f64; 3]| -> [f64; 3] {
        let energy = rule.energy_jet(x, live.sigma);
        let v = reference.jet(x, &energy).velocity;
        std::array::from_fn(|i| gamma * v[i] + eta * energy.score[i])
    };
    let mut noise = shared_noise(walker, step, seed).map(|n| (2.0 * eta * dt).sqrt() * f64::from(n));
    noise[rule.dim..].fill(0.0);
    let first = drift(x);
    let predicted = std::array::from_fn(|i| x[i] + dt * first[i] + noise[i]);
    let second = drift(predicted);
    std::array::from_fn(|i| x[i] + 0.5 * dt * (first[i] + second[i]) + noise[i])
}
