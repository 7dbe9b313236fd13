//! Work that an earlier run of the program could not save.

use super::super::egui::{Align2, Button, Context, RichText};
use super::super::style;
use super::{ShareUi, pill, upper_row};
use crate::session::{Command, ShareCommand};

use super::super::egui::Rect;

/// More are offered when these have been dealt with.
const MOST: usize = 4;

pub(super) fn show(ctx: &Context, free: Rect, share: &mut ShareUi, commands: &mut Vec<Command>) {
    if share.later {
        return;
    }
    let mut later = false;
    for (number, scene) in share.readouts.rescued.iter().enumerate().take(MOST) {
        let name = format!("rescued {number}");
        pill(ctx, &name, Align2::CENTER_TOP, upper_row(free, number), |ui| {
            ui.label(RichText::new("Rescued:").color(style::WARN));
            let title: String = scene.title.chars().take(32).collect();
            let age = match scene.minutes_ago {
                0 => "just now".to_owned(),
                1 => "a minute ago".to_owned(),
                minutes if minutes < 120 => format!("{minutes} minutes ago"),
                minutes if minutes < 48 * 60 => format!("{} hours ago", minutes / 60),
                minutes => format!("{} days ago", minutes / (24 * 60)),
            };
            ui.label(RichText::new(format!("“{title}”")).color(style::TEXT_STRONG));
            ui.label(format!("unsaved when the program ended, {age}"));
            let restore = Button::new("Restore").fill(style::ACCENT_DARK);
            let hint = "Bring it back as it was; what is open now can be had again by undo";
            if ui.add(restore).on_hover_text(hint).clicked() {
                commands.push(Command::Share(ShareCommand::Restore(number)));
            }
            if ui.button("Discard").on_hover_text("Delete it for good").clicked() {
                commands.push(Command::Share(ShareCommand::Discard(number)));
            }
            later |= ui.button("Later").on_hover_text("Not now: it is offered again at the next start").clicked();
        });
    }
    share.later = later;
}
