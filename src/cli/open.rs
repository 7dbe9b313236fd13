//! `unstill [FILE]`: opens the window, in builds that have one.

use std::path::PathBuf;

use crate::gpu::EngineChoice;

#[cfg(feature = "window")]
pub use crate::window::shell::NoWindow;

/// This build has no window.
#[cfg(not(feature = "window"))]
#[derive(Debug, thiserror::Error)]
#[error("this build has no window; use a command (see `unstill --help`), or build with the feature `window`")]
pub struct NoWindow;

/// Opens the window with `file` in it, and returns when it is closed.
///
/// # Errors
/// A file that cannot be read, which is reported before a window opens, and [`NoWindow`].
#[cfg(feature = "window")]
pub fn run(file: Option<PathBuf>, engine: Option<EngineChoice>) -> anyhow::Result<()> {
    if let Some(path) = &file {
        for warning in crate::window::shell::check(path)? {
            super::output::warn(&format!("{}: {warning}", path.display()));
        }
    }
    crate::window::shell::run(file, engine)
}

/// # Errors
/// Always [`NoWindow`].
#[cfg(not(feature = "window"))]
pub fn run(_file: Option<PathBuf>, _engine: Option<EngineChoice>) -> anyhow::Result<()> {
    Err(NoWindow.into())
}
