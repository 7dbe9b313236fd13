//! What a person may turn while the rule runs. No knob changes the kept distribution (design, equations 2 and 3).

use serde::{Deserialize, Serialize};

use crate::snapshot::MAX_SPECIES;

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

/// Constants of the exact flow, per species.
///
/// With g_i = u_i n⊥_i + w_i n_i and window q_ij = (1 - (r_ij/ρ)²)² (q_ii = 1, and q_ij = 0 for ρ = 0):
///
/// ```text
/// v_x,i = u_i n_i - w_i n⊥_i - g_i Σ_j q_ij s_θ,j + χ_i J s_x,i
/// v_θ,j = Σ_i [ q_ij g_i · s_x,i + g_i · ∇_i q_ij ]
/// ```
///
/// For ρ = 0 this is equation (2) of the design, for w = χ = 0 equation (3).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Knobs {
    /// u, propulsion along the heading, ℓ per time.
    pub cruise: [f64; MAX_SPECIES],
    /// w, sideways propulsion, ℓ per time.
    pub strafe: [f64; MAX_SPECIES],
    /// χ, rotation of the score by a quarter turn, ℓ² per time.
    pub swirl: [f64; MAX_SPECIES],
    /// ρ, radius of the window, ℓ.
    pub window_l: f64,
}

impl Default for Knobs {
    fn default() -> Self {
        Self { cruise: [1.0; MAX_SPECIES], strafe: [0.0; MAX_SPECIES], swirl: [0.0; MAX_SPECIES], window_l: 3.0 }
    }
}

/// Live dynamics: dX = (γ V + η D s) dt + √(2 η D) dW with D = diag(1, 1, κ²), dt = c σ² (limited, see the integrator).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LiveSettings {
    /// σ, the temperature: the noise level whose distribution is kept, ℓ.
    pub sigma_l: f64,
    pub flow: FlowKind,
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

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            sigma_l: 0.13,
            flow: FlowKind::Exact,
            knobs: Knobs::default(),
            strength: 4.0,
            relaxation: 1.0,
            step_factor: 0.1,
            denoised: true,
        }
    }
}
