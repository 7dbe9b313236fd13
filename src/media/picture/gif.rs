//! Moving pictures, one frame at a time.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use gif::{DisposalMethod, Encoder, EncodingError, Frame, Repeat};
use image::RgbaImage;

use super::canvas::{mix, srgb};
use super::colours::Colours;
use super::lzw::pack;
use super::quantise::colours_of;
use super::{PictureError, PictureStyle, new_file, put_in_place};
use crate::media::atomic::AtomicFile;
use crate::media::looks::{Theme, linear};

/// Index that means "as in the frame before".
const UNCHANGED: u8 = 0;

/// Where nothing is: in the box, and on the ground around it.
const BACKGROUNDS: RangeInclusive<u8> = 1..=2;

/// Two colours that differ by no more in any channel look alike in motion.
const UNSEEN: u8 = 9;

/// In a moving picture a shade of a body counts as equal to one within this distance.
const PASSES: u8 = 14;

/// Shades of one species: finer ones make the file larger and nothing better to the eye.
const MAX_SHADES: usize = 21;

/// Colours that represent a whole ramp.
const RAMP_COLOURS: usize = 21;

/// Writes a GIF that repeats for ever. The file appears at its path only when [`GifWriter::finish`] succeeds.
pub struct GifWriter {
    path: PathBuf,
    size: (u32, u32),
    encoder: Encoder<AtomicFile>,
    /// RGB of each index; the first is [`UNCHANGED`] and never chosen for a colour.
    palette: Vec<[u8; 3]>,
    nearest: HashMap<[u8; 3], u8>,
    last: Vec<u8>,
    pace: GifPace,
}

/// Maximum number of frames a second that viewers show: they slow down frames shorter than 2 hundredths of a second.
pub const MAX_GIF_RATE: f64 = 50.0;

/// Shortest and longest time that a frame stays, hundredths of a second.
const SHORTEST: u64 = 2;
const LONGEST: u64 = u16::MAX as u64;

/// Times of frames in whole hundredths of a second that add up to the true time.
struct GifPace {
    frames_per_second: f64,
    /// Frames that were given.
    given: u64,
    /// Hundredths of a second that are written.
    written: u64,
}

impl GifPace {
    /// Hundredths of a second that the next frame stays; `None` for a frame that is too short and left out. The next one
    /// has its time.
    fn next(&mut self) -> Option<u16> {
        self.given += 1;
        let end = (100.0 * self.given as f64 / self.frames_per_second).round() as u64;
        let delay = end.saturating_sub(self.written).min(LONGEST);
        if delay < SHORTEST {
            return None;
        }
        self.written += delay;
        u16::try_from(delay).ok()
    }
}

impl GifWriter {
    /// `size` is that of every frame; `species` how many of the style's colours are in use (fewer give finer shades).
    ///
    /// # Errors
    /// A folder that cannot be written, or a size that GIF does not know.
    pub fn create(
        path: &Path,
        size: (u32, u32),
        style: &PictureStyle,
        species: usize,
        frames_per_second: f64,
    ) -> Result<Self, PictureError> {
        Self::with_palette(path, size, shades(style, species), frames_per_second)
    }

