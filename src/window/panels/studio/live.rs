//! What lives: time, brushes, knobs, and how fast it runs.

use super::super::egui::{Checkbox, Label, RichText, Ui};
use super::super::style;
use super::super::widgets::{Scale, card, engine_choice, section, slider_int};
use super::{brushes, checkpoints, grid, knobs};
use crate::session::studio::{MAX_SPEED, ProgramCommand, Studio, StudioCommand};
use crate::session::{Command, LiveCommand, Preference, Prefs};
use crate::worlds::studio::{BrushWorkspace, KnobGroup};

pub(super) fn show(ui: &mut Ui, studio: &Studio, prefs: &Prefs, commands: &mut Vec<StudioCommand>) {
    let tables = studio.info().tables();
    let live = studio.live();
    if let Some(fault) = &live.fault {
        card(ui, style::ERROR, "The rule does not run", fault);
    } else if !studio.info().has_rule() {
        card(ui, style::WARN, "Nothing lives here yet.", "Choose or paint a picture and press Learn, or open a scene.");
    }
    let mut heading = tables.live_name.to_owned();
    heading[..1].make_ascii_uppercase();
    section(ui, &heading);
    let last = tables.restarts.len().saturating_sub(1);
    let restarts = tables.restarts.iter().enumerate().map(|(k, restart)| {
        let key_of = match k {
            0 => Some(Command::Live(LiveCommand::RestartFromSnapshot)),
            k if k == last => Some(Command::Live(LiveCommand::Grow)),
            _ => None,
        };
        (restart.name, restart.help, key_of, StudioCommand::Restart(restart.id))
    });
    grid(ui, live.runs, tables.restarts.len(), restarts.collect(), commands);
    let time = vec![
        (
            "◀ Back",
            "One step back in time, brushes and all, then pause; hold the key to rewind. Settings and rule stay as they are",
            Some(Command::Live(LiveCommand::StepBack)),
            StudioCommand::StepBack,
        ),
        ("Step ▶", "One time step, then pause", Some(Command::Live(LiveCommand::Step)), StudioCommand::Step),
        (
            "Save state",
            "Saves what lives and its settings in the scene, as a checkpoint to return to",
            Some(Command::Live(LiveCommand::SaveCheckpoint)),
            StudioCommand::Keep,
        ),
    ];
    grid(ui, live.runs, 3, time, commands);
    checkpoints::show(ui, studio, commands);
    let mut speed = live.speed as usize;
    let help = "Steps of time in each sixtieth of a second (+ and -)";
    if slider_int(ui, "Speed", help, &mut speed, 1..=MAX_SPEED as usize, Scale::Logarithmic) {
        commands.push(StudioCommand::SetSpeed(speed as u32));
    }
    brushes(ui, studio, BrushWorkspace::Live, commands);
    section(ui, "Motion");
    knobs::show(ui, studio, KnobGroup::Live, commands);
    let flows = studio.info().flows();
    for (title, is_drive) in [("Rule", false), ("Drive", true)] {
        let listed = || flows.iter().enumerate().filter(|(_, flow)| flow.is_drive == is_drive);
        if listed().count() < 2 {
            continue;
        }
        section(ui, title);
        let options: Vec<_> = listed().map(|(index, flow)| (index, flow.name.as_str(), flow.facts.clone())).collect();
        let chosen = listed().find(|(_, flow)| flow.is_chosen).map_or(flows.len(), |(index, _)| index);
        for options in options.chunks(3) {
            let clicked = super::super::widgets::choice(ui, chosen, options);
            commands.extend(clicked.map(StudioCommand::ChooseFlow));
        }
    }
    if !tables.layers.is_empty() || tables.has_trails {
        section(ui, "Show");
    }
    for (index, layer) in tables.layers.iter().enumerate() {
        let mut shown = live.layers.has(index);
        if ui.add(Checkbox::new(&mut shown, layer.name)).on_hover_text(layer.help).changed() {
            commands.push(StudioCommand::ToggleLayer(layer.id));
        }
    }
    let mut trails = live.trails;
    if tables.has_trails
        && ui
            .add(Checkbox::new(&mut trails, "Trails"))
            .on_hover_text("Light stays for a while where it was (T)")
            .changed()
    {
        commands.push(StudioCommand::ToggleTrails);
    }
    let prefer = |engine| StudioCommand::Program(ProgramCommand::Prefer(Preference::Engine(engine)));
    commands.extend(engine_choice(ui, prefs, ". What lives goes on").map(prefer));
    numbers(ui, studio);
}

fn numbers(ui: &mut Ui, studio: &Studio) {
    let live = studio.live();
    if !live.runs {
        return;
    }
    section(ui, "Numbers");
    let mut line = |text: String| ui.add(Label::new(RichText::new(text).small().color(style::TEXT_WEAK)).truncate());
    line(format!("{} steps · {:.0} steps a second", live.steps, live.steps_per_s));
    line(live.description.clone());
}
