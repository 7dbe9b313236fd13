//! What the keys of a hand change, and what one expects of a drawing program.

use std::f64::consts::PI;

use glam::DVec2;

use super::tools::{click, drag, particles, selecting, with_tool};
use super::*;

#[test]
fn a_drag_with_alt_moves_copies_and_is_one_step() {
    let mut session = selecting();
    session.apply(PaintCommand::Hold(Hand { copies: true, ..Hand::default() }));
    drag(&mut session, &[[2.0, 2.0], [2.01, 2.0], [4.0, 4.0], [6.0, 5.0]]);
    assert_eq!(particles(&session)[..3], triangle());
    assert_eq!(particles(&session)[3..], [at(6.0, 5.0), at(7.0, 5.0), at(6.5, 6.0)]);
    assert_eq!(session.selection(), [3, 4, 5], "the copies are selected");
    session.apply(DocumentCommand::Undo);
    assert_eq!(particles(&session), triangle());
    click(&mut session, [2.0, 2.0]);
    assert_eq!(particles(&session).len(), 3, "a click copies nothing");
}

#[test]
fn shift_constrains_moves_strokes_and_lattices() {
    let mut session = selecting();
    session.apply(Command::Pointer(Pointer::Press(DVec2::splat(2.0))));
    session.apply(PaintCommand::Hold(Hand { shift: true, ..Hand::default() }));
    session.apply(Command::Pointer(Pointer::Drag(DVec2::new(5.0, 2.4))));
    session.apply(Command::Pointer(Pointer::Release));
    assert_eq!(particles(&session)[0], at(5.0, 2.0));
    let mut session = with_tool(Tool::Pen);
    session.apply(PaintCommand::Hold(Hand { shift: true, ..Hand::default() }));
    drag(&mut session, &[[2.0, 2.0], [5.1, 2.2]]);
    assert_eq!(particles(&session).len(), 4);
    assert!(particles(&session).iter().all(|p| (p.heading / (PI / 12.0)).fract().abs() < 1e-9));
    let mut session = with_tool(Tool::Lattice);
    session.apply(PaintCommand::Hold(Hand { shift: true, ..Hand::default() }));
    let square = PaintOptions { lattice: LatticeKind::Square, ..session.paint_options() };
    session.apply(PaintCommand::SetOptions(square));
    drag(&mut session, &[[2.0, 2.0], [5.0, 2.5]]);
    assert_eq!(particles(&session).len(), 16);
}

#[test]
fn double_click_selects_the_creature_right_click_the_particle() {
    let mut session = with_tool(Tool::Select);
    let far: Vec<Particle> = triangle().iter().map(|p| Particle { x: p.x + 8.0, ..*p }).collect();
    session.apply(PaintCommand::Stroke(triangle().into_iter().chain(far).collect()));
    session.apply(DocumentCommand::EndGesture);
    session.apply(PaintCommand::Selection(SelectionOrder::CreatureAt(DVec2::new(10.0, 2.0))));
    assert_eq!(session.selection(), [3, 4, 5]);
    session.apply(PaintCommand::Selection(SelectionOrder::CreatureAt(DVec2::new(7.0, 8.0))));
    assert_eq!(session.selection(), [3, 4, 5], "nothing is there");
    session.apply(PaintCommand::Selection(SelectionOrder::Under(DVec2::new(11.0, 2.0))));
    assert_eq!(session.selection(), [3, 4, 5], "it is selected already");
    session.apply(PaintCommand::Selection(SelectionOrder::Under(DVec2::splat(2.0))));
    assert_eq!(session.selection(), [0]);
}
