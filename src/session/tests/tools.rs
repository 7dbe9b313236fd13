use super::*;
use std::f64::consts::{FRAC_PI_2, PI};

use glam::DVec2;

pub(super) fn drag(session: &mut Session, points: &[[f64; 2]]) {
    session.apply(Command::Pointer(Pointer::Press(points[0].into())));
    for &p in points {
        session.apply(Command::Pointer(Pointer::Drag(p.into())));
    }
    session.apply(Command::Pointer(Pointer::Release));
}

pub(super) fn click(session: &mut Session, at: [f64; 2]) {
    drag(session, &[at]);
}

pub(super) fn with_tool(tool: Tool) -> Session {
    let mut session = in_paint();
    session.apply(PaintCommand::SetTool(tool));
    session
}

pub(super) fn options(session: &mut Session, change: impl FnOnce(&mut PaintOptions)) {
    let mut options = session.paint_options();
    change(&mut options);
    session.apply(PaintCommand::SetOptions(options));
}

pub(super) fn particles(session: &Session) -> &[Particle] {
    &session.snapshot().particles
}

/// A session with the triangle of three, all selected.
pub(super) fn selecting() -> Session {
    let mut session = in_paint();
    session.apply(PaintCommand::Stroke(triangle()));
    session.apply(DocumentCommand::EndGesture);
    session.apply(PaintCommand::Selection(SelectionOrder::All));
    session.apply(PaintCommand::Hold(Hand::default()));
    session
}

#[test]
fn each_drawing_tool_shows_a_ghost_and_is_one_undo() {
    for (tool, path, count) in [
        (Tool::Line, vec![[2.0, 2.0], [4.0, 2.0], [6.0, 2.0]], 5),
        (Tool::Arc, vec![[2.0, 2.0], [4.0, 4.0], [6.0, 2.0]], 7),
        (Tool::Circle, vec![[8.0, 5.0], [9.0, 5.0], [10.0, 5.0]], 13),
        (Tool::Lattice, vec![[2.0, 2.0], [4.0, 3.0], [5.0, 4.0]], 11),
    ] {
        let mut session = with_tool(tool);
        session.apply(PaintCommand::SetSpecies(2));
        session.apply(Command::Pointer(Pointer::Press(path[0].into())));
        for &p in &path[1..] {
            session.apply(Command::Pointer(Pointer::Drag(p.into())));
        }
        let ghosts = session.draft(None).ghosts;
        assert!(particles(&session).is_empty(), "{tool:?} adds nothing before the release");
        session.apply(Command::Pointer(Pointer::Release));
        assert_eq!(particles(&session).len(), count, "{tool:?}");
        assert_eq!(ghosts.len(), count, "{tool:?}: the ghosts are placed");
        assert!(particles(&session).iter().all(|p| p.species == 2));
        session.apply(DocumentCommand::Undo);
        assert!(particles(&session).is_empty() && !session.can_undo(), "{tool:?}");
    }
}

#[test]
fn a_spray_stroke_is_one_undo_and_keeps_the_spacing() {
    let mut session = with_tool(Tool::Spray);
    options(&mut session, |o| o.spray_density = 1.0);
    drag(&mut session, &[[4.0, 5.0], [6.0, 5.0], [9.0, 5.0], [12.0, 5.0]]);
    let placed = particles(&session).to_vec();
    assert!(placed.len() > 8, "{}", placed.len());
    for (i, p) in placed.iter().enumerate() {
        assert!(placed[..i].iter().all(|q| p.position().distance(q.position()) >= 0.79));
    }
    assert!(placed.iter().filter(|p| p.heading.abs() < 1e-9).count() + 2 >= placed.len(), "along the drag");
    session.apply(DocumentCommand::Undo);
    assert!(particles(&session).is_empty());
}

