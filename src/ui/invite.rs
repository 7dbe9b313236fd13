//! An empty canvas invites: it says what to do, and offers something to begin with.

use super::egui::{Align2, Area, Context, Id, Order, Rect, RichText, Vec2};
use super::paint::stamps::{motifs, stamped, thumbnail};
use super::state::UiState;
use super::style;
use crate::session::{Command, Place, Session, Tool};

/// Side of a thumbnail, points.
const SIDE: f32 = 62.0;

pub(super) fn show(ctx: &Context, free: Rect, session: &Session, state: &UiState, commands: &mut Vec<Command>) {
    let empty = session.place() == Place::Paint && session.snapshot().particles.is_empty();
    // What is in hand shows itself.
    let in_hand = matches!(session.tool(), Tool::Stamp | Tool::Text | Tool::Image);
    let covered = state.has_dialog() || state.gallery_open || state.help_open;
    if !empty || in_hand || covered || session.is_drawing() {
        return;
    }
    let middle = free.center() - Vec2::new(0.0, 30.0);
    // The words let the pointer through: one may paint right there.
    Area::new(Id::new("invite"))
        .order(Order::Background)
        .interactable(false)
        .pivot(Align2::CENTER_BOTTOM)
        .fixed_pos(middle - Vec2::new(0.0, 14.0))
        .show(ctx, |ui| {
            ui.vertical_centered(|ui| {
                ui.label(RichText::new("Paint something that shall live").size(22.0).color(style::TEXT_STRONG));
                ui.add_space(2.0);
                let how = match session.tool() {
                    Tool::Pen => "Press and drag: each particle heads where you draw. Or begin with one of these.",
                    _ => "Drag anywhere. Or begin with one of these.",
                };
                ui.label(RichText::new(how).color(style::TEXT_WEAK));
            });
        });
    Area::new(Id::new("invite motifs"))
        .order(Order::Middle)
        .pivot(Align2::CENTER_TOP)
        .fixed_pos(middle)
        .constrain_to(free)
        .show(ctx, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 8.0;
                for motif in motifs(&state.gallery) {
                    let name = format!("Begin with {}", motif.title);
                    if thumbnail(ui, SIDE, motif, &name, false).on_hover_text(&motif.notes).clicked() {
                        commands.push(Command::Stroke(stamped(&motif.snapshot, session.snapshot())));
                    }
                }
            });
        });
}
