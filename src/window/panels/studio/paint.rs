//! The still picture: what to begin with, the brushes, and what is known about it.

use super::super::egui::{Button, Key, Label, RichText, TextEdit, Ui, Vec2};
use super::super::style;
use super::super::widgets::{card, section};
use super::{brushes, grid, ink, knobs};
use crate::session::studio::{ProgramCommand, Studio, StudioCommand};
use crate::session::{Command, Dialog, DocumentCommand};
use crate::worlds::studio::{BrushWorkspace, KnobGroup, WorldTables};

pub(super) fn show(ui: &mut Ui, studio: &Studio, commands: &mut Vec<StudioCommand>) {
    // Where the picture is drawn by hand, the tools come first; else the pictures to begin with.
    if studio.info().tables().palette.is_empty() {
        begin(ui, studio, commands);
        tools(ui, studio, commands);
        learn(ui, studio, commands);
    } else {
        tools(ui, studio, commands);
        learn(ui, studio, commands);
        begin(ui, studio, commands);
    }
}

/// Pictures to begin with.
fn begin(ui: &mut Ui, studio: &Studio, commands: &mut Vec<StudioCommand>) {
    let tables = studio.info().tables();
    section(ui, "Begin with");
    let bundled = studio.entry().bundled;
    if !bundled.is_empty() {
        ui.label(RichText::new("Learned scenes, alive at once").small().color(style::TEXT_WEAK));
        let scenes = bundled.iter().map(|scene| {
            (
                scene.title,
                "Opens this scene, which comes with the program",
                None,
                StudioCommand::OpenBundled(scene.name),
            )
        });
        grid(ui, true, 3, scenes.collect(), commands);
        ui.label(RichText::new("Not learned yet").small().color(style::TEXT_WEAK));
    }
    let starts = tables.starts.iter().map(|start| (start.name, start.help, None, StudioCommand::Start(start.id)));
    grid(ui, studio.loading().is_none(), 3, starts.collect(), commands);
    let endings = format!("Reads {} files", tables.imports.proposed());
    let files = vec![
        ("Import…", &*endings, Some(Command::Ask(Dialog::Import)), import(tables)),
        ("Empty", "Begins with an empty picture", Some(Command::Document(DocumentCommand::New)), StudioCommand::New),
    ];
    grid(ui, true, 2, files, commands);
    if studio.info().can_write_text() {
        letters(ui, commands);
    }
}

/// A line of text that becomes the picture.
fn letters(ui: &mut Ui, commands: &mut Vec<StudioCommand>) {
    let id = ui.id().with("letters");
    let mut text = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_default();
    ui.horizontal(|ui| {
        let field = TextEdit::singleline(&mut text).hint_text("Letters").desired_width(150.0);
        let field = ui.add(field).on_hover_text("Letters that become the picture, as dense as their ink");
        let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let button = ui.add_enabled(!text.trim().is_empty(), Button::new("Write"));
        if button.on_hover_text("Puts the letters in the place of the picture").clicked()
            || (enter && !text.trim().is_empty())
        {
            commands.push(StudioCommand::Write(text.clone()));
        }
    });
    ui.data_mut(|data| data.insert_temp(id, text));
}

/// Brushes, colours and numbers of the still picture.
fn tools(ui: &mut Ui, studio: &Studio, commands: &mut Vec<StudioCommand>) {
    let tables = studio.info().tables();
    let has_brush = !tables.first_brush(BrushWorkspace::Paint).is_empty();
    if !has_brush || tables.palette.is_empty() {
        constants(ui, studio, commands);
    }
    brushes(ui, studio, BrushWorkspace::Paint, commands);
    ink::show(ui, studio, commands);
    if has_brush && ui.button("Clear").on_hover_text("Removes all of it").clicked() {
        commands.push(StudioCommand::Clear);
    }
    if has_brush && !tables.palette.is_empty() {
        constants(ui, studio, commands);
    }
}

fn constants(ui: &mut Ui, studio: &Studio, commands: &mut Vec<StudioCommand>) {
    if studio.info().tables().knobs.iter().any(|knob| knob.group == KnobGroup::Paint) {
        section(ui, "Constants");
        knobs::show(ui, studio, KnobGroup::Paint, commands);
    }
}

/// What is known about the picture, and the way on.
fn learn(ui: &mut Ui, studio: &Studio, commands: &mut Vec<StudioCommand>) {
    let tables = studio.info().tables();
    let mut heading = tables.still_name.to_owned();
    heading[..1].make_ascii_uppercase();
    section(ui, &heading);
    for (name, value) in studio.info().facts() {
        if name.starts_with("Cannot") {
            card(ui, style::WARN, name, &value);
        } else {
            ui.add(Label::new(format!("{name}: {value}")).wrap());
        }
    }
    ui.add_space(8.0);
    if let Some(method) = tables.methods.first() {
        let button = Button::new(RichText::new("Learn ▶").size(15.0)).fill(style::ACCENT_DARK);
        let response = ui.add(button.min_size(Vec2::new(ui.available_width(), 32.0)));
        if response.on_hover_text(format!("{}: {} (Ctrl+L)", method.name, method.help)).clicked() {
            commands.push(StudioCommand::SetWorkspace(crate::session::Workspace::Learn));
            commands.push(StudioCommand::Learn(method.id));
        }
    }
}

fn import(tables: &WorldTables) -> StudioCommand {
    StudioCommand::Program(ProgramCommand::Ask(Dialog::ImportInto(tables.imports)))
}
