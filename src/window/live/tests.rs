use super::testing::{alive, part, rule, settings, swarm, until, upload};
use super::*;
use crate::session::{Checkpoint, Keeping, WentBack};
use crate::worlds::swarm::engine::{CpuEngine, Engine, Growth};
use crate::worlds::swarm::picture::{Particle, Swarm, SwarmEdit};
use crossbeam_channel::bounded;

/// The thread is busy until the answer is dropped.
fn hold_up(live: &Live) -> Sender<()> {
    let (release, held) = bounded(0);
    live.send(Work::Question(Box::new(move |_| _ = held.recv())));
    release
}

fn savepoint() -> Checkpoint {
    let (name, live, swings, swarm) = Default::default();
    Checkpoint { name, live, swings, rule: None, flow: None, swarm }
}

fn next_event(live: &Live) -> Event {
    until(|| live.news().next())
}

#[test]
fn orders_and_requests_are_processed_in_order() {
    let mut live = alive();
    let mut engine = CpuEngine::new(&rule(), &swarm(), &settings(), 1).unwrap();
    let before = live.kept();
    live.pass_on(vec![EngineOrder::Run { steps: 3 }]);
    let after = live.kept().wait().unwrap();
    let before = before.wait().unwrap();
    assert!(before.runs_with.is_some_and(|(playing, settings)| *playing == *rule() && settings == self::settings()));
    let (before, after) = (before.state.unwrap(), after.state.unwrap());
    assert_eq!((&before.swarm, before.step), (&swarm(), 0));
    engine.run(3);
    assert_eq!((&after.swarm, after.step), (engine.swarm(), 3));
    let mut coming = live.look_at_shown();
    assert_eq!(until(|| coming.take()).unwrap().swarm, engine.shown());
    assert_eq!((live.steps_since_asked(), live.steps_since_asked()), (3, 0));
}

#[test]
fn the_window_grows_the_swarm_of_the_terminal() {
    let mut live = alive();
    let orders = |order| vec![order, EngineOrder::SetSettings(settings())];
    live.pass_on(orders(EngineOrder::Upload { swarm: part(30), grow_steps: 60 }));
    for steps in [1, 16, 7, 30] {
        live.pass_on(vec![EngineOrder::Run { steps }]);
    }
    let grown = live.kept().wait().unwrap();
    // The terminal's engine goes on from its start without a pause.
    let engine = CpuEngine::new(&rule(), &part(30), &settings(), 1).unwrap();
    let (mut engine, mut growth) = (Engine::Cpu(Box::new(engine)), Growth::new(60));
    growth.run(&mut engine, &settings(), 54).unwrap();
    let (_, in_use) = grown.runs_with.unwrap();
    assert!(grown.state.unwrap().swarm == engine.swarm().unwrap());
    assert!(&in_use == engine.settings() && in_use.sigma_l > settings().sigma_l, "{in_use:?}");

    live.pass_on(vec![EngineOrder::Back { steps: 3 }]);
    let back = WentBack { steps: 3, growing: Some(51) };
    assert!(matches!(next_event(&live), Event::Live(LiveEvent::SwarmChanged { back: Some(b), .. }) if b == back));
    live.pass_on(vec![EngineOrder::Run { steps: 20 }]);
    growth.run(&mut engine, &settings(), 17).unwrap();
    let lives = live.kept().wait().unwrap();
    assert!(lives.state.unwrap().swarm == engine.swarm().unwrap());
    assert!(lives.runs_with.unwrap().1 == settings());
    until(|| {
        live.look_up();
        (*live.settings() == settings()).then_some(())
    });
}

