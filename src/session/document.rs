//! The scene in the making: everything that is saved, and nothing else.

use std::sync::Arc;

use crate::learn::TrainingSettings;
use crate::rule::{LiveSettings, Rule};
use crate::snapshot::{Ensemble, Snapshot, Swarm};

/// Width and height of the box of a new picture, world units.
pub const NEW_BOX: [f64; 2] = [16.0, 10.0];

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
    /// Particles of the live swarm; a motif is tiled to the nearest whole number of copies.
    pub particles: usize,
    /// The newest learned rule.
    pub rule: Option<Arc<Rule>>,
    /// Live particles kept with the scene, ℓ.
    pub state: Option<Arc<Swarm>>,
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
            particles: 300,
            rule: None,
            state: None,
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
