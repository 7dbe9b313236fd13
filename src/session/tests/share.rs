use super::*;
use crate::media::picture::FilmKind;

fn order(effects: &[Effect]) -> Option<&ShareEffect> {
    effects.iter().find_map(|e| match e {
        Effect::Share(order) => Some(order),
        _ => None,
    })
}

fn share(session: &mut Session, command: ShareCommand) -> Vec<Effect> {
    session.apply(Command::Share(command))
}

#[test]
fn save_picture_copies_a_saved_scene_and_saves_a_new_one() {
    let mut session = alive();
    let effects = share(&mut session, ShareCommand::SavePicture("a.png".into()));
    assert!(
        matches!(&effects[..], [Effect::Document(DocumentEffect::Save { path, .. })] if path == std::path::Path::new("a.png"))
    );
    let revision = session.revision();
    session.on_event(DocumentEvent::Saved { path: "a.ron".into(), revision, result: Ok(()) });
    let effects = share(&mut session, ShareCommand::SavePicture("b.png".into()));
    assert!(
        matches!(order(&effects), Some(ShareEffect::SaveCopy { path, .. }) if path == std::path::Path::new("b.png"))
    );
    assert_eq!(session.path(), Some(std::path::Path::new("a.ron")));
}

#[test]
fn several_dropped_tables_become_a_film() {
    let mut session = alive();
    assert!(share(&mut session, ShareCommand::Drop(Vec::new())).is_empty());
    let effects = share(&mut session, ShareCommand::Drop(vec!["one.csv".into()]));
    assert_eq!(effects, vec![Effect::Share(ShareEffect::Open("one.csv".into()))]);
    let films = vec!["one.csv".into(), "two.XYZ".into()];
    let effects = share(&mut session, ShareCommand::Drop(films.clone()));
    assert_eq!(effects, vec![Effect::Share(ShareEffect::ImportFilm(films))]);
    let effects = share(&mut session, ShareCommand::Drop(vec!["one.csv".into(), "two.png".into()]));
    assert!(notice(&effects).is_some_and(|(_, text)| text.contains("2 files") && text.contains("one.csv")));
    assert_eq!(order(&effects), Some(&ShareEffect::Open("one.csv".into())));
}

#[test]
fn a_name_is_enough_to_save_and_becomes_the_title() {
    let mut session = alive();
    assert_eq!(notice(&share(&mut session, ShareCommand::SaveToMyScenes("  ".into()))).unwrap().0, Level::Warning);
    let effects = share(&mut session, ShareCommand::SaveToMyScenes(" My mill ".into()));
    let Some(ShareEffect::SaveToMyScenes { name, document, revision }) = order(&effects) else { panic!("{effects:?}") };
    assert_eq!((name.as_str(), document.title.as_str()), ("My mill", "My mill"));
    session.on_event(DocumentEvent::Saved { path: "mine/My mill.png".into(), revision: *revision, result: Ok(()) });
    assert!(!session.is_dirty());
    assert_eq!(session.path(), Some(std::path::Path::new("mine/My mill.png")));
    session.apply(DocumentCommand::Undo);
    assert_ne!(session.document().title, "My mill", "naming is one step of the history");
}

#[test]
fn a_film_needs_a_live_swarm_and_clamps_its_settings() {
    let mut session = in_paint();
    assert!(notice(&share(&mut session, ShareCommand::Film)).is_some_and(|(level, _)| level == Level::Info));
    let mut session = alive();
    let wild = FilmOptions {
        kind: FilmKind::Apng,
        view: FilmView::World,
        seconds: f64::NAN,
        frames_per_second: 0,
        steps_per_frame: 1_000_000,
        size_px: 1,
        loops: true,
    };
    let effects = session.apply(Command::Prefer(Preference::Film(wild)));
    assert!(matches!(&effects[..], [Effect::KeepPrefs(kept)] if kept.film == *session.film()), "{effects:?}");
    let film = *session.film();
    assert_eq!((film.seconds, film.frames_per_second, film.steps_per_frame, film.size_px), (5.0, 1, 500, 64));
    assert_eq!(film.frames(), 5);
    assert_eq!(share(&mut session, ShareCommand::Film), vec![Effect::Share(ShareEffect::Film(film))]);
}

#[test]
fn a_trajectory_needs_a_live_swarm_and_clamps_its_settings() {
    let mut session = in_paint();
    assert!(notice(&share(&mut session, ShareCommand::Trajectory)).is_some_and(|(level, _)| level == Level::Info));
    let mut session = alive();
    let wild = TrajectoryOptions { every: 0, frames: u32::MAX, ..TrajectoryOptions::default() };
    session.apply(Command::Prefer(Preference::Trajectory(wild)));
    let options = *session.trajectory();
    assert_eq!((options.every, options.frames), (1, 10_000));
    let effects = share(&mut session, ShareCommand::Trajectory);
    assert_eq!(effects, vec![Effect::Share(ShareEffect::Trajectory(options))]);
    let effects = share(&mut session, ShareCommand::CancelTrajectory);
    assert_eq!(effects, vec![Effect::Share(ShareEffect::CancelTrajectory)]);
}

#[test]
fn what_is_filmed_moves_and_is_seen() {
    let mut session = alive();
    session.apply(LiveCommand::Pause);
    session.apply(Command::SetWorkspace(Workspace::Paint));
    session.on_event(Event::Share(ShareEvent::RecordingBegun));
    assert!(session.live().playing && session.workspace() == Workspace::Live);
}

#[test]
fn a_restored_scene_is_unsaved_keeps_its_file_and_can_be_undone() {
    let mut session = alive();
    let before = session.document().clone();
    let document = Box::new(crate::scene::SwarmProject { title: "Rescued".into(), ..new_project() });
    let event = ShareEvent::Restored { path: Some("lost.ron".into()), document };
    session.on_event(Event::Share(event));
    assert!(session.is_dirty());
    assert_eq!(session.path(), Some(std::path::Path::new("lost.ron")));
    session.apply(DocumentCommand::Undo);
    assert_eq!(*session.document(), before);
}

#[test]
fn an_image_is_previewed_in_paint_and_imported_elsewhere() {
    let mut session = alive();
    let path = PathBuf::from("drawing.png");
    let effects = session.on_event(Event::Share(ShareEvent::IsImage { path: path.clone(), has_lost_its_scene: true }));
    assert_eq!(effects, vec![Effect::Share(ShareEffect::Import(path.clone()))]);
    session.apply(Command::SetWorkspace(Workspace::Paint));
    let effects = session.on_event(Event::Share(ShareEvent::IsImage { path, has_lost_its_scene: true }));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Share(ShareEffect::Import(_)))), "{effects:?}");
    assert_eq!(notice(&effects).map(|(level, _)| level), Some(Level::Warning), "it held a scene once");
}

#[test]
fn an_image_given_at_start_is_taken_by_the_image_tool() {
    let mut session = Session::new(1);
    assert_ne!(session.workspace(), Workspace::Paint);
    let effects =
        session.on_event(Event::Share(ShareEvent::IsImage { path: "drawing.png".into(), has_lost_its_scene: false }));
    assert!(effects.is_empty(), "{effects:?}");
    assert_eq!((session.workspace(), session.tool()), (Workspace::Paint, Tool::Image));
    let asked = session.tick(0);
    let source = StippleSource::Image("drawing.png".into());
    assert!(
        asked.iter().any(|e| matches!(e, Effect::Paint(PaintEffect::Stipple(request)) if request.source == source)),
        "{asked:?}"
    );
}