#[test]
fn the_first_spray_dab_has_the_heading_of_the_later_ones() {
    let mut session = with_tool(Tool::Spray);
    options(&mut session, |o| o.symmetry = Symmetry { on: true, folds: 2, mirror: false });
    session.apply(Command::Pointer(Pointer::Press(DVec2::new(4.0, 3.0))));
    let first = particles(&session).to_vec();
    assert!(!first.is_empty());
    session.apply(Command::Pointer(Pointer::Drag(DVec2::new(4.0, 5.0))));
    session.apply(Command::Pointer(Pointer::Release));
    let placed = particles(&session);
    assert!(first.iter().all(|p| placed.iter().any(|q| (p.x, p.y) == (q.x, q.y))), "they stay where they are");
    let up = placed.iter().filter(|p| (p.heading - FRAC_PI_2).abs() < 1e-9).count();
    let down = placed.iter().filter(|p| (p.heading + FRAC_PI_2).abs() < 1e-9).count();
    assert_eq!((up, up + down), (down, placed.len()), "{placed:?}");
    session.apply(DocumentCommand::Undo);
    assert!(particles(&session).is_empty() && !session.can_undo());
}

#[test]
fn the_pen_with_symmetry_adds_all_images_in_one_step() {
    let mut session = in_paint();
    options(&mut session, |o| o.symmetry = Symmetry { on: true, folds: 4, mirror: false });
    drag(&mut session, &[[10.0, 5.0], [10.0, 5.5], [10.0, 7.1]]);
    assert_eq!(particles(&session).len(), 12, "three of the stroke, four times");
    let headings = |k: usize| {
        particles(&session)
            .iter()
            .filter(|p| {
                let goal = FRAC_PI_2 * (1 + k) as f64;
                (p.heading - goal).cos() > 1.0 - 1e-9
            })
            .count()
    };
    assert_eq!([headings(0), headings(1), headings(2), headings(3)], [3; 4]);
    session.apply(PaintCommand::SetTool(Tool::Eraser));
    click(&mut session, [10.0, 5.0]);
    assert_eq!(particles(&session).len(), 8, "the eraser works at all images");
    session.apply(DocumentCommand::Undo);
    session.apply(DocumentCommand::Undo);
    assert!(particles(&session).is_empty() && !session.can_undo());
}

#[test]
fn the_pen_snaps_to_the_grid_and_to_15_degrees() {
    let mut session = in_paint();
    options(&mut session, |o| o.snap = Snap { on: true, pitch: 0.5 });
    drag(&mut session, &[[2.2, 2.3], [2.5, 2.61], [2.62, 2.69]]);
    let p = particles(&session)[0];
    assert_eq!((p.x, p.y), (2.0, 2.5));
    let steps = p.heading / (PI / 12.0);
    assert!((steps - steps.round()).abs() < 1e-9 && p.heading != 0.0, "{}", p.heading);
}

#[test]
fn a_rectangle_selects_shift_adds_and_a_click_outside_clears() {
    let mut session = with_tool(Tool::Select);
    session.apply(PaintCommand::Stroke(vec![at(2.0, 2.0), at(3.0, 2.0), at(8.0, 8.0), at(12.0, 8.0)]));
    session.apply(DocumentCommand::EndGesture);
    session.apply(PaintCommand::Hold(Hand::default()));
    drag(&mut session, &[[1.0, 1.0], [3.5, 3.0]]);
    assert_eq!(session.selection(), [0, 1]);
    session.apply(PaintCommand::Hold(Hand { shift: true, ..Hand::default() }));
    drag(&mut session, &[[7.0, 7.0], [9.0, 9.0]]);
    assert_eq!(session.selection(), [0, 1, 2]);
    click(&mut session, [3.0, 2.0]);
    assert_eq!(session.selection(), [0, 2], "shift takes one out as well");
    session.apply(PaintCommand::Hold(Hand::default()));
    click(&mut session, [12.0, 8.0]);
    assert_eq!(session.selection(), [3]);
    click(&mut session, [15.0, 1.0]);
    assert!(session.selection().is_empty());
    session.apply(PaintCommand::SetTool(Tool::Lasso));
    drag(&mut session, &[[1.0, 1.0], [4.0, 1.0], [4.0, 3.0], [1.0, 3.0]]);
    assert_eq!(session.selection(), [0, 1]);
    session.apply(PaintCommand::Selection(SelectionOrder::Invert));
    assert_eq!(session.selection(), [2, 3]);
}

