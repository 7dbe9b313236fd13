//! Knobs that swing about their values while time runs.

use serde::{Deserialize, Serialize};

use super::{Knob, LiveSettings};

/// How a knob swings about its value while time runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Swing {
    /// How far to each side, in the unit of the knob.
    pub amplitude: f64,
    /// Time of one swing, s.
    pub period_s: f64,
}

impl Swing {
    /// The longest and the shortest swing that a person can follow.
    pub const PERIODS_S: [f64; 2] = [0.5, 60.0];

    /// The swing within what can be meant; `None` when a number is not finite.
    pub fn usable(self) -> Option<Self> {
        let [shortest, longest] = Self::PERIODS_S;
        (self.amplitude.is_finite() && self.period_s.is_finite())
            .then(|| Self { period_s: self.period_s.clamp(shortest, longest), ..self })
    }

    /// How far from its value the knob is after `seconds`.
    fn offset(self, seconds: f64) -> f64 {
        // A file may hold any value.
        let period_s = self.period_s.max(Self::PERIODS_S[0]);
        self.amplitude * (std::f64::consts::TAU * (seconds / period_s).fract()).sin()
    }
}

/// All knobs that swing; each at most once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Swings {
    list: Vec<(Knob, Swing)>,
}

impl Swings {
    /// Whether no knob swings.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The knobs that swing, and how.
    pub fn iter(&self) -> impl Iterator<Item = (Knob, Swing)> + '_ {
        self.list.iter().copied()
    }

    /// The swing of a knob, if it swings.
    pub fn of(&self, knob: Knob) -> Option<Swing> {
        self.iter().find(|(k, _)| *k == knob).map(|(_, swing)| swing)
    }

    /// Lets a knob swing, or rest. What cannot be meant lets it rest, too.
    pub fn set(&mut self, knob: Knob, swing: Option<Swing>) {
        let place = self.list.iter().position(|(k, _)| *k == knob);
        match (swing.and_then(Swing::usable), place) {
            (Some(swing), Some(at)) => self.list[at].1 = swing,
            (Some(swing), None) => self.list.push((knob, swing)),
            (None, Some(at)) => _ = self.list.remove(at),
            (None, None) => {}
        }
    }

    /// Moves the knobs of `live` to where they are after `seconds` of swinging.
    pub fn shift(&self, live: &mut LiveSettings, seconds: f64, sigma_range_l: [f64; 2]) {
        for (knob, swing) in self.iter() {
            knob.shift(live, swing.offset(seconds), sigma_range_l);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_knob_swings_and_rests_when_stopped() {
        let swing = |amplitude, period_s| Some(Swing { amplitude, period_s });
        let mut swings = Swings::default();
        swings.set(Knob::Strength, swing(1.0, 4.0));
        swings.set(Knob::Cruise(Some(2)), swing(0.5, 1e9));
        swings.set(Knob::Strength, swing(2.0, 0.0));
        assert_eq!(swings.of(Knob::Strength), swing(2.0, Swing::PERIODS_S[0]));
        assert_eq!(swings.of(Knob::Cruise(Some(2))), swing(0.5, Swing::PERIODS_S[1]));
        assert_eq!((swings.of(Knob::Cruise(None)), swings.iter().count()), (None, 2));
        swings.set(Knob::Strength, swing(f64::NAN, 1.0));
        swings.set(Knob::Cruise(Some(2)), None);
        assert!(swings.is_empty());
    }

    #[test]
    fn one_species_swings_while_the_others_rest() {
        let mut swings = Swings::default();
        swings.set(Knob::Cruise(Some(1)), Some(Swing { amplitude: 0.5, period_s: 4.0 }));
        let mut live = LiveSettings::default();
        swings.shift(&mut live, 1.0, [0.1, 0.8]);
        assert_eq!(live.knobs.cruise[..3], [1.0, 1.5, 1.0], "a quarter of the period");
    }
}
