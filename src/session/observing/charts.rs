//! The plots of the window as data: for the screen, and for CSV and PNG files.

use crate::media::chart::Chart;
use crate::session::state::Session;

/// What can be plotted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlotKind {
    /// Fidelity of the live swarm over steps.
    Fidelity,
    /// Polarisation, polarisation in groups and milling over steps.
    Order,
    /// g(r) of the newest reading, beside that of the picture.
    PairCorrelation,
    /// Mean energy of a particle over steps.
    Energy,
    /// Speed of the swarm's centre by the flow over steps, ℓ per time.
    Drift,
    /// Fidelity after the last damage, over steps since.
    Healing,
    /// Milliseconds per frame over time.
    Frame,
    /// Integration steps per second over time.
    Speed,
    /// Pairs of neighbours evaluated per second over time.
    PairTests,
    /// Of the learning run.
    Loss,
    /// Fidelity of the newest weights over training steps.
    LearnedFidelity,
}

/// A row of the table of plots.
pub struct PlotRow {
    pub kind: PlotKind,
    pub name: &'static str,
    pub meaning: &'static str,
    /// Of the file that is proposed, without extension.
    pub file_name: &'static str,
    /// Where it is drawn.
    pub workspace: PlotWorkspace,
    chart: fn(&Session, &PlotRow) -> Chart,
    /// The heading of the plot, given the newest value of its first curve.
    heading: fn(&Session, &PlotRow, Option<f64>) -> String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlotWorkspace {
    /// The drawer, from the beginning or when it is chosen.
    Shown,
    Offered,
    /// The panel of learning.
    Learn,
}

/// Every plot; those of the live swarm in the order of the drawer.
pub static PLOTS: [PlotRow; 11] = [
    PlotRow {
        kind: PlotKind::Fidelity,
        name: "Fidelity",
        meaning: "Pattern fidelity: how much what the particles see of one another is that of the picture. \
                  1 is as good as the picture itself, 0 is random",
        file_name: "fidelity",
        workspace: PlotWorkspace::Shown,
        chart: |session, row| {
            row.share("fidelity", "steps").with("fidelity", session.observing.observation.fidelity.points())
        },
        heading: two_digits,
    },
    PlotRow {
        kind: PlotKind::Order,
        name: "Order",
        meaning: "Polarisation: do all head one way; in groups: within each group. Milling: do groups circle their \
                  centre. Dashed: the picture",
        file_name: "order",
        workspace: PlotWorkspace::Shown,
        chart: |session, row| {
            let seen = &session.observing.observation;
            let target = seen.latest.as_ref().map(|reading| reading.target.order);
            let [whole, groups, mills] =
                [&seen.polarisation, &seen.polarisation_in_groups, &seen.milling].map(|curve| curve.points());
            row.share("order", "steps")
                .with("polarisation", whole)
                .with("in groups", groups)
                .with_aim("in groups, picture", level(target.map(|t| t.polarisation_in_groups), groups))
                .with("milling", mills)
                .with_aim("milling, picture", level(target.map(|t| t.milling), mills))
        },
        heading: name_alone,
    },
    PlotRow {
        kind: PlotKind::PairCorrelation,
        name: "g(r)",
        meaning: "How often a neighbour is at the distance r, against chance (1). Dashed: the picture",
        file_name: "pair-correlation",
        workspace: PlotWorkspace::Shown,
        chart: |session, row| {
            let latest = session.observing.observation.latest.as_ref();
            let points = |pairs: &[(f64, f64)]| pairs.iter().map(|&(r, g)| [r, g]).collect::<Vec<_>>();
            row.with_zero("g", "r, ℓ")
                .with("now", latest.map_or_else(Vec::new, |r| points(&r.pair_correlation)))
                .with_aim("picture", latest.map_or_else(Vec::new, |r| points(&r.target.pair_correlation)))
        },
        heading: name_alone,
    },
    PlotRow {
        kind: PlotKind::Energy,
        name: "Energy",
        meaning: "Mean energy of a particle under the rule: low where the pattern is kept. Dashed: the picture",
        file_name: "energy",
        workspace: PlotWorkspace::Offered,
        chart: |session, row| {
            let energy = session.observing.observation.energy.points();
            let target = session.observing.observation.latest.as_ref().and_then(|reading| reading.target.energy);
            let name = format!("mean energy{}", session.sample_note());
            row.plain("energy", "steps").with(&name, energy).with_aim("picture", level(target, energy))
        },
        heading: of_sample,
    },
    PlotRow {
        kind: PlotKind::Drift,
        name: "Drift",
        meaning: "Speed of the whole swarm by the flow, in ℓ per time",
        file_name: "drift",
        workspace: PlotWorkspace::Offered,
        chart: |session, row| {
            let name = format!("drift{}", session.sample_note());
            row.with_zero("ℓ / time", "steps").with(&name, session.observing.observation.drift.points())
        },
        heading: of_sample,
    },
    PlotRow {
        kind: PlotKind::Healing,
        name: "Healing",
        meaning: "After a wound: how much of the pattern the damaged particles see, and no other (1: as in the picture, 0: as by chance). After scrambling or growing: fidelity of the whole swarm. Dashed: before",
        file_name: "healing",
        workspace: PlotWorkspace::Offered,
        chart: |session, row| {
            let empty = row.share("fidelity", "steps since");
            let Some(healing) = &session.observing.observation.healing else { return empty };
            let curve = healing.curve.points();
            empty.with(&healing.text(), curve).with_aim("before", level(healing.before(), curve))
        },
        heading: |session, _, _| match &session.observing.observation.healing {
            Some(healing) => healing.text(),
            None => "Healing: no damage".to_owned(),
        },
    },
    PlotRow {
        kind: PlotKind::Frame,
        name: "Frame time",
        meaning: "Mean time between two pictures, in milliseconds",
        file_name: "frame-time",
        workspace: PlotWorkspace::Offered,
        chart: |session, row| {
            row.with_zero("ms", "s").with("frame time", session.observing.observation.frame_ms.points())
        },
        heading: |_, row, last| row.with_value(last.map(|ms| format!("{ms:.1} ms"))),
    },
    PlotRow {
        kind: PlotKind::Speed,
        name: "Speed",
        meaning: "Integration steps in a second",
        file_name: "speed",
        workspace: PlotWorkspace::Offered,
        chart: |session, row| {
            row.with_zero("steps / s", "s").with("steps per s", session.observing.observation.steps_per_s.points())
        },
        heading: |_, row, last| row.with_value(last.map(|steps| format!("{steps:.0} steps per s"))),
    },
    PlotRow {
        kind: PlotKind::PairTests,
        name: "Pair tests",
        meaning: "Pairs of neighbours evaluated in a second, in millions",
        file_name: "pair-tests",
        workspace: PlotWorkspace::Offered,
        chart: |session, row| {
            let points = session.observing.observation.pair_tests_per_s.points();
            let millions: Vec<[f64; 2]> = points.iter().map(|&[s, tests]| [s, 1e-6 * tests]).collect();
            row.with_zero("million / s", "s").with("pair tests, million per s", millions)
        },
        heading: |_, row, last| row.with_value(last.map(|millions| format!("{millions:.1} million per s"))),
    },
    PlotRow {
        kind: PlotKind::Loss,
        name: "Loss",
        meaning: "Pattern: error of the denoiser. Motion: how far the flow is from keeping the pattern",
        file_name: "loss",
        workspace: PlotWorkspace::Learn,
        chart: |session, row| {
            row.plain("loss", "steps")
                .with("pattern", session.learning.training.energy_loss.points())
                .with("motion", session.learning.training.flow_loss.points())
        },
        heading: name_alone,
    },
    PlotRow {
        kind: PlotKind::LearnedFidelity,
        name: "Fidelity of the new rule",
        meaning: "A quick measure of the newest weights on a few small swarms: kept after some steps, grown out of noise. \
                  Rougher and lower than the certificate. Dashed: the rule before",
        file_name: "learned-fidelity",
        workspace: PlotWorkspace::Learn,
        chart: |session, row| {
            let fidelity = &session.learning.training.fidelity;
            let (kept, grown) = (fidelity.kept.points(), fidelity.grown.points());
            let longest = if kept.len() > grown.len() { kept } else { grown };
            let old = level(fidelity.old_rule, longest);
            row.share("fidelity", "steps")
                .with("kept", kept)
                .with("grown", grown)
                .with("together", fidelity.together.points())
                .with_aim("old rule", old)
        },
        heading: |_, _, _| "New rule".to_owned(),
    },
];

/// Those of the drawer.
pub fn drawer_plots() -> impl Iterator<Item = &'static PlotRow> {
    PLOTS.iter().filter(|row| row.workspace != PlotWorkspace::Learn)
}

