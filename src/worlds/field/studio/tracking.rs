//! What the tracker of tokens shows over time.

use std::collections::VecDeque;

use glam::DVec2;

use crate::worlds::field::stills::Still;
use crate::worlds::field::tokens::{
    PAIR_BIN_PX, PairStatistics, Sighting, TokenEnsemble, TokenPose, TokenSummary, Tracker,
};
use crate::worlds::studio::{SeriesAxis, SeriesReading, SeriesSpec};

/// Looks whose pairs are counted together: one look has few.
const PAIR_LOOKS: usize = 40;

const fn series(
    id: &'static str,
    name: &'static str,
    help: &'static str,
    y_axis: &'static str,
    curves: &'static [&'static str],
    aims: &'static [usize],
) -> SeriesSpec {
    SeriesSpec { id, name, help, y_axis, x: SeriesAxis::Steps, curves, aims, include_y: &[0.0] }
}

pub(super) const SERIES: &[SeriesSpec] = &[
    series("count", "Count", "Tokens that are found; dashed: at the start", "tokens", &["now", "start"], &[1]),
    series(
        "shape",
        "Shape",
        "Mean correlation with the drawn token, contrast (0 round, 1 drawn) and whether the thin parts are there",
        "1 as drawn",
        &["correlation", "contrast", "thin parts"],
        &[],
    ),
    series(
        "speed",
        "Speed",
        "Ahead and to the right; dashed: ahead, as commanded",
        "pixels per 100 steps",
        &["ahead", "aside", "commanded"],
        &[2],
    ),
    series(
        "turning",
        "Turning",
        "Mean size of the turn, and the mean turn to the right; dashed: as commanded",
        "rad per 100 steps",
        &["size", "to the right", "commanded"],
        &[2],
    ),
    series(
        "order",
        "Order",
        "Polarisation, 1 when all have one heading, and mean cosine to near neighbours; dashed: random headings",
        "order",
        &["polarisation", "neighbours", "random"],
        &[2],
    ),
    SeriesSpec {
        x: SeriesAxis::Profile { name: "distance, pixels", first: 0.5 * PAIR_BIN_PX, step: PAIR_BIN_PX },
        ..series(
            "pairs",
            "Pairs",
            "Density of neighbours by distance, 1 without order; dashed: tokens placed at random without overlap",
            "pair correlation",
            &["now", "tiler"],
            &[1],
        )
    },
    series(
        "changes",
        "Births and losses",
        "Tokens that have come and gone since the start",
        "tokens",
        &["births", "losses"],
        &[],
    ),
];

/// The looks of the tracker at one live field.
pub(super) struct TokenWatch {
    ensemble: TokenEnsemble,
    /// Steps and what was found, the newest last.
    looks: VecDeque<(u64, Vec<Sighting>)>,
    count_at_start: usize,
    births: usize,
    losses: usize,
    tiler: Option<(usize, PairStatistics)>,
}

impl TokenWatch {
    pub fn new(ensemble: TokenEnsemble) -> Self {
        Self { ensemble, looks: VecDeque::new(), count_at_start: 0, births: 0, losses: 0, tiler: None }
    }

    /// Forgets what was seen; the field starts again.
    pub fn restart(&mut self) {
        self.looks.clear();
        (self.births, self.losses) = (0, 0);
    }

    /// What was found, the newest last.
    pub fn looks(&self) -> impl DoubleEndedIterator<Item = &[Sighting]> + ExactSizeIterator {
        self.looks.iter().map(|(_, found)| &found[..])
    }

    /// Looks at the field after `steps`, unless it was seen then. Returns whether it is news.
    pub fn look(&mut self, steps: u64, image: &Still) -> bool {
        if self.looks.back().is_some_and(|(last, _)| *last == steps) {
            return false;
        }
        let found = Tracker::new(&self.ensemble).find(image);
        if self.looks.is_empty() {
            self.count_at_start = found.len();
        }
        if self.looks.len() == PAIR_LOOKS {
            self.looks.pop_front();
        }
        self.looks.push_back((steps, found));
        true
    }

