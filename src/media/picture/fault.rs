//! What can go wrong with a written picture or film, each in one sentence with a next step.

use std::io;
use std::path::PathBuf;

/// Why a picture cannot be made or written.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum PictureError {
    #[error("cannot write {}: {}", .file.display(), advice(.source))]
    Write { file: PathBuf, source: io::Error },
    /// Pictures of another film, or other files, are not changed.
    #[error("cannot write {}: that folder holds something; give the name of a new one", .folder.display())]
    FolderInUse { folder: PathBuf },
    #[error("{}: cannot be encoded ({reason}); choose another size", .file.display())]
    Encode { file: PathBuf, reason: String },
    #[error("{}: no video was made ({reason}); fix that, or choose GIF or APNG, which need no other program", .file.display())]
    Video { file: PathBuf, reason: String },
}

/// Why a file could not be written, and the hint. Where it was to be replaced, the old one is still there.
pub fn advice(error: &io::Error) -> String {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::NotFound => "its folder does not exist; make the folder or choose another place".to_owned(),
        Kind::PermissionDenied => "it may not be written; choose another place or change the permissions".to_owned(),
        Kind::ReadOnlyFilesystem => "that disk can only be read; choose another place".to_owned(),
        Kind::StorageFull | Kind::QuotaExceeded => {
            "the disk is full; free some space or choose another disk (an older file there is unchanged)".to_owned()
        }
        Kind::IsADirectory => "that is a folder; give the name of a file".to_owned(),
        Kind::InvalidInput => "that is a device or a pipe; give the name of an ordinary file".to_owned(),
        Kind::InvalidFilename => "the disk does not take such a name; choose a shorter one".to_owned(),
        Kind::NotADirectory => "a part of its path is not a folder; choose another place".to_owned(),
        _ => format!("{error} (an older file there is unchanged)"),
    }
}
