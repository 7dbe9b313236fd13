use super::*;
use crate::worlds::swarm::measures::{Certificate, Motion, Reading};

fn reading(session: &Session, fidelity: f64) -> Event {
    let seen = session.observation();
    let (fidelity_now, fidelity) = (Some(fidelity), Some(fidelity));
    Event::Observe(ObserveEvent::Observed(Box::new(Reading {
        step: seen.steps(),
        epoch: seen.epoch(),
        fidelity_now,
        fidelity,
        pair_correlation: vec![(0.5, 0.0), (1.5, 2.0)],
        ..Reading::default()
    })))
}

fn certified(session: &mut Session) -> Vec<Effect> {
    let effects = session.apply(ObserveCommand::Certify);
    let request = effects.iter().find_map(|e| match e {
        Effect::Observe(ObserveEffect::Certify(request)) => Some(request),
        _ => None,
    });
    let run = request.expect("a measurement starts").run;
    let evidence = Evidence { grown: 0.7, kept: 0.9, healed: 0.8, replicas: 32, ..Evidence::default() };
    let result = Ok(Box::new(Certificate { evidence, motion: Motion::default() }));
    session.on_event(ObserveEvent::Certified { run, result })
}

#[test]
fn readings_become_curves_over_the_steps() {
    let mut session = alive();
    session.apply(LiveCommand::SetSpeed(10));
    for k in 0..3 {
        session.tick(u32::MAX);
        let event = reading(&session, 0.5 + 0.1 * f64::from(k));
        session.on_event(event);
    }
    let chart = session.chart(PlotKind::Series("fidelity"));
    let steps: Vec<f64> = chart.curves[0].points.iter().map(|p| p[0]).collect();
    assert_eq!(steps, [10.0, 20.0, 30.0]);
    assert_eq!(session.observation().fidelity_now(), Some(0.7));
    assert_eq!(session.chart(PlotKind::Series("pair-correlation")).curves[0].points, [[0.5, 0.0], [1.5, 2.0]]);
    for kind in drawer_plots().map(|row| row.kind) {
        // None breaks where little is known.
        let (chart, csv) = (session.chart(kind), session.chart(kind).to_csv());
        let mut rows = csv.lines().skip(1);
        assert!(rows.all(|row| row.split(',').count() == 1 + chart.curves.len()), "{csv}");
    }
}

#[test]
fn scrambling_begins_a_healing_and_a_restart_ends_it() {
    let mut session = alive();
    session.tick(1);
    let event = reading(&session, 0.9);
    session.on_event(event);
    session.apply(LiveCommand::Randomise);
    let healing = session.observation().healing.clone().expect("a healing");
    assert_eq!((healing.kind, healing.before()), (DisturbanceKind::Scrambled, Some(0.9)));
    session.apply(LiveCommand::Grow);
    assert_eq!(session.observation().healing.as_ref().unwrap().kind, DisturbanceKind::Growing);
    session.apply(LiveCommand::RestartFromSnapshot);
    assert!(session.observation().healing.is_none());
    session.apply(DocumentCommand::New);
    assert_eq!(session.observation().steps(), 0);
}

#[test]
fn a_certificate_is_saved_and_no_step_of_the_history() {
    let mut session = alive();
    assert_eq!(session.seal(), Seal::None);
    let could_undo = session.can_undo();
    let effects = certified(&mut session);
    assert!(notice(&effects).unwrap().1.contains("kept 0.90"));
    assert!(matches!(session.seal(), Seal::Valid(evidence) if evidence.healed == 0.8));
    assert!(session.is_dirty() && session.can_undo() == could_undo);
    assert!(session.document().world.evidence.is_some());
    assert!(session.certified_motion().is_some());
}

#[test]
fn a_changed_picture_makes_the_certificate_stale_until_undo() {
    let mut session = alive();
    certified(&mut session);
    session.tick(1);
    session.apply(Command::SetWorkspace(Workspace::Paint));
    session.apply(PaintCommand::Add(at(6.0, 6.0)));
    session.tick(1);
    assert!(matches!(session.seal(), Seal::Stale(_)) && session.document().world.evidence.is_none());
    session.apply(DocumentCommand::Undo);
    session.tick(1);
    assert!(matches!(session.seal(), Seal::Valid(_)));
    session.apply(DocumentCommand::SetTitle("other".into()));
    session.tick(1);
    assert!(matches!(session.seal(), Seal::Valid(_)), "a title changes nothing that was measured");
}

