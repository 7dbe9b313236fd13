//! Colours to paint with, and what is done to the whole drawing at once.

use super::super::egui::{
    Checkbox, Color32, CornerRadius, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, WidgetType,
};
use super::super::style;
use super::super::widgets::{Scale, section, slider_int};
use super::grid;
use crate::session::studio::{Studio, StudioCommand};
use crate::worlds::studio::BrushInk;

/// Side of a swatch, points.
const SWATCH: f32 = 26.0;

pub(super) fn show(ui: &mut Ui, studio: &Studio, commands: &mut Vec<StudioCommand>) {
    let tables = studio.info().tables();
    if !tables.palette.is_empty() {
        section(ui, "Colour");
        let ink = studio.ink();
        let mut new = ink;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            for colour in tables.palette {
                if swatch(ui, *colour, ink.colour == *colour) {
                    new.colour = *colour;
                }
            }
        });
        ui.horizontal(|ui| {
            let [r, g, b, _] = ink.colour;
            let mut mixed = [r, g, b];
            let response = ui.color_edit_button_srgb(&mut mixed).on_hover_text("Another colour");
            response.widget_info(|| WidgetInfo::labeled(WidgetType::ColorButton, true, "Another colour"));
            if mixed != [r, g, b] {
                new.colour[..3].copy_from_slice(&mixed);
            }
            let mirror = Checkbox::new(&mut new.mirrors, "Mirror");
            ui.add(mirror).on_hover_text("Draws on both sides of the axis from back to front");
        });
        let mut alpha = usize::from(ink.colour[3]);
        let help = "255 covers the ground, 0 is transparent";
        if slider_int(ui, "Alpha", help, &mut alpha, 0..=255, Scale::Linear) {
            new.colour[3] = alpha as u8;
        }
        if new != ink {
            commands.push(StudioCommand::SetInk(BrushInk { ..new }));
        }
    }
    if !tables.actions.is_empty() {
        section(ui, "Drawing");
        let buttons = tables.actions.iter().map(|act| (act.name, act.help, None, StudioCommand::Act(act.id)));
        grid(ui, true, 3, buttons.collect(), commands);
    }
}

/// A square of one colour; returns whether it was clicked.
fn swatch(ui: &mut Ui, [r, g, b, a]: [u8; 4], is_chosen: bool) -> bool {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(SWATCH), Sense::click());
    let name = format!("Colour {r} {g} {b}");
    response.widget_info(|| WidgetInfo::selected(WidgetType::RadioButton, true, is_chosen, &name));
    let painter = ui.painter();
    painter.rect_filled(rect, CornerRadius::same(4), Color32::from_rgba_unmultiplied(r, g, b, a));
    let (width, ring) = if is_chosen { (2.5, style::TEXT_STRONG) } else { (1.0, style::FIELD) };
    painter.rect_stroke(rect, CornerRadius::same(4), Stroke::new(width, ring), StrokeKind::Inside);
    response.on_hover_text("Paints in this colour").clicked()
}
