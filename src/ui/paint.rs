//! The panel of the first place: tools, species, what the picture means, and what will be taught.

use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::egui::{CollapsingHeader, DragValue, RichText, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, WidgetType};
use super::gallery::GalleryCard;
use super::state::UiState;
use super::widgets::{Scale, card, choice, command_button, row_label, section, slider, slider_int};
use super::{style, swarm_view};
use crate::learn::TrainingSettings;
use crate::session::{Command, MIN_SPACING, Session, Tool, info_of};
use crate::snapshot::{Boundary, Ensemble, MAX_SPECIES, Mode, Particle, Snapshot, Swarm};

/// Height of the preview of the taught ensemble, points.
const PREVIEW_HEIGHT: f32 = 132.0;

/// Side of a motif's thumbnail, points.
const STAMP: f32 = 60.0;

/// A sample of the taught ensemble, made anew when the picture has changed.
#[derive(Default)]
pub(super) struct Preview {
    of: Option<(Arc<Snapshot>, Ensemble, u64)>,
    sample: Option<Result<Swarm, String>>,
    seed: u64,
}

impl Preview {
    fn refresh(&mut self, session: &Session, gesture_under_way: bool) {
        let document = session.document();
        let same = self.of.as_ref().is_some_and(|(snapshot, ensemble, seed)| {
            Arc::ptr_eq(snapshot, &document.snapshot) && *ensemble == document.ensemble && *seed == self.seed
        });
        // Sampling a large picture takes a while: not in the middle of a stroke.
        if same || (gesture_under_way && self.sample.is_some()) {
            return;
        }
        let mut rng = StdRng::seed_from_u64(self.seed);
        self.sample = Some(document.snapshot.sample(&document.ensemble, &mut rng).map_err(|e| e.to_string()));
        self.of = Some((document.snapshot.clone(), document.ensemble, self.seed));
    }
}

pub(super) fn show(ui: &mut Ui, session: &Session, state: &mut UiState, commands: &mut Vec<Command>) {
    tools(ui, session, commands);
    species(ui, session, commands);
    meaning(ui, session, commands);
    for warning in session.warnings() {
        let colour = if warning.blocks { style::ERROR } else { style::WARN };
        card(ui, colour, &warning.text, warning.mend);
    }
    taught(ui, session, &mut state.preview, commands);
    motifs(ui, session, &state.gallery, commands);
}

fn tools(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    section(ui, "Tool");
    let options = [(Tool::Pen, "Pen"), (Tool::Eraser, "Eraser")].map(|(tool, name)| {
        let tooltip = info_of(&Command::SetTool(tool)).map_or_else(String::new, |info| info.full_tooltip());
        (tool, name, tooltip)
    });
    if let Some(tool) = choice(ui, session.tool(), &options) {
        commands.push(Command::SetTool(tool));
    }
    let [w, h] = session.snapshot().box_size;
    let largest = 0.25 * w.max(h);
    match session.tool() {
        Tool::Eraser => {
            let tooltip = "Radius of the eraser, in units of the picture";
            let mut radius = session.eraser_radius();
            if slider(ui, "Radius", tooltip, &mut radius, 0.05..=largest, Scale::Logarithmic) {
                commands.push(Command::SetEraserRadius(radius));
            }
        }
        _ => {
            let tooltip = "Distance between the particles of a stroke, in units of the picture";
            let mut spacing = session.spacing();
            if slider(ui, "Spacing", tooltip, &mut spacing, MIN_SPACING..=largest, Scale::Logarithmic) {
                commands.push(Command::SetSpacing(spacing));
            }
        }
    }
}

fn species(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    section(ui, "Species");
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        for species in 0..MAX_SPECIES as u8 {
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(28.0), Sense::click());
            let name = format!("Species {}: {}", species + 1, style::species_name(species));
            let chosen = session.species() == species;
            response.widget_info(|| WidgetInfo::selected(WidgetType::RadioButton, true, chosen, &name));
            let colour = style::SPECIES_COLOURS[usize::from(species)];
            let ground = if chosen { colour.gamma_multiply(0.28) } else { style::BAR.colour() };
            let line = if chosen || response.hovered() { Stroke::new(1.5, colour) } else { Stroke::NONE };
            ui.painter().rect(rect, 6.0, ground, line, StrokeKind::Inside);
            ui.painter().add(swarm_view::arrow(rect.center(), 0.6, 14.0, colour));
            if response.on_hover_text(format!("{name}. The pen paints with it.")).clicked() {
                commands.push(Command::SetSpecies(species));
            }
        }
    });
}

