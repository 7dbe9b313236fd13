//! Observing: readings of the live swarm, plots, the certificate, and the comparison with the true motion.

pub(super) mod certificate;
pub(super) mod charts;
pub(super) mod menu;
pub(super) mod observation;
pub(super) mod truth;
