//! The panel of the third place: time, temperature, the knobs that keep the pattern whatever they are, and the mouse.

use super::egui::{Button, Checkbox, CollapsingHeader, Grid, RichText, Ui, Vec2};
use super::widgets::{Scale, card, choice, command_button_enabled, section, slider, slider_int};
use super::{Readouts, style};
use crate::rule::{FlowKind, Knobs, LiveSettings};
use crate::session::{Command, ForceKind, GROW_STEPS, MAX_STEPS_PER_FRAME, Session, info_of};
use crate::snapshot::MAX_SPECIES;

pub(super) fn show(ui: &mut Ui, session: &Session, readouts: &Readouts, commands: &mut Vec<Command>) {
    if !session.has_rule() {
        let text = "Nothing lives here yet.";
        card(ui, style::WARN, text, "Paint a picture and press Learn, or open a scene from the gallery.");
    }
    time(ui, session, commands);
    let old = session.document().live;
    let mut new = old;
    motion(ui, session, &mut new);
    mouse(ui, session, commands);
    let denoised = "Show each particle where the rule believes it would be without the noise: a crisper picture";
    ui.add(Checkbox::new(&mut new.denoised, "Show without noise")).on_hover_text(denoised);
    if new != old {
        commands.push(Command::SetLive(new));
    }
    numbers(ui, session, readouts);
}

fn time(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    section(ui, "Swarm");
    let alive = session.has_rule();
    let growing = session.live().growing.map(|done| format!("Growing {} %", 100 * done / GROW_STEPS));
    let row = [("Step", Command::Step), ("Restart", Command::RestartFromSnapshot), ("Scramble", Command::Randomise)];
    ui.horizontal(|ui| {
        let half = Vec2::new(((ui.available_width() - 8.0) / 2.0).floor(), 26.0);
        let text = growing.as_deref().unwrap_or("Grow from noise");
        command_button_enabled(ui, alive, Button::new(text).min_size(half), Command::Grow, commands);
        command_button_enabled(ui, alive, Button::new("Surprise me").min_size(half), Command::SurpriseMe, commands);
    });
    ui.horizontal(|ui| {
        let third = Vec2::new(((ui.available_width() - 16.0) / 3.0).floor(), 26.0);
        for (name, command) in row {
            command_button_enabled(ui, alive, Button::new(name).min_size(third), command, commands);
        }
    });
    let mut particles = session.document().particles;
    let tooltip = "Particles of the swarm; it starts anew with that many";
    let most = 20_000.max(particles);
    if slider_int(ui, "Particles", tooltip, &mut particles, 10..=most, Scale::Logarithmic) {
        commands.push(Command::SetParticles(particles));
    }
    let tooltip = "Steps of time in each frame";
    let mut steps = session.live().steps_per_frame as usize;
    if slider_int(ui, "Speed", tooltip, &mut steps, 1..=MAX_STEPS_PER_FRAME as usize, Scale::Logarithmic) {
        commands.push(Command::SetSpeed(steps as u32));
    }
}

fn motion(ui: &mut Ui, session: &Session, new: &mut LiveSettings) {
    section(ui, "Motion");
    let rule = session.document().rule.as_deref();
    let mut flows = vec![
        (FlowKind::None, "none", "Relaxation and noise only: the pattern rests".to_owned()),
        (
            FlowKind::Exact,
            "exact",
            "The training-free flow: its knobs below never change what the pattern is".to_owned(),
        ),
    ];
    if rule.is_some_and(|rule| rule.flow.is_some()) {
        flows.push((FlowKind::Learned, "learned", "The motion that was learned for this picture".to_owned()));
    }
    if let Some(flow) = choice(ui, new.flow, &flows) {
        new.flow = flow;
    }
    let [coldest, hottest] = rule.map_or(session.document().training.sigma_range_l, |rule| rule.sigma_range_l);
    let tooltip = "σ, the temperature, in ℓ: how much the pattern trembles. Within the range the rule was trained at";
    slider(ui, "Temperature", tooltip, &mut new.sigma_l, coldest..=hottest, Scale::Logarithmic);
    let tooltip = "γ, strength of the flow: how fast it moves";
    slider(ui, "Strength", tooltip, &mut new.strength, 0.0..=20.0, Scale::Linear);
    let tooltip = "η, rate of relaxation: how fast the pattern mends; 0 never mends";
    slider(ui, "Relaxation", tooltip, &mut new.relaxation, 0.0..=5.0, Scale::Linear);
    if new.flow == FlowKind::Exact {
        knobs(ui, session, &mut new.knobs);
    }
}

