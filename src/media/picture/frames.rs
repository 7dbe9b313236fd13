//! A folder of numbered PNG files, for film editors.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use image::RgbaImage;
use tempfile::TempDir;

use super::{PictureError, write_png};

/// What temporary folders are called, about a random part.
const TEMPORARY: (&str, &str) = (".unstill-", ".frames");

/// Tries to make a temporary folder that no other film takes for one of a killed program.
const TEMPORARY_TRIES: usize = 16;

/// Writes `frame-0001.png` and so on into a new folder, which appears at its path only when [`FrameWriter::finish`]
/// succeeds.
pub struct FrameWriter {
    path: PathBuf,
    folder: TempDir,
    /// Ends with this process: other films recognise by it folders that a killed one left.
    _lock: Option<File>,
    frames: usize,
}

impl FrameWriter {
    /// # Errors
    /// A path that cannot be written, or a folder there that holds something.
    pub fn create(path: &Path) -> Result<Self, PictureError> {
        let failed = |source| PictureError::Write { file: path.to_owned(), source };
        if let Ok(mut entries) = std::fs::read_dir(path) {
            if entries.next().is_some() {
                return Err(PictureError::FolderInUse { folder: path.to_owned() });
            }
        } else if path.exists() {
            return Err(failed(std::io::ErrorKind::NotADirectory.into()));
        }
        let beside = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        remove_left_behind(beside);
        let (folder, lock) = temporary_folder(beside).map_err(failed)?;
        Ok(Self { path: path.to_owned(), folder, _lock: lock, frames: 0 })
    }

    /// # Errors
    /// A full disk.
    pub fn add(&mut self, picture: &RgbaImage) -> Result<(), PictureError> {
        self.frames += 1;
        let name = format!("frame-{:04}.png", self.frames);
        write_png(&self.folder.path().join(&name), picture).map_err(|error| match error {
            // It was to come there.
            PictureError::Write { source, .. } => PictureError::Write { file: self.path.join(name), source },
            other => other,
        })
    }

    /// # Errors
    /// Another program has put a folder with files there meanwhile.
    pub fn finish(self) -> Result<(), PictureError> {
        // A folder may take the place of an empty one.
        std::fs::rename(self.folder.path(), &self.path)
            .map_err(|source| PictureError::Write { file: self.path.clone(), source })?;
        // It is not a temporary folder any more.
        let _ = self.folder.keep();
        Ok(())
    }
}

/// A folder in `beside` that vanishes unless it is kept, and the lock on it where the system has locks on folders.
fn temporary_folder(beside: &Path) -> io::Result<(TempDir, Option<File>)> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1);
    // As any new folder, not only for its owner.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    for _ in 0..TEMPORARY_TRIES {
        let folder = builder.tempdir_in(beside)?;
        let lock = File::open(folder.path()).ok().filter(|file| file.lock().is_ok());
        // Between its creation and the lock another film may have removed it.
        if folder.path().exists() {
            return Ok((folder, lock));
        }
    }
    Err(io::Error::other("other programs keep removing the temporary folders in this folder"))
}

/// Removes the folders of films that were killed. What cannot be read or removed stays.
fn remove_left_behind(beside: &Path) {
    for entry in fs::read_dir(beside).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1));
        // Of a link this describes the link itself, which is never ours.
        if !is_ours || !entry.metadata().is_ok_and(|folder| folder.is_dir()) {
            continue;
        }
        if File::open(entry.path()).is_ok_and(|folder| folder.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_film_removes_folders_of_killed_films_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in [".unstill-killed.frames", ".other.frames", ".unstill-a.kept"] {
            fs::create_dir(at(name)).unwrap();
            fs::write(at(name).join("frame-0001.png"), "half").unwrap();
        }
        let first = FrameWriter::create(&at("one")).unwrap();
        assert!(!at(".unstill-killed.frames").exists());
        assert!(at(".other.frames").exists() && at(".unstill-a.kept").exists());
        let second = FrameWriter::create(&at("two")).unwrap();
        assert!(first.folder.path().exists(), "it is being written");
        first.finish().unwrap();
        second.finish().unwrap();
        assert!(at("one").is_dir() && at("two").is_dir());
    }
}
