//! The panel of the workspace Paint, used as a person uses it: tools, their settings, remedies, and the empty canvas.

mod common;

use bevy_egui::egui::accesskit::Role;
use bevy_egui::egui::{Key, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use glam::DVec2;

use common::panels::*;
use unstill::session::{
    Command, CurveHeading, Dialog, DocumentCommand, Effect, FillHeading, LatticeKind, PaintCommand, PaintEffect,
    PaintEvent, Pointer, SelectionOrder, Session, ShareEvent, SprayHeading, StippleRequest, Tool, info_of,
};
use unstill::worlds::swarm::picture::{Boundary, Mode, Particle, Snapshot, motifs};

fn particles(window: &Window) -> Vec<Particle> {
    window.state().session.snapshot().particles.clone()
}

fn name(tool: Tool) -> &'static str {
    info_of(&Command::Paint(PaintCommand::SetTool(tool))).expect("every tool is a command").name
}

#[test]
fn every_tool_is_one_click_on_the_palette_and_has_a_key() {
    let mut window = window(painted());
    for tool in Tool::ALL {
        window.get_by_role_and_label(Role::RadioButton, name(tool)).click();
        settle(&mut window);
        assert_eq!(window.state().session.tool(), tool);
        assert!(info_of(&Command::Paint(PaintCommand::SetTool(tool))).unwrap().shortcut.is_some(), "{tool:?}");
    }
}

#[test]
fn the_settings_of_each_tool_are_set_by_its_controls() {
    let mut window = window(painted());
    let options = |window: &Window| window.state().session.paint_options();
    let revision = window.state().session.revision();
    click(&mut window, name(Tool::Circle));
    click(&mut window, "outward");
    click(&mut window, "the other way round");
    assert_eq!((options(&window).curve, options(&window).reversed), (CurveHeading::Outward, true));
    click(&mut window, name(Tool::Lattice));
    click(&mut window, "square");
    click(&mut window, "random");
    assert_eq!((options(&window).lattice, options(&window).fill), (LatticeKind::Square, FillHeading::Random));
    click(&mut window, name(Tool::Spray));
    click(&mut window, "random");
    assert_eq!(options(&window).spray, SprayHeading::Random);
    let density = options(&window).spray_density;
    window.get_by_role_and_label(Role::Slider, "Density").focus();
    settle(&mut window);
    window.key_press(Key::ArrowRight);
    settle(&mut window);
    assert!(options(&window).spray_density > density);
    click(&mut window, "Symmetry");
    click(&mut window, "mirror");
    click(&mut window, "Snap");
    let symmetry = options(&window).symmetry;
    assert!(symmetry.on && symmetry.mirror && options(&window).snap.on);
    assert_eq!(window.state().session.revision(), revision, "settings do not change the scene");
    assert_eq!(particles(&window).len(), 3, "settings change no picture");
}

#[test]
fn the_cutoff_is_taken_from_the_picture_at_a_click() {
    let mut window = window(Session::new(1));
    let train = motifs::by_name("train").expect("a bundled picture").snapshot();
    window.state_mut().session.on_event(ShareEvent::Imported { path: "train.csv".into(), result: Ok(train.into()) });
    settle(&mut window);
    let cutoff_l = |window: &Window| window.state().session.document().world.training.cutoff_l;
    assert_eq!(cutoff_l(&window), 3.9);
    click(&mut window, "fit R");
    assert!((cutoff_l(&window) - 5.4).abs() < 0.11, "six in file are 5 ℓ long: {}", cutoff_l(&window));
}

#[test]
fn each_button_of_the_selection_panel_is_one_undo() {
    let mut window = window(painted());
    click(&mut window, name(Tool::Select));
    assert!(window.get_by_label("Delete").accesskit_node().is_disabled(), "nothing is selected yet");
    click(&mut window, "All");
    window.get_by_label_contains("3 particles selected");
    let before = particles(&window);
    for (button, count) in [("Duplicate", 6), ("Back", 3), ("Out", 3), ("Along", 3), ("Delete", 0), ("Cut", 0)] {
        window.state_mut().apply(PaintCommand::Selection(SelectionOrder::All));
        settle(&mut window);
        click(&mut window, button);
        assert_eq!(particles(&window).len(), count, "{button}");
        assert_ne!(particles(&window), before, "{button}");
        window.state_mut().apply(DocumentCommand::Undo);
        settle(&mut window);
        assert_eq!(particles(&window), before, "{button}");
    }
    assert!(
        window
            .state()
            .effects
            .iter()
            .any(|e| matches!(e, Effect::Paint(PaintEffect::WriteClipboard(text)) if text.contains("x,y")))
    );
    click(&mut window, "Paste");
    assert!(window.state().effects.contains(&Effect::Paint(PaintEffect::ReadClipboard)));
    window.state_mut().apply(PaintCommand::Selection(SelectionOrder::All));
    settle(&mut window);
    click(&mut window, "As stamp");
    assert_eq!(window.state().session.tool(), Tool::Stamp);
    assert_eq!(window.state().session.stamp().unwrap().particles.len(), 3);
}

