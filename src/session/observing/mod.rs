//! Observing: readings of the live swarm, plots, the certificate, and the comparison with the true motion.

pub(super) mod certificate;
pub(super) mod charts;
pub(super) mod command;
mod effect;
pub(super) mod event;
pub(super) mod menu;
pub(super) mod observation;
pub(super) mod truth;

pub use command::ObserveCommand;
pub use effect::ObserveEffect;
pub use event::ObserveEvent;

use certificate::CertificateView;
use observation::Observation;
use truth::TruthView;

use super::state::Session;

/// The state of observing.
#[derive(Debug, Default)]
pub(super) struct Observing {
    pub observation: Observation,
    pub certificate: CertificateView,
    pub truth: TruthView,
}

impl Session {
    /// Readings of the live swarm.
    pub fn observation(&self) -> &Observation {
        &self.observing.observation
    }
}
