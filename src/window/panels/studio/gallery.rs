//! The gallery of a world: the scenes that come with the program and the user's own, each as it looks.

use super::super::cards::{CardFace, GalleryAnswer, PICTURE_WIDTH, card, card_hint, gallery_window};
use super::super::egui::{Color32, Context, Label, Rect, Response, RichText, Ui, Vec2, pos2};
use super::super::state::UiState;
use super::pictures::{CardSource, StudioCard};
use crate::session::studio::{ProgramCommand, StudioCommand};

/// Size of the picture of a card, points.
pub const CARD_PICTURE: Vec2 = Vec2::new(PICTURE_WIDTH, 128.0);

pub(super) fn show(ctx: &Context, state: &mut UiState, commands: &mut Vec<StudioCommand>) {
    gallery_window(ctx, state, |ui, state, grid| {
        let cards = state.studio.cards.clone();
        if cards.is_empty() {
            ui.set_min_height(120.0);
            ui.label("Drawing the scenes …");
        }
        let chosen = grid.show(ui, "studio", cards.len(), |ui, index| studio_card(ui, &cards[index], index, state));
        commands.extend(chosen.map(|index| match &cards[index].source {
            CardSource::Bundled(name) => StudioCommand::OpenBundled(name),
            CardSource::File(path) => StudioCommand::Program(ProgramCommand::Open(path.clone())),
        }));
        GalleryAnswer { is_chosen: chosen.is_some(), has_cards: !cards.is_empty() }
    });
}

fn studio_card(ui: &mut Ui, scene: &StudioCard, index: usize, state: &mut UiState) -> Response {
    let words = Label::new(RichText::new(&scene.notes).small()).wrap();
    let face = CardFace { title: &scene.title, words, picture_height: CARD_PICTURE.y, words_height: 54.0 };
    let response = card(ui, face, |ui, place, _| {
        if let Some(texture) = state.studio.card_pictures.get(ui.ctx(), index) {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter().image(texture.id(), place, whole, Color32::WHITE);
        }
    });
    response.on_hover_text(match &scene.source {
        CardSource::Bundled(_) => card_hint("It comes with the program"),
        CardSource::File(path) => card_hint(path.display()),
    })
}
