//! Looks and commands, used as a person uses them: the command palette, the help sheet, preferences, the first steps.

mod common;

use bevy_egui::egui::accesskit::Role;
use bevy_egui::egui::{self, Key, Modifiers, Rect, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use glam::DVec2;

use common::panels::*;
use unstill::session::{
    Body, ColourBy, Command, Dialog, DocumentCommand, Event, LearnCommand, LiveCommand, Palette, Pointer, Preference,
    Theme, Workspace,
};
use unstill::window::panels::{SIDE_WIDTH, TOP_HEIGHT};

fn press(window: &mut Window, key: Key) {
    window.key_press(key);
    settle(window);
}

fn typed(window: &mut Window, text: &str) {
    window.input_mut().events.push(egui::Event::Text(text.to_owned()));
    settle(window);
}

#[test]
fn a_command_is_found_by_a_few_letters_and_given_by_enter() {
    let mut window = window(alive());
    apply(&mut window, Command::Ask(Dialog::Palette));
    typed(&mut window, "scrm");
    press(&mut window, Key::Enter);
    assert_eq!(window.state().commands.iter().filter(|c| **c == Command::Live(LiveCommand::Randomise)).count(), 1);
    assert!(!window.state().state.has_dialog(), "it closes, and the keys are commands again");
    assert!(!window.ctx.text_edit_focused());
}

#[test]
fn the_arrows_walk_through_the_commands_and_escape_leaves() {
    let mut window = window(alive());
    apply(&mut window, Command::Ask(Dialog::Palette));
    // From the first the way up leads to the last, and down again to the first.
    for key in [Key::ArrowUp, Key::ArrowDown, Key::ArrowUp, Key::Enter] {
        press(&mut window, key);
    }
    let last = unstill::session::table().last().unwrap();
    assert_eq!(window.state().commands.first(), Some(&last.command));
    assert!(!window.state().state.has_dialog());
    apply(&mut window, Command::Ask(Dialog::Palette));
    press(&mut window, Key::Escape);
    assert!(!window.state().state.has_dialog());
}

#[test]
fn what_would_do_nothing_now_is_greyed_and_not_given() {
    let mut window = window(alive());
    apply(&mut window, Command::Ask(Dialog::Palette));
    typed(&mut window, "resume");
    let row = window.get_by_role_and_label(Role::Button, "Resume learning");
    assert!(row.accesskit_node().is_disabled());
    press(&mut window, Key::Enter);
    assert!(!window.state().commands.contains(&Command::Learn(LearnCommand::Resume)));
    assert!(window.state().state.has_dialog(), "it stays, to be used");
}

#[test]
fn the_palette_closes_when_one_clicks_beside_it() {
    let mut window = window(alive());
    apply(&mut window, Command::Ask(Dialog::Palette));
    window.drag_at([700.0, 700.0].into());
    window.drop_at([700.0, 700.0].into());
    settle(&mut window);
    assert!(!window.state().state.has_dialog());
}

#[test]
fn the_help_sheet_is_searched_by_key_name_and_meaning() {
    let mut window = window(alive());
    apply(&mut window, Command::Ask(Dialog::Help));
    let rows = |window: &Window| {
        unstill::session::table().filter(|i| window.query_all_by_label(i.tooltip).count() > 0).count()
    };
    assert_eq!(rows(&window), unstill::session::table().count());
    typed(&mut window, "screenshot");
    assert_eq!(rows(&window), 2, "with and without the panels");
    window.get_by_label("F12");
    window.get_by_label("Shift+F12");
    typed(&mut window, " and nothing else");
    window.get_by_label("Nothing fits.");
}

#[test]
fn menus_come_from_the_table_and_grey_what_would_do_nothing() {
    let mut window = window(alive());
    click(&mut window, "Rule");
    for info in unstill::session::table().filter(|i| i.group == unstill::session::Group::Learn) {
        let found = window.query_all_by_label_contains(info.name).count();
        assert!(found > 0, "{} is in no menu", info.name);
    }
    let resume = window.get_by_label_contains("Resume learning");
    assert!(resume.accesskit_node().is_disabled());
    press(&mut window, Key::Escape);
    click(&mut window, "View");
    window.get_by_label_contains("Light or dark").click();
    settle(&mut window);
    assert_eq!(window.state().session.prefs().theme, Theme::Light);
}

#[test]
fn the_look_is_changed_from_its_card_and_kept() {
    let mut window = window(alive());
    click(&mut window, "Look");
    for label in ["drops", "energy", "muted", "Trails", "light"] {
        click(&mut window, label);
    }
    let prefs = window.state().kept_prefs().cloned().expect("something was kept");
    assert_eq!((prefs.look.body, prefs.look.colour_by), (Body::Drop, ColourBy::Energy));
    assert_eq!((prefs.look.palette, prefs.theme), (Palette::Muted, Theme::Light));
    assert!(prefs.look.trails);
    window.get_by_role_and_label(Role::Slider, "Length");
    assert!(!window.state().session.is_dirty(), "looks are not part of the history");
    click(&mut window, "Without noise");
    assert!(window.state().session.is_dirty(), "but what the scene keeps is");
}

#[test]
fn the_theme_changes_every_colour_of_the_panels_and_the_canvas() {
    let mut window = window(alive());
    let fill = |window: &Window| window.ctx.global_style().visuals.panel_fill;
    let dark = fill(&window);
    apply(&mut window, Command::Prefer(Preference::SwitchTheme));
    let light = fill(&window);
    assert!(light.r() > 200 && dark.r() < 60, "{dark:?} {light:?}");
}

#[test]
fn at_every_interface_size_the_canvas_fills_the_rest() {
    let mut window = window(alive());
    for _ in 0..12 {
        apply(&mut window, Command::Prefer(Preference::LargerUi));
    }
    assert_eq!(window.ctx.zoom_factor(), 2.0);
    assert_eq!(window.state().free.min.to_vec2(), Vec2::new(SIDE_WIDTH, TOP_HEIGHT));
    apply(&mut window, Command::Prefer(Preference::DefaultUi));
    assert_eq!(window.ctx.zoom_factor(), 1.0);
}

#[test]
fn hidden_panels_leave_the_window_to_the_swarm_and_a_hint() {
    let mut window = window(alive());
    apply(&mut window, Command::Prefer(Preference::TogglePanels));
    assert_eq!(window.state().free, Rect::from_min_size(egui::Pos2::ZERO, LAPTOP));
    assert!(window.query_by_label("Gallery").is_none());
    window.get_by_label("Tab brings the panels back");
    wait_s(&mut window, 10);
    assert!(window.query_by_label("Tab brings the panels back").is_none());
    apply(&mut window, Command::Prefer(Preference::TogglePanels));
    window.get_by_label("Gallery");
}

#[test]
fn hiding_the_panels_clears_the_keyboard_focus() {
    let mut window = window(alive());
    window.key_press_modifiers(Modifiers::NONE, Key::Tab);
    window.run_steps(1);
    apply(&mut window, Command::Prefer(Preference::TogglePanels));
    apply(&mut window, Command::Prefer(Preference::TogglePanels));
    assert!(!window.ctx.egui_wants_keyboard_input());
}

#[test]
fn the_hint_ticks_each_first_step_and_ends_after_the_third() {
    let mut window = window(alive());
    window.get_by_label("1  Paint");
    assert!(window.query_by_label("✔ done").is_none());
    apply(&mut window, Command::Pointer(Pointer::Press(DVec2::splat(1.0))));
    apply(&mut window, Command::Pointer(Pointer::Release));
    window.get_by_label("✔ done");
    apply(&mut window, Command::SetWorkspace(Workspace::Paint));
    apply(&mut window, Command::Pointer(Pointer::Press(DVec2::splat(1.0))));
    apply(&mut window, Command::Pointer(Pointer::Release));
    assert_eq!(window.query_all_by_label("✔ done").count(), 2);
    apply(&mut window, Command::Learn(LearnCommand::Start));
    apply(&mut window, Command::Learn(LearnCommand::Stop));
    apply(&mut window, Command::SetWorkspace(Workspace::Live));
    assert!(window.query_by_label("1  Paint").is_none());
    let kept = window.state().kept_prefs().cloned().expect("kept for the next run");
    let mut session = alive();
    session.on_event(Event::PrefsRead(Box::new(kept)));
    assert!(window_of(session, LAPTOP).query_by_label("1  Paint").is_none());
}

#[test]
fn the_hint_is_whole_in_a_narrow_window_and_keeps_off_the_meter() {
    let window = window_of(in_workspace(alive(), Workspace::Live), Vec2::new(683.0, 600.0));
    let meter = window.get_by_label_contains("Pattern fidelity").rect();
    for name in ["1  Paint", "3  Live", "×"] {
        let at = window.get_by_label(name).rect();
        assert!(window.state().free.contains_rect(at) && !at.intersects(meter), "{name} at {at}, meter at {meter}");
    }
}

#[test]
fn the_hint_can_be_closed_for_good() {
    let mut window = window(alive());
    click(&mut window, "×");
    assert!(window.query_by_label("1  Paint").is_none());
    assert!(window.state().kept_prefs().is_some_and(|prefs| prefs.first_steps.closed));
}

#[test]
fn in_a_narrow_window_all_menus_are_behind_one_button() {
    let mut window = window_of(alive(), Vec2::new(910.0, 512.0));
    assert!(window.query_by_label("File").is_none());
    click(&mut window, "☰ Menu");
    window.get_by_label_contains("File");
    for node in window.root().children_recursive() {
        let node = node.accesskit_node();
        if let (Role::Button, Some(bounds)) = (node.role(), node.bounding_box())
            && bounds.y1 < f64::from(TOP_HEIGHT)
        {
            assert!(bounds.x0 >= 0.0 && bounds.x1 <= 910.0, "{:?} at {bounds:?}", node.label());
        }
    }
}

/// Grounds of the rectangles that are painted now.
fn grounds(window: &Window) -> Vec<egui::Color32> {
    fn of(shape: &egui::Shape, all: &mut Vec<egui::Color32>) {
        match shape {
            egui::Shape::Rect(rect) if rect.blur_width == 0.0 => all.push(rect.fill),
            egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| of(shape, all)),
            _ => {}
        }
    }
    let mut all = Vec::new();
    window.output().shapes.iter().for_each(|clipped| of(&clipped.shape, &mut all));
    all
}

