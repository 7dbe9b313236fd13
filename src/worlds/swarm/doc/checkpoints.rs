//! Checkpoints: states of the live swarm that the user has saved, each with its settings.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Flows;
use crate::worlds::swarm::picture::Swarm;
use crate::worlds::swarm::rule::{LiveSettings, LocalNet, Swings};

/// Limit of checkpoints in a scene.
pub const MAX_CHECKPOINTS: usize = 48;

/// Limit of particles of all of them together: with these, the largest living swarm and a picture, a scene file can still be
/// read.
pub const MAX_KEPT_PARTICLES: usize = 4_000_000;

/// A live swarm at one time, and what it ran with.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Name in the list.
    pub name: String,
    /// Settings that it ran under.
    pub live: LiveSettings,
    /// Knobs of `live` that swung.
    pub swings: Swings,
    /// [`crate::worlds::swarm::rule::Rule::fingerprint`] of the rule that it followed; absent in older files.
    pub rule: Option<u64>,
    /// The learned flow that played; one of the scene's list, as long as it is there.
    pub flow: Option<Arc<LocalNet>>,
    /// ℓ.
    pub swarm: Arc<Swarm>,
}

/// A checkpoint as the file has it.
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
    pub fn of(checkpoint: &Checkpoint, flows: &Flows) -> Self {
        // Usually the same allocation; another one with equal weights is equivalent.
        let number = |net: &Arc<LocalNet>| flows.list.iter().position(|flow| flow.net == *net);
        Self {
            name: checkpoint.name.clone(),
            live: checkpoint.live,
            swings: checkpoint.swings.clone(),
            rule: checkpoint.rule,
            flow: checkpoint.flow.as_ref().and_then(number),
            swarm: (*checkpoint.swarm).clone(),
        }
    }

    pub fn with(self, flows: &Flows) -> Checkpoint {
        let flow = self.flow.and_then(|k| flows.list.get(k)).map(|flow| flow.net.clone());
        let Self { name, live, swings, rule, swarm, .. } = self;
        Checkpoint { name, live, swings, rule, flow, swarm: Arc::new(swarm) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{MAX_FILE_BYTES, Project};
    use crate::worlds::SwarmDoc;
    use crate::worlds::swarm::picture::{MAX_PARTICLES, Particle};
    use glam::DVec2;
    use rand::{RngExt, SeedableRng};

    /// The limit of the window.
    const LARGEST_SWARM: usize = 1_000_000;

    #[test]
    fn all_checkpoints_fit_beside_the_largest_swarm_and_picture() {
        let mut rng = rand::rngs::StdRng::seed_from_u64(1);
        let mut within = |side: f64| side * rng.random::<f64>();
        let all: Vec<Particle> =
            (0..2000).map(|_| Particle { x: within(1e3), y: within(1e3), heading: -within(3.0), species: 0 }).collect();
        let bytes = |count: usize| {
            let swarm = Swarm { particles: all[..count].to_vec(), box_size: DVec2::splat(1e3) };
            let (live, swings, name) = Default::default();
            let checkpoint = Checkpoint { name, live, swings, rule: None, flow: None, swarm: Arc::new(swarm) };
            Project::new("", SwarmDoc { checkpoints: vec![checkpoint], ..SwarmDoc::default() }).to_ron().len()
        };
        let bytes_each = (bytes(2000) - bytes(1000)) as f64 / 1000.0;
        let max_particles = MAX_KEPT_PARTICLES + LARGEST_SWARM + MAX_PARTICLES;
        assert!(bytes_each * max_particles as f64 <= MAX_FILE_BYTES as f64, "{bytes_each} bytes for each particle");
    }
}
