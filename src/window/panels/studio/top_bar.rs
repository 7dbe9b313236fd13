//! The slim bar: worlds, menus, undo, the workspaces, the project's name, and time.

use super::super::egui::containers::menu::{MenuButton, MenuConfig};
use super::super::egui::{
    Align, Button, CornerRadius, Label, Layout, PopupCloseBehavior, Rect, RichText, TextEdit, Ui, UiBuilder, Vec2,
    WidgetInfo, WidgetType,
};
use super::super::state::UiState;
use super::super::style;
use super::{SWITCH_WIDTH, world_switch};
use crate::formats::ExportSubject;
use crate::session::studio::{ProgramCommand, Studio, StudioCommand};
use crate::session::{Command, Dialog, DocumentCommand, LiveCommand, Preference, ViewCommand, Workspace, info_of};

/// Size of a workspace button, points, and its width where there is little room.
const WORKSPACE: Vec2 = Vec2::new(96.0, 30.0);
const NARROW: f32 = 72.0;
/// Below this width of the bar there is little room, points.
const LITTLE_ROOM: f32 = 860.0;
/// Width of menus and undo, points.
const MENUS_WIDTH: f32 = 250.0;
/// Longest name of a project that is shown, letters.
const MAX_LETTERS: usize = 28;

pub(super) fn show(ui: &mut Ui, studio: &Studio, state: &UiState, commands: &mut Vec<StudioCommand>) {
    let bar = ui.max_rect();
    let size = if bar.width() < LITTLE_ROOM { Vec2::new(NARROW, WORKSPACE.y) } else { WORKSPACE };
    let middle = Rect::from_center_size(bar.center(), Vec2::new(3.0 * size.x + 8.0, size.y));
    let pushed = (bar.left() + SWITCH_WIDTH + MENUS_WIDTH + 12.0 - middle.left()).max(0.0);
    let middle = middle.translate(Vec2::new(pushed, 0.0));
    let left = Rect::from_min_max(bar.min, [middle.left() - 12.0, bar.bottom()].into());
    let right = Rect::from_min_max([middle.right() + 12.0, bar.top()].into(), bar.max);
    ui.scope_builder(UiBuilder::new().max_rect(left).layout(Layout::left_to_right(Align::Center)), |ui| {
        if let Some(name) = world_switch(ui, studio.entry().name, false) {
            commands.push(StudioCommand::Program(ProgramCommand::Switch(name)));
        }
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.spacing_mut().button_padding.x = 6.0;
        menus(ui, studio, state, commands);
        for (sign, name, can, key_of, command) in [
            ("⟲", "⟲ Undo", studio.can_undo(), Command::Document(DocumentCommand::Undo), StudioCommand::Undo),
            ("⟳", "⟳ Redo", studio.can_redo(), Command::Document(DocumentCommand::Redo), StudioCommand::Redo),
        ] {
            let help = info_of(&key_of).map_or_else(String::new, |info| info.full_tooltip());
            let response = ui.add_enabled(can, Button::new(sign)).on_hover_text(help);
            response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, can, name));
            if response.clicked() {
                commands.push(command);
            }
        }
    });
    ui.scope_builder(UiBuilder::new().max_rect(middle).layout(Layout::left_to_right(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for workspace in [Workspace::Paint, Workspace::Learn, Workspace::Live] {
            workspace_button(ui, studio, workspace, size, commands);
        }
    });
    ui.scope_builder(UiBuilder::new().max_rect(right).layout(Layout::right_to_left(Align::Center)), |ui| {
        time(ui, studio, commands);
        title(ui, studio, commands);
    });
}

fn time(ui: &mut Ui, studio: &Studio, commands: &mut Vec<StudioCommand>) {
    let text = if studio.live().playing { "⏸ Pause" } else { "▶ Play" };
    let button = Button::new(text).min_size(Vec2::new(76.0, 28.0));
    let help = info_of(&Command::Live(LiveCommand::TogglePlay)).map_or_else(String::new, |info| info.full_tooltip());
    if ui.add_enabled(studio.live().runs, button).on_hover_text(help).clicked() {
        commands.push(StudioCommand::TogglePlay);
    }
    let open = studio.plots().open;
    let help = info_of(&Command::Ask(Dialog::Plots)).map_or_else(String::new, |info| info.full_tooltip());
    if ui.add(Button::selectable(open, "Plots").min_size(Vec2::new(52.0, 28.0))).on_hover_text(help).clicked() {
        commands.push(StudioCommand::TogglePlots);
    }
}

