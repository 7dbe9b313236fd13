//! The moments that the user has kept: a strip over the lower edge of the canvas.

use super::egui::{
    self, Align, Button, Context, Layout, Rect, Sense, Stroke, StrokeKind, TextEdit, Ui, UiBuilder, Vec2,
};
use super::swarm_view::draw_piece;
use super::widgets::strip;
use super::{UiState, style};
use crate::session::{Command, LiveCommand, Savepoint, Session, Workspace};

/// Size of a card and of the picture on it, points.
const CARD: Vec2 = Vec2::new(112.0, 92.0);
const PICTURE_HEIGHT: f32 = 66.0;

/// Whether the strip is there.
pub(super) fn is_shown(session: &Session) -> bool {
    session.workspace() == Workspace::Live && !session.document().world.savepoints.is_empty()
}

pub(super) fn show(ctx: &Context, free: Rect, session: &Session, state: &UiState, commands: &mut Vec<Command>) {
    if !is_shown(session) || state.gallery_open || state.help_open {
        return;
    }
    let moments = &session.document().world.savepoints;
    // Beside the meter in the corner.
    let width = (moments.len() as f32 * (CARD.x + 8.0)).min(free.width() - 480.0);
    strip(ctx, "kept moments", free, width, "", |ui| {
        for (k, moment) in moments.iter().enumerate() {
            ui.push_id(k, |ui| card(ui, k, moment, commands));
        }
    });
}

fn card(ui: &mut Ui, k: usize, moment: &Savepoint, commands: &mut Vec<Command>) {
    let (rect, _) = ui.allocate_exact_size(CARD, Sense::hover());
    if !ui.is_rect_visible(rect) {
        return;
    }
    let picture = Rect::from_min_size(rect.min, Vec2::new(CARD.x, PICTURE_HEIGHT));
    draw_piece(ui.painter(), picture, &moment.swarm);
    let response = ui.interact(picture, ui.id().with("return"), Sense::click());
    let name = format!("Return to {}", moment.name);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, &name));
    if response.hovered() {
        ui.painter().rect_stroke(picture, 6.0, Stroke::new(1.5, style::ACCENT), StrokeKind::Inside);
    }
    let tooltip = format!("Return to this checkpoint, with its settings: {} particles", moment.swarm.len());
    if response.on_hover_text(tooltip).clicked() {
        commands.push(Command::Live(LiveCommand::ReturnTo(k)));
    }
    let rest = Rect::from_min_max(picture.left_bottom() + Vec2::new(0.0, 3.0), rect.max);
    ui.scope_builder(UiBuilder::new().max_rect(rest).layout(Layout::left_to_right(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let mut name = moment.name.clone();
        let edit = TextEdit::singleline(&mut name).desired_width(CARD.x - 32.0).font(egui::TextStyle::Small);
        if ui.add(edit).on_hover_text("Its name; click to change it").changed() {
            commands.push(Command::Live(LiveCommand::RenameMoment(k, name)));
        }
        let delete = ui.add(Button::new("×").small()).on_hover_text("Delete this checkpoint (undo brings it back)");
        let label = format!("Delete {}", moment.name);
        delete.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, &label));
        if delete.clicked() {
            commands.push(Command::Live(LiveCommand::DeleteMoment(k)));
        }
    });
}
