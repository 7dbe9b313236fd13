//! When the time that learning will take is measured: on the first visit of Learn, and when what matters has changed.

use crate::jobs::{Pace, left_s};
use crate::session::command::{Effect, LearnEffect, PaceKey, PaceRequest, Workspace};
use crate::session::state::Session;

/// Measured speeds of learning.
#[derive(Clone, Debug, Default)]
pub(in crate::session) struct PaceView {
    /// Asked for last.
    asked: Option<PaceKey>,
    pace: Option<Pace>,
}

/// What the time of a step depends on. The picture counts by its size, in steps of a fifth.
fn key(session: &Session) -> PaceKey {
    let document = session.document();
    let training = &document.world.training;
    PaceKey {
        size: ((document.world.snapshot.particles.len().max(1) as f64).ln() / 1.2f64.ln()).round() as i32,
        species: document.world.snapshot.species_count(),
        mode: document.world.snapshot.mode,
        batch: training.batch,
        particles: training.particles,
        widths: [training.phi, training.rho],
        cutoff_l: training.cutoff_l,
    }
}

/// Once a tick: asks for a measurement when one is due.
pub(in crate::session) fn look(session: &mut Session) -> Option<Effect> {
    let idle = session.workspace == Workspace::Learn && !session.learning.training.state.is_active();
    // Not during the drag of a slider.
    if !idle || session.gesture_is_open() || session.painting.warnings.iter().any(|w| w.blocks) {
        return None;
    }
    let key = key(session);
    if session.learning.pace.asked.as_ref() == Some(&key) {
        return None;
    }
    session.learning.pace = PaceView { asked: Some(key.clone()), pace: None };
    let document = &session.document;
    let request = PaceRequest {
        key,
        snapshot: document.world.snapshot.clone(),
        ensemble: document.world.ensemble,
        settings: document.world.training,
    };
    Some(Effect::Learn(LearnEffect::MeasurePace(Box::new(request))))
}

pub(in crate::session) fn measured(session: &mut Session, key: &PaceKey, pace: Option<Pace>) {
    if session.learning.pace.asked.as_ref() == Some(key) {
        session.learning.pace.pace = pace;
    }
}

impl Session {
    /// Seconds that a run with these settings would take, from a short measurement with the present picture; `None`
    /// while unknown.
    pub fn estimate_s(&self, settings: &crate::worlds::swarm::train::TrainingSettings) -> Option<f64> {
        self.learning.pace.pace.map(|pace| pace.estimate_s(settings))
    }

    /// Seconds that the present run has before it; `None` while unknown.
    pub fn learning_left_s(&self) -> Option<f64> {
        let last = self.learning.training.last.filter(|_| self.learning.training.state.is_active())?;
        left_s(
            self.learning.pace.pace.as_ref(),
            &self.document.world.training,
            last,
            self.learning.training.steps_per_s,
        )
    }
}
