//! Requests of the session to the threads that learn and measure.

use std::sync::Arc;

use super::command::RunId;
use crate::worlds::swarm::doc::Checkpoint;
use crate::worlds::swarm::picture::{Ensemble, Mode, Snapshot, Stills};
use crate::worlds::swarm::rule::{LiveSettings, Rule};
use crate::worlds::swarm::train::TrainingSettings;

/// What the time of a step of learning depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct PaceKey {
    pub size: i32,
    pub species: usize,
    pub mode: Mode,
    pub batch: usize,
    pub particles: usize,
    pub widths: [[usize; 2]; 2],
    pub cutoff_l: f64,
}

/// Learning whose steps are timed.
#[derive(Clone, Debug, PartialEq)]
pub struct PaceRequest {
    pub key: PaceKey,
    pub snapshot: Arc<Snapshot>,
    pub ensemble: Ensemble,
    pub settings: TrainingSettings,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TrainingRequest {
    pub run: RunId,
    pub stills: Stills,
    pub ensemble: Ensemble,
    pub settings: TrainingSettings,
    /// Go on from these weights.
    pub start: Option<Arc<Rule>>,
    /// Learn only another flow for the energy of `start`.
    pub another_flow: bool,
}

/// Whose fidelity is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleRole {
    /// The rule that was there before the run.
    Old,
    /// The newest weights.
    New,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RuleRequest {
    pub run: RunId,
    pub role: RuleRole,
    /// Of the run, when these weights came.
    pub step: usize,
    pub rule: Arc<Rule>,
    pub stills: Stills,
    pub ensemble: Ensemble,
    pub live: LiveSettings,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CertificateRequest {
    pub run: u64,
    pub rule: Arc<Rule>,
    pub stills: Stills,
    pub ensemble: Ensemble,
    pub live: LiveSettings,
}

/// What a copy of the living swarm is for.
#[derive(Clone, Debug, PartialEq)]
pub enum CheckpointUse {
    /// It is saved in the scene.
    Keep(Box<Keeping>),
    /// Undo restores it: this step of the history replaces it.
    Undo(u64),
}

/// A saved state at the time when it was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Keeping {
    /// [`super::Session::serial`] of its scene.
    pub serial: u64,
    /// Rule and settings; its name and the swarm itself are still to come.
    pub checkpoint: Checkpoint,
}

/// Speeds and faults, measured by the shell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Speed {
    /// Mean time from one frame to the next.
    pub frame_ms: f64,
    /// Integration steps per second of wall time.
    pub steps_per_s: f64,
    /// `None` while unknown.
    pub pair_tests_per_s: Option<f64>,
    /// Particles whose next positions are NaN or infinite.
    pub faults: u64,
}