#[test]
fn a_busy_thread_blocks_no_frame() {
    let mut live = alive();
    until(|| {
        live.look_up();
        live.seen.from.is_some().then_some(())
    });
    let release = hold_up(&live);
    live.pass_on(vec![EngineOrder::Run { steps: 50 }]);
    let number = live.seen.number;
    let (mut coming, fits) = (live.look(), live.steps_that_fit(0.016, false));
    live.look_up();
    assert_eq!((fits, live.seen.number, live.seen.count), (0, number, 40));
    assert!(coming.take().is_none() && live.news().next().is_none());
    assert_eq!(
        follow::middle(&live.seen.bodies, live.seen.box_size, 3).map(|_| ()),
        Some(()),
        "what was seen last is there"
    );
    drop(release);
    assert_eq!(until(|| coming.take()).unwrap().swarm.len(), 40);
    until(|| {
        live.look_up();
        (live.seen.number > number).then_some(())
    });
    assert_eq!((live.seen.past, live.steps_since_asked()), ((1, 1), 50));
    assert!(live.steps_that_fit(0.016, false) > 0);
}

#[test]
fn requested_copies_and_particles_arrive_as_events() {
    let mut live = alive();
    let keeping = Box::new(Keeping { serial: 1, checkpoint: savepoint() });
    live.keep_moment(CheckpointUse::Keep(keeping));
    live.find(swarm().particles[7].position());
    live.pass_on(vec![EngineOrder::Run { steps: 2 }, EngineOrder::Back { steps: 1 }]);
    assert!(
        matches!(next_event(&live), Event::Live(LiveEvent::CheckpointSaved(CheckpointUse::Keep(_), state)) if state.swarm == swarm())
    );
    assert!(matches!(next_event(&live), Event::Live(LiveEvent::Following(Some(7)))));
    // Back comes first within one batch: there is nothing to go back to.
    assert!(matches!(next_event(&live), Event::Live(LiveEvent::NothingBefore)));
}

#[test]
fn a_superseded_swarm_is_skipped_and_sends_no_events() {
    let mut live = alive();
    live.kept().wait().unwrap();
    let release = hold_up(&live);
    live.find(DVec2::ONE);
    live.pass_on(vec![EngineOrder::Edit(vec![SwarmEdit::Add(Particle::default())])]);
    // The slider of particles is dragged.
    live.pass_on(vec![EngineOrder::SetRule(rule()), upload(part(10)), EngineOrder::Run { steps: 5 }]);
    let passed_over = live.kept();
    live.pass_on(vec![upload(part(20)), EngineOrder::Run { steps: 2 }]);
    drop(release);
    let state = live.kept().wait().unwrap().state.unwrap();
    assert_eq!((state.swarm.len(), state.step), (20, 2), "the rule that came with the other makes a new engine");
    let passed_over = passed_over.wait().unwrap();
    assert!(passed_over.runs_with.is_none(), "it never lived");
    assert_eq!(passed_over.state.unwrap().swarm, part(10), "and yet what was asked of it is known");
    assert!(live.news().next().is_none());
    assert_eq!((live.is_behind(), live.steps_since_asked()), (false, 7));
}

#[test]
fn the_swarm_for_undo_is_reported_even_if_already_replaced() {
    let mut live = alive();
    live.kept().wait().unwrap();
    let release = hold_up(&live);
    for n in [10, 20, 30] {
        live.keep_moment(CheckpointUse::Undo(n as u64));
        live.pass_on(vec![upload(part(n))]);
    }
    drop(release);
    for (step, particles) in [(10, 40), (20, 10), (30, 20)] {
        let event = next_event(&live);
        let is_wanted = |wanted: &CheckpointUse, len| *wanted == CheckpointUse::Undo(step) && len == particles;
        assert!(
            matches!(&event, Event::Live(LiveEvent::CheckpointSaved(wanted, state)) if is_wanted(wanted, state.swarm.len())),
            "{event:?}"
        );
    }
}

#[test]
fn a_panic_in_the_thread_is_reported_and_the_next_swarm_runs() {
    let mut live = alive();
    live.send(Work::Question(Box::new(|_| panic!("no luck"))));
    assert!(matches!(next_event(&live), Event::Live(LiveEvent::EngineFailed(why)) if why.contains("no luck")));
    assert!(live.kept().wait().unwrap().state.is_none());
    live.pass_on(vec![upload(swarm()), EngineOrder::Run { steps: 1 }]);
    assert_eq!(live.kept().wait().unwrap().state.unwrap().step, 1);
}

