//! The help sheet: every command with its key, from the table, and what the mouse does.

use super::egui::{Align2, Context, Grid, RichText, ScrollArea, Ui, Vec2, Window};
use super::state::UiState;
use super::style;
use crate::session::{Group, table};

const MOUSE: [(&str, &str); 7] = [
    ("Drag in Paint", "the tool: pen or eraser"),
    ("Drag in Learn and Live", "push or pull the particles"),
    ("Wheel", "zoom about the cursor"),
    ("Right or middle drag", "move the view"),
    ("Click on a number", "type a value"),
    ("Hover", "every control says what it does"),
    ("Drop a file", "open a scene; import a CSV, XYZ or image file"),
];

pub(super) fn show(ctx: &Context, state: &mut UiState) {
    let height = (ctx.content_rect().height() - 120.0).clamp(200.0, 620.0);
    Window::new("Help")
        .open(&mut state.help_open)
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_CENTER, Vec2::ZERO)
        .show(ctx, |ui| {
            ui.set_width(620.0);
            ui.label(
                "Paint a still pattern, let Unstill learn a local rule that keeps it alive, and watch the rule run.",
            );
            ui.add_space(6.0);
            ScrollArea::vertical().min_scrolled_height(height).max_height(height).show(ui, |ui| {
                // One grid, so that the columns of all groups line up.
                Grid::new("commands").num_columns(3).spacing([16.0, 3.0]).min_row_height(18.0).show(ui, |ui| {
                    for group in Group::ALL {
                        heading(ui, group.name());
                        for info in table().filter(|info| info.group == group) {
                            ui.label(RichText::new(info.name).color(style::TEXT_STRONG));
                            ui.monospace(info.shortcut.map_or(String::new(), |s| s.text()));
                            ui.label(info.tooltip);
                            ui.end_row();
                        }
                    }
                    heading(ui, "Mouse");
                    for (what, does) in MOUSE {
                        ui.label(RichText::new(what).color(style::TEXT_STRONG));
                        ui.label("");
                        ui.label(does);
                        ui.end_row();
                    }
                });
            });
        });
}

fn heading(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(style::ACCENT).strong());
    ui.end_row();
}
