//! Swarms as pictures without a GPU: still images and GIFs for the command line, tests and scene thumbnails.
//!
//! Each particle has the body, the colour and the light that it has in the window, anti-aliased from its signed distance,
//! drawn in linear light, and drawn again where it reaches over the edge of the torus.

mod apng;
mod canvas;
mod card;
mod colours;
mod fault;
mod film;
mod frames;
mod gif;
mod letters;
mod lzw;
mod mp4;
mod painter;
mod quantise;

use std::path::Path;

use glam::{DVec2, UVec2};
use image::{ImageBuffer, ImageEncoder, PixelWithColorType, RgbaImage};

use super::atomic::AtomicFile;
use super::looks::shape::HALF_BODY_L;
use super::looks::{Body, ColourBy, Palette, Theme};
use crate::worlds::swarm::picture::{MAX_SPECIES, Swarm};

pub use self::gif::{GifWriter, MAX_GIF_RATE};
pub use apng::ApngWriter;
pub use card::{Card, is_card};
pub use fault::{PictureError, advice};
pub use film::{Film, FilmKind, FilmStyle, PictureFilm};
pub use frames::FrameWriter;
pub use mp4::{Mp4Writer, ffmpeg};
pub use painter::{MAX_TRAIL_TEXELS, Painter, Shot, TRAIL_TEXELS_PER_UNIT};

/// Longest side that a picture may have, pixels.
pub const MAX_SIDE_PX: u32 = 8192;

/// What a picture of a swarm looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureStyle {
    /// Longer side of the picture, pixels (at most [`MAX_SIDE_PX`]).
    pub size_px: u32,
    /// Both sides in any unit, where they are not those of the box: see [`Framing`].
    pub shape: Option<DVec2>,
    /// Dark or light ground.
    pub theme: Theme,
    /// sRGB of each species.
    pub palette: [[u8; 3]; MAX_SPECIES],
    /// Shape of a particle.
    pub body: Body,
    /// What colours show.
    pub colour_by: ColourBy,
    /// The numbers at both ends of the ramp, where colour shows speed or energy.
    pub range: [f64; 2],
    /// Length of a particle's body in the unit of the swarm (ℓ for a live one).
    pub body_length: f64,
    /// Strength of the light around the bodies, 0 to 1.
    pub glow: f64,
    /// Time in which a trail fades, seconds of the film; 0: no trails.
    pub trail_s: f64,
}

impl Default for PictureStyle {
    /// As from the command line.
    fn default() -> Self {
        Self {
            size_px: 800,
            shape: None,
            theme: Theme::Dark,
            palette: Palette::default().colours(Theme::Dark),
            body: Body::Drop,
            colour_by: ColourBy::Species,
            range: [0.0, 1.0],
            body_length: 2.0 * HALF_BODY_L,
            glow: 1.0,
            trail_s: 0.0,
        }
    }
}

impl PictureStyle {
    /// In the colours of a theme.
    pub fn of(palette: Palette, theme: Theme) -> Self {
        Self { theme, palette: palette.colours(theme), ..Self::default() }
    }

    /// sRGB where nothing is.
    pub fn background(&self) -> [u8; 3] {
        self.theme.stage()
    }

    /// Width and height of a picture of this box, pixels.
    pub fn size_of(&self, box_size: DVec2) -> [u32; 2] {
        let sides = self.shape.unwrap_or(box_size);
        let longer = sides.max_element();
        let side_px = self.size_px.clamp(1, MAX_SIDE_PX);
        if !(longer > 0.0 && longer.is_finite()) {
            return [side_px; 2];
        }
        let px = (f64::from(side_px) * sides / longer).round().as_uvec2();
        px.clamp(UVec2::ONE, UVec2::splat(side_px)).to_array()
    }
}

/// What part of the world a picture shows; without it the box fills the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Framing {
    /// In the middle of the picture, in the unit of the swarm.
    pub centre: DVec2,
    /// Relative to a picture that the box just fits in.
    pub magnification: f64,
    /// The world has no edge: who is followed need not see where the torus was cut open.
    pub is_endless: bool,
}

/// The swarm as it is now.
pub fn render(swarm: &Swarm, style: &PictureStyle) -> RgbaImage {
    Painter::new(style.clone()).paint(&swarm.clone().into())
}

