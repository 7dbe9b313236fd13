//! Controls for the knobs of a world.

use super::super::egui::{Checkbox, Ui};
use super::super::widgets::{Scale, choice, number_slider, row_label, slider_int};
use crate::session::studio::{Studio, StudioCommand};
use crate::worlds::studio::{KnobGroup, KnobScale, KnobSpec};

/// All knobs of a group that do anything now.
pub(super) fn show(ui: &mut Ui, studio: &Studio, group: KnobGroup, commands: &mut Vec<StudioCommand>) {
    let info = studio.info();
    for knob in info.tables().knobs.iter().filter(|knob| knob.group == group && info.has_effect(knob.id)) {
        control(ui, knob, info.knob(knob.id), commands);
    }
}

fn control(ui: &mut Ui, knob: &KnobSpec, value: f64, commands: &mut Vec<StudioCommand>) {
    let [low, high] = knob.range;
    let name = knob.name;
    let [symbol, unit] = [(knob.symbol, ""), (knob.unit, "in ")]
        .map(|(text, before)| if text.is_empty() { String::new() } else { format!(", {before}{text}") });
    let help = format!("{name}{symbol}{unit}: {}. Default: {}", knob.help, knob.default);
    let new = match knob.scale {
        KnobScale::Switch => {
            let mut on = value >= 0.5;
            let changed = ui.add(Checkbox::new(&mut on, name)).on_hover_text(&help).changed();
            changed.then(|| f64::from(u8::from(on)))
        }
        KnobScale::Choice(names) => {
            row_label(ui, name).on_hover_text(&help);
            let options: Vec<_> = names.iter().enumerate().map(|(k, name)| (k, *name, help.clone())).collect();
            choice(ui, value as usize, &options).map(|k| k as f64)
        }
        KnobScale::Whole | KnobScale::WholeLogarithmic => {
            let mut whole = value as usize;
            let scale = if knob.scale == KnobScale::Whole { Scale::Linear } else { Scale::Logarithmic };
            slider_int(ui, name, &help, &mut whole, low as usize..=high as usize, scale).then_some(whole as f64)
        }
        KnobScale::Linear | KnobScale::Logarithmic => {
            let mut number = value;
            let scale = if knob.scale == KnobScale::Linear { Scale::Linear } else { Scale::Logarithmic };
            // Three digits of the largest value.
            let decimals = (3.0 - high.log10().ceil()).clamp(0.0, 5.0) as usize;
            number_slider(ui, name, &help, &mut number, low..=high, scale, decimals).changed().then_some(number)
        }
    };
    commands.extend(new.map(|value| StudioCommand::SetKnob(knob.id, value)));
}
