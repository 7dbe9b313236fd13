//! Commands of workspaces, views and help. Only *Without noise* changes the scene.

use super::CommandInfo;
use super::Group::{Help, Look, View, Workspaces};
use super::Shortcut;
use super::row;
use crate::session::command::{Command, Dialog, LiveCommand, ViewCommand, Workspace};
use crate::session::prefs::Preference;

pub(super) const VIEW: &[CommandInfo] = &[
    row(View, "Fit", Shortcut::plain("Home"), "Show the whole box again", Command::View(ViewCommand::Fit)),
    row(
        View,
        "Full screen",
        Shortcut::plain("F11"),
        "Fill the screen with the window, or leave full screen",
        Command::View(ViewCommand::FullScreen),
    ),
    row(
        View,
        "Hide panels",
        Shortcut::plain("Tab"),
        "Only the swarm; the same key brings the panels back",
        Command::Prefer(Preference::TogglePanels),
    ),
    row(
        View,
        "Light or dark",
        None,
        "Change between the dark and the light theme",
        Command::Prefer(Preference::SwitchTheme),
    ),
    row(View, "Larger", Shortcut::ctrl("Plus"), "Make panels and text larger", Command::Prefer(Preference::LargerUi)),
    row(
        View,
        "Smaller",
        Shortcut::ctrl("Minus"),
        "Make panels and text smaller",
        Command::Prefer(Preference::SmallerUi),
    ),
    row(
        View,
        "Normal size",
        Shortcut::ctrl("0"),
        "Panels and text at their normal size",
        Command::Prefer(Preference::DefaultUi),
    ),
    row(
        View,
        "Screenshot",
        Shortcut::plain("F12"),
        "Write a picture of the window into the current folder",
        Command::View(ViewCommand::Screenshot),
    ),
    row(
        View,
        "Screenshot of the canvas",
        Shortcut::shift("F12"),
        "Write a picture of the canvas alone, without panels, into the current folder",
        Command::View(ViewCommand::CanvasScreenshot),
    ),
    row(
        View,
        "Next body",
        Shortcut::plain("B"),
        "Draw the particles as arrows, drops or dots",
        Command::Prefer(Preference::NextBody),
    ),
    row(
        View,
        "Next palette",
        None,
        "Other colours for the species; all are safe for the colour-blind",
        Command::Prefer(Preference::NextPalette),
    ),
];

pub(super) const LOOK: &[CommandInfo] = &[
    row(
        Look,
        "Next colouring",
        Shortcut::plain("O"),
        "Colour by species, heading, speed or energy",
        Command::Prefer(Preference::NextColourBy),
    ),
    row(
        Look,
        "Trails",
        Shortcut::plain("T"),
        "Show where each particle has been",
        Command::Prefer(Preference::ToggleTrails),
    ),
    row(
        Look,
        "Glow",
        Shortcut::plain("L"),
        "Light around the particles (off for thousands of particles on a software GPU)",
        Command::Prefer(Preference::ToggleGlow),
    ),
    row(
        Look,
        "Without noise",
        Shortcut::plain("J"),
        "Show the denoised positions: a sharper picture",
        Command::Live(LiveCommand::ToggleDenoised),
    ),
];

pub(super) const WORKSPACES: &[CommandInfo] = &[
    row(Workspaces, "Paint", Shortcut::plain("1"), "Paint the still picture", Command::SetWorkspace(Workspace::Paint)),
    row(
        Workspaces,
        "Learn",
        Shortcut::plain("2"),
        "Learn a rule that keeps the picture alive",
        Command::SetWorkspace(Workspace::Learn),
    ),
    row(
        Workspaces,
        "Live",
        Shortcut::plain("3"),
        "Watch the rule run, and play with it",
        Command::SetWorkspace(Workspace::Live),
    ),
];

pub(super) const HELP: &[CommandInfo] = &[
    row(
        Help,
        "All commands",
        Shortcut::ctrl("P"),
        "Find any command by typing a part of its name",
        Command::Ask(Dialog::Palette),
    ),
    row(Help, "Help", Shortcut::plain("F1"), "What the keys and the mouse do", Command::Ask(Dialog::Help)),
];