/// Writes a PNG; an older file at `path` is replaced only when the new one is complete.
pub fn write_png<P>(path: &Path, picture: &ImageBuffer<P, Vec<u8>>) -> Result<(), PictureError>
where
    P: PixelWithColorType<Subpixel = u8>,
{
    let mut file = new_file(path)?;
    image::codecs::png::PngEncoder::new(&mut file)
        .write_image(picture, picture.width(), picture.height(), P::COLOR_TYPE)
        .map_err(|error| match error {
            image::ImageError::IoError(source) => PictureError::Write { file: path.to_owned(), source },
            other => PictureError::Encode { file: path.to_owned(), reason: other.to_string() },
        })?;
    put_in_place(file, path)
}

/// A new file that appears at `path` when it is whole.
fn new_file(path: &Path) -> Result<AtomicFile, PictureError> {
    AtomicFile::create(path).map_err(|source| PictureError::Write { file: path.to_owned(), source })
}

fn put_in_place(file: AtomicFile, path: &Path) -> Result<(), PictureError> {
    file.commit().map_err(|source| PictureError::Write { file: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::Particle;

    fn lone(x: f64, y: f64, heading: f64) -> Swarm {
        Swarm { particles: vec![Particle { x, y, heading, species: 1 }], box_size: DVec2::new(10.0, 5.0) }
    }

    fn style() -> PictureStyle {
        PictureStyle { size_px: 200, glow: 0.0, ..PictureStyle::default() }
    }

    /// Centre of the pixels that are not background, in pixels, and how many.
    fn ink(picture: &RgbaImage, style: &PictureStyle) -> (DVec2, usize) {
        let inked = picture.enumerate_pixels().filter(|(_, _, p)| p.0[..3] != style.background());
        let (mut sum, mut count) = (DVec2::ZERO, 0);
        for (x, y, _) in inked {
            sum += UVec2::new(x, y).as_dvec2() + 0.5;
            count += 1;
        }
        (sum / count as f64, count)
    }

    #[test]
    fn a_particle_stands_at_its_place_with_y_up() {
        let picture = render(&lone(2.0, 4.0, 0.0), &style());
        assert_eq!(picture.dimensions(), (200, 100));
        let (DVec2 { x, y }, count) = ink(&picture, &style());
        // 20 pixels per unit; y is counted from the top.
        assert!((x - 40.0).abs() < 2.0 && (y - 20.0).abs() < 1.0, "{x} {y}");
        assert!(count > 20);
        assert!(picture.pixels().all(|p| p.0[3] == 255));
    }

    #[test]
    fn the_thick_end_is_the_front() {
        let along = |heading: f64| {
            let picture = render(&lone(5.0, 2.5, heading), &style());
            // The pixel ahead of the middle is in the head, the one as far behind beside the thin tail.
            let pixel = |ahead: f64, aside: f64| {
                let x = 100.0 + ahead * heading.cos() - aside * heading.sin();
                let y = 50.0 - (ahead * heading.sin() + aside * heading.cos());
                picture.get_pixel(x as u32, y as u32).0[..3] != style().background()
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
        let inked = |x: u32| (0..100).any(|y| picture.get_pixel(x, y).0[..3] != style().background());
        assert!(inked(0) && inked(199) && !inked(100));
    }

    #[test]
    fn a_framed_picture_is_a_piece_with_images_beyond_the_box() {
        let swarm = lone(4.2, 2.0, 0.7);
        let framed = |centre, magnification, is_endless| {
            let framing = Some(Framing { centre, magnification, is_endless });
            Painter::new(style()).paint(&Shot { framing, ..swarm.clone().into() })
        };
        let large = render(&swarm, &PictureStyle { size_px: 400, ..style() });
        let piece = image::imageops::crop_imm(&large, 100, 50, 200, 100).to_image();
        assert_eq!(framed(DVec2::new(5.0, 2.5), 2.0, false), piece);
        // The right half of the picture is beyond the box.
        let brightest = |picture: &RgbaImage| {
            let part = image::imageops::crop_imm(picture, 110, 0, 90, 100).to_image();
            part.pixels().flat_map(|p| p.0[..3].to_vec()).max()
        };
        let [fainter, same] = [false, true].map(|is_endless| framed(DVec2::new(10.0, 2.5), 1.0, is_endless));
        assert!(brightest(&fainter) > Some(60) && brightest(&fainter) < Some(150), "{:?}", brightest(&fainter));
        assert!(brightest(&same) > Some(200), "{:?}", brightest(&same));
        let ground = style().theme.ground();
        assert_eq!(
            (fainter.get_pixel(198, 2).0[..3].to_vec(), same.get_pixel(2, 2).0[..3].to_vec()),
            (ground.to_vec(), ground.to_vec())
        );
        assert_eq!(fainter.get_pixel(2, 50).0[..3], style().background());
    }

    #[test]
    fn trails_lie_in_the_world_and_stay_there_when_the_view_moves() {
        let style = PictureStyle { trail_s: 1.0, shape: Some(DVec2::new(10.0, 5.0)), ..style() };
        let mut painter = Painter::new(style.clone());
        let shots: Vec<Shot> = [4.0, 4.5, 5.0].map(|x| lone(x, 2.5, 0.0).into()).to_vec();
        shots.iter().for_each(|shot| painter.advance(shot, 0.1));
        let at = |x: f64, pixel: u32| {
            let centre = DVec2::new(x, 2.5);
            let framing = Some(Framing { centre, magnification: 2.0, is_endless: false });
            let picture = painter.paint(&Shot { framing, ..shots[2].clone() });
            picture.get_pixel(pixel, 50).0[..3].iter().map(|c| i32::from(*c)).sum::<i32>()
        };
        // The position (4, 2.5) in two views.
        let seen = [at(4.0, 100), at(5.0, 60)];
        let none: i32 = style.background().iter().map(|c| i32::from(*c)).sum();
        assert!(seen[0] > none + 30 && (seen[0] - seen[1]).abs() <= 3, "{seen:?}, without {none}");
    }

    #[test]
    fn trails_take_the_short_way_across_the_edge_and_fade() {
        let style = PictureStyle { trail_s: 1.0, ..style() };
        let mut painter = Painter::new(style.clone());
        let ink_at = |painter: &Painter, shot: &Shot, x: u32| {
            let picture = painter.paint(shot);
            picture.get_pixel(x, 50).0[..3].iter().map(|c| i32::from(*c)).sum::<i32>()
        };
        let none: i32 = style.background().iter().map(|c| i32::from(*c)).sum();
        let shots: Vec<Shot> = [9.4, 9.9, 0.4, 0.9].map(|x| lone(x, 2.5, 0.0).into()).to_vec();
        for shot in &shots {
            painter.advance(shot, 0.1);
        }
        let last = &shots[3];
        let fresh = ink_at(&painter, last, 190);
        assert!(fresh > none && ink_at(&painter, last, 1) > fresh, "the older, the fainter");
        assert_eq!(ink_at(&painter, last, 100), none, "the trail must not run through the middle");
        painter.advance(last, 0.5);
        let later = ink_at(&painter, last, 190);
        assert!(later > none && later < fresh, "{later} after {fresh}");
    }

    #[test]
    fn themes_bodies_and_light_are_seen() {
        let of = |theme, body, glow| {
            let style = PictureStyle { size_px: 200, body, glow, ..PictureStyle::of(Palette::default(), theme) };
            let picture = render(&lone(5.0, 2.5, 0.4), &style);
            let (_, inked) = ink(&picture, &style);
            (inked, picture)
        };
        for theme in [Theme::Dark, Theme::Light] {
            let shapes = [Body::Arrow, Body::Drop, Body::Dot].map(|body| of(theme, body, 0.0));
            assert!(shapes[0].1 != shapes[1].1 && shapes[1].1 != shapes[2].1);
            for (body, (inked, _)) in [Body::Arrow, Body::Drop, Body::Dot].into_iter().zip(shapes) {
                assert!(of(theme, body, 1.0).0 > inked, "{body:?} has no light around it");
            }
        }
    }

    #[test]
    fn odd_swarms_still_give_a_picture() {
        for swarm in [Swarm::default(), lone(f64::NAN, 1.0, 0.0), lone(1.0, 1.0, f64::INFINITY)] {
            let picture = render(&swarm, &style());
            assert!(picture.pixels().all(|p| p.0[..3] == style().background()));
        }
    }

    #[test]
    fn an_unwritable_folder_is_named_and_an_old_picture_survives() {
        let picture = render(&lone(1.0, 1.0, 0.0), &style());
        let error = write_png(Path::new("/no/such/folder/a.png"), &picture).unwrap_err().to_string();
        assert!(error.contains("/no/such/folder/a.png") && error.contains("choose another place"), "{error}");

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        write_png(&path, &picture).unwrap();
        assert_eq!(image::open(&path).unwrap().to_rgba8(), picture);
        write_png(&path, &picture).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "temporary files are left behind");
    }
}
