use super::*;
use crate::session::command::RuleRequest;
use crate::session::live::view::FADE_TICKS;
use crate::worlds::swarm::measures::QuickFidelity;

fn other_rule() -> Arc<Rule> {
    let mut other = (*rule(false)).clone();
    other.energy.weights[0] = 0.5;
    Arc::new(other)
}

fn measured(session: &mut Session, role: RuleRole, step: usize, value: f64) -> Vec<Effect> {
    let run = session.training().run;
    let result = Ok(QuickFidelity { kept: Some(value), grown: Some(value) });
    session.on_event(LearnEvent::RuleMeasured { run, role, step, result })
}

fn requests(effects: &[Effect]) -> Vec<&RuleRequest> {
    fn request(effect: &Effect) -> Option<&RuleRequest> {
        match effect {
            Effect::Learn(LearnEffect::MeasureRule(request)) => Some(request),
            _ => None,
        }
    }
    effects.iter().filter_map(request).collect()
}

/// Lets a change of rules run to its end; the orders for another rule that came.
fn fade(session: &mut Session) -> usize {
    let is_rule = |effect: &Effect| matches!(effect, Effect::Engine(EngineOrder::SetRule(_)));
    (0..FADE_TICKS).map(|_| session.tick(1).iter().filter(|e| is_rule(e)).count()).sum()
}

#[test]
fn the_old_rule_plays_until_the_new_one_is_as_good() {
    let mut session = alive();
    let effects = session.apply(LearnCommand::Start);
    let old = session.document().world.rule.clone().unwrap();
    assert!(Arc::ptr_eq(&requests(&effects)[0].rule, &old) && requests(&effects)[0].role == RuleRole::Old);
    let run = session.training().run;
    measured(&mut session, RuleRole::Old, 0, 0.8);

    let effects = session.on_event(LearnEvent::NewRule { run, rule: other_rule() });
    assert!(!has_order(&effects, |_| true), "{effects:?}");
    assert_eq!(requests(&effects)[0].role, RuleRole::New);
    assert!(Arc::ptr_eq(session.playing_rule().unwrap(), &old));
    assert_ne!(session.document().world.rule.as_ref().unwrap(), &old, "what is saved is the newest");

    measured(&mut session, RuleRole::New, 100, 0.7);
    assert_eq!(session.held(), Some(&Held { old: Some(0.8), new: Some(0.7) }));
    assert_eq!(fade(&mut session), 0);
    let effects = measured(&mut session, RuleRole::New, 200, 0.81);
    assert!(notice(&effects).unwrap().1.contains("0.81, and the old one had 0.80"));
    assert_eq!(session.held(), None);
    assert_eq!(fade(&mut session), 1, "it takes over once, at the halt");
    assert_ne!(session.playing_rule().unwrap(), &old);
    let effects = session.on_event(LearnEvent::NewRule { run, rule: other_rule() });
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::SetRule(_))), "from now on the newest weights play");
}

#[test]
fn the_new_rule_takes_over_at_the_end_of_the_run_or_on_a_click() {
    let begin = || {
        let mut session = alive();
        session.apply(LearnCommand::Start);
        let run = session.training().run;
        session.on_event(LearnEvent::NewRule { run, rule: other_rule() });
        assert!(session.held().is_some());
        session
    };
    let mut session = begin();
    measured(&mut session, RuleRole::Old, 0, 0.9);
    trained(&mut session, jobs::Event::Finished { reason: Reason::Completed });
    assert!(session.held().is_none());
    assert_eq!(fade(&mut session), 1);

    let mut session = begin();
    session.apply(LearnCommand::SwitchRule);
    assert!(session.held().is_none());
    assert_eq!(fade(&mut session), 1);

    let mut session = begin();
    let run = session.training().run;
    let result = Err("no samples".to_owned());
    session.on_event(LearnEvent::RuleMeasured { run, role: RuleRole::Old, step: 0, result });
    assert!(session.held().is_none());
    assert_eq!(fade(&mut session), 1);

    let mut session = begin();
    session.apply(LiveCommand::Pause);
    let effects = session.apply(LearnCommand::SwitchRule);
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::SetRule(_))), "at once where nothing moves");
}

