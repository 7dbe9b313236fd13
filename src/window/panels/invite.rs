//! The invitation on an empty canvas: what to do, and pictures to begin with. None of it is in the way: a click on
//! an offer takes it, a stroke that begins there paints like any other.

use super::egui::{
    Align2, Area, Context, Id, Order, PointerButton, Pos2, Rect, RichText, Sense, Stroke, StrokeKind, Tooltip, Ui,
    Vec2, WidgetInfo, WidgetType,
};
use super::gallery::GalleryCard;
use super::paint::stamps::{motifs, stamped};
use super::state::UiState;
use super::{style, swarm_view};
use crate::session::{Command, PaintCommand, Session, Tool, Workspace};

/// Side of a thumbnail where there is room, and the gap between two, points.
const SIDE: f32 = 62.0;
const GAP: f32 = 8.0;

/// `free`: the canvas, without other panels at its lower edge.
pub(super) fn show(ctx: &Context, free: Rect, session: &Session, state: &mut UiState, commands: &mut Vec<Command>) {
    state.offers.clear();
    let empty = session.workspace() == Workspace::Paint && session.snapshot().particles.is_empty();
    // What is in hand shows itself.
    let in_hand = session.tool().places();
    let covered = state.has_dialog() || state.gallery_open || state.help_open;
    if !empty || in_hand || covered || session.is_drawing() {
        return;
    }
    words(ctx, free, session.tool());
    // Not interactable: the canvas below has the pointer, and asks for the offers before it paints.
    Area::new(Id::new("invite motifs"))
        .order(Order::Background)
        .interactable(false)
        .pivot(Align2::CENTER_BOTTOM)
        .fixed_pos(free.center_bottom() - Vec2::new(0.0, 14.0))
        .show(ctx, |ui| {
            ui.vertical_centered(|ui| {
                ui.label(RichText::new("or begin with one of these").color(style::TEXT_WEAK));
            });
            ui.add_space(2.0);
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = GAP;
                let count = motifs(&state.gallery).count().max(1) as f32;
                let side = ((free.width() - 40.0 + GAP) / count - GAP).clamp(20.0, SIDE);
                for motif in motifs(&state.gallery) {
                    let (rect, clicked) = offer(ui, side, motif);
                    state.offers.push(rect);
                    if clicked {
                        commands
                            .push(Command::Paint(PaintCommand::Stroke(stamped(&motif.snapshot, session.snapshot()))));
                    }
                }
            });
        });
}

fn words(ctx: &Context, free: Rect, tool: Tool) {
    Area::new(Id::new("invite"))
        .order(Order::Background)
        .interactable(false)
        .pivot(Align2::CENTER_CENTER)
        .fixed_pos(free.center() - Vec2::new(0.0, 0.08 * free.height()))
        .show(ctx, |ui| {
            ui.vertical_centered(|ui| {
                ui.label(RichText::new("Paint something to bring to life").size(22.0).color(style::TEXT_STRONG));
                ui.add_space(2.0);
                let how = match tool {
                    Tool::Pen => "Press and drag anywhere: each particle heads where you draw",
                    _ => "Drag anywhere",
                };
                ui.label(RichText::new(how).color(style::TEXT_WEAK));
            });
        });
}

/// A picture to begin with: its place, and whether it was taken.
fn offer(ui: &mut Ui, side: f32, motif: &GalleryCard) -> (Rect, bool) {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click());
    let name = format!("Begin with {}", motif.title);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &name));
    let (pointer, clicked, held) = ui
        .input(|i| (i.pointer.interact_pos(), i.pointer.button_clicked(PointerButton::Primary), i.pointer.any_down()));
    let under = pointer.is_some_and(|at| rect.contains(at) && is_on_canvas(ui.ctx(), at));
    swarm_view::draw_close(ui.painter(), rect, &motif.snapshot.particles);
    let ink = if under { style::ACCENT } else { style::LINE };
    ui.painter().rect_stroke(rect, 6.0, Stroke::new(1.0, ink), StrokeKind::Inside);
    if under && !held {
        let tooltip = Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), response.id, rect);
        tooltip.show(|ui| _ = ui.label(&motif.notes));
    }
    (rect, response.clicked() || (under && clicked))
}

/// Whether nothing, such as an open menu, covers the canvas there.
fn is_on_canvas(ctx: &Context, at: Pos2) -> bool {
    ctx.layer_id_at(at).is_none_or(|layer| layer.order == Order::Background)
}
