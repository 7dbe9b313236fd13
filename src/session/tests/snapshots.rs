//! The snapshots of a film in the session.

use super::*;
use crate::session::{SnapshotCommand, TruthState};
use crate::worlds::swarm::measures::TruthError;
use crate::worlds::swarm::picture::{FilmFrame, Mode, Particle, Snapshot, SnapshotFilm, Stills};
use std::sync::Arc;

use glam::DVec2;

/// Frame `k` has `3 + k` particles in a row.
fn film(frames: usize) -> Stills {
    let snapshot = |k: usize| {
        let at = |i: usize| Particle { x: 1.0 + i as f64, y: 2.0, heading: 0.0, species: 0 };
        let particles = (0..3 + k).map(at).collect();
        Snapshot { particles, box_size: DVec2::new(30.0, 8.0), mode: Mode::Whole, ..Snapshot::default() }
    };
    let all = (0..frames).map(|k| FilmFrame::new(&snapshot(k), k as f64, Some((0..3 + k as u32).collect())));
    let first = snapshot(0);
    let film = SnapshotFilm::new(all.collect(), 0, &first, None);
    Stills::new(Arc::new(first), film)
}

fn imported(frames: usize) -> Session {
    let mut session = Session::new(1);
    session.on_event(ShareEvent::Imported { path: "birds.xyz".into(), result: Ok(film(frames)) });
    session
}

fn snapshot(session: &mut Session, command: SnapshotCommand) -> Vec<Effect> {
    session.apply(PaintCommand::Snapshot(command))
}

fn on_canvas(session: &Session) -> (usize, usize) {
    (session.document().world.film.selected(), session.snapshot().particles.len())
}

#[test]
fn scrolling_through_snapshots_changes_none_of_them() {
    let mut session = imported(7);
    let revision = session.revision();
    snapshot(&mut session, SnapshotCommand::Select(4));
    assert_eq!(on_canvas(&session), (4, 7));
    snapshot(&mut session, SnapshotCommand::Go(-1));
    snapshot(&mut session, SnapshotCommand::Go(-9));
    assert_eq!(on_canvas(&session), (0, 3));
    snapshot(&mut session, SnapshotCommand::Go(99));
    assert_eq!(on_canvas(&session), (6, 9));
    assert_eq!(session.revision(), revision);
}

#[test]
fn painting_changes_the_selected_snapshot_alone() {
    let mut session = imported(7);
    session.apply(Command::SetWorkspace(Workspace::Paint));
    snapshot(&mut session, SnapshotCommand::Select(2));
    session.apply(PaintCommand::Stroke(vec![Particle { x: 20.0, y: 5.0, ..Particle::default() }]));
    session.apply(DocumentCommand::EndGesture);
    snapshot(&mut session, SnapshotCommand::Select(5));
    assert_eq!(on_canvas(&session), (5, 8));
    snapshot(&mut session, SnapshotCommand::Select(2));
    assert_eq!(on_canvas(&session), (2, 6));
    snapshot(&mut session, SnapshotCommand::Select(5));
    session.apply(DocumentCommand::Undo);
    assert_eq!(on_canvas(&session), (2, 5));
    assert!(session.document().world.stills().snapshot(2).particles.len() == 5);
    session.apply(DocumentCommand::Redo);
    assert_eq!(session.document().world.stills().snapshot(2).particles.len(), 6);
}

#[test]
fn snapshots_are_deleted_and_duplicated_with_undo() {
    let mut session = imported(3);
    snapshot(&mut session, SnapshotCommand::Select(1));
    snapshot(&mut session, SnapshotCommand::Duplicate);
    assert_eq!((session.document().world.film.len(), on_canvas(&session)), (4, (2, 4)));
    snapshot(&mut session, SnapshotCommand::Delete);
    snapshot(&mut session, SnapshotCommand::Delete);
    assert_eq!((session.document().world.film.len(), on_canvas(&session)), (2, (1, 4)));
    session.apply(DocumentCommand::Undo);
    session.apply(DocumentCommand::Undo);
    assert_eq!((session.document().world.film.len(), on_canvas(&session)), (4, (2, 4)));
    session.apply(DocumentCommand::Undo);
    assert_eq!((session.document().world.film.len(), on_canvas(&session)), (3, (1, 4)));
}

#[test]
fn a_single_picture_becomes_a_film_by_duplicating_it() {
    let mut session = alive();
    session.apply(Command::SetWorkspace(Workspace::Paint));
    let effects = snapshot(&mut session, SnapshotCommand::Duplicate);
    assert!(notice(&effects).is_some_and(|(_, text)| text.contains("two snapshots")), "{effects:?}");
    assert_eq!(session.document().world.film.len(), 2);
    session.apply(DocumentCommand::Undo);
    assert!(session.document().world.film.is_empty());
}

#[test]
fn learning_is_asked_for_with_all_snapshots() {
    let mut session = imported(12);
    let effects = session.apply(LearnCommand::Start);
    let request = started(&effects).expect("learning starts");
    assert_eq!(request.stills.count(), 12);
    assert!(request.stills.film().shares_frames_with(&session.document().world.film));
}

#[test]
fn the_truth_needs_a_film_and_a_rule_and_its_answer_is_kept() {
    let mut session = alive();
    assert!(notice(&session.apply(ObserveCommand::MeasureTruth)).is_some_and(|(_, text)| text.contains("film")));
    let stills = film(6);
    session.document.world.set_stills(stills);
    let effects = session.apply(ObserveCommand::MeasureTruth);
    let [Effect::Observe(ObserveEffect::MeasureTruth(request))] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(session.truth().state, TruthState::Running);
    let result = Err(TruthError::NoMotion.to_string());
    session.on_event(ObserveEvent::TruthMeasured { run: request.run + 1, result: result.clone() });
    assert_eq!(session.truth().state, TruthState::Running, "of another run");
    session.on_event(ObserveEvent::TruthMeasured { run: request.run, result });
    assert!(matches!(&session.truth().state, TruthState::Failed(why) if why.contains("nothing moves")));
    assert!(!session.truth_is_stale());
    snapshot(&mut session, SnapshotCommand::Select(3));
    assert!(!session.truth_is_stale(), "a glance at another snapshot");
    snapshot(&mut session, SnapshotCommand::Delete);
    assert!(session.truth_is_stale());
}
