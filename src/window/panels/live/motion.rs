//! The knobs of the motion. Each can be made to swing about its value, and set back by a double click.

use super::super::egui::{self, Button, CornerRadius, Rect, Response, RichText, Slider, Ui, Vec2, pos2};
use super::super::style;
use super::super::widgets::{choice, is_set_back, rail_of, row_label};
use super::{swinging, table};
use crate::session::{Command, Knob, LiveCommand, Session, Swing};
use crate::worlds::studio::{KnobScale, KnobSpec};
use crate::worlds::swarm::rule::{FlowKind, LiveSettings, SWARM_KNOBS, species_knobs};

pub(super) fn show(ui: &mut Ui, session: &Session, new: &mut LiveSettings, commands: &mut Vec<Command>) {
    heading(ui, commands);
    flow(ui, session, new);
    let (last, of_swarm): (Vec<Knob>, Vec<Knob>) = SWARM_KNOBS
        .iter()
        .filter(|row| !row.is_per_species())
        .map(|row| row.knob(None))
        .partition(|knob| *knob == Knob::StepFactor);
    for knob in of_swarm {
        slider(ui, session, knob, new, commands);
    }
    if new.flow == FlowKind::Exact {
        let species = session.document().world.species_used();
        if species.len() > 1 {
            table::show(ui, session, &species, new, commands);
        } else {
            // The knobs of a single species are those of all.
            for row in species_knobs() {
                slider(ui, session, row.knob(None), new, commands);
            }
        }
    }
    for knob in last {
        slider(ui, session, knob, new, commands);
    }
    swinging::show(ui, session, commands);
}

fn heading(ui: &mut Ui, commands: &mut Vec<Command>) {
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        ui.label(RichText::new("Motion").color(style::TEXT_STRONG).strong());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let tooltip = "Set all knobs of the motion back to their defaults, and let none swing. A double click on \
                           a slider sets back that one; Ctrl or Alt and a click lets it swing";
            let button = ui.add(Button::new(RichText::new("reset").small()).small()).on_hover_text(tooltip);
            button.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, "Reset the motion"));
            if button.clicked() {
                commands.push(Command::Live(LiveCommand::ResetMotion));
            }
        });
    });
}

fn flow(ui: &mut Ui, session: &Session, new: &mut LiveSettings) {
    let mut flows = vec![
        (FlowKind::None, "none", "Relaxation and noise only: the pattern rests".to_owned()),
        (
            FlowKind::Exact,
            "exact",
            "The training-free flow: its knobs below never change what the pattern is".to_owned(),
        ),
    ];
    if session.document().world.rule.as_deref().is_some_and(|rule| rule.flow.is_some()) {
        flows.push((FlowKind::Learned, "learned", "The motion that was learned for this picture".to_owned()));
    }
    if let Some(flow) = choice(ui, new.flow, &flows) {
        new.flow = flow;
    }
}

/// A slider of one knob in a row of its own; see the file's head for what it can do beside sliding.
fn slider(ui: &mut Ui, session: &Session, knob: Knob, new: &mut LiveSettings, commands: &mut Vec<Command>) {
    let KnobSpec { name, help, .. } = knob.spec();
    let tooltip = knob_tooltip(session, knob, help);
    let swings = session.document().world.swings.of(knob).is_some();
    ui.horizontal(|ui| {
        let text = RichText::new(if swings { format!("~ {name}") } else { (*name).to_owned() });
        let text = if swings { text.color(style::ACCENT) } else { text };
        let label = row_label(ui, text).on_hover_text(&tooltip);
        let look = Look { decimals: 3, mixed: false };
        control(ui, session, knob, new, look, commands).labelled_by(label.id).on_hover_text(&tooltip);
    });
}

/// The tooltip of a slider: `meaning`, and its gestures.
pub(super) fn knob_tooltip(session: &Session, knob: Knob, meaning: &str) -> String {
    match session.document().world.swings.of(knob) {
        None => {
            format!("{meaning}. Double click: back to {}. Ctrl or Alt and click: swing", tidy(knob.default_value()))
        }
        Some(_) => format!("{meaning}. It swings, as shown below. Ctrl or Alt and click: rest"),
    }
}

/// What the control of a knob looks like.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub decimals: usize,
    /// The species differ: there is no one value.
    pub mixed: bool,
}

/// The slider itself with its number: a drag turns the knob, a modified click lets it swing or rest, a double click sets it
/// back.
pub(super) fn control(
    ui: &mut Ui,
    session: &Session,
    knob: Knob,
    new: &mut LiveSettings,
    Look { decimals, mixed }: Look,
    commands: &mut Vec<Command>,
) -> Response {
    let range = knob.range(session.sigma_range_l());
    let scale = knob.spec().scale;
    let swing = session.document().world.swings.of(knob);
    let mut value = knob.get(new);
    let mut slider =
        Slider::new(&mut value, range.clone()).logarithmic(scale == KnobScale::Logarithmic).max_decimals(decimals);
    if mixed {
        slider = slider.custom_formatter(|_, _| "…".to_owned());
    }
    let response = ui.add(slider);
    let rail = rail_of(ui, &response);
    if swing.is_some() {
        mark(ui, rail, &range, scale, knob.get(&session.settings_in_use()));
    }
    let (modified, on_rail) = ui.input(|i| {
        let modified = i.modifiers.command || i.modifiers.ctrl || i.modifiers.alt;
        (modified, i.pointer.interact_pos().is_some_and(|at| rail.contains(at)))
    });
    // The press that starts a swing, or sets the default, must not also drag it.
    let held = response.id.with("held still");
    if response.drag_started() && modified && on_rail {
        ui.data_mut(|d| d.insert_temp(held, true));
        let swing = swing.is_none().then(|| default_swing(knob, knob.get(new), &range));
        commands.push(Command::Live(LiveCommand::Swing(knob, swing)));
    }
    let is_held = ui.data(|d| d.get_temp(held).unwrap_or(false));
    if response.drag_stopped() {
        ui.data_mut(|d| d.insert_temp(held, false));
    }
    if is_set_back(ui, &response) {
        knob.set(new, knob.default_value());
    } else if response.changed() && !is_held {
        knob.set(new, value);
    }
    response
}

pub(super) fn tidy(value: f64) -> String {
    format!("{}", (1000.0 * value).round() / 1000.0)
}

/// A swing that can be seen and keeps the pattern: a third of the value, or a tenth of the range where that is more.
pub(super) fn default_swing(knob: Knob, value: f64, range: &std::ops::RangeInclusive<f64>) -> Swing {
    let width = range.end() - range.start();
    let amplitude = match knob.spec().scale {
        KnobScale::Logarithmic => 0.35 * value,
        _ => (0.35 * value.abs()).max(0.2 * width * 0.5),
    };
    Swing { amplitude: amplitude.min(0.5 * width), period_s: 4.0 }
}

/// Where a swinging knob is just now: a small mark under its rail.
fn mark(ui: &Ui, rail: Rect, range: &std::ops::RangeInclusive<f64>, scale: KnobScale, value: f64) {
    let (low, high) = (*range.start(), *range.end());
    let share = match scale {
        KnobScale::Logarithmic => (value / low).ln() / (high / low).ln(),
        _ => (value - low) / (high - low),
    };
    let radius = 0.4 * rail.height();
    let x = rail.left() + radius + share.clamp(0.0, 1.0) as f32 * (rail.width() - 2.0 * radius);
    let tick = Rect::from_center_size(pos2(x, rail.center().y), Vec2::new(2.0, rail.height()));
    ui.painter().rect_filled(tick, CornerRadius::same(1), style::ACCENT);
}
