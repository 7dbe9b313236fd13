//! What the session promises.

use std::path::PathBuf;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::learn::{Phase, StepStats, TrainingSettings};
use crate::rule::{FlowKind, LiveSettings, LocalNet, NetShape, Rule};
use crate::snapshot::{Boundary, Ensemble, Mode, Particle, Snapshot};

fn at(x: f64, y: f64) -> Particle {
    Particle { x, y, ..Particle::default() }
}

fn triangle() -> Vec<Particle> {
    vec![at(2.0, 2.0), at(3.0, 2.0), at(2.5, 3.0)]
}

fn net(outputs: usize) -> LocalNet {
    let shape = NetShape { species: 1, phi: [4, 4], rho: [4, 4], outputs };
    LocalNet { shape, weights: vec![0.0; shape.layout().total] }
}

fn rule(with_flow: bool) -> Arc<Rule> {
    Arc::new(Rule {
        unit_length: 1.0,
        cutoff_l: 3.9,
        sigma_range_l: [0.1, 0.8],
        kappa: 1.0,
        energy: net(1),
        flow: with_flow.then(|| net(3)),
    })
}

/// A session with a picture, and with what the opening of a scene with a rule leaves behind.
fn alive() -> Session {
    let mut session = Session::new(7);
    let snapshot = Snapshot { particles: triangle(), box_size: NEW_BOX, ..Snapshot::default() };
    let document = Document { snapshot: Arc::new(snapshot), rule: Some(rule(false)), ..Document::default() };
    let source = SceneSource::Bundled("triangle".into());
    let effects = session.on_event(Event::Opened { source, result: Ok(Box::new(document)) });
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::SetRule(_))));
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::Upload(_))));
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
        Effect::StartTraining(request) => Some(&**request),
        _ => None,
    })
}

fn progress(step: usize) -> TrainingEvent {
    let stats = StepStats { phase: Phase::Energy, step, steps: 10, loss: 0.5 };
    TrainingEvent::Progress { stats, eta_s: Some(2.0) }
}

fn trained(session: &mut Session, event: TrainingEvent) -> Vec<Effect> {
    let run = session.training().run;
    session.on_event(Event::Training { run, event })
}

// --- history -------------------------------------------------------------------------------------------------------

fn any_point() -> impl Strategy<Value = [f64; 2]> {
    // Some of them outside the box.
    (-2.0..18.0, -2.0..12.0).prop_map(|(x, y)| [x, y])
}

fn any_particle() -> impl Strategy<Value = Particle> {
    (any_point(), -7.0..7.0, 0u8..9).prop_map(|([x, y], heading, species)| Particle { x, y, heading, species })
}