fn name_alone(_: &Session, row: &PlotRow, _: Option<f64>) -> String {
    row.name.to_owned()
}

fn two_digits(_: &Session, row: &PlotRow, last: Option<f64>) -> String {
    row.with_value(last.map(|value| format!("{value:.2}")))
}

fn of_sample(session: &Session, row: &PlotRow, last: Option<f64>) -> String {
    row.with_value(last.map(|value| format!("{value:.2}{}", session.sample_note())))
}

/// The target as a level across the whole curve.
fn level(value: Option<f64>, along: &[[f64; 2]]) -> Vec<[f64; 2]> {
    match (value, along.first(), along.last()) {
        (Some(value), Some(first), Some(last)) => vec![[first[0], value], [last[0], value]],
        _ => Vec::new(),
    }
}

impl PlotRow {
    fn plain(&self, y_axis: &str, x_axis: &str) -> Chart {
        Chart::new(self.name, x_axis, y_axis)
    }

    fn with_zero(&self, y_axis: &str, x_axis: &str) -> Chart {
        Chart { include_y: vec![0.0], ..self.plain(y_axis, x_axis) }
    }

    /// Of a number between 0 and 1.
    fn share(&self, y_axis: &str, x_axis: &str) -> Chart {
        Chart { include_y: vec![0.0, 1.0], ..self.plain(y_axis, x_axis) }
    }

