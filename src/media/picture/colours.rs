//! The colour of a particle in a written picture: as in `shaders/swarm/view.wgsl` for the window.

use std::f64::consts::TAU;

use super::PictureStyle;
use super::canvas::mix;
use crate::media::looks::{ColourBy, RAMP, linear};
use crate::worlds::swarm::picture::{MAX_SPECIES, Particle};

/// Linear red, green, blue.
pub(super) type Light = [f32; 3];

pub(super) struct Colours {
    by: ColourBy,
    palette: [Light; MAX_SPECIES],
    ramp: [Light; RAMP],
    range: [f64; 2],
}

impl Colours {
    pub fn new(style: &PictureStyle) -> Self {
        Self {
            by: style.colour_by,
            palette: style.palette.map(|colour| colour.map(linear)),
            ramp: style.colour_by.ramp(style.theme).map(|colour| colour.map(linear)),
            range: style.range,
        }
    }

    /// `measure`: energy and speed, where they are known.
    pub fn of(&self, particle: &Particle, measure: Option<&[f32; 2]>) -> Light {
        let number = match (self.by, measure) {
            (ColourBy::Heading, _) => return self.around(particle.heading / TAU),
            (ColourBy::Energy, Some(measure)) => f64::from(measure[0]),
            (ColourBy::Speed, Some(measure)) => f64::from(measure[1]),
            (ColourBy::Species, _) | (_, None) => return self.palette[usize::from(particle.species) % MAX_SPECIES],
        };
        let [low, high] = self.range;
        let share = (number - low) / (high - low);
        self.along(if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 })
    }

    /// The colour of a heading, in turns.
    fn around(&self, turns: f64) -> Light {
        let place = RAMP as f64 * turns.rem_euclid(1.0);
        let low = place as usize % RAMP;
        mix(self.ramp[low], self.ramp[(low + 1) % RAMP], place.fract() as f32)
    }

    /// The colour of a number, as its share of the range.
    fn along(&self, share: f64) -> Light {
        let place = (RAMP - 1) as f64 * share;
        let low = (place as usize).min(RAMP - 2);
        mix(self.ramp[low], self.ramp[low + 1], (place - low as f64) as f32)
    }

    /// Colours that represent all that occur among `species` species: at most `max_count` where they are a ramp.
    pub fn samples(&self, species: usize, max_count: usize) -> Vec<Light> {
        let share = |k: usize, of: usize| k as f64 / of as f64;
        match self.by {
            ColourBy::Species => self.palette[..species.clamp(1, MAX_SPECIES)].to_vec(),
            ColourBy::Heading => (0..max_count).map(|k| self.around(share(k, max_count))).collect(),
            ColourBy::Speed | ColourBy::Energy => (0..max_count).map(|k| self.along(share(k, max_count - 1))).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_tells_what_it_is_asked_to_tell() {
        let at = |heading, species| Particle { heading, species, ..Particle::default() };
        let of = |by, particle: Particle, measure| {
            let style = PictureStyle { colour_by: by, range: [1.0, 3.0], ..PictureStyle::default() };
            Colours::new(&style).of(&particle, measure)
        };
        use ColourBy::{Energy, Heading, Species, Speed};
        assert_eq!(of(Species, at(0.0, 2), None), of(Species, at(2.0, 2), Some(&[5.0, 5.0])));
        assert_ne!(of(Species, at(0.0, 2), None), of(Species, at(0.0, 3), None));
        assert_eq!(of(Heading, at(0.0, 2), None), of(Heading, at(TAU, 3), None));
        assert_ne!(of(Heading, at(0.0, 2), None), of(Heading, at(3.0, 2), None));
        assert_ne!(of(Energy, at(0.0, 0), Some(&[1.0, 9.0])), of(Energy, at(0.0, 0), Some(&[3.0, 9.0])));
        assert_eq!(of(Speed, at(0.0, 0), Some(&[0.0, 3.0])), of(Speed, at(0.0, 0), Some(&[7.0, 99.0])));
        // An unknown number, or NaN, still gives a colour.
        assert_eq!(of(Speed, at(0.0, 1), None), of(Species, at(0.0, 1), None));
        assert!(of(Speed, at(0.0, 1), Some(&[f32::NAN; 2])).iter().all(|c| c.is_finite()));
    }
}
