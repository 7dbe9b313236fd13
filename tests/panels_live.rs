//! The panel of the living swarm, used as a person uses it: brushes, going back, checkpoints, swinging knobs.

mod common;

use bevy_egui::egui::accesskit::Role;
use bevy_egui::egui::{Event as Input, Modifiers, PointerButton, Pos2, Vec2};
use egui_kittest::kittest::Queryable;
use glam::DVec2;

use std::sync::Arc;

use common::panels::*;
use unstill::scene::Project;
use unstill::session::{
    Brush, DocumentCommand, DocumentEvent, Knob, LiveCommand, SceneSource, Session, opened_project,
};
use unstill::window::panels::Readouts;
use unstill::worlds::SwarmDoc;
use unstill::worlds::swarm::picture::{MAX_SPECIES, Particle, Snapshot};
use unstill::worlds::swarm::rule::{FlowKind, LiveSettings, NetShape, Rule};

/// A quick click of the mouse itself at a position, with modifier keys.
fn press(window: &mut Window, at: Pos2, modifiers: Modifiers) {
    window.event_modifiers(Input::PointerMoved(at), modifiers);
    window.run_steps(1);
    for pressed in [true, false] {
        let button = PointerButton::Primary;
        window.event_modifiers(Input::PointerButton { pos: at, button, pressed, modifiers }, modifiers);
        window.run_steps(1);
    }
}

fn live(window: &Window) -> LiveSettings {
    window.state().session.document().world.live
}

/// A position on the rail of a slider.
fn on_rail(window: &Window, label: &str) -> Pos2 {
    window.get_by_role_and_label(Role::Slider, label).rect().left_center() + Vec2::new(70.0, 0.0)
}

#[test]
fn each_brush_is_one_click_away_and_shows_its_key() {
    let mut window = window(alive());
    for (label, brush) in [
        ("Stir", Brush::Stir),
        ("Grab", Brush::Grab),
        ("Wound", Brush::Wound),
        ("Add", Brush::Add),
        ("Remove", Brush::Remove),
        ("Recolour", Brush::Recolour),
        ("Follow", Brush::Follow),
        ("Mouse off", Brush::Off),
        ("Pull", Brush::Pull),
        ("Push", Brush::Push),
    ] {
        click(&mut window, label);
        assert_eq!(window.state().session.live().brush, brush, "{label}");
    }
    click(&mut window, "Recolour");
    click(&mut window, "Brush species 2: sky blue");
    assert_eq!(window.state().session.species(), 1);
    assert!(window.query_by_label("Brush species 3: yellow").is_none(), "the rule knows two species");
    window.get_by_label("Wound").hover();
    for _ in 0..60 {
        window.run_steps(1);
    }
    window.get_by_label_contains("(W)");
}

#[test]
fn ctrl_and_a_click_switch_the_swing_of_a_knob() {
    let mut window = window(alive());
    let before = live(&window);
    let at = on_rail(&window, "Strength");
    press(&mut window, at, Modifiers::CTRL);
    settle(&mut window);
    assert!(window.state().session.document().world.swings.of(Knob::Strength).is_some());
    assert_eq!(live(&window), before, "its value stays where it was");
    // The name is marked, and a line below describes the swing.
    assert_eq!(window.query_all_by_label("~ Strength").count(), 2);
    let swing = window.state().session.document().world.swings.of(Knob::Strength).unwrap();
    let period = window.get_by_label_contains("Seconds from one swing of Strength");
    period.focus();
    settle(&mut window);
    window.key_press(bevy_egui::egui::Key::ArrowUp);
    window.key_press(bevy_egui::egui::Key::Enter);
    settle(&mut window);
    let slower = window.state().session.document().world.swings.of(Knob::Strength).unwrap();
    assert!(slower.period_s > swing.period_s && slower.amplitude == swing.amplitude, "{slower:?}");
    click(&mut window, "Let Strength rest");
    assert!(window.state().session.document().world.swings.is_empty());
    window.state_mut().apply(DocumentCommand::Undo);
    assert!(!window.state().session.document().world.swings.is_empty(), "that can be undone");
    window.state_mut().apply(LiveCommand::RestAllKnobs);
    settle(&mut window);
    for swings in [true, false] {
        press(&mut window, at, Modifiers::ALT);
        settle(&mut window);
        assert_eq!(window.state().session.document().world.swings.of(Knob::Strength).is_some(), swings);
    }
    assert_eq!(live(&window), before);
}

/// A picture with this many species and a rule.
fn of_species(species: u8) -> Session {
    let mut session = Session::new(3);
    let at = |k: u8| Particle { x: 1.0 + f64::from(k), y: f64::from(k % 3) + 1.0, heading: 0.3, species: k % species };
    let snapshot =
        Snapshot { particles: (0..24).map(at).collect(), box_size: DVec2::new(30.0, 20.0), ..Snapshot::default() };
    let shape = NetShape { species: species.into(), phi: [4, 4], rho: [4, 4], outputs: 1 };
    let rule = Some(Arc::new(Rule::random(shape, 1)));
    let document = opened_project(Project::new("", SwarmDoc { rule, ..SwarmDoc::from_snapshot(snapshot) }));
    let source = SceneSource::Bundled("species".into());
    session.on_event(DocumentEvent::Opened { source, result: Ok(Box::new(document)) });
    session
}

