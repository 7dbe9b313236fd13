//! The slim bar: menus, undo, the three workspaces, the scene's name, and time.

use super::egui::{
    Align, Button, Color32, CornerRadius, Layout, PopupCloseBehavior, Rect, RichText, ScrollArea, TextEdit, TextStyle,
    Ui, UiBuilder, Vec2, WidgetInfo, WidgetType,
    containers::menu::{MenuButton, MenuConfig},
};
use super::share;
use super::state::UiState;
use super::studio::{SWITCH_WIDTH, world_switch};
use super::widgets::{command_button, command_button_enabled};
use super::{look, style};
use crate::session::{Command, Dialog, DocumentCommand, Group, LiveCommand, Session, Workspace, info_of, table};

/// Size of one of the three workspace buttons, points, and its width where there is little room.
const WORKSPACE_BUTTON: Vec2 = Vec2::new(96.0, 30.0);
const NARROW_BUTTON: f32 = 72.0;

/// Below this width of the bar there is little room, points.
const LITTLE_ROOM: f32 = 760.0;

/// Width that menus, undo and gallery take side by side, points.
const ROOM_FOR_MENUS: f32 = 460.0;

/// Width that one menu, undo and gallery take side by side, points.
const ROOM_FOR_MENU: f32 = 195.0;

/// Below this width of the bar the worlds are behind one button, points.
const NARROW_SWITCH: f32 = 900.0;

/// Width that the name of the scene, the look and the button of time need.
const ROOM_FOR_RIGHT: f32 = 280.0;

/// Width in which the button of time has its word beside its sign, points.
const ROOM_FOR_WORDS: f32 = 260.0;

/// Maximum number of letters of the scene's name that are shown.
const MAX_LETTERS: usize = 28;

/// The menus, and the groups of commands in each.
const MENUS: [(&str, &[Group]); 7] = [
    ("File", &[Group::Scene]),
    ("Edit", &[Group::Edit]),
    ("View", &[Group::View, Group::Look, Group::Workspaces]),
    ("Picture", &[Group::Paint]),
    ("Rule", &[Group::Learn]),
    ("Swarm", &[Group::Live, Group::Observe]),
    ("Help", &[Group::Help]),
];

