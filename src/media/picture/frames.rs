//! A folder of numbered PNG files, for film editors.

use std::path::{Path, PathBuf};

use image::RgbaImage;
use tempfile::TempDir;

use super::{PictureError, write_png};

/// Writes `frame-0001.png` and so on into a new folder, which appears at its path only when [`FrameWriter::finish`]
/// succeeds.
pub struct FrameWriter {
    path: PathBuf,
    folder: TempDir,
    frames: usize,
}

impl FrameWriter {
    /// # Errors
    /// A place that cannot be written, or a folder there that holds something.
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
        let mut builder = tempfile::Builder::new();
        builder.prefix(".unstill-").suffix(".frames");
        // As any new folder, not only for its owner.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let folder = builder.tempdir_in(beside).map_err(failed)?;
        Ok(Self { path: path.to_owned(), folder, frames: 0 })
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
    /// Somebody has put a folder with something in it there meanwhile.
    pub fn finish(self) -> Result<(), PictureError> {
        // A folder may take the place of an empty one.
        std::fs::rename(self.folder.path(), &self.path)
            .map_err(|source| PictureError::Write { file: self.path.clone(), source })?;
        // It is no temporary folder any more.
        let _ = self.folder.keep();
        Ok(())
    }
}
