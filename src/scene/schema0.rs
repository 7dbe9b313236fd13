//! Schema 0, the draft: no `ensemble` and no `live_particles`, and the live noise level was a `temperature` beside `live`.

use serde::Deserialize;

use crate::worlds::swarm::picture::{Ensemble, Snapshot};
use crate::worlds::swarm::rule::{LiveSettings, Swings};
use crate::worlds::swarm::train::TrainingSettings;

use super::document::{self, RuleHead};
use super::{LiveState, SCHEMA};

#[derive(Deserialize)]
pub(super) struct Document {
    // Read before by the probe; named here so that it is not reported as unknown.
    #[serde(rename = "schema")]
    _schema: u32,
    #[serde(default)]
    title: String,
    #[serde(default)]
    notes: String,
    #[serde(default)]
    author: String,
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

impl Document {
    /// To schema 1.
    pub(super) fn migrate(self) -> document::Document {
        document::Document {
            schema: SCHEMA,
            title: self.title,
            notes: self.notes,
            author: self.author,
            snapshot: self.snapshot,
            ensemble: Ensemble::default(),
            training: self.training,
            live: LiveSettings { sigma_l: self.temperature, ..self.live },
            swings: Swings::default(),
            live_particles: 0,
            rule: self.rule,
            flows: Vec::new(),
            chosen_flow: 0,
            state: self.state,
            savepoints: Vec::new(),
            evidence: None,
            weights: self.weights,
        }
    }
}
