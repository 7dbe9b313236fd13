//! The stamps: what is in hand, and the user's own, which are kept between runs and are not part of any scene.

use std::sync::Arc;

use super::gesture::selected;
use super::options::PaintOptions;
use super::orders::NOTHING_SELECTED;
use super::stamp::{Stamp, StampSource, centred};
use crate::session::command::notify;
use crate::session::command::{Effect, Level, PaintEffect, Tool};
use crate::session::pointer;
use crate::session::state::Session;

/// Maximum length of a name, letters.
const LONGEST_NAME: usize = 40;

/// Maximum number of particles of a stamp.
pub const MAX_STAMP_PARTICLES: usize = 20_000;

/// Stamps to choose from.
#[derive(Debug)]
pub(in crate::session) struct Library {
    pub in_hand: Option<Stamp>,
    /// Index of the user's own stamp that is in hand.
    pub chosen: Option<usize>,
    pub own: Vec<Stamp>,
    /// Deleted last, and where it was.
    pub deleted: Option<(usize, Stamp)>,
}

impl Default for Library {
    fn default() -> Self {
        Self { in_hand: Stamp::motif("mill"), chosen: None, own: Vec::new(), deleted: None }
    }
}

impl Library {
    fn free_name(&self) -> String {
        let names = (1..).map(|k| format!("Stamp {k}"));
        names.into_iter().find(|name| self.own.iter().all(|stamp| stamp.name != *name)).unwrap_or_default()
    }

    fn keep(&self) -> Vec<Effect> {
        vec![Effect::Paint(PaintEffect::KeepStamps(self.own.clone()))]
    }
}

impl Session {
    /// The particles of the stamp in hand.
    pub fn stamp(&self) -> Option<&Stamp> {
        self.painting.library.in_hand.as_ref()
    }

    /// The user's own stamps.
    pub fn own_stamps(&self) -> &[Stamp] {
        &self.painting.library.own
    }

    /// Which of [`Self::own_stamps`] is in hand.
    pub fn own_stamp_in_hand(&self) -> Option<usize> {
        self.painting.library.chosen
    }

    /// The own stamp that was deleted last and can be brought back.
    pub fn deleted_stamp(&self) -> Option<&Stamp> {
        self.painting.library.deleted.as_ref().map(|(_, stamp)| stamp)
    }
}

/// Takes a stamp in hand; a selection becomes one of the user's own.
pub(in crate::session) fn take_stamp(session: &mut Session, source: &StampSource) -> Vec<Effect> {
    let mut effects = Vec::new();
    let (stamp, chosen) = match source {
        StampSource::Motif(name) => (Stamp::motif(name), None),
        StampSource::Own(index) => (session.painting.library.own.get(*index).cloned(), Some(*index)),
        StampSource::Selection => {
            let particles = centred(&selected(session));
            if particles.is_empty() {
                return vec![notify(Level::Info, NOTHING_SELECTED)];
            }
            if particles.len() > MAX_STAMP_PARTICLES {
                let text = format!(
                    "{} particles are too many for a stamp: select {MAX_STAMP_PARTICLES} at most.",
                    particles.len()
                );
                return vec![notify(Level::Warning, text)];
            }
            // It is placed as it was.
            session.painting.options.stamp = PaintOptions::new(session.snapshot().box_size).stamp;
            let library = &mut session.painting.library;
            let stamp = Stamp { name: library.free_name(), particles: Arc::new(particles) };
            library.own.push(stamp.clone());
            effects = library.keep();
            (Some(stamp), Some(library.own.len() - 1))
        }
    };
    let Some(stamp) = stamp else { return effects };
    effects.extend(pointer::release(session));
    session.painting.library.in_hand = Some(stamp);
    session.painting.library.chosen = chosen;
    session.painting.selection.clear();
    session.painting.tool = Tool::Stamp;
    effects
}

pub(in crate::session) fn rename_stamp(session: &mut Session, index: usize, name: &str) -> Vec<Effect> {
    let library = &mut session.painting.library;
    let Some(stamp) = library.own.get_mut(index) else { return Vec::new() };
    stamp.name = name.chars().take(LONGEST_NAME).collect();
    if library.chosen == Some(index) {
        library.in_hand = Some(stamp.clone());
    }
    library.keep()
}

/// Deletes one of the user's own; [`bring_back_stamp`] is the way back.
pub(in crate::session) fn delete_stamp(session: &mut Session, index: usize) -> Vec<Effect> {
    let library = &mut session.painting.library;
    if index >= library.own.len() {
        return Vec::new();
    }
    library.deleted = Some((index, library.own.remove(index)));
    match library.chosen {
        Some(chosen) if chosen == index => {
            (library.in_hand, library.chosen) = (Stamp::motif("mill"), None);
        }
        Some(chosen) if chosen > index => library.chosen = Some(chosen - 1),
        _ => {}
    }
    library.keep()
}

pub(in crate::session) fn bring_back_stamp(session: &mut Session) -> Vec<Effect> {
    let library = &mut session.painting.library;
    let Some((index, stamp)) = library.deleted.take() else { return Vec::new() };
    let index = index.min(library.own.len());
    library.own.insert(index, stamp);
    let effects = library.keep();
    take_stamp(session, &StampSource::Own(index)).into_iter().chain(effects).collect()
}