#[test]
fn the_fields_of_the_file_dialog_are_as_light_as_the_theme() {
    let black = |window: &Window| grounds(window).iter().filter(|c| c.to_array() == [0, 0, 0, 250]).count();
    for (theme, fields) in [(Theme::Dark, 1), (Theme::Light, 0)] {
        let mut window = window(alive());
        apply(&mut window, Command::Prefer(Preference::Theme(theme)));
        apply(&mut window, Command::Ask(Dialog::Open));
        assert!(window.state().state.has_dialog());
        assert_eq!(black(&window), fields, "{theme:?}");
    }
}

#[test]
fn the_top_bar_has_no_overlaps_at_any_width() {
    for width in [640.0, 683.0, 800.0, 1024.0, 1366.0] {
        let mut session = alive();
        session.apply(DocumentCommand::SetTitle("Lanes of two kinds that pass one another".into()));
        session.apply(DocumentCommand::EndGesture);
        let window = window_of(session, Vec2::new(width, 600.0));
        let bar: Vec<_> = widgets(&window).into_iter().filter(|(rect, _)| rect.max.y <= TOP_HEIGHT).collect();
        assert!(bar.len() >= 8, "{bar:?}");
        for (k, (a, what)) in bar.iter().enumerate() {
            for (b, other) in &bar[..k] {
                assert!(!a.intersects(b.expand(1.0)), "{what} at {a} touches {other} at {b}, width {width}");
            }
        }
        window.get_by_label("⏸ Pause");
    }
}
