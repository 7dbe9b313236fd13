//! Cards of scenes, and the window that shows them: the same for the bundled scenes, the user's own, and those of any world.

use super::egui::{
    Align, Align2, Context, Key, Label, Layout, Rect, Response, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    UiBuilder, Vec2, WidgetInfo, WidgetType, Window,
};
use super::state::UiState;
use super::style;

/// Width of a card, points.
const WIDTH: f32 = 196.0;
const GAP: f32 = 10.0;
/// Between the edge of a card and its picture.
const MARGIN: f32 = 6.0;
const MAX_COLUMNS: usize = 4;
/// Width of the picture of a card, points.
pub(super) const PICTURE_WIDTH: f32 = WIDTH - 2.0 * MARGIN;

/// Where the cards go.
#[derive(Clone, Copy)]
pub(super) struct CardGrid {
    pub columns: usize,
    /// Maximum height of the grid, points.
    pub height: f32,
    /// The first card takes the keyboard: from there the arrows lead to the others, and Enter opens.
    pub takes_focus: bool,
}

/// What the gallery has shown.
pub(super) struct GalleryAnswer {
    /// A scene was chosen: the window closes.
    pub is_chosen: bool,
    /// There were cards.
    pub has_cards: bool,
}

/// The window while it is open; Escape closes it.
pub(super) fn gallery_window(
    ctx: &Context,
    state: &mut UiState,
    show: impl FnOnce(&mut Ui, &mut UiState, CardGrid) -> GalleryAnswer,
) {
    let mut is_open = state.gallery_open;
    let takes_focus = !state.gallery_had_cards;
    let window = Window::new("Gallery")
        .open(&mut is_open)
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_CENTER, Vec2::ZERO)
        .show(ctx, |ui| {
            let room = ctx.content_rect().size() - Vec2::new(60.0, 140.0);
            let columns = ((room.x / (WIDTH + GAP)) as usize).clamp(1, MAX_COLUMNS);
            ui.set_width(columns as f32 * (WIDTH + GAP));
            show(ui, state, CardGrid { columns, height: room.y.clamp(200.0, 640.0), takes_focus })
        });
    let answer = window.and_then(|window| window.inner);
    let (is_chosen, has_cards) = answer.map_or((false, false), |answer| (answer.is_chosen, answer.has_cards));
    if is_open && ctx.input(|i| i.key_pressed(Key::Escape)) {
        is_open = false;
    }
    state.gallery_open = is_open && !is_chosen;
    if state.gallery_had_cards && !state.gallery_open {
        // The card that had the keyboard is gone.
        ctx.memory_mut(|m| m.focused().into_iter().for_each(|id| m.surrender_focus(id)));
    }
    state.gallery_had_cards = state.gallery_open && has_cards;
}

impl CardGrid {
    /// Shows `count` cards, each by its index; returns the one that was clicked. Each shelf, by its name, remembers where it
    /// was scrolled to.
    pub fn show(
        self,
        ui: &mut Ui,
        shelf: &str,
        count: usize,
        mut card: impl FnMut(&mut Ui, usize) -> Response,
    ) -> Option<usize> {
        let mut clicked = None;
        ScrollArea::vertical().id_salt(shelf).min_scrolled_height(self.height).max_height(self.height).show(ui, |ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(GAP);
            for first in (0..count).step_by(self.columns) {
                ui.horizontal_top(|ui| {
                    for index in first..(first + self.columns).min(count) {
                        let response = card(ui, index);
                        if self.takes_focus && index == 0 {
                            response.request_focus();
                        }
                        if response.clicked() {
                            clicked = Some(index);
                        }
                    }
                });
            }
        });
        clicked
    }
}

/// What a card shows beside its picture.
pub(super) struct CardFace<'a> {
    pub title: &'a str,
    pub words: Label,
    /// Points.
    pub picture_height: f32,
    /// Room for title and words, points.
    pub words_height: f32,
}

/// A card. `picture` gets its place, and whether the card is pointed at; it is left out where the card is out of sight.
pub(super) fn card(ui: &mut Ui, face: CardFace<'_>, picture: impl FnOnce(&Ui, Rect, bool)) -> Response {
    let size = Vec2::new(WIDTH, face.picture_height + face.words_height + 3.0 * MARGIN);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("Open {}", face.title)));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let is_hot = response.hovered() || response.has_focus();
    ui.painter().rect(rect, 8.0, style::BAR, Stroke::new(1.0, style::ACCENT_DARK), StrokeKind::Inside);
    let place = Rect::from_min_size(rect.min + Vec2::splat(MARGIN), Vec2::new(PICTURE_WIDTH, face.picture_height));
    picture(ui, place, is_hot);
    let mut words = rect.shrink2(Vec2::new(10.0, MARGIN));
    words.min.y = place.max.y + MARGIN;
    let mut inner = ui.new_child(UiBuilder::new().max_rect(words).layout(Layout::top_down(Align::Min)));
    inner.shrink_clip_rect(words);
    inner.spacing_mut().item_spacing.y = 2.0;
    inner.add(Label::new(RichText::new(face.title).color(style::TEXT_STRONG).strong()).truncate());
    inner.add(face.words);
    if is_hot {
        ui.painter().rect_stroke(rect, 8.0, Stroke::new(2.0, style::ACCENT), StrokeKind::Inside);
    }
    response
}

/// The text of a card while it is pointed at.
pub(super) fn card_hint(what: impl std::fmt::Display) -> String {
    format!("{what}\n\nClick, or Enter, opens it. The arrow keys move to the others")
}