#[test]
fn each_change_of_a_selection_is_one_undo() {
    let mut session = selecting();
    let before = particles(&session).to_vec();
    // From a particle, so that the group moves.
    drag(&mut session, &[[2.0, 2.0], [3.0, 3.0], [4.0, 4.0]]);
    assert_eq!(particles(&session)[2], at(4.5, 5.0));
    assert_eq!(session.selection(), [0, 1, 2]);
    let handle = |session: &Session, wanted| {
        session.frame().unwrap().handles().into_iter().find(|(h, _)| *h == wanted).unwrap().1
    };
    let knob = handle(&session, Handle::Rotate);
    let centre = session.frame().unwrap().centre();
    let off = knob.y - centre.y;
    let way = [knob, centre + 0.7 * off * DVec2::new(-1.0, 1.0), centre - off * DVec2::X];
    drag(&mut session, &way.map(<[f64; 2]>::from));
    assert!(particles(&session).iter().all(|p| (p.heading - FRAC_PI_2).abs() < 1e-9));
    let head = handle(&session, Handle::Head);
    let centre = session.frame().unwrap().centre();
    drag(&mut session, &[head, centre - 2.0 * DVec2::X].map(<[f64; 2]>::from));
    assert!(particles(&session).iter().all(|p| (p.heading.abs() - PI).abs() < 1e-9));
    let corner = handle(&session, Handle::Scale);
    let centre = session.frame().unwrap().centre();
    let goal = centre + 2.0 * (corner - centre);
    let side = |s: &Session| (particles(s)[0].x - particles(s)[1].x).hypot(particles(s)[0].y - particles(s)[1].y);
    drag(&mut session, &[corner, goal].map(<[f64; 2]>::from));
    assert!((side(&session) - 2.0).abs() < 1e-9);
    for _ in 0..4 {
        session.apply(DocumentCommand::Undo);
    }
    assert_eq!(particles(&session), before);
    assert_eq!(session.selection(), [0, 1, 2], "the selection outlives undo");
}

#[test]
fn each_key_for_a_selection_is_one_undo() {
    let mut session = selecting();
    let before = session.snapshot().clone();
    let commands = [
        Command::Paint(PaintCommand::Turn(PI / 12.0)),
        Command::Paint(PaintCommand::Resize(1.15)),
        Command::Paint(PaintCommand::Nudge([1, 0])),
        Command::Paint(PaintCommand::Selection(SelectionOrder::Duplicate)),
        Command::Paint(PaintCommand::SetSpecies(4)),
        Command::Paint(PaintCommand::Selection(SelectionOrder::TurnHeadings(PI))),
        Command::Paint(PaintCommand::Selection(SelectionOrder::HeadOutward)),
        Command::Paint(PaintCommand::Selection(SelectionOrder::HeadAlongNeighbours)),
        Command::Paint(PaintCommand::Selection(SelectionOrder::Delete)),
    ];
    for command in commands {
        let picture = session.snapshot().clone();
        let undone = command.clone();
        session.apply(command);
        assert_ne!(*session.snapshot(), picture, "{undone:?} changes the picture");
        session.apply(DocumentCommand::Undo);
        assert_eq!(*session.snapshot(), picture, "{undone:?} is one step");
        session.apply(DocumentCommand::Redo);
        session.apply(DocumentCommand::Undo);
    }
    assert_eq!(*session.snapshot(), before);
    session.apply(PaintCommand::Selection(SelectionOrder::Duplicate));
    assert_eq!(session.selection(), [3, 4, 5], "the copies are selected");
    session.apply(PaintCommand::Selection(SelectionOrder::Delete));
    assert_eq!(particles(&session).len(), 3);
    session.apply(DocumentCommand::Undo);
    assert_eq!(session.selection(), [3, 4, 5], "and selected again when they come back");
}

#[test]
fn a_species_recolours_only_what_is_seen_to_be_selected() {
    let mut session = selecting();
    session.apply(PaintCommand::SetTool(Tool::Pen));
    session.apply(PaintCommand::SetSpecies(5));
    assert!(particles(&session).iter().all(|p| p.species == 0));
    assert!(session.selection().is_empty(), "a tool that adds particles clears the selection");
    let effects = session.apply(PaintCommand::Selection(SelectionOrder::Delete));
    assert_eq!(notice(&effects).unwrap().0, Level::Info);
}

#[test]
fn the_eyedropper_copies_a_particle_and_restores_the_tool() {
    let mut session = with_tool(Tool::Circle);
    session.apply(PaintCommand::Add(Particle { heading: 1.0, species: 6, ..at(5.0, 5.0) }));
    session.apply(PaintCommand::SetTool(Tool::Eyedropper));
    assert!(session.draft(Some(DVec2::new(5.1, 5.0))).outline.is_some());
    click(&mut session, [5.1, 5.0]);
    assert_eq!((session.species(), session.paint_options().heading, session.tool()), (6, 1.0, Tool::Circle));
}

