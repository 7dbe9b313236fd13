//! The question before quitting, when worlds have changes that are in no file.

use super::super::egui::{Button, Context, Id, Modal};
use super::super::state::UiState;
use super::super::style;
use crate::session::studio::{ProgramCommand, StudioCommand};

pub(super) fn show(ctx: &Context, state: &mut UiState, commands: &mut Vec<StudioCommand>) {
    if state.quit_question.is_empty() {
        return;
    }
    let mut answer = None;
    let modal = Modal::new(Id::new("quit studio")).show(ctx, |ui| {
        ui.set_width(340.0);
        ui.heading("Leave without saving?");
        let names: Vec<String> = state.quit_question.iter().map(|title| format!("“{title}”")).collect();
        let verb = if names.len() == 1 { "has" } else { "have" };
        ui.label(format!("{} {verb} unsaved changes.", names.join(", ")));
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let leave = Button::new("Leave without saving");
            if ui.add(leave).on_hover_text("Unsaved changes are lost").clicked() {
                answer = Some(ProgramCommand::QuitUnsaved);
            }
            let stay = Button::new("Stay").fill(style::ACCENT_DARK);
            if ui.add(stay).on_hover_text("Go back to the window (Esc)").clicked() {
                answer = Some(ProgramCommand::StayHere);
            }
        });
    });
    if modal.should_close() {
        answer = answer.or(Some(ProgramCommand::StayHere));
    }
    if let Some(answer) = answer {
        state.quit_question.clear();
        commands.push(StudioCommand::Program(answer));
    }
}
