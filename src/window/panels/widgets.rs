//! Controls that all panels share. Each carries its meaning, and its key where it has one, as a tooltip.

use std::ops::RangeInclusive;

use super::egui::emath::{Numeric, round_to_decimals};
use super::egui::{
    Align, Align2, Area, Button, Color32, Context, Frame, Id, Label, Layout, Margin, Order, PointerButton, Rect,
    Response, RichText, ScrollArea, Slider, Stroke, Ui, Vec2, Widget, WidgetText,
};
use super::style;
use crate::gpu::EngineChoice;
use crate::session::{Command, Prefs, info_of};

/// Width of the labels left of sliders, points.
pub(super) const LABEL_WIDTH: f32 = 84.0;

pub(super) fn section(ui: &mut Ui, text: &str) {
    ui.add_space(6.0);
    ui.label(RichText::new(text).color(style::TEXT_STRONG).strong());
}

/// A button for a command of the table, with its tooltip and key. `text` is its label.
pub(super) fn command_button(ui: &mut Ui, text: &str, command: Command, commands: &mut Vec<Command>) -> Response {
    command_button_enabled(ui, true, Button::new(text), command, commands)
}

/// As [`command_button`], with a button of its own making.
pub(super) fn command_button_enabled(
    ui: &mut Ui,
    enabled: bool,
    button: Button<'_>,
    command: Command,
    commands: &mut Vec<Command>,
) -> Response {
    let tooltip = info_of(&command).map_or_else(String::new, |info| info.full_tooltip());
    let response = ui.add_enabled(enabled, button).on_hover_text(&tooltip).on_disabled_hover_text(&tooltip);
    if response.clicked() {
        commands.push(command);
    }
    response
}

/// A row of exclusive choices of equal width; returns the one clicked. Each is (value, name, tooltip).
pub(super) fn choice<T: PartialEq + Copy>(ui: &mut Ui, now: T, options: &[(T, &str, String)]) -> Option<T> {
    let mut clicked = None;
    Frame::NONE.fill(style::BAR.colour()).corner_radius(7.0).inner_margin(Margin::same(2)).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let gaps = 2.0 * (options.len() as f32 - 1.0);
            let width = ((ui.available_width() - gaps) / options.len() as f32).floor();
            for (value, name, tooltip) in options {
                let button = Button::selectable(now == *value, *name).min_size(Vec2::new(width, 22.0));
                if ui.add(button).on_hover_text(tooltip).clicked() && now != *value {
                    clicked = Some(*value);
                }
            }
        });
    });
    clicked
}

/// What steps are computed on; returns what was clicked. `note`: what a change means in this world.
pub(super) fn engine_choice(ui: &mut Ui, prefs: &Prefs, note: &str) -> Option<EngineChoice> {
    let options: Vec<_> = EngineChoice::ALL
        .iter()
        .map(|&choice| (choice, choice.name(), format!("{}{note}", choice.meaning())))
        .collect();
    section(ui, "Engine");
    choice(ui, prefs.engine(), &options)
}

/// A label of fixed width, for rows that line up.
pub(super) fn row_label(ui: &mut Ui, text: impl Into<WidgetText>) -> Response {
    let layout = Layout::left_to_right(Align::Center);
    ui.allocate_ui_with_layout(Vec2::new(LABEL_WIDTH, 22.0), layout, |ui| {
        ui.set_min_width(LABEL_WIDTH);
        ui.add(Label::new(text).truncate())
    })
    .inner
}

/// A row with a label and any control; both show `tooltip`.
pub(super) fn row(ui: &mut Ui, text: &str, tooltip: &str, widget: impl Widget) -> Response {
    ui.horizontal(|ui| {
        let label = row_label(ui, text).on_hover_text(tooltip);
        ui.add(widget).labelled_by(label.id).on_hover_text(tooltip)
    })
    .inner
}

/// How a slider divides its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    Linear,
    Logarithmic,
}

/// A slider in a row; sets `value` and returns true when the user moved it. A value outside the range is kept.
pub(super) fn slider(
    ui: &mut Ui,
    text: &str,
    tooltip: &str,
    value: &mut f64,
    range: RangeInclusive<f64>,
    scale: Scale,
) -> bool {
    let decimals = decimals_below(*range.end());
    number_slider(ui, text, tooltip, value, range, scale, decimals).changed()
}