fn clipboard(effects: &[Effect]) -> String {
    effects
        .iter()
        .find_map(|e| match e {
            Effect::Paint(PaintEffect::WriteClipboard(text)) => Some(text.clone()),
            _ => None,
        })
        .expect("something was copied")
}

#[test]
fn what_is_copied_is_pasted_exactly_into_another_scene() {
    let mut session = in_paint();
    let original =
        vec![Particle { heading: 1.25, species: 3, ..at(1.0 / 3.0, 2.0) }, Particle { heading: -2.0, ..at(4.0, 9.5) }];
    session.apply(PaintCommand::Stroke(original.clone()));
    let text = clipboard(&session.apply(PaintCommand::Copy));
    assert!(text.starts_with("# box: 16 10\nx,y,heading,species\n"), "{text}");
    session.apply(DocumentCommand::New);
    assert_eq!(session.apply(PaintCommand::Paste), vec![Effect::Paint(PaintEffect::ReadClipboard)]);
    session.apply(PaintCommand::PasteText(text));
    assert_eq!(particles(&session), original);
    assert_eq!((session.selection(), session.tool()), (&[0, 1][..], Tool::Select));
    session.apply(DocumentCommand::Undo);
    assert!(particles(&session).is_empty());
}

#[test]
fn a_paste_is_offset_from_its_original_and_fits_the_box() {
    let mut session = selecting();
    let text = clipboard(&session.apply(PaintCommand::Copy));
    session.apply(PaintCommand::PasteText(text));
    assert_eq!(particles(&session).len(), 6);
    assert_ne!(particles(&session)[3], particles(&session)[0]);
    let effects = session.apply(PaintCommand::PasteText("x,y\n0,0\n900,400\n100,800\n".into()));
    assert_eq!(particles(&session).len(), 9);
    assert!(notice(&effects).unwrap().1.contains("smaller"), "{effects:?}");
    assert!(particles(&session).iter().all(|p| (0.0..=16.0).contains(&p.x) && (0.0..=10.0).contains(&p.y)));
}

#[test]
fn cutting_copies_and_removes_the_selection() {
    let mut session = selecting();
    session.apply(PaintCommand::Selection(SelectionOrder::Particles(vec![1])));
    let text = clipboard(&session.apply(PaintCommand::Cut));
    assert_eq!(text.lines().count(), 3);
    assert_eq!(particles(&session), [at(2.0, 2.0), at(2.5, 3.0)]);
    session.apply(DocumentCommand::Undo);
    assert_eq!(particles(&session), triangle());
}

#[test]
fn a_clipboard_without_particles_changes_nothing() {
    let mut session = selecting();
    let before = session.document().clone();
    for text in ["", "https://example.org/", "x,y\n1,here\n", "lorem ipsum dolor\nsit amet"] {
        let effects = session.apply(PaintCommand::PasteText(text.into()));
        let (_, message) = notice(&effects).unwrap();
        assert!(message.contains("x,y") || message.contains("line 2"), "{message}");
        assert_eq!(*session.document(), before);
    }
}

#[test]
fn escape_drops_the_shape_then_the_selection_then_the_tool() {
    let mut session = with_tool(Tool::Line);
    session.apply(Command::Pointer(Pointer::Press(DVec2::splat(2.0))));
    session.apply(Command::Pointer(Pointer::Drag(DVec2::new(8.0, 2.0))));
    session.apply(PaintCommand::LetGo);
    session.apply(Command::Pointer(Pointer::Release));
    assert!(particles(&session).is_empty());
    assert_eq!(session.tool(), Tool::Line);
    session.apply(PaintCommand::LetGo);
    assert_eq!(session.tool(), Tool::Pen);
    let mut session = selecting();
    session.apply(PaintCommand::LetGo);
    assert!(session.selection().is_empty());
}

