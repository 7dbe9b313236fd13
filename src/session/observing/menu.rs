//! Commands that show and measure; their keys work in every workspace.

use crate::session::command::{Command, Dialog, ObserveCommand};
use crate::session::commands::CommandInfo;
use crate::session::commands::Group::Observe;
use crate::session::commands::Shortcut;
use crate::session::commands::row;

pub(in crate::session) const TABLE: &[CommandInfo] = &[
    row(
        Observe,
        "Plots",
        Shortcut::plain("F2"),
        "Open or close the live plots under the canvas",
        Command::Ask(Dialog::Plots),
    ),
    observe(
        "Certify",
        Shortcut::plain("F3"),
        "Measure in the background how well the rule grows, keeps and heals the pattern, and keep that with the scene",
        ObserveCommand::Certify,
    ),
    observe(
        "Compare with the film",
        None,
        "Compare the learned motion with the true one, where the picture is a film whose particles have ids",
        ObserveCommand::MeasureTruth,
    ),
    observe("Stop certifying", None, "End the measuring; the scene stays as it is", ObserveCommand::CancelCertify),
];

const fn observe(
    name: &'static str,
    shortcut: Option<Shortcut>,
    tooltip: &'static str,
    command: ObserveCommand,
) -> CommandInfo {
    row(Observe, name, shortcut, tooltip, Command::Observe(command))
}
