//! What the shell must do for the document.

use std::path::PathBuf;

use crate::scene::SwarmProject;
use crate::session::command::SceneSource;

/// What the shell must do for the document.
#[derive(Clone, Debug, PartialEq)]
pub enum DocumentEffect {
    /// Load off the UI thread and report [`super::DocumentEvent::Opened`].
    Load(SceneSource),
    /// Write off the UI thread and report [`super::DocumentEvent::Saved`].
    Save {
        /// Its extension decides between a scene file and a picture that holds the scene.
        path: PathBuf,
        /// A copy, so that painting goes on while it is written.
        document: Box<SwarmProject>,
        /// Comes back in the event: the session is unsaved still where it has another by then.
        revision: u64,
    },
    /// Close the window when everything is written; asked twice, at once.
    Quit,
}
