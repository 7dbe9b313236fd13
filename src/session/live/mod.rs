//! The live swarm: play and speed, the brushes over the swarm, checkpoints, and the change from one rule to another.

pub(super) mod brush;
pub(super) mod checkpoints;
pub(super) mod command;
mod effect;
pub(super) mod event;
pub(super) mod menu;
pub(super) mod start;
pub(super) mod surprise;
pub(super) mod swarm;
pub(super) mod view;

pub use command::LiveCommand;
pub use effect::LiveEffect;
pub use event::{LiveEvent, WentBack};

use std::sync::Arc;

use view::LiveView;

use super::state::Session;
use crate::worlds::swarm::rule::{LiveSettings, Rule};

impl Session {
    /// What is not saved about the live swarm, for the panels and the canvas.
    pub fn live(&self) -> &LiveView {
        &self.live
    }

    /// Temperatures that the rule was trained at, or will be, ℓ.
    pub fn sigma_range_l(&self) -> [f64; 2] {
        self.document.world.rule.as_ref().map_or(self.document.world.training.sigma_range_l, |rule| rule.sigma_range_l)
    }

    /// Time that goes by in one integration step now; `None` without a rule.
    pub fn time_step(&self) -> Option<f64> {
        let rule = self.live.playing_rule.as_ref()?;
        Some(crate::worlds::swarm::rule::time_step(rule, &self.settings_in_use()))
    }

    /// The live settings that the engine runs with about now: with the swings, and during a growth those of its stage.
    pub fn settings_in_use(&self) -> LiveSettings {
        let live = start::settings(self);
        self.live.playing_rule.as_ref().map_or(live, |rule| self.live.grown(live, rule.sigma_range_l))
    }

    /// The rule in the engine.
    pub fn playing_rule(&self) -> Option<&Arc<Rule>> {
        self.live.playing_rule.as_ref()
    }
}
