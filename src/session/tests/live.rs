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

/// What the session shows of the temperature in use, ℓ.
fn shown_sigma_l(session: &Session) -> f64 {
    session.settings_in_use().sigma_l
}

#[test]
fn growing_starts_hot_and_ends_at_the_scenes_temperature() {
    let mut session = alive();
    session.apply(LiveCommand::SetSpeed(50));
    let effects = session.apply(LiveCommand::Grow);
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::Upload { grow_steps: GROW_STEPS, .. })));
    // The engine has the schedule.
    let live = session.document().world.live;
    assert_eq!(settings_in(&effects), Some(live));
    assert_eq!(shown_sigma_l(&session), 0.8);
    let (mut sigma_l, mut ticks) = (0.8, 0);
    while session.live().growing.is_some() && ticks < GROW_STEPS {
        assert_eq!(settings_in(&session.tick(u32::MAX)), None);
        assert!(shown_sigma_l(&session) < sigma_l);
        sigma_l = shown_sigma_l(&session);
        ticks += 1;
    }
    assert_eq!(sigma_l, live.sigma_l);
    assert_eq!(ticks, GROW_STEPS / 200, "a growth runs four times as fast as life");
}

#[test]
fn live_settings_changed_in_a_growth_are_ordered_as_they_are() {
    let mut session = alive();
    session.apply(LiveCommand::Grow);
    session.tick(u32::MAX);
    let live = LiveSettings { relaxation: 0.3, ..session.document().world.live };
    let effects = session.apply(LiveCommand::SetSettings(live));
    assert_eq!(settings_in(&effects), Some(live));
}

#[test]
fn going_back_shows_the_growth_that_goes_on() {
    let mut session = alive();
    session.apply(LiveCommand::Grow);
    session.tick(u32::MAX);
    let (particles, box_size_l) = (session.live().particles, session.live().box_size_l);
    let event = |back| LiveEvent::SwarmChanged { back, particles, box_size_l };
    let before = session.live().growing;
    session.on_event(event(None));
    assert!(before.is_some() && session.live().growing == before, "a brush leaves it alone");
    for growing in [Some(7), None, Some(GROW_STEPS - 1)] {
        session.on_event(event(Some(WentBack { steps: 1, growing })));
        assert_eq!(session.live().growing, growing);
    }
}

#[test]
fn asking_for_more_particles_brings_more() {
    let mut session = alive();
    let effects = session.apply(LiveCommand::SetParticles(600));
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::Upload { swarm, .. } if swarm.len() == 600)));
    let effects = session.apply(DocumentCommand::Undo);
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::Upload { swarm, .. } if swarm.len() == 300)));
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
