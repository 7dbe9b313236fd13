use glam::DVec2;

use super::*;

fn drag(session: &mut Session, points: &[[f64; 2]]) {
    session.apply(Command::Pointer(Pointer::Press(points[0].into())));
    for &p in points {
        session.apply(Command::Pointer(Pointer::Drag(p.into())));
    }
    session.apply(Command::Pointer(Pointer::Release));
}

#[test]
fn a_pen_stroke_is_one_undo_with_headings_along_it() {
    let mut session = in_paint();
    session.apply(PaintCommand::SetSpecies(3));
    drag(&mut session, &[[2.0, 2.0], [2.0, 3.5], [2.0, 5.2]]);
    drag(&mut session, &[[8.0, 2.0], [8.3, 2.0]]);
    let particles = session.snapshot().particles.clone();
    assert_eq!(particles.len(), 5);
    assert!(particles[..4].iter().all(|p| (p.heading - std::f64::consts::FRAC_PI_2).abs() < 1e-9 && p.species == 3));
    assert!(particles[4].heading.abs() < 1e-9);
    session.apply(DocumentCommand::Undo);
    assert_eq!(session.snapshot().particles.len(), 4);
    session.apply(DocumentCommand::Undo);
    assert!(session.snapshot().particles.is_empty());
}

#[test]
fn a_press_on_a_particle_turns_it_and_adds_none() {
    let mut session = in_paint();
    session.apply(PaintCommand::Add(at(4.0, 4.0)));
    drag(&mut session, &[[4.1, 4.0], [4.0, 4.7]]);
    assert_eq!(session.snapshot().particles.len(), 1);
    assert!((session.snapshot().particles[0].heading - std::f64::consts::FRAC_PI_2).abs() < 1e-9);
}

#[test]
fn strokes_begin_and_end_inside_the_box() {
    let mut session = in_paint();
    drag(&mut session, &[[-0.5, 2.0], [3.0, 2.0]]);
    assert!(session.snapshot().particles.is_empty() && !session.can_undo());
    drag(&mut session, &[[14.5, 2.0], [19.0, 2.0]]);
    assert_eq!(session.snapshot().particles.len(), 2);
}

#[test]
fn a_quick_eraser_drag_removes_everything_on_its_way() {
    let mut session = in_paint();
    for i in 0..15 {
        session.apply(PaintCommand::Add(at(f64::from(i) + 0.5, 5.0)));
    }
    session.apply(PaintCommand::Add(at(8.0, 8.0)));
    session.apply(PaintCommand::SetTool(Tool::Eraser));
    drag(&mut session, &[[0.0, 5.0], [16.0, 5.0]]);
    assert_eq!(session.snapshot().particles, vec![at(8.0, 8.0)]);
    session.apply(DocumentCommand::Undo);
    assert_eq!(session.snapshot().particles.len(), 16);
}

#[test]
fn the_pointer_over_the_live_swarm_pushes_and_never_paints() {
    let mut session = alive();
    let effects = session.apply(Command::Pointer(Pointer::Press(DVec2::new(3.0, 4.0))));
    let pushes = |o: &EngineOrder| matches!(o, EngineOrder::SetForce(Some(f)) if f.strength > 0.0);
    assert!(has_order(&effects, pushes));
    let effects = session.apply(Command::Pointer(Pointer::Release));
    assert!(has_order(&effects, |o| *o == EngineOrder::SetForce(None)));
    assert_eq!(session.snapshot().particles, triangle());
    session.apply(LiveCommand::SetBrush(Brush::Pull));
    let effects = session.apply(Command::Pointer(Pointer::Press(DVec2::new(3.0, 4.0))));
    assert!(has_order(&effects, |o| matches!(o, EngineOrder::SetForce(Some(f)) if f.strength < 0.0)));
    let effects = session.apply(Command::SetWorkspace(Workspace::Paint));
    assert!(has_order(&effects, |o| *o == EngineOrder::SetForce(None)), "leaving lets go");
}
