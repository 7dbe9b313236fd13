//! The plots of the window as data: for the screen, and for CSV and PNG files.

use super::state::Session;
use crate::media::chart::Chart;

/// What can be plotted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlotKind {
    Fidelity,
    Order,
    PairCorrelation,
    Energy,
    Drift,
    Healing,
    Frame,
    Speed,
    PairTests,
    /// Of the learning run.
    Loss,
    LearnedFidelity,
}

impl PlotKind {
    /// Those of the live swarm, in the order of the drawer.
    pub const LIVE: [Self; 9] = [
        Self::Fidelity,
        Self::Order,
        Self::PairCorrelation,
        Self::Energy,
        Self::Drift,
        Self::Healing,
        Self::Frame,
        Self::Speed,
        Self::PairTests,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Fidelity => "Fidelity",
            Self::Order => "Order",
            Self::PairCorrelation => "g(r)",
            Self::Energy => "Energy",
            Self::Drift => "Drift",
            Self::Healing => "Healing",
            Self::Frame => "Frame time",
            Self::Speed => "Speed",
            Self::PairTests => "Pair tests",
            Self::Loss => "Loss",
            Self::LearnedFidelity => "Fidelity of the new rule",
        }
    }

    pub fn meaning(self) -> &'static str {
        match self {
            Self::Fidelity => {
                "Pattern fidelity: how much what the particles see of one another is that of the picture. \
                 1 is as good as the picture itself, 0 is random"
            }
            Self::Order => {
                "Polarisation: do all head one way; in groups: within each group. Milling: do groups circle their centre. \
                 Dashed: the picture"
            }
            Self::PairCorrelation => {
                "How often a neighbour stands at the distance r, against chance (1). Dashed: the picture"
            }
            Self::Energy => {
                "Mean energy of a particle under the rule: low where the pattern is kept. Dashed: the picture"
            }
            Self::Drift => "Speed of the whole swarm by the flow, in ℓ per time",
            Self::Healing => {
                "After a wound: how much of the pattern those that were hurt see, and nobody else (1: as in the picture, \
                 0: as by chance). After scrambling or growing: fidelity of the whole swarm. Dashed: before"
            }
            Self::Frame => "Mean time between two pictures, in milliseconds",
            Self::Speed => "Integration steps in a second",
            Self::PairTests => "Pairs of neighbours evaluated in a second, in millions",
            Self::Loss => "Pattern: error of the denoiser. Motion: how far the flow is from keeping the pattern",
            Self::LearnedFidelity => {
                "A quick measure of the newest weights on a few small swarms: kept after some steps, grown out of noise. \
                 Rougher and lower than the certificate. Dashed: the rule before"
            }
        }
    }

    /// Of the file that is proposed, without extension.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Fidelity => "fidelity",
            Self::Order => "order",
            Self::PairCorrelation => "pair-correlation",
            Self::Energy => "energy",
            Self::Drift => "drift",
            Self::Healing => "healing",
            Self::Frame => "frame-time",
            Self::Speed => "speed",
            Self::PairTests => "pair-tests",
            Self::Loss => "loss",
            Self::LearnedFidelity => "learned-fidelity",
        }
    }
}

impl Session {
    /// What is said of drift and energy where they are those of a sample only.
    pub fn sample_note(&self) -> String {
        match self.observation.latest.as_ref().and_then(|reading| reading.sampled) {
            Some(sampled) => format!(" of {sampled} neighbours"),
            None => String::new(),
        }
    }

    /// The plot as it is now.
    pub fn chart(&self, kind: PlotKind) -> Chart {
        let seen = &self.observation;
        let latest = seen.latest.as_ref();
        let chart = |y_axis: &str, x_axis: &str| Chart::new(kind.name(), x_axis, y_axis);
        // What is aimed at is a level across the whole curve.
        let level = |value: Option<f64>, along: &[[f64; 2]]| -> Vec<[f64; 2]> {
            match (value, along.first(), along.last()) {
                (Some(value), Some(first), Some(last)) => vec![[first[0], value], [last[0], value]],
                _ => Vec::new(),
            }
        };
        match kind {
            PlotKind::Fidelity => Chart { include_y: vec![0.0, 1.0], ..chart("fidelity", "steps") }
                .with("fidelity", seen.fidelity.points()),
            PlotKind::Order => {
                let target = latest.map(|reading| reading.target.order);
                let [whole, groups, mills] =
                    [&seen.polarisation, &seen.polarisation_in_groups, &seen.milling].map(|curve| curve.points());
                Chart { include_y: vec![0.0, 1.0], ..chart("order", "steps") }
                    .with("polarisation", whole)
                    .with("in groups", groups)
                    .with_aim("in groups, picture", level(target.map(|t| t.polarisation_in_groups), groups))
                    .with("milling", mills)
                    .with_aim("milling, picture", level(target.map(|t| t.milling), mills))
            }
            PlotKind::PairCorrelation => {
                let points = |pairs: &[(f64, f64)]| pairs.iter().map(|&(r, g)| [r, g]).collect::<Vec<_>>();
                Chart { include_y: vec![0.0], ..chart("g", "r, ℓ") }
                    .with("now", latest.map_or_else(Vec::new, |r| points(&r.pair_correlation)))
                    .with_aim("picture", latest.map_or_else(Vec::new, |r| points(&r.target.pair_correlation)))
            }
            PlotKind::Energy => {
                let energy = seen.energy.points();
                let target = latest.and_then(|reading| reading.target.energy);
                let name = format!("mean energy{}", self.sample_note());
                chart("energy", "steps").with(&name, energy).with_aim("picture", level(target, energy))
            }
            PlotKind::Drift => Chart { include_y: vec![0.0], ..chart("ℓ / time", "steps") }
                .with(&format!("drift{}", self.sample_note()), seen.drift.points()),
            PlotKind::Healing => {
                let empty = || Chart { include_y: vec![0.0, 1.0], ..chart("fidelity", "steps since") };
                seen.healing.as_ref().map_or_else(empty, |healing| {
                    let curve = healing.curve.points();
                    empty().with(&healing.text(), curve).with_aim("before", level(healing.before(), curve))
                })
            }
            PlotKind::Frame => {
                Chart { include_y: vec![0.0], ..chart("ms", "s") }.with("frame time", seen.frame_ms.points())
            }
            PlotKind::Speed => {
                Chart { include_y: vec![0.0], ..chart("steps / s", "s") }.with("steps per s", seen.steps_per_s.points())
            }
            PlotKind::PairTests => {
                let millions: Vec<[f64; 2]> =
                    seen.pair_tests_per_s.points().iter().map(|&[s, tests]| [s, 1e-6 * tests]).collect();
                Chart { include_y: vec![0.0], ..chart("million / s", "s") }.with("pair tests, million per s", millions)
            }
            PlotKind::Loss => chart("loss", "steps")
                .with("pattern", self.training.energy_loss.points())
                .with("motion", self.training.flow_loss.points()),
            PlotKind::LearnedFidelity => {
                let fidelity = &self.training.fidelity;
                let (kept, grown) = (fidelity.kept.points(), fidelity.grown.points());
                let longest = if kept.len() > grown.len() { kept } else { grown };
                let old = level(fidelity.old_rule, longest);
                Chart { include_y: vec![0.0, 1.0], ..chart("fidelity", "steps") }
                    .with("kept", kept)
                    .with("grown", grown)
                    .with("together", fidelity.together.points())
                    .with_aim("old rule", old)
            }
        }
    }
}
