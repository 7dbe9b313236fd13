//! The knobs of the motion. Each can be made to swing about its value, and set back by a double click.

use super::super::egui::{
    self, Button, CornerRadius, Label, Popup, PopupCloseBehavior, Rect, Response, RichText, Sense, Slider, Ui, Vec2,
    pos2,
};
use super::super::style;
use super::super::widgets::{Scale, choice, row_label};
use super::LivePanel;
use crate::rule::{FlowKind, LiveSettings};
use crate::session::{Command, Knob, Session, Swing};
use crate::snapshot::MAX_SPECIES;

/// What a slider of the motion says of itself.
struct Row {
    name: &'static str,
    tooltip: &'static str,
    scale: Scale,
}

fn row_of(knob: Knob) -> Row {
    let (name, tooltip, scale) = match knob {
        Knob::Temperature => (
            "Temperature",
            "σ, the temperature, in ℓ: how much the pattern trembles. Within the range the rule was trained at",
            Scale::Logarithmic,
        ),
        Knob::Strength => ("Strength", "γ, strength of the flow: how fast it moves", Scale::Linear),
        Knob::Relaxation => {
            ("Relaxation", "η, rate of relaxation: how fast the pattern mends; 0 never mends", Scale::Linear)
        }
        Knob::StepFactor => (
            "Time step",
            "c: one step of time is c σ², less where the flow is fast. Smaller is finer and slower",
            Scale::Logarithmic,
        ),
        Knob::Cruise(_) => {
            ("Cruise", "u, forward speed, ℓ per time. Flocks need a window to drift together", Scale::Linear)
        }
        Knob::Strafe(_) => ("Strafe", "w, sideways speed, ℓ per time", Scale::Linear),
        Knob::Swirl(_) => (
            "Swirl",
            "χ, how much the pull of the pattern is turned by a right angle: particles circle their places",
            Scale::Linear,
        ),
        Knob::Window => (
            "Window",
            "ρ, how far the flow couples headings, in ℓ: larger windows let the flock drift as one",
            Scale::Linear,
        ),
    };
    Row { name, tooltip, scale }
}

pub(super) fn show(
    ui: &mut Ui,
    session: &Session,
    panel: &mut LivePanel,
    new: &mut LiveSettings,
    commands: &mut Vec<Command>,
) {
    heading(ui, commands);
    flow(ui, session, new);
    for knob in [Knob::Temperature, Knob::Strength, Knob::Relaxation] {
        slider(ui, session, knob, new, commands);
    }
    if new.flow == FlowKind::Exact {
        let which = species(ui, session, panel);
        for knob in [Knob::Cruise(which), Knob::Strafe(which), Knob::Swirl(which), Knob::Window] {
            slider(ui, session, knob, new, commands);
        }
    }
    slider(ui, session, Knob::StepFactor, new, commands);
}

fn heading(ui: &mut Ui, commands: &mut Vec<Command>) {
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        ui.label(RichText::new("Motion").color(style::TEXT_STRONG).strong());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let tooltip = "Set all knobs of the motion back to their usual values, and let none swing. A double click on \
                           a slider sets back that one; Ctrl or Alt and a click lets it swing";
            let button = ui.add(Button::new(RichText::new("reset").small()).small()).on_hover_text(tooltip);
            button.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, "Reset the motion"));
            if button.clicked() {
                commands.push(Command::ResetMotion);
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
    if session.document().rule.as_deref().is_some_and(|rule| rule.flow.is_some()) {
        flows.push((FlowKind::Learned, "learned", "The motion that was learned for this picture".to_owned()));
    }
    if let Some(flow) = choice(ui, new.flow, &flows) {
        new.flow = flow;
    }
}

/// Whose knobs are turned: a row of species where there are several.
fn species(ui: &mut Ui, session: &Session, panel: &mut LivePanel) -> Option<u8> {
    let used = session.document().species_used();
    if used.len() < 2 {
        // The knobs of a single species are those of all.
        panel.species = None;
        return None;
    }
    panel.species = panel.species.filter(|species| used.contains(species));
    ui.horizontal(|ui| {
        row_label(ui, "Knobs of").on_hover_text("Whose knobs the four sliders below turn");
        ui.spacing_mut().item_spacing.x = 3.0;
        let all = Button::selectable(panel.species.is_none(), "all").min_size(Vec2::new(30.0, 20.0));
        if ui.add(all).on_hover_text("Turn the knobs of all species at once").clicked() {
            panel.species = None;
        }
        for species in used {
            let colour = style::SPECIES_COLOURS[usize::from(species) % MAX_SPECIES];
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(20.0), Sense::click());
            let chosen = panel.species == Some(species);
            let name = format!("Knobs of species {}", species + 1);
            response.widget_info(|| egui::WidgetInfo::selected(egui::WidgetType::RadioButton, true, chosen, &name));
            let ground = if chosen || response.hovered() { style::ACCENT_DARK } else { style::FIELD };
            ui.painter().rect_filled(rect, 5.0, ground);
            ui.painter().circle_filled(rect.center(), 5.0, colour);
            if response.on_hover_text(name).clicked() {
                panel.species = Some(species);
            }
        }
    });
    panel.species
}

