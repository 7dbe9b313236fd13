use super::*;
use crate::worlds::swarm::rule::GROW_STEPS;

#[test]
fn time_runs_only_while_playing_and_a_step_is_one_step() {
    let mut session = alive();
    session.apply(LiveCommand::SetSpeed(5));
    assert_eq!(session.tick(u32::MAX), vec![Effect::Engine(EngineOrder::Run { steps: 5 })]);
    session.apply(LiveCommand::Pause);
    assert!(session.tick(u32::MAX).is_empty());
    session.apply(LiveCommand::Step);
    assert_eq!(session.tick(u32::MAX), vec![Effect::Engine(EngineOrder::Run { steps: 1 })]);
    assert!(session.tick(u32::MAX).is_empty());
    session.apply(LiveCommand::Play);
    session.apply(Command::SetWorkspace(Workspace::Paint));
    assert!(session.tick(u32::MAX).is_empty(), "time stands still while painting");
}

#[test]
fn growing_starts_hot_and_ends_at_the_scenes_temperature() {
    let mut session = alive();
    session.apply(LiveCommand::SetSpeed(50));
    let effects = session.apply(LiveCommand::Grow);
    assert_eq!(settings_in(&effects).unwrap().sigma_l, 0.8);
    let (mut last, mut ticks) = (None, 0);
    while session.live().growing.is_some() && ticks < GROW_STEPS {
        last = settings_in(&session.tick(u32::MAX)).or(last);
        ticks += 1;
    }
    assert_eq!(last.unwrap(), session.document().world.live);
    assert_eq!(ticks, GROW_STEPS / 200, "a growth runs four times as fast as life");
    assert_eq!(settings_in(&session.tick(u32::MAX)), None);
}

#[test]
fn asking_for_more_particles_brings_more() {
    let mut session = alive();
    let effects = session.apply(LiveCommand::SetParticles(600));
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::Upload(s) if s.len() == 600)));
    let effects = session.apply(DocumentCommand::Undo);
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::Upload(s) if s.len() == 300)));
}

#[test]
fn without_a_rule_nothing_runs_and_a_notice_explains() {
    let mut session = Session::new(1);
    assert!(session.tick(u32::MAX).is_empty());
    assert_eq!(notice(&session.apply(LiveCommand::Grow)).unwrap().0, Level::Info);
}

#[test]
fn settings_out_of_range_are_clamped() {
    let mut session = alive();
    let mut wild = LiveSettings { strength: -3.0, relaxation: 1e9, step_factor: 7.0, ..Default::default() };
    wild.knobs.window_l[0] = 50.0;
    wild.knobs.swirl[2] = -1e6;
    let effects = session.apply(LiveCommand::SetSettings(wild));
    let rule = session.document().world.rule.clone().unwrap();
    settings_in(&effects).unwrap().validate(&rule).unwrap();
}