fn any_command() -> impl Strategy<Value = Command> {
    let indices = || proptest::collection::vec(0usize..12, 0..4);
    prop_oneof![
        any_particle().prop_map(Command::Paint),
        proptest::collection::vec(any_particle(), 0..4).prop_map(Command::Stroke),
        any_point().prop_map(|p| Command::Pointer(Pointer::Press(p))),
        any_point().prop_map(|p| Command::Pointer(Pointer::Drag(p))),
        Just(Command::Pointer(Pointer::Release)),
        Just(Command::SetTool(Tool::Pen)),
        Just(Command::SetTool(Tool::Eraser)),
        Just(Command::SetPlace(Place::Paint)),
        Just(Command::SetPlace(Place::Live)),
        (any_point(), 0.0..3.0).prop_map(|(centre, radius)| Command::EraseAt { centre, radius }),
        (indices(), any_point()).prop_map(|(indices, by)| Command::MoveParticles { indices, by }),
        (indices(), -3.0..3.0).prop_map(|(indices, by)| Command::TurnParticles { indices, by }),
        (indices(), 0u8..9).prop_map(|(indices, species)| Command::RecolourParticles { indices, species }),
        indices().prop_map(Command::DeleteParticles),
        Just(Command::Clear),
        any_point().prop_map(Command::SetBox),
        Just(Command::SetMode(Mode::Whole)),
        Just(Command::SetBoundary(Boundary::Open)),
        (0usize..9).prop_map(|copies| Command::SetEnsemble(Ensemble { copies, ..Ensemble::default() })),
        (1usize..9).prop_map(|steps| Command::SetTraining(TrainingSettings { steps, ..Default::default() })),
        (0.1..0.8).prop_map(|sigma_l| Command::SetLive(LiveSettings { sigma_l, ..Default::default() })),
        (1usize..400).prop_map(Command::SetParticles),
        "[a-c]{0,3}".prop_map(Command::SetTitle),
        Just(Command::SurpriseMe),
        Just(Command::EndGesture),
        Just(Command::New),
        Just(Command::Undo),
        Just(Command::Redo),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn undoing_everything_gives_the_start_and_redoing_everything_the_end(
        commands in proptest::collection::vec(any_command(), 0..40)
    ) {
        let mut session = alive();
        while session.can_undo() {
            session.apply(Command::Undo);
        }
        let start = session.document().clone();
        for command in commands {
            session.apply(command);
        }
        // Whatever was undone on the way is brought back first, so that `end` is the tip of the history.
        while session.can_redo() {
            session.apply(Command::Redo);
        }
        let end = session.document().clone();
        let end_is_dirty = session.is_dirty();
        while session.can_undo() {
            session.apply(Command::Undo);
        }
        prop_assert_eq!(session.document(), &start);
        while session.can_redo() {
            session.apply(Command::Redo);
        }
        prop_assert_eq!(session.document(), &end);
        prop_assert_eq!(session.is_dirty(), end_is_dirty);
    }

    #[test]
    fn no_command_ever_leaves_a_particle_outside_the_box_or_a_species_too_many(
        commands in proptest::collection::vec(any_command(), 0..40)
    ) {
        let mut session = Session::new(1);
        session.apply(Command::SetPlace(Place::Paint));
        for command in commands {
            session.apply(command);
            let [w, h] = session.snapshot().box_size;
            for p in &session.snapshot().particles {
                prop_assert!((0.0..=w).contains(&p.x) && (0.0..=h).contains(&p.y) && p.heading.is_finite());
                prop_assert!(p.species < 8);
            }
        }
    }

    #[test]
    fn a_session_that_is_not_dirty_holds_the_saved_document_and_undoing_all_gets_there(
        commands in proptest::collection::vec(any_command(), 0..30)
    ) {
        let mut session = Session::new(1);
        // Without New: the saved document of another scene is another one.
        for command in commands.into_iter().filter(|c| *c != Command::New) {
            session.apply(command);
            if !session.is_dirty() {
                prop_assert_eq!(session.document(), &Document::default());
            }
        }
        while session.can_undo() {
            session.apply(Command::Undo);
        }
        prop_assert!(!session.is_dirty());
    }
}

#[test]
fn a_slider_drag_is_one_step_of_the_history_and_two_drags_are_two() {
    let mut session = Session::new(1);
    let set = |s: &mut Session, sigma_l| s.apply(Command::SetLive(LiveSettings { sigma_l, ..Default::default() }));
    for sigma in [0.2, 0.3, 0.4] {
        set(&mut session, sigma);
    }
    session.apply(Command::EndGesture);
    for sigma in [0.5, 0.6] {
        set(&mut session, sigma);
    }
    session.apply(Command::Undo);
    assert_eq!(session.document().live.sigma_l, 0.4);
    session.apply(Command::Undo);
    assert_eq!(session.document().live, LiveSettings::default());
    assert!(!session.can_undo());
}

#[test]
fn what_changes_nothing_is_no_step_of_the_history() {
    let mut session = Session::new(1);
    session.apply(Command::Clear);
    session.apply(Command::SetMode(Mode::Motif));
    session.apply(Command::Paint(at(-1.0, 0.0)));
    session.apply(Command::SetLive(LiveSettings { sigma_l: f64::NAN, ..Default::default() }));
    assert!(!session.can_undo() && !session.is_dirty());
}

#[test]
fn a_new_edit_ends_the_redo() {
    let mut session = Session::new(1);
    session.apply(Command::Paint(at(1.0, 1.0)));
    session.apply(Command::Undo);
    session.apply(Command::Paint(at(2.0, 2.0)));
    assert!(!session.can_redo());
    assert_eq!(session.snapshot().particles, vec![at(2.0, 2.0)]);
}

#[test]
fn opening_another_scene_can_be_undone_with_its_rule_and_its_unsaved_work() {
    let mut session = alive();
    session.apply(Command::Paint(at(9.0, 9.0)));
    let before = session.document().clone();
    let result = Ok(Box::new(Document { title: "Other".into(), ..Document::default() }));
    session.on_event(Event::Opened { source: SceneSource::File("other.ron".into()), result });
    assert_eq!(session.path(), Some(std::path::Path::new("other.ron")));
    assert!(!session.is_dirty());
    let effects = session.apply(Command::Undo);
    assert_eq!(*session.document(), before);
    assert!(session.is_dirty() && session.path().is_none());
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::Upload(_))));
}

