//! What comes back to the session.

use std::path::PathBuf;
use std::sync::Arc;

use super::command::{MomentUse, PaceKey, RuleRole, RunId, SceneSource, Speed};
use super::painting::{Stamp, StippleRequest};
use super::prefs::Prefs;
use super::sharing::ShareEvent;
use super::sharing::import_sheet::ImportReading;
use crate::jobs::{self, JobFault};
use crate::scene::SwarmProject;
use crate::worlds::swarm::doc::{FlowNumbers, LiveState};
use crate::worlds::swarm::measures::{Certificate, QuickFidelity, Reading, Truth};
use crate::worlds::swarm::picture::{Particle, Stills};
use crate::worlds::swarm::rule::{LocalNet, Rule};

/// What the shell tells the session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    Opened {
        source: SceneSource,
        result: Result<Box<SwarmProject>, String>,
    },
    Imported {
        path: PathBuf,
        result: Result<Stills, String>,
    },
    /// Files that were read by assumptions the user should see, or that need to be told more.
    ImportRead(Box<ImportReading>),
    /// `revision` is the one that [`super::Effect::SaveScene`] carried.
    Saved {
        path: PathBuf,
        revision: u64,
        result: Result<(), String>,
    },
    Share(ShareEvent),
    Training {
        run: RunId,
        event: jobs::Event,
    },
    /// The newest weights of a run; about once a second, and the last before [`jobs::Event::Finished`].
    NewRule {
        run: RunId,
        rule: Arc<Rule>,
    },
    /// `None` where the picture cannot be learned from.
    PaceMeasured {
        key: PaceKey,
        pace: Option<jobs::Pace>,
    },
    /// What the flow of the scene's energy does.
    FlowMeasured {
        net: Arc<LocalNet>,
        numbers: FlowNumbers,
    },
    /// The swarm has been edited, or went back in time by `steps_back` steps.
    SwarmChanged {
        steps_back: u32,
        particles: usize,
        box_size_l: [f64; 2],
    },
    /// The swarm was to go back in time, and there is no memory of anything earlier.
    NothingBefore,
    MomentKept(MomentUse, Box<LiveState>),
    /// The view follows this particle.
    Following(Option<usize>),
    /// Particles about their middle, in the unit of [`super::StippleView`].
    Stippled {
        request: StippleRequest,
        result: Result<Vec<Particle>, String>,
    },
    /// What was seen of the live swarm.
    Observed(Box<Reading>),
    SpeedMeasured(Speed),
    RuleMeasured {
        run: RunId,
        role: RuleRole,
        step: usize,
        result: Result<QuickFidelity, String>,
    },
    CertificateProgress {
        run: u64,
        phase: &'static str,
        share: f64,
    },
    Certified {
        run: u64,
        result: Result<Box<Certificate>, String>,
    },
    TruthMeasured {
        run: u64,
        result: Result<Box<Truth>, String>,
    },
    /// Something beside the engine broke off; one sentence.
    Trouble(String),
    /// What was kept by an earlier run.
    PrefsRead(Box<Prefs>),
    /// The user's own stamps, as an earlier run kept them.
    StampsRead(Vec<Stamp>),
    /// The engine could not do what it was ordered to.
    EngineFailed(String),
}

impl From<JobFault> for Event {
    fn from(fault: JobFault) -> Self {
        Self::Trouble(fault.to_string())
    }
}
