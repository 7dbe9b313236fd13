//! The numbers of the live settings that the user may change, each with its range and its default.

use std::ops::RangeInclusive;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::LiveSettings;
use crate::worlds::studio::{KnobGroup, KnobScale, KnobSpec};
use crate::worlds::swarm::picture::MAX_SPECIES;

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

/// A number of the live settings. Those of the exact flow are of one species, or (`None`) of all at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Knob {
    /// σ, ℓ.
    Temperature,
    /// γ.
    Strength,
    /// η.
    Relaxation,
    /// c of dt = c σ².
    StepFactor,
    /// ρ, ℓ.
    Window(Option<u8>),
    /// u, ℓ per time.
    Cruise(Option<u8>),
    /// w, ℓ per time.
    Strafe(Option<u8>),
    /// χ, ℓ² per time.
    Swirl(Option<u8>),
}

/// A row of the table of knobs: sliders, swings, options of the command line, validation, reset and the shaders follow it.
pub struct SwarmKnob {
    /// Names, unit, range, and as bounds what the integrator can use. Those of the training bound the temperature as well.
    pub spec: KnobSpec,
    /// Magnitudes that *Surprise me* draws; `None`: it does not draw this knob.
    pub surprise: Option<[f64; 2]>,
    /// Of one species, or of all; knobs of the whole swarm have no use for it.
    knob: fn(Option<u8>) -> Knob,
    values: fn(&LiveSettings) -> &[f64],
    values_mut: fn(&mut LiveSettings) -> &mut [f64],
    scope: KnobScope,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KnobScope {
    Swarm,
    /// A constant of the exact flow: one number for each species.
    Species,
}

const MAX_SPEED: f64 = LiveSettings::MAX_KNOB;

/// Fast enough to be seen, slow enough for the time step.
const SURPRISE_SPEEDS: [f64; 2] = [0.6, 1.4];

/// All knobs, in the order of the panel.
pub const SWARM_KNOBS: [SwarmKnob; 8] = [
    SwarmKnob {
        spec: KnobSpec::new(
            ("sigma_l", "Temperature", "σ", "ℓ"),
            "σ, the temperature, in ℓ: how much the pattern trembles. Within the range the rule was trained at",
            0.13,
            [0.1, 0.8],
            KnobScale::Logarithmic,
            KnobGroup::Live,
        )
        .bounded([1e-3, 10.0])
        .with_option("sigma"),
        surprise: None,
        knob: |_| Knob::Temperature,
        values: |live| std::slice::from_ref(&live.sigma_l),
        values_mut: |live| std::slice::from_mut(&mut live.sigma_l),
        scope: KnobScope::Swarm,
    },
    SwarmKnob {
        spec: KnobSpec::new(
            ("strength", "Strength", "γ", ""),
            "γ, strength of the flow: how fast it moves",
            3.0,
            [0.0, 20.0],
            KnobScale::Linear,
            KnobGroup::Live,
        )
        .bounded([0.0, LiveSettings::MAX_KNOB]),
        // Of a learned flow; the strength of an exact one follows from its time step.
        surprise: Some([2.0, 7.0]),
        knob: |_| Knob::Strength,
        values: |live| std::slice::from_ref(&live.strength),
        values_mut: |live| std::slice::from_mut(&mut live.strength),
        scope: KnobScope::Swarm,
    },
    SwarmKnob {
        spec: KnobSpec::new(
            ("relaxation", "Relaxation", "η", ""),
            "η, rate of relaxation: how fast the pattern relaxes; at 0 it never does",
            1.0,
            [0.0, 5.0],
            KnobScale::Linear,
            KnobGroup::Live,
        )
        .bounded([0.0, LiveSettings::MAX_KNOB]),
        surprise: Some([0.6, 2.0]),
        knob: |_| Knob::Relaxation,
        values: |live| std::slice::from_ref(&live.relaxation),
        values_mut: |live| std::slice::from_mut(&mut live.relaxation),
        scope: KnobScope::Swarm,
    },
    SwarmKnob {
        spec: KnobSpec::new(
            ("step_factor", "Time step", "c", ""),
            "c: one step of time is c σ², less where the flow is fast. Smaller is finer and slower",
            0.1,
            [0.005, 0.3],
            KnobScale::Logarithmic,
            KnobGroup::Live,
        )
        .bounded([1e-6, 1.0]),
        surprise: None,
        knob: |_| Knob::StepFactor,
        values: |live| std::slice::from_ref(&live.step_factor),
        values_mut: |live| std::slice::from_mut(&mut live.step_factor),
        scope: KnobScope::Swarm,
    },
    SwarmKnob {
        spec: KnobSpec::new(
            ("cruise", "Cruise", "u", "ℓ per time"),
            "u, forward speed, ℓ per time. Flocks need a window to drift together",
            1.0,
            [-5.0, 5.0],
            KnobScale::Linear,
            KnobGroup::Live,
        )
        .bounded([-MAX_SPEED, MAX_SPEED]),
        surprise: Some(SURPRISE_SPEEDS),
        knob: Knob::Cruise,
        values: |live| &live.knobs.cruise,
        values_mut: |live| &mut live.knobs.cruise,
        scope: KnobScope::Species,
    },
    SwarmKnob {
        spec: KnobSpec::new(
            ("strafe", "Strafe", "w", "ℓ per time"),
            "w, sideways speed, ℓ per time",
            0.0,
            [-5.0, 5.0],
            KnobScale::Linear,
            KnobGroup::Live,
        )
        .bounded([-MAX_SPEED, MAX_SPEED]),
        surprise: Some(SURPRISE_SPEEDS),
        knob: Knob::Strafe,
        values: |live| &live.knobs.strafe,
        values_mut: |live| &mut live.knobs.strafe,
        scope: KnobScope::Species,
    },
    SwarmKnob {
        spec: KnobSpec::new(
            ("swirl", "Swirl", "χ", "ℓ² per time"),
            "χ, how much the pull of the pattern is turned by a right angle: particles circle their places",
            0.0,
            [-5.0, 5.0],
            KnobScale::Linear,
            KnobGroup::Live,
        )
        .bounded([-MAX_SPEED, MAX_SPEED]),
        surprise: Some(SURPRISE_SPEEDS),
        knob: Knob::Swirl,
        values: |live| &live.knobs.swirl,
        values_mut: |live| &mut live.knobs.swirl,
        scope: KnobScope::Species,
    },
    SwarmKnob {
        spec: KnobSpec::new(
            ("window_l", "Window", "ρ", "ℓ"),
            "ρ, how far the flow couples headings, in ℓ: larger windows let the flock drift as one",
            3.0,
            [0.0, 6.0],
            KnobScale::Linear,
            KnobGroup::Live,
        )
        .bounded([0.0, LiveSettings::MAX_WINDOW_L])
        .with_option("window"),
        // Wide enough to move together, narrow enough for the time step.
        surprise: Some([1.2, 2.6]),
        knob: Knob::Window,
        values: |live| &live.knobs.window_l,
        values_mut: |live| &mut live.knobs.window_l,
        scope: KnobScope::Species,
    },
];

/// Constants of the exact flow that each species has.
pub const SPECIES_KNOBS: usize = {
    let (mut count, mut k) = (0, 0);
    while k < SWARM_KNOBS.len() {
        count += matches!(SWARM_KNOBS[k].scope, KnobScope::Species) as usize;
        k += 1;
    }
    count
};

/// The constants of the exact flow, in the order of the table.
pub fn species_knobs() -> impl Iterator<Item = &'static SwarmKnob> {
    SWARM_KNOBS.iter().filter(|row| row.is_per_species())
}

