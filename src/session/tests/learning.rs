use super::*;
use crate::session::live::view::FADE_TICKS;

#[test]
fn learning_runs_pauses_resumes_and_stops_by_command() {
    let mut session = alive();
    let effects = session.apply(LearnCommand::Start);
    let run = started(&effects).expect("training starts").run;
    assert_eq!((session.workspace(), &session.training().state), (Workspace::Learn, &TrainingState::Running));
    assert!(started(&session.apply(LearnCommand::Start)).is_none(), "one run at a time");
    assert_eq!(session.apply(LearnCommand::Pause), vec![Effect::Learn(LearnEffect::Pause(run))]);
    assert_eq!(session.apply(LearnCommand::Pause), vec![]);
    trained(&mut session, jobs::Event::Paused);
    assert_eq!(session.apply(LearnCommand::Resume), vec![Effect::Learn(LearnEffect::Resume(run))]);
    trained(&mut session, progress(4));
    assert_eq!(session.training().progress(), 0.4);
    assert_eq!(session.apply(LearnCommand::Stop), vec![Effect::Learn(LearnEffect::Stop(run))]);
    trained(&mut session, jobs::Event::Finished { reason: Reason::Stopped });
    assert_eq!(session.training().state, TrainingState::Finished { early: true });
    assert_eq!(session.apply(LearnCommand::Stop), vec![]);
}

#[test]
fn a_picture_that_cannot_be_learned_is_refused_with_a_reason() {
    let mut session = Session::new(1);
    let effects = session.apply(LearnCommand::Start);
    let (level, text) = notice(&effects).expect("a reason");
    assert_eq!(level, Level::Error);
    assert!(text.contains("empty"), "{text}");
    assert_eq!(session.training().state, TrainingState::Idle);
}

#[test]
fn continuing_starts_from_the_present_weights() {
    let mut session = alive();
    let effects = session.apply(LearnCommand::Continue);
    assert!(started(&effects).unwrap().start.is_some());
    let mut empty = in_paint();
    empty.apply(PaintCommand::Stroke(triangle()));
    assert!(started(&empty.apply(LearnCommand::Continue)).is_none());
    assert!(started(&empty.apply(LearnCommand::Start)).unwrap().start.is_none());
}

#[test]
fn only_the_first_weights_of_a_run_restart_the_swarm() {
    let mut session = in_paint();
    session.apply(PaintCommand::Stroke(triangle()));
    session.apply(LearnCommand::Start);
    let run = session.training().run;
    let first = session.on_event(LearnEvent::NewRule { run, rule: rule(false) });
    assert!(has_order(&first, |o| matches!(o, EngineOrder::Upload { .. })));
    let second = session.on_event(LearnEvent::NewRule { run, rule: rule(false) });
    assert!(has_order(&second, |o| matches!(o, EngineOrder::SetRule(_))));
    assert!(!has_order(&second, |o| matches!(o, EngineOrder::Upload { .. })));
    assert!(session.is_dirty());
}

#[test]
fn the_learned_flow_is_switched_on_once_when_it_appears() {
    let mut session = alive();
    let live = LiveSettings { flow: FlowKind::Learned, ..Default::default() };
    let effects = session.apply(LiveCommand::SetSettings(live));
    assert_eq!(settings_in(&effects).unwrap().flow, FlowKind::Exact, "no network yet: the exact flow stands in");
    session.apply(LiveCommand::SetSettings(LiveSettings::default()));
    session.apply(LiveCommand::Pause);
    session.apply(LearnCommand::Start);
    session.apply(LearnCommand::SwitchRule);
    let run = session.training().run;
    session.on_event(LearnEvent::NewRule { run, rule: rule(false) });
    let effects = session.on_event(LearnEvent::NewRule { run, rule: rule(true) });
    assert_eq!(settings_in(&effects).unwrap().flow, FlowKind::Learned);
    let exact = LiveSettings { flow: FlowKind::Exact, ..Default::default() };
    session.apply(LiveCommand::SetSettings(exact));
    session.on_event(LearnEvent::NewRule { run, rule: rule(true) });
    assert_eq!(session.document().world.live.flow, FlowKind::Exact, "the user's choice stays");
}

