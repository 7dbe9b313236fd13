//! What a user can do about learning.

use super::takeover::Held;
use super::training::TrainingState;
use super::{flows, takeover};
use crate::session::command::{Effect, Kind, LearnEffect, Level, RuleRole, TrainingRequest, Workspace, notify};
use crate::session::document::edit::{edit, set};
use crate::session::observing::certificate;
use crate::session::pointer::release;
use crate::session::state::Session;
use crate::worlds::swarm::train::{Drive, TrainingSettings};

/// What a user can do about learning.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum LearnCommand {
    /// Settings of the next run; one under way keeps its own.
    SetSettings(TrainingSettings),
    /// Learns the picture from scratch.
    Start,
    /// Learns on from the present rule's weights.
    Continue,
    /// Holds the run after its present step; nothing is lost.
    Pause,
    /// Goes on with a paused run.
    Resume,
    /// Ends the run; the rule keeps the newest weights.
    Stop,
    /// Whether a run ends by itself when its fidelity has settled.
    SetStopWhenSettled(bool),
    /// The rule in the making takes over now, however good it is.
    SwitchRule,
    /// Learns another flow for the present energy; `None`: the next seed, and the drive of the settings.
    LearnAnotherFlow(Option<(u64, Drive)>),
    /// Lets this flow of the list play.
    PickFlow(usize),
    /// The flow at this index, under this name.
    RenameFlow(usize, String),
    /// The flow at this index; the one that plays gives way to its neighbour.
    DeleteFlow(usize),
    /// (1 - share) of the flow `a` and `share` of `b` as a new flow.
    BlendFlows {
        /// Index in the list of flows.
        a: usize,
        /// Index in the list of flows.
        b: usize,
        /// Weight of `b`, 0 to 1.
        share: f64,
    },
}

impl LearnCommand {
    /// Consecutive commands of this kind are one step of the history until the gesture ends.
    fn kind(&self) -> Option<Kind> {
        let merges = matches!(self, Self::SetSettings(_) | Self::RenameFlow(..));
        merges.then(|| Kind::Learn(std::mem::discriminant(self)))
    }

    /// Whether it would do something now.
    pub(in crate::session) fn is_possible(&self, session: &Session) -> bool {
        let state = &session.learning.training.state;
        let is_idle_and_learnable = || !state.is_active() && !session.warnings().iter().any(|w| w.blocks);
        match self {
            Self::Start => is_idle_and_learnable(),
            Self::Continue => session.has_rule() && is_idle_and_learnable(),
            Self::LearnAnotherFlow(_) => session.has_rule() && !state.is_active(),
            Self::Pause => *state == TrainingState::Running,
            Self::Resume => *state == TrainingState::Paused,
            Self::Stop => state.is_active(),
            Self::SwitchRule => session.held().is_some(),
            _ => true,
        }
    }
}

pub(in crate::session) fn apply(session: &mut Session, command: LearnCommand) -> Vec<Effect> {
    let merge = command.kind();
    match command {
        LearnCommand::SetSettings(training) => edit(session, merge, |d| set(&mut d.world.training, training)),
        LearnCommand::Start => learn(session, false),
        LearnCommand::Continue => learn(session, true),
        LearnCommand::Pause if session.learning.training.state == TrainingState::Running => {
            session.learning.training.state = TrainingState::Paused;
            vec![Effect::Learn(LearnEffect::Pause(session.learning.training.run))]
        }
        LearnCommand::Resume if session.learning.training.state == TrainingState::Paused => {
            session.learning.training.state = TrainingState::Running;
            vec![Effect::Learn(LearnEffect::Resume(session.learning.training.run))]
        }
        LearnCommand::Stop if session.learning.training.state.is_active() => {
            vec![Effect::Learn(LearnEffect::Stop(session.learning.training.run))]
        }
        LearnCommand::Pause | LearnCommand::Resume | LearnCommand::Stop => Vec::new(),
        LearnCommand::SetStopWhenSettled(wanted) => {
            session.learning.stops_when_settled = wanted;
            Vec::new()
        }
        LearnCommand::SwitchRule => takeover::switch(session),
        LearnCommand::LearnAnotherFlow(choice) => flows::learn_another(session, choice),
        LearnCommand::PickFlow(index) => flows::pick(session, index),
        LearnCommand::RenameFlow(index, name) => flows::rename(session, merge, index, &name),
        LearnCommand::DeleteFlow(index) => flows::delete(session, index),
        LearnCommand::BlendFlows { a, b, share } => flows::blend(session, a, b, share),
    }
}

/// Refuses, with the reason, a picture that cannot be learned from.
pub(in crate::session) fn learnable(session: &Session) -> Result<(), Vec<Effect>> {
    match session.painting.warnings.iter().find(|w| w.blocks) {
        Some(warning) => Err(vec![notify(Level::Error, format!("{} {}", warning.text, warning.hint))]),
        None => Ok(()),
    }
}

fn learn(session: &mut Session, go_on: bool) -> Vec<Effect> {
    match session.learning.training.state {
        TrainingState::Running => return Vec::new(),
        TrainingState::Paused => return apply(session, LearnCommand::Resume),
        _ => {}
    }
    if let Err(refusal) = learnable(session) {
        return refusal;
    }
    if go_on && !session.has_rule() {
        return vec![notify(Level::Warning, "There is no rule to continue from yet: press Learn first.")];
    }
    let document = &session.document;
    let start = if go_on { document.world.rule.clone() } else { None };
    // The living swarm may stay when the unit of length stays: then its particles mean the same to the new rule.
    let same_unit = start.as_ref().is_some_and(|rule| rule.unit_length == session.taught_unit_length());
    let holds = takeover::may_play_on(session);
    session.learning.run_is_live = holds || (same_unit && session.live.particles > 0);
    let run = session.learning.training.begin();
    let request = TrainingRequest {
        run,
        stills: document.world.stills(),
        ensemble: document.world.ensemble,
        settings: document.world.training,
        start,
        another_flow: false,
    };
    (session.learning.run_goes_on, session.learning.run_has_spoken) = (go_on, false);
    session.learning.another_flow = None;
    let mut effects = release(session);
    session.workspace = Workspace::Learn;
    effects.extend(certificate::cancel(session));
    effects.push(Effect::Learn(LearnEffect::Start(Box::new(request))));
    if let (true, Some(old)) = (holds, session.live.playing_rule.clone()) {
        session.learning.held = Some(Held { old: None, new: None });
        effects.push(takeover::measure(session, &old, RuleRole::Old));
    }
    effects
}
