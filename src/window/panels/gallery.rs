//! The gallery of the bundled scenes.

use std::sync::Arc;

use super::cards::{CardFace, CardGrid, GalleryAnswer, card, card_hint, gallery_window};
use super::egui::{Context, Label, Response, RichText, Ui};
use super::share::{Shelf, shelf_choice, show_shelf};
use super::state::UiState;
use super::swarm_view;
use crate::session::{Command, DocumentCommand};
use crate::worlds::swarm::picture::{Snapshot, Swarm};

/// A bundled scene, as the gallery shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct GalleryCard {
    /// Name for [`DocumentCommand::OpenBundled`].
    pub name: String,
    /// Under the picture of the card.
    pub title: String,
    /// What to look for.
    pub notes: String,
    /// What the card shows, before a picture of the live swarm is there.
    pub snapshot: Arc<Snapshot>,
}

/// A small swarm for each bundled scene that has a rule, by its name, and for the scene of the user that is pointed at, by
/// its path.
pub type GalleryLife = Arc<Vec<(String, Swarm)>>;

pub(super) fn show(ctx: &Context, state: &mut UiState, commands: &mut Vec<Command>) {
    gallery_window(ctx, state, |ui, state, grid| {
        shelf_choice(ui, &mut state.share);
        state.share.pointed = None;
        let is_chosen = match state.share.shelf {
            Shelf::Mine => show_shelf(ui, &mut state.share, &state.gallery_life, grid, commands),
            Shelf::Bundled => bundled(ui, state, grid, commands),
        };
        GalleryAnswer { is_chosen, has_cards: true }
    });
}

/// The scenes that come with the program; returns whether one was chosen.
fn bundled(ui: &mut Ui, state: &UiState, grid: CardGrid, commands: &mut Vec<Command>) -> bool {
    if state.gallery.is_empty() {
        ui.label("No scenes came with this program.");
    }
    let chosen = grid.show(ui, "bundled", state.gallery.len(), |ui, index| {
        let scene = &state.gallery[index];
        let swarm = state.gallery_life.iter().find(|(name, _)| *name == scene.name);
        bundled_card(ui, scene, swarm.map(|(_, swarm)| swarm))
    });
    let name = chosen.map(|index| state.gallery[index].name.clone());
    commands.extend(name.map(|name| Command::Document(DocumentCommand::OpenBundled(name))));
    chosen.is_some()
}

/// `swarm`: what lives on it, once that is known.
fn bundled_card(ui: &mut Ui, scene: &GalleryCard, swarm: Option<&Swarm>) -> Response {
    let words = Label::new(RichText::new(&scene.notes).small()).wrap();
    let face = CardFace { title: &scene.title, words, picture_height: 118.0, words_height: 90.0 };
    let response = card(ui, face, |ui, place, _| match swarm {
        Some(swarm) => swarm_view::draw_torus(ui.painter(), place, swarm),
        None => swarm_view::draw_close(ui.painter(), place, &scene.snapshot.particles),
    });
    response.on_hover_text(card_hint(&scene.notes))
}
