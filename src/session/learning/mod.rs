//! Learning: the run that is under way, the change to its rule, the flows beside it, and how long it will take.

pub(super) mod command;
mod effect;
pub(super) mod event;
pub(super) mod flows;
pub(super) mod menu;
pub(super) mod pace;
pub(super) mod takeover;
pub(super) mod training;

pub use command::LearnCommand;
pub use effect::LearnEffect;
pub use event::LearnEvent;

use flows::AnotherFlow;
use pace::PaceView;
use takeover::Held;
use training::TrainingView;

use super::command::RunId;
use super::state::Session;

/// The state of learning.
#[derive(Debug, Default)]
pub(super) struct Learning {
    pub training: TrainingView,
    pub pace: PaceView,
    /// How often a run has brought new weights to the document.
    pub learned: u64,
    /// The run that replaced a rule with flows from scratch, which is a step of the history.
    pub lineage: RunId,
    /// The present run learns a flow beside those of the picture.
    pub another_flow: Option<AnotherFlow>,
    /// The present run goes on from the rule that was there.
    pub run_goes_on: bool,
    /// It has brought weights to the document.
    pub run_has_spoken: bool,
    /// The swarm of the run's picture has replaced the older one.
    pub run_is_live: bool,
    /// The old rule in the engine, which plays until the new one is better.
    pub held: Option<Held>,
    pub stops_when_settled: bool,
}

impl Session {
    /// State and curves of the current or last run, for the panels.
    pub fn training(&self) -> &TrainingView {
        &self.learning.training
    }

    /// The old rule that plays on while another is learned in its place, if so.
    pub fn held(&self) -> Option<&Held> {
        self.learning.held.as_ref()
    }

    /// Whether a run ends by itself when its fidelity has settled.
    pub fn stops_when_settled(&self) -> bool {
        self.learning.stops_when_settled
    }

    /// Whether learning on from the present weights is possible: there is a rule.
    pub fn has_rule(&self) -> bool {
        self.document.world.rule.is_some()
    }

    /// Whether the rules of the picture may be picked, blended and deleted now.
    pub fn flows_are_free(&self) -> bool {
        flows::are_free(self)
    }
}
