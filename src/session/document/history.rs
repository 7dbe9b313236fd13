//! Undo and redo without limit, by keeping earlier documents (their heavy parts are shared, not copied).

use std::path::PathBuf;
use std::sync::Arc;

use crate::scene::SwarmProject;
use crate::session::command::{Kind, RunId};
use crate::worlds::swarm::picture::Swarm;

/// A state of the session that undo can return to.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::session) struct UndoState {
    pub document: SwarmProject,
    pub path: Option<PathBuf>,
    /// Names this content; two states with the same revision hold the same document.
    pub revision: u64,
    /// The revision in the file.
    pub saved_revision: u64,
    /// Indices of the particles selected in it.
    pub selection: Vec<usize>,
    /// How often a run had brought new weights.
    pub learned: u64,
    /// The run that learned its rule again, in the place of one with flows.
    pub lineage: RunId,
}

impl UndoState {
    fn is_unsaved(&self) -> bool {
        self.revision != self.saved_revision
    }
}

#[derive(Clone, Debug)]
struct HistoryEntry {
    state: UndoState,
    /// The step replaced the whole document (new, open, import); otherwise it edited it.
    whole: bool,
    /// The step replaced the live swarm.
    swarms: Option<Swarms>,
}

/// The living swarms on both sides of a step.
#[derive(Clone, Debug)]
struct Swarms {
    step: u64,
    /// `None` until the engine has sent it.
    before: Option<Arc<Swarm>>,
    after: Arc<Swarm>,
}

/// Where a step of the history leads.
#[derive(Clone, Debug)]
pub(in crate::session) struct Destination {
    pub state: UndoState,
    /// The step had replaced the whole document.
    pub whole: bool,
    /// The swarm that lives there, where the step had replaced it.
    pub swarm: Option<Replaced>,
}

/// A live swarm that a step of the history replaced, or its replacement.
#[derive(Clone, Debug)]
pub(in crate::session) enum Replaced {
    Known(Arc<Swarm>),
    /// The engine has not sent it yet; by the number of the step.
    Awaited(u64),
}

#[derive(Clone, Debug, Default)]
pub(in crate::session) struct History {
    undo: Vec<HistoryEntry>,
    redo: Vec<HistoryEntry>,
    /// The gesture that may still grow: commands of this kind add to the last entry.
    open: Option<Kind>,
    /// What could be redone before the open gesture began.
    redo_before: Vec<HistoryEntry>,
    /// Steps so far that have replaced the live swarm.
    swarm_steps: u64,
}

impl History {
    /// Records that an edit changed `before`. `merge`: commands of this kind are one step until the gesture ends.
    pub fn record_edit(&mut self, before: UndoState, merge: Option<Kind>) {
        let redo = std::mem::take(&mut self.redo);
        if merge.is_none() || self.open != merge {
            self.undo.push(HistoryEntry { state: before, whole: false, swarms: None });
            self.redo_before = redo;
        }
        self.open = merge;
    }

    /// A change that comes from elsewhere while a gesture is open, which it does not cut in two: it becomes the step
    /// before the gesture, by `change` and as `revision`.
    pub fn record_before_gesture(&mut self, revision: u64, change: impl FnOnce(&mut SwarmProject)) {
        let Some(entry) = self.undo.last_mut().filter(|_| self.open.is_some()) else { return };
        let before = entry.clone();
        change(&mut entry.state.document);
        entry.state.revision = revision;
        self.undo.insert(self.undo.len() - 1, before);
        // What could be redone if the gesture were cancelled lacks the change.
        self.redo_before.clear();
    }

    /// The state before the open gesture of this kind, which leaves no trace; `None` when there is none.
    pub fn give_up(&mut self, merge: Option<Kind>) -> Option<UndoState> {
        if merge.is_none() || self.open != merge {
            return None;
        }
        self.open = None;
        let entry = self.undo.pop()?;
        self.redo = std::mem::take(&mut self.redo_before);
        Some(entry.state)
    }

    /// Records that `before` was replaced as a whole.
    pub fn record_whole(&mut self, before: UndoState) {
        self.redo.clear();
        self.undo.push(HistoryEntry { state: before, whole: true, swarms: None });
        self.open = None;
    }

    /// The last step has replaced the live swarm by `after`. Returns the name by which
    /// [`Self::remember_swarm`] stores which one that was.
    pub fn replaced_swarm(&mut self, after: Arc<Swarm>) -> u64 {
        self.swarm_steps += 1;
        if let Some(entry) = self.undo.last_mut() {
            entry.swarms = Some(Swarms { step: self.swarm_steps, before: None, after });
        }
        self.swarm_steps
    }

    pub fn remember_swarm(&mut self, step: u64, before: Arc<Swarm>) {
        let mut all = self.undo.iter_mut().rev().chain(&mut self.redo).filter_map(|entry| entry.swarms.as_mut());
        if let Some(swarms) = all.find(|swarms| swarms.step == step) {
            swarms.before = Some(before);
        }
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

    /// Other documents that undo leads back to, as they were left with changes that are in no file, the latest first.
    pub fn left_unsaved(&self) -> impl Iterator<Item = &UndoState> {
        self.undo.iter().rev().filter(|entry| entry.whole).map(|entry| &entry.state).filter(|state| state.is_unsaved())
    }

    /// The same of those that redo leads to.
    pub fn ahead_unsaved(&self) -> impl Iterator<Item = &UndoState> {
        let others = self.redo.iter().rev().skip_while(|entry| !entry.whole);
        others.map(|entry| &entry.state).filter(|state| state.is_unsaved())
    }

    /// What was before the last step.
    pub fn undo(&mut self, now: UndoState) -> Option<Destination> {
        self.open = None;
        step(&mut self.undo, &mut self.redo, now, |swarms| match &swarms.before {
            Some(swarm) => Replaced::Known(swarm.clone()),
            None => Replaced::Awaited(swarms.step),
        })
    }

    pub fn redo(&mut self, now: UndoState) -> Option<Destination> {
        self.open = None;
        step(&mut self.redo, &mut self.undo, now, |swarms| Replaced::Known(swarms.after.clone()))
    }
}

fn step(
    from: &mut Vec<HistoryEntry>,
    to: &mut Vec<HistoryEntry>,
    now: UndoState,
    swarm: fn(&Swarms) -> Replaced,
) -> Option<Destination> {
    let HistoryEntry { state, whole, swarms } = from.pop()?;
    let swarm = swarms.as_ref().map(swarm);
    to.push(HistoryEntry { state: now, whole, swarms });
    Some(Destination { state, whole, swarm })
}
