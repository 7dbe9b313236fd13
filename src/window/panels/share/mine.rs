//! The shelf of the gallery with the user's own scenes.

use super::super::cards::{CardFace, CardGrid, card};
use super::super::egui::{Align2, FontId, Label, Response, RichText, Ui};
use super::super::widgets::choice;
use super::super::{GalleryLife, style, swarm_view};
use super::{SceneCard, ShareUi};
use crate::session::{Command, DocumentCommand};
use crate::worlds::swarm::picture::Swarm;

/// Which scenes the gallery shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shelf {
    /// Those that come with the program.
    #[default]
    Bundled,
    Mine,
}

/// The choice between the shelves.
pub(in super::super) fn shelf_choice(ui: &mut Ui, share: &mut ShareUi) {
    let count = share.readouts.mine.len();
    let mine = if count == 0 { "My scenes".to_owned() } else { format!("My scenes ({count})") };
    let options = [
        (Shelf::Bundled, "With the program", "Scenes that come with Unstill, each already alive".to_owned()),
        (Shelf::Mine, mine.as_str(), "Scenes that you saved or opened lately, newest first".to_owned()),
    ];
    if let Some(shelf) = choice(ui, share.shelf, &options) {
        share.shelf = shelf;
    }
    ui.add_space(6.0);
}

/// The user's own scenes; returns whether one was chosen.
pub(in super::super) fn show_shelf(
    ui: &mut Ui,
    share: &mut ShareUi,
    life: &GalleryLife,
    grid: CardGrid,
    commands: &mut Vec<Command>,
) -> bool {
    let mine = &share.readouts.mine;
    if mine.is_empty() {
        ui.set_min_height(120.0);
        ui.add_space(24.0);
        ui.vertical_centered(|ui| {
            ui.label(RichText::new("Nothing here yet").color(style::TEXT_STRONG).size(16.0));
            ui.label("Save what you see with Ctrl+S: type a name, Enter, and it is kept here.");
        });
        return false;
    }
    let mut pointed = None;
    // Below the cards is a line. What has the keyboard keeps it: the shelves may be looked through by arrows, too.
    let grid = CardGrid { height: grid.height - 24.0, takes_focus: false, ..grid };
    let chosen = grid.show(ui, "mine", mine.len(), |ui, index| {
        let scene = &mine[index];
        let name = scene.path.to_string_lossy();
        let response = scene_card(ui, scene, life.iter().find(|(of, _)| *of == name).map(|(_, swarm)| swarm));
        if response.hovered() || response.has_focus() {
            pointed = Some(scene.path.clone());
        }
        response
    });
    commands.extend(chosen.map(|index| Command::Document(DocumentCommand::Open(mine[index].path.clone()))));
    if let Some(folder) = &share.readouts.scenes_folder {
        let text = format!("Your scenes are in {}", folder.display());
        ui.label(RichText::new(text).small().color(style::TEXT_WEAK));
    }
    share.pointed = pointed;
    chosen.is_some()
}

/// `life`: the swarm of the scene that is pointed at, as it is now.
fn scene_card(ui: &mut Ui, scene: &SceneCard, life: Option<&Swarm>) -> Response {
    let kind = match (&scene.fault, &scene.swarm) {
        (Some(_), _) => "cannot be read",
        (None, Some(_)) => "alive",
        (None, None) => "a picture, not learned yet",
    };
    let place = if scene.is_mine {
        kind.to_owned()
    } else {
        let folder = scene.path.parent().map_or_else(String::new, |folder| folder.display().to_string());
        format!("{kind}, in {folder}")
    };
    let colour = if scene.fault.is_some() { style::WARN } else { style::TEXT_WEAK };
    let words = Label::new(RichText::new(place).small().color(colour)).truncate();
    let face = CardFace { title: &scene.title, words, picture_height: 118.0, words_height: 46.0 };
    let response = card(ui, face, |ui, place, is_hot| {
        match (life.filter(|_| is_hot), &scene.swarm) {
            (Some(swarm), _) => swarm_view::draw_torus(ui.painter(), place, swarm),
            (None, Some(swarm)) => swarm_view::draw_piece(ui.painter(), place, swarm),
            (None, None) => swarm_view::draw_close(ui.painter(), place, &scene.snapshot.particles),
        }
        if scene.fault.is_some() {
            let sign = FontId::proportional(40.0);
            ui.painter().text(place.center(), Align2::CENTER_CENTER, "?", sign, style::WARN.colour());
        }
    });
    if let Some(why) = &scene.fault {
        return response.on_hover_text(why);
    }
    let more = if scene.notes.is_empty() { String::new() } else { format!("\n\n{}", scene.notes) };
    response.on_hover_text(format!("{}{more}", scene.path.display()))
}
