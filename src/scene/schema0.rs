//! Schema 0, the draft: no `ensemble` and no `live_particles`, and the live noise level was a `temperature` beside `live`.

use serde::Deserialize;

use crate::worlds::swarm::doc::{LiveState, RuleHead, SwarmFile};
use crate::worlds::swarm::picture::Snapshot;
use crate::worlds::swarm::rule::LiveSettings;
use crate::worlds::swarm::train::TrainingSettings;

#[derive(Deserialize)]
pub(super) struct SwarmDraft {
    snapshot: Snapshot,
    #[serde(default)]
    training: TrainingSettings,
    /// σ, ℓ.
    temperature: f64,
    #[serde(default)]
    live: LiveSettings,
    #[serde(default)]
    rule: Option<RuleHead>,
    #[serde(default)]
    state: Option<LiveState>,
    #[serde(default)]
    weights: Option<String>,
}

impl SwarmDraft {
    pub(super) fn migrate(self) -> SwarmFile {
        let live = LiveSettings { sigma_l: self.temperature, ..self.live };
        SwarmFile::from_draft(self.snapshot, self.training, live, self.state, self.rule, self.weights)
    }
}
