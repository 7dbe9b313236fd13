//! A film or a trajectory under way: how far it is, and the two ways to end it.

use super::super::egui::{Align2, Color32, Context, Pos2, ProgressBar, RichText, Sense, Vec2};
use super::super::style;
use super::pill;
use crate::session::{RecordingKind, RecordingState};

const RED: Color32 = Color32::from_rgb(0xE8, 0x4A, 0x4A);
const BLUE: Color32 = Color32::from_rgb(0x4A, 0x9C, 0xE8);

/// What was clicked.
pub(super) enum RecordingAnswer {
    /// End it here and keep the file.
    Stop,
    Cancel,
}

/// Shows a recording with its lower edge at `at`.
pub(super) fn show(ctx: &Context, at: Pos2, recording: &RecordingState) -> Option<RecordingAnswer> {
    let RecordingState { kind, taken, written, frames, is_ending, .. } = *recording;
    let (name, verb, colour, shortcut) = match kind {
        RecordingKind::Film(_) => ("film", "Filming", RED, "F9"),
        RecordingKind::Trajectory(_) => ("trajectory", "Recording", BLUE, "Shift+F10"),
    };
    let mut answer = None;
    pill(ctx, name, Align2::CENTER_BOTTOM, at, |ui| {
        let (dot, _) = ui.allocate_exact_size(Vec2::splat(12.0), Sense::hover());
        ui.painter().circle_filled(dot.center(), 5.0, colour);
        let verb = if is_ending { "Writing" } else { verb };
        ui.label(RichText::new(format!("{verb} {}", kind.format_name())).color(style::TEXT_STRONG));
        let (done, of) = (if is_ending { written } else { taken }, frames.max(1));
        ui.add(ProgressBar::new(done as f32 / of as f32).desired_width(130.0).fill(style::ACCENT.colour()));
        ui.label(format!("{done} of {of} frames"));
        let stop = format!("End the {name} here and keep it ({shortcut})");
        if !is_ending && ui.button("Stop").on_hover_text(stop).clicked() {
            answer = Some(RecordingAnswer::Stop);
        }
        if ui.button("Cancel").on_hover_text(format!("End the {name} and write nothing")).clicked() {
            answer = Some(RecordingAnswer::Cancel);
        }
    });
    answer
}
