//! The panel of the workspace Learn: what to learn, and the progress of learning.

use std::ops::RangeInclusive;

use super::egui::emath::Numeric;
use super::egui::{Button, Checkbox, CollapsingHeader, DragValue, ProgressBar, RichText, Ui, Vec2};
use super::widgets::{
    Scale, card, choice, command_button_enabled, decimals_below, is_set_back, number_slider, row, section,
};
use super::{film_strip, meter, observe, style};
use crate::session::{Command, LearnCommand, PlotKind, Session, TrainingState};
use crate::worlds::studio::{KnobScale, KnobSpec};
use crate::worlds::swarm::train::{
    DragStep, Phase, SettingField, SettingPlace, TRAINING_SETTINGS, TrainingSetting, TrainingSettings,
};

/// Name, steps of the energy, steps of the flow.
const PRESETS: [(&str, usize, usize); 3] = [("Quick", 1000, 250), ("Standard", 2000, 800), ("Thorough", 9000, 3000)];

/// Height of a curve of the run with its name, points.
const CURVE_HEIGHT: f32 = 140.0;

pub(super) fn show(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let training = session.training();
    let active = training.state.is_active();
    film_strip::shares(ui, session);
    // What a run was started with stays visible, and cannot be changed under it.
    ui.add_enabled_ui(!active, |ui| settings(ui, session, commands));
    stop_when_settled(ui, session, commands);
    ui.add_space(6.0);
    buttons(ui, session, commands);
    if let Some(warning) = session.warnings().first() {
        let colour = if warning.blocks { style::ERROR } else { style::WARN };
        card(ui, colour, &warning.text, warning.hint);
    }
    status(ui, session);
    if session.has_rule() && !active {
        meter::seal(ui, session, commands);
    }
    held(ui, session, commands);
    curves(ui, session, commands);
}

fn settings(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let old = session.document().world.training;
    let mut new = old;
    section(ui, "How long");
    let now = PRESETS.iter().position(|&(_, steps, flow_steps)| (steps, flow_steps) == (old.steps, old.flow_steps));
    let options: Vec<(Option<usize>, &str, String)> = PRESETS
        .iter()
        .enumerate()
        .map(|(i, (name, steps, flow))| {
            let settings = TrainingSettings { steps: *steps, flow_steps: *flow, ..old };
            let time = session.estimate_s(&settings).map_or_else(String::new, |s| format!(", about {}", rough(s)));
            (Some(i), *name, format!("{steps} steps for the energy, {flow} for the flow{time}"))
        })
        .collect();
    if let Some(Some(chosen)) = choice(ui, now, &options) {
        (_, new.steps, new.flow_steps) = PRESETS[chosen];
    }
    if !session.training().state.is_active() {
        let text = match session.estimate_s(&old) {
            Some(seconds) => format!("about {} on this machine", rough(seconds)),
            None => "measuring how long it takes…".to_owned(),
        };
        let tooltip = "From a few steps of this picture, timed here just now";
        if !session.warnings().iter().any(|w| w.blocks) {
            ui.label(RichText::new(text).color(style::TEXT_WEAK)).on_hover_text(tooltip);
        }
    }
    controls(ui, SettingPlace::Duration, &mut new);

    section(ui, "Motion");
    controls(ui, SettingPlace::Motion, &mut new);
    CollapsingHeader::new("More").show(ui, |ui| controls(ui, SettingPlace::More, &mut new));
    if new != old {
        commands.push(Command::Learn(LearnCommand::SetSettings(new)));
    }
}

/// May be changed also while a run goes on.
fn stop_when_settled(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let mut wanted = session.stops_when_settled();
    let tooltip = "Ends a phase early when the quick fidelity has gained less than 0.02 from the third to the last quarter of its steps: \
                   the learning rate then falls to zero over a tenth of the steps done. Saves time; a long run may still have \
                   become a little better";
    if ui.add(Checkbox::new(&mut wanted, "Stop when settled")).on_hover_text(tooltip).changed() {
        commands.push(Command::Learn(LearnCommand::SetStopWhenSettled(wanted)));
    }
}