#[test]
fn undoing_an_edit_of_the_picture_keeps_what_was_learned_since() {
    let mut session = alive();
    session.apply(Command::Paint(at(9.0, 9.0)));
    session.apply(Command::StartLearning);
    let newest = rule(true);
    let run = session.training().run;
    session.on_event(Event::NewRule { run, rule: newest.clone() });
    session.apply(Command::Undo);
    assert_eq!(session.snapshot().particles, triangle());
    assert!(Arc::ptr_eq(session.document().rule.as_ref().unwrap(), &newest));
    assert!(session.is_dirty(), "the new rule is not saved");
}

// --- painting ------------------------------------------------------------------------------------------------------

fn painting() -> Session {
    let mut session = Session::new(1);
    session.apply(Command::SetPlace(Place::Paint));
    session
}

fn drag(session: &mut Session, points: &[[f64; 2]]) {
    session.apply(Command::Pointer(Pointer::Press(points[0])));
    for &p in points {
        session.apply(Command::Pointer(Pointer::Drag(p)));
    }
    session.apply(Command::Pointer(Pointer::Release));
}

#[test]
fn a_stroke_of_the_pen_is_one_undo_and_its_particles_head_along_it() {
    let mut session = painting();
    session.apply(Command::SetSpecies(3));
    drag(&mut session, &[[2.0, 2.0], [2.0, 3.5], [2.0, 5.2]]);
    drag(&mut session, &[[8.0, 2.0], [8.3, 2.0]]);
    let particles = session.snapshot().particles.clone();
    assert_eq!(particles.len(), 5);
    assert!(particles[..4].iter().all(|p| (p.heading - 1.570_796_326_794_896_6).abs() < 1e-9 && p.species == 3));
    assert!(particles[4].heading.abs() < 1e-9);
    session.apply(Command::Undo);
    assert_eq!(session.snapshot().particles.len(), 4);
    session.apply(Command::Undo);
    assert!(session.snapshot().particles.is_empty());
}

#[test]
fn a_press_on_a_particle_turns_it_instead_of_laying_another() {
    let mut session = painting();
    session.apply(Command::Paint(at(4.0, 4.0)));
    drag(&mut session, &[[4.1, 4.0], [4.0, 4.7]]);
    assert_eq!(session.snapshot().particles.len(), 1);
    assert!((session.snapshot().particles[0].heading - std::f64::consts::FRAC_PI_2).abs() < 1e-9);
}

#[test]
fn a_press_outside_the_box_paints_nothing_and_a_stroke_stops_at_the_edge() {
    let mut session = painting();
    drag(&mut session, &[[-0.5, 2.0], [3.0, 2.0]]);
    assert!(session.snapshot().particles.is_empty() && !session.can_undo());
    drag(&mut session, &[[14.5, 2.0], [19.0, 2.0]]);
    assert_eq!(session.snapshot().particles.len(), 2);
}

#[test]
fn a_quick_drag_of_the_eraser_leaves_nothing_standing_on_its_way() {
    let mut session = painting();
    for i in 0..15 {
        session.apply(Command::Paint(at(f64::from(i) + 0.5, 5.0)));
    }
    session.apply(Command::Paint(at(8.0, 8.0)));
    session.apply(Command::SetTool(Tool::Eraser));
    drag(&mut session, &[[0.0, 5.0], [16.0, 5.0]]);
    assert_eq!(session.snapshot().particles, vec![at(8.0, 8.0)]);
    session.apply(Command::Undo);
    assert_eq!(session.snapshot().particles.len(), 16);
}

