//! Orders of the second place.

use crate::session::command::{Command, LearnCommand};
use crate::session::commands::CommandInfo;
use crate::session::commands::Group::Learn;
use crate::session::commands::Shortcut;
use crate::session::commands::row;

pub(in crate::session) const TABLE: &[CommandInfo] = &[
    row(Learn, "Learn", Shortcut::ctrl("L"), "Learn a rule from the picture, in the background", || {
        Command::Learn(LearnCommand::Start)
    }),
    row(Learn, "Learn on", None, "Continue from the present rule, for more steps or an edited picture", || {
        Command::Learn(LearnCommand::Continue)
    }),
    row(Learn, "Learn another flow", None, "Another motion of the same pattern, from the next seed", || {
        Command::Learn(LearnCommand::LearnAnotherFlow(None))
    }),
    row(Learn, "Switch to the new rule", None, "Let the rule in the making take over now, however good it is", || {
        Command::Learn(LearnCommand::SwitchRule)
    }),
    row(Learn, "Pause learning", None, "Pause; nothing is lost", || Command::Learn(LearnCommand::Pause)),
    row(Learn, "Resume learning", None, "Go on learning", || Command::Learn(LearnCommand::Resume)),
    row(Learn, "Stop learning", None, "End here and keep the rule as it is now", || Command::Learn(LearnCommand::Stop)),
];