fn workspace_button(ui: &mut Ui, studio: &Studio, workspace: Workspace, size: Vec2, commands: &mut Vec<StudioCommand>) {
    let Some(info) = info_of(&Command::SetWorkspace(workspace)) else { return };
    let here = studio.workspace() == workspace;
    let colour = if here { style::TEXT_STRONG } else { style::TEXT };
    let fill = if here { style::ACCENT_DARK } else { style::FIELD };
    let text = RichText::new(info.name).size(15.0).color(colour);
    let button = Button::new(text).min_size(size).fill(fill).corner_radius(8.0).selected(here);
    let key = info.shortcut.map_or_else(String::new, |shortcut| shortcut.text());
    let response = ui.add(button).on_hover_text(format!("{} ({key})", info.name));
    if workspace == Workspace::Learn && studio.learning().is_active() {
        let mut done = response.rect;
        done.min.y = done.max.y - 3.0;
        done.max.x = done.min.x + done.width() * studio.learning().progress() as f32;
        ui.painter().rect_filled(done, CornerRadius::same(1), style::ACCENT);
    }
    if response.clicked() {
        commands.push(StudioCommand::SetWorkspace(workspace));
    }
}

/// The commands of the menus, by those of the swarm that mean the same.
fn menu_commands() -> [(&'static str, Vec<Command>); 3] {
    let file = [
        Dialog::SaveAs,
        Dialog::SavePicture,
        Dialog::Import,
        Dialog::Export(ExportSubject::Live),
        Dialog::Gallery,
        Dialog::Film,
    ]
    .map(Command::Ask);
    let mut files = vec![
        Command::Document(DocumentCommand::New),
        Command::Ask(Dialog::Open),
        Command::Document(DocumentCommand::Save),
    ];
    files.extend(file);
    files.push(Command::Document(DocumentCommand::Quit));
    let view = [
        Command::View(ViewCommand::Fit),
        Command::View(ViewCommand::FullScreen),
        Command::Prefer(Preference::TogglePanels),
        Command::Prefer(Preference::SwitchTheme),
        Command::Prefer(Preference::LargerUi),
        Command::Prefer(Preference::SmallerUi),
        Command::Prefer(Preference::DefaultUi),
        Command::View(ViewCommand::Screenshot),
        Command::View(ViewCommand::CanvasScreenshot),
        Command::Ask(Dialog::Plots),
    ];
    let help = [Dialog::Palette, Dialog::Help].map(Command::Ask);
    [("File", files), ("View", view.into()), ("Help", help.into())]
}

fn menus(ui: &mut Ui, studio: &Studio, state: &UiState, commands: &mut Vec<StudioCommand>) {
    for (name, entries) in menu_commands() {
        MenuButton::from_button(Button::new(name).frame_when_inactive(false)).ui(ui, |ui| {
            ui.set_min_width(210.0);
            for command in &entries {
                let (Some(info), Some(wanted)) = (info_of(command), studio.command_of(command)) else { continue };
                let key = info.shortcut.map_or_else(String::new, |shortcut| shortcut.text());
                let button = Button::new(info.name).shortcut_text(key);
                if ui.add_enabled(!state.has_dialog(), button).on_hover_text(info.tooltip).clicked() {
                    commands.push(wanted);
                    ui.close();
                }
            }
        });
    }
    if !studio.entry().bundled.is_empty() {
        MenuButton::from_button(Button::new("Scenes").frame_when_inactive(false)).ui(ui, |ui| {
            for scene in studio.entry().bundled {
                if ui.button(scene.title).clicked() {
                    commands.push(StudioCommand::OpenBundled(scene.name));
                    ui.close();
                }
            }
        });
    }
}

/// The project's name; a click opens its title, author and notes.
fn title(ui: &mut Ui, studio: &Studio, commands: &mut Vec<StudioCommand>) {
    let project = studio.project();
    let mark = if studio.is_dirty() { " •" } else { "" };
    let letters = project.title.chars().count();
    let end = if letters > MAX_LETTERS { "…" } else { "" };
    let name: String = project.title.chars().take(MAX_LETTERS).chain(end.chars()).chain(mark.chars()).collect();
    let room = ui.available_width();
    if room < 60.0 {
        return;
    }
    let saved = match (studio.path(), studio.is_dirty()) {
        (Some(path), false) => format!("Saved in {}.", path.display()),
        (Some(path), true) => format!("Not saved since the last change (Ctrl+S writes {}).", path.display()),
        (None, _) => "Not saved yet (Ctrl+S saves).".to_owned(),
    };
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let button = Button::new(name).frame_when_inactive(false).truncate();
    let (response, _) = MenuButton::from_button(button).config(config).ui(ui, |ui| {
        ui.set_width(320.0);
        let mut field = |name: &str, text: &str, rows: usize, command: fn(String) -> StudioCommand| {
            let label = ui.add(Label::new(name));
            let mut new = text.to_owned();
            let edit = if rows > 1 { TextEdit::multiline(&mut new) } else { TextEdit::singleline(&mut new) };
            ui.add(edit.desired_rows(rows).desired_width(f32::INFINITY)).labelled_by(label.id);
            if new != text {
                commands.push(command(new));
            }
        };
        field("Title", &project.title, 1, StudioCommand::SetTitle);
        field("Author", &project.author, 1, StudioCommand::SetAuthor);
        field("Notes: what to look for", &project.notes, 6, StudioCommand::SetNotes);
    });
    response.on_hover_text(format!("{saved} Click for title, author and notes."));
}