/// A slider of one knob; see the file's head for what it can do beside sliding.
fn slider(ui: &mut Ui, session: &Session, knob: Knob, new: &mut LiveSettings, commands: &mut Vec<Command>) {
    let Row { name, tooltip, scale } = row_of(knob);
    let sigma_range_l = session.sigma_range_l();
    let range = knob.range(sigma_range_l);
    let swing = session.document().swings.of(knob);
    let tooltip = match swing {
        None => format!("{tooltip}. Double click: back to {}. Ctrl or Alt and click: swing", tidy(knob.usual())),
        Some(_) => format!("{tooltip}. It swings: click on its name for how. Ctrl or Alt and click: rest"),
    };
    let mut value = knob.get(new);
    let response = ui
        .horizontal(|ui| {
            let label = label(ui, name, knob, swing, &range, commands).on_hover_text(&tooltip);
            let slider =
                Slider::new(&mut value, range.clone()).logarithmic(scale == Scale::Logarithmic).max_decimals(3);
            ui.add(slider).labelled_by(label.id).on_hover_text(&tooltip)
        })
        .inner;
    let rail = Rect::from_min_size(response.rect.min, Vec2::new(ui.spacing().slider_width, response.rect.height()));
    if swing.is_some() {
        let moving =
            knob.get(&session.live().effective(&session.document().live, &session.document().swings, sigma_range_l));
        mark(ui, rail, &range, scale, moving);
    }
    let (modified, double, on_rail) = ui.input(|i| {
        let modified = i.modifiers.command || i.modifiers.ctrl || i.modifiers.alt;
        let on_rail = i.pointer.interact_pos().is_some_and(|at| rail.contains(at));
        (modified, i.pointer.button_double_clicked(egui::PointerButton::Primary), on_rail)
    });
    // The press that lets it swing, or sets it back, must not also drag it.
    let held = response.id.with("held still");
    if response.drag_started() && modified && on_rail {
        ui.data_mut(|d| d.insert_temp(held, true));
        let swing = swing.is_none().then(|| usual_swing(knob, knob.get(new), &range));
        commands.push(Command::Swing(knob, swing));
    }
    let is_held = ui.data(|d| d.get_temp(held).unwrap_or(false));
    if response.drag_stopped() {
        ui.data_mut(|d| d.insert_temp(held, false));
    }
    if double && on_rail && !modified && response.enabled() {
        knob.set(new, knob.usual());
    } else if response.changed() && !is_held {
        knob.set(new, value);
    }
}

fn tidy(value: f64) -> String {
    format!("{}", (1000.0 * value).round() / 1000.0)
}

/// The name of a knob; that of one that swings opens how.
fn label(
    ui: &mut Ui,
    name: &str,
    knob: Knob,
    swing: Option<Swing>,
    range: &std::ops::RangeInclusive<f64>,
    commands: &mut Vec<Command>,
) -> Response {
    let Some(swing) = swing else { return row_label(ui, name) };
    let size = Vec2::new(super::super::widgets::LABEL_WIDTH, 22.0);
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let response = ui
        .allocate_ui_with_layout(size, layout, |ui| {
            ui.set_min_width(size.x);
            let text = RichText::new(format!("~ {name}")).color(style::ACCENT);
            ui.add(Label::new(text).truncate().sense(Sense::click()))
        })
        .inner;
    let popup = Popup::menu(&response).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    popup.show(|ui| {
        ui.label(RichText::new(format!("{name} swings")).color(style::TEXT_STRONG).strong());
        let mut now = swing;
        let most = 0.5 * (range.end() - range.start());
        let setting = |ui: &mut Ui, name: &str, tooltip: &str, slider: Slider<'_>| {
            ui.horizontal(|ui| {
                let label = row_label(ui, name).on_hover_text(tooltip);
                ui.add(slider).labelled_by(label.id).on_hover_text(tooltip);
            });
        };
        let amplitude = Slider::new(&mut now.amplitude, 0.0..=most).max_decimals(3);
        setting(ui, "Amplitude", "How far it swings to each side of its value", amplitude);
        let [shortest, longest] = Swing::PERIODS_S;
        let period = Slider::new(&mut now.period_s, shortest..=longest).logarithmic(true).suffix(" s").max_decimals(1);
        setting(ui, "Period", "Seconds from one swing to the next, while time runs at its usual pace", period);
        if now != swing {
            commands.push(Command::Swing(knob, Some(now)));
        }
        if ui.button("Let it rest").clicked() {
            commands.push(Command::Swing(knob, None));
            ui.close();
        }
    });
    response
}

/// A swing that can be seen and does no harm: about a third of the value, or a fifth of the range where that is little.
fn usual_swing(knob: Knob, value: f64, range: &std::ops::RangeInclusive<f64>) -> Swing {
    let width = range.end() - range.start();
    let amplitude = match knob {
        Knob::Temperature | Knob::StepFactor => 0.35 * value,
        _ => (0.35 * value.abs()).max(0.2 * width * 0.5),
    };
    Swing { amplitude: amplitude.min(0.5 * width), period_s: 4.0 }
}

/// Where a swinging knob is just now: a small mark under its rail.
fn mark(ui: &Ui, rail: Rect, range: &std::ops::RangeInclusive<f64>, scale: Scale, value: f64) {
    let (low, high) = (*range.start(), *range.end());
    let share = match scale {
        Scale::Linear => (value - low) / (high - low),
        Scale::Logarithmic => (value / low).ln() / (high / low).ln(),
    };
    let radius = 0.4 * rail.height();
    let x = rail.left() + radius + share.clamp(0.0, 1.0) as f32 * (rail.width() - 2.0 * radius);
    let tick = Rect::from_center_size(pos2(x, rail.center().y), Vec2::new(2.0, rail.height()));
    ui.painter().rect_filled(tick, CornerRadius::same(1), style::ACCENT);
}
