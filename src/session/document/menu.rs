//! Files, and undo.

use crate::formats::ExportSubject;
use crate::session::command::{Command, Dialog, DocumentCommand};
use crate::session::commands::CommandInfo;
use crate::session::commands::Group::{Edit, Scene};
use crate::session::commands::Shortcut;
use crate::session::commands::row;
use crate::session::sharing::ShareCommand;

pub(in crate::session) const TABLE: &[CommandInfo] = &[
    row(Scene, "New", Shortcut::ctrl("N"), "Start with an empty picture", Command::Document(DocumentCommand::New)),
    row(
        Scene,
        "Open…",
        Shortcut::ctrl("O"),
        "Open a scene, a picture that holds one, or particles",
        Command::Ask(Dialog::Open),
    ),
    row(
        Scene,
        "Save",
        Shortcut::ctrl("S"),
        "Write picture, settings and rule to the scene file",
        Command::Document(DocumentCommand::Save),
    ),
    row(Scene, "Save as…", Shortcut::ctrl_shift("S"), "Write the scene to another file", Command::Ask(Dialog::SaveAs)),
    row(
        Scene,
        "Save as picture…",
        Shortcut::ctrl("E"),
        "Write a picture (PNG) that looks like the scene and holds it: dropped on Unstill, it opens as the scene",
        Command::Ask(Dialog::SavePicture),
    ),
    row(
        Scene,
        "Import…",
        Shortcut::ctrl("I"),
        "Read particles from a CSV, XYZ or image file",
        Command::Ask(Dialog::Import),
    ),
    row(
        Scene,
        "Export picture…",
        None,
        "Write the painted particles as a table, extended XYZ or an image, for other programs",
        Command::Ask(Dialog::Export(ExportSubject::Picture)),
    ),
    row(
        Scene,
        "Export what lives…",
        None,
        "Write what lives as it is now, for other programs: particles as a table, extended XYZ or an image; a field as \
         a picture or an array",
        Command::Ask(Dialog::Export(ExportSubject::Live)),
    ),
    row(
        Scene,
        "Gallery",
        Shortcut::ctrl("G"),
        "Scenes that come with the program, each already alive",
        Command::Ask(Dialog::Gallery),
    ),
    row(
        Scene,
        "Film or stop",
        Shortcut::plain("F9"),
        "Take a film of the swarm with the present settings; again: end it there and keep it",
        Command::Share(ShareCommand::Film),
    ),
    row(
        Scene,
        "Film…",
        Shortcut::shift("F9"),
        "Length, size and format of films: GIF, APNG, PNG files or MP4",
        Command::Ask(Dialog::Film),
    ),
    row(
        Scene,
        "Record trajectory…",
        None,
        "Write where the living particles go as XYZ or a table, a frame every so many steps, for other programs",
        Command::Ask(Dialog::Trajectory),
    ),
    row(
        Scene,
        "Trajectory or stop",
        Shortcut::shift("F10"),
        "Record a trajectory with the present settings; again: end it there and keep it",
        Command::Share(ShareCommand::Trajectory),
    ),
    row(
        Scene,
        "Quit",
        Shortcut::ctrl("Q"),
        "Leave the program; asks when something is unsaved",
        Command::Document(DocumentCommand::Quit),
    ),
    row(Edit, "Undo", Shortcut::ctrl("Z"), "Take back the last change", Command::Document(DocumentCommand::Undo)),
    row(
        Edit,
        "Redo",
        Shortcut::ctrl_shift("Z"),
        "Bring back what was undone",
        Command::Document(DocumentCommand::Redo),
    ),
];
