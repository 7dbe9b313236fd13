//! The snapshots of a film, as a strip under the picture.

use glam::DVec2;

use super::egui::{
    self, Align, Align2, Button, FontId, Frame, Label, Layout, Margin, Panel, Rect, RichText, ScrollArea, Sense,
    Slider, Stroke, StrokeKind, Ui, Vec2, pos2, vec2,
};
use super::state::UiState;
use super::widgets::command_button_enabled;
use super::{style, swarm_view};
use crate::session::{Command, PaintCommand, Session, SnapshotCommand, Workspace};
use crate::worlds::swarm::picture::{FilmFrame, HOLD_OUT_EVERY, PackedParticle, Part, Particle, Snapshot, Stills};

/// Height of the strip, and size of a thumbnail with its gap, points.
const HEIGHT: f32 = 124.0;
const CARD: Vec2 = vec2(92.0, 76.0);
const GAP: f32 = 6.0;

/// More particles cannot be distinguished on a thumbnail.
const MAX_DRAWN: usize = 300;

/// The state of the strip.
#[derive(Default)]
pub(super) struct FilmStrip {
    /// The snapshot that was on the canvas in the last frame, and of how many.
    seen: Option<(usize, usize)>,
}

pub(super) fn show(root: &mut Ui, session: &Session, state: &mut UiState, commands: &mut Vec<Command>) {
    if session.workspace() != Workspace::Paint || session.document().world.film.is_empty() {
        state.film_strip.seen = None;
        return;
    }
    let frame = Frame::NONE.fill(style::PANEL.colour()).inner_margin(Margin { left: 10, right: 10, top: 6, bottom: 4 });
    Panel::bottom("film strip").exact_size(HEIGHT).resizable(false).frame(frame).show_separator_line(false).show(
        root,
        |ui| {
            let stills = session.document().world.stills();
            head(ui, session, &stills, commands);
            strip(ui, session, &stills, &mut state.film_strip, commands);
        },
    );
}

/// How many snapshots are learned from, and how many measured on.
pub(super) fn shares(ui: &mut Ui, session: &Session) {
    let stills = session.document().world.stills();
    if stills.film().is_empty() {
        return;
    }
    let (count, held_out) = (stills.count(), stills.indices(Part::HeldOut).len());
    let text = if count < HOLD_OUT_EVERY {
        format!("{count} snapshots, all learned from and measured on")
    } else {
        format!("{count} snapshots: {} are learned from, {held_out} measured on", count - held_out)
    };
    ui.label(RichText::new(text).color(style::TEXT_WEAK));
}

fn head(ui: &mut Ui, session: &Session, stills: &Stills, commands: &mut Vec<Command>) {
    let (count, selected) = (stills.count(), stills.film().selected());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let mut number = selected + 1;
        let slider = Slider::new(&mut number, 1..=count).show_value(false);
        ui.spacing_mut().slider_width = 180.0;
        let response = ui.add(slider).on_hover_text("Scroll through the snapshots");
        response.widget_info(|| egui::WidgetInfo::slider(true, number as f64, "Snapshot"));
        if response.changed() {
            commands.push(Command::Paint(PaintCommand::Snapshot(SnapshotCommand::Select(number - 1))));
        }
        let particles = session.snapshot().particles.len();
        let use_of_it =
            if stills.is_held_out(selected) { "held out: measured on, not learned from" } else { "learned from" };
        let text = format!("Snapshot {} of {count} · {particles} particles · {use_of_it}", selected + 1);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for (name, command) in [("Delete", SnapshotCommand::Delete), ("Duplicate", SnapshotCommand::Duplicate)] {
                let button = Button::new(RichText::new(name).small());
                command_button_enabled(ui, true, button, Command::Paint(PaintCommand::Snapshot(command)), commands);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(RichText::new(text).small().color(style::TEXT_WEAK)).truncate());
            });
        });
    });
}

