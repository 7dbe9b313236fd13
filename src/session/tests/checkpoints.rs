//! Checkpoints: what they hold, how they are restored, and the undo of that, however late the engine answers.

use glam::DVec2;

use super::*;
use crate::worlds::swarm::doc::{LiveState, MAX_CHECKPOINTS, MAX_KEPT_PARTICLES};
use crate::worlds::swarm::picture::Swarm;

/// The copies that the engine was asked for.
fn asked(effects: &[Effect]) -> CheckpointUse {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Live(LiveEffect::SaveCheckpoint(wanted_for)) => Some(wanted_for.clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{effects:?}"))
}

/// The engine sends a swarm whose particles are at these `x`.
fn send(session: &mut Session, wanted_for: CheckpointUse, x: &[f64]) -> Vec<Effect> {
    let swarm = Swarm { particles: x.iter().map(|&x| at(x, 2.0)).collect(), box_size: DVec2::splat(9.0) };
    session.on_event(LiveEvent::CheckpointSaved(wanted_for, Box::new(LiveState { swarm, seed: 1, step: 2 })))
}

fn kept(session: &mut Session, x: f64) -> Vec<Effect> {
    let wanted_for = asked(&session.apply(LiveCommand::SaveCheckpoint));
    send(session, wanted_for, &[x, x])
}

/// Whether a swarm was ordered whose first particle is at this `x`.
fn uploads(effects: &[Effect], x: f64) -> bool {
    has_order(effects, |o| matches!(o, EngineOrder::Upload { swarm, .. } if swarm.particles[0].x == x))
}

fn names(session: &Session) -> Vec<&str> {
    session.document().world.checkpoints.iter().map(|checkpoint| checkpoint.name.as_str()).collect()
}

fn strength(strength: f64) -> Command {
    Command::Live(LiveCommand::SetSettings(LiveSettings { strength, ..LiveSettings::default() }))
}

#[test]
fn saving_and_restoring_a_checkpoint_are_undo_steps() {
    let mut session = alive();
    let calm = LiveSettings { strength: 0.5, ..LiveSettings::default() };
    session.apply(LiveCommand::SetSettings(calm));
    session.apply(DocumentCommand::EndGesture);
    kept(&mut session, 1.0);
    kept(&mut session, 5.0);
    session.apply(LiveCommand::RenameCheckpoint(1, "later".into()));
    session.apply(DocumentCommand::EndGesture);
    session.apply(LiveCommand::SetSettings(LiveSettings { strength: 9.0, ..LiveSettings::default() }));
    session.apply(DocumentCommand::EndGesture);
    let effects = session.apply(LiveCommand::ReturnTo(0));
    assert!(uploads(&effects, 1.0));
    assert_eq!(settings_in(&effects), Some(calm));
    assert_eq!((session.document().world.live, session.live().particles), (calm, 2));
    session.apply(DocumentCommand::Undo);
    assert_eq!(session.document().world.live.strength, 9.0);
    session.apply(LiveCommand::DeleteCheckpoint(0));
    assert_eq!(names(&session), ["later"]);
    session.apply(DocumentCommand::Undo);
    assert_eq!(names(&session), ["Checkpoint 1", "later"]);
    for expected in [vec!["Checkpoint 1", "later"], vec!["Checkpoint 1", "Checkpoint 2"], vec!["Checkpoint 1"], vec![]]
    {
        session.apply(DocumentCommand::Undo);
        assert_eq!(names(&session), expected);
    }
}

#[test]
fn undo_of_a_return_restores_the_replaced_swarm() {
    let mut session = alive();
    kept(&mut session, 1.0);
    let undo_steps = session.document().world.checkpoints.len();
    let wanted_for = asked(&session.apply(LiveCommand::ReturnTo(0)));
    assert!(send(&mut session, wanted_for, &[4.0]).is_empty());
    assert_eq!(session.document().world.checkpoints.len(), undo_steps, "it is not kept");
    assert!(uploads(&session.apply(DocumentCommand::Undo), 4.0));
    assert_eq!(session.live().particles, 1);
    assert!(uploads(&session.apply(DocumentCommand::Redo), 1.0));
    assert!(uploads(&session.apply(DocumentCommand::Undo), 4.0));
    session.apply(DocumentCommand::Undo);
    assert!(session.document().world.checkpoints.is_empty());
}

#[test]
fn a_checkpoint_brings_its_swings() {
    let mut session = alive();
    let swing = Swing { amplitude: 1.0, period_s: 3.0 };
    session.apply(LiveCommand::Swing(Knob::Strength, Some(swing)));
    kept(&mut session, 1.0);
    session.apply(LiveCommand::RestAllKnobs);
    session.apply(LiveCommand::ReturnTo(0));
    assert_eq!(session.document().world.swings.of(Knob::Strength), Some(swing));
}

#[test]
fn a_checkpoint_with_an_unknown_species_is_refused() {
    let mut session = alive();
    let wanted_for = asked(&session.apply(LiveCommand::SaveCheckpoint));
    let stranger = Particle { species: 3, ..at(1.0, 1.0) };
    let swarm = Swarm { particles: vec![at(1.0, 2.0), stranger], box_size: DVec2::splat(9.0) };
    session.on_event(LiveEvent::CheckpointSaved(wanted_for, Box::new(LiveState { swarm, seed: 1, step: 2 })));
    let particles = session.live().particles;
    let effects = session.apply(LiveCommand::ReturnTo(0));
    assert_eq!(effects.len(), 1, "{effects:?}");
    let (level, text) = notice(&effects).unwrap();
    assert!(level == Level::Warning && text.starts_with("Checkpoint 1 has species 4"), "{text}");
    assert_eq!(session.live().particles, particles);
}

#[test]
fn a_checkpoint_of_another_rule_or_motion_gives_a_notice() {
    let mut session = alive();
    kept(&mut session, 1.0);
    assert_eq!(notice(&session.apply(LiveCommand::ReturnTo(0))), None);
    let mut other = Rule::inert(1, true);
    other.energy.weights[0] = 0.5;
    learned(&mut session, Command::Learn(LearnCommand::Start), Arc::new(other));
    (0..200).for_each(|_| _ = session.tick(u32::MAX));
    let effects = session.apply(LiveCommand::ReturnTo(0));
    assert!(notice(&effects).unwrap().1.contains("saved under another rule"), "{effects:?}");
    session.apply(LiveCommand::SetSettings(LiveSettings { flow: FlowKind::Learned, ..LiveSettings::default() }));
    kept(&mut session, 2.0);
    assert_eq!(notice(&session.apply(LiveCommand::ReturnTo(1))), None);
    learned(&mut session, Command::Learn(LearnCommand::LearnAnotherFlow(None)), rule(true));
    session.apply(LearnCommand::DeleteFlow(0));
    let effects = session.apply(LiveCommand::ReturnTo(1));
    assert!(notice(&effects).unwrap().1.contains("not among the rules"), "{effects:?}");
}

#[test]
fn a_return_brings_the_learned_flow_that_played() {
    let mut session = alive();
    learned(&mut session, Command::Learn(LearnCommand::Start), rule(true));
    kept(&mut session, 1.0);
    learned(&mut session, Command::Learn(LearnCommand::LearnAnotherFlow(None)), rule(true));
    assert_eq!(session.document().world.flows.chosen, 1);
    session.apply(LiveCommand::ReturnTo(0));
    assert_eq!((session.document().world.flows.chosen, session.document().world.live.flow), (0, FlowKind::Learned));
}

#[test]
fn an_early_undo_restores_the_swarm_when_it_arrives() {
    let mut session = alive();
    kept(&mut session, 1.0);
    let wanted_for = asked(&session.apply(LiveCommand::ReturnTo(0)));
    let before = session.live().particles;
    assert!(
        !has_order(&session.apply(DocumentCommand::Undo), |o| matches!(o, EngineOrder::Upload { .. })),
        "it is not known yet"
    );
    assert_eq!(session.live().particles, before);
    assert!(uploads(&send(&mut session, wanted_for.clone(), &[4.0]), 4.0));
    assert!(send(&mut session, wanted_for, &[4.0]).is_empty(), "once");
    assert!(uploads(&session.apply(DocumentCommand::Redo), 1.0));
    assert!(uploads(&session.apply(DocumentCommand::Undo), 4.0), "and it is remembered");
}

#[test]
fn a_late_swarm_does_not_replace_a_newer_choice() {
    for meanwhile in [
        Command::Document(DocumentCommand::Redo),
        Command::Live(LiveCommand::RestartFromSnapshot),
        Command::Document(DocumentCommand::New),
    ] {
        let mut session = alive();
        kept(&mut session, 1.0);
        let wanted_for = asked(&session.apply(LiveCommand::ReturnTo(0)));
        session.apply(DocumentCommand::Undo);
        session.apply(meanwhile.clone());
        assert!(send(&mut session, wanted_for, &[4.0]).is_empty(), "{meanwhile:?}");
    }
}

#[test]
fn of_two_quick_returns_each_undo_brings_the_swarm_before_it() {
    let mut session = alive();
    kept(&mut session, 1.0);
    kept(&mut session, 2.0);
    let first = asked(&session.apply(LiveCommand::ReturnTo(0)));
    let second = asked(&session.apply(LiveCommand::ReturnTo(1)));
    session.apply(DocumentCommand::Undo);
    assert!(send(&mut session, first, &[7.0]).is_empty());
    assert!(uploads(&send(&mut session, second, &[1.0]), 1.0));
    assert!(uploads(&session.apply(DocumentCommand::Undo), 7.0));
}

#[test]
fn a_checkpoint_has_the_settings_of_its_request() {
    let mut session = alive();
    session.apply(strength(2.0));
    session.apply(DocumentCommand::EndGesture);
    let wanted_for = asked(&session.apply(LiveCommand::SaveCheckpoint));
    session.apply(strength(9.0));
    session.apply(LiveCommand::Swing(Knob::Strength, Some(Swing { amplitude: 1.0, period_s: 3.0 })));
    session.apply(DocumentCommand::EndGesture);
    send(&mut session, wanted_for, &[1.0]);
    let checkpoint = &session.document().world.checkpoints[0];
    assert_eq!((checkpoint.live.strength, checkpoint.swings.is_empty()), (2.0, true));
    assert_eq!(session.document().world.live.strength, 9.0);
}

#[test]
fn a_checkpoint_that_comes_during_a_drag_is_a_step_before_it() {
    let mut session = alive();
    let saved = session.document().world.live.strength;
    let wanted_for = asked(&session.apply(LiveCommand::SaveCheckpoint));
    session.apply(strength(2.0));
    session.apply(strength(3.0));
    send(&mut session, wanted_for, &[1.0]);
    session.apply(strength(4.0));
    session.apply(DocumentCommand::EndGesture);
    let state = |s: &Session| (s.document().world.live.strength, s.document().world.checkpoints.len());
    assert_eq!(state(&session), (4.0, 1));
    let tip = session.document().clone();
    session.apply(DocumentCommand::Undo);
    assert_eq!(state(&session), (saved, 1), "the whole drag, and nothing but the drag");
    assert!(session.is_dirty());
    session.apply(DocumentCommand::Undo);
    assert_eq!(state(&session), (saved, 0));
    assert!(!session.is_dirty());
    session.apply(DocumentCommand::Redo);
    assert_eq!(state(&session), (saved, 1));
    session.apply(DocumentCommand::Redo);
    assert_eq!(*session.document(), tip);
}

#[test]
fn a_checkpoint_survives_the_cancelled_gesture_it_arrived_in() {
    let mut session = alive();
    session.apply(Command::SetWorkspace(Workspace::Paint));
    session.apply(PaintCommand::Clear);
    session.apply(DocumentCommand::Undo);
    let wanted_for = asked(&session.apply(LiveCommand::SaveCheckpoint));
    session.apply(Command::Pointer(Pointer::Press(DVec2::splat(8.0))));
    send(&mut session, wanted_for, &[1.0]);
    assert_eq!(session.snapshot().particles.len(), 4);
    session.apply(PaintCommand::LetGo);
    assert_eq!((session.snapshot().particles.len(), names(&session)), (3, vec!["Checkpoint 1"]));
    assert!(!session.can_redo(), "the cleared picture had no such checkpoint");
}

#[test]
fn a_checkpoint_of_a_closed_scene_is_dropped_with_a_notice() {
    let mut session = alive();
    let wanted_for = asked(&session.apply(LiveCommand::SaveCheckpoint));
    session.apply(DocumentCommand::New);
    let effects = send(&mut session, wanted_for, &[1.0]);
    assert!(notice(&effects).is_some_and(|(level, _)| level == Level::Warning), "{effects:?}");
    assert!(session.document().world.checkpoints.is_empty());
}

#[test]
fn checkpoints_beyond_the_limit_of_a_file_are_refused() {
    let mut session = alive();
    for k in 0..MAX_CHECKPOINTS {
        kept(&mut session, k as f64 / 10.0);
    }
    assert_eq!(notice(&session.apply(LiveCommand::SaveCheckpoint)).unwrap().0, Level::Warning);
    let mut session = alive();
    let wanted_for = asked(&session.apply(LiveCommand::SaveCheckpoint));
    let swarm = Swarm { particles: vec![at(1.0, 1.0); MAX_KEPT_PARTICLES], box_size: DVec2::splat(9.0) };
    session.on_event(LiveEvent::CheckpointSaved(wanted_for, Box::new(LiveState { swarm, seed: 1, step: 2 })));
    assert_eq!(names(&session), ["Checkpoint 1"]);
    let effects = session.apply(LiveCommand::SaveCheckpoint);
    let (level, text) = notice(&effects).unwrap();
    assert!(effects.len() == 1 && level == Level::Warning && text.contains("delete one first"), "{text}");
}
