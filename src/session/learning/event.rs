//! Events of training runs, and of the measurements for them.

use std::sync::Arc;

use super::training::TrainingState;
use super::{flows, pace, takeover};
use crate::jobs;
use crate::session::command::{Effect, Level, PaceKey, RuleRole, RunId, notify};
use crate::session::document::edit::forget_measurements;
use crate::session::live::{start, swarm, view::Fade};
use crate::session::observing::certificate;
use crate::session::state::Session;
use crate::worlds::swarm::doc::FlowNumbers;
use crate::worlds::swarm::measures::QuickFidelity;
use crate::worlds::swarm::rule::{FlowKind, LocalNet, Rule};

/// Events of training runs, and of the measurements for them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum LearnEvent {
    /// Progress, a change of state or the end of a run.
    Training {
        /// Events of a run before the present one are ignored.
        run: RunId,
        /// As the job runner reports it.
        event: jobs::Event,
    },
    /// The newest weights of a run; about once a second, and the last before [`jobs::Event::Finished`].
    NewRule {
        /// Rules of a run before the present one are ignored.
        run: RunId,
        /// Energy and flow together, ready for the engine.
        rule: Arc<Rule>,
    },
    /// `None` where the picture cannot be learned from.
    PaceMeasured {
        /// What the pace was measured for; the picture may have changed since.
        key: PaceKey,
        /// Seconds per sample and per step of each phase.
        pace: Option<jobs::Pace>,
    },
    /// Motion and residual of a flow of the scene's energy.
    FlowMeasured {
        /// The flow that was measured, to find it in the list again.
        net: Arc<LocalNet>,
        /// Mean motion and residual, as the list of flows shows them.
        numbers: FlowNumbers,
    },
    /// The fidelity that [`super::LearnEffect::MeasureRule`] asked for.
    RuleMeasured {
        /// Measurements of an older run are ignored.
        run: RunId,
        /// Whether the rule before the run was measured, or its newest weights.
        role: RuleRole,
        /// Of the run, when these weights came; 0 for the rule before.
        step: usize,
        /// One sentence where the rule cannot be run on the picture.
        result: Result<QuickFidelity, String>,
    },
}

pub(in crate::session) fn on_event(session: &mut Session, event: LearnEvent) -> Vec<Effect> {
    match event {
        LearnEvent::Training { run, event } => on_training(session, run, event),
        LearnEvent::NewRule { run, rule } => on_rule(session, run, rule),
        LearnEvent::FlowMeasured { net, numbers } => {
            flows::measured(session, &net, numbers);
            Vec::new()
        }
        LearnEvent::PaceMeasured { key, pace } => {
            pace::measured(session, &key, pace);
            Vec::new()
        }
        LearnEvent::RuleMeasured { run, role, step, result } if run == session.learning.training.run => {
            takeover::measured(session, role, step, result)
        }
        LearnEvent::RuleMeasured { .. } => Vec::new(),
    }
}

fn on_training(session: &mut Session, run: RunId, event: jobs::Event) -> Vec<Effect> {
    if run != session.learning.training.run || !session.learning.training.take(event) {
        return Vec::new();
    }
    if session.learning.another_flow.is_some() && !session.learning.training.state.is_active() {
        let effects = flows::arrived(session);
        if !effects.is_empty() {
            return effects;
        }
    }
    let mut effects = Vec::new();
    if !session.learning.training.state.is_active() {
        // Good or not, the run's rule is the one of the scene now.
        effects.extend(takeover::switch(session));
    }
    match &session.learning.training.state {
        TrainingState::Finished { early: false } => {
            effects.push(takeover::farewell(session));
            effects.extend(certificate::begin(session, false));
        }
        TrainingState::Finished { early: true } => {
            effects.push(notify(Level::Info, "Stopped; the rule learned so far is kept."));
        }
        TrainingState::Failed(why) => effects.push(notify(Level::Error, why.clone())),
        TrainingState::Idle | TrainingState::Running | TrainingState::Paused => {}
    }
    effects
}

fn on_rule(session: &mut Session, run: RunId, rule: Arc<Rule>) -> Vec<Effect> {
    if run != session.learning.training.run || session.learning.training.state == TrainingState::Idle {
        return Vec::new();
    }
    if let Some(another) = &mut session.learning.another_flow {
        another.newest = Some(rule);
        return Vec::new();
    }
    let rule = if session.learning.run_goes_on { flows::with_present_flow(&session.document, rule) } else { rule };
    let is_from_scratch = !session.learning.run_goes_on && !session.learning.run_has_spoken;
    if is_from_scratch && session.document.world.rule.is_some() {
        // The old rule goes with its flows: undo brings them back.
        let before = session.undo_state();
        session.history.record_edit(before, None);
        session.learning.lineage = run;
    }
    let had_flow = session.document.world.rule.as_ref().is_some_and(|old| old.flow.is_some());
    let first_flow = rule.flow.is_some() && !(session.learning.run_is_live && had_flow);
    flows::follow_rule(&mut session.document, &rule, is_from_scratch);
    session.learning.run_has_spoken = true;
    session.learning.learned += 1;
    let newest = rule.clone();
    session.document.world.rule = Some(rule);
    forget_measurements(&mut session.document);
    session.new_revision();
    if first_flow {
        // The first learned flow plays at once.
        session.document.world.live.flow = FlowKind::Learned;
    }
    let measured = takeover::measure(session, &newest, RuleRole::New);
    if session.learning.held.is_some() {
        return vec![measured];
    }
    if session.live.fade.is_some_and(Fade::is_calming) {
        // The old flow is decaying; the newest rule at its end takes over.
        return vec![measured];
    }
    let mut effects = vec![start::rule_order(session), measured];
    if session.learning.run_is_live {
        // A rule may come with another range of temperatures, or without the flow that the one before had.
        effects.push(start::settings_order(session));
    } else {
        session.learning.run_is_live = true;
        session.live.playing = true;
        effects.extend(start::upload(session, swarm::from_picture, 0));
    }
    effects
}
