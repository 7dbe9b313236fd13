//! The scene in the making: everything that is saved, and nothing else.

use std::sync::Arc;

use crate::scene::{Evidence, Flows, LiveState, Savepoint, Scene};
use crate::worlds::swarm::picture::{Ensemble, Snapshot};
use crate::worlds::swarm::rule::{LiveSettings, Rule, Swings};
use crate::worlds::swarm::train::TrainingSettings;

/// Width and height of the box of a new picture, world units.
pub const NEW_BOX: [f64; 2] = [16.0, 10.0];

/// Particles of the live swarm when the scene leaves the choice to the program.
const DEFAULT_PARTICLES: usize = 300;

/// The scene in the making. Heavy parts are shared, so that a clone (one entry of the history) is cheap.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub title: String,
    pub author: String,
    /// What to look for, in a few sentences.
    pub notes: String,
    pub snapshot: Arc<Snapshot>,
    pub ensemble: Ensemble,
    pub training: TrainingSettings,
    pub live: LiveSettings,
    /// Knobs of `live` that swing.
    pub swings: Swings,
    /// Particles of the live swarm; a motif is tiled to the nearest whole number of copies.
    pub particles: usize,
    /// The newest learned rule.
    pub rule: Option<Arc<Rule>>,
    /// All flows learned for its energy; the chosen one is the rule's.
    pub flows: Flows,
    /// The live swarm as it was when the scene was saved; the shell adds the present one to what it writes.
    pub state: Option<Arc<LiveState>>,
    /// Moments of the live swarm that the user has kept.
    pub savepoints: Vec<Savepoint>,
    /// What was measured of this rule on this picture.
    pub evidence: Option<Evidence>,
}

impl Default for Document {
    /// An empty picture.
    fn default() -> Self {
        Self {
            title: "Untitled".to_owned(),
            author: String::new(),
            notes: String::new(),
            snapshot: Arc::new(Snapshot { box_size: NEW_BOX, ..Snapshot::default() }),
            ensemble: Ensemble::default(),
            training: TrainingSettings::default(),
            live: LiveSettings::default(),
            swings: Swings::default(),
            particles: DEFAULT_PARTICLES,
            rule: None,
            flows: Flows::default(),
            state: None,
            savepoints: Vec::new(),
            evidence: None,
        }
    }
}

impl Document {
    /// Species that occur in the picture, ascending.
    pub fn species_used(&self) -> Vec<u8> {
        let mut used: Vec<u8> = self.snapshot.particles.iter().map(|p| p.species).collect();
        used.sort_unstable();
        used.dedup();
        used
    }
}

impl From<Scene> for Document {
    fn from(scene: Scene) -> Self {
        Self {
            title: scene.title,
            author: scene.author,
            notes: scene.notes,
            snapshot: Arc::new(scene.snapshot),
            ensemble: scene.ensemble,
            training: scene.training,
            live: scene.live,
            swings: scene.swings,
            particles: if scene.live_particles == 0 { DEFAULT_PARTICLES } else { scene.live_particles },
            rule: scene.rule.map(Arc::new),
            flows: scene.flows,
            state: scene.state.map(Arc::new),
            savepoints: scene.savepoints,
            evidence: scene.evidence,
        }
    }
}

impl From<Document> for Scene {
    fn from(document: Document) -> Self {
        Self {
            title: document.title,
            notes: document.notes,
            author: document.author,
            snapshot: Arc::unwrap_or_clone(document.snapshot),
            ensemble: document.ensemble,
            training: document.training,
            live: document.live,
            swings: document.swings,
            live_particles: document.particles,
            rule: document.rule.map(Arc::unwrap_or_clone),
            flows: document.flows,
            state: document.state.map(Arc::unwrap_or_clone),
            savepoints: document.savepoints,
            evidence: document.evidence,
        }
    }
}
