//! The kinds of files that the program opens: by name, and for a PNG by content.

use std::path::Path;

use crate::formats::{Drawing, FormatKind, FormatRole, FormatSpec, ImportOptions, format_for, import};
use crate::scene::{Project, holds_scene};

/// What opening a file means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Scene,
    /// A table of particles.
    Particles,
    /// With no scene in it.
    Image,
}

/// `None`: an unknown kind.
pub fn kind_of(path: &Path) -> Option<FileKind> {
    match format_for(path, FormatRole::Scene).map(FormatSpec::kind) {
        Some(FormatKind::Scene) => Some(FileKind::Scene),
        // A file that cannot be read is reported when it is opened.
        Some(_) if holds_scene(path).unwrap_or(false) => Some(FileKind::Scene),
        _ => format_for(path, FormatRole::SwarmImport)
            .map(|format| if format.kind().is_particles() { FileKind::Particles } else { FileKind::Image }),
    }
}

/// Finds out before a window opens whether the file can be opened in it; what a scene's reading left out comes back.
///
/// # Errors
/// One sentence that names the file.
pub fn check(path: &Path) -> anyhow::Result<Vec<String>> {
    match kind_of(path) {
        // Another name may be that of a scene.
        Some(FileKind::Scene) | None => return Ok(Project::load(path)?.warnings),
        Some(FileKind::Particles) => match import(path, &ImportOptions::default()) {
            // The sheet of the window asks for what is missing.
            Err(error) if !error.is_for_want_of_options() => return Err(error.into()),
            Ok(_) | Err(_) => {}
        },
        Some(FileKind::Image) => drop(Drawing::open(path)?),
    }
    Ok(Vec::new())
}
