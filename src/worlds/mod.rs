//! The worlds: one folder for each kind of picture.

pub mod swarm;
