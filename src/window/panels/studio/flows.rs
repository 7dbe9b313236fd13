//! The rules of the picture: each with what it does, its figures, its name, and the way to blend or delete it.

use super::super::egui::{
    Align, Button, Color32, Frame, Image, Label, Layout, Margin, RichText, TextEdit, Ui, Vec2, WidgetInfo, WidgetType,
};
use super::super::style;
use super::super::widgets::{card, section};
use super::pictures::StudioUi;
use crate::session::studio::{Studio, StudioCommand};
use crate::worlds::studio::FlowRow;

/// Size of the picture of a rule, points.
pub const FLOW_PICTURE: Vec2 = Vec2::new(84.0, 60.0);

pub(super) fn show(ui: &mut Ui, studio: &Studio, state: &mut StudioUi, commands: &mut Vec<StudioCommand>) {
    section(ui, "Rules of this picture");
    let flows = studio.info().flows();
    if flows.is_empty() {
        ui.label(RichText::new("None yet: learn one above.").color(style::TEXT_WEAK));
    }
    let first_drive = flows.iter().position(|flow| flow.is_drive);
    for (index, flow) in flows.iter().enumerate() {
        if first_drive == Some(index) {
            section(ui, "Drives");
        }
        ui.push_id(index, |ui| row(ui, index, flow, state, commands));
    }
    certificate(ui, studio, commands);
}

fn row(ui: &mut Ui, index: usize, flow: &FlowRow, state: &mut StudioUi, commands: &mut Vec<StudioCommand>) {
    let fill = if flow.is_chosen { style::ACCENT_DARK } else { style::FIELD };
    Frame::NONE.fill(fill.colour()).corner_radius(6.0).inner_margin(Margin::symmetric(6, 4)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let ctx = ui.ctx().clone();
            if let Some(texture) = state.flows.get(&ctx, index) {
                let picture = Image::new(texture).fit_to_exact_size(FLOW_PICTURE).corner_radius(4.0);
                let button = Button::image(picture).frame(false);
                let response = ui.add(button).on_hover_text("Lets this rule move the picture");
                response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("Pick {}", flow.name)));
                if response.clicked() && !flow.is_chosen {
                    commands.push(StudioCommand::ChooseFlow(index));
                }
            }
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.horizontal(|ui| head(ui, index, flow, state, commands));
                ui.add(Label::new(RichText::new(&flow.facts).small().color(style::TEXT)).wrap());
            });
        });
    });
}

fn head(ui: &mut Ui, index: usize, flow: &FlowRow, state: &mut StudioUi, commands: &mut Vec<StudioCommand>) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        if !flow.is_drive {
            let delete = Button::new("×").small().frame(false);
            let response =
                ui.add_enabled(flow.can_be_deleted, delete).on_hover_text("Deletes this rule (undo brings it back)");
            let label = format!("Delete {}", flow.name);
            response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, flow.can_be_deleted, &label));
            if response.clicked() {
                commands.push(StudioCommand::DeleteFlow(index));
            }
        }
        if flow.can_be_renamed {
            more(ui, index, flow, state, commands);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let name = RichText::new(&flow.name).color(style::TEXT_STRONG);
            let button = Button::new(name).fill(Color32::TRANSPARENT).frame(false).truncate();
            let response = ui.add(button).on_hover_text("Lets this rule move the picture");
            if response.clicked() && !flow.is_chosen {
                commands.push(StudioCommand::ChooseFlow(index));
            }
        });
    });
}

/// The menu of a rule: its name, and a blend with the one that plays.
fn more(ui: &mut Ui, index: usize, flow: &FlowRow, state: &mut StudioUi, commands: &mut Vec<StudioCommand>) {
    let menu = ui.menu_button("…", |ui| {
        ui.set_min_width(200.0);
        let label = ui.label("Name");
        let (_, name) = match &mut state.name {
            Some(named) if named.0 == index => named,
            other => other.insert((index, flow.name.clone())),
        };
        let field = ui.add(TextEdit::singleline(name).desired_width(190.0)).labelled_by(label.id);
        // The name is given when it is whole: two rules may not share one on the way.
        if field.lost_focus() && *name != flow.name {
            commands.push(StudioCommand::RenameFlow(index, name.clone()));
            state.name = None;
        }
        if flow.can_be_blended {
            ui.separator();
            let mut percent = (100.0 * state.share).round();
            let slider = super::super::egui::Slider::new(&mut percent, -100.0..=200.0).suffix(" %").integer();
            ui.add(slider).on_hover_text("Share of this rule in the blend; the rest is of the one that plays");
            state.share = percent / 100.0;
            let help = "Adds a blend of this rule and the one that plays: over one energy it is as exact as they are";
            if ui.button("Blend with the one that plays").on_hover_text(help).clicked() {
                commands.push(StudioCommand::BlendFlow(index, state.share));
                ui.close();
            }
        }
    });
    let label = format!("More about {}", flow.name);
    menu.response
        .on_hover_text("Name it, or blend it")
        .widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &label));
    if menu.inner.is_none() && state.name.as_ref().is_some_and(|(of, _)| *of == index) {
        state.name = None;
    }
}

/// What was measured of the rules, and the way to measure it.
fn certificate(ui: &mut Ui, studio: &Studio, commands: &mut Vec<StudioCommand>) {
    let (Some(check), true) = (studio.info().tables().check, studio.info().has_rule()) else { return };
    section(ui, "Certificate");
    let lines = studio.info().certificate();
    for (is_fine, line) in &lines {
        let colour = if *is_fine { style::TEXT } else { style::WARN };
        ui.add(Label::new(RichText::new(line).small().color(colour)).wrap());
    }
    if lines.is_empty() {
        card(ui, style::ACCENT, "Not measured yet.", "");
    }
    let busy = studio.learning().is_active();
    if ui.add_enabled(!busy, Button::new(check.name)).on_hover_text(check.help).clicked() {
        commands.push(StudioCommand::Check);
    }
}
