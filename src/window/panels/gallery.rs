//! The gallery of the bundled scenes.

use std::sync::Arc;

use super::egui::{
    Align, Align2, Context, Label, Layout, Response, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder,
    Vec2, WidgetInfo, WidgetType, Window,
};
use super::share::{Shelf, shelf_choice, show_shelf};
use super::state::UiState;
use super::{style, swarm_view};
use crate::session::{Command, DocumentCommand};
use crate::worlds::swarm::picture::{Snapshot, Swarm};

/// A bundled scene, as the gallery shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct GalleryCard {
    /// Name for [`DocumentCommand::OpenBundled`].
    pub name: String,
    pub title: String,
    /// What to look for.
    pub notes: String,
    pub snapshot: Arc<Snapshot>,
}

/// A small swarm for each bundled scene that has a rule, by its name, and for the scene of the user that is pointed at, by
/// its path.
pub type GalleryLife = Arc<Vec<(String, Swarm)>>;

/// Size of a card, points.
const CARD: Vec2 = Vec2::new(196.0, 226.0);
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
            let room = ctx.content_rect().width() - 60.0;
            let columns = ((room / (CARD.x + 10.0)) as usize).clamp(1, COLUMNS);
            ui.set_width(columns as f32 * (CARD.x + 10.0));
            shelf_choice(ui, &mut state.share);
            state.share.pointed = None;
            if state.share.shelf == Shelf::Mine {
                chosen = show_shelf(ui, &mut state.share, &state.gallery_life, height, commands);
                return;
            }
            if state.gallery.is_empty() {
                ui.label("No scenes came with this program.");
            }
            ScrollArea::vertical().min_scrolled_height(height).max_height(height).show(ui, |ui| {
                ui.spacing_mut().item_spacing = Vec2::new(10.0, 10.0);
                let mut first = true;
                for row in state.gallery.chunks(columns) {
                    ui.horizontal_top(|ui| {
                        for scene in row {
                            let swarm = state.gallery_life.iter().find(|(name, _)| *name == scene.name);
                            let response = card(ui, scene, swarm.map(|(_, swarm)| swarm));
                            if !state.gallery_was_open && first {
                                // From here the arrows lead to the others, and Enter opens.
                                response.request_focus();
                            }
                            first = false;
                            if response.clicked() {
                                commands.push(Command::Document(DocumentCommand::OpenBundled(scene.name.clone())));
                                chosen = true;
                            }
                        }
                    });
                }
            });
        });
    if open && ctx.input(|i| i.key_pressed(super::egui::Key::Escape)) {
        open = false;
    }
    state.gallery_open = open && !chosen;
    let closes = state.gallery_was_open && !state.gallery_open;
    state.gallery_was_open = state.gallery_open;
    if closes {
        // The card that had the keyboard is gone.
        ctx.memory_mut(|m| m.focused().into_iter().for_each(|id| m.surrender_focus(id)));
    }
}

/// `swarm`: what lives on it, once that is known.
fn card(ui: &mut Ui, scene: &GalleryCard, swarm: Option<&Swarm>) -> Response {
    let (rect, response) = ui.allocate_exact_size(CARD, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("Open {}", scene.title)));
    let hot = response.hovered() || response.has_focus();
    let line = if hot { style::ACCENT } else { style::ACCENT_DARK };
    ui.painter().rect(rect, 8.0, style::BAR, Stroke::new(1.0, line), StrokeKind::Inside);
    let mut thumbnail = rect.shrink(6.0);
    thumbnail.set_height(118.0);
    match swarm {
        Some(swarm) => swarm_view::draw_torus(ui.painter(), thumbnail, swarm),
        None => swarm_view::draw_close(ui.painter(), thumbnail, &scene.snapshot.particles),
    }
    let mut words = rect.shrink2(Vec2::new(10.0, 6.0));
    words.min.y = thumbnail.max.y + 6.0;
    let mut inner = ui.new_child(UiBuilder::new().max_rect(words).layout(Layout::top_down(Align::Min)));
    inner.shrink_clip_rect(words);
    inner.spacing_mut().item_spacing.y = 2.0;
    inner.add(Label::new(RichText::new(&scene.title).color(style::TEXT_STRONG).strong()).truncate());
    inner.add(Label::new(RichText::new(&scene.notes).small()).wrap());
    if hot {
        ui.painter().rect_stroke(rect, 8.0, Stroke::new(2.0, style::ACCENT), StrokeKind::Inside);
    }
    response.on_hover_text(format!("{}\n\nClick, or Enter, opens it. The arrow keys lead to the others", scene.notes))
}
