//! Changes of the document, each a step of the history, and what follows from them.

use std::path::PathBuf;
use std::sync::Arc;

use super::history::{Destination, History, UndoState};
use crate::scene::SwarmProject;
use crate::session::command::{Effect, Kind, LearnEffect, Workspace};
use crate::session::live::{checkpoints, start, swarm};
use crate::session::painting;
use crate::session::pointer::release;
use crate::session::state::Session;
use crate::worlds::swarm::picture::Snapshot;
use crate::worlds::swarm::rule::Rule;

/// Sets a field; returns whether that changed it.
pub(in crate::session) fn set<T: PartialEq>(field: &mut T, value: T) -> bool {
    let changed = *field != value;
    *field = value;
    changed
}

/// Changes the document as one step of the history (or as part of the open one of the kind `merge`).
/// Nothing is recorded when `change` returns false.
pub(in crate::session) fn edit(
    session: &mut Session,
    merge: Option<Kind>,
    change: impl FnOnce(&mut SwarmProject) -> bool,
) -> Vec<Effect> {
    let before = session.undo_state();
    if !change(&mut session.document) {
        // `change` may have copied a shared part only to find nothing to do.
        session.document = before.document;
        return Vec::new();
    }
    let old = before.document.clone();
    painting::keep_selection(&mut session.painting.selection, &old.world.snapshot, &session.document.world.snapshot);
    session.new_revision();
    session.history.record_edit(before, merge);
    follow(session, &old)
}

/// [`edit`] for the picture.
pub(in crate::session) fn edit_picture(
    session: &mut Session,
    merge: Option<Kind>,
    change: impl FnOnce(&mut Snapshot) -> bool,
) -> Vec<Effect> {
    edit(session, merge, |document| {
        let changed = change(Arc::make_mut(&mut document.world.snapshot));
        if changed {
            document.world.evidence = None;
        }
        changed
    })
}

/// Drops the saved swarm and the evidence, which belong to another rule or picture.
pub(in crate::session) fn forget_measurements(document: &mut SwarmProject) {
    document.world.state = None;
    document.world.evidence = None;
}

/// Updates warnings and engine after an edit, an undo or a redo within one document.
fn follow(session: &mut Session, old: &SwarmProject) -> Vec<Effect> {
    let new = &session.document;
    if !Arc::ptr_eq(&new.world.snapshot, &old.world.snapshot)
        || new.world.training.cutoff_l != old.world.training.cutoff_l
    {
        session.look_at_picture();
    }
    let particles_changed = session.document.world.live_particles != old.world.live_particles;
    let live_changed =
        session.document.world.live != old.world.live || session.document.world.swings != old.world.swings;
    if old.world.swings.is_empty() {
        session.live.swing_ticks = 0;
    }
    let mut effects = Vec::new();
    if !same(&session.document.world.rule, &old.world.rule) {
        effects.extend(start::change_rule(session, old.world.live.flow));
    } else if live_changed && !particles_changed {
        effects.push(start::settings_order(session));
    }
    if particles_changed && session.has_rule() {
        effects.extend(start::upload(session, swarm::from_picture, 0));
    }
    effects
}

fn same(a: &Option<Arc<Rule>>, b: &Option<Arc<Rule>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Replaces the document, as one step of the history.
pub(in crate::session) fn replace(
    session: &mut Session,
    document: SwarmProject,
    path: Option<PathBuf>,
    saved: bool,
) -> Vec<Effect> {
    let before = session.undo_state();
    session.history.record_whole(before);
    session.document = document;
    session.file.path = path;
    session.new_revision();
    // Revision 0 is that of the first empty document, which no later one shares.
    session.file.saved_revision = if saved { session.file.revision } else { 0 };
    let effects = start::whole(session);
    session.workspace = if session.has_rule() { Workspace::Live } else { Workspace::Paint };
    effects
}

pub(super) fn travel(session: &mut Session, step: fn(&mut History, UndoState) -> Option<Destination>) -> Vec<Effect> {
    let mut effects = release(session);
    let now = session.undo_state();
    if let Some(Destination { state, whole, swarm }) = step(&mut session.history, now) {
        effects.extend(return_to(session, state, whole));
        if let Some(swarm) = swarm {
            effects.extend(checkpoints::bring_back(session, swarm));
        }
    }
    effects
}

/// Cancels the open gesture of this kind.
pub(in crate::session) fn give_up(session: &mut Session, merge: Option<Kind>) -> Vec<Effect> {
    match session.history.give_up(merge) {
        Some(state) => return_to(session, state, false),
        None => Vec::new(),
    }
}

fn return_to(session: &mut Session, state: UndoState, whole: bool) -> Vec<Effect> {
    let mut effects = Vec::new();
    let old = std::mem::replace(&mut session.document, state.document);
    if !Arc::ptr_eq(&old.world.snapshot, &session.document.world.snapshot) {
        // The selection belongs to that picture.
        session.painting.selection = state.selection;
    }
    if whole {
        session.file.path = state.path;
        session.file.revision = state.revision;
        session.file.saved_revision = state.saved_revision;
        effects.extend(start::whole(session));
        return effects;
    }
    if state.lineage != session.learning.lineage {
        // A rule was learned again in that step: the earlier one is restored with its flows.
        (session.learning.lineage, session.learning.learned) = (state.lineage, state.learned);
        if session.learning.training.state.is_active() {
            effects.push(Effect::Learn(LearnEffect::Stop(session.learning.training.run)));
        }
        session.learning.training.abandon();
        session.learning.another_flow = None;
    } else if state.learned != session.learning.learned {
        // The rule that a run has learned meanwhile is not undone with the picture.
        session.document.world.rule = old.world.rule.clone();
        session.document.world.flows = old.world.flows.clone();
    }
    if state.learned == session.learning.learned {
        session.file.revision = state.revision;
    } else {
        forget_measurements(&mut session.document);
        session.new_revision();
    }
    effects.extend(follow(session, &old));
    effects
}