/// A session whose rule has the flows of seeds 1 and 2, of which the second plays.
fn with_two_flows() -> Session {
    let mut session = alive();
    learned(&mut session, Command::Learn(LearnCommand::Start), rule(true));
    let effects = session.apply(LearnCommand::LearnAnotherFlow(None));
    let request = started(&effects).expect("a run of the flow alone");
    assert!(request.another_flow && request.settings.seed == 2);
    let mut newest = Rule::inert(1, true);
    newest.flow.as_mut().unwrap().weights[0] = 0.5;
    let run = request.run;
    assert!(session.on_event(LearnEvent::NewRule { run, rule: Arc::new(newest) }).is_empty(), "the old one plays on");
    assert_eq!(session.document().world.flows.list.len(), 1);
    trained(&mut session, jobs::Event::Finished { reason: Reason::Completed });
    session
}

fn names(session: &Session) -> Vec<&str> {
    session.document().world.flows.list.iter().map(|flow| flow.name.as_str()).collect()
}

/// Asserts that the rule has the flow that the list marks as chosen.
fn assert_in_step(session: &Session) {
    let document = session.document();
    let flow = document.world.rule.as_ref().and_then(|rule| rule.flow.as_ref());
    assert_eq!(flow, document.world.flows.chosen().map(|flow| &*flow.net));
}

#[test]
fn a_new_flow_joins_the_list_and_undo_removes_it() {
    let mut session = with_two_flows();
    assert_eq!((names(&session), session.document().world.flows.chosen), (vec!["seed 1", "seed 2"], 1));
    assert_in_step(&session);
    session.apply(DocumentCommand::Undo);
    assert_eq!(names(&session), ["seed 1"]);
    assert_in_step(&session);
    session.apply(DocumentCommand::Redo);
    assert_eq!(names(&session), ["seed 1", "seed 2"]);
    assert_in_step(&session);
}

#[test]
fn flows_are_picked_named_blended_and_deleted_each_as_one_step() {
    let mut session = with_two_flows();
    session.apply(LearnCommand::PickFlow(0));
    session.apply(LearnCommand::RenameFlow(0, "mill".into()));
    session.apply(DocumentCommand::EndGesture);
    session.apply(LearnCommand::BlendFlows { a: 0, b: 1, share: 0.25 });
    assert_eq!(
        (names(&session), session.document().world.flows.chosen),
        (vec!["mill", "seed 2", "mill + 25 % seed 2"], 2)
    );
    assert_in_step(&session);
    session.apply(LearnCommand::DeleteFlow(0));
    assert_eq!((names(&session), session.document().world.flows.chosen), (vec!["seed 2", "mill + 25 % seed 2"], 1));
    session.apply(LearnCommand::DeleteFlow(1));
    assert_eq!((names(&session), session.document().world.flows.chosen), (vec!["seed 2"], 0));
    assert_in_step(&session);
    session.apply(LearnCommand::DeleteFlow(0));
    assert_eq!(session.document().world.live.flow, FlowKind::Exact, "nothing learned is left");
    assert_in_step(&session);
    for expected in [1, 2, 3, 2] {
        session.apply(DocumentCommand::Undo);
        assert_eq!(session.document().world.flows.list.len(), expected);
        assert_in_step(&session);
    }
}

#[test]
fn a_picked_flow_fades_in_without_a_restart() {
    let mut session = with_two_flows();
    session.apply(Command::SetWorkspace(Workspace::Live));
    for _ in 0..FADE_TICKS {
        session.tick(1);
    }
    let picked = session.apply(LearnCommand::PickFlow(0));
    assert!(picked.is_empty(), "{picked:?}");
    let ticks: Vec<Vec<Effect>> = (0..FADE_TICKS).map(|_| session.tick(1)).collect();
    let exchanged: Vec<usize> =
        (0..ticks.len()).filter(|&t| has_order(&ticks[t], |o| matches!(o, EngineOrder::SetRule(_)))).collect();
    assert_eq!(exchanged.len(), 1);
    let strength = |t: usize| settings_in(&ticks[t]).expect("settings each tick").strength;
    assert_eq!(strength(exchanged[0]), 0.0, "exchanged at the halt");
    assert_eq!(strength(ticks.len() - 1), session.document().world.live.strength);
    assert!(!ticks.iter().any(|effects| has_order(effects, |o| matches!(o, EngineOrder::Upload { .. }))));
}

