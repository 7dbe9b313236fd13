//! Drawn tokens that live: a small network learns to keep tokens whole while they move.

pub mod net;
