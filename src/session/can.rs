//! Whether a command would do something now: menus and the command palette grey out those that would not.

use super::command::{Command, Dialog};
use super::state::Session;
use crate::formats::ExportSubject;

impl Session {
    /// Whether the command would do something now, for those of the table. A command that may always be given is allowed.
    pub fn can(&self, command: &Command) -> bool {
        match command {
            Command::Document(command) => command.is_possible(self),
            Command::Paint(command) => command.is_possible(self),
            Command::Learn(command) => command.is_possible(self),
            Command::Live(command) => command.is_possible(self),
            Command::Observe(command) => command.is_possible(self),
            Command::Ask(Dialog::Export(ExportSubject::Picture)) => !self.snapshot().particles.is_empty(),
            Command::Ask(Dialog::Export(ExportSubject::Live)) => self.live().particles > 0,
            Command::Share(_)
            | Command::Ask(_)
            | Command::Pointer(_)
            | Command::SetWorkspace(_)
            | Command::View(_)
            | Command::Prefer(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{DocumentCommand, LearnCommand, LiveCommand, PaintCommand, Workspace};
    use crate::worlds::swarm::picture::Particle;

    #[test]
    fn what_would_do_nothing_is_not_offered() {
        let mut session = Session::new(1);
        assert!(
            !session.can(&Command::Document(DocumentCommand::Undo))
                && !session.can(&Command::Paint(PaintCommand::Clear))
                && !session.can(&Command::Learn(LearnCommand::Start))
        );
        assert!(!session.can(&Command::Live(LiveCommand::Grow)) && !session.can(&Command::Learn(LearnCommand::Stop)));
        session.apply(Command::SetWorkspace(Workspace::Paint));
        let at = |x, y| Particle { x, y, ..Particle::default() };
        session.apply(PaintCommand::Stroke(vec![at(2.0, 2.0), at(3.0, 2.0), at(2.5, 3.0)]));
        assert!(
            session.can(&Command::Document(DocumentCommand::Undo))
                && session.can(&Command::Paint(PaintCommand::Clear))
                && session.can(&Command::Learn(LearnCommand::Start))
        );
        session.apply(LearnCommand::Start);
        assert!(
            !session.can(&Command::Learn(LearnCommand::Start)) && session.can(&Command::Learn(LearnCommand::Pause))
        );
        session.apply(LearnCommand::Pause);
        assert!(
            !session.can(&Command::Learn(LearnCommand::Pause)) && session.can(&Command::Learn(LearnCommand::Resume))
        );
    }
}