/// One knob: its name, what it does, where its values lie, and its range.
struct Knob {
    name: &'static str,
    tooltip: &'static str,
    of: fn(&mut Knobs) -> &mut [f64; MAX_SPECIES],
    most: f64,
}

const KNOBS: [Knob; 3] = [
    Knob {
        name: "Cruise",
        tooltip: "u, forward speed, ℓ per time. Flocks need a window to drift together",
        of: |knobs| &mut knobs.cruise,
        most: 5.0,
    },
    Knob { name: "Strafe", tooltip: "w, sideways speed, ℓ per time", of: |knobs| &mut knobs.strafe, most: 5.0 },
    Knob {
        name: "Swirl",
        tooltip: "χ, how much the pull of the pattern is turned by a right angle: particles circle their places",
        of: |knobs| &mut knobs.swirl,
        most: 5.0,
    },
];

fn knobs(ui: &mut Ui, session: &Session, knobs: &mut Knobs) {
    let used = session.document().species_used();
    let first = used.first().map_or(0, |&s| usize::from(s));
    for knob in &KNOBS {
        let all = (knob.of)(knobs);
        let mut value = all[first];
        if slider(ui, knob.name, knob.tooltip, &mut value, -knob.most..=knob.most, Scale::Linear) {
            *all = [value; MAX_SPECIES];
        }
    }
    let tooltip = "ρ, how far the flow couples headings, in ℓ: larger windows let the flock drift as one";
    slider(ui, "Window", tooltip, &mut knobs.window_l, 0.0..=6.0, Scale::Linear);
    if used.len() < 2 {
        return;
    }
    CollapsingHeader::new("Per species").show(ui, |ui| {
        for &species in &used {
            let index = usize::from(species);
            let name = format!("Species {}", species + 1);
            ui.label(RichText::new(name).color(style::SPECIES_COLOURS[index]).strong());
            ui.push_id(species, |ui| {
                for knob in &KNOBS {
                    let value = &mut (knob.of)(knobs)[index];
                    slider(ui, knob.name, knob.tooltip, value, -knob.most..=knob.most, Scale::Linear);
                }
            });
        }
    });
}

fn mouse(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    section(ui, "Mouse");
    let options =
        [(ForceKind::Push, "push"), (ForceKind::Pull, "pull"), (ForceKind::None, "off")].map(|(kind, name)| {
            let tooltip = info_of(&Command::SetForceKind(kind)).map_or_else(String::new, |info| info.full_tooltip());
            (kind, name, tooltip)
        });
    if let Some(kind) = choice(ui, session.live().force, &options) {
        commands.push(Command::SetForceKind(kind));
    }
    let tooltip = "Radius of the mouse's force, in ℓ";
    let mut radius_l = session.live().force_radius_l;
    if slider(ui, "Radius", tooltip, &mut radius_l, 0.5..=15.0, Scale::Logarithmic) {
        commands.push(Command::SetForceRadius(radius_l));
    }
}

fn numbers(ui: &mut Ui, session: &Session, readouts: &Readouts) {
    section(ui, "Numbers");
    let mut rows = vec![
        ("Frame", format!("{:.1} ms", readouts.frame_ms), "Mean time between two pictures"),
        ("Steps", format!("{:.0} per s", readouts.steps_per_s), "Integration steps in a second"),
        ("Particles", session.live().particles.to_string(), "Particles that live now"),
        ("Engine", readouts.engine.clone(), "What computes the steps"),
    ];
    if let Some(pairs) = readouts.pair_tests_per_s {
        rows.push(("Pairs", format!("{:.1} million per s", 1e-6 * pairs), "Pairs of neighbours evaluated in a second"));
    }
    Grid::new("numbers").num_columns(2).spacing([16.0, 2.0]).min_row_height(15.0).show(ui, |ui| {
        for (name, value, tooltip) in rows {
            ui.label(RichText::new(name).small().color(style::TEXT_WEAK)).on_hover_text(tooltip);
            ui.label(RichText::new(value).small());
            ui.end_row();
        }
    });
}
