//! Pictures, plots and films.

pub mod atomic;
pub mod chart;
pub mod looks;
pub mod picture;
pub mod png_chunks;
