//! Pictures, plots and films.

pub(crate) mod atomic;
pub(crate) mod chart;
pub(crate) mod letters;
pub(crate) mod looks;
pub mod picture;
pub(crate) mod png_chunks;
#[cfg(feature = "window")]
pub(crate) mod save_name;
