//! Undo and redo by earlier projects, whose worlds are shared and not copied.

use std::path::PathBuf;
use std::sync::Arc;

use crate::scene::Project;
use crate::worlds::World;

/// Maximum memory of worlds that are kept for undo, bytes; the oldest step goes first.
const MAX_BYTES: usize = 256 << 20;

/// A state that undo leads back to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PastProject {
    pub project: Project<Arc<World>>,
    pub revision: u64,
    /// The file of the project and the revision in it, where the step put another project in its place.
    pub file: Option<(Option<PathBuf>, u64)>,
}

impl PastProject {
    /// The file counts on both sides of a step or on none.
    fn beside(self, other: &Self) -> Self {
        let file = self.file.filter(|_| other.file.is_some());
        Self { file, ..self }
    }
}

/// Changes of one kind add to one step while it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StudioGesture {
    Knob(&'static str),
    Brush,
    Text(u8),
    /// The name of a flow.
    Name(usize),
    /// The name of a checkpoint.
    CheckpointName(usize),
    /// The results of one run of learning.
    Learning(u64),
    /// Never goes on.
    Single,
}

#[derive(Clone, Debug, Default)]
pub(super) struct ProjectHistory {
    undo: Vec<PastProject>,
    redo: Vec<PastProject>,
    open: Option<StudioGesture>,
}

impl ProjectHistory {
    /// Remembers `before`, unless the change goes on with the open gesture.
    pub fn record(&mut self, gesture: StudioGesture, before: impl FnOnce() -> PastProject) {
        let goes_on = gesture != StudioGesture::Single && self.open == Some(gesture);
        self.open = Some(gesture);
        if goes_on {
            return;
        }
        self.redo.clear();
        self.undo.push(before());
        let mut bytes = 0;
        let keeps = self.undo.iter().rev().take_while(|past| {
            bytes += past.project.world.info().map_or(0, crate::worlds::studio::WorldInfo::bytes);
            bytes <= MAX_BYTES
        });
        let excess = self.undo.len() - keeps.count().max(1);
        self.undo.drain(..excess);
    }

    /// The results of learning go on being one step when the pointer is released.
    pub fn end_gesture(&mut self) {
        if !matches!(self.open, Some(StudioGesture::Learning(_))) {
            self.open = None;
        }
    }

    /// `now`: the present project, with its file.
    pub fn undo(&mut self, now: PastProject) -> Option<PastProject> {
        self.open = None;
        let past = self.undo.pop()?;
        self.redo.push(now.beside(&past));
        Some(past)
    }

    /// As [`Self::undo`].
    pub fn redo(&mut self, now: PastProject) -> Option<PastProject> {
        self.open = None;
        let next = self.redo.pop()?;
        self.undo.push(now.beside(&next));
        Some(next)
    }

    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }
}