impl SwarmKnob {
    /// Whether it has a value for each species.
    pub fn is_per_species(&self) -> bool {
        self.scope == KnobScope::Species
    }

    /// The knob of one species, or of all.
    pub fn knob(&self, species: Option<u8>) -> Knob {
        (self.knob)(species)
    }

    /// One number, or one for each species.
    pub fn values<'a>(&self, live: &'a LiveSettings) -> &'a [f64] {
        (self.values)(live)
    }

    /// Its values in `live`, one or one for each species.
    pub fn values_mut<'a>(&self, live: &'a mut LiveSettings) -> &'a mut [f64] {
        (self.values_mut)(live)
    }

    /// The path of its field in a scene file.
    pub fn path(&self) -> String {
        if self.is_per_species() { format!("knobs.{}", self.spec.id) } else { self.spec.id.to_owned() }
    }
}

impl Knob {
    /// The species that it turns; `None`: all of them.
    pub fn species(self) -> Option<u8> {
        match self {
            Self::Window(species) | Self::Cruise(species) | Self::Strafe(species) | Self::Swirl(species) => species,
            Self::Temperature | Self::Strength | Self::Relaxation | Self::StepFactor => None,
        }
    }

    fn row(self) -> &'static SwarmKnob {
        let species = self.species();
        SWARM_KNOBS.iter().find(|row| row.knob(species) == self).expect("every knob has a row: see the tests")
    }

    /// Magnitudes that *Surprise me* draws; `None`: it does not draw this knob.
    pub fn surprise(self) -> Option<[f64; 2]> {
        self.row().surprise
    }

    /// Its row in the table.
    pub fn spec(self) -> &'static KnobSpec {
        &self.row().spec
    }

    /// Its value; for all species at once, that of the first.
    pub fn get(self, live: &LiveSettings) -> f64 {
        let values = self.row().values(live);
        values[index(self.species()) % values.len()]
    }

    /// Sets it in `live`; the range is not checked.
    pub fn set(self, live: &mut LiveSettings, value: f64) {
        self.change(live, |_| value);
    }

    /// Moves it by `by`, each species from where it is, within the range.
    pub fn shift(self, live: &mut LiveSettings, by: f64, sigma_range_l: [f64; 2]) {
        let range = self.range(sigma_range_l);
        self.change(live, |value| {
            // What is outside already stays there.
            let (low, high) = (range.start().min(value), range.end().max(value));
            (value + by).clamp(low, high)
        });
    }

    fn change(self, live: &mut LiveSettings, new: impl Fn(f64) -> f64) {
        let values = self.row().values_mut(live);
        let meant = match self.species() {
            Some(_) => std::slice::from_mut(&mut values[index(self.species())]),
            None => values,
        };
        for value in meant {
            *value = new(*value);
        }
    }

    /// What sliders offer. The temperature is that of the training.
    pub fn range(self, sigma_range_l: [f64; 2]) -> RangeInclusive<f64> {
        let [low, high] = if self == Self::Temperature { sigma_range_l } else { self.spec().range };
        low..=high
    }

    /// The default, as in the table.
    pub fn default_value(self) -> f64 {
        self.spec().default
    }
}

