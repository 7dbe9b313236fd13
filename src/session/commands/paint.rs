//! Tools and orders of the first place.

use super::Group::Paint;
use super::{CommandInfo, Shortcut, row};
use crate::session::command::{Command, Tool};

pub(super) const TABLE: &[CommandInfo] = &[
    row(
        Paint,
        "Pen",
        Shortcut::plain("P"),
        "Click to lay a particle, drag a little to turn it, drag far for a stroke",
        || Command::SetTool(Tool::Pen),
    ),
    row(Paint, "Eraser", Shortcut::plain("E"), "Drag over particles to remove them", || Command::SetTool(Tool::Eraser)),
    row(Paint, "Clear", Shortcut::ctrl("Delete"), "Remove every particle of the picture", || Command::Clear),
];
