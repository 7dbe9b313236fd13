//! The learned rule as plain numbers, and its readable reference in f64: features, energy, score, flows, Heun step.
//!
//! Everything is in units of ℓ (the median nearest-neighbour distance of the snapshot).

pub mod fast;
mod knobs;
mod net;
pub mod noise;

pub use knobs::{FlowKind, Knobs, LiveSettings};
pub use net::{FEATURES, Layout, LocalNet, NetShape, Rule, Span};
