//! Events from the observer, the certificate and the comparison with the true motion.

use super::{certificate, truth};
use crate::session::command::{Effect, Level, Speed, notify};
use crate::session::state::Session;
use crate::worlds::swarm::measures::{Certificate, Reading, Truth};

/// Shown when positions become NaN or infinite.
const FAULTS: &str = "Some particles cannot go on: their next positions are NaN or infinite. Lower the strength, the knobs or the \
                      time step, then press Restart.";

/// Events from the observer, the certificate and the comparison with the true motion.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ObserveEvent {
    /// A reading of the live swarm.
    Observed(Box<Reading>),
    /// Means over the frames since the last of these events.
    SpeedMeasured(Speed),
    /// Progress of the certificate.
    CertificateProgress {
        /// Progress of an older measurement is ignored.
        run: u64,
        /// Such as "growing", for the panel.
        phase: &'static str,
        /// Of the whole measurement, 0 to 1.
        share: f64,
    },
    /// The result of [`super::ObserveEffect::Certify`].
    Certified {
        /// Certificates of an older measurement are ignored.
        run: u64,
        /// One sentence where it could not be measured.
        result: Result<Box<Certificate>, String>,
    },
    /// The result of [`super::ObserveEffect::MeasureTruth`].
    TruthMeasured {
        /// Results of an older request are ignored.
        run: u64,
        /// One sentence where there is no motion to compare with.
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
            let was_reported = std::mem::replace(&mut session.live.has_faults, speed.faults > 0);
            session.observing.observation.take_speed(&speed);
            if session.live.has_faults && !was_reported { vec![notify(Level::Warning, FAULTS)] } else { Vec::new() }
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
