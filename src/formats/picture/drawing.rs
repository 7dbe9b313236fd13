//! Texts and images that become particles: held in memory, so that settings can be tried.

use std::path::Path;

use image::{Rgba, RgbaImage};

use super::{Decoded, PAPER, decode, rows_of};
use crate::formats::{FrameChoice, ImportError, StopSignal};
use crate::media::letters::{TextLine, ascent};
use crate::worlds::swarm::picture::{Particle, Snapshot};

/// How a drawing is stippled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StippleOptions {
    /// Number of particles.
    pub particles: usize,
    /// Seed of their places.
    pub seed: u64,
    /// Ink below this share of the darkest is paper, 0 to 1.
    pub paper: f64,
    /// The ground is the ink.
    pub invert: bool,
    /// The ink is in strokes that do not touch, such as letters.
    pub strokes: bool,
}

impl Default for StippleOptions {
    fn default() -> Self {
        Self { particles: 200, seed: 1, paper: PAPER, invert: false, strokes: false }
    }
}

/// Something drawn, as pixels.
pub struct Drawing {
    image: RgbaImage,
    /// Length that one is in the particles, pixels: the height of a line of text, the longer side of an image.
    unit_px: f64,
}

/// Most pixels along a line of text, and along the height of one.
const TEXT_WIDTH: f32 = 1000.0;
const TEXT_HEIGHT: f32 = 160.0;

/// Empty space around a text, pixels.
const MARGIN: u32 = 8;

/// More letters are not drawn.
const MAX_LETTERS: usize = 200;

/// Most particles that a text or an image becomes.
const MAX_PARTICLES: usize = 5000;

/// Particles by whose distances the number for a wanted spacing is first estimated.
const FIRST_TRY: f64 = 100.0;

/// Relative error of the spacing that ends the search: a twentieth is not visible.
const SPACING_TOLERANCE: f64 = 0.04;

impl Drawing {
    /// Reads an image; of a moving one the first frame.
    ///
    /// # Errors
    /// Every fault names the file and the hint.
    pub fn open(path: &Path) -> Result<Self, ImportError> {
        let Decoded { mut images, .. } =
            decode::open(path, FrameChoice::First, StopSignal::NEVER)?.map_err(|fault| fault.of(path))?;
        let (_, image) = images.swap_remove(0);
        let unit_px = f64::from(image.width().max(image.height()));
        Ok(Self { image, unit_px })
    }

    /// Draws one line of text, black on white.
    ///
    /// # Errors
    /// A letter that no font has, or too many, in one sentence.
    pub fn of_text(text: &str) -> Result<Self, String> {
        if text.chars().count() > MAX_LETTERS {
            return Err(format!("The text is longer than {MAX_LETTERS} letters: split it."));
        }
        let natural = TextLine::new(text, TEXT_HEIGHT);
        if let Some(letter) = natural.missing {
            return Err(format!("No font here has the letter “{letter}”: write it another way."));
        }
        let scale = (TEXT_HEIGHT * (TEXT_WIDTH / natural.width.max(1.0)).min(1.0)).max(12.0);
        let line = TextLine::new(text, scale);
        let mut image = RgbaImage::from_pixel(
            line.width.ceil() as u32 + 2 * MARGIN,
            (1.4 * scale).ceil() as u32 + 2 * MARGIN,
            Rgba([255; 4]),
        );
        line.cover([MARGIN as f32, ascent(scale) + MARGIN as f32], |x, y, cover| {
            let (x, y) = (x as u32, y as u32);
            if x < image.width() && y < image.height() {
                let old = f32::from(image.get_pixel(x, y).0[0]);
                let grey = (old * (1.0 - cover)).round() as u8;
                image.put_pixel(x, y, Rgba([grey, grey, grey, 255]));
            }
        });
        Ok(Self { image: trimmed(&image), unit_px: f64::from(scale) })
    }

    /// The picture itself, dark on white.
    pub fn into_image(self) -> RgbaImage {
        self.image
    }

