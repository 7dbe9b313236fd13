//! The window: egui [`panels`], the Bevy `shell` and, between them, the `runtime`, which carries out what the session orders.
//! Panels are public for the tests in tests/.

pub mod panels;
mod runtime;
pub(crate) mod shell;
