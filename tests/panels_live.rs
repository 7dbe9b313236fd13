//! The panel of the living swarm, used as a person uses it: brushes, going back, kept moments, swinging knobs.

mod common;

use bevy_egui::egui::accesskit::Role;
use bevy_egui::egui::{Event as Input, Modifiers, PointerButton, Pos2, Vec2};
use egui_kittest::kittest::Queryable;

use common::panels::*;
use unstill::rule::{FlowKind, LiveSettings};
use unstill::session::{Brush, Command, Knob};
use unstill::ui::Readouts;

/// A quick click of the mouse itself at a place, with modifier keys.
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
    window.state().session.document().live
}

/// A place on the rail of a slider.
fn on_rail(window: &Window, label: &str) -> Pos2 {
    window.get_by_role_and_label(Role::Slider, label).rect().left_center() + Vec2::new(70.0, 0.0)
}

#[test]
fn each_brush_is_one_click_away_and_tells_its_key() {
    let mut window = window(alive());
    for (label, brush) in [
        ("Stir", Brush::Stir),
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
fn a_click_with_ctrl_lets_a_slider_swing_and_another_lets_it_rest() {
    let mut window = window(alive());
    let before = live(&window);
    let at = on_rail(&window, "Strength");
    press(&mut window, at, Modifiers::CTRL);
    settle(&mut window);
    assert!(window.state().session.document().swings.of(Knob::Strength).is_some());
    assert_eq!(live(&window), before, "its value stays where it was");
    // The name is marked, and tells how it swings.
    window.get_by_role_and_label(Role::Label, "~ Strength").click();
    settle(&mut window);
    let period = window.get_by_role_and_label(Role::Slider, "Period");
    period.focus();
    settle(&mut window);
    window.key_press(bevy_egui::egui::Key::ArrowRight);
    settle(&mut window);
    assert!(window.state().session.document().swings.of(Knob::Strength).unwrap().period_s > 4.0);
    click(&mut window, "Let it rest");
    assert!(window.state().session.document().swings.is_empty());
    for swings in [true, false] {
        press(&mut window, at, Modifiers::ALT);
        settle(&mut window);
        assert_eq!(window.state().session.document().swings.of(Knob::Strength).is_some(), swings);
    }
    assert_eq!(live(&window), before);
}

#[test]
fn a_double_click_sets_a_slider_back_and_the_reset_all_of_them() {
    let mut window = window(alive());
    let changed = LiveSettings { strength: 12.0, relaxation: 4.0, denoised: false, ..LiveSettings::default() };
    window.state_mut().session.apply(Command::SetLive(changed));
    settle(&mut window);
    let at = on_rail(&window, "Strength");
    press(&mut window, at, Modifiers::NONE);
    press(&mut window, at, Modifiers::NONE);
    settle(&mut window);
    assert_eq!(live(&window), LiveSettings { strength: LiveSettings::default().strength, ..changed });
    click(&mut window, "Reset the motion");
    assert_eq!(live(&window), LiveSettings { denoised: false, ..LiveSettings::default() });
    window.state_mut().session.apply(Command::Undo);
    assert_eq!(live(&window).relaxation, 4.0);
}

#[test]
fn moments_are_kept_named_returned_to_and_deleted_on_their_strip() {
    let mut window = window(alive());
    click(&mut window, "Keep");
    click(&mut window, "Keep");
    let names = |window: &Window| {
        window.state().session.document().savepoints.iter().map(|m| m.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&window), ["Moment 1", "Moment 2"]);
    click(&mut window, "Return to Moment 1");
    assert_eq!(window.state().session.live().particles, 3);
    click(&mut window, "Delete Moment 1");
    assert_eq!(names(&window), ["Moment 2"]);
    click(&mut window, "⟲ Undo");
    assert_eq!(names(&window), ["Moment 1", "Moment 2"]);
}

#[test]
fn the_cost_of_many_particles_is_told_before_the_swarm_crawls() {
    let mut window = window(alive());
    let cost = |window: &Window| window.query_by_label_contains("steps in a second with so many").is_some();
    assert!(!cost(&window));
    window.state_mut().readouts = Readouts { s_per_particle_step: 1e-6, most_particles: 100_000, ..Default::default() };
    window.state_mut().session.apply(Command::SetParticles(300));
    settle(&mut window);
    assert!(!cost(&window), "plenty");
    window.state_mut().session.apply(Command::SetParticles(90_000));
    settle(&mut window);
    window.get_by_label("about 11 steps in a second with so many");
}

#[test]
fn the_whole_panel_is_on_the_screen_of_a_laptop_with_every_brush_and_flow() {
    for brush in [Brush::Push, Brush::Recolour] {
        for flow in [FlowKind::Exact, FlowKind::Learned] {
            let mut session = alive();
            session.apply(Command::SetBrush(brush));
            session.apply(Command::SetLive(LiveSettings { flow, ..LiveSettings::default() }));
            let mut window = window(session);
            click(&mut window, "Keep");
            let found = misplaced(&window, LAPTOP);
            assert!(found.is_empty(), "{brush:?}, {flow:?}:\n{}", found.join("\n"));
        }
    }
}
