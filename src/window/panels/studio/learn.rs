//! Learning: the methods, how far it is, the rules of the picture and their equations.

use super::super::egui::{Button, CollapsingHeader, Frame, Label, Margin, ProgressBar, RichText, Ui, Vec2};
use super::super::widgets::{card, choice, row_label, section};
use super::super::{observe, style};
use super::pictures::StudioUi;
use super::{flows, grid, knobs};
use crate::media::chart::Chart;
use crate::session::Command;
use crate::session::studio::{LearningState, Studio, StudioCommand};
use crate::worlds::studio::{EquationForm, KnobGroup, PresetSpec};

/// Height of the plot of the loss, points.
const LOSS_HEIGHT: f32 = 120.0;

pub(super) fn show(ui: &mut Ui, studio: &Studio, state: &mut StudioUi, commands: &mut Vec<StudioCommand>) {
    let tables = studio.info().tables();
    section(ui, "Learn");
    let active = studio.learning().is_active();
    for method in tables.methods {
        let is_running = active && studio.learning().method == method.id;
        let text = RichText::new(method.name).size(14.0).color(style::TEXT_STRONG);
        let fill = if is_running { style::ACCENT_DARK } else { style::FIELD };
        let button = Button::new(text).min_size(Vec2::new(ui.available_width(), 28.0)).fill(fill);
        if ui.add_enabled(!is_running, button).on_hover_text(method.help).clicked() {
            commands.push(StudioCommand::Learn(method.id));
        }
        ui.add(Label::new(RichText::new(method.help).small().color(style::TEXT_WEAK)).wrap());
    }
    presets(ui, studio, commands);
    progress(ui, studio, commands);
    CollapsingHeader::new("Settings").id_salt("learn settings").show(ui, |ui| {
        knobs::show(ui, studio, KnobGroup::Learn, commands);
    });
    flows::show(ui, studio, state, commands);
    equations(ui, studio, commands);
}

/// How long to learn, under one name.
fn presets(ui: &mut Ui, studio: &Studio, commands: &mut Vec<StudioCommand>) {
    let (info, tables) = (studio.info(), studio.info().tables());
    if tables.presets.is_empty() {
        return;
    }
    let is_set = |preset: &PresetSpec| preset.knobs.iter().all(|(id, value)| info.knob(id) == *value);
    let help_of = |preset: &PresetSpec| {
        let named = preset.knobs.iter().filter_map(|(id, value)| Some(format!("{} {value}", tables.knob(id)?.name)));
        format!("{}. {}", preset.help, named.collect::<Vec<_>>().join(", "))
    };
    row_label(ui, "How long").on_hover_text("Settings of learning under one name; each has its own knob below");
    let options: Vec<_> = tables.presets.iter().map(|preset| (Some(preset.id), preset.name, help_of(preset))).collect();
    let now = tables.presets.iter().find(|preset| is_set(preset)).map(|preset| preset.id);
    commands.extend(choice(ui, now, &options).flatten().map(StudioCommand::Preset));
}

fn progress(ui: &mut Ui, studio: &Studio, commands: &mut Vec<StudioCommand>) {
    let learning = studio.learning();
    if learning.is_active() {
        section(ui, "Progress");
        let phase = learning.step.map_or("beginning", |step| step.phase);
        let text = match (learning.state, learning.left_s()) {
            (LearningState::Paused, _) => format!("{phase}, paused"),
            (_, Some(left)) => format!("{phase}, {} left", duration(left)),
            (_, None) => phase.to_owned(),
        };
        ui.add(ProgressBar::new(learning.progress() as f32).text(text).fill(style::ACCENT_DARK.colour()));
        let pause = match learning.state {
            LearningState::Paused => ("Resume", "Continue learning", None, StudioCommand::ResumeLearning),
            _ => ("Pause", "Pauses; nothing is lost", None, StudioCommand::PauseLearning),
        };
        let buttons = vec![
            pause,
            ("Next phase", "Ends the present phase early", None, StudioCommand::EndPhase),
            ("Stop", "Ends here and keeps what was learned", None, StudioCommand::StopLearning),
        ];
        grid(ui, true, 3, buttons, commands);
    } else if let Some(outcome) = &learning.outcome {
        ui.add(Label::new(RichText::new(outcome).color(style::TEXT)).wrap());
    }
    if let Some((phase, curve)) = learning.losses.last().filter(|(_, curve)| curve.points().len() > 1) {
        ui.label(RichText::new(format!("Loss: {phase}")).small().color(style::TEXT_WEAK));
        let chart = Chart::new("Loss", "steps", "loss").with("loss", curve.points());
        observe::draw(ui, "studio loss", &chart, LOSS_HEIGHT);
    }
}

/// A time in a few letters.
fn duration(seconds: f64) -> String {
    if seconds < 90.0 { format!("{seconds:.0} s") } else { format!("{:.0} min", seconds / 60.0) }
}

fn equations(ui: &mut Ui, studio: &Studio, commands: &mut Vec<StudioCommand>) {
    if let Some(text) = studio.info().equations(EquationForm::Text) {
        section(ui, "Equations");
        Frame::NONE.fill(style::FIELD.colour()).corner_radius(6.0).inner_margin(Margin::symmetric(8, 6)).show(
            ui,
            |ui| {
                ui.set_width(ui.available_width());
                ui.add(Label::new(RichText::new(text).monospace().color(style::TEXT_STRONG)).wrap().selectable(true));
            },
        );
        ui.horizontal(|ui| {
            ui.label("Copy as");
            for form in EquationForm::ALL {
                let help = format!("Puts the equations into the clipboard as {}", form.name());
                if ui.button(form.name()).on_hover_text(help).clicked() {
                    commands.push(StudioCommand::CopyEquations(form));
                }
            }
        });
    }
    if let Some(evidence) = studio.info().evidence() {
        let colour = if evidence.starts_with("Not") { style::WARN } else { style::ACCENT };
        card(ui, colour, &evidence, "");
    }
    let live = Command::SetWorkspace(crate::session::Workspace::Live);
    if studio.info().has_rule() {
        let go = (
            "Watch it live ▶",
            "Lets the rule run",
            Some(live),
            StudioCommand::SetWorkspace(crate::session::Workspace::Live),
        );
        grid(ui, true, 1, vec![go], commands);
    }
}
