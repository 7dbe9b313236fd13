//! The one table of commands: names, shortcuts and tooltips for menus, keys, the command palette and the help sheet.
//! Each feature has its rows in a file `menu.rs`.

mod view;

use super::command::{Command, Workspace};
use super::{document, learning, live, observing, painting};

/// A key with modifiers. `key` is a name as on the key cap: "Z", "1", "Space", "Period", "F1", "Delete".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shortcut {
    /// Ctrl, or Cmd on a Mac.
    pub ctrl: bool,
    /// Shift as a modifier; a sign that needs it on some keyboards is a key of its own ("Plus").
    pub shift: bool,
    /// Not a character: [`Self::text`] turns "Period" into ".".
    pub key: &'static str,
}

impl Shortcut {
    pub(super) const fn plain(key: &'static str) -> Option<Self> {
        Some(Self { ctrl: false, shift: false, key })
    }

    pub(super) const fn ctrl(key: &'static str) -> Option<Self> {
        Some(Self { ctrl: true, shift: false, key })
    }

    pub(super) const fn ctrl_shift(key: &'static str) -> Option<Self> {
        Some(Self { ctrl: true, shift: true, key })
    }

    pub(super) const fn shift(key: &'static str) -> Option<Self> {
        Some(Self { ctrl: false, shift: true, key })
    }

    /// As shown to people, such as `Ctrl+Shift+S`.
    pub fn text(&self) -> String {
        let ctrl = if self.ctrl { "Ctrl+" } else { "" };
        let shift = if self.shift { "Shift+" } else { "" };
        let key = match self.key {
            "Period" => ".",
            "Comma" => ",",
            "OpenBracket" => "[",
            "CloseBracket" => "]",
            "ArrowLeft" => "←",
            "ArrowRight" => "→",
            "ArrowUp" => "↑",
            "ArrowDown" => "↓",
            "Plus" => "+",
            "Minus" => "-",
            key => key,
        };
        format!("{ctrl}{shift}{key}")
    }
}

/// Where the help sheet and the menus list a command, and where its key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// Files, films and exports.
    Scene,
    /// Undo, clipboard and selection.
    Edit,
    /// The camera, the window, and how particles are drawn everywhere.
    View,
    /// How the live swarm alone is drawn.
    Look,
    /// The three workspaces.
    Workspaces,
    /// Tools of the still picture.
    Paint,
    /// Training runs.
    Learn,
    /// The motion and the brushes of the live swarm.
    Live,
    /// Plots and certificates.
    Observe,
    /// The help sheet and the command palette.
    Help,
}

impl Group {
    /// In the order of the help sheet.
    pub const ALL: [Self; 10] = [
        Self::Scene,
        Self::Edit,
        Self::View,
        Self::Look,
        Self::Workspaces,
        Self::Paint,
        Self::Learn,
        Self::Live,
        Self::Observe,
        Self::Help,
    ];

    /// The heading above its rows in the help sheet.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scene => "Scene",
            Self::Edit => "Edit",
            Self::View => "View",
            Self::Look => "Look",
            Self::Workspaces => "Workspaces",
            Self::Paint => "Paint",
            Self::Learn => "Learn",
            Self::Live => "Live",
            Self::Observe => "Observe",
            Self::Help => "Help",
        }
    }

    /// Where its keys work, for the help sheet; empty where that is everywhere.
    pub fn scope_text(self) -> &'static str {
        match self {
            Self::Paint => "keys of Paint",
            Self::Live | Self::Look => "keys of Learn and Live",
            _ => "",
        }
    }

    /// Whether the keys of the group work in `workspace`: a letter may mean a tool over the picture and a brush over
    /// the swarm.
    pub fn is_active_in(self, workspace: Workspace) -> bool {
        match self {
            Self::Paint => workspace == Workspace::Paint,
            Self::Live | Self::Look => workspace != Workspace::Paint,
            Self::Scene | Self::Edit | Self::View | Self::Workspaces | Self::Learn | Self::Observe | Self::Help => true,
        }
    }
}

/// A command that needs no argument from the user.
#[derive(Clone, Debug)]
pub struct CommandInfo {
    /// The heading under which the help sheet lists it.
    pub group: Group,
    /// As in menus and in the command palette.
    pub name: &'static str,
    /// What it does, for a first use; without the shortcut.
    pub tooltip: &'static str,
    /// `None` where it is reached by menus and the palette alone.
    pub shortcut: Option<Shortcut>,
    /// What the key, the menu entry and the palette give to the session.
    pub command: Command,
}

impl CommandInfo {
    /// The tooltip with the shortcut behind it.
    pub fn full_tooltip(&self) -> String {
        match self.shortcut {
            Some(shortcut) => format!("{} ({})", self.tooltip, shortcut.text()),
            None => self.tooltip.to_owned(),
        }
    }
}

/// Every command with a name, in the order of the menus.
pub fn table() -> impl Iterator<Item = &'static CommandInfo> {
    let first = [document::menu::TABLE, view::VIEW, view::LOOK, view::WORKSPACES, painting::menu::TABLE];
    let second = [painting::menu::SETTINGS, learning::menu::TABLE, live::menu::TABLE];
    let third = [live::menu::MOTION, observing::menu::TABLE, view::HELP];
    let tools = first.into_iter().flatten().chain(&*painting::menu::TOOL_COMMANDS);
    let brushes = second.into_iter().flatten().chain(&*live::menu::BRUSH_COMMANDS);
    tools.chain(brushes).chain(third.into_iter().flatten())
}

/// The entry of a command in the [`table`].
pub fn info_of(command: &Command) -> Option<&'static CommandInfo> {
    table().find(|info| info.command == *command)
}

pub(super) const fn row(
    group: Group,
    name: &'static str,
    shortcut: Option<Shortcut>,
    tooltip: &'static str,
    command: Command,
) -> CommandInfo {
    CommandInfo { group, name, tooltip, shortcut, command }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Dialog, PaintCommand};
    use std::collections::HashSet;

    #[test]
    fn shortcuts_are_unique_per_workspace_and_names_per_group() {
        for workspace in [Workspace::Paint, Workspace::Learn, Workspace::Live] {
            let mut keys = HashSet::new();
            for info in table().filter(|info| info.group.is_active_in(workspace)) {
                assert!(info.shortcut.is_none_or(|s| keys.insert(s)), "{} shares its shortcut", info.name);
            }
        }
        let mut names = HashSet::new();
        for info in table() {
            assert!(names.insert((info.group, info.name)), "{} appears twice", info.name);
            assert!(!info.tooltip.is_empty());
        }
    }

    #[test]
    fn a_tooltip_shows_the_shortcut() {
        let save_as = info_of(&Command::Ask(Dialog::SaveAs)).unwrap();
        assert_eq!(save_as.full_tooltip(), "Write the scene to another file (Ctrl+Shift+S)");
        assert!(info_of(&Command::Paint(PaintCommand::SetSpecies(3))).is_none());
    }
}
