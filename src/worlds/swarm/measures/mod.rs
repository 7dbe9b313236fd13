//! Measures of a swarm: how much it looks like the target, how ordered it is, how it moves. Lengths in ℓ.

mod alikeness;
mod certificate;
pub mod fidelity;
mod likeness;
pub mod motion;
mod observer;
pub mod order;
mod pair_correlation;
mod patch;
mod quick;
mod residual;
mod samples;
mod series;
mod settled;
mod statistics;
mod truth;
mod yardstick;

pub use alikeness::Alikeness;
pub use certificate::{
    Certificate, Check, CheckError, CheckFindings, CheckProgress, CheckSettings, Contender, FlowMeasurement, Healing,
    Measured, Motor, certify,
};
pub use fidelity::{Fidelity, Histogram, pattern_fidelity};
pub use likeness::Likeness;
pub use motion::{BodyMotion, RigidMotion, entropy_production_per_particle, mill_ratio};
pub use observer::{Glimpse, Observer, Wounds};
pub use order::{Cluster, LINK_L, clusters, milling, polarisation};
pub use pair_correlation::pair_correlation;
pub use quick::QuickFidelity;
pub use residual::relative_residual;
pub use samples::{noised, scattered, scrambled};
pub use series::{Reading, SWARM_SERIES, SwarmCurves, SwarmSeries, TargetFacts};
pub use settled::has_settled;
pub use statistics::{Motion, Order, species_of, target_swarms};
pub use truth::{Agreement, Truth, TruthError, TruthRow};
pub use yardstick::{MAX_POOLED, Yardstick};
