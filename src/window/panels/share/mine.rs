//! The shelf of the gallery with the user's own scenes.

use super::super::egui::{
    Align, Align2, FontId, Label, Layout, Rect, Response, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    UiBuilder, Vec2, WidgetInfo, WidgetType,
};
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

const CARD: Vec2 = Vec2::new(196.0, 182.0);
const GAP: f32 = 10.0;

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
    height: f32,
    commands: &mut Vec<Command>,
) -> bool {
    let (mut chosen, mut pointed) = (false, None);
    let readouts = &share.readouts;
    if readouts.mine.is_empty() {
        ui.set_min_height(120.0);
        ui.add_space(24.0);
        ui.vertical_centered(|ui| {
            ui.label(RichText::new("Nothing here yet").color(style::TEXT_STRONG).size(16.0));
            ui.label("Save what you see with Ctrl+S: type a name, Enter, and it is kept here.");
        });
        return false;
    }
    // Below the cards is a line.
    let height = height - 24.0;
    let columns = ((ui.available_width() + GAP) / (CARD.x + GAP)) as usize;
    ScrollArea::vertical().id_salt("mine").min_scrolled_height(height).max_height(height).show(ui, |ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(GAP);
        for row in readouts.mine.chunks(columns.max(1)) {
            ui.horizontal_top(|ui| {
                for scene in row {
                    let name = scene.path.to_string_lossy();
                    let response = card(ui, scene, life.iter().find(|(of, _)| *of == name).map(|(_, swarm)| swarm));
                    if response.hovered() || response.has_focus() {
                        pointed = Some(scene.path.clone());
                    }
                    if response.clicked() {
                        commands.push(Command::Document(DocumentCommand::Open(scene.path.clone())));
                        chosen = true;
                    }
                }
            });
        }
    });
    if let Some(folder) = &readouts.scenes_folder {
        let text = format!("Your scenes lie in {}", folder.display());
        ui.label(RichText::new(text).small().color(style::TEXT_WEAK));
    }
    share.pointed = pointed;
    chosen
}

/// `life`: the swarm of the scene that is pointed at, as it is now.
fn card(ui: &mut Ui, scene: &SceneCard, life: Option<&Swarm>) -> Response {
    let (rect, response) = ui.allocate_exact_size(CARD, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("Open {}", scene.title)));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let hot = response.hovered() || response.has_focus();
    let line = if hot { style::ACCENT } else { style::LINE };
    ui.painter().rect(rect, 8.0, style::BAR, Stroke::new(1.0, line), StrokeKind::Inside);
    let mut thumbnail = rect.shrink(6.0);
    thumbnail.set_height(118.0);
    match (life.filter(|_| hot), &scene.swarm) {
        (Some(swarm), _) => swarm_view::draw_torus(ui.painter(), thumbnail, swarm),
        (None, Some(swarm)) => swarm_view::draw_piece(ui.painter(), thumbnail, swarm),
        (None, None) => swarm_view::draw_close(ui.painter(), thumbnail, &scene.snapshot.particles),
    }
    if scene.fault.is_some() {
        let (middle, sign) = (thumbnail.center(), FontId::proportional(40.0));
        ui.painter().text(middle, Align2::CENTER_CENTER, "?", sign, style::WARN.colour());
    }
    let words = Rect::from_min_max([rect.min.x + 10.0, thumbnail.max.y + 6.0].into(), rect.max - Vec2::new(10.0, 4.0));
    let mut inner = ui.new_child(UiBuilder::new().max_rect(words).layout(Layout::top_down(Align::Min)));
    inner.shrink_clip_rect(words);
    inner.spacing_mut().item_spacing.y = 2.0;
    inner.add(Label::new(RichText::new(&scene.title).color(style::TEXT_STRONG).strong()).truncate());
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
    inner.add(Label::new(RichText::new(place).small().color(colour)).truncate());
    if let Some(why) = &scene.fault {
        return response.on_hover_text(why);
    }
    let more = if scene.notes.is_empty() { String::new() } else { format!("\n\n{}", scene.notes) };
    response.on_hover_text(format!("{}{more}", scene.path.display()))
}
