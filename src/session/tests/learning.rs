use super::*;

#[test]
fn learning_runs_pauses_resumes_and_stops_by_command() {
    let mut session = alive();
    let effects = session.apply(Command::StartLearning);
    let run = started(&effects).expect("training starts").run;
    assert_eq!((session.place(), &session.training().state), (Place::Learn, &TrainingState::Running));
    assert!(started(&session.apply(Command::StartLearning)).is_none(), "one run at a time");
    assert_eq!(session.apply(Command::PauseLearning), vec![Effect::PauseTraining(run)]);
    assert_eq!(session.apply(Command::PauseLearning), vec![]);
    trained(&mut session, worker::Event::Paused);
    assert_eq!(session.apply(Command::ResumeLearning), vec![Effect::ResumeTraining(run)]);
    trained(&mut session, progress(4));
    assert_eq!(session.training().progress(), 0.4);
    assert_eq!(session.apply(Command::StopLearning), vec![Effect::StopTraining(run)]);
    trained(&mut session, worker::Event::Finished { reason: Reason::Stopped });
    assert_eq!(session.training().state, TrainingState::Finished { early: true });
    assert_eq!(session.apply(Command::StopLearning), vec![]);
}

#[test]
fn a_picture_that_cannot_teach_is_refused_with_the_reason() {
    let mut session = Session::new(1);
    let effects = session.apply(Command::StartLearning);
    let (level, text) = notice(&effects).expect("a reason");
    assert_eq!(level, Level::Error);
    assert!(text.contains("empty"), "{text}");
    assert_eq!(session.training().state, TrainingState::Idle);
}

#[test]
fn learning_on_takes_the_present_weights_and_needs_some() {
    let mut session = alive();
    let effects = session.apply(Command::ContinueLearning);
    assert!(started(&effects).unwrap().start.is_some());
    let mut empty = in_paint();
    empty.apply(Command::Stroke(triangle()));
    assert!(started(&empty.apply(Command::ContinueLearning)).is_none());
    assert!(started(&empty.apply(Command::StartLearning)).unwrap().start.is_none());
}

#[test]
fn the_first_weights_of_a_run_bring_its_swarm_and_later_ones_only_replace_the_rule() {
    let mut session = alive();
    session.apply(Command::StartLearning);
    let run = session.training().run;
    let first = session.on_event(Event::NewRule { run, rule: rule(false) });
    assert!(has_order(&first, |o| matches!(o, EngineOrder::Upload(_))));
    let second = session.on_event(Event::NewRule { run, rule: rule(false) });
    assert!(has_order(&second, |o| matches!(o, EngineOrder::SetRule(_))));
    assert!(!has_order(&second, |o| matches!(o, EngineOrder::Upload(_))));
    assert!(session.is_dirty());
}

#[test]
fn the_learned_flow_is_switched_on_when_it_first_appears_and_never_before() {
    let mut session = alive();
    let live = LiveSettings { flow: FlowKind::Learned, ..Default::default() };
    let effects = session.apply(Command::SetLive(live));
    assert_eq!(settings_in(&effects).unwrap().flow, FlowKind::Exact, "no network yet: the exact flow stands in");
    session.apply(Command::SetLive(LiveSettings::default()));
    session.apply(Command::StartLearning);
    let run = session.training().run;
    session.on_event(Event::NewRule { run, rule: rule(false) });
    let effects = session.on_event(Event::NewRule { run, rule: rule(true) });
    assert_eq!(settings_in(&effects).unwrap().flow, FlowKind::Learned);
    let exact = LiveSettings { flow: FlowKind::Exact, ..Default::default() };
    session.apply(Command::SetLive(exact));
    session.on_event(Event::NewRule { run, rule: rule(true) });
    assert_eq!(session.document().live.flow, FlowKind::Exact, "the user's choice stays");
}

#[test]
fn what_an_abandoned_run_still_says_is_not_heard() {
    let mut session = alive();
    session.apply(Command::StartLearning);
    let run = session.training().run;
    let effects = session.apply(Command::New);
    assert!(effects.contains(&Effect::StopTraining(run)));
    assert!(session.on_event(Event::NewRule { run, rule: rule(false) }).is_empty());
    assert!(
        session.on_event(Event::Training { run, event: worker::Event::Failed { message: "late".into() } }).is_empty()
    );
    assert!(!session.has_rule());
    assert_eq!(session.training().state, TrainingState::Idle);
}

#[test]
fn a_failure_of_training_is_told_and_the_last_rule_stays() {
    let mut session = alive();
    session.apply(Command::StartLearning);
    let effects = trained(&mut session, worker::Event::Failed { message: "the loss became NaN".into() });
    assert_eq!(notice(&effects), Some((Level::Error, "the loss became NaN")));
    assert!(session.has_rule());
    assert!(started(&session.apply(Command::StartLearning)).is_some(), "one can try again");
}

#[test]
fn a_rule_without_a_flow_or_trained_at_other_temperatures_never_meets_settings_it_cannot_run() {
    let mut session = alive();
    session.apply(Command::StartLearning);
    let run = session.training().run;
    session.on_event(Event::NewRule { run, rule: rule(true) });
    session.on_event(Event::Training { run, event: worker::Event::Finished { reason: Reason::Completed } });
    session.apply(Command::ContinueLearning);
    let run = session.training().run;
    let colder = Rule { sigma_range_l: [0.02, 0.05], ..(*rule(false)).clone() };
    let effects = session.on_event(Event::NewRule { run, rule: Arc::new(colder.clone()) });
    let settings = settings_in(&effects).expect("settings come with the rule");
    settings.validate(&colder).unwrap();
    assert_eq!((settings.sigma_l, settings.flow), (0.05, FlowKind::Exact));
    assert_eq!(session.document().live.sigma_l, LiveSettings::default().sigma_l, "the scene's own wish stays");
}