#[test]
fn the_flows_stay_while_the_pattern_itself_is_learned() {
    let mut session = with_two_flows();
    session.apply(LearnCommand::Continue);
    assert!(!session.flows_are_free());
    let (level, _) = notice(&session.apply(LearnCommand::DeleteFlow(0))).map(|(l, t)| (l, t.to_owned())).unwrap();
    assert_eq!((level, session.document().world.flows.list.len()), (Level::Info, 2));
    let run = session.training().run;
    session.on_event(LearnEvent::NewRule { run, rule: rule(true) });
    assert_eq!(names(&session), ["seed 1", "seed 2"], "learning on keeps them");
    assert_in_step(&session);
    session.on_event(LearnEvent::NewRule { run, rule: rule(false) });
    assert_eq!(names(&session), ["seed 1", "seed 2"], "also before it comes to the flow");
    assert_in_step(&session);
}

#[test]
fn replacing_learned_flows_can_be_undone_and_redone() {
    let mut session = with_two_flows();
    let before = session.document().clone();
    session.apply(LearnCommand::Start);
    let run = session.training().run;
    session.on_event(LearnEvent::NewRule { run, rule: rule(false) });
    assert!(names(&session).is_empty(), "the flows of another energy do not keep this one's pattern");
    session.on_event(LearnEvent::NewRule { run, rule: rule(true) });
    let effects = session.apply(DocumentCommand::Undo);
    assert!(effects.contains(&Effect::Learn(LearnEffect::Stop(run))));
    assert_eq!((names(&session), &session.document().world.rule), (vec!["seed 1", "seed 2"], &before.world.rule));
    assert!(session.on_event(LearnEvent::NewRule { run, rule: rule(false) }).is_empty(), "that run is over");
    session.apply(DocumentCommand::Redo);
    assert_eq!(names(&session), ["seed 1"]);
    assert_in_step(&session);
}

#[test]
fn events_of_an_abandoned_run_are_ignored() {
    let mut session = alive();
    session.apply(LearnCommand::Start);
    let run = session.training().run;
    let effects = session.apply(DocumentCommand::New);
    assert!(effects.contains(&Effect::Learn(LearnEffect::Stop(run))));
    assert!(session.on_event(LearnEvent::NewRule { run, rule: rule(false) }).is_empty());
    assert!(
        session
            .on_event(LearnEvent::Training { run, event: jobs::Event::Failed { message: "late".into() } })
            .is_empty()
    );
    assert!(!session.has_rule());
    assert_eq!(session.training().state, TrainingState::Idle);
}

#[test]
fn a_failed_run_is_reported_and_keeps_the_last_rule() {
    let mut session = alive();
    session.apply(LearnCommand::Start);
    let effects = trained(&mut session, jobs::Event::Failed { message: "the loss became NaN".into() });
    assert_eq!(notice(&effects), Some((Level::Error, "the loss became NaN")));
    assert!(session.has_rule());
    assert!(started(&session.apply(LearnCommand::Start)).is_some(), "one can try again");
}

#[test]
fn settings_are_always_within_what_the_rule_can_run() {
    let mut session = alive();
    learned(&mut session, Command::Learn(LearnCommand::Start), rule(true));
    session.apply(LiveCommand::Pause);
    session.apply(LearnCommand::Start);
    session.apply(LearnCommand::SwitchRule);
    let run = session.training().run;
    let colder = Rule { sigma_range_l: [0.02, 0.05], ..(*rule(false)).clone() };
    let effects = session.on_event(LearnEvent::NewRule { run, rule: Arc::new(colder.clone()) });
    let settings = settings_in(&effects).expect("settings come with the rule");
    settings.validate(&colder).unwrap();
    assert_eq!((settings.sigma_l, settings.flow), (0.05, FlowKind::Exact));
    assert_eq!(session.document().world.live.sigma_l, LiveSettings::default().sigma_l, "the scene's own wish stays");
}
