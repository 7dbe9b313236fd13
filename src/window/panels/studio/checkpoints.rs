//! The checkpoints of the scene: states of what lives, to return to.

use super::super::egui::{Align, Button, Label, Layout, RichText, TextEdit, Ui, WidgetInfo, WidgetType};
use super::super::style;
use crate::session::studio::{Studio, StudioCommand};

/// A row for each; nothing where there is none.
pub(super) fn show(ui: &mut Ui, studio: &Studio, commands: &mut Vec<StudioCommand>) {
    let rows = studio.info().checkpoints();
    if rows.is_empty() {
        return;
    }
    ui.add(Label::new(RichText::new("Checkpoints").small().color(style::TEXT_WEAK)));
    for (index, row) in rows.iter().enumerate() {
        ui.push_id(("checkpoint", index), |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                let back = ui.add_enabled(studio.live().runs, Button::new("Return").small());
                let help = format!("Returns to this state, with its settings: {}", row.facts);
                let label = format!("Return to {}", row.name);
                let back = back.on_hover_text(&help).on_disabled_hover_text(&help);
                back.widget_info(|| WidgetInfo::labeled(WidgetType::Button, studio.live().runs, &label));
                if back.clicked() {
                    commands.push(StudioCommand::ReturnTo(index));
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let delete = ui.add(Button::new("×").small().frame(false));
                    let delete = delete.on_hover_text("Deletes this checkpoint (undo brings it back)");
                    let label = format!("Delete {}", row.name);
                    delete.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &label));
                    if delete.clicked() {
                        commands.push(StudioCommand::DeleteCheckpoint(index));
                    }
                    let mut name = row.name.clone();
                    let edit = TextEdit::singleline(&mut name).desired_width(ui.available_width() - 8.0);
                    if ui.add(edit).on_hover_text(&row.facts).changed() {
                        commands.push(StudioCommand::RenameCheckpoint(index, name));
                    }
                });
            });
        });
    }
}
