//! Where one is and what one sees: nothing here changes the scene.

use super::Group::{Help, Places, View};
use super::{CommandInfo, Shortcut, row};
use crate::session::command::{Command, Dialog, Place, ViewCommand};

pub(super) const TABLE: &[CommandInfo] = &[
    row(View, "Fit", Shortcut::plain("Home"), "Show the whole box again", || Command::View(ViewCommand::Fit)),
    row(View, "Screenshot", Shortcut::plain("F12"), "Write a picture of the window into the present folder", || {
        Command::View(ViewCommand::Screenshot)
    }),
    row(
        View,
        "Screenshot of the canvas",
        Shortcut::shift("F12"),
        "Write a picture of the canvas alone, without panels, into the present folder",
        || Command::View(ViewCommand::CanvasScreenshot),
    ),
    row(Places, "Paint", Shortcut::plain("1"), "Paint the still picture", || Command::SetPlace(Place::Paint)),
    row(Places, "Learn", Shortcut::plain("2"), "Learn a rule that keeps the picture alive", || {
        Command::SetPlace(Place::Learn)
    }),
    row(Places, "Live", Shortcut::plain("3"), "Watch the rule run, and play with it", || {
        Command::SetPlace(Place::Live)
    }),
];

pub(super) const HELP: &[CommandInfo] =
    &[row(Help, "Help", Shortcut::plain("F1"), "All commands with their keys", || Command::Ask(Dialog::Help))];
