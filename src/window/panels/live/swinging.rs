//! The knobs that swing, each with how far and how long, and how to stop it.

use super::super::egui::{self, Button, DragValue, Label, RichText, Sense, Ui, Vec2};
use super::super::style;
use super::super::widgets::command_button_enabled;
use crate::session::{Command, Knob, LiveCommand, Session, Swing};
use crate::worlds::swarm::picture::MAX_SPECIES;

/// Width of the name, points.
const NAME: f32 = 92.0;

pub(super) fn show(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let swings = &session.document().world.swings;
    if swings.is_empty() {
        return;
    }
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        ui.label(RichText::new("Swinging").color(style::ACCENT).strong())
            .on_hover_text("These knobs swing about their values while time runs. Saved with the scene");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let button = Button::new(RichText::new("rest all").small()).small();
            command_button_enabled(ui, true, button, Command::Live(LiveCommand::RestAllKnobs), commands);
        });
    });
    for (knob, swing) in swings.iter() {
        ui.push_id(knob, |ui| row(ui, session, knob, swing, commands));
    }
}

fn row(ui: &mut Ui, session: &Session, knob: Knob, swing: Swing, commands: &mut Vec<Command>) {
    let name = knob.spec().name;
    let range = knob.range(session.sigma_range_l());
    let width = range.end() - range.start();
    let mut now = swing;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.allocate_ui_with_layout(Vec2::new(NAME, 20.0), egui::Layout::left_to_right(egui::Align::Center), |ui| {
            ui.set_min_width(NAME);
            ui.add(Label::new(RichText::new(format!("~ {name}")).color(style::ACCENT)).truncate());
            if let Some(species) = knob.species() {
                let (rect, response) = ui.allocate_exact_size(Vec2::splat(10.0), Sense::hover());
                let colour = style::SPECIES_COLOURS[usize::from(species) % MAX_SPECIES];
                ui.painter().circle_filled(rect.center(), 4.0, colour);
                response.on_hover_text(format!("Of species {}", species + 1));
            }
        });
        let amplitude = DragValue::new(&mut now.amplitude)
            .range(0.0..=0.5 * width)
            .speed(0.005 * width)
            .max_decimals(3)
            .prefix("± ");
        named(ui.add(amplitude), format!("How far {name} swings to each side of its value"));
        let [shortest, longest] = Swing::PERIODS_S;
        let period =
            DragValue::new(&mut now.period_s).range(shortest..=longest).speed(0.1).max_decimals(1).suffix(" s");
        named(ui.add(period), format!("Seconds from one swing of {name} to the next, at the normal speed"));
        let stop = ui.add(Button::new("×").small());
        if named(stop, format!("Let {name} rest")).clicked() {
            commands.push(Command::Live(LiveCommand::Swing(knob, None)));
        }
    });
    if now != swing {
        commands.push(Command::Live(LiveCommand::Swing(knob, Some(now))));
    }
}

/// With its meaning as tooltip and as name.
fn named(response: egui::Response, meaning: String) -> egui::Response {
    response.ctx.accesskit_node_builder(response.id, |node| node.set_label(meaning.clone()));
    response.on_hover_text(meaning)
}
