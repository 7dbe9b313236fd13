//! Commands of the workspace Learn.

use crate::session::command::{Command, LearnCommand};
use crate::session::commands::CommandInfo;
use crate::session::commands::Group::Learn;
use crate::session::commands::Shortcut;
use crate::session::commands::row;

pub(in crate::session) const TABLE: &[CommandInfo] = &[
    learn("Learn", Shortcut::ctrl("L"), "Learn a rule from the picture, in the background", LearnCommand::Start),
    learn(
        "Learn on",
        None,
        "Continue from the present rule, for more steps or an edited picture",
        LearnCommand::Continue,
    ),
    learn(
        "Learn another flow",
        None,
        "Another motion of the same pattern, from the next seed",
        LearnCommand::LearnAnotherFlow(None),
    ),
    learn(
        "Switch to the new rule",
        None,
        "Let the rule in the making take over now, however good it is",
        LearnCommand::SwitchRule,
    ),
    learn("Pause learning", None, "Pause; nothing is lost", LearnCommand::Pause),
    learn("Resume learning", None, "Go on learning", LearnCommand::Resume),
    learn("Stop learning", None, "End here and keep the rule as it is now", LearnCommand::Stop),
];

const fn learn(
    name: &'static str,
    shortcut: Option<Shortcut>,
    tooltip: &'static str,
    command: LearnCommand,
) -> CommandInfo {
    row(Learn, name, shortcut, tooltip, Command::Learn(command))
}
