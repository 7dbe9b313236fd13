//! The project that the swarm studio works on.

pub(super) mod command;
pub(super) mod edit;
mod effect;
pub(super) mod event;
pub(super) mod history;
pub(super) mod menu;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use command::DocumentCommand;
pub use effect::DocumentEffect;
pub use event::DocumentEvent;

use glam::DVec2;
use history::UndoState;

use super::state::Session;

use crate::scene::{Project, SwarmProject};
use crate::worlds::SwarmDoc;
use crate::worlds::swarm::picture::Snapshot;

/// Width and height of the box of a new picture, world units.
pub const NEW_BOX: DVec2 = DVec2::new(16.0, 10.0);

/// Particles of the live swarm where the project leaves the choice to the program.
const DEFAULT_PARTICLES: usize = 300;

/// The document's file, and which revisions are in it.
#[derive(Debug, Default)]
pub(super) struct SceneFile {
    pub path: Option<PathBuf>,
    pub revision: u64,
    pub saved_revision: u64,
    /// The newest revision ever given.
    pub newest_revision: u64,
    /// Names the document as a whole; another one (new, open, import) gets another number.
    pub serial: u64,
    /// Serials of the documents whose saving is under way, oldest first: files are written in order.
    pub saving: VecDeque<u64>,
    pub asks_before_quitting: bool,
}

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

impl Session {
    /// The file the scene was opened from or saved to.
    pub fn path(&self) -> Option<&Path> {
        self.file.path.as_deref()
    }

    /// Whether something would be lost if the program ended now.
    pub fn is_dirty(&self) -> bool {
        self.file.revision != self.file.saved_revision
    }

    /// Titles of other scenes that were left with changes that are in no file; undo or redo leads back to them.
    pub fn left_unsaved(&self) -> Vec<&str> {
        let mut titles = Vec::new();
        for state in self.history.left_unsaved().chain(self.history.ahead_unsaved()) {
            let title = state.document.title.as_str();
            if state.revision != self.file.revision && !titles.contains(&title) {
                titles.push(title);
            }
        }
        titles
    }

    /// The last scene that was left so: its document, its file and its revision.
    pub fn last_left(&self) -> Option<(&SwarmProject, Option<&Path>, u64)> {
        self.history.left_unsaved().next().map(|state| (&state.document, state.path.as_deref(), state.revision))
    }

    /// Changes whenever the document changes, and never repeats for another content.
    pub fn revision(&self) -> u64 {
        self.file.revision
    }

    /// Names the document as a whole: another one (new, opened, imported) has another number.
    pub fn serial(&self) -> u64 {
        self.file.serial
    }

    /// Whether [`DocumentCommand::Undo`] would do something now.
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// Whether [`DocumentCommand::Redo`] would do something now.
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    /// Whether a drag is under way that [`DocumentCommand::EndGesture`] should end.
    pub fn gesture_is_open(&self) -> bool {
        self.history.gesture_is_open()
    }

    /// Whether the user asked to quit while something is unsaved; decided by `Save`, `QuitUnsaved` or `StayHere`.
    pub fn asks_before_quitting(&self) -> bool {
        self.file.asks_before_quitting
    }

    /// The document was changed.
    pub(super) fn new_revision(&mut self) {
        self.file.newest_revision += 1;
        self.file.revision = self.file.newest_revision;
    }

    pub(super) fn undo_state(&self) -> UndoState {
        UndoState {
            document: self.document.clone(),
            path: self.file.path.clone(),
            revision: self.file.revision,
            saved_revision: self.file.saved_revision,
            selection: self.painting.selection.clone(),
            learned: self.learning.learned,
            lineage: self.learning.lineage,
        }
    }
}