fn index(species: Option<u8>) -> usize {
    usize::from(species.unwrap_or(0)) % MAX_SPECIES
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANGE_L: [f64; 2] = [0.1, 0.8];

    fn every() -> Vec<Knob> {
        let of = |species| SWARM_KNOBS.iter().map(move |row| row.knob(species));
        of(None).chain(of(Some(2)).filter(|knob| knob.species().is_some())).collect()
    }

    #[test]
    fn defaults_are_those_of_the_settings_and_within_bounds() {
        let live = LiveSettings::default();
        for row in &SWARM_KNOBS {
            let SwarmKnob { spec, surprise, .. } = row;
            assert!(row.values(&live).iter().all(|value| *value == spec.default), "{}", spec.id);
            let [low, high] = spec.range;
            assert!((low..=high).contains(&spec.default) && spec.allows(low) && spec.allows(high), "{}", spec.id);
            assert!(surprise.is_none_or(|[from, to]| low <= from && from < to && to <= high), "{}", spec.id);
            assert_eq!(row.is_per_species(), row.values(&live).len() > 1, "{}", spec.id);
        }
        assert_eq!(species_knobs().count(), SPECIES_KNOBS);
    }

    #[test]
    fn each_knob_turns_its_own_number_and_no_other() {
        for knob in every() {
            let mut live = LiveSettings::default();
            knob.set(&mut live, 0.2);
            assert_eq!(knob.get(&live), 0.2, "{knob:?}");
            knob.set(&mut live, knob.default_value());
            assert_eq!(live, LiveSettings::default(), "{knob:?}");
            assert!(knob.range(RANGE_L).contains(&knob.default_value()), "{knob:?}");
        }
        let mut live = LiveSettings::default();
        Knob::Cruise(Some(2)).set(&mut live, 3.0);
        assert_eq!(live.knobs.cruise, [1.0, 1.0, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
    }

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
    fn a_shift_keeps_the_differences_of_the_species_and_the_range() {
        let mut live = LiveSettings::default();
        Knob::Cruise(Some(1)).set(&mut live, -2.0);
        Knob::Cruise(None).shift(&mut live, 0.5, RANGE_L);
        assert_eq!(live.knobs.cruise[..3], [1.5, -1.5, 1.5]);
        Knob::Temperature.shift(&mut live, 9.0, RANGE_L);
        assert_eq!(live.sigma_l, 0.8);
    }
}