    /// A GIF of pictures of any kind; its colours are those of the first one.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub fn of_pictures(path: &Path, first: &RgbaImage, frames_per_second: f64) -> Result<Self, PictureError> {
        // The first entry is never drawn; the next two are grounds, which are always drawn again.
        let ground = first.get_pixel_checked(0, 0).map_or([0; 3], |p| [p.0[0], p.0[1], p.0[2]]);
        let mut palette = vec![[0; 3], ground, ground];
        palette.extend(colours_of(first, 256 - palette.len()));
        Self::with_palette(path, first.dimensions(), palette, frames_per_second)
    }

    fn with_palette(
        path: &Path,
        size: (u32, u32),
        palette: Vec<[u8; 3]>,
        frames_per_second: f64,
    ) -> Result<Self, PictureError> {
        let side = |px: u32| match u16::try_from(px) {
            Ok(px) if px > 0 => Ok(px),
            _ => Err(PictureError::Encode {
                file: path.to_owned(),
                reason: format!("a GIF of {} by {} pixels is not possible", size.0, size.1),
            }),
        };
        let (width, height) = (side(size.0)?, side(size.1)?);
        let encoded = |error| failed(path, error);
        let mut encoder = Encoder::new(new_file(path)?, width, height, &palette.concat()).map_err(encoded)?;
        encoder.set_repeat(Repeat::Infinite).map_err(encoded)?;
        let path = path.to_owned();
        let pace = GifPace { frames_per_second, given: 0, written: 0 };
        Ok(Self { path, size, encoder, palette, nearest: HashMap::new(), last: Vec::new(), pace })
    }

    /// Adds a frame; above [`MAX_GIF_RATE`] some are left out, so that the film keeps its length.
    ///
    /// # Errors
    /// A frame of another size than the first, or a full disk.
    pub fn add(&mut self, picture: &RgbaImage) -> Result<(), PictureError> {
        if picture.dimensions() != self.size {
            let reason = format!("a frame has {:?} pixels, the first {:?}", picture.dimensions(), self.size);
            return Err(PictureError::Encode { file: self.path.clone(), reason });
        }
        let Some(delay) = self.pace.next() else { return Ok(()) };
        let width = self.size.0 as usize;
        let wanted: Vec<u8> = picture.pixels().map(|p| self.index_of([p.0[0], p.0[1], p.0[2]])).collect();
        // What is not there yet has the index of no colour.
        self.last.resize(wanted.len(), UNCHANGED);
        let (palette, last) = (&self.palette, &self.last);
        let best = |i: usize| if looks_other(palette, last[i], wanted[i]) { wanted[i] } else { UNCHANGED };
        // What does not change costs next to nothing, and around it nothing.
        let changes: Vec<u8> = (0..wanted.len()).map(best).collect();
        let [left, top, columns, rows] = changed_part(&changes, width);
        let pixels = (top..top + rows).flat_map(|y| (left..left + columns).map(move |x| y * width + x));
        let off = |i: usize, other: u8| match other {
            UNCHANGED if changes[i] == UNCHANGED => Some(0),
            UNCHANGED => passes_for(palette, last[i], wanted[i]),
            _ => passes_for(palette, other, wanted[i]),
        };
        let (packed, chosen) = pack(pixels.clone(), palette.len(), |i| changes[i], off);
        for (i, new) in pixels.zip(chosen).filter(|(_, new)| *new != UNCHANGED) {
            self.last[i] = new;
        }
        let frame = Frame {
            left: left as u16,
            top: top as u16,
            width: columns as u16,
            height: rows as u16,
            delay,
            dispose: DisposalMethod::Keep,
            transparent: Some(UNCHANGED),
            buffer: Cow::Owned(packed),
            ..Frame::default()
        };
        self.encoder.write_lzw_pre_encoded_frame(&frame).map_err(|error| failed(&self.path, error))
    }

    /// Completes the file and puts it in place.
    ///
    /// # Errors
    /// A full disk; an older file at the path then stays.
    pub fn finish(self) -> Result<(), PictureError> {
        let file = self.encoder.into_inner().map_err(|error| failed(&self.path, error))?;
        put_in_place(file, &self.path)
    }

    fn index_of(&mut self, colour: [u8; 3]) -> u8 {
        let palette = &self.palette;
        *self.nearest.entry(colour).or_insert_with(|| {
            let distance =
                |other: &[u8; 3]| -> i32 { (0..3).map(|c| (i32::from(other[c]) - i32::from(colour[c])).pow(2)).sum() };
            (1..palette.len()).min_by_key(|&i| distance(&palette[i])).unwrap_or(1) as u8
        })
    }
}