/// The controls of the settings of a place, of those that have a use.
pub(super) fn controls(ui: &mut Ui, place: SettingPlace, new: &mut TrainingSettings) {
    for row in TRAINING_SETTINGS.iter().filter(|row| row.place == place) {
        if row.is_used(new) {
            control(ui, row, new);
        }
    }
}

/// The control of one setting.
fn control(ui: &mut Ui, setting: &TrainingSetting, new: &mut TrainingSettings) {
    let TrainingSetting { spec, field, choices, drag, .. } = setting;
    let [low, high] = spec.range;
    if let SettingField::Choice(get, set) = field {
        let options: Vec<_> =
            choices.iter().enumerate().map(|(k, (name, meaning))| (k, *name, (*meaning).to_owned())).collect();
        if let Some(index) = choice(ui, get(new), &options) {
            set(new, index);
        }
    } else if let Some(DragStep { speed, decimals }) = drag {
        let tooltip = format!("{}. Shift and click: back to {}", spec.help, spec.default);
        let response = if let SettingField::Seed(of) = field {
            row(ui, spec.name, &tooltip, DragValue::new(of(new)).range(0..=u64::MAX).speed(*speed))
        } else {
            let mut value = setting.value(new);
            let drag = DragValue::new(&mut value).range(low..=high).speed(*speed).max_decimals(*decimals);
            let response = row(ui, spec.name, &tooltip, drag);
            if response.changed() {
                setting.set(new, value);
            }
            response
        };
        if response.clicked() && ui.input(|i| i.modifiers.shift) {
            // The click has opened the number for typing.
            response.surrender_focus();
            setting.reset(new);
        }
    } else if matches!(field, SettingField::Number(_)) {
        slide(ui, setting, low..=high, decimals_below(high), new);
    } else {
        slide(ui, setting, low as usize..=high as usize, 0, new);
    }
}

fn slide<N: Numeric>(
    ui: &mut Ui,
    setting: &TrainingSetting,
    range: RangeInclusive<N>,
    decimals: usize,
    new: &mut TrainingSettings,
) {
    let KnobSpec { name, help, default, scale, .. } = setting.spec;
    let scale = match scale {
        KnobScale::Logarithmic | KnobScale::WholeLogarithmic => Scale::Logarithmic,
        _ => Scale::Linear,
    };
    let tooltip = format!("{help}. Double click: back to {default}");
    let mut value = N::from_f64(setting.value(new));
    let response = number_slider(ui, name, &tooltip, &mut value, range, scale, decimals);
    if is_set_back(ui, &response) {
        setting.reset(new);
    } else if response.changed() {
        setting.set(new, value.to_f64());
    }
}

fn buttons(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let size = |share: f32, ui: &Ui| Vec2::new((share * (ui.available_width() + 8.0) - 8.0).floor(), 30.0);
    match session.training().state {
        TrainingState::Running | TrainingState::Paused => ui.horizontal(|ui| {
            let half = size(0.5, ui);
            let (text, command) = if session.training().state == TrainingState::Paused {
                ("▶ Resume", Command::Learn(LearnCommand::Resume))
            } else {
                ("⏸ Pause learning", Command::Learn(LearnCommand::Pause))
            };
            command_button_enabled(ui, true, Button::new(text).min_size(half), command, commands);
            command_button_enabled(
                ui,
                true,
                Button::new("⏹ Stop").min_size(half),
                Command::Learn(LearnCommand::Stop),
                commands,
            );
        }),
        _ => ui.horizontal(|ui| {
            let can = !session.warnings().iter().any(|w| w.blocks);
            let go_on = session.has_rule();
            let width = size(if go_on { 0.6 } else { 1.0 }, ui);
            let text = RichText::new("▶ Start learning").color(style::TEXT_STRONG).strong();
            let button = Button::new(text).fill(style::ACCENT_DARK).min_size(width);
            command_button_enabled(ui, can, button, Command::Learn(LearnCommand::Start), commands);
            if go_on {
                let button = Button::new("Learn on").min_size(Vec2::new(ui.available_width(), 30.0));
                command_button_enabled(ui, can, button, Command::Learn(LearnCommand::Continue), commands);
            }
        }),
    };
}

