//! The panel of the workspace Paint: tools, species, what the picture means, and what will be learned.

mod options;
mod palette;
pub(super) mod stamps;

use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::egui::{
    Button, CollapsingHeader, Color32, DragValue, RichText, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, WidgetType,
};
use super::state::UiState;
use super::widgets::{
    Scale, card, card_with, choice, command_button, command_button_enabled, row_label, section, slider, slider_int,
};
use super::{learn, style, swarm_view};
use crate::session::{Command, LearnCommand, PaintCommand, SelectionOrder, Session, Warning, info_of};
use crate::worlds::swarm::picture::{Boundary, Ensemble, MAX_SPECIES, Mode, Snapshot, Swarm};
use crate::worlds::swarm::train::{SettingPlace, TrainingSettings};

/// Height of the preview of the ensemble that is learned, points.
const PREVIEW_HEIGHT: f32 = 104.0;

/// A sample of the ensemble that is learned, made again when the picture has changed.
#[derive(Default)]
pub(super) struct Preview {
    of: Option<(Arc<Snapshot>, Ensemble, u64)>,
    sample: Option<Result<Swarm, String>>,
    /// The sample is too large for the preview: a piece of it is kept.
    is_piece: bool,
    seed: u64,
}

/// More particles than this cannot be distinguished in the preview.
const MAX_SHOWN: usize = 1000;

impl Preview {
    fn refresh(&mut self, session: &Session, gesture_under_way: bool) {
        let document = session.document();
        let same = self.of.as_ref().is_some_and(|(snapshot, ensemble, seed)| {
            Arc::ptr_eq(snapshot, &document.world.snapshot)
                && *ensemble == document.world.ensemble
                && *seed == self.seed
        });
        // Sampling a large picture takes a while: not in the middle of a stroke.
        if same || (gesture_under_way && self.sample.is_some()) {
            return;
        }
        let mut rng = StdRng::seed_from_u64(self.seed);
        let sample = document.world.snapshot.sample(&document.world.ensemble, &mut rng).map_err(|e| e.to_string());
        self.is_piece = sample.as_ref().is_ok_and(|swarm| swarm.len() > MAX_SHOWN);
        self.sample = Some(sample.map(|swarm| swarm.piece(MAX_SHOWN)));
        self.of = Some((document.world.snapshot.clone(), document.world.ensemble, self.seed));
    }
}

pub(super) fn show(ui: &mut Ui, session: &Session, state: &mut UiState, commands: &mut Vec<Command>) {
    palette::show(ui, session, commands);
    species(ui, session, commands);
    options::show(ui, session, &state.gallery, commands);
    meaning(ui, session, commands);
    // An empty picture has its invitation on the canvas.
    let empty = session.snapshot().particles.is_empty();
    for warning in session.warnings().iter().filter(|_| !empty) {
        let colour = if warning.blocks { style::ERROR } else { style::WARN };
        warn(ui, colour.colour(), warning, commands);
    }
    taught(ui, session, &mut state.preview, commands);
    // These tools have settings of their own, and place groups that they bring.
    if !session.tool().places() {
        section(ui, "Start from a motif");
        stamps::quick(ui, session, &state.gallery, commands);
    }
}

/// What a right click on the picture offers.
pub fn canvas_menu(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let groups: [&[Command]; 3] = [
        &[Command::Paint(PaintCommand::Cut), Command::Paint(PaintCommand::Copy), Command::Paint(PaintCommand::Paste)],
        &[
            Command::Paint(PaintCommand::Selection(SelectionOrder::Duplicate)),
            Command::Paint(PaintCommand::Selection(SelectionOrder::Delete)),
        ],
        &[
            Command::Paint(PaintCommand::Selection(SelectionOrder::All)),
            Command::Paint(PaintCommand::Selection(SelectionOrder::Invert)),
        ],
    ];
    for (i, group) in groups.into_iter().enumerate() {
        if i > 0 {
            ui.separator();
        }
        for command in group {
            let Some(info) = info_of(command) else { continue };
            let button = Button::new(info.name).shortcut_text(info.shortcut.map_or_else(String::new, |s| s.text()));
            if command_button_enabled(ui, session.can(command), button, command.clone(), commands).clicked() {
                ui.close();
            }
        }
    }
}

/// A warning, with buttons for what the program can do about it.
fn warn(ui: &mut Ui, colour: Color32, warning: &Warning, commands: &mut Vec<Command>) {
    if warning.fixes.is_empty() {
        card(ui, colour, &warning.text, warning.hint);
        return;
    }
    card_with(ui, colour, &warning.text, |ui| {
        ui.horizontal_wrapped(|ui| {
            for fix in &warning.fixes {
                if ui.button(fix.name).on_hover_text(warning.hint).clicked() {
                    commands.push(fix.command.clone());
                }
            }
        });
    });
}

