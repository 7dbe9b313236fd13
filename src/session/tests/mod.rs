//! What the session guarantees.

mod by_hand;
mod checkpoints;
mod files;
mod gestures;
mod history;
mod learning;
mod live;
mod observing;
mod painting;
mod share;
mod snapshots;
mod stamps;
mod takeover;
mod tools;

use std::path::PathBuf;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::jobs::{self, Progress, Reason};
use crate::scene::Project;
use crate::session::command::TrainingRequest;
use crate::worlds::SwarmDoc;
use crate::worlds::swarm::picture::{Boundary, Ensemble, Mode, Particle, Snapshot};
use crate::worlds::swarm::rule::{FlowKind, LiveSettings, Rule};
use crate::worlds::swarm::train::{Phase, StepStats, TrainingSettings};

fn at(x: f64, y: f64) -> Particle {
    Particle { x, y, ..Particle::default() }
}

fn triangle() -> Vec<Particle> {
    vec![at(2.0, 2.0), at(3.0, 2.0), at(2.5, 3.0)]
}

fn rule(with_flow: bool) -> Arc<Rule> {
    Arc::new(Rule::inert(1, with_flow))
}

/// A session with a picture, and with what the opening of a scene with a rule leaves behind.
fn alive() -> Session {
    let mut session = Session::new(7);
    let snapshot = Snapshot { particles: triangle(), box_size: NEW_BOX, ..Snapshot::default() };
    let document =
        opened_project(Project::new("", SwarmDoc { rule: Some(rule(false)), ..SwarmDoc::from_snapshot(snapshot) }));
    let source = SceneSource::Bundled("triangle".into());
    let effects = session.on_event(DocumentEvent::Opened { source, result: Ok(Box::new(document)) });
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::SetRule(_))));
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::Upload { .. })));
    session
}

fn has_order(effects: &[Effect], wanted: impl Fn(&EngineOrder) -> bool) -> bool {
    effects.iter().any(|e| matches!(e, Effect::Engine(order) if wanted(order)))
}

fn settings_in(effects: &[Effect]) -> Option<LiveSettings> {
    effects.iter().rev().find_map(|e| match e {
        Effect::Engine(EngineOrder::SetSettings(live)) => Some(*live),
        _ => None,
    })
}

fn notice(effects: &[Effect]) -> Option<(Level, &str)> {
    effects.iter().find_map(|e| match e {
        Effect::Notify { level, text } => Some((*level, text.as_str())),
        _ => None,
    })
}

fn started(effects: &[Effect]) -> Option<&TrainingRequest> {
    effects.iter().find_map(|e| match e {
        Effect::Learn(LearnEffect::Start(request)) => Some(&**request),
        _ => None,
    })
}

fn progress(step: usize) -> jobs::Event {
    let stats = StepStats { phase: Phase::Energy, step, steps: 10, loss: 0.5 };
    jobs::Event::Progress(Progress { stats, loss_smoothed: 0.5, steps_per_s: 3.0, curve: vec![stats] })
}

fn trained(session: &mut Session, event: jobs::Event) -> Vec<Effect> {
    let run = session.training().run;
    session.on_event(LearnEvent::Training { run, event })
}

/// A whole run of learning that `command` asks for, and that finds `rule`.
fn learned(session: &mut Session, command: Command, rule: Arc<Rule>) {
    session.apply(command);
    let run = session.training().run;
    session.on_event(LearnEvent::NewRule { run, rule });
    trained(session, jobs::Event::Finished { reason: Reason::Completed });
}

fn in_paint() -> Session {
    let mut session = Session::new(1);
    session.apply(Command::SetWorkspace(Workspace::Paint));
    session
}