#[test]
fn a_panic_within_an_order_is_reported_and_ends_the_swarm() {
    let mut live = alive();
    live.kept().wait().unwrap();
    // A swarm that no check has seen.
    let stranger = Swarm { particles: vec![Particle { species: 200, ..Particle::default() }], ..swarm() };
    live.send(Work::Question(Box::new(move |host| {
        match host.rewindable.as_mut().map(|rewindable| rewindable.engine_mut()) {
            Some(Engine::Cpu(engine)) => engine.restore(&stranger, 0),
            _ => panic!("it lives on the processor"),
        }
    })));
    live.pass_on(vec![EngineOrder::Run { steps: 5 }]);
    assert!(
        matches!(next_event(&live), Event::Live(LiveEvent::EngineFailed(why)) if why.contains("bug in the program"))
    );
    assert!(live.kept().wait().unwrap().state.is_none(), "what broke is no more");
    assert_eq!((live.is_behind(), live.steps_since_asked()), (false, 5));
    live.pass_on(vec![upload(swarm()), EngineOrder::Run { steps: 1 }]);
    assert_eq!(live.kept().wait().unwrap().state.unwrap().step, 1);
}

#[test]
fn a_failed_order_is_reported_and_the_swarm_stays() {
    let mut live = alive();
    live.kept().wait().unwrap();
    let stranger = Particle { species: 9, ..Particle::default() };
    live.pass_on(vec![upload(Swarm { particles: vec![stranger], box_size: DVec2::splat(5.0) })]);
    assert!(matches!(next_event(&live), Event::Live(LiveEvent::EngineFailed(_))));
    assert_eq!(live.kept().wait().unwrap().state.unwrap().swarm, swarm());
    live.pass_on(vec![EngineOrder::Clear]);
    assert!(live.kept().wait().unwrap().state.is_none());
    assert!(until(|| live.look().take()).is_err());
}

fn at_speed(s_per_step: f64) -> Live {
    let mut live = Live::default();
    live.seen.s_per_step = s_per_step;
    live
}

#[test]
fn the_step_budget_follows_the_frame_time() {
    let mut live = at_speed(0.001);
    assert_eq!(live.steps_that_fit(0.016, false), 1, "a swarm that is new begins slowly");
    (0..60).for_each(|_| _ = live.steps_that_fit(0.016, false));
    assert_eq!(live.steps_that_fit(0.016, false), 16);
    (0..20).for_each(|_| _ = live.steps_that_fit(0.2, false));
    assert_eq!(live.steps_that_fit(0.2, false), 1);
    (0..60).for_each(|_| _ = live.steps_that_fit(0.016, false));
    assert_eq!(live.steps_that_fit(0.016, false), 16);
}

#[test]
fn slow_drawing_does_not_reduce_steps_on_the_processor() {
    let mut live = at_speed(0.001);
    live.seen.from = Some(Source::Processor);
    (0..60).for_each(|_| _ = live.steps_that_fit(0.2, false));
    assert_eq!(live.steps_that_fit(0.2, false), 16, "and no more than their budget");
    (0..60).for_each(|_| _ = live.steps_that_fit(0.2, true));
    assert_eq!(live.steps_that_fit(0.2, true), 120, "unless the swarm grows");
}

#[test]
fn slow_steps_are_made_one_at_a_time() {
    let mut live = at_speed(1.0);
    assert_eq!(live.steps_that_fit(1.0, false), 1);
    live.steps_ordered = 1;
    assert_eq!(live.steps_that_fit(1.0, false), 0, "the one before is not done");
    live.shared.steps_done.store(1, Ordering::Release);
    assert_eq!(live.steps_that_fit(1.0, false), 1);
}