pub(super) fn show(ui: &mut Ui, session: &Session, state: &mut UiState, commands: &mut Vec<Command>) {
    let bar = ui.max_rect();
    let button_size =
        if bar.width() < LITTLE_ROOM { Vec2::new(NARROW_BUTTON, WORKSPACE_BUTTON.y) } else { WORKSPACE_BUTTON };
    let middle = Rect::from_center_size(bar.center(), Vec2::new(3.0 * button_size.x + 8.0, button_size.y));
    // With the switch of worlds the menus take more than half of what is left of a narrow bar.
    let pushed = (bar.left() + SWITCH_WIDTH + ROOM_FOR_MENUS + 20.0 - middle.left()).max(0.0);
    let fits = middle.right() + pushed + ROOM_FOR_RIGHT < bar.right();
    // Where they do not fit they are behind one button.
    let is_narrow = bar.width() < NARROW_SWITCH;
    let switch = if is_narrow { 76.0 } else { SWITCH_WIDTH };
    let behind_a_button = (bar.left() + switch + ROOM_FOR_MENU + 12.0 - middle.left()).max(0.0);
    let middle = middle.translate(Vec2::new(if fits { pushed } else { behind_a_button }, 0.0));
    let left = Rect::from_min_max(bar.min, [middle.left() - 12.0, bar.bottom()].into());
    let right = Rect::from_min_max([middle.right() + 12.0, bar.top()].into(), bar.max);

    ui.scope_builder(UiBuilder::new().max_rect(left).layout(Layout::left_to_right(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.spacing_mut().button_padding.x = 6.0;
        state.wanted_world = world_switch(ui, "swarm", is_narrow).or(state.wanted_world);
        menus(ui, left.width() - SWITCH_WIDTH < ROOM_FOR_MENUS, session, state, commands);
        ui.add_space(4.0);
        for (sign, name, can, command) in [
            ("⟲", "⟲ Undo", session.can_undo(), Command::Document(DocumentCommand::Undo)),
            ("⟳", "⟳ Redo", session.can_redo(), Command::Document(DocumentCommand::Redo)),
        ] {
            let button = command_button_enabled(ui, can, Button::new(sign), command, commands);
            button.widget_info(|| WidgetInfo::labeled(WidgetType::Button, can, name));
        }
        ui.add_space(4.0);
        command_button(ui, "Gallery", Command::Ask(Dialog::Gallery), commands);
    });
    ui.scope_builder(UiBuilder::new().max_rect(middle).layout(Layout::left_to_right(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for workspace in [Workspace::Paint, Workspace::Learn, Workspace::Live] {
            workspace_button(ui, session, workspace, button_size, commands);
        }
    });
    ui.scope_builder(UiBuilder::new().max_rect(right).layout(Layout::right_to_left(Align::Center)), |ui| {
        let playing = session.live().playing;
        let alive = session.has_rule();
        let text = if playing { "⏸ Pause" } else { "▶ Play" };
        let narrow = right.width() < ROOM_FOR_WORDS;
        let shown = if narrow { &text[..text.find(' ').unwrap_or(0)] } else { text };
        let button = Button::new(shown).min_size(Vec2::new(if narrow { 32.0 } else { 76.0 }, 28.0));
        let button = command_button_enabled(ui, alive, button, Command::Live(LiveCommand::TogglePlay), commands);
        button.widget_info(|| WidgetInfo::labeled(WidgetType::Button, alive, text));
        // A choice in the card must not close it.
        let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        let (button, _) = MenuButton::from_button(Button::new("Look"))
            .config(config)
            .ui(ui, |ui| look::show(ui, session, state, commands));
        button.on_hover_text("Bodies, colours, glow, trails, light or dark, size");
        title(ui, session, commands);
    });
}

/// All menus side by side, or behind one button where there is no room.
fn menus(ui: &mut Ui, narrow: bool, session: &Session, state: &UiState, commands: &mut Vec<Command>) {
    if narrow {
        MenuButton::new("☰ Menu").ui(ui, |ui| {
            for (name, groups) in MENUS {
                ui.menu_button(name, |ui| entries(ui, groups, session, state, commands));
            }
        });
        return;
    }
    for (name, groups) in MENUS {
        let button = Button::new(name).frame_when_inactive(false);
        MenuButton::from_button(button).ui(ui, |ui| entries(ui, groups, session, state, commands));
    }
}

fn entries(ui: &mut Ui, groups: &[Group], session: &Session, state: &UiState, commands: &mut Vec<Command>) {
    ui.set_min_width(210.0);
    // A long menu on a low screen is scrolled.
    let height = ui.ctx().content_rect().height() - 70.0;
    let area = ScrollArea::vertical().max_height(height).min_scrolled_height(height);
    area.show(ui, |ui| rows(ui, groups, session, state, commands));
}

fn rows(ui: &mut Ui, groups: &[Group], session: &Session, state: &UiState, commands: &mut Vec<Command>) {
    for (k, group) in groups.iter().enumerate() {
        if k > 0 {
            ui.separator();
        }
        for info in table().filter(|info| info.group == *group) {
            let command = info.command.clone();
            if command == Command::Document(DocumentCommand::Quit) {
                ui.separator();
            }
            if command == Command::Document(DocumentCommand::Save) {
                share::recent_menu(ui, session, commands);
            }
            let key = info.shortcut.map_or_else(String::new, |s| s.text());
            let button = Button::new(info.name).shortcut_text(key);
            let enabled = !state.has_dialog() && session.can(&command);
            if command_button_enabled(ui, enabled, button, command, commands).clicked() {
                ui.close();
            }
        }
    }
}

fn workspace_button(ui: &mut Ui, session: &Session, workspace: Workspace, size: Vec2, commands: &mut Vec<Command>) {
    let command = Command::SetWorkspace(workspace);
    let Some(info) = info_of(&command) else { return };
    let here = session.workspace() == workspace;
    let learning = workspace == Workspace::Learn && session.training().state.is_active();
    let colour = if here { style::TEXT_STRONG } else { style::TEXT };
    let text = RichText::new(info.name).size(15.0).color(colour);
    let fill = if here { style::ACCENT_DARK } else { style::FIELD };
    let button = Button::new(text).min_size(size).fill(fill).corner_radius(8.0).selected(here);
    let response = ui.add(button).on_hover_text(info.full_tooltip());
    if learning {
        // How far learning has come, also when another workspace is shown.
        let mut done = response.rect;
        done.min.y = done.max.y - 3.0;
        done.max.x = done.min.x + done.width() * session.training().progress() as f32;
        ui.painter().rect_filled(done, CornerRadius::same(1), style::ACCENT);
    }
    if response.clicked() {
        commands.push(command);
    }
}

/// The scene's name; a click opens its title, author and notes.
fn title(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let document = session.document();
    let mark = if session.is_dirty() { " •" } else { "" };
    let Some(name) = fitting(ui, &document.title, mark) else { return };
    let saved = match (session.path(), session.is_dirty()) {
        (Some(path), false) => format!("Saved in {}.", path.display()),
        (Some(path), true) => format!("Not saved since the last change (Ctrl+S writes {}).", path.display()),
        (None, _) => "Not saved yet (Ctrl+S saves).".to_owned(),
    };
    // A click into the texts must not close the menu.
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let button = Button::new(name).frame_when_inactive(false);
    let (response, _) = MenuButton::from_button(button).config(config).ui(ui, |ui| {
        ui.set_width(320.0);
        scene_texts(ui, session, commands);
    });
    response.on_hover_text(format!("{saved} Click for title, author and notes."));
}

/// As much of the title as there is room for, with the mark; `None` where there is none even for a few letters.
fn fitting(ui: &Ui, title: &str, mark: &str) -> Option<String> {
    let room = ui.available_width() - 2.0 * ui.spacing().button_padding.x;
    let font = TextStyle::Button.resolve(ui.style());
    let fits = |name: &String| ui.painter().layout_no_wrap(name.clone(), font.clone(), Color32::WHITE).size().x <= room;
    let letters = title.chars().count();
    let cut = |count: usize| {
        let end = if count < letters { "…" } else { "" };
        title.chars().take(count).chain(end.chars()).chain(mark.chars()).collect::<String>()
    };
    let min_letters = letters.min(3);
    (min_letters..=letters.min(MAX_LETTERS)).rev().map(cut).find(fits)
}

fn scene_texts(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let document = session.document();
    let mut field = |ui: &mut Ui, name: &str, text: &str, rows: usize, command: fn(String) -> Command| {
        let label = ui.label(name);
        let mut new = text.to_owned();
        let edit = if rows > 1 { TextEdit::multiline(&mut new) } else { TextEdit::singleline(&mut new) };
        ui.add(edit.desired_rows(rows).desired_width(f32::INFINITY)).labelled_by(label.id);
        if new != text {
            commands.push(command(new));
        }
    };
    field(ui, "Title", &document.title, 1, |value| Command::Document(DocumentCommand::SetTitle(value)));
    field(ui, "Author", &document.author, 1, |value| Command::Document(DocumentCommand::SetAuthor(value)));
    field(ui, "Notes: what to look for", &document.notes, 6, |value| {
        Command::Document(DocumentCommand::SetNotes(value))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_of_commands_is_in_one_menu() {
        for group in Group::ALL {
            let menus = MENUS.iter().filter(|(_, groups)| groups.contains(&group)).count();
            assert_eq!(menus, 1, "{}", group.name());
        }
    }
}
