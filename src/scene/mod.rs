//! Scene files: one `.ron` file holds the snapshot, the settings, the rule and its weights, and the live swarm.
//! A `.png` that Unstill wrote looks like the scene and holds the same text (see [`KEYWORD`]); it is opened alike.
//!
//! The text is readable and can be edited by hand; the weights come last, as base64 of a safetensors file.
//! Files of older schemas are migrated when read, those of newer ones are refused and left as they are.
//! [`Project::save`] never leaves half a file behind.

mod beside;
mod document;
mod error;
mod picture;
mod project;
mod schema0;

pub use crate::media::atomic::{WriteError, check_writable, write_atomic};
pub use beside::{film_note, remove_films};
pub use document::{Loaded, SCHEMA};
pub use error::{Fault, SceneError};
pub use picture::{KEYWORD, MAX_TEXT_BYTES, SCENE_PICTURE_PX, Showing, holds_scene, lost_its_scene};
pub use project::{Project, SwarmProject};

use std::path::Path;

use crate::formats::{FormatKind, FormatRole, StopSignal, format_for};
use crate::worlds::{SwarmDoc, World};

/// Largest scene file that is read and written, bytes. A snapshot of 100,000 particles takes about 10 MB.
pub const MAX_FILE_BYTES: u64 = 512 << 20;

/// Reads a scene file of the swarm world.
///
/// # Errors
/// As [`Project::load`], and a project of another world.
pub fn load_swarm(path: impl AsRef<Path>) -> Result<Loaded<SwarmDoc>, SceneError> {
    let path = path.as_ref();
    Project::load(path)?.into_swarm().map_err(|fault| SceneError { path: path.to_owned(), fault })
}

/// The name of the world of the scene at `path`, without reading all of it; `None` for what is not a scene of schema 2.
pub fn world_name(path: &Path) -> Option<&'static str> {
    if !is_scene_name(path) || std::fs::metadata(path).ok()?.len() > MAX_FILE_BYTES {
        return None;
    }
    let bytes = std::fs::read(path).ok()?;
    let text = if picture::is_png(&bytes) { picture::text_in(&bytes).ok()?? } else { String::from_utf8(bytes).ok()? };
    document::world_of(text.strip_prefix('\u{feff}').unwrap_or(&text))
}

/// Whether a file of this name may be a scene: a scene file, or a picture that holds one.
pub fn is_scene_name(path: &Path) -> bool {
    format_for(path, FormatRole::Scene).is_some()
}

/// Whether a scene saved at `path` becomes a picture.
pub fn is_picture_name(path: &Path) -> bool {
    format_for(path, FormatRole::Scene).is_some_and(|format| format.kind() == FormatKind::Image)
}

impl Project {
    /// Reads a scene file of this or an older schema: its text, or a picture that holds it.
    ///
    /// # Errors
    /// One sentence that names the file, the place and the hint; see [`Fault`]. The file is never changed.
    pub fn load(path: impl AsRef<Path>) -> Result<Loaded, SceneError> {
        Self::load_unless_stopped(path.as_ref(), StopSignal::NEVER)
    }

    /// As [`Self::load`]. The signal is polled while files are read, and between the passes over the text; the parse
    /// itself has no polls, so who cancels must not wait for the result.
    ///
    /// # Errors
    /// As [`Self::load`]; [`Fault::Read`] once the signal is set.
    pub fn load_unless_stopped(path: &Path, stop: StopSignal) -> Result<Loaded, SceneError> {
        let fault = |fault| SceneError { path: path.to_owned(), fault };
        let file = std::fs::metadata(path).map_err(|e| fault(Fault::Read(e)))?;
        match file.len() {
            _ if file.is_dir() => return Err(fault(Fault::Folder)),
            0 if file.is_file() => return Err(fault(Fault::Empty)),
            bytes if bytes > MAX_FILE_BYTES => return Err(fault(Fault::TooLarge { bytes })),
            _ => {}
        }
        let bytes = stop.read(path).map_err(|e| fault(Fault::Read(e)))?;
        if picture::is_png(&bytes) {
            let text = picture::text_in(&bytes).map_err(fault)?.ok_or_else(|| fault(Fault::PictureWithoutScene))?;
            return beside::parse(&text, path, stop).map_err(fault);
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            // A file cut inside a character is half a scene; a file with any other invalid byte is not text.
            Err(e) if e.utf8_error().error_len().is_none() => {
                let line = e.as_bytes().iter().filter(|&&b| b == b'\n').count() + 1;
                return Err(fault(Fault::CutOff { line }));
            }
            Err(e) => {
                let is_utf16 = [[0xff, 0xfe], [0xfe, 0xff]].iter().any(|mark| e.as_bytes().starts_with(mark));
                let what = if is_utf16 { "it is saved as UTF-16, not as UTF-8" } else { "it is not text" };
                return Err(fault(Fault::NotAScene(what.to_owned())));
            }
        };
        beside::parse(&text, path, stop).map_err(fault)
    }

    /// Reads the text of a scene file.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn from_ron(text: &str) -> Result<Loaded, Fault> {
        let beside = |name: &str| Err(format!("the snapshots are in {name}, beside the scene's own file"));
        document::read(text, StopSignal::NEVER, &beside)
    }
}

impl<W: Clone + Into<World>> Project<W> {
    /// Writes the scene so that `path` holds either the old file or the whole new one, never a part. A path that ends
    /// in `.png` becomes a picture that holds the scene.
    ///
    /// # Errors
    /// [`WriteError`]: the old file, if any, is unchanged.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), WriteError> {
        self.save_showing(path.as_ref(), &Showing::default())
    }

    /// As [`Self::save`], with the look of a picture.
    ///
    /// # Errors
    /// As [`Self::save`].
    pub fn save_showing(&self, path: &Path, showing: &Showing) -> Result<(), WriteError> {
        self.save_within(MAX_FILE_BYTES, path, showing)
    }

    /// `most`: bytes of a text that can be read again.
    fn save_within(&self, max_bytes: u64, path: &Path, showing: &Showing) -> Result<(), WriteError> {
        let refusal = |error| WriteError { path: path.to_owned(), error };
        if is_picture_name(path) {
            return write_atomic(path, &self.to_png(showing).map_err(refusal)?);
        }
        let text = self.text_beside(path)?;
        if text.len() as u64 > max_bytes {
            return Err(refusal(error::too_large(text.len() as u64, max_bytes)));
        }
        write_atomic(path, text.as_bytes())?;
        remove_films(path, &text);
        Ok(())
    }

    /// The text of a scene file for `path`. A film too large for a text is written into a file of its own, beside it.
    ///
    /// # Errors
    /// [`WriteError`], for the file of the film.
    pub fn text_beside(&self, path: &Path) -> Result<String, WriteError> {
        let project = self.clone().map_world(Into::into);
        let film_file = beside::write_film(&project.world, path)?;
        Ok(document::write(project, film_file))
    }

    /// The text of a scene file, all of it.
    pub fn to_ron(&self) -> String {
        document::write(self.clone().map_world(Into::into), None)
    }
}

#[cfg(test)]
mod tests;