    fn with_value(&self, value: Option<String>) -> String {
        value.map_or_else(|| self.name.to_owned(), |value| format!("{} {value}", self.name))
    }

    /// The name with the newest value, where there is one.
    pub fn heading(&self, session: &Session, chart: &Chart) -> String {
        let last = chart.curves.first().and_then(|curve| curve.points.last()).map(|point| point[1]);
        (self.heading)(session, self, last)
    }
}

impl PlotKind {
    pub(crate) fn row(self) -> &'static PlotRow {
        PLOTS.iter().find(|row| row.kind == self).expect("every plot has a row: see the tests")
    }
}

impl Session {
    /// The suffix of drift and energy where they are measured on a sample only.
    pub fn sample_note(&self) -> String {
        match self.observing.observation.latest.as_ref().and_then(|reading| reading.sampled) {
            Some(sampled) => format!(" of {sampled} neighbours"),
            None => String::new(),
        }
    }

    /// The plot as it is now.
    pub fn chart(&self, kind: PlotKind) -> Chart {
        let row = kind.row();
        (row.chart)(self, row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plot_has_a_row_a_chart_and_a_file_of_its_own() {
        use PlotKind::*;
        let all =
            [Fidelity, Order, PairCorrelation, Energy, Drift, Healing, Frame, Speed, PairTests, Loss, LearnedFidelity];
        let session = Session::new(1);
        let mut files = std::collections::HashSet::new();
        for kind in all {
            let chart = session.chart(kind);
            assert_eq!(chart.title, kind.row().name);
            assert!(kind.row().heading(&session, &chart).len() > 2 && files.insert(kind.row().file_name), "{kind:?}");
        }
        assert_eq!(files.len(), PLOTS.len());
    }
}
