//! Work that an earlier run of the program could not save.

use super::super::egui::{Align2, Button, Context, Pos2, Rect, RichText, Ui};
use super::super::style;
use super::{RescuedScene, ShareUi, pill};
use crate::session::{Command, ShareCommand};

/// More are offered when these are decided.
const MAX_OFFERS: usize = 4;

/// From one offer to the next, points.
const ROW: f32 = 52.0;
const TALL_ROW: f32 = 84.0;

/// An offer takes as much in one line, points.
const ONE_LINE: f32 = 740.0;

/// Below the upper edge, where there is no caption.
const BELOW_EDGE: f32 = 84.0;

/// `below`: lower edge of the caption, points.
pub(super) fn show(ctx: &Context, free: Rect, below: f32, share: &mut ShareUi, commands: &mut Vec<Command>) {
    if share.later {
        return;
    }
    let mut later = false;
    let is_narrow = free.width() < ONE_LINE;
    let top = (free.top() + BELOW_EDGE).max(below + 8.0);
    let row = if is_narrow { TALL_ROW } else { ROW };
    for (number, scene) in share.readouts.rescued.iter().enumerate().take(MAX_OFFERS) {
        let name = format!("rescued {number}");
        let at = Pos2::new(free.center().x, top + row * number as f32);
        let mut answer = |ui: &mut Ui| later |= answers(ui, number, commands);
        pill(ctx, &name, Align2::CENTER_TOP, at, |ui| {
            if is_narrow {
                ui.vertical(|ui| {
                    ui.horizontal(|ui| what(ui, scene, 16));
                    ui.horizontal(answer);
                });
            } else {
                what(ui, scene, 32);
                answer(ui);
            }
        });
    }
    share.later = later;
}

/// `letters`: of the title, at most.
fn what(ui: &mut Ui, scene: &RescuedScene, letters: usize) {
    ui.label(RichText::new("Rescued:").color(style::WARN));
    let mut title: String = scene.title.chars().take(letters).collect();
    if title.len() < scene.title.len() {
        title.push('…');
    }
    let age = match scene.minutes_ago {
        0 => "just now".to_owned(),
        1 => "a minute ago".to_owned(),
        minutes if minutes < 120 => format!("{minutes} minutes ago"),
        minutes if minutes < 48 * 60 => format!("{} hours ago", minutes / 60),
        minutes => format!("{} days ago", minutes / (24 * 60)),
    };
    ui.label(RichText::new(format!("“{title}”")).color(style::TEXT_STRONG)).on_hover_text(&scene.title);
    let text = if letters < 32 { age } else { format!("unsaved when the program ended, {age}") };
    ui.label(text).on_hover_text("Not saved when the program ended");
}

/// Returns whether it is to wait.
fn answers(ui: &mut Ui, number: usize, commands: &mut Vec<Command>) -> bool {
    let restore = Button::new("Restore").fill(style::ACCENT_DARK);
    let hint = "Bring it back as it was; undo returns to what is open now";
    if ui.add(restore).on_hover_text(hint).clicked() {
        commands.push(Command::Share(ShareCommand::Restore(number)));
    }
    if ui.button("Discard").on_hover_text("Delete it for good").clicked() {
        commands.push(Command::Share(ShareCommand::Discard(number)));
    }
    ui.button("Later").on_hover_text("Not now: it is offered again at the next start").clicked()
}