#[test]
fn escape_cancels_any_gesture_without_a_step() {
    for tool in [Tool::Pen, Tool::Line, Tool::Arc, Tool::Circle, Tool::Lattice, Tool::Spray, Tool::Eraser, Tool::Lasso]
    {
        let mut session = selecting();
        session.apply(PaintCommand::SetTool(tool));
        session.apply(PaintCommand::Add(at(12.0, 8.0)));
        session.apply(DocumentCommand::Undo);
        let before = (session.document().clone(), session.paint_options().heading, session.selection().to_vec());
        session.apply(Command::Pointer(Pointer::Press(DVec2::splat(2.0))));
        session.apply(Command::Pointer(Pointer::Drag(DVec2::new(6.0, 5.0))));
        session.apply(Command::Pointer(Pointer::Drag(DVec2::splat(8.0))));
        session.apply(PaintCommand::LetGo);
        session.apply(Command::Pointer(Pointer::Drag(DVec2::new(9.0, 2.0))));
        session.apply(Command::Pointer(Pointer::Release));
        let after = (session.document().clone(), session.paint_options().heading, session.selection().to_vec());
        assert_eq!(after, before, "{tool:?}");
        assert_eq!(session.tool(), tool);
        session.apply(DocumentCommand::Redo);
        assert_eq!(particles(&session).len(), 4, "{tool:?}: what could be redone still can");
        session.apply(DocumentCommand::Undo);
        session.apply(DocumentCommand::Undo);
        assert!(particles(&session).is_empty() && !session.can_undo(), "{tool:?}");
    }
}

#[test]
fn escape_while_a_handle_is_dragged_puts_the_selection_back() {
    for wanted in [Handle::Body, Handle::Rotate, Handle::Scale, Handle::Head] {
        let mut session = selecting();
        let before = session.document().clone();
        let frame = session.frame().unwrap();
        let place = frame.handles().into_iter().find(|(h, _)| *h == wanted).map_or(frame.centre(), |(_, place)| place);
        session.apply(Command::Pointer(Pointer::Press(place)));
        session.apply(Command::Pointer(Pointer::Drag(place + DVec2::new(1.0, 2.0))));
        session.apply(Command::Pointer(Pointer::Drag(place + DVec2::splat(2.0))));
        assert_ne!(*session.document(), before, "{wanted:?}");
        session.apply(PaintCommand::LetGo);
        session.apply(Command::Pointer(Pointer::Release));
        assert_eq!(*session.document(), before, "{wanted:?}");
        assert_eq!(session.selection(), [0, 1, 2], "it is still selected");
        session.apply(DocumentCommand::Undo);
        assert!(particles(&session).is_empty(), "{wanted:?}: the step before is the stroke");
    }
}

#[test]
fn a_held_key_is_one_step_and_a_new_press_another() {
    let mut session = selecting();
    let before = session.snapshot().clone();
    for _ in 0..5 {
        session.apply(PaintCommand::Nudge([1, 0]));
    }
    session.apply(DocumentCommand::EndGesture);
    let moved = session.snapshot().clone();
    assert!((moved.particles[0].x - before.particles[0].x - 0.5).abs() < 1e-9);
    for _ in 0..3 {
        session.apply(PaintCommand::Resize(1.15));
    }
    session.apply(DocumentCommand::EndGesture);
    session.apply(DocumentCommand::Undo);
    assert_eq!(*session.snapshot(), moved);
    session.apply(DocumentCommand::Undo);
    assert_eq!(*session.snapshot(), before);
}

#[test]
fn count_and_spacing_of_an_image_follow_each_other() {
    let mut session = with_tool(Tool::Image);
    session.apply(PaintCommand::OpenPicture("fish.png".into()));
    let asked = |session: &mut Session| {
        session.tick(0).into_iter().find_map(|e| match e {
            Effect::Paint(PaintEffect::Stipple(request)) => Some(request),
            _ => None,
        })
    };
    let first = asked(&mut session).unwrap();
    assert_eq!(first.amount, StippleAmount::Count(120));
    let row = |n: usize| (0..n).map(|i| at(0.1 * i as f64, 0.0)).collect::<Vec<_>>();
    session.on_event(PaintEvent::Stippled { request: first, result: Ok(row(4)) });
    assert!((session.stipple().spacing - 0.1).abs() < 1e-9, "the number sets the spacing");
    options(&mut session, |o| {
        o.image.scale = 8.0;
        o.image_options.spacing = Some(0.4);
    });
    let second = asked(&mut session).unwrap();
    let StippleAmount::Spacing(spacing) = second.amount else { panic!("{second:?}") };
    assert!((spacing - 0.05).abs() < 1e-12, "of its longer side");
    session.on_event(PaintEvent::Stippled { request: second, result: Ok(row(9)) });
    assert_eq!(session.paint_options().image_options.particles, 9, "the spacing sets the number");
    assert!(asked(&mut session).is_none(), "the question was asked before");
    options(&mut session, |o| o.image.scale = 4.0);
    assert!(asked(&mut session).is_some(), "a smaller image holds fewer at that spacing");
}

