//! Pictures, plots and films.

pub mod chart;
pub mod looks;
pub mod picture;
pub mod png_chunks;
