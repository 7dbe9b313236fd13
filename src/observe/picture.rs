//! Swarms as pictures without a GPU: still images and GIFs for the command line, tests and scene thumbnails.
//!
//! Each particle is a drop that points where it heads, anti-aliased from its signed distance, drawn in linear light, and
//! drawn again where it reaches over the edge of the torus.

mod apng;
mod canvas;
mod card;
mod film;
mod frames;
mod gif;
mod letters;
mod mp4;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use image::{ImageEncoder, RgbaImage};
use tempfile::NamedTempFile;

use super::looks::{Palette, Theme};
use crate::snapshot::{MAX_SPECIES, Particle, Swarm};

pub use self::gif::GifWriter;
pub use apng::ApngWriter;
use canvas::Canvas;
pub use card::{Card, is_card};
pub use film::{Film, FilmKind, FilmStyle};
pub use frames::FrameWriter;
pub use mp4::{Mp4Writer, ffmpeg};

/// Longest side that a picture may have, pixels.
pub const MAX_SIDE_PX: u32 = 8192;

#[derive(Clone, Debug, PartialEq)]
pub struct PictureStyle {
    /// Longer side of the picture, pixels (at most [`MAX_SIDE_PX`]).
    pub size_px: u32,
    pub background: [u8; 3],
    pub palette: [[u8; 3]; MAX_SPECIES],
    /// Length of a particle's body in the unit of the swarm (ℓ for a live one).
    pub body_length: f64,
    /// Strength of the light around the bodies, 0 to 1.
    pub glow: f64,
    /// Strength of the trails, 0 to 1.
    pub trail: f64,
}

impl Default for PictureStyle {
    fn default() -> Self {
        Self {
            size_px: 800,
            background: [13, 16, 24],
            palette: Palette::default().colours(Theme::Dark),
            body_length: 0.8,
            glow: 0.6,
            trail: 0.55,
        }
    }
}

impl PictureStyle {
    /// Dark bodies on paper, without glow.
    pub fn light() -> Self {
        Self::of(Palette::default(), Theme::Light)
    }

    /// In the colours that the window shows.
    pub fn of(palette: Palette, theme: Theme) -> Self {
        let usual = Self { palette: palette.colours(theme), ..Self::default() };
        match theme {
            Theme::Dark => usual,
            Theme::Light => Self { background: theme.ground(), glow: 0.0, ..usual },
        }
    }

    /// Width and height of a picture of this box, pixels.
    pub fn size_of(&self, box_size: [f64; 2]) -> [u32; 2] {
        let longer = box_size[0].max(box_size[1]);
        let side_px = self.size_px.clamp(1, MAX_SIDE_PX);
        if !(longer > 0.0 && longer.is_finite()) {
            return [side_px; 2];
        }
        box_size.map(|side| ((f64::from(side_px) * side / longer).round() as u32).clamp(1, side_px))
    }
}

#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("{}: cannot be written ({source}); choose another folder or free some space", .file.display())]
    Write { file: PathBuf, source: io::Error },
    #[error("{}: cannot be encoded ({reason}); choose another size", .file.display())]
    Encode { file: PathBuf, reason: String },
}

/// The swarm as it is now.
pub fn render(swarm: &Swarm, style: &PictureStyle) -> RgbaImage {
    render_with_trail(std::slice::from_ref(swarm), style)
}

/// The last swarm of `history` (oldest first, same particles in the same order), with fading trails from the ones before.
pub fn render_with_trail(history: &[Swarm], style: &PictureStyle) -> RgbaImage {
    let now = history.last().cloned().unwrap_or_default();
    let [width, height] = style.size_of(now.box_size);
    let mut canvas = Canvas::new([width, height], now.box_size, style);
    let steps = history.len().saturating_sub(1);
    for (age, pair) in history.windows(2).enumerate() {
        // 1 for the newest stretch, towards 0 for the oldest.
        let freshness = (age + 1) as f64 / steps as f64;
        for (from, to) in pair[0].particles.iter().zip(&pair[1].particles) {
            canvas.trail(from, pair[1].offset(from, to), freshness);
        }
    }
    canvas.lay_trails();
    let finite = |p: &&Particle| p.x.is_finite() && p.y.is_finite() && p.heading.is_finite();
    now.particles.iter().filter(finite).for_each(|p| canvas.glow(p));
    now.particles.iter().filter(finite).for_each(|p| canvas.body(p));
    canvas.finish()
}

/// Writes a PNG; an older file at `path` is replaced only when the new one is complete.
pub fn write_png(path: &Path, picture: &RgbaImage) -> Result<(), PictureError> {
    let mut file = temporary_beside(path)?;
    image::codecs::png::PngEncoder::new(&mut file)
        .write_image(picture, picture.width(), picture.height(), image::ExtendedColorType::Rgba8)
        .map_err(|error| match error {
            image::ImageError::IoError(source) => PictureError::Write { file: path.to_owned(), source },
            other => PictureError::Encode { file: path.to_owned(), reason: other.to_string() },
        })?;
    put_in_place(file, path)
}

