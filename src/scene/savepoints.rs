//! Moments of the live swarm that the user has kept, each with the settings it lived by.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Flows;
use crate::rule::{LiveSettings, LocalNet, Swings};
use crate::snapshot::Swarm;

/// Most moments that a scene keeps.
pub const MAX_SAVEPOINTS: usize = 48;

/// A living swarm at one moment, and what it lived by.
#[derive(Clone, Debug, PartialEq)]
pub struct Savepoint {
    pub name: String,
    pub live: LiveSettings,
    /// Knobs of `live` that swung.
    pub swings: Swings,
    /// [`crate::rule::Rule::mark`] of the rule that it lived by; older files do not tell.
    pub rule: Option<u64>,
    /// The learned flow that played; one of the scene's list, as long as it is there.
    pub flow: Option<Arc<LocalNet>>,
    /// ℓ.
    pub swarm: Arc<Swarm>,
}

/// A savepoint as the file has it.
#[derive(Serialize, Deserialize)]
pub(super) struct Saved {
    #[serde(default)]
    name: String,
    #[serde(default)]
    live: LiveSettings,
    #[serde(default)]
    swings: Swings,
    #[serde(default)]
    rule: Option<u64>,
    /// Number of the flow in the list.
    #[serde(default)]
    flow: Option<usize>,
    swarm: Swarm,
}

impl Saved {
    pub fn of(moment: &Savepoint, flows: &Flows) -> Self {
        // Mostly the very same one; two of equal weights are as good.
        let number = |net: &Arc<LocalNet>| flows.list.iter().position(|flow| flow.net == *net);
        Self {
            name: moment.name.clone(),
            live: moment.live,
            swings: moment.swings.clone(),
            rule: moment.rule,
            flow: moment.flow.as_ref().and_then(number),
            swarm: (*moment.swarm).clone(),
        }
    }

    pub fn with(self, flows: &Flows) -> Savepoint {
        let flow = self.flow.and_then(|k| flows.list.get(k)).map(|flow| flow.net.clone());
        let Self { name, live, swings, rule, swarm, .. } = self;
        Savepoint { name, live, swings, rule, flow, swarm: Arc::new(swarm) }
    }
}
