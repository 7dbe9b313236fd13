//! The panel of the workspace Live: time, the brushes, and the knobs, which change the motion but not the pattern.

mod brushes;
mod icons;
mod motion;
mod swinging;
mod table;

use super::egui::{Button, Checkbox, Label, RichText, Ui, Vec2};
use super::widgets::{Scale, card, command_button_enabled, section, slider_int};
use super::{Readouts, style};
use crate::session::{Command, LiveCommand, MAX_STEPS_PER_FRAME, Session, info_of};
use crate::worlds::swarm::rule::GROW_STEPS;

/// Height of the buttons, points.
const BUTTON_HEIGHT: f32 = 24.0;

/// Maximum number of particles that the slider offers while the speed of the machine is unknown.
const MAX_PARTICLES: usize = 20_000;

/// From this count on, the cost of more is shown under the slider.
const MANY: usize = 2000;

pub(super) fn show(ui: &mut Ui, session: &Session, readouts: &Readouts, commands: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing.y = 4.0;
    if !session.has_rule() {
        let text = "Nothing lives here yet.";
        card(ui, style::WARN, text, "Paint a picture and press Learn, or open a scene from the gallery.");
    }
    swarm(ui, session, readouts, commands);
    brushes::show(ui, session, commands);
    let old = session.document().world.live;
    let mut new = old;
    motion::show(ui, session, &mut new, commands);
    let denoised = "Show the denoised positions: a sharper picture";
    ui.add(Checkbox::new(&mut new.denoised, "Show without noise")).on_hover_text(denoised);
    if new != old {
        commands.push(Command::Live(LiveCommand::SetSettings(new)));
    }
    numbers(ui, session, readouts);
}

/// A row of command buttons of equal width. Each is its label and its command.
fn button_row(ui: &mut Ui, enabled: bool, buttons: &[(&str, Command)], commands: &mut Vec<Command>) {
    let gaps = 4.0 * (buttons.len() as f32 - 1.0);
    let width = ((ui.available_width() - gaps) / buttons.len() as f32).floor();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.spacing_mut().button_padding.x = 3.0;
        for (text, command) in buttons {
            let button = Button::new(*text).min_size(Vec2::new(width, BUTTON_HEIGHT));
            command_button_enabled(ui, enabled, button, command.clone(), commands);
        }
    });
}