#[test]
fn the_pointer_over_the_live_swarm_pushes_and_never_paints() {
    let mut session = alive();
    let effects = session.apply(Command::Pointer(Pointer::Press([3.0, 4.0])));
    let pushes = |o: &EngineOrder| matches!(o, EngineOrder::SetForce(Some(f)) if f.strength > 0.0);
    assert!(has_order(&effects, pushes));
    let effects = session.apply(Command::Pointer(Pointer::Release));
    assert!(has_order(&effects, |o| *o == EngineOrder::SetForce(None)));
    assert_eq!(session.snapshot().particles, triangle());
    session.apply(Command::SetForceKind(ForceKind::Pull));
    let effects = session.apply(Command::Pointer(Pointer::Press([3.0, 4.0])));
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::SetForce(Some(f)) if f.strength < 0.0)));
    let effects = session.apply(Command::SetPlace(Place::Paint));
    assert!(has_order(&effects, |o| *o == EngineOrder::SetForce(None)), "leaving lets go");
}

// --- learning ------------------------------------------------------------------------------------------------------

#[test]
fn learning_runs_pauses_resumes_and_stops_by_command() {
    let mut session = alive();
    let effects = session.apply(Command::StartLearning);
    let run = started(&effects).expect("training starts").run;
    assert_eq!((session.place(), &session.training().state), (Place::Learn, &TrainingState::Running));
    assert!(started(&session.apply(Command::StartLearning)).is_none(), "one run at a time");
    assert_eq!(session.apply(Command::PauseLearning), vec![Effect::PauseTraining(run)]);
    assert_eq!(session.apply(Command::PauseLearning), vec![]);
    trained(&mut session, TrainingEvent::Paused);
    assert_eq!(session.apply(Command::ResumeLearning), vec![Effect::ResumeTraining(run)]);
    trained(&mut session, progress(4));
    assert_eq!(session.training().progress(), 0.4);
    assert_eq!(session.apply(Command::StopLearning), vec![Effect::StopTraining(run)]);
    trained(&mut session, TrainingEvent::Stopped);
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
    let mut empty = painting();
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
    assert_eq!(second.len(), 1);
    assert!(has_order(&second, |o| matches!(o, EngineOrder::SetRule(_))));
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
    assert!(session.on_event(Event::Training { run, event: TrainingEvent::Failed("late".into()) }).is_empty());
    assert!(!session.has_rule());
    assert_eq!(session.training().state, TrainingState::Idle);
}

#[test]
fn a_failure_of_training_is_told_and_the_last_rule_stays() {
    let mut session = alive();
    session.apply(Command::StartLearning);
    let effects = trained(&mut session, TrainingEvent::Failed("the loss became NaN".into()));
    assert_eq!(notice(&effects), Some((Level::Error, "the loss became NaN")));
    assert!(session.has_rule());
    assert!(started(&session.apply(Command::StartLearning)).is_some(), "one can try again");
}

// --- the live swarm ------------------------------------------------------------------------------------------------

#[test]
fn time_runs_only_while_playing_and_a_step_is_one_step() {
    let mut session = alive();
    session.apply(Command::SetSpeed(5));
    assert_eq!(session.tick(u32::MAX), vec![Effect::Engine(EngineOrder::Run { steps: 5 })]);
    session.apply(Command::Pause);
    assert!(session.tick(u32::MAX).is_empty());
    session.apply(Command::Step);
    assert_eq!(session.tick(u32::MAX), vec![Effect::Engine(EngineOrder::Run { steps: 1 })]);
    assert!(session.tick(u32::MAX).is_empty());
    session.apply(Command::Play);
    session.apply(Command::SetPlace(Place::Paint));
    assert!(session.tick(u32::MAX).is_empty(), "nobody watches while painting");
}

#[test]
fn growing_starts_hot_and_ends_at_the_scenes_temperature() {
    let mut session = alive();
    session.apply(Command::SetSpeed(50));
    let effects = session.apply(Command::Grow);
    assert_eq!(settings_in(&effects).unwrap().sigma_l, 0.8);
    let mut last = None;
    for _ in 0..GROW_STEPS / 50 {
        last = settings_in(&session.tick(u32::MAX)).or(last);
    }
    assert_eq!(last.unwrap(), session.document().live);
    assert_eq!(session.live().growing, None);
    assert_eq!(settings_in(&session.tick(u32::MAX)), None);
}

