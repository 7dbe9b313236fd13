//! What the shell must do for learning.

use crate::session::command::{PaceRequest, RuleRequest, RunId, TrainingRequest};

/// What the shell must do for learning.
#[derive(Clone, Debug, PartialEq)]
pub enum LearnEffect {
    /// Start a run off the UI thread, in the place of one under way.
    Start(Box<TrainingRequest>),
    /// Hold the run after its present step.
    Pause(RunId),
    /// Go on with a paused run.
    Resume(RunId),
    /// End the run; its last weights still come as [`super::LearnEvent::NewRule`].
    Stop(RunId),
    /// Let the present phase of the run cool down and end; what comes after it begins then.
    EndPhase(RunId),
    /// Time some steps of learning and report [`super::LearnEvent::PaceMeasured`].
    MeasurePace(Box<PaceRequest>),
    /// Measure a rule of a run and report [`super::LearnEvent::RuleMeasured`]; of several new ones only the newest counts.
    MeasureRule(Box<RuleRequest>),
}
