//! What a user can do with the document as a whole.

use std::path::PathBuf;

use super::edit::{edit, replace, set, travel};
use super::history::History;
use super::new_project;
use crate::session::command::{Dialog, DocumentEffect, Effect, Kind, SceneSource};
use crate::session::state::Session;

/// What a user can do with the document as a whole.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DocumentCommand {
    /// An empty picture; what is open is put into the history, so that undo brings it back.
    New,
    /// A scene, or a picture that holds one.
    Open(PathBuf),
    /// A scene that comes with the program, by name; opened as a copy without a path.
    OpenBundled(String),
    /// To the scene's own path; without one, asks for a name.
    Save,
    /// The scene's own file from then on.
    SaveAs(PathBuf),
    /// Shown in the title bar and the gallery, and proposed as the file name.
    SetTitle(String),
    /// Free text, saved in the scene file.
    SetAuthor(String),
    /// Free text: what to look for, shown on the canvas of Live after the scene was opened.
    SetNotes(String),
    /// With something unsaved, here or in a scene that was left, asks first: answered by [`Self::QuitUnsaved`],
    /// [`Self::StayHere`] or [`Self::Save`].
    Quit,
    /// Ends the program without saving.
    QuitUnsaved,
    /// Takes [`Self::Quit`] back.
    StayHere,
    /// Back by one step of the history.
    Undo,
    /// Forward by one step; nothing after a change that followed an undo.
    Redo,
    /// The pointer was released: what comes next is a new step of the history.
    EndGesture,
}

impl DocumentCommand {
    /// Consecutive commands of this kind are one step of the history until [`Self::EndGesture`].
    fn kind(&self) -> Option<Kind> {
        let merges = matches!(self, Self::SetTitle(_) | Self::SetAuthor(_) | Self::SetNotes(_));
        merges.then(|| Kind::Document(std::mem::discriminant(self)))
    }

    /// Whether it would do something now.
    pub(in crate::session) fn is_possible(&self, session: &Session) -> bool {
        match self {
            Self::Undo => session.can_undo(),
            Self::Redo => session.can_redo(),
            _ => true,
        }
    }
}

pub(in crate::session) fn apply(session: &mut Session, command: DocumentCommand) -> Vec<Effect> {
    let merge = command.kind();
    match command {
        DocumentCommand::New => replace(session, new_project(), None, true),
        DocumentCommand::Open(path) => vec![Effect::Document(DocumentEffect::Load(SceneSource::File(path)))],
        DocumentCommand::OpenBundled(name) => vec![Effect::Document(DocumentEffect::Load(SceneSource::Bundled(name)))],
        DocumentCommand::Save => match session.file.path.clone() {
            Some(path) => save(session, path),
            None => vec![Effect::Ask(Dialog::Name)],
        },
        DocumentCommand::SaveAs(path) => save(session, path),
        DocumentCommand::SetTitle(title) => edit(session, merge, |d| set(&mut d.title, title)),
        DocumentCommand::SetAuthor(author) => edit(session, merge, |d| set(&mut d.author, author)),
        DocumentCommand::SetNotes(notes) => edit(session, merge, |d| set(&mut d.notes, notes)),
        DocumentCommand::Quit if session.is_dirty() || !session.left_unsaved().is_empty() => {
            session.file.asks_before_quitting = true;
            Vec::new()
        }
        DocumentCommand::Quit | DocumentCommand::QuitUnsaved => vec![Effect::Document(DocumentEffect::Quit)],
        DocumentCommand::StayHere => {
            session.file.asks_before_quitting = false;
            Vec::new()
        }
        DocumentCommand::Undo => travel(session, History::undo),
        DocumentCommand::Redo => travel(session, History::redo),
        // A key released during a stroke does not split it.
        DocumentCommand::EndGesture if session.is_drawing() => Vec::new(),
        DocumentCommand::EndGesture => {
            session.history.end_gesture();
            Vec::new()
        }
    }
}

fn save(session: &mut Session, path: PathBuf) -> Vec<Effect> {
    session.file.saving.push_back(session.file.serial);
    vec![Effect::Document(DocumentEffect::Save {
        path,
        document: Box::new(session.document.clone()),
        revision: session.file.revision,
    })]
}
