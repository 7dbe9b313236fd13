//! Undo and redo without limit, by keeping earlier documents (their heavy parts are shared, not copied).

use std::mem::Discriminant;
use std::path::PathBuf;

use super::command::{Command, RunId};
use super::document::Document;

/// A state of the session that undo can return to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Moment {
    pub document: Document,
    pub path: Option<PathBuf>,
    /// Names this content; two moments with the same revision hold the same document.
    pub revision: u64,
    /// The revision that lies in the file.
    pub saved_revision: u64,
    /// Indices of the particles selected in it.
    pub selection: Vec<usize>,
    /// How often a run had brought new weights.
    pub learned: u64,
    /// The run that learned its rule anew, in the place of one with flows.
    pub lineage: RunId,
}

#[derive(Clone, Debug)]
struct Entry {
    moment: Moment,
    /// The step replaced the whole document (new, open, import); otherwise it edited it.
    whole: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct History {
    undo: Vec<Entry>,
    redo: Vec<Entry>,
    /// The gesture that may still grow: commands of this kind add to the last entry.
    open: Option<Discriminant<Command>>,
    /// What could be redone before the open gesture began.
    redo_before: Vec<Entry>,
}

impl History {
    /// Notes that `before` was left by an edit. `merge`: commands of this kind are one step until the gesture ends.
    pub fn record_edit(&mut self, before: Moment, merge: Option<Discriminant<Command>>) {
        let redo = std::mem::take(&mut self.redo);
        if merge.is_none() || self.open != merge {
            self.undo.push(Entry { moment: before, whole: false });
            self.redo_before = redo;
        }
        self.open = merge;
    }

    /// The moment before the open gesture of this kind, which leaves no trace; `None` when there is none.
    pub fn give_up(&mut self, merge: Option<Discriminant<Command>>) -> Option<Moment> {
        if merge.is_none() || self.open != merge {
            return None;
        }
        self.open = None;
        let entry = self.undo.pop()?;
        self.redo = std::mem::take(&mut self.redo_before);
        Some(entry.moment)
    }

    /// Notes that `before` was replaced as a whole.
    pub fn record_whole(&mut self, before: Moment) {
        self.redo.clear();
        self.undo.push(Entry { moment: before, whole: true });
        self.open = None;
    }

    pub fn end_gesture(&mut self) {
        self.open = None;
    }

    pub fn gesture_is_open(&self) -> bool {
        self.open.is_some()
    }

    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// The moment before the last step, and whether that step had replaced the whole document.
    pub fn undo(&mut self, now: Moment) -> Option<(Moment, bool)> {
        self.open = None;
        step(&mut self.undo, &mut self.redo, now)
    }

    pub fn redo(&mut self, now: Moment) -> Option<(Moment, bool)> {
        self.open = None;
        step(&mut self.redo, &mut self.undo, now)
    }
}

fn step(from: &mut Vec<Entry>, to: &mut Vec<Entry>, now: Moment) -> Option<(Moment, bool)> {
    let Entry { moment, whole } = from.pop()?;
    to.push(Entry { moment: now, whole });
    Some((moment, whole))
}
