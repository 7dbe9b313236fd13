//! Thumbnails of the bundled motifs: to start from, and to stamp with.

use glam::DVec2;

use super::super::egui::{
    Button, Label, Response, RichText, Sense, Stroke, StrokeKind, TextEdit, Ui, Vec2, WidgetInfo, WidgetType,
};
use super::super::gallery::GalleryCard;
use super::super::{style, swarm_view};
use crate::session::{Command, PaintCommand, Session, StampSource};
use crate::worlds::swarm::picture::motifs as bundled;
use crate::worlds::swarm::picture::{Mode, Particle, Snapshot};

/// Side of a motif's thumbnail in the panel, points.
const SMALL: f32 = 34.0;

/// Own stamps side by side.
const IN_A_ROW: usize = 7;

/// The bundled pictures that are one creature.
pub(in super::super) fn motifs(gallery: &[GalleryCard]) -> impl Iterator<Item = &GalleryCard> {
    gallery.iter().filter(|card| card.snapshot.mode == Mode::Motif && bundled::by_name(&card.name).is_some())
}

/// A row of thumbnails that put a motif onto the picture at once.
pub(super) fn quick(ui: &mut Ui, session: &Session, gallery: &[GalleryCard], commands: &mut Vec<Command>) {
    row(ui, |ui| {
        for motif in motifs(gallery) {
            let name = format!("Stamp {}", motif.title);
            let response = thumbnail(ui, SMALL, &motif.snapshot.particles, &name, false);
            if response.on_hover_text(format!("{name} onto the picture, where it is emptiest")).clicked() {
                commands.push(Command::Paint(PaintCommand::Stroke(stamped(&motif.snapshot, session.snapshot()))));
            }
        }
    });
}

/// A row of thumbnails that choose the stamp.
pub(super) fn library(ui: &mut Ui, session: &Session, gallery: &[GalleryCard], commands: &mut Vec<Command>) {
    let own = session.own_stamp_in_hand();
    let now = session.stamp().filter(|_| own.is_none()).map(|stamp| stamp.name.as_str());
    row(ui, |ui| {
        for motif in motifs(gallery) {
            let name = format!("Stamp with {}", motif.title);
            let response = thumbnail(ui, SMALL, &motif.snapshot.particles, &name, now == Some(&motif.title));
            if response.on_hover_text(format!("{name}: then click on the canvas where it should be")).clicked() {
                commands.push(Command::Paint(PaintCommand::TakeStamp(StampSource::Motif(motif.name.clone()))));
            }
        }
    });
    self::own(ui, session, commands);
}

/// The user's own: rows of thumbnails, and what can be done to the one in hand.
fn own(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let (stamps, in_hand) = (session.own_stamps(), session.own_stamp_in_hand());
    let indices: Vec<usize> = (0..stamps.len()).collect();
    for indices in indices.chunks(IN_A_ROW) {
        row(ui, |ui| {
            for &index in indices {
                let stamp = &stamps[index];
                let name = format!("Stamp with {}", stamp.name);
                let response = thumbnail(ui, SMALL, &stamp.particles, &name, in_hand == Some(index));
                if response.on_hover_text(format!("{name}, one of your own")).clicked() {
                    commands.push(Command::Paint(PaintCommand::TakeStamp(StampSource::Own(index))));
                }
            }
        });
    }
    if in_hand.is_none() && session.deleted_stamp().is_none() && !stamps.is_empty() {
        return;
    }
    ui.horizontal(|ui| {
        if let Some((index, stamp)) = in_hand.and_then(|index| Some((index, stamps.get(index)?))) {
            let mut name = stamp.name.clone();
            let field = TextEdit::singleline(&mut name).hint_text("Name").desired_width(150.0);
            if ui.add(field).on_hover_text("The name of this stamp").changed() {
                commands.push(Command::Paint(PaintCommand::RenameStamp(index, name)));
            }
            let tooltip = "Delete this stamp of yours; what was painted with it stays";
            if ui.button("Delete").on_hover_text(tooltip).clicked() {
                commands.push(Command::Paint(PaintCommand::DeleteStamp(index)));
            }
        } else if let Some(stamp) = session.deleted_stamp() {
            let button = Button::new(format!("Bring “{}” back", stamp.name)).truncate();
            if ui.add(button).on_hover_text("The stamp that was deleted last").clicked() {
                commands.push(Command::Paint(PaintCommand::BringBackStamp));
            }
        } else {
            let text = "Your own: select particles, then “As stamp”.";
            ui.add(Label::new(RichText::new(text).color(style::TEXT_WEAK)).wrap());
        }
    });
}