    /// One reading of each series from the last two looks; `commanded`: pixels ahead and radians to the
    /// right, per step.
    pub fn readings(&mut self, size: DVec2, commanded: [f64; 2]) -> Vec<SeriesReading> {
        let Some((steps, found)) = self.looks.back() else { return Vec::new() };
        let before = self.looks.len().checked_sub(2).and_then(|k| self.looks.get(k));
        let since = before.map_or(0, |(before, _)| steps.saturating_sub(*before)) as u32;
        let looks: Vec<Vec<Sighting>> =
            before.map(|(_, found)| found.clone()).into_iter().chain([found.clone()]).collect();
        let summary = TokenSummary::of(&looks, since.max(1), size);
        let poses = |found: &Vec<Sighting>| found.iter().map(|s| s.pose).collect::<Vec<TokenPose>>();
        let sets: Vec<Vec<TokenPose>> = self.looks.iter().map(|(_, found)| poses(found)).collect();
        let spacing = self.ensemble.spacing;
        let pairs = PairStatistics::of(&sets, size, &spacing);
        let now = PairStatistics::of(&sets[sets.len() - 1..], size, &spacing);
        let count = found.len();
        let ensemble = &self.ensemble;
        let of_tiler = |known: Option<(usize, PairStatistics)>| match known {
            Some((tokens, statistics)) if tokens == count => (tokens, statistics),
            _ => (count, PairStatistics::of_tiler(ensemble, count, size)),
        };
        let known = of_tiler(self.tiler);
        self.tiler = Some(known);
        let tiler = known.1;
        if since > 0 {
            self.births += summary.births;
            self.losses += summary.losses;
        }
        let mean = |of: fn(&Sighting) -> f64| found.iter().map(of).sum::<f64>() / count.max(1) as f64;
        let mut readings = vec![
            SeriesReading { series: "count", values: vec![count as f64, self.count_at_start as f64] },
            SeriesReading { series: "shape", values: vec![mean(|s| s.shape), mean(|s| s.contrast), mean(|s| s.tail)] },
            SeriesReading { series: "order", values: vec![now.polarisation, now.alignment, tiler.polarisation] },
            SeriesReading {
                series: "pairs",
                values: pairs.pair_correlation.into_iter().chain(tiler.pair_correlation).collect(),
            },
            SeriesReading { series: "changes", values: vec![self.births as f64, self.losses as f64] },
        ];
        if since > 0 {
            let values = vec![summary.speed_along, summary.speed_across, 100.0 * commanded[0]];
            readings.push(SeriesReading { series: "speed", values });
            readings.push(SeriesReading {
                series: "turning",
                values: vec![summary.turning, summary.mean_turn, 100.0 * commanded[1]],
            });
        }
        readings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::tokens::{PAIR_BINS, Token};

    #[test]
    fn a_field_that_moves_ahead_is_seen_to_do_so() {
        let ensemble = TokenEnsemble::new(&[Token::bundled("firefly").unwrap()], 13.0);
        let mut watch = TokenWatch::new(ensemble.clone());
        let image = |ahead: f64, turn: f64, tokens: usize| {
            let poses: Vec<TokenPose> = (0..tokens)
                .map(|k| {
                    TokenPose { x: 16.0 + 30.0 * k as f64, y: 32.0, heading: 0.5, kind: 0 }.moved([ahead, 0.0, turn])
                })
                .collect();
            let rendered = ensemble.render(&poses, [96, 64], &[]).image;
            let channel = |c: usize| rendered.iter().skip(c).step_by(3).copied();
            Still { width: 96, height: 64, channels: 3, data: channel(0).chain(channel(1)).chain(channel(2)).collect() }
        };
        let size = DVec2::new(96.0, 64.0);
        assert!(watch.readings(size, [0.05, 0.002]).is_empty(), "nothing was seen");
        assert!(watch.look(0, &image(0.0, 0.0, 3)) && !watch.look(0, &image(0.0, 0.0, 3)));
        watch.readings(size, [0.05, 0.002]);
        watch.look(50, &image(2.0, 0.1, 2));
        let readings = watch.readings(size, [0.05, 0.002]);
        let of = |id: &str| readings.iter().find(|r| r.series == id).unwrap().values.clone();
        assert_eq!((of("count"), of("changes")), (vec![2.0, 3.0], vec![0.0, 1.0]));
        let speed = of("speed");
        assert!((speed[0] - 4.0).abs() < 0.2 && speed[1].abs() < 0.2 && speed[2] == 5.0, "{speed:?}");
        let turning = of("turning");
        assert!(turning[..2].iter().all(|turn| (turn - 0.2).abs() < 0.02) && turning[2] == 0.2, "{turning:?}");
        assert!(of("shape").iter().all(|v| (v - 1.0).abs() < 0.1));
        assert!((of("order")[0] - 1.0).abs() < 0.01);
        assert_eq!(of("pairs").len(), 2 * PAIR_BINS);
        for reading in &readings {
            let spec = SERIES.iter().find(|spec| spec.id == reading.series).unwrap();
            assert!(reading.values.len() % spec.curves.len() == 0);
        }
    }
}
