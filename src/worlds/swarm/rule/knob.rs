//! The numbers of the live settings that a person may turn, each with its range and its usual value.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::LiveSettings;
use crate::worlds::swarm::picture::MAX_SPECIES;

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

impl Knob {
    /// What it stands at; for all species at once, what the first of them stands at.
    pub fn get(self, live: &LiveSettings) -> f64 {
        match self {
            Self::Temperature => live.sigma_l,
            Self::Strength => live.strength,
            Self::Relaxation => live.relaxation,
            Self::StepFactor => live.step_factor,
            Self::Window(species) => live.knobs.window_l[index(species)],
            Self::Cruise(species) => live.knobs.cruise[index(species)],
            Self::Strafe(species) => live.knobs.strafe[index(species)],
            Self::Swirl(species) => live.knobs.swirl[index(species)],
        }
    }

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
        let species = match self {
            Self::Cruise(species) | Self::Strafe(species) | Self::Swirl(species) | Self::Window(species) => species,
            _ => None,
        };
        let all: &mut [f64] = match self {
            Self::Temperature => std::slice::from_mut(&mut live.sigma_l),
            Self::Strength => std::slice::from_mut(&mut live.strength),
            Self::Relaxation => std::slice::from_mut(&mut live.relaxation),
            Self::StepFactor => std::slice::from_mut(&mut live.step_factor),
            Self::Cruise(_) => &mut live.knobs.cruise,
            Self::Strafe(_) => &mut live.knobs.strafe,
            Self::Swirl(_) => &mut live.knobs.swirl,
            Self::Window(_) => &mut live.knobs.window_l,
        };
        let meant = match species {
            Some(_) => &mut all[index(species)..=index(species)],
            None => all,
        };
        for value in meant {
            *value = new(*value);
        }
    }

    /// What sliders offer. The temperature is that of the training.
    pub fn range(self, sigma_range_l: [f64; 2]) -> RangeInclusive<f64> {
        match self {
            Self::Temperature => sigma_range_l[0]..=sigma_range_l[1],
            Self::Strength => 0.0..=20.0,
            Self::Relaxation => 0.0..=5.0,
            Self::StepFactor => 0.005..=0.3,
            Self::Window(_) => 0.0..=6.0,
            Self::Cruise(_) | Self::Strafe(_) | Self::Swirl(_) => -5.0..=5.0,
        }
    }

    /// The value that nobody has touched.
    pub fn usual(self) -> f64 {
        self.get(&LiveSettings::default())
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
        let of_flow = |s| [Knob::Cruise(s), Knob::Strafe(s), Knob::Swirl(s), Knob::Window(s)];
        let plain = [Knob::Temperature, Knob::Strength, Knob::Relaxation, Knob::StepFactor];
        plain.into_iter().chain(of_flow(None)).chain(of_flow(Some(2))).collect()
    }

    #[test]
    fn each_knob_turns_its_own_number_and_no_other() {
        for knob in every() {
            let mut live = LiveSettings::default();
            knob.set(&mut live, 0.2);
            assert_eq!(knob.get(&live), 0.2, "{knob:?}");
            knob.set(&mut live, knob.usual());
            assert_eq!(live, LiveSettings::default(), "{knob:?}");
            assert!(knob.range(RANGE_L).contains(&knob.usual()), "{knob:?}");
        }
        let mut live = LiveSettings::default();
        Knob::Cruise(Some(2)).set(&mut live, 3.0);
        assert_eq!(live.knobs.cruise, [1.0, 1.0, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
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
