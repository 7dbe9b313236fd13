//! What the shell must do for the document.

use std::path::PathBuf;

use crate::scene::SwarmProject;
use crate::session::command::SceneSource;

/// What the shell must do for the document.
#[derive(Clone, Debug, PartialEq)]
pub enum DocumentEffect {
    /// Load off the UI thread and answer with [`super::DocumentEvent::Opened`].
    Load(SceneSource),
    /// Write off the UI thread and answer with [`super::DocumentEvent::Saved`].
    Save { path: PathBuf, document: Box<SwarmProject>, revision: u64 },
    /// Close the window when everything is written; asked twice, at once.
    Quit,
}