/// A buffered file in the folder of `path` that vanishes unless it is put in place.
fn temporary_beside(path: &Path) -> Result<BufWriter<NamedTempFile>, PictureError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".unstill-").suffix(".tmp");
    // As any new file, not only for its owner.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.tempfile_in(folder);
    file.map(BufWriter::new).map_err(|source| PictureError::Write { file: path.to_owned(), source })
}

fn put_in_place(file: BufWriter<NamedTempFile>, path: &Path) -> Result<(), PictureError> {
    let failed = |source| PictureError::Write { file: path.to_owned(), source };
    let mut file = file.into_inner().map_err(|error| failed(error.into_error()))?;
    file.flush().and_then(|()| File::sync_all(file.as_file())).map_err(failed)?;
    file.persist(path).map(drop).map_err(|error| failed(error.error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lone(x: f64, y: f64, heading: f64) -> Swarm {
        Swarm { particles: vec![Particle { x, y, heading, species: 1 }], box_size: [10.0, 5.0] }
    }

    fn style() -> PictureStyle {
        PictureStyle { size_px: 200, glow: 0.0, ..PictureStyle::default() }
    }

    /// Centre of the pixels that are not background, in pixels, and how many.
    fn ink(picture: &RgbaImage, style: &PictureStyle) -> ([f64; 2], usize) {
        let inked = picture.enumerate_pixels().filter(|(_, _, p)| p.0[..3] != style.background);
        let (mut sum, mut count) = ([0.0; 2], 0);
        for (x, y, _) in inked {
            sum[0] += f64::from(x) + 0.5;
            sum[1] += f64::from(y) + 0.5;
            count += 1;
        }
        ([sum[0] / count as f64, sum[1] / count as f64], count)
    }

    #[test]
    fn a_particle_stands_at_its_place_with_y_up() {
        let picture = render(&lone(2.0, 4.0, 0.0), &style());
        assert_eq!(picture.dimensions(), (200, 100));
        let ([x, y], count) = ink(&picture, &style());
        // 20 pixels per unit; y is counted from the top.
        assert!((x - 40.0).abs() < 2.0 && (y - 20.0).abs() < 1.0, "{x} {y}");
        assert!(count > 20);
        assert!(picture.pixels().all(|p| p.0[3] == 255));
    }

    #[test]
    fn the_thick_end_is_the_front() {
        let along = |heading: f64| {
            let picture = render(&lone(5.0, 2.5, heading), &style());
            // The pixel ahead of the middle lies in the head, the one as far behind beside the thin tail.
            let pixel = |ahead: f64, aside: f64| {
                let x = 100.0 + ahead * heading.cos() - aside * heading.sin();
                let y = 50.0 - (ahead * heading.sin() + aside * heading.cos());
                picture.get_pixel(x as u32, y as u32).0[..3] != style().background
            };
            (pixel(4.0, 2.5), pixel(-6.0, 2.5))
        };
        for heading in [0.0, 1.0, 2.5, -1.5] {
            assert_eq!(along(heading), (true, false), "heading {heading}");
        }
    }

    #[test]
    fn what_leaves_by_one_edge_is_seen_at_the_other() {
        let picture = render(&lone(0.0, 2.5, 0.0), &style());
        let inked = |x: u32| (0..100).any(|y| picture.get_pixel(x, y).0[..3] != style().background);
        assert!(inked(0) && inked(199) && !inked(100));
    }

    #[test]
    fn trails_take_the_short_way_across_the_edge() {
        let history = [lone(9.8, 2.5, 0.0), lone(0.3, 2.5, 0.0)];
        let picture = render_with_trail(&history, &style());
        let at = |x: u32| picture.get_pixel(x, 50).0[..3] != style().background;
        assert!(at(197) && at(1) && !at(100), "the trail must not run through the middle");
    }

    #[test]
    fn odd_swarms_still_give_a_picture() {
        for swarm in [Swarm::default(), lone(f64::NAN, 1.0, 0.0), lone(1.0, 1.0, f64::INFINITY)] {
            let picture = render(&swarm, &style());
            assert!(picture.pixels().all(|p| p.0[..3] == style().background));
        }
    }

    #[test]
    fn an_unwritable_folder_is_named_and_an_old_picture_survives() {
        let picture = render(&lone(1.0, 1.0, 0.0), &style());
        let error = write_png(Path::new("/no/such/folder/a.png"), &picture).unwrap_err().to_string();
        assert!(error.contains("/no/such/folder/a.png") && error.contains("choose another folder"), "{error}");

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        write_png(&path, &picture).unwrap();
        assert_eq!(image::open(&path).unwrap().to_rgba8(), picture);
        write_png(&path, &picture).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "temporary files are left behind");
    }
}
