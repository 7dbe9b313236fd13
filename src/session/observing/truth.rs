//! The learned motion against the true one, where the picture is a film with ids: measured in the background.

use std::sync::Arc;

use crate::session::command::notify;
use crate::session::command::{Effect, Level, ObserveEffect};
use crate::session::live::start;
use crate::session::state::Session;
use crate::worlds::swarm::measures::Truth;
use crate::worlds::swarm::picture::Stills;
use crate::worlds::swarm::rule::{LiveSettings, Rule};

/// What is to be compared.
#[derive(Clone, Debug, PartialEq)]
pub struct TruthRequest {
    pub run: u64,
    pub rule: Arc<Rule>,
    pub live: LiveSettings,
    pub stills: Stills,
}

/// State of the comparison with the known motion.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum TruthState {
    /// Never asked for, or out of date.
    #[default]
    Idle,
    /// The job runs.
    Running,
    /// For the picture and the rule that were compared.
    Done(Arc<Truth>),
    /// One sentence.
    Failed(String),
}

/// The comparison that is under way or was made last.
#[derive(Clone, Debug, Default)]
pub struct TruthView {
    /// Of the comparison that was asked for last.
    pub state: TruthState,
    run: u64,
    of: Option<(Arc<Rule>, Stills)>,
}

impl Session {
    /// The comparison of the learned motion with that of the film.
    pub fn truth(&self) -> &TruthView {
        &self.observing.truth
    }

    /// Why the motion cannot be compared; `None` where it can.
    pub fn truth_refusal(&self) -> Option<&'static str> {
        let world = &self.document.world;
        if world.film.is_empty() {
            Some("The picture is a single snapshot: import a film whose particles have ids.")
        } else if world.rule.is_none() {
            Some("There is no rule to compare yet: press Learn first.")
        } else {
            None
        }
    }

    /// Whether the comparison is of another rule or film than the present one.
    pub fn truth_is_stale(&self) -> bool {
        let world = &self.document.world;
        match (&self.observing.truth.of, &world.rule) {
            (Some((rule, stills)), Some(now)) => !Arc::ptr_eq(rule, now) || !stills.is_same_picture(&world.stills()),
            _ => true,
        }
    }
}

pub(in crate::session) fn begin(session: &mut Session) -> Vec<Effect> {
    if let Some(why) = session.truth_refusal() {
        return vec![notify(Level::Info, why)];
    }
    let Some(rule) = session.document.world.rule.clone() else { return Vec::new() };
    let stills = session.document.world.stills();
    let live = start::within(&rule, session.document.world.live);
    let view = &mut session.observing.truth;
    view.run += 1;
    view.state = TruthState::Running;
    view.of = Some((rule.clone(), stills.clone()));
    vec![Effect::Observe(ObserveEffect::MeasureTruth(Box::new(TruthRequest { run: view.run, rule, live, stills })))]
}

pub(in crate::session) fn arrived(session: &mut Session, run: u64, result: Result<Truth, String>) {
    if run == session.observing.truth.run {
        session.observing.truth.state = match result {
            Ok(truth) => TruthState::Done(Arc::new(truth)),
            Err(why) => TruthState::Failed(why),
        };
    }
}