fn meaning(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let snapshot = session.snapshot();
    section(ui, "The picture is");
    let motif = "The painted group is one creature: it is taught in many copies, at random places and turns";
    let whole = "The painting is a crowd as it stands: it is taught as one sample";
    let options = [(Mode::Motif, "one creature", motif.to_owned()), (Mode::Whole, "a whole crowd", whole.to_owned())];
    if let Some(mode) = choice(ui, snapshot.mode, &options) {
        commands.push(Command::SetMode(mode));
    }
    if snapshot.mode == Mode::Whole {
        let periodic = "What leaves on one side comes back on the other";
        let open = "The painting is a cut-out: particles near its edge are only context for the others";
        let options =
            [(Boundary::Periodic, "wraps around", periodic.to_owned()), (Boundary::Open, "cut out", open.to_owned())];
        if let Some(boundary) = choice(ui, snapshot.boundary, &options) {
            commands.push(Command::SetBoundary(boundary));
        }
    }
    let settings = session.document().training;
    let tooltip = "How far a particle sees, in ℓ: the median distance between nearest neighbours. The canvas draws it \
                   around the cursor";
    let mut cutoff_l = settings.cutoff_l;
    if slider(ui, "Cutoff R", tooltip, &mut cutoff_l, 1.0..=6.0, Scale::Linear) {
        commands.push(Command::SetTraining(TrainingSettings { cutoff_l, ..settings }));
    }
    ui.horizontal(|ui| {
        let tooltip = "Width and height of the canvas, in units of the picture";
        row_label(ui, "Box").on_hover_text(tooltip);
        let mut new = snapshot.box_size;
        for side in &mut new {
            ui.add(DragValue::new(side).range(1.0..=10_000.0).speed(0.1).max_decimals(1)).on_hover_text(tooltip);
        }
        if new != snapshot.box_size {
            commands.push(Command::SetBox(new));
        }
        command_button(ui, "Clear", Command::Clear, commands);
    });
    let unit = session.unit_length();
    let count = snapshot.particles.len();
    let text = format!("{count} particles · ℓ = {unit:.2} · R = {:.2}", settings.cutoff_l * unit);
    ui.label(RichText::new(text).color(style::TEXT_WEAK)).on_hover_text(
        "ℓ is the median distance between nearest neighbours: the unit of all other lengths. R is how far a particle sees",
    );
}

fn taught(ui: &mut Ui, session: &Session, preview: &mut Preview, commands: &mut Vec<Command>) {
    let held = ui.input(|i| i.pointer.any_down());
    preview.refresh(session, held);
    let Some(Ok(swarm)) = &preview.sample else { return };
    section(ui, "What will be taught");
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), PREVIEW_HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, "Another sample"));
    swarm_view::draw_torus(ui.painter(), rect, swarm);
    if response.on_hover_text("A sample of the patterns the rule will learn from. Click for another").clicked() {
        preview.seed += 1;
    }
    if session.snapshot().mode == Mode::Motif {
        CollapsingHeader::new("Copies").show(ui, |ui| ensemble(ui, session, commands));
    }
}

fn ensemble(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let old = session.document().ensemble;
    let mut new = old;
    slider_int(ui, "Copies", "Copies of the creature in one sample", &mut new.copies, 1..=40, Scale::Logarithmic);
    let clearance = "Least distance between two copies, in ℓ";
    slider(ui, "Clearance", clearance, &mut new.clearance_l, 0.0..=6.0, Scale::Linear);
    let cover = "Share of the plane that the copies cover: how crowded they are";
    slider(ui, "Cover", cover, &mut new.cover, 0.05..=0.6, Scale::Linear);
    if new != old {
        commands.push(Command::SetEnsemble(new));
    }
}

