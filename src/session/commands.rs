//! The one table of commands: names, shortcuts and tooltips for menus, keys and the help sheet.

use super::command::{Command, Dialog, ForceKind, Place, Tool};

/// A key with modifiers. `key` is a name as on the key cap: "Z", "1", "Space", "Period", "F1", "Delete".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shortcut {
    /// Ctrl, or Cmd on a Mac.
    pub ctrl: bool,
    pub shift: bool,
    pub key: &'static str,
}

impl Shortcut {
    const fn plain(key: &'static str) -> Option<Self> {
        Some(Self { ctrl: false, shift: false, key })
    }

    const fn ctrl(key: &'static str) -> Option<Self> {
        Some(Self { ctrl: true, shift: false, key })
    }

    const fn ctrl_shift(key: &'static str) -> Option<Self> {
        Some(Self { ctrl: true, shift: true, key })
    }

    /// As shown to people, such as `Ctrl+Shift+S`.
    pub fn text(&self) -> String {
        let ctrl = if self.ctrl { "Ctrl+" } else { "" };
        let shift = if self.shift { "Shift+" } else { "" };
        let key = if self.key == "Period" { "." } else { self.key };
        format!("{ctrl}{shift}{key}")
    }
}

/// Where the help sheet and the menus list a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    Scene,
    Edit,
    Places,
    Paint,
    Learn,
    Live,
    Help,
}

impl Group {
    pub const ALL: [Self; 7] =
        [Self::Scene, Self::Edit, Self::Places, Self::Paint, Self::Learn, Self::Live, Self::Help];

    pub fn name(self) -> &'static str {
        match self {
            Self::Scene => "Scene",
            Self::Edit => "Edit",
            Self::Places => "Places",
            Self::Paint => "Paint",
            Self::Learn => "Learn",
            Self::Live => "Live",
            Self::Help => "Help",
        }
    }
}

/// A command that needs no argument from the user.
#[derive(Clone, Copy, Debug)]
pub struct CommandInfo {
    pub group: Group,
    pub name: &'static str,
    pub tooltip: &'static str,
    pub shortcut: Option<Shortcut>,
    pub command: fn() -> Command,
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

/// The entry of a command in [`TABLE`].
pub fn info_of(command: &Command) -> Option<&'static CommandInfo> {
    TABLE.iter().find(|info| (info.command)() == *command)
}

const fn row(
    group: Group,
    name: &'static str,
    shortcut: Option<Shortcut>,
    tooltip: &'static str,
    command: fn() -> Command,
) -> CommandInfo {
    CommandInfo { group, name, tooltip, shortcut, command }
}

use Group::{Edit, Help, Learn, Live, Paint, Places, Scene};

/// Every command with a name, in the order of the menus.
pub const TABLE: &[CommandInfo] = &[
    row(Scene, "New", Shortcut::ctrl("N"), "Start with an empty picture", || Command::New),
    row(Scene, "Open…", Shortcut::ctrl("O"), "Open a scene file", || Command::Ask(Dialog::Open)),
    row(Scene, "Save", Shortcut::ctrl("S"), "Write picture, settings and rule to the scene file", || Command::Save),
    row(Scene, "Save as…", Shortcut::ctrl_shift("S"), "Write the scene to another file", || {
        Command::Ask(Dialog::SaveAs)
    }),
    row(Scene, "Import…", Shortcut::ctrl("I"), "Read particles from a CSV, XYZ or image file", || {
        Command::Ask(Dialog::Import)
    }),
    row(Scene, "Gallery", Shortcut::ctrl("G"), "Scenes that come with the program, each already alive", || {
        Command::Ask(Dialog::Gallery)
    }),
    row(Scene, "Quit", Shortcut::ctrl("Q"), "Leave the program; asks when something is unsaved", || Command::Quit),
    row(Edit, "Undo", Shortcut::ctrl("Z"), "Take back the last change", || Command::Undo),
    row(Edit, "Redo", Shortcut::ctrl_shift("Z"), "Bring back what was undone", || Command::Redo),
    row(Places, "Paint", Shortcut::plain("1"), "Paint the still picture", || Command::SetPlace(Place::Paint)),
    row(Places, "Learn", Shortcut::plain("2"), "Learn a rule that keeps the picture alive", || {
        Command::SetPlace(Place::Learn)
    }),
    row(Places, "Live", Shortcut::plain("3"), "Watch the rule run, and play with it", || {
        Command::SetPlace(Place::Live)
    }),
    row(
        Paint,
        "Pen",
        Shortcut::plain("P"),
        "Click to lay a particle, drag a little to turn it, drag far for a stroke",
        || Command::SetTool(Tool::Pen),
    ),
    row(Paint, "Eraser", Shortcut::plain("E"), "Drag over particles to remove them", || Command::SetTool(Tool::Eraser)),
    row(Paint, "Clear", Shortcut::ctrl("Delete"), "Remove every particle of the picture", || Command::Clear),
    row(Learn, "Learn", Shortcut::ctrl("L"), "Learn a rule from the picture, in the background", || {
        Command::StartLearning
    }),
    row(Learn, "Learn on", None, "Go on from the present rule, for more steps or an edited picture", || {
        Command::ContinueLearning
    }),
    row(Learn, "Pause learning", None, "Rest; nothing is lost", || Command::PauseLearning),
    row(Learn, "Resume learning", None, "Go on learning", || Command::ResumeLearning),
    row(Learn, "Stop learning", None, "End here and keep the rule as it is now", || Command::StopLearning),
    row(Live, "Play or pause", Shortcut::plain("Space"), "Let time run, or stand still", || Command::TogglePlay),
    row(Live, "Step", Shortcut::plain("Period"), "One small step of time, then stand still", || Command::Step),
    row(Live, "Grow", Shortcut::plain("G"), "Grow the pattern out of noise: random start, slowly cooled", || {
        Command::Grow
    }),
    row(Live, "Restart", Shortcut::plain("R"), "Start again from copies of the picture", || {
        Command::RestartFromSnapshot
    }),
    row(Live, "Scramble", Shortcut::plain("X"), "Throw all particles to random places at once", || Command::Randomise),
    row(Live, "Surprise me", Shortcut::plain("S"), "Random knobs: another motion of the same pattern", || {
        Command::SurpriseMe
    }),
    row(Live, "Push", Shortcut::plain("A"), "The mouse pushes particles away", || {
        Command::SetForceKind(ForceKind::Push)
    }),
    row(Live, "Pull", Shortcut::plain("D"), "The mouse pulls particles in", || Command::SetForceKind(ForceKind::Pull)),
    row(Live, "Mouse off", Shortcut::plain("F"), "The mouse leaves the particles alone", || {
        Command::SetForceKind(ForceKind::None)
    }),
    row(Help, "Help", Shortcut::plain("F1"), "All commands with their keys", || Command::Ask(Dialog::Help)),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_commands_share_a_shortcut_or_a_name_within_a_group() {
        let mut keys = HashSet::new();
        let mut names = HashSet::new();
        for info in TABLE {
            assert!(info.shortcut.is_none_or(|s| keys.insert(s)), "{} shares its shortcut", info.name);
            assert!(names.insert((info.group, info.name)), "{} appears twice", info.name);
            assert!(!info.tooltip.is_empty());
        }
    }

    #[test]
    fn a_tooltip_tells_the_shortcut() {
        let save_as = info_of(&Command::Ask(Dialog::SaveAs)).unwrap();
        assert_eq!(save_as.full_tooltip(), "Write the scene to another file (Ctrl+Shift+S)");
        assert!(info_of(&Command::SetSpecies(3)).is_none());
    }
}