#[test]
fn the_seal_follows_the_live_settings() {
    let mut session = alive();
    certified(&mut session);
    let measured = session.document().world.live;
    session.document.world.evidence.as_mut().unwrap().live = Some(measured);
    assert!(matches!(session.seal(), Seal::Valid(_)));
    session.apply(LiveCommand::SetSettings(LiveSettings { denoised: false, ..measured }));
    assert!(matches!(session.seal(), Seal::Valid(_)), "it moves alike");
    session.apply(LiveCommand::SetSettings(LiveSettings { relaxation: 2.0, ..measured }));
    session.tick(1);
    assert!(matches!(session.seal(), Seal::OfOtherSettings(_)));
    session.apply(LiveCommand::SetSettings(measured));
    assert!(matches!(session.seal(), Seal::Valid(_)));
    // One of an older program has no settings to compare.
    session.document.world.evidence.as_mut().unwrap().live = None;
    session.apply(LiveCommand::SetSettings(LiveSettings { relaxation: 2.0, ..measured }));
    assert!(matches!(session.seal(), Seal::Valid(_)));
}

#[test]
fn a_new_scene_or_run_cancels_the_certificate() {
    let mut session = alive();
    session.apply(ObserveCommand::Certify);
    session.tick(1);
    assert!(matches!(session.certificate().state, CertificateState::Running { .. }));
    session.apply(Command::SetWorkspace(Workspace::Paint));
    session.apply(PaintCommand::Add(at(6.0, 6.0)));
    let effects = session.tick(1);
    assert!(effects.contains(&Effect::Observe(ObserveEffect::StopCertifying)));
    assert_eq!(session.certificate().state, CertificateState::Idle);

    session.apply(ObserveCommand::Certify);
    let effects = session.apply(LearnCommand::Start);
    assert!(effects.contains(&Effect::Observe(ObserveEffect::StopCertifying)));
    let effects = session.apply(ObserveCommand::Certify);
    assert!(
        !effects.iter().any(|e| matches!(e, Effect::Observe(ObserveEffect::Certify(_)))),
        "never while it learns: {effects:?}"
    );
}

#[test]
fn only_a_completed_run_is_certified_by_itself() {
    for (reason, expected) in [(Reason::Completed, true), (Reason::Stopped, false)] {
        let mut session = alive();
        session.apply(LearnCommand::Start);
        let run = session.training().run;
        session.on_event(LearnEvent::NewRule { run, rule: rule(false) });
        let effects = trained(&mut session, jobs::Event::Finished { reason });
        assert_eq!(effects.iter().any(|e| matches!(e, Effect::Observe(ObserveEffect::Certify(_)))), expected);
    }
}

#[test]
fn failed_and_late_certificates_leave_the_scene_alone() {
    let mut session = alive();
    let run_of = |effects: Vec<Effect>| match &effects[..] {
        [Effect::Observe(ObserveEffect::Certify(request))] => request.run,
        other => panic!("{other:?}"),
    };
    let run = run_of(session.apply(ObserveCommand::Certify));
    session.on_event(ObserveEvent::CertificateProgress { run, phase: "growing", share: 0.5 });
    assert_eq!(session.certificate().state, CertificateState::Running { phase: "growing", share: 0.5 });
    let effects = session.on_event(ObserveEvent::Certified { run, result: Err("there is no pattern".into()) });
    assert!(notice(&effects).unwrap().1.contains("there is no pattern"));
    assert!(matches!(session.certificate().state, CertificateState::Failed(_)));
    let run = run_of(session.apply(ObserveCommand::Certify));
    session.apply(ObserveCommand::CancelCertify);
    let result = Ok(Box::new(Certificate { evidence: Evidence::default(), motion: Motion::default() }));
    assert!(session.on_event(ObserveEvent::Certified { run, result }).is_empty());
    assert!(session.document().world.evidence.is_none());
}

#[test]
fn non_finite_particles_are_reported_once() {
    let mut session = alive();
    let mut is_reported =
        |faults| notice(&session.on_event(ObserveEvent::SpeedMeasured(Speed { faults, ..Speed::default() }))).is_some();
    assert_eq!([0, 5, 9, 0, 2].map(&mut is_reported), [false, true, false, false, true]);
}

#[test]
fn a_plot_is_saved_as_it_is_now() {
    let mut session = alive();
    session.tick(1);
    let event = reading(&session, 0.6);
    session.on_event(event);
    let path = PathBuf::from("fidelity.csv");
    match &session.apply(ObserveCommand::SavePlot(PlotKind::Series("fidelity"), path.clone()))[..] {
        [Effect::Observe(ObserveEffect::SavePlot { path: to, chart })] => {
            assert_eq!(to, &path);
            assert_eq!(**chart, session.chart(PlotKind::Series("fidelity")));
        }
        other => panic!("{other:?}"),
    }
}
