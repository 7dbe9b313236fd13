//! What a certificate says, as it is stored.

use serde::{Deserialize, Serialize};

use crate::worlds::swarm::rule::LiveSettings;

/// Measured pattern fidelities (1 is as good as the target itself, 0 is random), and how they were measured. Older files
/// have neither intervals nor a long run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Started at random and annealed.
    pub grown: f64,
    /// 90 % intervals over the replicas.
    #[serde(default)]
    pub grown_interval: Option<[f64; 2]>,
    /// Started on the target, after `live_steps` live steps with the flow on.
    pub kept: f64,
    #[serde(default)]
    pub kept_interval: Option<[f64; 2]>,
    /// A region scrambled, then left to heal for `live_steps`.
    pub healed: f64,
    #[serde(default)]
    pub healed_interval: Option<[f64; 2]>,
    #[serde(default)]
    pub kept_long: Option<KeptLong>,
    pub live_steps: usize,
    /// Configurations compared.
    pub replicas: usize,
    /// Area of the box in multiples of the ensemble's own; older files have none, which means 1.
    #[serde(default)]
    pub area: Option<usize>,
    pub seed: u64,
    /// Version of the program that measured.
    pub version: String,
    /// What the rule ran with; absent in older files.
    #[serde(default)]
    pub live: Option<LiveSettings>,
}

/// What is kept after a run that is much longer than the others.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptLong {
    pub kept: f64,
    pub interval: Option<[f64; 2]>,
    pub steps: usize,
    /// Configurations compared.
    pub replicas: usize,
}
