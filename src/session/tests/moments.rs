//! Kept moments: what they hold, the way back to them, and the undoing of it, however late the engine answers.

use glam::DVec2;

use super::*;
use crate::worlds::swarm::doc::{LiveState, MAX_KEPT_PARTICLES, MAX_SAVEPOINTS};
use crate::worlds::swarm::picture::Swarm;

/// The copies that the engine was asked for.
fn asked(effects: &[Effect]) -> MomentUse {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Live(LiveEffect::KeepMoment(wanted_for)) => Some(wanted_for.clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{effects:?}"))
}

/// The engine sends a swarm whose particles are at these `x`.
fn tell(session: &mut Session, wanted_for: MomentUse, x: &[f64]) -> Vec<Effect> {
    let swarm = Swarm { particles: x.iter().map(|&x| at(x, 2.0)).collect(), box_size: DVec2::splat(9.0) };
    session.on_event(LiveEvent::MomentKept(wanted_for, Box::new(LiveState { swarm, seed: 1, step: 2 })))
}

fn kept(session: &mut Session, x: f64) -> Vec<Effect> {
    let wanted_for = asked(&session.apply(LiveCommand::KeepMoment));
    tell(session, wanted_for, &[x, x])
}

/// Whether a swarm was ordered whose first particle is at this `x`.
fn uploads(effects: &[Effect], x: f64) -> bool {
    has_order(effects, |o| matches!(o, EngineOrder::Upload(s) if s.particles[0].x == x))
}

fn names(session: &Session) -> Vec<&str> {
    session.document().world.savepoints.iter().map(|moment| moment.name.as_str()).collect()
}

fn strength(strength: f64) -> Command {
    Command::Live(LiveCommand::SetSettings(LiveSettings { strength, ..LiveSettings::default() }))
}

#[test]
fn keeping_and_returning_to_a_moment_are_steps_of_the_history() {
    let mut session = alive();
    let calm = LiveSettings { strength: 0.5, ..LiveSettings::default() };
    session.apply(LiveCommand::SetSettings(calm));
    session.apply(DocumentCommand::EndGesture);
    kept(&mut session, 1.0);
    kept(&mut session, 5.0);
    session.apply(LiveCommand::RenameMoment(1, "later".into()));
    session.apply(DocumentCommand::EndGesture);
    session.apply(LiveCommand::SetSettings(LiveSettings { strength: 9.0, ..LiveSettings::default() }));
    session.apply(DocumentCommand::EndGesture);
    let effects = session.apply(LiveCommand::ReturnTo(0));
    assert!(uploads(&effects, 1.0));
    assert_eq!(settings_in(&effects), Some(calm));
    assert_eq!((session.document().world.live, session.live().particles), (calm, 2));
    session.apply(DocumentCommand::Undo);
    assert_eq!(session.document().world.live.strength, 9.0);
    session.apply(LiveCommand::DeleteMoment(0));
    assert_eq!(names(&session), ["later"]);
    session.apply(DocumentCommand::Undo);
    assert_eq!(names(&session), ["Moment 1", "later"]);
    for expected in [vec!["Moment 1", "later"], vec!["Moment 1", "Moment 2"], vec!["Moment 1"], vec![]] {
        session.apply(DocumentCommand::Undo);
        assert_eq!(names(&session), expected);
    }
}

#[test]
fn undo_of_a_return_restores_the_replaced_swarm() {
    let mut session = alive();
    kept(&mut session, 1.0);
    let undo_steps = session.document().world.savepoints.len();
    let wanted_for = asked(&session.apply(LiveCommand::ReturnTo(0)));
    assert!(tell(&mut session, wanted_for, &[4.0]).is_empty());
    assert_eq!(session.document().world.savepoints.len(), undo_steps, "it is not kept");
    assert!(uploads(&session.apply(DocumentCommand::Undo), 4.0));
    assert_eq!(session.live().particles, 1);
    assert!(uploads(&session.apply(DocumentCommand::Redo), 1.0));
    assert!(uploads(&session.apply(DocumentCommand::Undo), 4.0));
    session.apply(DocumentCommand::Undo);
    assert!(session.document().world.savepoints.is_empty());
}

#[test]
fn a_moment_brings_its_swings() {
    let mut session = alive();
    let swing = Swing { amplitude: 1.0, period_s: 3.0 };
    session.apply(LiveCommand::Swing(Knob::Strength, Some(swing)));
    kept(&mut session, 1.0);
    session.apply(LiveCommand::RestAllKnobs);
    session.apply(LiveCommand::ReturnTo(0));
    assert_eq!(session.document().world.swings.of(Knob::Strength), Some(swing));
}

#[test]
fn a_moment_with_an_unknown_species_is_refused() {
    let mut session = alive();
    let wanted_for = asked(&session.apply(LiveCommand::KeepMoment));
    let stranger = Particle { species: 3, ..at(1.0, 1.0) };
    let swarm = Swarm { particles: vec![at(1.0, 2.0), stranger], box_size: DVec2::splat(9.0) };
    session.on_event(LiveEvent::MomentKept(wanted_for, Box::new(LiveState { swarm, seed: 1, step: 2 })));
    let particles = session.live().particles;
    let effects = session.apply(LiveCommand::ReturnTo(0));
    assert_eq!(effects.len(), 1, "{effects:?}");
    let (level, text) = notice(&effects).unwrap();
    assert!(level == Level::Warning && text.starts_with("Moment 1 has species 4"), "{text}");
    assert_eq!(session.live().particles, particles);
}

#[test]
fn a_moment_of_another_rule_or_motion_gives_a_notice() {
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
        !has_order(&session.apply(DocumentCommand::Undo), |o| matches!(o, EngineOrder::Upload(_))),
        "nobody knows it yet"
    );
    assert_eq!(session.live().particles, before);
    assert!(uploads(&tell(&mut session, wanted_for.clone(), &[4.0]), 4.0));
    assert!(tell(&mut session, wanted_for, &[4.0]).is_empty(), "once");
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
        assert!(tell(&mut session, wanted_for, &[4.0]).is_empty(), "{meanwhile:?}");
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
    assert!(tell(&mut session, first, &[7.0]).is_empty());
    assert!(uploads(&tell(&mut session, second, &[1.0]), 1.0));
    assert!(uploads(&session.apply(DocumentCommand::Undo), 7.0));
}

