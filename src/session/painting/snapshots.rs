//! The snapshots of a film: which one is on the canvas, and which there are.

use crate::session::command::notify;
use crate::session::command::{Effect, Level};
use crate::session::document::edit::edit;
use crate::session::document::edit::forget_measurements;
use crate::session::pointer::release;
use crate::session::state::Session;
use crate::worlds::swarm::picture::Stills;

/// What can be done with the snapshots of the picture. Snapshots are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotCommand {
    /// Puts it on the canvas. No step of the history: nothing is changed.
    Select(usize),
    /// So many further, as far as there are any.
    Go(i32),
    /// Deletes the one on the canvas.
    Delete,
    /// Puts a copy of the one on the canvas behind it.
    Duplicate,
}

pub(in crate::session) fn on_command(session: &mut Session, command: SnapshotCommand) -> Vec<Effect> {
    match command {
        SnapshotCommand::Select(k) => select(session, k),
        SnapshotCommand::Go(by) => {
            let film = &session.document.world.film;
            let last = film.len().saturating_sub(1) as i64;
            let wanted = (film.selected() as i64 + i64::from(by)).clamp(0, last);
            select(session, wanted as usize)
        }
        SnapshotCommand::Delete => change(session, |stills| stills.without(stills.film().selected())),
        SnapshotCommand::Duplicate => {
            let was_single = session.document.world.film.is_empty();
            let mut effects = change(session, |stills| stills.with_copy_of(stills.film().selected()));
            if was_single && !session.document.world.film.is_empty() {
                let text = "The picture has two snapshots now: a rule is learned from all of them.";
                effects.push(notify(Level::Info, text));
            }
            effects
        }
    }
}

fn select(session: &mut Session, k: usize) -> Vec<Effect> {
    let Some(stills) = session.document.world.stills().with_selected(k) else { return Vec::new() };
    let effects = release(session);
    session.history.end_gesture();
    session.document.world.set_stills(stills);
    // What was selected is in another snapshot.
    session.painting.selection.clear();
    session.look_at_picture();
    effects
}

fn change(session: &mut Session, with: impl FnOnce(&Stills) -> Option<Stills>) -> Vec<Effect> {
    let mut effects = release(session);
    effects.extend(edit(session, None, |document| {
        let Some(stills) = with(&document.world.stills()) else { return false };
        document.world.set_stills(stills);
        forget_measurements(document);
        true
    }));
    session.painting.selection.clear();
    effects
}
