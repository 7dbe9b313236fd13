//! What comes back of the observer, the certificate and the comparison with the true motion.

use super::{certificate, truth};
use crate::session::command::{Effect, Level, Speed, notify};
use crate::session::state::Session;
use crate::worlds::swarm::measures::{Certificate, Reading, Truth};

/// What is said when particles cannot go on.
const FAULTS: &str = "Some particles cannot go on: their next positions are NaN or infinite. Lower the strength, the knobs or the \
                      time step, then press Restart.";

/// What comes back of the observer, the certificate and the comparison with the true motion.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ObserveEvent {
    /// What was seen of the live swarm.
    Observed(Box<Reading>),
    SpeedMeasured(Speed),
    CertificateProgress {
        run: u64,
        phase: &'static str,
        share: f64,
    },
    Certified {
        run: u64,
        result: Result<Box<Certificate>, String>,
    },
    TruthMeasured {
        run: u64,
        result: Result<Box<Truth>, String>,
    },
}

pub(in crate::session) fn on_event(session: &mut Session, event: ObserveEvent) -> Vec<Effect> {
    match event {
        ObserveEvent::Observed(reading) => {
            session.observing.observation.take(*reading);
            Vec::new()
        }
        ObserveEvent::SpeedMeasured(speed) => {
            let told = std::mem::replace(&mut session.live.has_faults, speed.faults > 0);
            session.observing.observation.take_speed(&speed);
            if session.live.has_faults && !told { vec![notify(Level::Warning, FAULTS)] } else { Vec::new() }
        }
        ObserveEvent::CertificateProgress { run, phase, share } => {
            certificate::progress(session, run, phase, share);
            Vec::new()
        }
        ObserveEvent::Certified { run, result } => certificate::arrived(session, run, result.map(|found| *found)),
        ObserveEvent::TruthMeasured { run, result } => {
            truth::arrived(session, run, result.map(|found| *found));
            Vec::new()
        }
    }
}
