//! Events from the document's files.

use std::path::PathBuf;

use super::edit::replace;
use crate::scene::{SwarmProject, film_note, is_picture_name};
use crate::session::command::{DocumentEffect, Effect, Level, SceneSource, notify};
use crate::session::state::Session;

/// Events from the document's files.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum DocumentEvent {
    /// A scene that [`crate::session::DocumentEffect::Load`] asked for.
    Opened {
        /// As in the effect.
        source: SceneSource,
        /// One sentence where it cannot be read.
        result: Result<Box<SwarmProject>, String>,
    },
    /// `revision` is the one that [`crate::session::DocumentEffect::Save`] carried.
    Saved {
        /// The file that was written; the scene's own from then on.
        path: PathBuf,
        /// Of the content in the file, which may be older than the present one.
        revision: u64,
        /// One sentence where nothing was written.
        result: Result<(), String>,
    },
}

pub(in crate::session) fn on_event(session: &mut Session, event: DocumentEvent) -> Vec<Effect> {
    match event {
        DocumentEvent::Opened { source, result: Ok(document) } => {
            let path = match source {
                SceneSource::File(path) => Some(path),
                // A bundled scene is opened as a copy, so that Save asks for a name.
                SceneSource::Bundled(_) => None,
            };
            replace(session, *document, path, true)
        }
        DocumentEvent::Saved { path, revision, result: Ok(()) } => {
            let note = film_note(&session.document.world.film).filter(|_| !is_picture_name(&path));
            let text =
                [Some(format!("Saved {}", path.display())), note].into_iter().flatten().collect::<Vec<_>>().join(". ");
            if session.file.saving.pop_front() == Some(session.file.serial) {
                session.file.path = Some(path);
                session.file.saved_revision = revision;
            }
            let mut effects = vec![notify(Level::Success, text)];
            // Unsaved scenes left before are still to be asked for.
            if session.file.asks_before_quitting && !session.is_dirty() && session.left_unsaved().is_empty() {
                effects.push(Effect::Document(DocumentEffect::Quit));
            }
            effects
        }
        DocumentEvent::Saved { result: Err(why), .. } => {
            session.file.saving.pop_front();
            vec![notify(
                Level::Error,
                format!("{why}. Nothing is lost: Ctrl+Shift+S saves the scene in another place."),
            )]
        }
        DocumentEvent::Opened { result: Err(why), .. } => vec![notify(Level::Error, why)],
    }
}
