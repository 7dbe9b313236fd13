//! The gallery of a world: the scenes that come with the program and the user's own, each as it looks.

use super::super::egui::{
    Align, Align2, Context, Key, Label, Layout, Rect, Response, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    UiBuilder, Vec2, WidgetInfo, WidgetType, Window, pos2,
};
use super::super::state::UiState;
use super::super::style;
use super::pictures::{CardSource, StudioCard};
use crate::session::studio::{ProgramCommand, StudioCommand};

/// Size of a card and of its picture, points.
const CARD: Vec2 = Vec2::new(196.0, 200.0);
pub const CARD_PICTURE: Vec2 = Vec2::new(184.0, 128.0);
const GAP: f32 = 10.0;
const MAX_COLUMNS: usize = 4;

pub(super) fn show(ctx: &Context, state: &mut UiState, commands: &mut Vec<StudioCommand>) {
    let mut open = state.gallery_open;
    let mut chosen = false;
    let height = (ctx.content_rect().height() - 140.0).clamp(200.0, 640.0);
    Window::new("Gallery")
        .open(&mut open)
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_CENTER, Vec2::ZERO)
        .show(ctx, |ui| {
            let room = ctx.content_rect().width() - 60.0;
            let columns = ((room / (CARD.x + GAP)) as usize).clamp(1, MAX_COLUMNS);
            ui.set_width(columns as f32 * (CARD.x + GAP));
            let cards = state.studio.cards.clone();
            if cards.is_empty() {
                ui.set_min_height(120.0);
                ui.label("Drawing the scenes …");
            }
            ScrollArea::vertical().min_scrolled_height(height).max_height(height).show(ui, |ui| {
                ui.spacing_mut().item_spacing = Vec2::splat(GAP);
                for (row, scenes) in cards.chunks(columns).enumerate() {
                    ui.horizontal_top(|ui| {
                        for (column, scene) in scenes.iter().enumerate() {
                            let index = row * columns + column;
                            let response = card(ui, scene, index, state);
                            if !state.studio.gallery_was_open && index == 0 {
                                // From here the arrows lead to the others, and Enter opens.
                                response.request_focus();
                            }
                            if response.clicked() {
                                commands.push(match &scene.source {
                                    CardSource::Bundled(name) => StudioCommand::OpenBundled(name),
                                    CardSource::File(path) => {
                                        StudioCommand::Program(ProgramCommand::Open(path.clone()))
                                    }
                                });
                                chosen = true;
                            }
                        }
                    });
                }
            });
        });
    if open && ctx.input(|i| i.key_pressed(Key::Escape)) {
        open = false;
    }
    state.gallery_open = open && !chosen;
    if state.studio.gallery_was_open && !state.gallery_open {
        // The card that had the keyboard is gone.
        ctx.memory_mut(|m| m.focused().into_iter().for_each(|id| m.surrender_focus(id)));
    }
    state.studio.gallery_was_open = state.gallery_open && !state.studio.cards.is_empty();
}

fn card(ui: &mut Ui, scene: &StudioCard, index: usize, state: &mut UiState) -> Response {
    let (rect, response) = ui.allocate_exact_size(CARD, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("Open {}", scene.title)));
    let is_hot = response.hovered() || response.has_focus();
    let line = if is_hot { style::ACCENT } else { style::ACCENT_DARK };
    ui.painter().rect(rect, 8.0, style::BAR, Stroke::new(1.0, line), StrokeKind::Inside);
    let picture = Rect::from_min_size(rect.min + Vec2::splat(6.0), CARD_PICTURE);
    let ctx = ui.ctx().clone();
    if let Some(texture) = state.studio.card_pictures.get(&ctx, index) {
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter().image(texture.id(), picture, whole, super::super::egui::Color32::WHITE);
    }
    let mut words = rect.shrink2(Vec2::new(10.0, 6.0));
    words.min.y = picture.max.y + 6.0;
    let mut inner = ui.new_child(UiBuilder::new().max_rect(words).layout(Layout::top_down(Align::Min)));
    inner.shrink_clip_rect(words);
    inner.spacing_mut().item_spacing.y = 2.0;
    inner.add(Label::new(RichText::new(&scene.title).color(style::TEXT_STRONG).strong()).truncate());
    inner.add(Label::new(RichText::new(&scene.notes).small()).wrap());
    if is_hot {
        ui.painter().rect_stroke(rect, 8.0, Stroke::new(2.0, style::ACCENT), StrokeKind::Inside);
    }
    let from = match &scene.source {
        CardSource::Bundled(_) => "It comes with the program".to_owned(),
        CardSource::File(path) => path.display().to_string(),
    };
    response.on_hover_text(format!("{from}\n\nClick, or Enter, opens it. The arrow keys lead to the others"))
}