    /// Particles that cover dark strokes at this spacing, in the drawing's unit: along thin strokes one row, in broad ones
    /// a hexagonal lattice.
    pub fn particles_at(&self, spacing: f64) -> usize {
        let spacing_px = (spacing * self.unit_px).max(0.5);
        let dark = |x: u32, y: u32| self.image.get_pixel(x, y).0[0] < 128;
        let (width, height) = self.image.dimensions();
        let (mut area, mut border) = (0.0, 0.0);
        for y in 0..height {
            for x in 0..width {
                if dark(x, y) {
                    area += 1.0;
                } else {
                    continue;
                }
                border += f64::from(u8::from(x + 1 == width || !dark(x + 1, y)))
                    + f64::from(u8::from(x == 0 || !dark(x - 1, y)))
                    + f64::from(u8::from(y + 1 == height || !dark(x, y + 1)))
                    + f64::from(u8::from(y == 0 || !dark(x, y - 1)));
            }
        }
        // A border of steps is longer than the smooth one, by 4/π on the average over directions.
        let length = 0.5 * border * std::f64::consts::FRAC_PI_4;
        let count = f64::max(length / spacing_px, area / (0.75f64.sqrt() * spacing_px * spacing_px));
        (count.round() as usize).clamp(2, MAX_PARTICLES)
    }

    /// As [`Self::stipple`], with the number of particles that gives this spacing (their median distance to the nearest),
    /// in the drawing's unit.
    ///
    /// # Errors
    /// As [`Self::stipple`].
    pub fn stipple_at(&self, spacing: f64, options: &StippleOptions) -> Result<Vec<Particle>, String> {
        let stippled = |count: f64| -> Result<(Vec<Particle>, f64), String> {
            let particles = self.stipple(&StippleOptions { particles: count as usize, ..*options })?;
            let snapshot = Snapshot { particles, ..Snapshot::default() };
            let length = snapshot.unit_length();
            Ok((snapshot.particles, length))
        };
        // Along lines their number goes with 1/spacing, over areas with its square: two tries show which it is here.
        let (mut count, mut power) = (FIRST_TRY, 2.0);
        let (mut particles, mut length) = stippled(count)?;
        for _ in 0..3 {
            let next = (count * (length / spacing).powf(power)).round().clamp(2.0, MAX_PARTICLES as f64);
            if (length / spacing - 1.0).abs() < SPACING_TOLERANCE || next == count {
                break;
            }
            let before = (count, length);
            count = next;
            (particles, length) = stippled(count)?;
            let found = (count / before.0).ln() / (before.1 / length).ln();
            power = if found.is_finite() { found.clamp(0.8, 2.5) } else { power };
        }
        Ok(particles)
    }

    /// Particles about the middle of the drawing, in its unit; headings follow the strokes, colours are species.
    ///
    /// # Errors
    /// A drawing that shows nothing, with the next step.
    pub fn stipple(&self, options: &StippleOptions) -> Result<Vec<Particle>, String> {
        let rows = rows_of(&self.image, options, StopSignal::NEVER)
            .map_err(|fault| format!("{}; {}.", fault.what, fault.hint))?;
        let middle = [0.5 * f64::from(self.image.width()), 0.5 * f64::from(self.image.height())];
        let particle = |row: &super::Row| Particle {
            x: (row.x - middle[0]) / self.unit_px,
            y: (row.y - middle[1]) / self.unit_px,
            heading: row.heading.unwrap_or(0.0),
            species: row.species,
        };
        Ok(rows.rows.iter().map(particle).collect())
    }
}

