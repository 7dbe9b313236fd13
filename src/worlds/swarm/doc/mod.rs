//! What a project stores of a swarm: the picture, the settings, the rule with its flows, and saved states.

mod checkpoints;
mod evidence;
mod file;
mod film_block;
mod flows;
mod validate;
mod weights;

pub use checkpoints::{Checkpoint, MAX_CHECKPOINTS, MAX_KEPT_PARTICLES};
pub use evidence::{Evidence, KeptLong};
pub use file::{RuleHead, SwarmFile};
pub use film_block::{MAX_FILM_BYTES, MAX_INLINE_FILM_BYTES, film_bytes, film_size};
pub use flows::{FlowNumbers, Flows, LearnedFlow, MAX_FLOWS};
#[cfg(test)]
pub(crate) use weights::bytes_of;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::picture::{Ensemble, Snapshot, SnapshotFilm, Stills, Swarm};
use super::rule::{LiveSettings, Rule, Swings};
use super::train::TrainingSettings;

/// Maximum number of particles of a live swarm: some gigabytes on either engine.
pub const MAX_LIVE_PARTICLES: usize = 10_000_000;

/// Everything that is saved of a swarm, and nothing else. Heavy parts are shared, so that a clone (one entry of the undo
/// history) is cheap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SwarmDoc {
    /// The picture, or the snapshot of the film that is on the canvas.
    pub snapshot: Arc<Snapshot>,
    /// All snapshots, where there are several; empty for a single one.
    pub film: SnapshotFilm,
    /// How samples are made of the picture.
    pub ensemble: Ensemble,
    /// How a rule is learned.
    pub training: TrainingSettings,
    /// How the swarm lives.
    pub live: LiveSettings,
    /// Knobs of `live` that swing.
    pub swings: Swings,
    /// Particles of the live swarm; 0 leaves the choice to the program. A motif is tiled to the nearest whole number of
    /// copies.
    pub live_particles: usize,
    /// The learned rule, when there is one.
    pub rule: Option<Arc<Rule>>,
    /// Every flow learned for the energy of `rule`; the chosen one is `rule.flow`.
    pub flows: Flows,
    /// The live swarm as it was when saved.
    pub state: Option<Arc<LiveState>>,
    /// States of the live swarm that the user has kept.
    pub checkpoints: Vec<Checkpoint>,
    /// What `unstill check --certify` measured of this rule.
    pub evidence: Option<Evidence>,
}

impl SwarmDoc {
    /// A project with this picture and all else at its default.
    pub fn from_snapshot(snapshot: Snapshot) -> Self {
        Self { snapshot: Arc::new(snapshot), ..Self::default() }
    }

    /// A picture of several snapshots; the first one is on the canvas.
    pub fn from_stills(stills: Stills) -> Self {
        let mut doc = Self::default();
        doc.set_stills(stills);
        doc
    }

    /// What a rule is learned from.
    pub fn stills(&self) -> Stills {
        Stills::new(self.snapshot.clone(), self.film.clone())
    }

    /// Replaces all snapshots.
    pub fn set_stills(&mut self, stills: Stills) {
        (self.snapshot, self.film) = stills.into_parts();
    }

    /// Species that occur in the picture, ascending.
    pub fn species_used(&self) -> Vec<u8> {
        let mut used: Vec<u8> = self.snapshot.particles.iter().map(|p| p.species).collect();
        used.sort_unstable();
        used.dedup();
        used
    }
}

/// A live swarm at one time. It goes on from there with fresh noise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LiveState {
    /// Positions and box in units of ℓ.
    pub swarm: Swarm,
    /// Seed of the noise it was moved by.
    pub seed: u64,
    /// Heun steps done since that swarm was begun.
    pub step: u64,
}