/// Digits behind the point of a slider up to `high`.
pub(super) fn decimals_below(high: f64) -> usize {
    if high >= 50.0 { 1 } else { 3 }
}

/// As [`slider`] for whole numbers.
pub(super) fn slider_int(
    ui: &mut Ui,
    text: &str,
    tooltip: &str,
    value: &mut usize,
    range: RangeInclusive<usize>,
    scale: Scale,
) -> bool {
    number_slider(ui, text, tooltip, value, range, scale, 0).changed()
}

/// As [`slider`], with this many digits behind the point; the response is that of the slider with its number.
pub(super) fn number_slider<N: Numeric>(
    ui: &mut Ui,
    text: &str,
    tooltip: &str,
    value: &mut N,
    range: RangeInclusive<N>,
    scale: Scale,
    decimals: usize,
) -> Response {
    // The slider clamps and rounds what it is given; only what the user did counts.
    let mut new = N::from_f64(round_to_decimals(value.to_f64(), decimals));
    let slider = Slider::new(&mut new, range).logarithmic(scale == Scale::Logarithmic).max_decimals(decimals);
    let response = row(ui, text, tooltip, slider);
    if response.changed() {
        *value = new;
    }
    response
}

/// The rail of a slider, without its number.
pub(super) fn rail_of(ui: &Ui, slider: &Response) -> Rect {
    Rect::from_min_size(slider.rect.min, Vec2::new(ui.spacing().slider_width, slider.rect.height()))
}

/// Whether a slider is set back to its default: by a double click on its rail.
pub(super) fn is_set_back(ui: &Ui, slider: &Response) -> bool {
    let rail = rail_of(ui, slider);
    let is_clicked = ui.input(|i| {
        let modified = i.modifiers.command || i.modifiers.ctrl || i.modifiers.alt;
        let on_rail = i.pointer.interact_pos().is_some_and(|at| rail.contains(at));
        i.pointer.button_double_clicked(PointerButton::Primary) && on_rail && !modified
    });
    is_clicked && slider.enabled()
}

/// A strip of cards over the lower edge of the canvas, at most `width` wide.
pub(super) fn strip(ctx: &Context, name: &str, free: Rect, width: f32, title: &str, cards: impl FnOnce(&mut Ui)) {
    Area::new(Id::new(name))
        .order(Order::Middle)
        .pivot(Align2::CENTER_BOTTOM)
        .fixed_pos(free.center_bottom() - Vec2::new(0.0, 10.0))
        .constrain_to(free)
        .show(ctx, |ui| {
            let frame = Frame::NONE
                .fill(style::BAR.gamma_multiply(0.94))
                .stroke(Stroke::new(1.0, style::LINE))
                .corner_radius(10.0)
                .inner_margin(Margin::symmetric(8, 6));
            frame.show(ui, |ui| {
                ui.set_max_width(width);
                if !title.is_empty() {
                    ui.label(RichText::new(title).color(style::TEXT_STRONG).strong());
                }
                ScrollArea::horizontal().auto_shrink([true, true]).show(ui, |ui| ui.horizontal(cards));
            });
        });
}

/// A notice in the panel, on a ground of its own.
pub(super) fn card(ui: &mut Ui, colour: impl Into<Color32>, text: &str, more: &str) {
    card_with(ui, colour, text, |ui| {
        if !more.is_empty() {
            ui.add(Label::new(more).wrap());
        }
    });
}

/// As [`card`], with content of its own below the text.
pub(super) fn card_with(ui: &mut Ui, colour: impl Into<Color32>, text: &str, content: impl FnOnce(&mut Ui)) {
    let colour = colour.into();
    Frame::NONE
        .fill(style::faint(colour, 0.12))
        .stroke((1.0, style::faint(colour, 0.5)))
        .corner_radius(6.0)
        .inner_margin(Margin::symmetric(8, 6))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.add(Label::new(RichText::new(text).color(colour)).wrap());
            content(ui);
        });
}