/// Whether a pixel must be drawn again. A shade that the eye cannot distinguish from the present one stays, as it is
/// compared with what stands, never with what should; but nothing is left of what has gone.
fn looks_other(palette: &[[u8; 3]], old: u8, new: u8) -> bool {
    old != new && (old == UNCHANGED || is_background(new) || difference(palette, old, new) > UNSEEN)
}

/// How far an index is off that may stand for the wanted one where that makes the file smaller.
fn passes_for(palette: &[[u8; 3]], other: u8, wanted: u8) -> Option<u8> {
    if other == wanted {
        return Some(0);
    }
    let is_body = |index| index != UNCHANGED && !is_background(index);
    let off = difference(palette, other, wanted);
    (is_body(other) && is_body(wanted) && off <= PASSES).then_some(off)
}

fn is_background(index: u8) -> bool {
    BACKGROUNDS.contains(&index)
}

/// Of two colours, in the channel that differs most.
fn difference(palette: &[[u8; 3]], a: u8, b: u8) -> u8 {
    let off = |c: usize| palette[usize::from(a)][c].abs_diff(palette[usize::from(b)][c]);
    off(0).max(off(1)).max(off(2))
}

/// Left, top, width and height of what is not [`UNCHANGED`], at least one pixel.
fn changed_part(changes: &[u8], width: usize) -> [usize; 4] {
    let is_new = |i: &u8| *i != UNCHANGED;
    let rows = || changes.chunks_exact(width);
    let Some(top) = rows().position(|row| row.iter().any(is_new)) else { return [0, 0, 1, 1] };
    let bottom = rows().rposition(|row| row.iter().any(is_new)).unwrap_or(top);
    let left = rows().filter_map(|row| row.iter().position(is_new)).min().unwrap_or(0);
    let right = rows().filter_map(|row| row.iter().rposition(is_new)).max().unwrap_or(left);
    [left, top, right - left + 1, bottom - top + 1]
}

fn failed(path: &Path, error: EncodingError) -> PictureError {
    match error {
        EncodingError::Io(source) => PictureError::Write { file: path.to_owned(), source },
        other => PictureError::Encode { file: path.to_owned(), reason: other.to_string() },
    }
}

