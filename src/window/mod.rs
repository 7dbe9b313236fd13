//! The window: egui [`panels`] and the Bevy [`shell`].

pub mod panels;
pub mod shell;
