//! Tools and commands of the workspace Paint.

use std::sync::LazyLock;

use super::SelectionOrder;
use super::snapshots::SnapshotCommand;
use crate::session::command::{Command, Dialog, PaintCommand};
use crate::session::commands::CommandInfo;
use crate::session::commands::Group::Paint;
use crate::session::commands::Shortcut;
use crate::session::commands::row;
use crate::worlds::swarm::{SWARM_TOOLS, SwarmTool};

/// A quarter turn has six of them.
const TURN_RAD: f64 = std::f64::consts::PI / 12.0;

/// One notch of "larger".
const LARGER: f64 = 1.15;

pub(in crate::session) const TABLE: &[CommandInfo] = &[
    paint(
        "Previous snapshot",
        Shortcut::plain("PageUp"),
        "Show the snapshot before this one, where there are several",
        PaintCommand::Snapshot(SnapshotCommand::Go(-1)),
    ),
    paint(
        "Next snapshot",
        Shortcut::plain("PageDown"),
        "Show the snapshot after this one, where there are several",
        PaintCommand::Snapshot(SnapshotCommand::Go(1)),
    ),
    paint(
        "Duplicate the snapshot",
        None,
        "Put a copy of the picture behind it: a rule is learned from all snapshots of a picture",
        PaintCommand::Snapshot(SnapshotCommand::Duplicate),
    ),
    paint(
        "Delete the snapshot",
        None,
        "Leave this snapshot out of the picture, where there are several",
        PaintCommand::Snapshot(SnapshotCommand::Delete),
    ),
];

/// The tools, from their table.
pub(in crate::session) static TOOL_COMMANDS: LazyLock<Vec<CommandInfo>> = LazyLock::new(|| {
    let takes = |row: &SwarmTool| {
        paint(row.spec.name, Shortcut::plain(row.key), row.spec.help, PaintCommand::SetTool(row.tool))
    };
    SWARM_TOOLS.iter().map(takes).collect()
});

/// After the tools.
pub(in crate::session) const SETTINGS: &[CommandInfo] = &[
    paint(
        "Symmetry",
        Shortcut::plain("Y"),
        "Everything you place or erase repeats about the middle",
        PaintCommand::ToggleSymmetry,
    ),
    paint(
        "Snap",
        Shortcut::plain("N"),
        "Keep positions to a grid and headings to steps of 15°",
        PaintCommand::ToggleSnap,
    ),
    paint(
        "Smaller",
        Shortcut::plain("OpenBracket"),
        "A smaller brush, stamp or selection, or a closer spacing",
        PaintCommand::Resize(1.0 / LARGER),
    ),
    paint(
        "Larger",
        Shortcut::plain("CloseBracket"),
        "A larger brush, stamp or selection, or a wider spacing",
        PaintCommand::Resize(LARGER),
    ),
    paint(
        "Turn left",
        Shortcut::plain("Comma"),
        "Turn the selection, the stamp or the heading by 15°",
        PaintCommand::Turn(TURN_RAD),
    ),
    paint("Turn right", Shortcut::plain("Period"), "Turn it by 15° the other way", PaintCommand::Turn(-TURN_RAD)),
    paint("Copy", Shortcut::ctrl("C"), "Copy what is selected, or everything, as a CSV table", PaintCommand::Copy),
    paint("Cut", Shortcut::ctrl("X"), "Copy what is selected and remove it", PaintCommand::Cut),
    paint(
        "Paste",
        Shortcut::ctrl("V"),
        "Add the particles of a copied table: x,y,heading,species",
        PaintCommand::Paste,
    ),
    paint("Select all", Shortcut::ctrl("A"), "Select every particle", PaintCommand::Selection(SelectionOrder::All)),
    paint(
        "Invert selection",
        Shortcut::ctrl_shift("A"),
        "Select the others instead",
        PaintCommand::Selection(SelectionOrder::Invert),
    ),
    paint(
        "Duplicate",
        Shortcut::ctrl("D"),
        "Copies of the selected particles beside them",
        PaintCommand::Selection(SelectionOrder::Duplicate),
    ),
    paint(
        "Delete",
        Shortcut::plain("Delete"),
        "Remove the selected particles",
        PaintCommand::Selection(SelectionOrder::Delete),
    ),
    paint(
        "Nudge left",
        Shortcut::plain("ArrowLeft"),
        "Move the selection a little to the left; with Shift ten times as far",
        PaintCommand::Nudge([-1, 0]),
    ),
    paint(
        "Nudge right",
        Shortcut::plain("ArrowRight"),
        "Move the selection a little to the right; with Shift ten times as far",
        PaintCommand::Nudge([1, 0]),
    ),
    paint(
        "Nudge up",
        Shortcut::plain("ArrowUp"),
        "Move the selection a little up; with Shift ten times as far",
        PaintCommand::Nudge([0, 1]),
    ),
    paint(
        "Nudge down",
        Shortcut::plain("ArrowDown"),
        "Move the selection a little down; with Shift ten times as far",
        PaintCommand::Nudge([0, -1]),
    ),
    paint(
        "Let go",
        Shortcut::plain("Escape"),
        "Drop what is being drawn, the selection, then the tool",
        PaintCommand::LetGo,
    ),
    row(Paint, "Choose image…", None, "Choose a PNG or JPEG file for the image tool", Command::Ask(Dialog::Picture)),
    paint("Clear", Shortcut::ctrl("Delete"), "Remove every particle of the picture", PaintCommand::Clear),
];

const fn paint(
    name: &'static str,
    shortcut: Option<Shortcut>,
    tooltip: &'static str,
    command: PaintCommand,
) -> CommandInfo {
    row(Paint, name, shortcut, tooltip, Command::Paint(command))
}