#[test]
fn a_new_species_drops_the_old_rule_at_once() {
    let mut session = alive();
    session.apply(Command::SetWorkspace(Workspace::Paint));
    session.apply(PaintCommand::Add(Particle { species: 1, ..at(5.0, 5.0) }));
    let effects = session.apply(LearnCommand::Start);
    assert!(requests(&effects).is_empty() && session.held().is_none());
    let run = session.training().run;
    let effects = session.on_event(LearnEvent::NewRule { run, rule: rule(false) });
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::Upload { .. })), "its own swarm comes at once");
}

#[test]
fn an_edited_picture_is_learned_on_from_the_present_weights() {
    let mut session = alive();
    session.apply(Command::SetWorkspace(Workspace::Paint));
    session.apply(PaintCommand::Stroke(vec![at(4.0, 2.0), at(4.0, 3.0)]));
    let effects = session.apply(LearnCommand::Continue);
    let request = started(&effects).expect("a run");
    assert_eq!(request.stills.selected().particles.len(), 5);
    assert!(Arc::ptr_eq(request.start.as_ref().unwrap(), session.document().world.rule.as_ref().unwrap()));
    assert_eq!(
        requests(&effects)[0].stills.selected().particles.len(),
        5,
        "the old rule is measured on the new picture"
    );
}

#[test]
fn a_settled_phase_is_ended_once_if_enabled() {
    let run_through = |wanted: bool| {
        let mut session = alive();
        session.apply(LearnCommand::SetStopWhenSettled(wanted));
        session.apply(LearnCommand::Start);
        let run = session.training().run;
        trained(&mut session, progress(1));
        let mut ends = Vec::new();
        for step in 1..=40 {
            let effects = measured(&mut session, RuleRole::New, 100 * step, 0.9 - 0.5 / step as f64);
            if effects.contains(&Effect::Learn(LearnEffect::EndPhase(run))) {
                ends.push(step);
            }
        }
        ends
    };
    assert!(run_through(false).is_empty());
    let ends = run_through(true);
    assert_eq!(ends.len(), 1, "{ends:?}");
    assert!((10..40).contains(&ends[0]), "{ends:?}");
}

#[test]
fn measurements_of_a_finished_run_are_ignored() {
    let mut session = alive();
    session.apply(LearnCommand::Start);
    let run = session.training().run;
    session.apply(DocumentCommand::New);
    let result = Ok(QuickFidelity { kept: Some(1.0), grown: Some(1.0) });
    assert!(session.on_event(LearnEvent::RuleMeasured { run, role: RuleRole::New, step: 1, result }).is_empty());
    assert!(session.training().fidelity.kept.points().is_empty());
}

#[test]
fn a_run_that_ends_worse_is_reported_and_can_be_undone() {
    let mut session = alive();
    let old = session.document().world.rule.clone();
    session.apply(LearnCommand::Start);
    let run = session.training().run;
    measured(&mut session, RuleRole::Old, 0, 0.9);
    session.on_event(LearnEvent::NewRule { run, rule: other_rule() });
    measured(&mut session, RuleRole::New, 100, 0.5);
    let effects = trained(&mut session, jobs::Event::Finished { reason: Reason::Completed });
    assert!(notice(&effects).unwrap().1.contains("0.50, and it had 0.90. Undo"), "{effects:?}");
    assert_ne!(session.document().world.rule, old);
    session.apply(DocumentCommand::Undo);
    assert_eq!(session.document().world.rule, old);
    session.apply(DocumentCommand::Redo);
    assert_ne!(session.document().world.rule, old);
}