#[test]
fn a_swatch_recolours_what_is_selected() {
    let mut window = window(painted());
    click(&mut window, name(Tool::Select));
    click(&mut window, "All");
    click(&mut window, "Species 4: green");
    assert!(particles(&window).iter().all(|p| p.species == 3));
}

#[test]
fn a_stamp_is_chosen_from_the_library() {
    let mut window = window(empty());
    click(&mut window, name(Tool::Stamp));
    click(&mut window, "Stamp with Train");
    let shell = window.state_mut();
    shell.apply(Command::Pointer(Pointer::Press(DVec2::new(8.0, 5.0))));
    shell.apply(Command::Pointer(Pointer::Release));
    assert_eq!(particles(&window).len(), 6);
}

#[test]
fn the_library_renames_deletes_and_restores_own_stamps() {
    let mut window = window(painted());
    click(&mut window, name(Tool::Select));
    click(&mut window, "All");
    click(&mut window, "As stamp");
    window.get_by_label("Stamp with Stamp 1");
    window.get_by_role(Role::TextInput).focus();
    settle(&mut window);
    window.get_by_role(Role::TextInput).type_text("!");
    settle(&mut window);
    let own = |window: &Window| {
        window.state().session.own_stamps().iter().map(|stamp| stamp.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(own(&window).len(), 1);
    assert!(own(&window)[0].contains('!'), "{:?}", own(&window));
    let kept = window.state().effects.iter().filter(|e| matches!(e, Effect::Paint(PaintEffect::KeepStamps(_)))).count();
    assert!(kept >= 2, "kept when it is made and when it is named");
    click(&mut window, "Delete");
    assert!(own(&window).is_empty());
    window.get_by_label_contains("back").click();
    settle(&mut window);
    assert_eq!(own(&window).len(), 1);
    assert_eq!(window.state().session.own_stamp_in_hand(), Some(0));
}

fn asked(window: &Window) -> StippleRequest {
    let last = window.state().effects.iter().rev().find_map(|e| match e {
        Effect::Paint(PaintEffect::Stipple(request)) => Some(request.clone()),
        _ => None,
    });
    last.expect("particles were asked for")
}

#[test]
fn a_text_is_typed_previewed_and_placed_in_the_middle() {
    let mut window = window(empty());
    click(&mut window, name(Tool::Text));
    window.get_by_role(Role::TextInput).focus();
    settle(&mut window);
    window.get_by_role(Role::TextInput).type_text("!");
    settle(&mut window);
    assert!(window.state().session.text().contains('!'), "{}", window.state().session.text());
    let request = asked(&window);
    let at = |x, y| Particle { x, y, ..Particle::default() };
    let result = Ok(vec![at(-0.5, 0.0), at(0.5, 0.0)]);
    window.state_mut().session.on_event(PaintEvent::Stippled { request, result });
    settle(&mut window);
    window.get_by_label("2 particles");
    click(&mut window, "Place in the middle");
    assert_eq!(particles(&window).len(), 2);
    window.state_mut().apply(DocumentCommand::Undo);
    assert!(particles(&window).is_empty());
}

#[test]
fn changed_image_settings_request_it_again_and_faults_show() {
    let mut window = window(empty());
    click(&mut window, name(Tool::Image));
    click(&mut window, "Choose…");
    assert!(window.state().effects.contains(&Effect::Ask(Dialog::Picture)));
    *window.state_mut() = Shell::new(empty());
    window.state_mut().apply(PaintCommand::OpenPicture("fish.png".into()));
    settle(&mut window);
    let first = asked(&window);
    click(&mut window, "invert");
    let second = asked(&window);
    assert!(!first.invert && second.invert);
    let result = Err("fish.png: the image is of one even colour".to_owned());
    window.state_mut().session.on_event(PaintEvent::Stippled { request: second, result });
    settle(&mut window);
    window.get_by_label_contains("one even colour");
}

#[test]
fn the_fix_beside_a_warning_removes_it() {
    let mut session = painted();
    session.apply(PaintCommand::Add(Particle { x: 14.0, y: 9.0, ..Particle::default() }));
    let mut window = window(session);
    window.get_by_label_contains("1 of 4 particles see no other particle");
    window.get_by_role_and_label(Role::Button, "Select").click();
    settle(&mut window);
    assert_eq!(window.state().session.selection(), [3]);
    click(&mut window, "Remove");
    assert_eq!(particles(&window).len(), 3);
    assert!(window.query_by_label_contains("see no other particle").is_none());
}

#[test]
fn an_empty_canvas_invites_and_a_painted_one_does_not() {
    let mut window = window(empty());
    window.get_by_label("Paint something to bring to life");
    click(&mut window, "Begin with Mill");
    assert_eq!(particles(&window).len(), 8);
    assert!(window.query_by_label("Paint something to bring to life").is_none());
}

#[test]
fn a_stroke_that_begins_on_an_offer_does_not_take_it() {
    let mut window = window(empty());
    let from = window.get_by_label("Begin with Mill").rect().center();
    let offers = window.state().state.offers().to_vec();
    let free = window.state().free;
    assert!(offers.len() >= 5 && offers.iter().all(|offer| free.contains_rect(*offer)), "{offers:?}");
    assert!(offers.iter().any(|offer| offer.contains(from)), "the canvas gets their positions");
    window.drag_at(from);
    window.run_steps(1);
    window.hover_at(from + Vec2::new(30.0, -10.0));
    window.run_steps(1);
    window.drop_at(from + Vec2::new(60.0, -10.0));
    settle(&mut window);
    assert!(particles(&window).is_empty());
    let middle = free.center();
    assert!(!offers.iter().any(|offer| offer.distance_to_pos(middle) < 100.0), "the middle is free");
}

#[test]
fn lattices_and_images_have_the_settings_of_their_kind() {
    let mut window = window(empty());
    let options = |window: &Window| window.state().session.paint_options();
    click(&mut window, name(Tool::Lattice));
    for (label, heading) in [
        ("none", FillHeading::None),
        ("outward", FillHeading::Outward),
        ("around", FillHeading::Around),
        ("common", FillHeading::Common),
    ] {
        click(&mut window, label);
        assert_eq!(options(&window).fill, heading);
    }
    window.state_mut().apply(PaintCommand::OpenPicture("fish.png".into()));
    settle(&mut window);
    let row: Vec<Particle> = (0..9).map(|i| Particle { x: 0.05 * f64::from(i), ..Particle::default() }).collect();
    let request = asked(&window);
    window.state_mut().session.on_event(PaintEvent::Stippled { request, result: Ok(row) });
    settle(&mut window);
    let shown = window.get_by_role_and_label(Role::Slider, "Spacing").accesskit_node().numeric_value().unwrap();
    assert!((shown - 0.05 * options(&window).image.scale).abs() < 0.01, "{shown}");
    window.get_by_role_and_label(Role::Slider, "Spacing").focus();
    settle(&mut window);
    window.key_press(Key::ArrowRight);
    settle(&mut window);
    assert!(options(&window).image_options.spacing.is_some_and(|spacing| spacing > shown));
    window.get_by_role_and_label(Role::Slider, "Particles").focus();
    settle(&mut window);
    window.key_press(Key::ArrowRight);
    settle(&mut window);
    assert_eq!(options(&window).image_options.spacing, None);
}

/// A crowd with every warning that a picture can have at once.
fn troubled() -> Session {
    let mut session = empty();
    let mut particles = motifs::by_name("pairs").expect("a bundled picture").snapshot().particles;
    particles.push(Particle { x: 30.0, y: 18.0, ..Particle::default() });
    let snapshot =
        Snapshot { particles, box_size: DVec2::new(32.0, 20.0), mode: Mode::Whole, boundary: Boundary::Open };
    session.on_event(ShareEvent::Imported { path: "crowd.csv".into(), result: Ok(snapshot.into()) });
    session
}

#[test]
fn the_controls_of_every_tool_fit_a_laptop() {
    for (what, session) in [("empty", empty as fn() -> Session), ("painted", painted)] {
        for tool in Tool::ALL {
            let mut session = session();
            session.apply(PaintCommand::OpenPicture("a picture with a rather long name for a narrow panel.png".into()));
            session.apply(PaintCommand::SetTool(tool));
            let window = window(session);
            let found = misplaced(&window, LAPTOP);
            assert!(found.is_empty(), "{what}, {tool:?}:\n{}", found.join("\n"));
        }
    }
}

#[test]
fn a_picture_with_many_faults_shows_all_of_them_with_fixes() {
    let window = window(troubled());
    window.get_by_label("It is one creature");
    window.get_by_label("Let it wrap around");
}
