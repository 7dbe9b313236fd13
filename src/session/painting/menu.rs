//! Tools and orders of the first place.

use super::SelectionOrder;
use super::snapshots::SnapshotCommand;
use crate::session::command::{Command, Dialog, PaintCommand, Tool};
use crate::session::commands::CommandInfo;
use crate::session::commands::Group::Paint;
use crate::session::commands::Shortcut;
use crate::session::commands::row;

/// A quarter turn has six of them.
const TURN_RAD: f64 = std::f64::consts::PI / 12.0;

/// One notch of "larger".
const LARGER: f64 = 1.15;

pub(in crate::session) const TABLE: &[CommandInfo] = &[
    row(
        Paint,
        "Previous snapshot",
        Shortcut::plain("PageUp"),
        "Show the snapshot before this one, where there are several",
        || Command::Paint(PaintCommand::Snapshot(SnapshotCommand::Go(-1))),
    ),
    row(
        Paint,
        "Next snapshot",
        Shortcut::plain("PageDown"),
        "Show the snapshot after this one, where there are several",
        || Command::Paint(PaintCommand::Snapshot(SnapshotCommand::Go(1))),
    ),
    row(
        Paint,
        "Duplicate the snapshot",
        None,
        "Put a copy of the picture behind it: a rule is learned from all snapshots of a picture",
        || Command::Paint(PaintCommand::Snapshot(SnapshotCommand::Duplicate)),
    ),
    row(Paint, "Delete the snapshot", None, "Leave this snapshot out of the picture, where there are several", || {
        Command::Paint(PaintCommand::Snapshot(SnapshotCommand::Delete))
    }),
    row(
        Paint,
        "Pen",
        Shortcut::plain("P"),
        "Click to place a particle, drag a little to turn it, drag far for a stroke; Shift keeps to steps of 15°",
        || Command::Paint(PaintCommand::SetTool(Tool::Pen)),
    ),
    row(Paint, "Line", Shortcut::plain("L"), "Drag a straight row of particles; Shift keeps to steps of 15°", || {
        Command::Paint(PaintCommand::SetTool(Tool::Line))
    }),
    row(Paint, "Arc", Shortcut::plain("A"), "Draw an arc by hand: it becomes an even one", || {
        Command::Paint(PaintCommand::SetTool(Tool::Arc))
    }),
    row(Paint, "Circle", Shortcut::plain("C"), "Drag from the centre to the rim", || {
        Command::Paint(PaintCommand::SetTool(Tool::Circle))
    }),
    row(
        Paint,
        "Lattice",
        Shortcut::plain("H"),
        "Drag a rectangle that fills with a hexagonal or square lattice; Shift makes it a square",
        || Command::Paint(PaintCommand::SetTool(Tool::Lattice)),
    ),
    row(Paint, "Spray", Shortcut::plain("S"), "Drag to spray particles that keep their distance", || {
        Command::Paint(PaintCommand::SetTool(Tool::Spray))
    }),
    row(Paint, "Eraser", Shortcut::plain("E"), "Drag over particles to remove them", || {
        Command::Paint(PaintCommand::SetTool(Tool::Eraser))
    }),
    row(
        Paint,
        "Select",
        Shortcut::plain("V"),
        "Click, double-click a creature, or drag a rectangle; Shift adds. Then move (Ctrl or Alt copies, Shift keeps straight), turn, scale or head them by the handles",
        || Command::Paint(PaintCommand::SetTool(Tool::Select)),
    ),
    row(Paint, "Lasso", Shortcut::plain("O"), "Draw around particles to select them; Shift adds", || {
        Command::Paint(PaintCommand::SetTool(Tool::Lasso))
    }),
    row(Paint, "Stamp", Shortcut::plain("M"), "Click to place a whole motif, or what was selected", || {
        Command::Paint(PaintCommand::SetTool(Tool::Stamp))
    }),
    row(Paint, "Text", Shortcut::plain("T"), "Type a text and click to place it as particles", || {
        Command::Paint(PaintCommand::SetTool(Tool::Text))
    }),
    row(Paint, "Image", Shortcut::plain("I"), "Choose an image and click to place it as particles", || {
        Command::Paint(PaintCommand::SetTool(Tool::Image))
    }),
    row(Paint, "Eyedropper", Shortcut::plain("K"), "Click on a particle to take its species and heading", || {
        Command::Paint(PaintCommand::SetTool(Tool::Eyedropper))
    }),
    row(Paint, "Symmetry", Shortcut::plain("Y"), "Everything you place or erase repeats about the middle", || {
        Command::Paint(PaintCommand::ToggleSymmetry)
    }),
    row(Paint, "Snap", Shortcut::plain("N"), "Keep positions to a grid and headings to steps of 15°", || {
        Command::Paint(PaintCommand::ToggleSnap)
    }),
    row(
        Paint,
        "Smaller",
        Shortcut::plain("OpenBracket"),
        "A smaller brush, stamp or selection, or a closer spacing",
        || Command::Paint(PaintCommand::Resize(1.0 / LARGER)),
    ),
    row(
        Paint,
        "Larger",
        Shortcut::plain("CloseBracket"),
        "A larger brush, stamp or selection, or a wider spacing",
        || Command::Paint(PaintCommand::Resize(LARGER)),
    ),
    row(Paint, "Turn left", Shortcut::plain("Comma"), "Turn the selection, the stamp or the heading by 15°", || {
        Command::Paint(PaintCommand::Turn(TURN_RAD))
    }),
    row(Paint, "Turn right", Shortcut::plain("Period"), "Turn it by 15° the other way", || {
        Command::Paint(PaintCommand::Turn(-TURN_RAD))
    }),
    row(Paint, "Copy", Shortcut::ctrl("C"), "Copy what is selected, or everything, as a CSV table", || {
        Command::Paint(PaintCommand::Copy)
    }),
    row(Paint, "Cut", Shortcut::ctrl("X"), "Copy what is selected and remove it", || Command::Paint(PaintCommand::Cut)),
    row(Paint, "Paste", Shortcut::ctrl("V"), "Add the particles of a copied table: x,y,heading,species", || {
        Command::Paint(PaintCommand::Paste)
    }),
    row(Paint, "Select all", Shortcut::ctrl("A"), "Select every particle", || {
        Command::Paint(PaintCommand::Selection(SelectionOrder::All))
    }),
    row(Paint, "Invert selection", Shortcut::ctrl_shift("A"), "Select the others instead", || {
        Command::Paint(PaintCommand::Selection(SelectionOrder::Invert))
    }),
    row(Paint, "Duplicate", Shortcut::ctrl("D"), "Copies of the selected particles beside them", || {
        Command::Paint(PaintCommand::Selection(SelectionOrder::Duplicate))
    }),
    row(Paint, "Delete", Shortcut::plain("Delete"), "Remove the selected particles", || {
        Command::Paint(PaintCommand::Selection(SelectionOrder::Delete))
    }),
    row(
        Paint,
        "Nudge left",
        Shortcut::plain("ArrowLeft"),
        "Move the selection a little to the left; with Shift ten times as far",
        || Command::Paint(PaintCommand::Nudge([-1, 0])),
    ),
    row(
        Paint,
        "Nudge right",
        Shortcut::plain("ArrowRight"),
        "Move the selection a little to the right; with Shift ten times as far",
        || Command::Paint(PaintCommand::Nudge([1, 0])),
    ),
    row(
        Paint,
        "Nudge up",
        Shortcut::plain("ArrowUp"),
        "Move the selection a little up; with Shift ten times as far",
        || Command::Paint(PaintCommand::Nudge([0, 1])),
    ),
    row(
        Paint,
        "Nudge down",
        Shortcut::plain("ArrowDown"),
        "Move the selection a little down; with Shift ten times as far",
        || Command::Paint(PaintCommand::Nudge([0, -1])),
    ),
    row(Paint, "Let go", Shortcut::plain("Escape"), "Drop what is being drawn, the selection, then the tool", || {
        Command::Paint(PaintCommand::LetGo)
    }),
    row(Paint, "Choose image…", None, "Choose a PNG or JPEG file for the image tool", || {
        Command::Ask(Dialog::Picture)
    }),
    row(Paint, "Clear", Shortcut::ctrl("Delete"), "Remove every particle of the picture", || {
        Command::Paint(PaintCommand::Clear)
    }),
];