/// What is drawn, with a margin: its middle is that of the letters.
fn trimmed(image: &RgbaImage) -> RgbaImage {
    let mut dark = image.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] < 128).map(|(x, y, _)| [x, y]);
    let Some(first) = dark.next() else { return image.clone() };
    let (low, high) = dark.fold((first, first), |(low, high), p| {
        ([low[0].min(p[0]), low[1].min(p[1])], [high[0].max(p[0]), high[1].max(p[1])])
    });
    let mut small =
        RgbaImage::from_pixel(high[0] - low[0] + 1 + 2 * MARGIN, high[1] - low[1] + 1 + 2 * MARGIN, Rgba([255; 4]));
    for (x, y, pixel) in small.enumerate_pixels_mut() {
        let from = [(low[0] + x).checked_sub(MARGIN), (low[1] + y).checked_sub(MARGIN)];
        if let [Some(x), Some(y)] = from
            && x < image.width()
            && y < image.height()
        {
            *pixel = *image.get_pixel(x, y);
        }
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, spacing: f64) -> Vec<Particle> {
        let drawing = Drawing::of_text(text).unwrap();
        let particles = drawing.particles_at(spacing);
        let options = StippleOptions { particles, paper: 0.5, strokes: true, ..StippleOptions::default() };
        drawing.stipple(&options).unwrap()
    }

    #[test]
    fn an_l_is_a_stem_and_a_foot_with_headings_along_strokes() {
        let letters = written("L", 0.1);
        assert!((8..=16).contains(&letters.len()), "{}", letters.len());
        let stem = letters.iter().map(|p| p.x).fold(f64::INFINITY, f64::min);
        let upright: Vec<&Particle> = letters.iter().filter(|p| p.x < stem + 0.03).collect();
        assert!(upright.len() >= 5, "{letters:?}");
        let along = upright.iter().filter(|p| p.heading.sin().abs() > 0.9).count();
        assert!(along + 2 >= upright.len(), "{upright:?}");
        let foot = letters.iter().map(|p| p.y).fold(f64::INFINITY, f64::min);
        assert!(letters.iter().filter(|p| p.y < foot + 0.03).count() >= 3, "the foot is below: {letters:?}");
    }

    #[test]
    fn a_text_lies_about_its_own_middle() {
        for text in ["life", "g", "'"] {
            let letters = written(text, 0.1);
            let range = |of: fn(&Particle) -> f64| {
                let low = letters.iter().map(of).fold(f64::INFINITY, f64::min);
                let high = letters.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
                0.5 * (low + high)
            };
            assert!(range(|p| p.x).abs() < 0.05 && range(|p| p.y).abs() < 0.08, "{text}: {letters:?}");
        }
    }

    #[test]
    fn half_the_spacing_doubles_the_particles_of_thin_strokes() {
        let (wide, narrow) = (written("life", 0.2).len(), written("life", 0.1).len());
        assert!((1.7..2.4).contains(&(narrow as f64 / wide as f64)), "{wide} {narrow}");
    }

    #[test]
    fn unknown_letters_and_long_texts_are_refused_in_one_sentence() {
        let unknown = Drawing::of_text("a\u{10FFFD}").err().unwrap();
        assert!(unknown.contains('\u{10FFFD}') && unknown.ends_with('.'), "{unknown}");
        assert!(Drawing::of_text(&"long ".repeat(100)).err().unwrap().contains("200 letters"));
        assert!(Drawing::of_text("  ").unwrap().stipple(&StippleOptions::default()).is_err());
    }

    #[test]
    fn areas_and_lines_are_stippled_at_the_requested_spacing() {
        let mut area = RgbaImage::from_pixel(200, 200, Rgba([255; 4]));
        let mut line = area.clone();
        for y in 20..180 {
            for x in 20..180 {
                area.put_pixel(x, y, Rgba([0, 0, 0, 255]));
                if (98..102).contains(&y) {
                    line.put_pixel(x, y, Rgba([0, 0, 0, 255]));
                }
            }
        }
        for (image, spacings) in [(area, [0.12, 0.05]), (line, [0.06, 0.03])] {
            let drawing = Drawing { image, unit_px: 200.0 };
            for spacing in spacings {
                let particles = drawing.stipple_at(spacing, &StippleOptions::default()).unwrap();
                let found = Snapshot { particles, ..Snapshot::default() }.unit_length();
                assert!((found / spacing - 1.0).abs() < 0.12, "{found} for {spacing}");
            }
        }
    }

    #[test]
    fn the_threshold_drops_faint_ink_and_invert_takes_the_ground() {
        // A dark square on the left, a faint one on the right.
        let mut image = RgbaImage::from_pixel(120, 60, Rgba([255; 4]));
        for y in 20..40 {
            for x in 20..40 {
                image.put_pixel(x, y, Rgba([0, 0, 0, 255]));
                image.put_pixel(x + 60, y, Rgba([150, 150, 150, 255]));
            }
        }
        let drawing = Drawing { image, unit_px: 120.0 };
        let count = |options: StippleOptions, test: fn(&Particle) -> bool| {
            drawing.stipple(&StippleOptions { particles: 60, ..options }).unwrap().iter().filter(|p| test(p)).count()
        };
        let right = |p: &Particle| p.x > 0.0;
        assert!(count(StippleOptions::default(), right) > 5);
        assert_eq!(count(StippleOptions { paper: 0.5, ..StippleOptions::default() }, right), 0);
        let in_square = |p: &Particle| (p.x + 0.25).abs() < 0.07 && p.y.abs() < 0.07;
        assert!(count(StippleOptions::default(), in_square) > 20);
        assert_eq!(count(StippleOptions { invert: true, ..StippleOptions::default() }, in_square), 0);
    }
}
