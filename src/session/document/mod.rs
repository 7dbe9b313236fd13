//! The project that the swarm studio works on.

pub(super) mod history;
pub(super) mod menu;

use std::sync::Arc;

use crate::scene::{Project, SwarmProject};
use crate::worlds::SwarmDoc;
use crate::worlds::swarm::picture::Snapshot;

/// Width and height of the box of a new picture, world units.
pub const NEW_BOX: [f64; 2] = [16.0, 10.0];

/// Particles of the live swarm where the project leaves the choice to the program.
const DEFAULT_PARTICLES: usize = 300;

/// An empty picture.
pub fn new_project() -> SwarmProject {
    let snapshot = Arc::new(Snapshot { box_size: NEW_BOX, ..Snapshot::default() });
    Project::new("Untitled", SwarmDoc { snapshot, live_particles: DEFAULT_PARTICLES, ..SwarmDoc::default() })
}

/// A project as the studio takes it from a file: with a number of live particles.
pub fn opened_project(mut project: SwarmProject) -> SwarmProject {
    if project.world.live_particles == 0 {
        project.world.live_particles = DEFAULT_PARTICLES;
    }
    project
}
