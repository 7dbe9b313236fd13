//! The plots of the window as data: for the screen, and for CSV and PNG files.

use crate::media::chart::Chart;
use crate::session::state::Session;
use crate::worlds::studio::SeriesAxis;
use crate::worlds::swarm::measures::{SWARM_SERIES, SwarmCurves, SwarmSeries};

/// What can be plotted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlotKind {
    /// Readings of the live swarm: the row of [`SWARM_SERIES`] with this id.
    Series(&'static str),
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
#[derive(Clone, Copy)]
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

/// The plots of what the session itself measures, in the order of the drawer.
static PLOTS: [PlotRow; 6] = [
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

/// Every plot; those of the live swarm in the order of the drawer.
fn plots() -> impl Iterator<Item = PlotRow> {
    SWARM_SERIES.iter().map(of_series).chain(PLOTS)
}

/// Those of the drawer.
pub fn drawer_plots() -> impl Iterator<Item = PlotRow> {
    plots().filter(|row| row.workspace != PlotWorkspace::Learn)
}

fn of_series(series: &SwarmSeries) -> PlotRow {
    PlotRow {
        kind: PlotKind::Series(series.spec.id),
        name: series.spec.name,
        meaning: series.spec.help,
        file_name: series.spec.id,
        workspace: if series.is_shown { PlotWorkspace::Shown } else { PlotWorkspace::Offered },
        chart: series_chart,
        heading: series_heading,
    }
}

impl PlotRow {
    fn series(&self) -> Option<&'static SwarmSeries> {
        SWARM_SERIES.iter().find(|series| PlotKind::Series(series.spec.id) == self.kind)
    }
}

fn series_chart(session: &Session, row: &PlotRow) -> Chart {
    let Some(series) = row.series() else { return Chart::default() };
    let (spec, seen) = (&series.spec, &session.observing.observation);
    let chart = |x_axis| Chart { include_y: spec.include_y.to_vec(), ..row.plain(spec.y_axis, x_axis) };
    let newest = match (&series.curves, &seen.latest) {
        (SwarmCurves::Steps(_), latest) => latest.as_ref().map_or_else(Vec::new, |reading| series.newest(reading)),
        (SwarmCurves::Profile { now, picture }, latest) => {
            let points = |pairs: &[(f64, f64)]| pairs.iter().map(|&(x, y)| [x, y]).collect::<Vec<_>>();
            let now = latest.as_ref().map_or_else(Vec::new, |reading| points(now(reading)));
            let picture = latest.as_ref().map_or_else(Vec::new, |reading| points(picture(&reading.target)));
            return chart(spec.x.name()).with(spec.curves[0], now).with_aim(spec.curves[1], picture);
        }
    };
    let note = if series.is_sampled { session.sample_note() } else { String::new() };
    let curves = seen.curves(series);
    spec.curves.iter().enumerate().fold(chart(spec.x.name()), |chart, (k, name)| {
        if !spec.is_aim(k) {
            return chart.with(&format!("{name}{note}"), curves[k].points());
        }
        // A level along the curve before it, as the picture is now.
        chart.with_aim(name, level(newest.get(k).copied().flatten(), curves[k - 1].points()))
    })
}

/// A number of its own for one curve; several have theirs in the legend.
fn series_heading(session: &Session, row: &PlotRow, last: Option<f64>) -> String {
    let has_one_curve = |series: &&SwarmSeries| {
        series.spec.x == SeriesAxis::Steps && series.spec.curves.len() - series.spec.aims.len() == 1
    };
    match row.series().filter(has_one_curve) {
        Some(series) => {
            let note = if series.is_sampled { session.sample_note() } else { String::new() };
            row.with_value(last.map(|value| format!("{value:.2}{note}")))
        }
        None => row.name.to_owned(),
    }
}

fn name_alone(_: &Session, row: &PlotRow, _: Option<f64>) -> String {
    row.name.to_owned()
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
    pub(crate) fn row(self) -> PlotRow {
        plots().find(|row| row.kind == self).expect("every plot has a row: see the tests")
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
        (row.chart)(self, &row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plot_has_a_row_a_chart_and_a_file_of_its_own() {
        use PlotKind::*;
        let of_series = SWARM_SERIES.iter().map(|series| Series(series.spec.id));
        let session = Session::new(1);
        let mut files = std::collections::HashSet::new();
        for kind in of_series.chain([Healing, Frame, Speed, PairTests, Loss, LearnedFidelity]) {
            let chart = session.chart(kind);
            assert_eq!(chart.title, kind.row().name);
            assert!(kind.row().heading(&session, &chart).len() > 2 && files.insert(kind.row().file_name), "{kind:?}");
        }
        assert_eq!(files.len(), plots().count());
    }
}