fn species(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let selected = session.selection().len();
    let does = match (session.tool().selects(), selected) {
        (true, 1..) => "What is selected gets it",
        _ => "Tools place it",
    };
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        for species in 0..MAX_SPECIES as u8 {
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(28.0), Sense::click());
            let name = format!("Species {}: {}", species + 1, style::species_name(species));
            let chosen = session.species() == species;
            response.widget_info(|| WidgetInfo::selected(WidgetType::RadioButton, true, chosen, &name));
            let colour = style::SPECIES_COLOURS[usize::from(species)];
            let ground = if chosen { style::faint(colour, 0.28) } else { style::BAR.colour() };
            let line = if chosen || response.hovered() { Stroke::new(1.5, colour) } else { Stroke::NONE };
            ui.painter().rect(rect, 6.0, ground, line, StrokeKind::Inside);
            ui.painter().add(swarm_view::arrow(rect.center(), 0.6, 14.0, colour));
            if response.on_hover_text(format!("{name}. {does}.")).clicked() {
                commands.push(Command::Paint(PaintCommand::SetSpecies(species)));
            }
        }
    });
}

fn meaning(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let snapshot = session.snapshot();
    section(ui, "The picture is");
    let motif = "The painted group is one creature: it is taught in many copies, at random places and turns";
    let whole = "The painting is a crowd: it is learned as one sample";
    let options = [(Mode::Motif, "one creature", motif.to_owned()), (Mode::Whole, "a whole crowd", whole.to_owned())];
    if let Some(mode) = choice(ui, snapshot.mode, &options) {
        commands.push(Command::Paint(PaintCommand::SetMode(mode)));
    }
    if snapshot.mode == Mode::Whole {
        let periodic = "What leaves on one side comes back on the other";
        let open = "The painting is a cut-out: particles near its edge are only context for the others";
        let options =
            [(Boundary::Periodic, "wraps around", periodic.to_owned()), (Boundary::Open, "cut out", open.to_owned())];
        if let Some(boundary) = choice(ui, snapshot.boundary, &options) {
            commands.push(Command::Paint(PaintCommand::SetBoundary(boundary)));
        }
    }
    let settings = session.document().world.training;
    let mut new = settings;
    learn::controls(ui, SettingPlace::Paint, &mut new);
    if new != settings {
        commands.push(Command::Learn(LearnCommand::SetSettings(new)));
    }
    ui.horizontal(|ui| {
        let tooltip = "Width and height of the canvas, in units of the picture";
        row_label(ui, "Box").on_hover_text(tooltip);
        let mut new = snapshot.box_size;
        for side in new.as_mut() {
            ui.add(DragValue::new(side).range(1.0..=10_000.0).speed(0.1).max_decimals(1)).on_hover_text(tooltip);
        }
        if new != snapshot.box_size {
            commands.push(Command::Paint(PaintCommand::SetBox(new)));
        }
        command_button(ui, "Clear", Command::Paint(PaintCommand::Clear), commands);
    });
    let unit = session.unit_length();
    let count = snapshot.particles.len();
    let text = format!("{count} particles · ℓ = {unit:.2} · R = {:.2}", settings.cutoff_l * unit);
    ui.horizontal(|ui| {
        ui.label(RichText::new(text).color(style::TEXT_WEAK)).on_hover_text(
            "ℓ is the median distance between nearest neighbours: the unit of all other lengths. R is how far a particle sees",
        );
        let tooltip = "As far as the particles of this picture are correlated: a particle then sees all of a creature. A step \
                       of learning takes as many times longer as a particle has more neighbours";
        if ui.small_button("fit R").on_hover_text(tooltip).clicked() {
            let cutoff_l = snapshot.suggested_cutoff(&session.document().world.ensemble).cutoff_l;
            commands.push(Command::Learn(LearnCommand::SetSettings(TrainingSettings { cutoff_l, ..settings })));
        }
    });
}

fn taught(ui: &mut Ui, session: &Session, preview: &mut Preview, commands: &mut Vec<Command>) {
    let held = ui.input(|i| i.pointer.any_down());
    preview.refresh(session, held);
    let Some(Ok(swarm)) = &preview.sample else { return };
    section(ui, "What will be taught");
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), PREVIEW_HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, "Another sample"));
    let draw = if preview.is_piece { swarm_view::draw_piece } else { swarm_view::draw_torus };
    draw(ui.painter(), rect, swarm);
    if response.on_hover_text("A sample of the patterns the rule will learn from. Click for another").clicked() {
        preview.seed += 1;
    }
    if session.snapshot().mode == Mode::Motif {
        CollapsingHeader::new("Copies").show(ui, |ui| ensemble(ui, session, commands));
    }
}

fn ensemble(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let old = session.document().world.ensemble;
    let mut new = old;
    slider_int(ui, "Copies", "Copies of the creature in one sample", &mut new.copies, 1..=40, Scale::Logarithmic);
    let clearance = "Least distance between two copies, in ℓ";
    slider(ui, "Clearance", clearance, &mut new.clearance_l, 0.0..=6.0, Scale::Linear);
    let cover = "Share of the plane that the copies cover: how crowded they are";
    slider(ui, "Cover", cover, &mut new.cover, 0.05..=0.6, Scale::Linear);
    if new != old {
        commands.push(Command::Paint(PaintCommand::SetEnsemble(new)));
    }
}
