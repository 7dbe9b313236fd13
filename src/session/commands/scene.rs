//! Files, and undo.

use super::Group::{Edit, Scene};
use super::{CommandInfo, Shortcut, row};
use crate::session::command::{Command, Dialog};

pub(super) const TABLE: &[CommandInfo] = &[
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
];
