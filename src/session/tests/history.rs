use glam::DVec2;

use super::*;

fn any_point() -> impl Strategy<Value = DVec2> {
    // Some of them outside the box.
    (-2.0..18.0, -2.0..12.0).prop_map(|(x, y)| DVec2::new(x, y))
}

fn any_particle() -> impl Strategy<Value = Particle> {
    (any_point(), -7.0..7.0, 0u8..9).prop_map(|(DVec2 { x, y }, heading, species)| Particle { x, y, heading, species })
}

fn any_command() -> impl Strategy<Value = Command> {
    let indices = || proptest::collection::vec(0usize..12, 0..4);
    prop_oneof![
        any_particle().prop_map(|value| Command::Paint(PaintCommand::Add(value))),
        proptest::collection::vec(any_particle(), 0..4).prop_map(|value| Command::Paint(PaintCommand::Stroke(value))),
        any_point().prop_map(|p| Command::Pointer(Pointer::Press(p))),
        any_point().prop_map(|p| Command::Pointer(Pointer::Drag(p))),
        Just(Command::Pointer(Pointer::Release)),
        Just(Command::Paint(PaintCommand::SetTool(Tool::Pen))),
        Just(Command::Paint(PaintCommand::SetTool(Tool::Eraser))),
        Just(Command::SetWorkspace(Workspace::Paint)),
        Just(Command::SetWorkspace(Workspace::Live)),
        (any_point(), 0.0..3.0).prop_map(|(centre, radius)| Command::Paint(PaintCommand::EraseAt { centre, radius })),
        (indices(), any_point()).prop_map(|(indices, by)| Command::Paint(PaintCommand::MoveParticles { indices, by })),
        (indices(), -3.0..3.0).prop_map(|(indices, by)| Command::Paint(PaintCommand::TurnParticles { indices, by })),
        (indices(), 0u8..9)
            .prop_map(|(indices, species)| Command::Paint(PaintCommand::RecolourParticles { indices, species })),
        indices().prop_map(|value| Command::Paint(PaintCommand::DeleteParticles(value))),
        Just(Command::Paint(PaintCommand::Clear)),
        any_point().prop_map(|value| Command::Paint(PaintCommand::SetBox(value))),
        Just(Command::Paint(PaintCommand::SetMode(Mode::Whole))),
        Just(Command::Paint(PaintCommand::SetBoundary(Boundary::Open))),
        (0usize..9)
            .prop_map(|copies| Command::Paint(PaintCommand::SetEnsemble(Ensemble { copies, ..Ensemble::default() }))),
        (1usize..9).prop_map(|steps| Command::Learn(LearnCommand::SetSettings(TrainingSettings {
            steps,
            ..Default::default()
        }))),
        (0.1..0.8).prop_map(|sigma_l| Command::Live(LiveCommand::SetSettings(LiveSettings {
            sigma_l,
            ..Default::default()
        }))),
        (1usize..400).prop_map(|value| Command::Live(LiveCommand::SetParticles(value))),
        "[a-c]{0,3}".prop_map(|value| Command::Document(DocumentCommand::SetTitle(value))),
        Just(Command::Live(LiveCommand::SurpriseMe)),
        Just(Command::Document(DocumentCommand::EndGesture)),
        Just(Command::Document(DocumentCommand::New)),
        Just(Command::Document(DocumentCommand::Undo)),
        Just(Command::Document(DocumentCommand::Redo)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn undo_of_all_gives_the_start_and_redo_of_all_the_end(
        commands in proptest::collection::vec(any_command(), 0..40)
    ) {
        let mut session = alive();
        while session.can_undo() {
            session.apply(DocumentCommand::Undo);
        }
        let start = session.document().clone();
        for command in commands {
            session.apply(command);
        }
        // Whatever was undone on the way is brought back first, so that `end` is the tip of the history.
        while session.can_redo() {
            session.apply(DocumentCommand::Redo);
        }
        let end = session.document().clone();
        let end_is_dirty = session.is_dirty();
        while session.can_undo() {
            session.apply(DocumentCommand::Undo);
        }
        prop_assert_eq!(session.document(), &start);
        while session.can_redo() {
            session.apply(DocumentCommand::Redo);
        }
        prop_assert_eq!(session.document(), &end);
        prop_assert_eq!(session.is_dirty(), end_is_dirty);
    }

    #[test]
    fn no_command_leaves_an_invalid_particle(
        commands in proptest::collection::vec(any_command(), 0..40)
    ) {
        let mut session = Session::new(1);
        session.apply(Command::SetWorkspace(Workspace::Paint));
        for command in commands {
            session.apply(command);
            let [w, h] = session.snapshot().box_size.to_array();
            for p in &session.snapshot().particles {
                prop_assert!((0.0..=w).contains(&p.x) && (0.0..=h).contains(&p.y) && p.heading.is_finite());
                prop_assert!(p.species < 8);
            }
        }
    }

    #[test]
    fn a_clean_session_holds_the_saved_document(
        commands in proptest::collection::vec(any_command(), 0..30)
    ) {
        let mut session = Session::new(1);
        // Without New: the saved document of another scene is another one.
        for command in commands.into_iter().filter(|c| *c != Command::Document(DocumentCommand::New)) {
            session.apply(command);
            if !session.is_dirty() {
                prop_assert_eq!(session.document(), &new_project());
            }
        }
        while session.can_undo() {
            session.apply(DocumentCommand::Undo);
        }
        prop_assert!(!session.is_dirty());
    }
}

#[test]
fn each_slider_drag_is_one_step_of_the_history() {
    let mut session = Session::new(1);
    let set =
        |s: &mut Session, sigma_l| s.apply(LiveCommand::SetSettings(LiveSettings { sigma_l, ..Default::default() }));
    for sigma in [0.2, 0.3, 0.4] {
        set(&mut session, sigma);
    }
    session.apply(DocumentCommand::EndGesture);
    for sigma in [0.5, 0.6] {
        set(&mut session, sigma);
    }
    session.apply(DocumentCommand::Undo);
    assert_eq!(session.document().world.live.sigma_l, 0.4);
    session.apply(DocumentCommand::Undo);
    assert_eq!(session.document().world.live, LiveSettings::default());
    assert!(!session.can_undo());
}

#[test]
fn what_changes_nothing_is_no_step_of_the_history() {
    let mut session = Session::new(1);
    session.apply(PaintCommand::Clear);
    session.apply(PaintCommand::SetMode(Mode::Motif));
    session.apply(PaintCommand::Add(at(-1.0, 0.0)));
    session.apply(LiveCommand::SetSettings(LiveSettings { sigma_l: f64::NAN, ..Default::default() }));
    assert!(!session.can_undo() && !session.is_dirty());
}

#[test]
fn a_new_edit_ends_the_redo() {
    let mut session = Session::new(1);
    session.apply(PaintCommand::Add(at(1.0, 1.0)));
    session.apply(DocumentCommand::Undo);
    session.apply(PaintCommand::Add(at(2.0, 2.0)));
    assert!(!session.can_redo());
    assert_eq!(session.snapshot().particles, vec![at(2.0, 2.0)]);
}

#[test]
fn undo_of_opening_restores_rule_and_unsaved_work() {
    let mut session = alive();
    session.apply(PaintCommand::Add(at(9.0, 9.0)));
    let before = session.document().clone();
    let result = Ok(Box::new(crate::scene::SwarmProject { title: "Other".into(), ..new_project() }));
    session.on_event(DocumentEvent::Opened { source: SceneSource::File("other.ron".into()), result });
    assert_eq!(session.path(), Some(std::path::Path::new("other.ron")));
    assert!(!session.is_dirty());
    let effects = session.apply(DocumentCommand::Undo);
    assert_eq!(*session.document(), before);
    assert!(session.is_dirty() && session.path().is_none());
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::Upload { .. })));
}

#[test]
fn undoing_an_edit_of_the_picture_keeps_what_was_learned_since() {
    let mut session = alive();
    session.apply(PaintCommand::Add(at(9.0, 9.0)));
    session.apply(LearnCommand::Continue);
    let newest = rule(true);
    let run = session.training().run;
    session.on_event(LearnEvent::NewRule { run, rule: newest.clone() });
    session.apply(DocumentCommand::Undo);
    assert_eq!(session.snapshot().particles, triangle());
    assert!(Arc::ptr_eq(session.document().world.rule.as_ref().unwrap(), &newest));
    assert!(session.is_dirty(), "the new rule is not saved");
}
