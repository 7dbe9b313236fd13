//! The learned rule as plain numbers, and its readable reference in f64: features, energy, score, flows, Heun step.
//!
//! Everything is in units of ℓ (the median nearest-neighbour distance of the snapshot).

mod annealing;
mod blend;
pub mod energy;
pub(crate) mod fast;
mod features;
pub mod flow_exact;
pub mod flow_learned;
mod forward;
mod knobs;
mod live;
mod neighbours;
mod net;
pub mod noise;
mod random;
pub mod residual;
pub mod step;
mod swing;
#[cfg(test)]
mod testing;
mod validate;

pub use annealing::{Annealing, GROW_STEPS, growing_settings};
pub use blend::BlendError;
pub use features::{window, window_slope};
pub use knobs::{Knob, Knobs, SPECIES_KNOBS, SWARM_KNOBS, SwarmKnob, species_knobs};
pub use live::{FlowKind, LiveSettings};
pub use neighbours::Neighbours;
pub use net::{FEATURES, Layout, LocalNet, NetShape, Rule, Span};
pub use step::time_step;
pub use swing::{Swing, Swings};
pub use validate::{MAX_WIDTH, RuleError};