#[test]
fn asking_for_more_particles_brings_more() {
    let mut session = alive();
    let effects = session.apply(Command::SetParticles(600));
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::Upload(s) if s.len() == 600)));
    let effects = session.apply(Command::Undo);
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::Upload(s) if s.len() == 300)));
}

#[test]
fn without_a_rule_nothing_lives_and_the_user_is_told() {
    let mut session = Session::new(1);
    assert!(session.tick(u32::MAX).is_empty());
    assert_eq!(notice(&session.apply(Command::Grow)).unwrap().0, Level::Info);
}

// --- files ---------------------------------------------------------------------------------------------------------

#[test]
fn saving_asks_for_a_path_once_and_clears_the_dirty_mark_when_written() {
    let mut session = painting();
    session.apply(Command::Stroke(triangle()));
    assert_eq!(session.apply(Command::Save), vec![Effect::Ask(Dialog::SaveAs)]);
    let path = PathBuf::from("a.ron");
    let effects = session.apply(Command::SaveAs(path.clone()));
    let Effect::SaveScene { revision, document, .. } = &effects[0] else { panic!("{effects:?}") };
    assert_eq!(**document, *session.document());
    assert!(session.is_dirty(), "not before it is written");
    // An edit while the file is being written is not in it.
    session.apply(Command::Paint(at(9.0, 9.0)));
    session.on_event(Event::Saved { path: path.clone(), revision: *revision, result: Ok(()) });
    assert!(session.is_dirty());
    session.apply(Command::Undo);
    assert!(!session.is_dirty());
    assert!(matches!(&session.apply(Command::Save)[0], Effect::SaveScene { path: p, .. } if *p == path));
}

#[test]
fn a_failed_save_or_load_is_told_and_changes_nothing() {
    let mut session = painting();
    session.apply(Command::Stroke(triangle()));
    let before = session.document().clone();
    session.apply(Command::SaveAs("a.ron".into()));
    let saved = Event::Saved { path: "a.ron".into(), revision: session.revision(), result: Err("full".into()) };
    assert_eq!(notice(&session.on_event(saved)), Some((Level::Error, "full")));
    assert!(session.is_dirty() && session.path().is_none());
    let opened = Event::Opened { source: SceneSource::File("b.ron".into()), result: Err("half a scene".into()) };
    assert_eq!(notice(&session.on_event(opened)), Some((Level::Error, "half a scene")));
    assert_eq!(*session.document(), before);
}

#[test]
fn quitting_asks_when_something_is_unsaved_and_saving_then_quits() {
    let mut session = painting();
    assert_eq!(session.apply(Command::Quit), vec![Effect::Quit]);
    session.apply(Command::Stroke(triangle()));
    assert_eq!(session.apply(Command::Quit), vec![]);
    assert!(session.asks_before_quitting());
    session.apply(Command::StayHere);
    assert!(!session.asks_before_quitting());
    session.apply(Command::Quit);
    session.apply(Command::SaveAs("a.ron".into()));
    let saved = Event::Saved { path: "a.ron".into(), revision: session.revision(), result: Ok(()) };
    assert!(session.on_event(saved).contains(&Effect::Quit));
}

#[test]
fn an_imported_picture_is_unsaved_and_ready_to_be_painted_on() {
    let mut session = alive();
    let snapshot = Snapshot { particles: triangle(), box_size: [5.0, 5.0], ..Snapshot::default() };
    session.on_event(Event::Imported { path: "birds.csv".into(), result: Ok(snapshot) });
    assert_eq!((session.document().title.as_str(), session.place()), ("birds", Place::Paint));
    assert!(session.is_dirty() && session.path().is_none());
}

#[test]
fn a_document_survives_the_way_through_a_scene() {
    let mut session = alive();
    session.apply(Command::SetNotes("look".into()));
    let document = session.document().clone();
    assert_eq!(Document::from(crate::scene::Scene::from(document.clone())), document);
}
