//! What the panels show of learning, the live rule and its readings.

use std::time::Instant;

use crate::jobs::{LearningEvent, RecordingState};
use crate::media::chart::{CURVE_COLOURS, Chart, ChartCurve};
use crate::session::{Curve, RunId};
use crate::worlds::studio::{LayerSet, SeriesAxis, SeriesReading, SeriesSpec, TrainingStep};

/// The state of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LearningState {
    /// No run, or the last one has ended.
    #[default]
    Idle,
    /// Steps are being made.
    Running,
    /// Held by the user before the next step.
    Paused,
}

/// Learning, as the panels show it.
#[derive(Clone, Debug, PartialEq)]
pub struct LearningView {
    /// Of the current or last run.
    pub state: LearningState,
    /// Id of the method that runs, ran last, or would run.
    pub method: &'static str,
    /// `None` until a run reports its first step.
    pub step: Option<TrainingStep>,
    /// Running mean over about a second; 0 before the first report.
    pub steps_per_s: f64,
    /// Loss of each phase so far.
    pub losses: Vec<(&'static str, Curve)>,
    /// How the last run ended, where there is something to report.
    pub outcome: Option<String>,
    pub(super) run: RunId,
    pub(super) started: Option<Instant>,
}

impl LearningView {
    pub(super) fn new(method: &'static str) -> Self {
        Self {
            state: LearningState::Idle,
            method,
            step: None,
            steps_per_s: 0.0,
            losses: Vec::new(),
            outcome: None,
            run: 0,
            started: None,
        }
    }

    /// The run under way, or the last one.
    pub fn run(&self) -> RunId {
        self.run
    }

    /// Whether there is a run that could be stopped.
    pub fn is_active(&self) -> bool {
        self.state != LearningState::Idle
    }

    /// Share of the whole run, 0 to 1.
    pub fn progress(&self) -> f64 {
        self.step.map_or(0.0, |step| step.done as f64 / step.total.max(1) as f64)
    }

    /// Time left at the present speed, s; `None` while unknown.
    pub fn left_s(&self) -> Option<f64> {
        let step = self.step.filter(|_| self.steps_per_s > 0.0 && self.is_active())?;
        // Steps that are counted in other units than they are made in have no time of their own.
        step.loss?;
        Some((step.total - step.done.min(step.total)) as f64 / self.steps_per_s)
    }

    pub(super) fn take(&mut self, event: &LearningEvent) {
        match event {
            LearningEvent::Progress { step, loss, steps_per_s } => {
                let same_phase = self.step.is_some_and(|last| last.phase == step.phase);
                // A running mean over about ten reports, one second.
                self.steps_per_s += if same_phase { 0.1 } else { 1.0 } * (steps_per_s - self.steps_per_s);
                self.step = Some(*step);
                if let Some(loss) = loss {
                    if self.losses.last().is_none_or(|(phase, _)| *phase != step.phase) {
                        self.losses.push((step.phase, Curve::default()));
                    }
                    if let Some((_, curve)) = self.losses.last_mut() {
                        curve.push(step.done as f64, *loss);
                    }
                }
            }
            LearningEvent::Paused => self.state = LearningState::Paused,
            LearningEvent::Resumed => self.state = LearningState::Running,
            LearningEvent::Finished(_) | LearningEvent::Failed(_) => self.state = LearningState::Idle,
        }
    }
}

/// The live rule, as the panels show it.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveRuleView {
    /// A rule runs.
    pub runs: bool,
    /// Why no rule runs, where that is a fault.
    pub fault: Option<String>,
    /// Steps are made each tick, where a rule runs.
    pub playing: bool,
    /// Steps in each sixtieth of a second.
    pub speed: u32,
    /// Whether the canvas draws where each point has been.
    pub trails: bool,
    /// Layers of the world's table that are drawn beside it.
    pub layers: LayerSet,
    /// Since the start of the rule.
    pub steps: u64,
    /// Over the last half second.
    pub steps_per_s: f64,
    /// What runs, and on what.
    pub description: String,
    /// The last step back found no earlier state.
    pub has_no_past: bool,
    /// The film under way.
    pub film: Option<RecordingState>,
}

impl Default for LiveRuleView {
    fn default() -> Self {
        Self {
            runs: false,
            fault: None,
            playing: true,
            speed: 1,
            trails: false,
            layers: LayerSet::default(),
            steps: 0,
            steps_per_s: 0.0,
            description: String::new(),
            has_no_past: false,
            film: None,
        }
    }
}

/// Readings over time, and which of them are shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plots {
    /// Whether the drawer is open; readings are only measured while it is.
    pub open: bool,
    series: Vec<Series>,
}

#[derive(Clone, Debug, PartialEq)]
struct Series {
    id: &'static str,
    is_hidden: bool,
    curves: Vec<Curve>,
}

impl Plots {
    /// Whether the series of this id is drawn; every series is until it is hidden.
    pub fn is_shown(&self, id: &str) -> bool {
        !self.series.iter().any(|series| series.id == id && series.is_hidden)
    }

    pub(super) fn show(&mut self, id: &'static str, shown: bool) {
        self.of(id).is_hidden = !shown;
    }

    fn of(&mut self, id: &'static str) -> &mut Series {
        let at = self.series.iter().position(|series| series.id == id).unwrap_or_else(|| {
            self.series.push(Series { id, is_hidden: false, curves: Vec::new() });
            self.series.len() - 1
        });
        &mut self.series[at]
    }

    pub(super) fn push(&mut self, steps: u64, spec: &SeriesSpec, reading: &SeriesReading) {
        let series = self.of(spec.id);
        if let SeriesAxis::Profile { first, step, .. } = spec.x {
            let points = reading.values.len() / spec.curves.len().max(1);
            let curve = |values: &[f64]| {
                let mut curve = Curve::default();
                values.iter().enumerate().for_each(|(k, value)| curve.push(first + k as f64 * step, *value));
                curve
            };
            series.curves = reading.values.chunks_exact(points.max(1)).map(curve).collect();
            return;
        }
        series.curves.resize_with(reading.values.len(), Curve::default);
        // After a restart time begins again.
        let last = series.curves.first().and_then(|curve| curve.points().last()).map_or(0.0, |point| point[0]);
        if (steps as f64) < last {
            series.curves.iter_mut().for_each(|curve| *curve = Curve::default());
        }
        for (curve, value) in series.curves.iter_mut().zip(&reading.values) {
            curve.push(steps as f64, *value);
        }
    }

    pub(super) fn clear(&mut self) {
        self.series.iter_mut().for_each(|series| series.curves.clear());
    }

    /// The plot of a series.
    pub fn chart(&self, spec: &SeriesSpec) -> Chart {
        let mut chart = Chart::new(spec.name, spec.x.name(), spec.y_axis);
        chart.include_y.extend(spec.include_y);
        let found = self.series.iter().find(|series| series.id == spec.id);
        for (k, name) in spec.curves.iter().enumerate() {
            let points = found.and_then(|series| series.curves.get(k)).map_or(Vec::new(), |c| c.points().to_vec());
            let dashed = spec.is_aim(k);
            let colour = if dashed { CURVE_COLOURS[0] } else { CURVE_COLOURS[k % CURVE_COLOURS.len()] };
            chart.curves.push(ChartCurve { name: (*name).to_owned(), colour, dashed, points });
        }
        chart
    }
}