/// Only the thumbnails in sight are drawn: a film may have thousands.
fn strip(ui: &mut Ui, session: &Session, stills: &Stills, memory: &mut FilmStrip, commands: &mut Vec<Command>) {
    let (count, selected) = (stills.count(), stills.film().selected());
    let pitch = CARD.x + GAP;
    let moved = memory.seen != Some((selected, count));
    memory.seen = Some((selected, count));
    ScrollArea::horizontal().auto_shrink(false).show_viewport(ui, |ui, viewport| {
        ui.set_min_size(vec2(pitch * count as f32 - GAP, CARD.y));
        let origin = ui.min_rect().min;
        let card = |k: usize| Rect::from_min_size(pos2(origin.x + pitch * k as f32, origin.y), CARD);
        if moved {
            ui.scroll_to_rect(card(selected).expand2(vec2(2.0 * pitch, 0.0)), None);
        }
        let part = shown_part(session.snapshot());
        let first = (viewport.min.x / pitch).floor().max(0.0) as usize;
        let last = ((viewport.max.x / pitch).ceil() as usize).min(count);
        for k in first..last {
            thumbnail(ui, card(k), session, (stills, k), part, commands);
        }
    });
}

fn thumbnail(
    ui: &mut Ui,
    rect: Rect,
    session: &Session,
    (stills, k): (&Stills, usize),
    part: Option<[DVec2; 2]>,
    commands: &mut Vec<Command>,
) {
    // Of a thumbnail at the edge of the strip only what is in sight.
    let response = ui.interact(rect.intersect(ui.clip_rect()), ui.id().with(("snapshot", k)), Sense::click());
    let selected = k == stills.film().selected();
    let name = format!("Snapshot {}", k + 1);
    response.widget_info(|| egui::WidgetInfo::selected(egui::WidgetType::RadioButton, true, selected, &name));
    ui.painter().rect_filled(rect, 6.0, style::CANVAS);
    // What is being painted is newer than the frame in the list.
    if selected {
        let snapshot = session.snapshot();
        draw(ui, rect, &snapshot.particles, part.unwrap_or([DVec2::ZERO, snapshot.box_size]));
    } else {
        let frame = &stills.film().frames()[k];
        draw(ui, rect, &some_of(frame), part.unwrap_or([DVec2::ZERO, frame.box_size]));
    }
    let line = match (selected, response.hovered()) {
        (true, _) => Stroke::new(2.0, style::ACCENT),
        (false, true) => Stroke::new(1.0, style::ACCENT),
        (false, false) => Stroke::NONE,
    };
    ui.painter().rect_stroke(rect, 6.0, line, StrokeKind::Inside);
    let label = if stills.is_held_out(k) { format!("{} ○", k + 1) } else { (k + 1).to_string() };
    let at = rect.left_bottom() + vec2(5.0, -3.0);
    ui.painter().text(at, Align2::LEFT_BOTTOM, label, FontId::proportional(10.0), style::TEXT_WEAK.colour());
    let tooltip = if stills.is_held_out(k) {
        format!("{name}, held out of learning: the rule is measured on it")
    } else {
        format!("{name}, learned from")
    };
    if response.on_hover_text(tooltip).clicked() {
        commands.push(Command::Paint(PaintCommand::Snapshot(SnapshotCommand::Select(k))));
    }
}

/// Evenly chosen particles of a frame.
fn some_of(frame: &FilmFrame) -> Vec<Particle> {
    let every = frame.particles.len().div_ceil(MAX_DRAWN).max(1);
    let unpack = |p: &PackedParticle| Particle {
        x: f64::from(p.x),
        y: f64::from(p.y),
        heading: f64::from(p.heading),
        species: p.species,
    };
    frame.particles.iter().step_by(every).map(unpack).collect()
}

/// What the thumbnails show, world units: the box, or where it is mostly empty the part around what is on the canvas; the
/// same for all, so that one sees what moves.
fn shown_part(snapshot: &Snapshot) -> Option<[DVec2; 2]> {
    let [low, high] = snapshot.bounding()?;
    let margin = 0.25 * (high - low).max(DVec2::splat(1e-9));
    let corners = [low - margin, high + margin];
    (corners[1] - corners[0]).cmplt(0.8 * snapshot.box_size).all().then_some(corners)
}

fn draw(ui: &Ui, rect: Rect, particles: &[Particle], corners: [DVec2; 2]) {
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    swarm_view::draw_part(&painter, rect.shrink(3.0), particles, corners);
}
