//! Events from the engine.

use std::sync::Arc;

use glam::DVec2;

use super::{brush, checkpoints};
use crate::session::command::{CheckpointUse, Effect, Level, notify};
use crate::session::state::Session;
use crate::worlds::swarm::doc::LiveState;

/// Shown when time does not go back any further.
const NO_PAST: &str = "This is as far back as the history goes: it begins with the swarm, and again when a rule with other species or temperatures takes over.";

/// Events from the engine.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum LiveEvent {
    /// The swarm has been edited, or went back in time.
    SwarmChanged {
        /// `None` after an edit.
        back: Option<WentBack>,
        /// Particles in the swarm now.
        particles: usize,
        /// Width and height of the torus now, ℓ.
        box_size_l: DVec2,
    },
    /// The swarm was to go back in time, and the rewind buffer has no earlier state.
    NothingBefore,
    /// The swarm that the engine was asked to copy, and what the copy is for.
    CheckpointSaved(CheckpointUse, Box<LiveState>),
    /// The view follows this particle.
    Following(Option<usize>),
    /// The engine could not do what it was ordered to.
    EngineFailed(String),
}

/// Where the swarm is after it went back in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WentBack {
    /// Steps of time; 0 where only a change by hand was taken back.
    pub steps: u32,
    /// Steps done of the growth that goes on from there.
    pub growing: Option<u32>,
}

pub(in crate::session) fn on_event(session: &mut Session, event: LiveEvent) -> Vec<Effect> {
    match event {
        LiveEvent::SwarmChanged { back, particles, box_size_l } => {
            brush::changed(session, back, particles, box_size_l);
            Vec::new()
        }
        LiveEvent::NothingBefore => {
            // Shown once, however long the key is held.
            let was_reported = std::mem::replace(&mut session.live.has_no_past, true);
            if was_reported { Vec::new() } else { vec![notify(Level::Info, NO_PAST)] }
        }
        LiveEvent::CheckpointSaved(CheckpointUse::Keep(keeping), state) => checkpoints::kept(session, *keeping, *state),
        LiveEvent::CheckpointSaved(CheckpointUse::Undo(step), state) => {
            checkpoints::replaced(session, step, Arc::new(state.swarm))
        }
        LiveEvent::Following(index) => {
            session.live.following = index;
            Vec::new()
        }
        LiveEvent::EngineFailed(why) => {
            session.live.playing = false;
            vec![notify(Level::Error, why)]
        }
    }
}
