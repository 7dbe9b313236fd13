//! The state machine of learning, and the curves that the screen shows.

use std::time::Instant;

use super::takeover::LearnedFidelity;
use crate::jobs::{Event, Reason};
use crate::session::command::RunId;
use crate::session::curve::Curve;
use crate::worlds::swarm::train::{Phase, StepStats};

/// State of a training run.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum TrainingState {
    /// No run since the program began or the document was replaced.
    #[default]
    Idle,
    /// Steps are being made.
    Running,
    /// Held by the user after a step.
    Paused,
    /// Complete, or stopped by the user (`early`); the rule is good.
    Finished {
        /// Stopped by the user before the last step.
        early: bool,
    },
    /// One clear sentence. The last good rule is kept.
    Failed(String),
}

impl TrainingState {
    /// Whether there is a run that can still make steps.
    pub fn is_active(&self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}

/// State and curves of the current or last training run.
#[derive(Clone, Debug, Default)]
pub struct TrainingView {
    /// Of the run that [`Self::run`] names.
    pub state: TrainingState,
    /// Number of the current or last run; 0 before the first.
    pub run: RunId,
    /// The last step reported.
    pub last: Option<StepStats>,
    /// Running mean of the loss of the present phase.
    pub loss_smoothed: f64,
    /// Training steps per second of wall time, pauses left out.
    pub steps_per_s: f64,
    /// Loss over steps, of denoising score matching and of contrast.
    pub energy_loss: Curve,
    /// Loss over steps, of the flow's residual.
    pub flow_loss: Curve,
    /// How good the newest weights are, measured at intervals beside the run.
    pub fidelity: LearnedFidelity,
    started: Option<Instant>,
}

impl TrainingView {
    /// A fresh run begins.
    pub(in crate::session) fn begin(&mut self) -> RunId {
        let run = self.run + 1;
        *self = Self { state: TrainingState::Running, run, started: Some(Instant::now()), ..Self::default() };
        run
    }

    /// The run belongs to a document that was closed: its later events are ignored.
    pub(in crate::session) fn abandon(&mut self) {
        *self = Self { run: self.run + 1, ..Self::default() };
    }

    /// Takes an event of the present run; returns whether the state changed.
    pub(in crate::session) fn take(&mut self, event: Event) -> bool {
        if !self.state.is_active() {
            return false;
        }
        let before = self.state.clone();
        match event {
            Event::Progress(progress) => {
                for point in &progress.curve {
                    match point.phase {
                        Phase::Energy | Phase::Contrast => self.energy_loss.push(point.step as f64, point.loss),
                        Phase::Flow => self.flow_loss.push(point.step as f64, point.loss),
                    }
                }
                self.last = Some(progress.stats);
                self.loss_smoothed = progress.loss_smoothed;
                self.steps_per_s = progress.steps_per_s;
            }
            Event::Paused => self.state = TrainingState::Paused,
            Event::Resumed => self.state = TrainingState::Running,
            Event::Finished { reason } => self.state = TrainingState::Finished { early: reason == Reason::Stopped },
            Event::Failed { message } => self.state = TrainingState::Failed(message),
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

#[cfg(test)]
mod tests {
    use super::*;

    use crate::jobs::Progress;

    fn progress(step: usize, loss: f64) -> Event {
        let stats = StepStats { phase: Phase::Energy, step, steps: 10, loss };
        let curve = vec![stats];
        Event::Progress(Progress { stats, loss_smoothed: loss, steps_per_s: 5.0, curve })
    }

    #[test]
    fn a_run_pauses_resumes_finishes_and_then_ignores_events() {
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
}
