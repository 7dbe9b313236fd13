//! The gallery of the bundled scenes.

use std::sync::Arc;

use super::egui::{
    Align, Align2, Context, Label, Layout, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2,
    WidgetInfo, WidgetType, Window,
};
use super::share::{Shelf, shelf_choice, show_shelf};
use super::state::UiState;
use super::{style, swarm_view};
use crate::session::Command;
use crate::snapshot::Snapshot;

/// A bundled scene, as the gallery shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct GalleryCard {
    /// Name for [`Command::OpenBundled`].
    pub name: String,
    pub title: String,
    /// What to look for.
    pub notes: String,
    pub snapshot: Arc<Snapshot>,
}

/// Size of a card, points.
const CARD: Vec2 = Vec2::new(172.0, 216.0);
const COLUMNS: usize = 4;

pub(super) fn show(ctx: &Context, state: &mut UiState, commands: &mut Vec<Command>) {
    let mut open = state.gallery_open;
    let mut chosen = false;
    let height = (ctx.content_rect().height() - 140.0).clamp(200.0, 620.0);
    Window::new("Gallery")
        .open(&mut open)
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_CENTER, Vec2::ZERO)
        .show(ctx, |ui| {
            ui.set_width(COLUMNS as f32 * (CARD.x + 10.0));
            shelf_choice(ui, &mut state.share);
            if state.share.shelf == Shelf::Mine {
                chosen = show_shelf(ui, &state.share, height, commands);
                return;
            }
            if state.gallery.is_empty() {
                ui.label("No scenes came with this program.");
            }
            ScrollArea::vertical().min_scrolled_height(height).max_height(height).show(ui, |ui| {
                ui.spacing_mut().item_spacing = Vec2::new(10.0, 10.0);
                for row in state.gallery.chunks(COLUMNS) {
                    ui.horizontal_top(|ui| {
                        for scene in row {
                            if card(ui, scene) {
                                commands.push(Command::OpenBundled(scene.name.clone()));
                                chosen = true;
                            }
                        }
                    });
                }
            });
        });
    state.gallery_open = open && !chosen;
}

/// Returns whether the card was clicked.
fn card(ui: &mut Ui, scene: &GalleryCard) -> bool {
    let (rect, response) = ui.allocate_exact_size(CARD, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("Open {}", scene.title)));
    let hot = response.hovered() || response.has_focus();
    let line = if hot { style::ACCENT } else { style::ACCENT_DARK };
    ui.painter().rect(rect, 8.0, style::BAR, Stroke::new(1.0, line), StrokeKind::Inside);
    let mut thumbnail = rect.shrink(6.0);
    thumbnail.set_height(104.0);
    swarm_view::draw_close(ui.painter(), thumbnail, &scene.snapshot.particles);
    let mut words = rect.shrink2(Vec2::new(10.0, 6.0));
    words.min.y = thumbnail.max.y + 6.0;
    let mut inner = ui.new_child(UiBuilder::new().max_rect(words).layout(Layout::top_down(Align::Min)));
    inner.shrink_clip_rect(words);
    inner.spacing_mut().item_spacing.y = 2.0;
    inner.add(Label::new(RichText::new(&scene.title).color(style::TEXT_STRONG).strong()).truncate());
    inner.add(Label::new(RichText::new(&scene.notes).small()).wrap());
    response.on_hover_text(&scene.notes).clicked()
}