#[test]
fn a_text_is_requested_once_previewed_and_placed() {
    let mut session = with_tool(Tool::Text);
    session.apply(PaintCommand::SetText("hi".into()));
    let asked = |effects: Vec<Effect>| {
        effects.into_iter().find_map(|e| match e {
            Effect::Paint(PaintEffect::Stipple(request)) => Some(request),
            _ => None,
        })
    };
    let request = asked(session.tick(0)).expect("the text is asked for");
    assert_eq!(request.source, StippleSource::Text("hi".into()));
    assert!(asked(session.tick(0)).is_none(), "once");
    assert!(session.stipple().busy);
    let answer = vec![at(-0.5, 0.0), at(0.5, 0.0)];
    let older = StippleRequest { source: StippleSource::Text("h".into()), ..request.clone() };
    session.on_event(PaintEvent::Stippled { request: older, result: Err("late".into()) });
    assert!(session.stipple().busy, "the result of an older request is ignored");
    session.on_event(PaintEvent::Stippled { request, result: Ok(answer) });
    session.apply(PaintCommand::SetSpecies(2));
    options(&mut session, |o| {
        o.text.scale = 4.0;
        o.text_headings = StrokeHeading::Common;
        o.heading = 1.0;
    });
    click(&mut session, [8.0, 5.0]);
    let placed =
        [Particle { heading: 1.0, species: 2, ..at(6.0, 5.0) }, Particle { heading: 1.0, species: 2, ..at(10.0, 5.0) }];
    assert_eq!(particles(&session), placed);
    session.apply(DocumentCommand::Undo);
    assert!(particles(&session).is_empty());
}

#[test]
fn a_dropped_image_is_previewed_before_it_is_placed() {
    let mut session = alive();
    session.apply(PaintCommand::OpenPicture("fish.png".into()));
    assert_eq!((session.workspace(), session.tool()), (Workspace::Paint, Tool::Image));
    let effects = session.tick(0);
    let Some(Effect::Paint(PaintEffect::Stipple(request))) =
        effects.iter().find(|e| matches!(e, Effect::Paint(PaintEffect::Stipple(_))))
    else {
        panic!("{effects:?}")
    };
    let before = session.snapshot().clone();
    session.on_event(PaintEvent::Stippled { request: request.clone(), result: Err("fish.png: cannot be read".into()) });
    assert!(session.stipple().error.is_some());
    click(&mut session, [8.0, 5.0]);
    assert_eq!(*session.snapshot(), before, "nothing there, nothing placed");
}

#[test]
fn particles_added_over_the_edge_wrap_on_a_torus() {
    let mut session = with_tool(Tool::Circle);
    session.apply(PaintCommand::SetMode(Mode::Whole));
    drag(&mut session, &[[0.0, 5.0], [2.0, 5.0]]);
    assert_eq!(particles(&session).len(), 13);
    assert!(particles(&session).iter().any(|p| p.x > 12.0));
    let mut session = with_tool(Tool::Circle);
    drag(&mut session, &[[0.0, 5.0], [2.0, 5.0]]);
    assert_eq!(particles(&session).len(), 7, "a motif ends at the edge");
}

#[test]
fn another_scene_brings_its_own_spacing_and_an_empty_selection() {
    let mut session = selecting();
    let particles: Vec<Particle> = (0..10).map(|i| at(30.0 * f64::from(i) + 5.0, 50.0)).collect();
    let snapshot = Snapshot { particles, box_size: DVec2::new(300.0, 100.0), ..Snapshot::default() };
    session.on_event(ShareEvent::Imported { path: "row.csv".into(), result: Ok(snapshot.into()) });
    assert!((session.spacing() - 30.0).abs() < 1e-9);
    assert!(session.selection().is_empty());
}