#[test]
fn a_moment_has_the_settings_of_the_time_when_it_was_asked_for() {
    let mut session = alive();
    session.apply(strength(2.0));
    session.apply(DocumentCommand::EndGesture);
    let wanted_for = asked(&session.apply(LiveCommand::KeepMoment));
    session.apply(strength(9.0));
    session.apply(LiveCommand::Swing(Knob::Strength, Some(Swing { amplitude: 1.0, period_s: 3.0 })));
    session.apply(DocumentCommand::EndGesture);
    tell(&mut session, wanted_for, &[1.0]);
    let moment = &session.document().world.savepoints[0];
    assert_eq!((moment.live.strength, moment.swings.is_empty()), (2.0, true));
    assert_eq!(session.document().world.live.strength, 9.0);
}

#[test]
fn a_moment_that_arrives_during_a_drag_is_the_step_before_it() {
    let mut session = alive();
    let saved = session.document().world.live.strength;
    let wanted_for = asked(&session.apply(LiveCommand::KeepMoment));
    session.apply(strength(2.0));
    session.apply(strength(3.0));
    tell(&mut session, wanted_for, &[1.0]);
    session.apply(strength(4.0));
    session.apply(DocumentCommand::EndGesture);
    let state = |s: &Session| (s.document().world.live.strength, s.document().world.savepoints.len());
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
fn a_moment_survives_the_cancelled_gesture_it_arrived_in() {
    let mut session = alive();
    session.apply(Command::SetWorkspace(Workspace::Paint));
    session.apply(PaintCommand::Clear);
    session.apply(DocumentCommand::Undo);
    let wanted_for = asked(&session.apply(LiveCommand::KeepMoment));
    session.apply(Command::Pointer(Pointer::Press(DVec2::splat(8.0))));
    tell(&mut session, wanted_for, &[1.0]);
    assert_eq!(session.snapshot().particles.len(), 4);
    session.apply(PaintCommand::LetGo);
    assert_eq!((session.snapshot().particles.len(), names(&session)), (3, vec!["Moment 1"]));
    assert!(!session.can_redo(), "the cleared picture had no such moment");
}

#[test]
fn a_moment_of_a_closed_scene_is_dropped_with_a_notice() {
    let mut session = alive();
    let wanted_for = asked(&session.apply(LiveCommand::KeepMoment));
    session.apply(DocumentCommand::New);
    let effects = tell(&mut session, wanted_for, &[1.0]);
    assert!(notice(&effects).is_some_and(|(level, _)| level == Level::Warning), "{effects:?}");
    assert!(session.document().world.savepoints.is_empty());
}

#[test]
fn moments_beyond_the_limit_of_a_file_are_refused() {
    let mut session = alive();
    for k in 0..MAX_SAVEPOINTS {
        kept(&mut session, k as f64 / 10.0);
    }
    assert_eq!(notice(&session.apply(LiveCommand::KeepMoment)).unwrap().0, Level::Warning);
    let mut session = alive();
    let wanted_for = asked(&session.apply(LiveCommand::KeepMoment));
    let swarm = Swarm { particles: vec![at(1.0, 1.0); MAX_KEPT_PARTICLES], box_size: DVec2::splat(9.0) };
    session.on_event(LiveEvent::MomentKept(wanted_for, Box::new(LiveState { swarm, seed: 1, step: 2 })));
    assert_eq!(names(&session), ["Moment 1"]);
    let effects = session.apply(LiveCommand::KeepMoment);
    let (level, text) = notice(&effects).unwrap();
    assert!(effects.len() == 1 && level == Level::Warning && text.contains("delete one first"), "{text}");
}
