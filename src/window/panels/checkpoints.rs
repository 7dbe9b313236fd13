//! The checkpoints of the scene: a strip over the lower edge of the canvas.

use super::egui::{
    self, Align, Button, Context, Layout, Rect, Sense, Stroke, StrokeKind, TextEdit, Ui, UiBuilder, Vec2,
};
use super::swarm_view::draw_piece;
use super::widgets::strip;
use super::{UiState, style};
use crate::session::{Checkpoint, Command, LiveCommand, Session, Workspace};

/// Size of a card and of the picture on it, points.
const CARD: Vec2 = Vec2::new(112.0, 92.0);
const PICTURE_HEIGHT: f32 = 66.0;

/// Whether the strip is there.
pub(super) fn is_shown(session: &Session) -> bool {
    session.workspace() == Workspace::Live && !session.document().world.checkpoints.is_empty()
}

pub(super) fn show(ctx: &Context, free: Rect, session: &Session, state: &UiState, commands: &mut Vec<Command>) {
    if !is_shown(session) || state.gallery_open || state.help_open {
        return;
    }
    let checkpoints = &session.document().world.checkpoints;
    // Beside the meter in the corner.
    let width = (checkpoints.len() as f32 * (CARD.x + 8.0)).min(free.width() - 480.0);
    strip(ctx, "checkpoints", free, width, "", |ui| {
        for (k, checkpoint) in checkpoints.iter().enumerate() {
            ui.push_id(k, |ui| card(ui, k, checkpoint, commands));
        }
    });
}

fn card(ui: &mut Ui, k: usize, checkpoint: &Checkpoint, commands: &mut Vec<Command>) {
    let (rect, _) = ui.allocate_exact_size(CARD, Sense::hover());
    if !ui.is_rect_visible(rect) {
        return;
    }
    let picture = Rect::from_min_size(rect.min, Vec2::new(CARD.x, PICTURE_HEIGHT));
    draw_piece(ui.painter(), picture, &checkpoint.swarm);
    let response = ui.interact(picture, ui.id().with("return"), Sense::click());
    let name = format!("Return to {}", checkpoint.name);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, &name));
    if response.hovered() {
        ui.painter().rect_stroke(picture, 6.0, Stroke::new(1.5, style::ACCENT), StrokeKind::Inside);
    }
    let tooltip = format!("Return to this checkpoint, with its settings: {} particles", checkpoint.swarm.len());
    if response.on_hover_text(tooltip).clicked() {
        commands.push(Command::Live(LiveCommand::ReturnTo(k)));
    }
    let rest = Rect::from_min_max(picture.left_bottom() + Vec2::new(0.0, 3.0), rect.max);
    ui.scope_builder(UiBuilder::new().max_rect(rest).layout(Layout::left_to_right(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let mut name = checkpoint.name.clone();
        let edit = TextEdit::singleline(&mut name).desired_width(CARD.x - 32.0).font(egui::TextStyle::Small);
        if ui.add(edit).on_hover_text("Its name; click to change it").changed() {
            commands.push(Command::Live(LiveCommand::RenameCheckpoint(k, name)));
        }
        let delete = ui.add(Button::new("×").small()).on_hover_text("Delete this checkpoint (undo brings it back)");
        let label = format!("Delete {}", checkpoint.name);
        delete.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, &label));
        if delete.clicked() {
            commands.push(Command::Live(LiveCommand::DeleteCheckpoint(k)));
        }
    });
}