/// Up to 256 colours: what drawing in this style mixes from the background, the colours of particles and their light.
fn shades(style: &PictureStyle, species: usize) -> Vec<[u8; 3]> {
    let background = style.background().map(linear);
    // The first entry is never drawn.
    let mut palette = vec![[0; 3], style.background(), style.theme.ground(), style.theme.edge().map(srgb)];
    let colours = Colours::new(style).samples(species, RAMP_COLOURS);
    let each = ((256 - palette.len()) / colours.len()).min(MAX_SHADES);
    let lit = each / 3;
    let ramp = each - lit;
    for colour in colours {
        for step in 1..=ramp {
            // Squared, for the eye sees differences in the dark.
            let share = step as f32 / ramp as f32;
            let share = if style.theme == Theme::Dark { share * share } else { share };
            palette.push(mix(background, colour, share).map(srgb));
        }
        for step in 1..=lit {
            // A body is lit from the front and dim behind.
            let light = 0.5 + 0.66 * step as f32 / lit as f32;
            palette.push(colour.map(|c| srgb(light * c)));
        }
    }
    palette
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::super::render;
    use super::*;
    use crate::worlds::swarm::picture::{Particle, Swarm};

    fn style() -> PictureStyle {
        PictureStyle { size_px: 64, ..PictureStyle::default() }
    }

    fn frame(x: f64) -> RgbaImage {
        let particles = vec![Particle { x, y: 2.0, heading: 0.0, species: 1 }];
        render(&Swarm { particles, box_size: DVec2::splat(4.0) }, &style())
    }

    fn decode(path: &Path) -> (Vec<Vec<u8>>, gif::Repeat) {
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(std::fs::File::open(path).unwrap()).unwrap();
        let mut shown = vec![0; 64 * 64 * 4];
        let mut frames = Vec::new();
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            // Transparent pixels keep what was there, as a viewer does.
            for (k, new) in frame.buffer.chunks(4).enumerate().filter(|(_, new)| new[3] > 0) {
                let (x, y) = (k % usize::from(frame.width), k / usize::from(frame.width));
                let at = 4 * ((usize::from(frame.top) + y) * 64 + usize::from(frame.left) + x);
                shown[at..at + 4].copy_from_slice(new);
            }
            frames.push(shown.clone());
        }
        (frames, decoder.repeat())
    }

    #[test]
    fn frames_come_back_in_order_in_nearly_the_same_colours() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("swim.gif");
        let pictures = [frame(1.0), frame(1.5), frame(1.5), frame(3.0)];
        let mut writer = GifWriter::create(&path, (64, 64), &style(), 2, 25.0).unwrap();
        pictures.iter().for_each(|picture| writer.add(picture).unwrap());
        assert!(!path.exists(), "half a GIF must not be seen");
        writer.finish().unwrap();

        let (frames, repeat) = decode(&path);
        assert_eq!((frames.len(), repeat), (4, gif::Repeat::Infinite));
        for (shown, picture) in frames.iter().zip(&pictures) {
            let worst = shown.iter().zip(picture.as_raw()).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(worst < Some(24), "colours are off by {worst:?}");
        }
        assert_ne!(frames[0], frames[3]);
        // Where the particle was before nothing of it is left.
        let inked = |bytes: &[u8]| bytes.chunks(4).filter(|pixel| pixel[..3] != style().background()).count();
        let (shown, drawn) = (inked(&frames[3]), inked(pictures[3].as_raw()));
        assert!(shown <= drawn, "{shown} pixels of {drawn}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "temporary files are left behind");
    }

    // Case A29 of the public reports, and paces between.
    #[test]
    fn a_gif_lasts_as_long_as_its_frames() {
        for (rate, frames, first) in [
            (30.0, 30, vec![3, 4, 3]),
            (24.0, 24, vec![4, 4, 5]),
            (60.0, 30, vec![2, 3, 2]),
            (100.0, 30, vec![2, 2, 2]),
            (50.0, 25, vec![2, 2, 2]),
            (0.1, 3, vec![1000, 1000, 1000]),
        ] {
            let mut pace = GifPace { frames_per_second: rate, given: 0, written: 0 };
            let delays: Vec<u16> = (0..frames).filter_map(|_| pace.next()).collect();
            assert_eq!(delays[..3], first, "{rate}");
            let total: u64 = delays.iter().map(|delay| u64::from(*delay)).sum();
            let right = 100.0 * f64::from(frames) / rate;
            assert!((total as f64 - right).abs() <= 1.0, "{rate}: {total}, not {right}");
            assert!(delays.iter().all(|delay| *delay >= 2), "{rate}: {delays:?}");
        }
    }

    #[test]
    fn an_abandoned_gif_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = GifWriter::create(&folder.path().join("a.gif"), (64, 64), &style(), 1, 25.0).unwrap();
        writer.add(&frame(1.0)).unwrap();
        drop(writer);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn frames_of_another_size_and_impossible_sizes_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gif");
        let mut writer = GifWriter::create(&path, (32, 32), &style(), 1, 25.0).unwrap();
        assert!(matches!(writer.add(&frame(1.0)), Err(PictureError::Encode { .. })));
        for size in [(0, 5), (70_000, 5)] {
            assert!(matches!(GifWriter::create(&path, size, &style(), 1, 25.0), Err(PictureError::Encode { .. })));
        }
        let nowhere = GifWriter::create(Path::new("/no/such/folder/a.gif"), (8, 8), &style(), 1, 25.0);
        assert!(matches!(nowhere, Err(PictureError::Write { .. })));
    }
}
