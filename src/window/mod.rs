//! The window: egui [`panels`], the Bevy `shell` and, between them, the `runtime`, which carries out what the session orders,
//! with the swarm that lives on a thread of its own in `live`. `preflight` finds out whether a window can be shown at all.
//! Panels are public for the tests in tests/. State and commands of a feature are in `session/<feature>`, which knows no egui, so
//! that they are tested and used without a window; its panel is in `panels/<feature>`.

mod live;
pub mod panels;
mod preflight;
mod runtime;
pub(crate) mod shell;
