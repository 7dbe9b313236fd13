//! What a rule runs under. No setting changes the kept distribution (design, equations 2 and 3).

use serde::{Deserialize, Serialize};

use super::{Knobs, species_knobs};

/// Which probability-preserving flow moves the swarm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FlowKind {
    /// Relaxation and noise only.
    None,
    /// The training-free flow with the windowed coupling of [`Knobs`].
    #[default]
    Exact,
    /// The learned flow network.
    Learned,
}

/// Live dynamics: dX = (γ V + η D s) dt + √(2 η D) dW with D = diag(1, 1, κ²), dt = c σ² (limited, see the integrator).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LiveSettings {
    /// σ, the temperature: the noise level whose distribution is kept, ℓ.
    pub sigma_l: f64,
    /// Which flow moves the swarm.
    pub flow: FlowKind,
    /// Constants of the exact flow.
    pub knobs: Knobs,
    /// γ, strength of the flow. At 1 a swarm would swim one ℓ while its noise is renewed some sixty times (at σ = 0.13 ℓ):
    /// too slow to be seen.
    pub strength: f64,
    /// η, rate of relaxation; 0 never relaxes.
    pub relaxation: f64,
    /// c in dt = c σ².
    pub step_factor: f64,
    /// Show Tweedie's denoised positions x̂ = x + σ² s_x instead of the noisy ones.
    pub denoised: bool,
}

impl LiveSettings {
    /// γ V + η D s of one particle, in the reference and on the processor; `velocity` is V at γ = 1, `mobility` the
    /// diagonal of D.
    pub fn drift(&self, mobility: [f64; 3], velocity: &[f64; 3], score: &[f64; 3]) -> [f64; 3] {
        std::array::from_fn(|axis| self.strength * velocity[axis] + self.relaxation * mobility[axis] * score[axis])
    }

    /// The numbers that move a swarm of so many species, the others at their defaults. Two settings move a swarm alike
    /// when these are equal.
    pub fn that_move(&self, species: usize) -> Self {
        let default = Self::default();
        let mut live = Self { denoised: default.denoised, ..*self };
        match live.flow {
            FlowKind::Exact => {
                for knob in species_knobs() {
                    knob.values_mut(&mut live).iter_mut().skip(species).for_each(|value| *value = knob.spec.default);
                }
            }
            FlowKind::Learned => live.knobs = default.knobs,
            FlowKind::None => (live.knobs, live.strength) = (default.knobs, default.strength),
        }
        live
    }
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            sigma_l: 0.13,
            flow: FlowKind::Exact,
            knobs: Knobs::default(),
            strength: 3.0,
            relaxation: 1.0,
            step_factor: 0.1,
            denoised: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_move_alike_are_equal_and_others_are_not() {
        let default = LiveSettings::default();
        let alike = |live: LiveSettings| live.that_move(2) == default.that_move(2);
        let knobs = |change: fn(&mut Knobs)| {
            let mut live = default;
            change(&mut live.knobs);
            live
        };
        assert!(alike(LiveSettings { denoised: false, ..default }));
        assert!(alike(knobs(|k| k.swirl[2] = 1.0)), "of a species that is not there");
        assert!(!alike(knobs(|k| k.swirl[1] = 1.0)) && !alike(knobs(|k| k.window_l[1] = 1.0)));
        for other in [
            LiveSettings { sigma_l: 0.2, ..default },
            LiveSettings { flow: FlowKind::Learned, ..default },
            LiveSettings { strength: 1.0, ..default },
            LiveSettings { relaxation: 2.0, ..default },
            LiveSettings { step_factor: 0.05, ..default },
        ] {
            assert!(!alike(other), "{other:?}");
        }
        let learned = LiveSettings { flow: FlowKind::Learned, ..default };
        let turned = LiveSettings { flow: FlowKind::Learned, ..knobs(|k| k.cruise[0] = 5.0) };
        assert_eq!(learned.that_move(2), turned.that_move(2), "knobs are those of the exact flow");
    }
}
