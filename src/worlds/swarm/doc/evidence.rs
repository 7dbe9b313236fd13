//! The result of a certificate, as it is stored.

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
    /// 90 % interval of `kept`.
    #[serde(default)]
    pub kept_interval: Option<[f64; 2]>,
    /// A region scrambled, then left to heal for `live_steps`.
    pub healed: f64,
    /// 90 % interval of `healed`.
    #[serde(default)]
    pub healed_interval: Option<[f64; 2]>,
    /// The same after a long run, where it was asked for.
    #[serde(default)]
    pub kept_long: Option<KeptLong>,
    /// Live steps of each run.
    pub live_steps: usize,
    /// Configurations compared.
    pub replicas: usize,
    /// Area of the box in multiples of the ensemble's own; older files have none, which means 1.
    #[serde(default)]
    pub area: Option<usize>,
    /// Seed of the runs.
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
    /// Pattern fidelity after the run.
    pub kept: f64,
    /// Its 90 % interval.
    pub interval: Option<[f64; 2]>,
    /// Live steps of the run.
    pub steps: usize,
    /// Configurations compared.
    pub replicas: usize,
}