fn status(ui: &mut Ui, session: &Session) {
    let training = session.training();
    match &training.state {
        TrainingState::Idle => {
            ui.label(RichText::new("The swarm stays alive on the canvas while it learns.").color(style::TEXT_WEAK));
        }
        TrainingState::Running | TrainingState::Paused => {
            let text = match training.last {
                Some(stats) => {
                    let phase = match stats.phase {
                        Phase::Energy => "pattern",
                        Phase::Contrast => "growth",
                        Phase::Flow => "motion",
                    };
                    format!("{phase} · step {} of {}", stats.step, stats.steps)
                }
                None => "preparing samples…".to_owned(),
            };
            ui.add(
                ProgressBar::new(training.progress() as f32)
                    .desired_height(18.0)
                    .fill(style::ACCENT_DARK.colour())
                    .text(text),
            );
            let speed = match (&training.state, session.learning_left_s()) {
                (TrainingState::Paused, _) => "paused".to_owned(),
                (_, Some(seconds)) => format!("{} left · {:.0} steps/s", duration(seconds), training.steps_per_s),
                _ if training.last.is_some() => format!("{:.0} steps/s", training.steps_per_s),
                _ => String::new(),
            };
            ui.label(RichText::new(speed).color(style::TEXT_WEAK));
        }
        TrainingState::Finished { early } => {
            let how = if *early { "Stopped" } else { "Learned" };
            let steps = training.last.map_or(0, |s| s.step);
            card(ui, style::ACCENT, &format!("{how} after {steps} steps."), "Go to Live and play with it.");
        }
        TrainingState::Failed(why) => card(ui, style::ERROR, "Learning failed.", why),
    }
}

/// The curves of the run: the loss, and how good the weights are.
fn curves(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    for kind in [PlotKind::Loss, PlotKind::LearnedFidelity] {
        let points: usize = session.chart(kind).curves.iter().map(|curve| curve.points.len()).sum();
        if points > 1 {
            ui.add_space(6.0);
            ui.push_id(kind, |ui| observe::plot(ui, session, kind, CURVE_HEIGHT, commands));
        }
    }
}

/// The rule that was there before, while it still plays.
fn held(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let Some(held) = session.held() else { return };
    let number = |value: Option<f64>| value.map_or("…".to_owned(), |value| format!("{value:.2}"));
    // The letters of the panels have no arrow.
    let text = format!("Old rule still playing: {} of {}", number(held.new), number(held.old));
    let meaning = "Quick fidelity of the new rule, and of the old one that it must reach. The new rule takes over, softly, when it is at least as good as the old one, \
                   or when learning ends";
    ui.horizontal(|ui| {
        ui.label(RichText::new(text).color(style::TEXT)).on_hover_text(meaning);
        let button = Button::new(RichText::new("Switch now").small()).small();
        command_button_enabled(ui, true, button, Command::Learn(LearnCommand::SwitchRule), commands);
    });
}

/// A duration in seconds, minutes or hours.
fn duration(seconds: f64) -> String {
    let s = seconds.max(0.0).round() as u64;
    match s {
        0..60 => format!("{s} s"),
        60..3600 => format!("{} min {} s", s / 60, s % 60),
        _ => format!("{} h {} min", s / 3600, s % 3600 / 60),
    }
}

/// An estimate, rounded to its precision.
fn rough(seconds: f64) -> String {
    match seconds {
        s if s < 10.0 => format!("{} s", s.round().max(1.0)),
        s if s < 90.0 => format!("{} s", 5.0 * (s / 5.0).round()),
        s if s < 5400.0 => format!("{} min", (s / 60.0).round()),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_use_the_fitting_unit() {
        assert_eq!(duration(4.4), "4 s");
        assert_eq!(duration(75.0), "1 min 15 s");
        assert_eq!(duration(7260.0), "2 h 1 min");
        assert_eq!(duration(-1.0), "0 s");
        assert_eq!([0.2, 7.4, 23.0, 100.0, 7200.0].map(rough), ["1 s", "7 s", "25 s", "2 min", "2.0 h"]);
    }
}
