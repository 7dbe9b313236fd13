//! What a person may turn while the rule runs. No knob changes the kept distribution (design, equations 2 and 3).

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::species_knobs;
use crate::worlds::swarm::picture::MAX_SPECIES;

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
/// With g_i = u_i n⊥_i + w_i n_i and window q_ij = (1 - (r_ij/ρ_i)²)² (q_ii = 1, and q_ij = 0 for ρ_i = 0 or beyond ρ_i):
///
/// ```text
/// v_x,i = u_i n_i - w_i n⊥_i - g_i Σ_j q_ij s_θ,j + χ_i J s_x,i
/// v_θ,j = Σ_i [ q_ij g_i · s_x,i + g_i · ∇_i q_ij ]
/// ```
///
/// For ρ = 0 this is equation (2) of the design, for w = χ = 0 and one ρ for all equation (3). The window may differ from
/// species to species, as q_ij and q_ji need not be equal: see `flow_exact`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Knobs {
    /// u, propulsion along the heading, ℓ per time.
    pub cruise: [f64; MAX_SPECIES],
    /// w, sideways propulsion, ℓ per time.
    pub strafe: [f64; MAX_SPECIES],
    /// χ, rotation of the score by a quarter turn, ℓ² per time.
    pub swirl: [f64; MAX_SPECIES],
    /// ρ, radius of the window, ℓ. In files also one number for all.
    #[serde(deserialize_with = "one_or_each")]
    pub window_l: [f64; MAX_SPECIES],
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            cruise: [1.0; MAX_SPECIES],
            strafe: [0.0; MAX_SPECIES],
            swirl: [0.0; MAX_SPECIES],
            window_l: [3.0; MAX_SPECIES],
        }
    }
}

impl Knobs {
    /// The largest radius of the window, ℓ.
    pub fn widest_window_l(&self) -> f64 {
        self.window_l.iter().copied().fold(0.0, f64::max)
    }
}

/// Earlier files have one number for all species.
fn one_or_each<'de, D: Deserializer<'de>>(from: D) -> Result<[f64; MAX_SPECIES], D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrEach {
        One(f64),
        Each([f64; MAX_SPECIES]),
    }
    let why = |_| D::Error::custom(format!("window_l is one number, or {MAX_SPECIES} of them in parentheses"));
    Ok(match OneOrEach::deserialize(from).map_err(why)? {
        OneOrEach::One(all) => [all; MAX_SPECIES],
        OneOrEach::Each(each) => each,
    })
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
    fn the_window_is_read_as_one_number_or_as_one_for_each_species() {
        let read = |text: &str| ron::from_str::<Knobs>(text).map(|knobs| knobs.window_l);
        assert_eq!(read("(window_l: 2.5)").unwrap(), [2.5; MAX_SPECIES]);
        assert_eq!(read("(window_l: 2)").unwrap(), [2.0; MAX_SPECIES]);
        let each = Knobs { window_l: std::array::from_fn(|c| c as f64), ..Knobs::default() };
        assert_eq!(ron::from_str::<Knobs>(&ron::to_string(&each).unwrap()).unwrap(), each);
        let why = read("(window_l: \"wide\")").unwrap_err().to_string();
        assert!(why.contains("window_l is one number"), "{why}");
    }

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
