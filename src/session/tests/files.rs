use glam::DVec2;

use super::*;

#[test]
fn saving_asks_for_a_path_once_and_clears_the_dirty_flag() {
    let mut session = in_paint();
    session.apply(PaintCommand::Stroke(triangle()));
    assert_eq!(session.apply(DocumentCommand::Save), vec![Effect::Ask(Dialog::Name)]);
    let path = PathBuf::from("a.ron");
    let effects = session.apply(DocumentCommand::SaveAs(path.clone()));
    let Effect::Document(DocumentEffect::Save { revision, document, .. }) = &effects[0] else { panic!("{effects:?}") };
    assert_eq!(**document, *session.document());
    assert!(session.is_dirty(), "not before it is written");
    // An edit while the file is being written is not in it.
    session.apply(PaintCommand::Add(at(9.0, 9.0)));
    session.on_event(DocumentEvent::Saved { path: path.clone(), revision: *revision, result: Ok(()) });
    assert!(session.is_dirty());
    session.apply(DocumentCommand::Undo);
    assert!(!session.is_dirty());
    assert!(
        matches!(&session.apply(DocumentCommand::Save)[0], Effect::Document(DocumentEffect::Save { path: p, .. }) if *p == path)
    );
}

#[test]
fn a_failed_save_or_load_is_reported_and_changes_nothing() {
    let mut session = in_paint();
    session.apply(PaintCommand::Stroke(triangle()));
    let before = session.document().clone();
    session.apply(DocumentCommand::SaveAs("a.ron".into()));
    let saved = Event::Document(DocumentEvent::Saved {
        path: "a.ron".into(),
        revision: session.revision(),
        result: Err("full".into()),
    });
    let effects = session.on_event(saved);
    let (level, text) = notice(&effects).expect("a notice");
    assert!(level == Level::Error && text.starts_with("full") && text.contains("Ctrl+Shift+S"), "{text}");
    assert!(session.is_dirty() && session.path().is_none());
    let opened = Event::Document(DocumentEvent::Opened {
        source: SceneSource::File("b.ron".into()),
        result: Err("half a scene".into()),
    });
    assert_eq!(notice(&session.on_event(opened)), Some((Level::Error, "half a scene")));
    assert_eq!(*session.document(), before);
}

#[test]
fn quitting_with_unsaved_work_asks_and_saving_then_quits() {
    let mut session = in_paint();
    assert_eq!(session.apply(DocumentCommand::Quit), vec![Effect::Document(DocumentEffect::Quit)]);
    session.apply(PaintCommand::Stroke(triangle()));
    assert_eq!(session.apply(DocumentCommand::Quit), vec![]);
    assert!(session.asks_before_quitting());
    session.apply(DocumentCommand::StayHere);
    assert!(!session.asks_before_quitting());
    session.apply(DocumentCommand::Quit);
    session.apply(DocumentCommand::SaveAs("a.ron".into()));
    let saved =
        Event::Document(DocumentEvent::Saved { path: "a.ron".into(), revision: session.revision(), result: Ok(()) });
    assert!(session.on_event(saved).contains(&Effect::Document(DocumentEffect::Quit)));
}

#[test]
fn quitting_asks_for_unsaved_scenes_that_were_left() {
    let mut session = in_paint();
    session.apply(PaintCommand::Stroke(triangle()));
    session.apply(DocumentCommand::SetTitle("First".into()));
    session.apply(DocumentCommand::New);
    assert!(!session.is_dirty());
    assert_eq!(session.left_unsaved(), ["First"]);
    assert_eq!(session.apply(DocumentCommand::Quit), vec![]);
    assert!(session.asks_before_quitting());
    session.apply(DocumentCommand::StayHere);
    // Undo leads back, it is saved, and redo goes on.
    session.apply(DocumentCommand::Undo);
    assert!(session.is_dirty() && session.left_unsaved().is_empty());
    session.apply(DocumentCommand::SaveAs("a.ron".into()));
    let saved =
        Event::Document(DocumentEvent::Saved { path: "a.ron".into(), revision: session.revision(), result: Ok(()) });
    session.on_event(saved);
    session.apply(DocumentCommand::Redo);
    assert!(session.left_unsaved().is_empty());
    assert_eq!(session.apply(DocumentCommand::Quit), vec![Effect::Document(DocumentEffect::Quit)]);
}

#[test]
fn an_imported_picture_is_unsaved_and_ready_to_be_painted_on() {
    let mut session = alive();
    let snapshot = Snapshot { particles: triangle(), box_size: DVec2::splat(5.0), ..Snapshot::default() };
    session.on_event(ShareEvent::Imported { path: "birds.csv".into(), result: Ok(snapshot.into()) });
    assert_eq!((session.document().title.as_str(), session.workspace()), ("birds", Workspace::Paint));
    assert!(session.is_dirty() && session.path().is_none());
}

#[test]
fn a_project_round_trips_through_a_file() {
    let mut session = alive();
    session.apply(DocumentCommand::SetNotes("look".into()));
    let document = session.document().clone();
    let read = crate::scene::Project::from_ron(&document.to_ron()).unwrap().into_swarm().unwrap();
    assert_eq!(read.project, document);
}

#[test]
fn of_two_saves_in_a_row_the_later_one_counts() {
    let mut session = in_paint();
    session.apply(PaintCommand::Stroke(triangle()));
    let path = PathBuf::from("a.ron");
    session.apply(DocumentCommand::SaveAs(path.clone()));
    let first = session.revision();
    session.apply(DocumentCommand::EndGesture);
    session.apply(PaintCommand::Add(at(9.0, 9.0)));
    session.apply(DocumentCommand::SaveAs(path.clone()));
    let second = session.revision();
    session.on_event(DocumentEvent::Saved { path: path.clone(), revision: first, result: Ok(()) });
    assert!(session.is_dirty());
    session.on_event(DocumentEvent::Saved { path, revision: second, result: Ok(()) });
    assert!(!session.is_dirty());
}
