//! The window: egui [`panels`] and the Bevy `shell`.
//!
//! Panels are public for the tests in `tests/`.

pub mod panels;
pub(crate) mod shell;