fn row(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(5.0);
        content(ui);
    });
}

/// A thumbnail that can be clicked.
fn thumbnail(ui: &mut Ui, side: f32, particles: &[Particle], name: &str, chosen: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, name));
    swarm_view::draw_close(ui.painter(), rect, particles);
    if response.hovered() || chosen {
        let width = if chosen { 1.5 } else { 1.0 };
        ui.painter().rect_stroke(rect, 6.0, Stroke::new(width, style::ACCENT), StrokeKind::Inside);
    }
    response
}

/// The particles of `motif`, made to fit into the box of `picture` and put where it is emptiest.
pub(in super::super) fn stamped(motif: &Snapshot, picture: &Snapshot) -> Vec<Particle> {
    let Some([low, high]) = motif.bounding() else { return Vec::new() };
    let size = high - low;
    let room = (0.8 * picture.box_size / size.max(DVec2::splat(1e-9))).min_element();
    let scale = room.min(1.0);
    let distance =
        |at: DVec2| picture.particles.iter().map(|p| p.position().distance(at)).fold(f64::INFINITY, f64::min);
    // The middle first: it wins on an empty canvas.
    let shares = [0.5, 0.25, 0.75, 0.0, 1.0];
    let margin = 0.5 * scale * size + 0.05 * picture.box_size;
    let room = picture.box_size - 2.0 * margin;
    let places = shares.iter().flat_map(|&v| shares.map(|u| margin + DVec2::new(u, v) * room));
    let centre = places.fold(None, |best: Option<(DVec2, f64)>, at| match best {
        Some((_, clear)) if clear >= distance(at) => best,
        _ => Some((at, distance(at))),
    });
    let Some((centre, _)) = centre else { return Vec::new() };
    let middle = low.midpoint(high);
    motif.particles.iter().map(|p| p.at(centre + scale * (p.position() - middle))).collect()
}

#[cfg(test)]
mod tests {

    use super::*;

    fn square(side: f64) -> Snapshot {
        let at = |x, y| Particle { x, y, ..Particle::default() };
        let particles = vec![at(0.0, 0.0), at(side, 0.0), at(side, side), at(0.0, side)];
        Snapshot { particles, box_size: DVec2::splat(side), ..Snapshot::default() }
    }

    #[test]
    fn a_stamp_is_placed_in_the_middle_of_an_empty_canvas() {
        let canvas = Snapshot { box_size: DVec2::new(16.0, 10.0), ..Snapshot::default() };
        let particles = stamped(&square(2.0), &canvas);
        let corners = [particles[0].x, particles[0].y, particles[2].x, particles[2].y];
        assert!(corners.iter().zip([7.0, 4.0, 9.0, 6.0]).all(|(a, b)| (a - b).abs() < 1e-9), "{corners:?}");
    }

    #[test]
    fn a_large_stamp_is_scaled_down_and_a_second_one_kept_apart() {
        let mut canvas = Snapshot { box_size: DVec2::new(16.0, 10.0), ..Snapshot::default() };
        let inside = |p: &Particle| (0.0..=16.0).contains(&p.x) && (0.0..=10.0).contains(&p.y);
        assert!(stamped(&square(100.0), &canvas).iter().all(inside));
        canvas.particles = stamped(&square(2.0), &canvas);
        let second = stamped(&square(2.0), &canvas);
        assert!(second.iter().all(inside));
        let gap = |p: &Particle| {
            canvas.particles.iter().map(|q| p.position().distance(q.position())).fold(f64::MAX, f64::min)
        };
        assert!(second.iter().all(|p| gap(p) > 1.0));
    }
}