fn swarm(ui: &mut Ui, session: &Session, readouts: &Readouts, commands: &mut Vec<Command>) {
    section(ui, "Swarm");
    let alive = session.has_rule();
    let growing = session.live().growing.map(|done| format!("Growing {} %", 100 * done / GROW_STEPS));
    let grow = growing.as_deref().unwrap_or("Grow");
    let start = [
        (grow, Command::Live(LiveCommand::Grow)),
        ("Restart", Command::Live(LiveCommand::RestartFromSnapshot)),
        ("Surprise me", Command::Live(LiveCommand::SurpriseMe)),
    ];
    button_row(ui, alive, &start, commands);
    let time = [
        ("◀ Back", Command::Live(LiveCommand::StepBack)),
        ("Step ▶", Command::Live(LiveCommand::Step)),
        ("Keep", Command::Live(LiveCommand::SaveCheckpoint)),
    ];
    button_row(ui, alive, &time, commands);
    let shuffle = [
        ("Positions", Command::Live(LiveCommand::Randomise)),
        ("Headings", Command::Live(LiveCommand::RandomiseHeadings)),
        ("Species", Command::Live(LiveCommand::RandomiseSpecies)),
    ];
    ui.horizontal(|ui| {
        ui.label("Scramble").on_hover_text("Shuffle one property at random, and watch the pattern form again");
        ui.spacing_mut().button_padding.x = 3.0;
        ui.spacing_mut().item_spacing.x = 4.0;
        let width = ((ui.available_width() - 8.0) / 3.0).floor();
        for (text, command) in shuffle {
            let button = Button::new(text).min_size(Vec2::new(width, BUTTON_HEIGHT));
            command_button_enabled(ui, alive, button, command, commands);
        }
    });
    let mut particles = session.document().world.live_particles;
    let mut tooltip = "Particles of the swarm; it restarts with that many.".to_owned();
    if let Some(per_s) = readouts.steps_per_s_with(particles) {
        tooltip += &format!(" With so many this machine makes about {} steps in a second", rate(per_s));
    }
    let max = if readouts.max_particles == 0 { MAX_PARTICLES } else { readouts.max_particles }.max(particles);
    if slider_int(ui, "Particles", &tooltip, &mut particles, 10..=max, Scale::Logarithmic) {
        commands.push(Command::Live(LiveCommand::SetParticles(particles)));
    }
    // Where the swarm would become slow, the cost is shown beside the slider that causes it.
    let slow = |per_s: &f64| *per_s < 60.0 && particles >= MANY;
    if let Some(per_s) = readouts.steps_per_s_with(particles).filter(slow) {
        let text = format!("about {} steps in a second with so many", rate(per_s));
        ui.label(RichText::new(text).small().color(style::WARN))
            .on_hover_text("Motion slows down; nothing else changes");
    }
    let keys = [Command::Live(LiveCommand::Slower), Command::Live(LiveCommand::Faster)]
        .map(|c| info_of(&c).and_then(|i| i.shortcut).map(|s| s.text()));
    let tooltip = match keys {
        [Some(slower), Some(faster)] => format!("Steps of time in each frame ({slower} and {faster})"),
        _ => "Steps of time in each frame".to_owned(),
    };
    let mut steps = session.live().steps_per_frame as usize;
    if slider_int(ui, "Speed", &tooltip, &mut steps, 1..=MAX_STEPS_PER_FRAME as usize, Scale::Logarithmic) {
        commands.push(Command::Live(LiveCommand::SetSpeed(steps as u32)));
    }
}

/// A number of steps in a second; of a large swarm it is a small one.
fn rate(per_s: f64) -> String {
    match per_s {
        0.0 => "0".to_owned(),
        ..1.0 => format!("{per_s:.2}"),
        ..10.0 => format!("{per_s:.1}"),
        _ => format!("{per_s:.0}"),
    }
}

/// What the machine does, in a few lines.
fn numbers(ui: &mut Ui, session: &Session, readouts: &Readouts) {
    section(ui, "Numbers");
    ui.spacing_mut().item_spacing.y = 1.0;
    let line = |ui: &mut Ui, text: String, tooltip: &str| {
        ui.add(Label::new(RichText::new(text).small().color(style::TEXT_WEAK)).truncate()).on_hover_text(tooltip);
    };
    if readouts.faults > 0 {
        let hint = "Their next positions are NaN or infinite. Lower the strength, the knobs or the time step, then press Restart.";
        card(ui, style::WARN, "Some particles cannot go on", hint);
    }
    let mut pace = format!("{:.1} ms a frame · {} steps a second", readouts.frame_ms, rate(readouts.steps_per_s));
    if let Some(dt) = session.time_step() {
        pace += &format!(" of {dt:.2e}");
    }
    let tooltip = "Mean time between two pictures; integration steps in a second; time that goes by in one step: c σ², less \
                   where the flow is fast. The unit is the time in which relaxation moves a particle by about one ℓ";
    line(ui, pace, tooltip);
    let mut work = format!("{} particles", session.live().particles);
    if !readouts.engine.is_empty() {
        work += &format!(" · {}", readouts.engine);
    }
    if let Some(pairs) = readouts.pair_tests_per_s {
        work += &format!(" · {:.1} M pairs/s", 1e-6 * pairs);
    }
    line(ui, work, "Particles that live now; what computes the steps; pairs of neighbours evaluated in a second");
    if readouts.drawn_one_in > 1 {
        let text = format!("of the bodies in sight one in {} is drawn", readouts.drawn_one_in);
        line(
            ui,
            text,
            "This machine draws without a GPU, which would take too long for all of them. Come nearer to see each",
        );
    }
}
