//! Lyapunov exponents and the dimension that follows from them, measured on while the rule lives.

use crate::worlds::points::measures::{LyapunovSettings, LyapunovTrack};
use crate::worlds::points::rule::PointRule;
use crate::worlds::studio::SeriesReading;

/// Trajectories of their own, beside the walkers.
const TRAJECTORIES: usize = 8;
/// Steps for each reading, of dictionaries and of networks, whose second derivatives take long.
const STEPS: usize = 200;
const NETWORK_STEPS: usize = 40;
/// Readings that only turn the tangents into their directions.
const ALIGNING: usize = 5;

/// Begins again when the rule, the temperature or the speed is another.
#[derive(Default)]
pub(super) struct LiveExponents {
    track: Option<LyapunovTrack>,
    readings: usize,
}

impl LiveExponents {
    /// The running means; nothing for clouds in the plane, while tangents are aligned, and where every trajectory leaves.
    /// `starts`: walkers. `speed`: factor of the flow, such as that to the time of a known system.
    pub fn read(&mut self, rule: &PointRule, sigma: f64, speed: f64, starts: &[[f32; 4]]) -> Vec<SeriesReading> {
        if rule.dim < 3 {
            return Vec::new();
        }
        let settings = LyapunovSettings { speed, sigma, ..LyapunovSettings::default() };
        let fits = |track: &LyapunovTrack| track.rule() == rule && *track.settings() == settings;
        let track = match self.track.take().filter(fits) {
            Some(track) => self.track.insert(track),
            None => {
                self.readings = 0;
                let positions: Vec<[f64; 3]> =
                    starts.iter().take(TRAJECTORIES).map(|w| [w[0], w[1], w[2]].map(f64::from)).collect();
                self.track.insert(LyapunovTrack::new(rule, &positions, settings))
            }
        };
        let steps = if rule.flow.needs_energy() { NETWORK_STEPS } else { STEPS };
        self.readings += 1;
        if self.readings <= ALIGNING {
            track.align(steps);
            return Vec::new();
        }
        track.advance(steps);
        let Some(spectrum) = track.spectrum() else { return Vec::new() };
        vec![
            SeriesReading { series: "dimension", values: vec![spectrum.kaplan_yorke] },
            SeriesReading { series: "lyapunov", values: spectrum.exponents },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::points::cloud::{PointCloud, Standardisation};
    use crate::worlds::points::rule::{Dictionary, DictionaryFlow, PointFlow};

    fn linear(rates: [f64; 3], dim: usize) -> PointRule {
        let row = |k: usize| (0..=dim).map(|at| if at == k + 1 { rates[k] } else { 0.0 }).collect();
        let flow = DictionaryFlow {
            dictionary: Dictionary::Monomials { degree: 1 },
            coefficients: (0..dim).map(row).collect(),
        };
        PointRule {
            dim,
            map: Standardisation::of(&PointCloud { dim, points: Vec::new() }),
            sigma_range: [0.05, 0.5],
            energy: None,
            flow: PointFlow::Dictionary(flow),
        }
    }

    #[test]
    fn exponents_in_space_are_read_and_restart_with_another_rule() {
        let starts = [[0.001, 0.02, -0.03, 0.0f32]; 12];
        let mut exponents = LiveExponents::default();
        let mut read = |rule: &PointRule| exponents.read(rule, 0.1, 1.0, &starts);
        let rule = linear([0.2, -0.1, -0.5], 3);
        assert!((0..ALIGNING).all(|_| read(&rule).is_empty()));
        let readings = read(&rule);
        let of = |id: &str| readings.iter().find(|reading| reading.series == id).unwrap().values.clone();
        for (found, truth) in of("lyapunov").iter().zip([0.2, -0.1, -0.5]) {
            assert!((found - truth).abs() < 1e-6, "{readings:?}");
        }
        assert!((of("dimension")[0] - 2.2).abs() < 1e-5, "{readings:?}");
        assert!(read(&linear([0.1, -0.1, -0.5], 3)).is_empty(), "another rule is aligned first");
        assert!((0..20).all(|_| read(&linear([0.1, -0.1, 0.0], 2)).is_empty()));
    }
}
