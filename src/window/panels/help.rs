//! The help sheet: every command with its key, from the table, and what the mouse does; to be searched.

use super::egui::{Align2, Context, Grid, RichText, ScrollArea, TextEdit, Ui, Vec2, Window};
use super::state::UiState;
use super::style;
use crate::session::{Group, table};

/// What the pointer does, and what that does.
const MOUSE: [(&str, &str); 8] = [
    ("Drag in Paint", "the tool that is chosen"),
    ("Drag in Learn and Live", "push or pull the particles"),
    ("Wheel, or pinch", "zoom about the cursor"),
    ("Right or middle drag", "move the view"),
    ("Click on a number", "type a value"),
    ("Hover", "shows what a control does, and its key"),
    ("Shift+Tab", "walk through the controls by keyboard"),
    ("Drop a file", "open a scene; import a CSV, XYZ or image file"),
];

pub(super) fn show(ctx: &Context, state: &mut UiState) {
    let height = (ctx.content_rect().height() - 250.0).clamp(160.0, 620.0);
    let mut open = state.help_open;
    let was_open = state.help_was_open;
    let search = &mut state.help_search;
    Window::new("Help")
        .open(&mut open)
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_CENTER, Vec2::ZERO)
        .show(ctx, |ui| {
            ui.set_width(800.0_f32.min(ctx.content_rect().width() - 60.0));
            ui.label(
                "Paint a still pattern, let Unstill learn a local rule that keeps it alive, and watch the rule run.",
            );
            ui.add_space(4.0);
            let edit = TextEdit::singleline(search).hint_text("Search").desired_width(f32::INFINITY);
            let edit = ui.add(edit);
            if !was_open {
                edit.request_focus();
            }
            ui.add_space(4.0);
            let typed = search.to_lowercase();
            ScrollArea::vertical().min_scrolled_height(height).max_height(height).auto_shrink([false, true]).show(
                ui,
                |ui| {
                    // One grid, so that the columns of all groups line up.
                    Grid::new("commands").num_columns(3).spacing([16.0, 3.0]).min_row_height(18.0).show(ui, |ui| {
                        let any = rows(ui, &typed);
                        if !any {
                            ui.label(RichText::new("Nothing fits.").color(style::TEXT_WEAK));
                            ui.end_row();
                        }
                    });
                },
            );
        });
    state.help_was_open = open;
    state.help_open = open;
    if open && ctx.input(|i| i.key_pressed(super::egui::Key::Escape)) {
        state.help_open = false;
    }
}

/// Returns whether there was anything to show.
fn rows(ui: &mut Ui, typed: &str) -> bool {
    let fits = |texts: [&str; 4]| {
        let all = texts.join(" ").to_lowercase();
        typed.split_whitespace().all(|word| all.contains(word))
    };
    let mut any = false;
    for group in Group::ALL {
        let mut headed = false;
        for info in table().filter(|info| info.group == group) {
            let key = info.shortcut.map_or(String::new(), |s| s.text());
            if !fits([group.name(), info.name, &key, info.tooltip]) {
                continue;
            }
            if !std::mem::replace(&mut headed, true) {
                heading(ui, group.name(), group.scope_text());
            }
            ui.label(RichText::new(info.name).color(style::TEXT_STRONG));
            ui.monospace(key);
            ui.label(info.tooltip);
            ui.end_row();
        }
        any |= headed;
    }
    let mut headed = false;
    for (what, does) in MOUSE {
        if !fits(["Mouse", what, does, ""]) {
            continue;
        }
        if !std::mem::replace(&mut headed, true) {
            heading(ui, "Mouse", "");
        }
        ui.label(RichText::new(what).color(style::TEXT_STRONG));
        ui.label("");
        ui.label(does);
        ui.end_row();
    }
    any || headed
}

fn heading(ui: &mut Ui, text: &str, where_heard: &str) {
    ui.label(RichText::new(text).color(style::ACCENT).strong());
    ui.label("");
    ui.label(RichText::new(where_heard).small().color(style::TEXT_WEAK));
    ui.end_row();
}