fn motifs(ui: &mut Ui, session: &Session, gallery: &[GalleryCard], commands: &mut Vec<Command>) {
    let motifs: Vec<&GalleryCard> = gallery.iter().filter(|card| card.snapshot.mode == Mode::Motif).collect();
    if motifs.is_empty() {
        return;
    }
    section(ui, "Start from a motif");
    ui.spacing_mut().item_spacing = Vec2::splat(6.0);
    ui.horizontal_wrapped(|ui| {
        for motif in motifs {
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(STAMP), Sense::click());
            let name = format!("Stamp {}", motif.title);
            response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &name));
            swarm_view::draw_close(ui.painter(), rect, &motif.snapshot.particles);
            if response.hovered() {
                ui.painter().rect_stroke(rect, 6.0, Stroke::new(1.0, style::ACCENT), StrokeKind::Inside);
            }
            if response.on_hover_text(format!("{name} onto the picture")).clicked() {
                commands.push(Command::Stroke(stamped(&motif.snapshot, session.snapshot())));
            }
        }
    });
}

/// The particles of `motif`, made to fit into the box of `picture` and put where it is emptiest.
fn stamped(motif: &Snapshot, picture: &Snapshot) -> Vec<Particle> {
    let Some([low, high]) = motif.bounding() else { return Vec::new() };
    let size = [high[0] - low[0], high[1] - low[1]];
    let [w, h] = picture.box_size;
    let room = (0.8 * w / size[0].max(1e-9)).min(0.8 * h / size[1].max(1e-9));
    let scale = room.min(1.0);
    let half = size.map(|s| 0.5 * scale * s);
    let distance =
        |[x, y]: [f64; 2]| picture.particles.iter().map(|p| (p.x - x).hypot(p.y - y)).fold(f64::INFINITY, f64::min);
    // The middle first: it wins on an empty canvas.
    let shares = [0.5, 0.25, 0.75, 0.0, 1.0];
    let places = shares.iter().flat_map(|&v| shares.map(|u| [u, v])).map(|[u, v]| {
        let [x0, x1] = [half[0] + 0.05 * w, 0.95 * w - half[0]];
        let [y0, y1] = [half[1] + 0.05 * h, 0.95 * h - half[1]];
        [x0 + u * (x1 - x0), y0 + v * (y1 - y0)]
    });
    let centre = places.fold(None, |best: Option<([f64; 2], f64)>, at| match best {
        Some((_, clear)) if clear >= distance(at) => best,
        _ => Some((at, distance(at))),
    });
    let Some((centre, _)) = centre else { return Vec::new() };
    let middle = [0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1])];
    let place = |p: &Particle| Particle {
        x: centre[0] + scale * (p.x - middle[0]),
        y: centre[1] + scale * (p.y - middle[1]),
        ..*p
    };
    motif.particles.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(side: f64) -> Snapshot {
        let at = |x, y| Particle { x, y, ..Particle::default() };
        let particles = vec![at(0.0, 0.0), at(side, 0.0), at(side, side), at(0.0, side)];
        Snapshot { particles, box_size: [side, side], ..Snapshot::default() }
    }

    #[test]
    fn a_stamp_lands_in_the_middle_of_an_empty_canvas_at_its_own_size() {
        let canvas = Snapshot { box_size: [16.0, 10.0], ..Snapshot::default() };
        let particles = stamped(&square(2.0), &canvas);
        let corners = [particles[0].x, particles[0].y, particles[2].x, particles[2].y];
        assert!(corners.iter().zip([7.0, 4.0, 9.0, 6.0]).all(|(a, b)| (a - b).abs() < 1e-9), "{corners:?}");
    }

    #[test]
    fn a_stamp_too_large_is_made_to_fit_and_a_second_one_keeps_off_the_first() {
        let mut canvas = Snapshot { box_size: [16.0, 10.0], ..Snapshot::default() };
        let inside = |p: &Particle| (0.0..=16.0).contains(&p.x) && (0.0..=10.0).contains(&p.y);
        assert!(stamped(&square(100.0), &canvas).iter().all(inside));
        canvas.particles = stamped(&square(2.0), &canvas);
        let second = stamped(&square(2.0), &canvas);
        assert!(second.iter().all(inside));
        let gap = |p: &Particle| canvas.particles.iter().map(|q| (p.x - q.x).hypot(p.y - q.y)).fold(f64::MAX, f64::min);
        assert!(second.iter().all(|p| gap(p) > 1.0));
    }
}
