//! The knobs of the exact flow where several species live: a row for each species, and one for all of them. Where there are
//! many, a column of bare numbers for each.

use super::super::egui::{Align, DragValue, Label, Layout, RichText, Sense, TextStyle, Ui, Vec2};
use super::super::style;
use super::motion::{Look, control, default_swing, knob_tooltip, tidy};
use crate::session::{Command, LiveCommand, Session};
use crate::worlds::swarm::picture::MAX_SPECIES;
use crate::worlds::swarm::rule::{LiveSettings, SwarmKnob, species_knobs};

/// Knobs with sliders side by side; those after them have numbers under them, as there is no room for more.
const SLIDERS: usize = 3;

/// Width of the head of a row, of the name of a knob and of a number, and height of a row, points.
const HEAD: f32 = 22.0;
const NAME: f32 = 38.0;
const NUMBER: f32 = 34.0;
const HEIGHT: f32 = 22.0;
const GAP: f32 = 3.0;

/// More species than this have columns instead of rows: so that all is on the screen of a laptop.
const MAX_ROWS: usize = 3;

pub(super) fn show(
    ui: &mut Ui,
    session: &Session,
    species: &[u8],
    new: &mut LiveSettings,
    commands: &mut Vec<Command>,
) {
    if species.len() > MAX_ROWS {
        return columns(ui, session, species, new, commands);
    }
    let cell = ((ui.available_width() - HEAD - 3.0 * GAP) / 3.0).floor();
    ui.scope(|ui| {
        let spacing = ui.spacing_mut();
        spacing.item_spacing = Vec2::new(GAP, 2.0);
        spacing.interact_size = Vec2::new(NUMBER, HEIGHT);
        spacing.button_padding.x = 2.0;
        spacing.slider_width = cell - NUMBER - GAP;
        ui.horizontal(|ui| {
            ui.allocate_exact_size(Vec2::new(HEAD, 14.0), Sense::hover());
            for knob in species_knobs().take(SLIDERS) {
                let layout = Layout::left_to_right(Align::Center);
                ui.allocate_ui_with_layout(Vec2::new(cell, 14.0), layout, |ui| {
                    ui.set_min_width(cell);
                    ui.label(RichText::new(knob.spec.name).small().color(style::TEXT_WEAK))
                        .on_hover_text(knob.spec.help);
                });
            }
        });
        row(ui, session, None, species, new, commands);
        for &one in species {
            row(ui, session, Some(one), species, new, commands);
        }
        ui.add_space(2.0);
        for knob in species_knobs().skip(SLIDERS) {
            ui.horizontal(|ui| {
                name(ui, knob);
                for which in std::iter::once(None).chain(species.iter().copied().map(Some)) {
                    head(ui, Vec2::new(if which.is_none() { HEAD } else { 12.0 }, HEIGHT), which);
                    number(ui, session, (knob, which), species, new, commands);
                }
            });
        }
    });
}

/// The knobs of one species; `None`: of all at once.
fn row(
    ui: &mut Ui,
    session: &Session,
    which: Option<u8>,
    species: &[u8],
    new: &mut LiveSettings,
    commands: &mut Vec<Command>,
) {
    ui.horizontal(|ui| {
        head(ui, Vec2::new(HEAD, HEIGHT), which);
        for row in species_knobs().take(SLIDERS) {
            let knob = row.knob(which);
            let name = name_of(row.spec.name, which);
            let look = Look { decimals: 2, mixed: is_mixed(row, which, species, new) };
            let tooltip = knob_tooltip(session, knob, &format!("{name}: {}", row.spec.help));
            let response = control(ui, session, knob, new, look, commands).on_hover_text(tooltip);
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
        }
    });
}

fn name_of(knob: &str, which: Option<u8>) -> String {
    match which {
        Some(species) => format!("{knob} of species {}", species + 1),
        None => format!("{knob} of all"),
    }
}

/// Whether the control is for all species, and they differ.
fn is_mixed(row: &SwarmKnob, which: Option<u8>, species: &[u8], live: &LiveSettings) -> bool {
    let of = |species: u8| row.knob(Some(species)).get(live);
    which.is_none() && species.windows(2).any(|pair| of(pair[0]) != of(pair[1]))
}