#[test]
fn each_species_has_a_row_of_knobs_and_all_turn_in_one_gesture() {
    let mut window = window(of_species(3));
    let cruise = |window: &Window| live(window).knobs.cruise[..3].to_vec();
    let at = |window: &Window, label: &str, x: f32| {
        window.get_by_role_and_label(Role::Slider, label).rect().left_center() + Vec2::new(x, 0.0)
    };
    let place = at(&window, "Cruise of species 2", 38.0);
    press(&mut window, place, Modifiers::NONE);
    settle(&mut window);
    let turned = cruise(&window);
    assert!(turned[1] > 2.0 && turned[0] == 1.0 && turned[2] == 1.0, "{turned:?}");
    let place = at(&window, "Cruise of all", 4.0);
    press(&mut window, place, Modifiers::NONE);
    settle(&mut window);
    let all = cruise(&window);
    assert!(all[0] < -2.0 && all.iter().all(|u| *u == all[0]), "{all:?}");
    let place = at(&window, "Swirl of species 3", 20.0);
    press(&mut window, place, Modifiers::CTRL);
    settle(&mut window);
    assert!(window.state().session.document().world.swings.of(Knob::Swirl(Some(2))).is_some());
    assert!(window.query_by_label("Cruise of species 4").is_none());
    let mut narrow = live(&window);
    narrow.knobs.window_l = [1.0; MAX_SPECIES];
    window.state_mut().apply(LiveCommand::SetSettings(narrow));
    settle(&mut window);
    let place = window.get_by_label("Window of species 3").rect().center();
    assert!(place.x < 290.0, "within the panel: {place:?}");
    press(&mut window, place, Modifiers::SHIFT);
    settle(&mut window);
    assert_eq!(live(&window).knobs.window_l[..3], [1.0, 1.0, 3.0]);

    // Many have columns of numbers.
    let mut window = self::window(of_species(8));
    let place = window.get_by_label("Cruise of species 7").rect().center();
    press(&mut window, place, Modifiers::ALT);
    settle(&mut window);
    assert!(window.state().session.document().world.swings.of(Knob::Cruise(Some(6))).is_some());
    let mut turned = live(&window);
    turned.knobs.cruise[6] = 3.0;
    window.state_mut().apply(LiveCommand::SetSettings(turned));
    settle(&mut window);
    press(&mut window, place, Modifiers::SHIFT);
    settle(&mut window);
    assert_eq!(live(&window).knobs.cruise[6], 1.0);
}

#[test]
fn a_double_click_sets_a_slider_back_and_the_reset_all_of_them() {
    let mut window = window(alive());
    let changed = LiveSettings { strength: 12.0, relaxation: 4.0, denoised: false, ..LiveSettings::default() };
    window.state_mut().session.apply(LiveCommand::SetSettings(changed));
    settle(&mut window);
    let at = on_rail(&window, "Strength");
    press(&mut window, at, Modifiers::NONE);
    press(&mut window, at, Modifiers::NONE);
    settle(&mut window);
    assert_eq!(live(&window), LiveSettings { strength: LiveSettings::default().strength, ..changed });
    click(&mut window, "Reset the motion");
    assert_eq!(live(&window), LiveSettings { denoised: false, ..LiveSettings::default() });
    window.state_mut().session.apply(DocumentCommand::Undo);
    assert_eq!(live(&window).relaxation, 4.0);
}

#[test]
fn the_strip_keeps_renames_restores_and_deletes_checkpoints() {
    let mut window = window(alive());
    click(&mut window, "Keep");
    click(&mut window, "Keep");
    let names = |window: &Window| {
        window.state().session.document().world.checkpoints.iter().map(|m| m.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&window), ["Checkpoint 1", "Checkpoint 2"]);
    click(&mut window, "Return to Checkpoint 1");
    assert_eq!(window.state().session.live().particles, 3);
    click(&mut window, "Delete Checkpoint 1");
    assert_eq!(names(&window), ["Checkpoint 2"]);
    click(&mut window, "⟲ Undo");
    assert_eq!(names(&window), ["Checkpoint 1", "Checkpoint 2"]);
}

#[test]
fn the_cost_of_many_particles_is_shown_in_advance() {
    let mut window = window(alive());
    let cost = |window: &Window| window.query_by_label_contains("steps in a second with so many").is_some();
    assert!(!cost(&window));
    window.state_mut().readouts = Readouts { s_per_particle_step: 1e-6, max_particles: 100_000, ..Default::default() };
    window.state_mut().session.apply(LiveCommand::SetParticles(300));
    settle(&mut window);
    assert!(!cost(&window), "plenty");
    window.state_mut().session.apply(LiveCommand::SetParticles(90_000));
    settle(&mut window);
    window.get_by_label("about 11 steps in a second with so many");
}

#[test]
fn the_live_panel_fits_a_laptop_with_every_brush_and_flow() {
    for species in [1, 2, 3, 4, 8] {
        let window = window(of_species(species));
        let found = misplaced(&window, LAPTOP);
        assert!(found.is_empty(), "{species} species:\n{}", found.join("\n"));
    }
    for brush in [Brush::Push, Brush::Recolour] {
        for flow in [FlowKind::Exact, FlowKind::Learned] {
            let mut session = alive();
            session.apply(LiveCommand::SetBrush(brush));
            session.apply(LiveCommand::SetSettings(LiveSettings { flow, ..LiveSettings::default() }));
            let mut window = window(session);
            click(&mut window, "Keep");
            let found = misplaced(&window, LAPTOP);
            assert!(found.is_empty(), "{brush:?}, {flow:?}:\n{}", found.join("\n"));
        }
    }
}
