//! Measures of a swarm: how much it looks like the target, how ordered it is, how it moves. Lengths in ℓ.

pub mod fidelity;
pub mod looks;
pub mod motion;
pub mod order;
mod pair_correlation;
pub mod picture;
mod residual;
mod samples;

pub use fidelity::{Fidelity, Histogram, pattern_fidelity};
pub use motion::{BodyMotion, RigidMotion, entropy_production_per_particle, mill_ratio};
pub use order::{Cluster, LINK_L, clusters, milling, polarisation};
pub use pair_correlation::pair_correlation;
pub use residual::relative_residual;
pub use samples::{noised, scattered, scrambled};
