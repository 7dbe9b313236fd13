//! The particles of a scene as a file of other programs: the inverse of the import.

use std::io::Cursor;
use std::path::Path;

use glam::DVec2;
use image::{DynamicImage, ImageFormat};

use super::known::{FormatRole, format_for};
use crate::media::picture::{PictureStyle, render};
use crate::worlds::SwarmDoc;
use crate::worlds::swarm::picture::{Boundary, Mode, Particle, Snapshot, Swarm};

/// What of a scene is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExportSubject {
    /// The painted picture.
    Picture,
    /// The live swarm that is saved with it.
    Live,
}

/// The content of a file, not written yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// Snapshots in it.
    pub snapshots: usize,
    /// The one snapshot of a film that it shows, counted from 1, and how many there are, where the kind of file holds no
    /// more.
    pub only: Option<[usize; 2]>,
    /// Of the snapshot, or the selected one.
    pub particles: usize,
    /// World units.
    pub box_size: DVec2,
}

/// Why nothing can be exported. The name of the file is the caller's to add.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum ExportError {
    #[error("this kind of file is not known; give a {} file", FormatRole::SwarmExport.proposed())]
    UnknownKind,
    #[error("the scene holds no live swarm; export the picture")]
    NothingLives,
    #[error("the image cannot be encoded: {0}; give another kind of file")]
    Image(#[from] image::ImageError),
    #[error("the particles cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

/// The content of a file of the kind of the ending of `out`. `size_px`: longer side of an image.
///
/// # Errors
/// An ending that is not known, no live swarm, an image that cannot be encoded.
pub fn export(scene: &SwarmDoc, subject: ExportSubject, out: &Path, size_px: u32) -> Result<Export, ExportError> {
    let stills = scene.stills();
    let live;
    let snapshot = match subject {
        ExportSubject::Picture => &*scene.snapshot,
        ExportSubject::Live => {
            live = live_state(scene)?;
            &live
        }
    };
    let is_film = subject == ExportSubject::Picture && stills.count() > 1;
    let (particles, box_size) = (snapshot.particles.len(), snapshot.box_size);
    let format = format_for(out, FormatRole::SwarmExport).and_then(|format| format.swarm);
    let format = format.ok_or(ExportError::UnknownKind)?;
    let mut bytes = Vec::new();
    if is_film && format.writes_films {
        for k in 0..stills.count() {
            (format.write)(&stills.snapshot(k), out, size_px, &mut bytes)?;
        }
        return Ok(Export { bytes, snapshots: stills.count(), only: None, particles, box_size });
    }
    let only = is_film.then(|| [stills.film().selected() + 1, stills.count()]);
    (format.write)(snapshot, out, size_px, &mut bytes)?;
    Ok(Export { bytes, snapshots: 1, only, particles, box_size })
}

/// The saved live swarm in the unit of the picture that its rule was learned from.
fn live_state(scene: &SwarmDoc) -> Result<Snapshot, ExportError> {
    let state = scene.state.as_ref().ok_or(ExportError::NothingLives)?;
    let unit = scene.rule.as_ref().map_or_else(|| scene.snapshot.unit_length(), |rule| rule.unit_length);
    let scaled = |p: &Particle| Particle { x: p.x * unit, y: p.y * unit, ..*p };
    Ok(Snapshot {
        particles: state.swarm.particles.iter().map(scaled).collect(),
        box_size: state.swarm.box_size * unit,
        mode: Mode::Whole,
        boundary: Boundary::Periodic,
    })
}

/// Appends a picture of the snapshot, `size_px` pixels on its longer side, of the kind of the ending of `name`.
pub(super) fn image_of(snapshot: &Snapshot, name: &Path, size_px: u32, out: &mut Vec<u8>) -> Result<(), ExportError> {
    let format = ImageFormat::from_path(name)?;
    let unit = snapshot.unit_length();
    let scaled = |p: &Particle| Particle { x: p.x / unit, y: p.y / unit, ..*p };
    let particles = snapshot.particles.iter().map(scaled).collect();
    let swarm = Swarm { particles, box_size: snapshot.box_size / unit };
    let picture = DynamicImage::ImageRgba8(render(&swarm, &PictureStyle { size_px, ..PictureStyle::default() }));
    // JPEG has no transparency, and nothing of the picture is transparent.
    let picture = if format == ImageFormat::Jpeg { DynamicImage::ImageRgb8(picture.to_rgb8()) } else { picture };
    let mut cursor = Cursor::new(Vec::new());
    picture.write_to(&mut cursor, format)?;
    out.append(&mut cursor.into_inner());
    Ok(())
}