/// A column for each species and one for all, of numbers to drag or to type.
fn columns(ui: &mut Ui, session: &Session, species: &[u8], new: &mut LiveSettings, commands: &mut Vec<Command>) {
    let all: Vec<Option<u8>> = std::iter::once(None).chain(species.iter().copied().map(Some)).collect();
    let cell = ((ui.available_width() - NAME - 2.0 * all.len() as f32) / all.len() as f32).floor();
    ui.scope(|ui| {
        let spacing = ui.spacing_mut();
        spacing.item_spacing = Vec2::splat(2.0);
        spacing.interact_size = Vec2::new(cell, HEIGHT);
        spacing.button_padding.x = 0.0;
        ui.style_mut().drag_value_text_style = TextStyle::Small;
        ui.horizontal(|ui| {
            ui.allocate_exact_size(Vec2::new(NAME, 14.0), Sense::hover());
            for &which in &all {
                head(ui, Vec2::new(cell, 14.0), which);
            }
        });
        for knob in species_knobs() {
            ui.horizontal(|ui| {
                name(ui, knob);
                for &which in &all {
                    number(ui, session, (knob, which), species, new, commands);
                }
            });
        }
    });
}

/// The name of a knob at the left of its numbers.
fn name(ui: &mut Ui, row: &SwarmKnob) {
    ui.allocate_ui_with_layout(Vec2::new(NAME, HEIGHT), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_width(NAME);
        let text = RichText::new(row.spec.name).small().color(style::TEXT_WEAK);
        ui.add(Label::new(text)).on_hover_text(row.spec.help);
    });
}

fn number(
    ui: &mut Ui,
    session: &Session,
    (row, which): (&SwarmKnob, Option<u8>),
    species: &[u8],
    new: &mut LiveSettings,
    commands: &mut Vec<Command>,
) {
    let knob = row.knob(which);
    let range = knob.range(session.sigma_range_l());
    let name = name_of(row.spec.name, which);
    let swing = session.document().world.swings.of(knob);
    let tooltip = format!(
        "{name}: {}. Drag or type. Ctrl or Alt and click: {}. Shift and click: back to {}",
        row.spec.help,
        if swing.is_some() { "rest" } else { "swing" },
        tidy(knob.default_value())
    );
    let mut value = knob.get(new);
    let mut drag = DragValue::new(&mut value).range(range.clone()).speed(0.05).max_decimals(1);
    if is_mixed(row, which, species, new) {
        drag = drag.custom_formatter(|_, _| "…".to_owned());
    }
    let response = ui
        .scope(|ui| {
            if swing.is_some() {
                ui.visuals_mut().override_text_color = Some(style::ACCENT.into());
            }
            ui.add(drag)
        })
        .inner;
    if response.changed() {
        knob.set(new, value);
    }
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    let modifiers = ui.input(|i| i.modifiers);
    let swings = modifiers.command || modifiers.ctrl || modifiers.alt;
    if response.clicked() && (swings || modifiers.shift) {
        // The click has opened the number for typing.
        response.surrender_focus();
        if swings {
            let swing = swing.is_none().then(|| default_swing(knob, knob.get(new), &range));
            commands.push(Command::Live(LiveCommand::Swing(knob, swing)));
        } else {
            knob.set(new, knob.default_value());
        }
    }
    response.on_hover_text(tooltip);
}

/// The colour of a species, or the word for all.
fn head(ui: &mut Ui, size: Vec2, which: Option<u8>) {
    match which {
        None => {
            let tooltip = "Turns the knob of all species at once";
            ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(size.x);
                ui.add(Label::new(RichText::new("all").small())).on_hover_text(tooltip);
            });
        }
        Some(species) => {
            let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
            let colour = style::SPECIES_COLOURS[usize::from(species) % MAX_SPECIES];
            ui.painter().circle_filled(rect.center(), 5.0, colour);
            response.on_hover_text(format!("Species {}: {}", species + 1, style::species_name(species)));
        }
    }
}
