//! The project: what is saved, opened, shared and undone.

use serde::{Deserialize, Serialize};

use crate::worlds::{SwarmDoc, World};

/// A project of one world. Files hold any [`World`]; the swarm studio works on a `Project<SwarmDoc>`.
/// The order of the fields is the order in a scene file, after its schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Project<W = World> {
    /// Name of the project.
    #[serde(default)]
    pub title: String,
    /// What to look for, in a few sentences.
    #[serde(default)]
    pub notes: String,
    /// Who made it.
    #[serde(default)]
    pub author: String,
    /// Seed of what is drawn at random when this project runs live.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// The picture, the rule and their settings.
    pub world: W,
}

pub(super) fn default_seed() -> u64 {
    1
}

/// A project of the swarm world.
pub type SwarmProject = Project<SwarmDoc>;

impl<W: Default> Default for Project<W> {
    fn default() -> Self {
        Self::new("", W::default())
    }
}

impl<W> Project<W> {
    /// A project without notes and author.
    pub fn new(title: impl Into<String>, world: W) -> Self {
        Self { title: title.into(), notes: String::new(), author: String::new(), seed: default_seed(), world }
    }

    /// The same project with another form of its world.
    pub fn map_world<V>(self, map: impl FnOnce(W) -> V) -> Project<V> {
        let Self { title, notes, author, seed, world } = self;
        Project { title, notes, author, seed, world: map(world) }
    }
}

impl From<SwarmProject> for Project {
    fn from(project: SwarmProject) -> Self {
        project.map_world(World::from)
    }
}
