//! Stamps: motifs, and the user's own.

use std::f64::consts::FRAC_PI_2;

use glam::DVec2;

use super::tools::{click, particles, selecting, with_tool};
use super::*;

#[test]
fn a_stamp_follows_the_cursor_and_a_click_places_it() {
    let mut session = with_tool(Tool::Stamp);
    session.apply(PaintCommand::TakeStamp(StampSource::Motif("train".into())));
    session.apply(PaintCommand::Turn(FRAC_PI_2));
    session.apply(PaintCommand::Resize(0.5));
    let ghosts = session.draft(Some(DVec2::new(8.0, 5.0))).ghosts;
    click(&mut session, [8.0, 5.0]);
    assert_eq!(particles(&session).len(), 6);
    assert!(ghosts.iter().zip(particles(&session)).all(|(g, p)| g.position().distance(p.position()) < 1e-9));
    assert!(particles(&session).iter().all(|p| (p.x - 8.0).abs() < 1e-9 && (p.heading - FRAC_PI_2).abs() < 1e-9));
    session.apply(DocumentCommand::Undo);
    assert!(particles(&session).is_empty());
}

#[test]
fn a_selection_becomes_a_stamp() {
    let mut session = selecting();
    session.apply(PaintCommand::TakeStamp(StampSource::Selection));
    assert_eq!(session.tool(), Tool::Stamp);
    click(&mut session, [10.0, 5.0]);
    assert_eq!(particles(&session).len(), 6);
    assert_eq!(particles(&session)[3], at(9.5, 4.5));
}

fn kept(effects: &[Effect]) -> Vec<String> {
    let kept = effects.iter().rev().find_map(|e| match e {
        Effect::Paint(PaintEffect::KeepStamps(stamps)) => Some(stamps.iter().map(|stamp| stamp.name.clone()).collect()),
        _ => None,
    });
    kept.expect("the stamps are kept")
}

#[test]
fn own_stamps_are_edited_outside_the_history() {
    let mut session = selecting();
    let before = session.document().clone();
    assert_eq!(kept(&session.apply(PaintCommand::TakeStamp(StampSource::Selection))), ["Stamp 1"]);
    session.apply(PaintCommand::Selection(SelectionOrder::Particles(vec![0, 1])));
    assert_eq!(kept(&session.apply(PaintCommand::TakeStamp(StampSource::Selection))), ["Stamp 1", "Stamp 2"]);
    assert_eq!(session.own_stamp_in_hand(), Some(1));
    assert_eq!(kept(&session.apply(PaintCommand::RenameStamp(0, "Trio".into()))), ["Trio", "Stamp 2"]);
    assert_eq!(kept(&session.apply(PaintCommand::DeleteStamp(0))), ["Stamp 2"]);
    assert_eq!(session.own_stamp_in_hand(), Some(0), "the other one is still in hand");
    assert_eq!(kept(&session.apply(PaintCommand::BringBackStamp)), ["Trio", "Stamp 2"]);
    assert_eq!(session.stamp().unwrap().name, "Trio");
    assert_eq!(session.stamp().unwrap().particles.len(), 3);
    session.apply(PaintCommand::DeleteStamp(0));
    assert!(session.stamp().is_some_and(|stamp| stamp.name != "Trio"), "another stamp is in hand");
    session.apply(PaintCommand::RenameStamp(7, "none".into()));
    session.apply(PaintCommand::DeleteStamp(7));
    assert_eq!(session.own_stamps().len(), 1);
    assert_eq!(*session.document(), before);
}

#[test]
fn stamps_of_an_earlier_run_are_there_to_be_taken() {
    let mut session = with_tool(Tool::Stamp);
    let stamp = Stamp { name: "Dot".into(), particles: Arc::new(vec![at(0.0, 0.0)]) };
    session.on_event(PaintEvent::StampsRead(vec![stamp]));
    session.apply(PaintCommand::TakeStamp(StampSource::Own(0)));
    click(&mut session, [4.0, 4.0]);
    assert_eq!(particles(&session), [at(4.0, 4.0)]);
    session.apply(PaintCommand::TakeStamp(StampSource::Own(9)));
    assert_eq!(session.stamp().unwrap().name, "Dot", "there is no such one");
}
