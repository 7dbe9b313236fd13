//! The brushes of the mouse over the living swarm.

use super::super::egui::{Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, WidgetType};
use super::super::widgets::{Scale, section, slider};
use super::super::{style, swarm_view};
use super::icons;
use crate::session::{Command, LiveCommand, PaintCommand, Session, info_of};
use crate::worlds::swarm::picture::MAX_SPECIES;
use crate::worlds::swarm::{BrushCircle, SWARM_BRUSHES};

/// Side of an icon, points.
const ICON: f32 = 24.0;

pub(super) fn show(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    section(ui, "Mouse");
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        for brush in SWARM_BRUSHES.iter().map(|row| row.brush) {
            let Some(info) = info_of(&Command::Live(LiveCommand::SetBrush(brush))) else { continue };
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(ICON), Sense::click());
            let chosen = session.live().brush == brush;
            response.widget_info(|| WidgetInfo::selected(WidgetType::RadioButton, true, chosen, info.name));
            let hot = chosen || response.hovered();
            let ground = if chosen { style::ACCENT_DARK } else { style::FIELD }.colour();
            let line = if response.hovered() { Stroke::new(1.0, style::ACCENT) } else { Stroke::NONE };
            ui.painter().rect(rect, 6.0, ground, line, StrokeKind::Inside);
            icons::draw(ui.painter(), rect, brush, if hot { style::TEXT_STRONG } else { style::TEXT }.colour());
            if response.on_hover_text(info.full_tooltip()).clicked() {
                commands.push(info.command.clone());
            }
        }
    });
    let row = session.live().brush.row();
    if row.circle == BrushCircle::Species {
        species(ui, session, commands);
    }
    if row.has_radius() {
        let tooltip = "Radius of the brush, in ℓ: [ and ], or hold Ctrl or Alt and drag on the canvas";
        let mut radius_l = session.live().brush_radius_l;
        if slider(ui, "Radius", tooltip, &mut radius_l, 0.3..=30.0, Scale::Logarithmic) {
            commands.push(Command::Live(LiveCommand::SetBrushRadius(radius_l)));
        }
    }
}

/// The species of the rule.
fn species(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let known = session.document().world.rule.as_ref().map_or(0, |rule| rule.energy.shape.species);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        for species in 0..known as u8 {
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(22.0), Sense::click());
            let name = format!("Brush species {}: {}", species + 1, style::species_name(species));
            let chosen = session.species() == species;
            response.widget_info(|| WidgetInfo::selected(WidgetType::RadioButton, true, chosen, &name));
            let colour = style::SPECIES_COLOURS[usize::from(species) % MAX_SPECIES];
            let ground = if chosen { style::faint(colour, 0.28) } else { style::BAR.colour() };
            let line = if chosen || response.hovered() { Stroke::new(1.5, colour) } else { Stroke::NONE };
            ui.painter().rect(rect, 5.0, ground, line, StrokeKind::Inside);
            ui.painter().add(swarm_view::arrow(rect.center(), 0.6, 11.0, colour));
            if response.on_hover_text(name).clicked() {
                commands.push(Command::Paint(PaintCommand::SetSpecies(species)));
            }
        }
    });
}
