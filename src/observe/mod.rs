//! Measures of a swarm: how much it looks like the target, how ordered it is, how it moves. Lengths in ℓ.

pub mod fidelity;
pub mod samples;

pub use fidelity::{Fidelity, Histogram, pattern_fidelity};
pub use samples::{noised, scattered};
