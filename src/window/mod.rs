//! The window: egui [`panels`] and the Bevy `shell`.

pub mod panels;
pub(crate) mod shell;
