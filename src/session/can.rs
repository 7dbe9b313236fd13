//! Whether a command would do something now: menus and the command palette grey out those that would not.

use super::SelectionOrder;
use super::SnapshotCommand;
use super::command::{Command, Dialog};
use super::learning::training::TrainingState;
use super::state::Session;
use crate::formats::ExportSubject;

impl Session {
    /// Whether the command would do something now, for those of the table. A command that may always be given is allowed.
    pub fn can(&self, command: &Command) -> bool {
        let state = &self.training().state;
        match command {
            Command::Undo => self.can_undo(),
            Command::Redo => self.can_redo(),
            Command::Clear => !self.snapshot().particles.is_empty(),
            Command::Copy | Command::Selection(SelectionOrder::All) => !self.snapshot().particles.is_empty(),
            Command::Ask(Dialog::Export(ExportSubject::Picture)) => !self.snapshot().particles.is_empty(),
            Command::Ask(Dialog::Export(ExportSubject::Live)) => self.live().particles > 0,
            Command::Cut
            | Command::Nudge(_)
            | Command::Selection(SelectionOrder::Duplicate | SelectionOrder::Delete) => {
                !self.painting.selection.is_empty()
            }
            Command::StartLearning => !state.is_active() && !self.warnings().iter().any(|w| w.blocks),
            Command::ContinueLearning => {
                self.has_rule() && !state.is_active() && !self.warnings().iter().any(|w| w.blocks)
            }
            Command::LearnAnotherFlow(_) => self.has_rule() && !state.is_active(),
            Command::PauseLearning => *state == TrainingState::Running,
            Command::ResumeLearning => *state == TrainingState::Paused,
            Command::StopLearning => state.is_active(),
            Command::SwitchRule => self.held().is_some(),
            Command::Certify => self.has_rule() && !state.is_active() && !self.certificate().is_running(),
            Command::MeasureTruth => self.truth_refusal().is_none(),
            Command::Snapshot(SnapshotCommand::Delete | SnapshotCommand::Go(_) | SnapshotCommand::Select(_)) => {
                !self.document().world.film.is_empty()
            }
            Command::CancelCertify => self.certificate().is_running(),
            Command::TogglePlay
            | Command::Play
            | Command::Pause
            | Command::Step
            | Command::Grow
            | Command::RestartFromSnapshot
            | Command::Randomise
            | Command::RandomiseHeadings
            | Command::RandomiseSpecies
            | Command::StepBack
            | Command::KeepMoment
            | Command::SurpriseMe => self.has_rule(),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Place;
    use crate::worlds::swarm::picture::Particle;

    #[test]
    fn what_would_do_nothing_is_not_offered() {
        let mut session = Session::new(1);
        assert!(!session.can(&Command::Undo) && !session.can(&Command::Clear) && !session.can(&Command::StartLearning));
        assert!(!session.can(&Command::Grow) && !session.can(&Command::StopLearning));
        session.apply(Command::SetPlace(Place::Paint));
        let at = |x, y| Particle { x, y, ..Particle::default() };
        session.apply(Command::Stroke(vec![at(2.0, 2.0), at(3.0, 2.0), at(2.5, 3.0)]));
        assert!(session.can(&Command::Undo) && session.can(&Command::Clear) && session.can(&Command::StartLearning));
        session.apply(Command::StartLearning);
        assert!(!session.can(&Command::StartLearning) && session.can(&Command::PauseLearning));
        session.apply(Command::PauseLearning);
        assert!(!session.can(&Command::PauseLearning) && session.can(&Command::ResumeLearning));
    }
}
