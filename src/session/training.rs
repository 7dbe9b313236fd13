//! The state machine of learning, and the loss curve that the screen shows.

use std::time::Instant;

use super::command::RunId;
use crate::learn::{Phase, StepStats};
use crate::worker::{Event, Reason};

#[derive(Clone, Debug, Default, PartialEq)]
pub enum TrainingState {
    #[default]
    Idle,
    Running,
    Paused,
    /// Complete, or stopped by the user (`early`); the rule is good.
    Finished {
        early: bool,
    },
    /// One clear sentence. The last good rule is kept.
    Failed(String),
}

impl TrainingState {
    /// A run exists that can still make steps.
    pub fn is_active(&self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}

/// What is known of the current or last training run.
#[derive(Clone, Debug, Default)]
pub struct TrainingView {
    pub state: TrainingState,
    pub run: RunId,
    /// The last step told.
    pub last: Option<StepStats>,
    /// Running mean of the loss of the present phase.
    pub loss_smoothed: f64,
    pub steps_per_s: f64,
    /// Seconds left.
    pub eta_s: Option<f64>,
    pub energy_loss: LossCurve,
    pub flow_loss: LossCurve,
    started: Option<Instant>,
}

impl TrainingView {
    /// A fresh run begins.
    pub(super) fn begin(&mut self) -> RunId {
        let run = self.run + 1;
        *self = Self { state: TrainingState::Running, run, started: Some(Instant::now()), ..Self::default() };
        run
    }

    /// The run belongs to a document that is gone: whatever it still tells is not heard.
    pub(super) fn abandon(&mut self) {
        *self = Self { run: self.run + 1, ..Self::default() };
    }

    /// Takes an event of the present run; returns whether the state changed.
    pub(super) fn take(&mut self, event: Event) -> bool {
        if !self.state.is_active() {
            return false;
        }
        let before = self.state.clone();
        match event {
            Event::Progress(progress) => {
                for point in &progress.curve {
                    match point.phase {
                        Phase::Energy => self.energy_loss.push(point.step, point.loss),
                        Phase::Flow => self.flow_loss.push(point.step, point.loss),
                    }
                }
                self.last = Some(progress.stats);
                self.loss_smoothed = progress.loss_smoothed;
                self.steps_per_s = progress.steps_per_s;
                self.eta_s = Some(progress.eta_s).filter(|eta| eta.is_finite());
            }
            Event::Paused => self.state = TrainingState::Paused,
            Event::Resumed => self.state = TrainingState::Running,
            Event::Finished { reason } => self.state = TrainingState::Finished { early: reason == Reason::Stopped },
            Event::Failed { message } => self.state = TrainingState::Failed(message),
        }
        if !self.state.is_active() {
            self.eta_s = None;
        }
        before != self.state
    }

    /// Share of all steps done, 0 to 1.
    pub fn progress(&self) -> f64 {
        self.last.map_or(0.0, |s| s.step as f64 / s.steps.max(1) as f64)
    }

    /// Seconds since the run began, pauses included.
    pub fn elapsed_s(&self) -> f64 {
        self.started.map_or(0.0, |t| t.elapsed().as_secs_f64())
    }
}

/// A loss curve of bounded length: when full, neighbouring points are averaged and the stride doubles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LossCurve {
    points: Vec<[f64; 2]>,
    /// Steps averaged into one point; 0 counts as 1.
    stride: usize,
    pending: Vec<[f64; 2]>,
}

impl LossCurve {
    pub const MAX_POINTS: usize = 512;

    /// Adds the loss of a step. Values that are not finite are left out: the event that ends the run tells of them.
    pub fn push(&mut self, step: usize, loss: f64) {
        if !loss.is_finite() {
            return;
        }
        self.pending.push([step as f64, loss]);
        if self.pending.len() < self.stride.max(1) {
            return;
        }
        self.points.push(mean(&self.pending));
        self.pending.clear();
        if self.points.len() >= Self::MAX_POINTS {
            self.points = self.points.chunks(2).map(mean).collect();
            self.stride = 2 * self.stride.max(1);
        }
    }

    /// `[step, loss]`, ascending in step.
    pub fn points(&self) -> &[[f64; 2]] {
        &self.points
    }
}

fn mean(points: &[[f64; 2]]) -> [f64; 2] {
    let n = points.len() as f64;
    let [x, y] = points.iter().fold([0.0; 2], |[x, y], p| [x + p[0], y + p[1]]);
    [x / n, y / n]
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::worker::Progress;

    fn progress(step: usize, loss: f64) -> Event {
        let stats = StepStats { phase: Phase::Energy, step, steps: 10, loss };
        let curve = vec![stats];
        Event::Progress(Progress { stats, loss_smoothed: loss, steps_per_s: 5.0, eta_s: 1.0, curve })
    }

    #[test]
    fn a_run_goes_through_pause_and_resume_to_its_end_and_then_stays_there() {
        let mut view = TrainingView::default();
        assert!(!view.take(Event::Finished { reason: Reason::Completed }), "no run, no event");
        assert_eq!(view.state, TrainingState::Idle);
        view.begin();
        assert!(!view.take(progress(3, 0.5)));
        assert_eq!(view.progress(), 0.3);
        assert!(view.take(Event::Paused));
        assert_eq!(view.state, TrainingState::Paused);
        assert!(view.take(Event::Resumed));
        assert!(view.take(Event::Finished { reason: Reason::Completed }));
        assert!(!view.take(Event::Failed { message: "late".into() }), "what is over is over");
        assert_eq!(view.state, TrainingState::Finished { early: false });
        assert_eq!(view.eta_s, None);
    }

    #[test]
    fn a_new_run_forgets_the_old_curve() {
        let mut view = TrainingView::default();
        let first = view.begin();
        view.take(progress(1, 0.5));
        assert_eq!(view.energy_loss.points(), [[1.0, 0.5]]);
        view.take(Event::Failed { message: "x".into() });
        let second = view.begin();
        assert_ne!(first, second);
        assert!(view.energy_loss.points().is_empty());
        assert_eq!(view.state, TrainingState::Running);
    }

    #[test]
    fn the_loss_curve_stays_short_and_keeps_the_mean() {
        let mut curve = LossCurve::default();
        let n = 1 << 17;
        for step in 0..n {
            curve.push(step, step as f64);
        }
        curve.push(n, f64::NAN);
        let points = curve.points();
        assert!(points.len() < LossCurve::MAX_POINTS && points.len() >= LossCurve::MAX_POINTS / 4);
        // The loss equals the step, so every averaged point must lie on the diagonal, in order.
        assert!(points.iter().all(|p| (p[0] - p[1]).abs() < 1e-9));
        assert!(points.windows(2).all(|w| w[0][0] < w[1][0]));
        assert!(points.last().unwrap()[0] > 0.99 * n as f64);
    }
}
