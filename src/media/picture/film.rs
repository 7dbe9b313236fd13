//! A film of a swarm in any of the formats, with trails, and with a cross-fade of the ends for loops.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use glam::DVec2;
use image::RgbaImage;

use super::mp4::encoder;
use super::{ApngWriter, FrameWriter, GifWriter, Mp4Writer, Painter, PictureError, PictureStyle, Shot};
use crate::media::looks::choices;

/// Frames over which the end of a repeating film turns into its beginning, at most; and the share of the film.
const FADE_FRAMES: usize = 12;
const FADE_SHARE: usize = 4;

choices! {
    /// Format of a film.
    FilmKind {
        #[default]
        Gif = "gif", "GIF", "Moves everywhere, also in mails and chats; 256 colours";
        Apng = "apng", "APNG", "Animated PNG: all colours, sharp; every browser plays it";
        Frames = "frames", "PNG files", "A folder of numbered PNG files, for film editors";
        Mp4 = "mp4", "MP4", "Video, made by ffmpeg";
    }
}

impl FilmKind {
    /// Ending of its file name, with the dot; none for a folder.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Gif => ".gif",
            Self::Apng => ".png",
            Self::Frames => "",
            Self::Mp4 => ".mp4",
        }
    }
}

/// What a film looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmStyle {
    /// File format.
    pub kind: FilmKind,
    /// Look of a frame.
    pub picture: PictureStyle,
    /// Frames per second.
    pub frames_per_second: f64,
    /// Frames that will be taken, as far as is known; a film may end before.
    pub frames: usize,
    /// The last frames fade into the first ones, which are left out at the beginning, so that the film repeats without
    /// a jump. It is shorter by as many frames.
    pub loops: bool,
}

/// A film in the making. It appears at its path only when [`Film::finish`] succeeds.
pub struct Film {
    pictures: PictureFilm,
    painter: Painter,
    /// From frame to frame, seconds.
    frame_s: f64,
}

/// A film of pictures of any kind in the making. It appears at its path only when [`PictureFilm::finish`] succeeds.
pub struct PictureFilm {
    path: PathBuf,
    kind: FilmKind,
    frames_per_second: f64,
    /// From the first picture on, whose size and colours it takes.
    writer: Option<Writer>,
    seam: Seam,
}

enum Writer {
    Gif(GifWriter),
    Apng(ApngWriter),
    Frames(FrameWriter),
    Mp4(Mp4Writer),
}

impl Film {
    /// A film of swarms on a torus of `box_size` with `species` species.
    ///
    /// # Errors
    /// A path that cannot be written, a size that the format does not know, or ffmpeg is missing.
    pub fn create(path: &Path, style: FilmStyle, box_size: DVec2, species: usize) -> Result<Self, PictureError> {
        let [width, height] = style.picture.size_of(box_size);
        let (size, pace) = ((width, height), style.frames_per_second);
        let writer = match style.kind {
            FilmKind::Gif => Writer::Gif(GifWriter::create(path, size, &style.picture, species, pace)?),
            kind => Writer::create(kind, path, size, pace)?,
        };
        let mut pictures = PictureFilm::create(path, style.kind, pace, style.frames, style.loops)?;
        pictures.writer = Some(writer);
        Ok(Self { pictures, painter: Painter::new(style.picture), frame_s: 1.0 / pace })
    }

    /// Adds a frame.
    ///
    /// # Errors
    /// A full disk, or a swarm on a box of another shape.
    pub fn add(&mut self, shot: impl Into<Shot>) -> Result<(), PictureError> {
        let shot = shot.into();
        self.painter.advance(&shot, self.frame_s);
        self.pictures.add(self.painter.paint(&shot))
    }

    /// Completes the film and puts it in place. Dropping it instead leaves nothing.
    ///
    /// # Errors
    /// A film without frames, a full disk, or what ffmpeg complains of.
    pub fn finish(self) -> Result<(), PictureError> {
        self.pictures.finish()
    }
}

impl PictureFilm {
    /// A film of about `frames` pictures. `loops`: see [`FilmStyle::loops`].
    ///
    /// # Errors
    /// ffmpeg is missing.
    pub fn create(
        path: &Path,
        kind: FilmKind,
        frames_per_second: f64,
        frames: usize,
        loops: bool,
    ) -> Result<Self, PictureError> {
        if kind == FilmKind::Mp4 {
            encoder(path)?;
        }
        let fade = if loops { FADE_FRAMES.min(frames / FADE_SHARE) } else { 0 };
        Ok(Self { path: path.to_owned(), kind, frames_per_second, writer: None, seam: Seam::new(fade) })
    }

    /// Adds a picture.
    ///
    /// # Errors
    /// At the first picture a path that cannot be written, a size that the format cannot have, or a missing ffmpeg; later
    /// a full disk, or a picture of another size.
    pub fn add(&mut self, picture: RgbaImage) -> Result<(), PictureError> {
        if self.writer.is_none() {
            let (size, pace) = (picture.dimensions(), self.frames_per_second);
            self.writer = Some(match self.kind {
                FilmKind::Gif => Writer::Gif(GifWriter::of_pictures(&self.path, &picture, pace)?),
                kind => Writer::create(kind, &self.path, size, pace)?,
            });
        }
        match (self.seam.take(picture), &mut self.writer) {
            (Some(picture), Some(writer)) => writer.add(&picture),
            _ => Ok(()),
        }
    }

    /// Completes the film and puts it in place. Dropping it instead leaves nothing.
    ///
    /// # Errors
    /// A film without frames, a full disk, or what ffmpeg complains of.
    pub fn finish(mut self) -> Result<(), PictureError> {
        let Some(mut writer) = self.writer else {
            return Err(PictureError::Encode {
                file: self.path,
                reason: "it has no frames; film some steps".to_owned(),
            });
        };
        for picture in self.seam.end() {
            writer.add(&picture)?;
        }
        match writer {
            Writer::Gif(writer) => writer.finish(),
            Writer::Apng(writer) => writer.finish(),
            Writer::Frames(writer) => writer.finish(),
            Writer::Mp4(writer) => writer.finish(),
        }
    }
}

impl Writer {
    /// Of a format that keeps all colours.
    fn create(kind: FilmKind, path: &Path, size: (u32, u32), pace: f64) -> Result<Self, PictureError> {
        Ok(match kind {
            FilmKind::Gif | FilmKind::Apng => Self::Apng(ApngWriter::create(path, size, pace)?),
            FilmKind::Frames => Self::Frames(FrameWriter::create(path)?),
            FilmKind::Mp4 => Self::Mp4(Mp4Writer::create(path, size, pace)?),
        })
    }

    fn add(&mut self, picture: &RgbaImage) -> Result<(), PictureError> {
        match self {
            Self::Gif(writer) => writer.add(picture),
            Self::Apng(writer) => writer.add(picture),
            Self::Frames(writer) => writer.add(picture),
            Self::Mp4(writer) => writer.add(picture),
        }
    }
}

/// Makes the ends of a film meet: holds the first frames back, and at the end fades the last ones into them.
struct Seam {
    fade: usize,
    first: Vec<RgbaImage>,
    /// The newest frames: perhaps the last.
    last: VecDeque<RgbaImage>,
}

impl Seam {
    fn new(fade: usize) -> Self {
        Self { fade, first: Vec::new(), last: VecDeque::new() }
    }

    /// Takes the next frame; gives one that is sure to be written as it is.
    fn take(&mut self, picture: RgbaImage) -> Option<RgbaImage> {
        if self.fade == 0 {
            return Some(picture);
        }
        if self.first.len() < self.fade {
            self.first.push(picture);
            return None;
        }
        self.last.push_back(picture);
        if self.last.len() > self.fade { self.last.pop_front() } else { None }
    }

    /// What is left to write.
    fn end(&mut self) -> Vec<RgbaImage> {
        let (first, last) = (std::mem::take(&mut self.first), std::mem::take(&mut self.last));
        if last.len() < first.len() {
            // Ended so early that there is nothing to fade: as it was taken.
            return first.into_iter().chain(last).collect();
        }
        let steps = first.len() as f32 + 1.0;
        let mixed = |(k, (old, new)): (usize, (RgbaImage, RgbaImage))| blend(old, &new, (k + 1) as f32 / steps);
        last.into_iter().zip(first).enumerate().map(mixed).collect()
    }
}

fn blend(mut a: RgbaImage, b: &RgbaImage, share: f32) -> RgbaImage {
    let share = (256.0 * share) as i32;
    for (a, b) in a.iter_mut().zip(b.iter()) {
        *a = (i32::from(*a) + (((i32::from(*b) - i32::from(*a)) * share) >> 8)) as u8;
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::{Particle, Swarm};
    use image::AnimationDecoder;

    fn swarm(x: f64) -> Swarm {
        Swarm { particles: vec![Particle { x, y: 2.0, heading: 0.0, species: 1 }], box_size: DVec2::splat(4.0) }
    }

    fn film(kind: FilmKind, frames: usize, loops: bool, path: &Path) {
        let picture = PictureStyle { size_px: 64, ..PictureStyle::default() };
        let style = FilmStyle { kind, picture, frames_per_second: 20.0, frames, loops };
        let mut film = Film::create(path, style, DVec2::splat(4.0), 2).unwrap();
        for k in 0..frames {
            film.add(swarm(0.1 * k as f64)).unwrap();
        }
        film.finish().unwrap();
    }

    /// Number of frames, and the pixels of the first and the last.
    fn read_apng(path: &Path) -> (usize, RgbaImage, RgbaImage) {
        let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
        let decoder = image::codecs::png::PngDecoder::new(file).unwrap();
        let frames = decoder.apng().unwrap().into_frames().collect_frames().unwrap();
        let delay: std::time::Duration = frames[0].delay().into();
        assert_eq!(delay.as_millis(), 50);
        let picture = |frame: &image::Frame| frame.buffer().clone();
        (frames.len(), picture(&frames[0]), picture(frames.last().unwrap()))
    }

    fn difference(a: &RgbaImage, b: &RgbaImage) -> u64 {
        a.iter().zip(b.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum()
    }

    #[test]
    fn an_apng_has_all_its_frames_exactly_as_drawn() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("swim.png");
        film(FilmKind::Apng, 7, false, &path);
        let (count, first, last) = read_apng(&path);
        assert_eq!(count, 7);
        let style = PictureStyle { size_px: 64, ..PictureStyle::default() };
        assert_eq!(first, super::super::render(&swarm(0.0), &style));
        assert_eq!(last, super::super::render(&swarm(0.1 * 6.0), &style));
        // A viewer without animation shows the first frame.
        assert_eq!(image::open(&path).unwrap().to_rgba8(), first);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "temporary files are left behind");
    }

    #[test]
    fn a_gif_has_all_its_frames() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("swim.gif");
        film(FilmKind::Gif, 9, false, &path);
        let mut decoder = gif::DecodeOptions::new().read_info(std::fs::File::open(&path).unwrap()).unwrap();
        let mut count = 0;
        while decoder.read_next_frame().unwrap().is_some() {
            count += 1;
        }
        assert_eq!(count, 9);
    }

    #[test]
    fn a_repeating_film_has_no_jump_at_its_seam() {
        let folder = tempfile::tempdir().unwrap();
        let [plain, round] = ["plain.png", "round.png"].map(|name| folder.path().join(name));
        film(FilmKind::Apng, 24, false, &plain);
        film(FilmKind::Apng, 24, true, &round);
        let (count, first, last) = read_apng(&plain);
        assert_eq!(count, 24);
        let jump = difference(&first, &last);
        let (count, first, last) = read_apng(&round);
        assert_eq!(count, 24 - 6, "a quarter of the frames went into the fade");
        let seam = difference(&first, &last);
        assert!(3 * seam < jump, "{seam} against {jump}");
    }

    #[test]
    fn films_keep_their_frames_and_roughly_their_colours() {
        let folder = tempfile::tempdir().unwrap();
        let picture = |k: u8| RgbaImage::from_fn(48, 32, |x, y| image::Rgba([5 * x as u8, 7 * y as u8, 20 * k, 255]));
        for (kind, name) in [(FilmKind::Gif, "a.gif"), (FilmKind::Apng, "a.png")] {
            let path = folder.path().join(name);
            let mut film = PictureFilm::create(&path, kind, 20.0, 4, false).unwrap();
            (0..4).for_each(|k| film.add(picture(k)).unwrap());
            film.finish().unwrap();
            let first = image::open(&path).unwrap().to_rgba8();
            let worst = first.iter().zip(picture(0).iter()).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
            assert!(worst <= if kind == FilmKind::Gif { 24 } else { 0 }, "{kind:?}: {worst}");
        }
        let none =
            PictureFilm::create(&folder.path().join("none.gif"), FilmKind::Gif, 20.0, 4, false).unwrap().finish();
        assert!(none.unwrap_err().to_string().contains("no frames"));
    }

    #[test]
    fn a_film_that_ends_before_its_fade_is_written_as_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("short.png");
        let picture = PictureStyle { size_px: 64, ..PictureStyle::default() };
        let style = FilmStyle { kind: FilmKind::Apng, picture, frames_per_second: 20.0, frames: 100, loops: true };
        let mut film = Film::create(&path, style, DVec2::splat(4.0), 2).unwrap();
        for k in 0..5 {
            film.add(swarm(0.1 * f64::from(k))).unwrap();
        }
        film.finish().unwrap();
        assert_eq!(read_apng(&path).0, 5);
    }

    #[test]
    fn numbered_pictures_go_into_a_new_or_empty_folder_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("frames");
        film(FilmKind::Frames, 3, false, &path);
        let mut names: Vec<_> =
            std::fs::read_dir(&path).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["frame-0001.png", "frame-0002.png", "frame-0003.png"]);
        assert_eq!(image::open(path.join("frame-0002.png")).unwrap().width(), 64);
        let error = FrameWriter::create(&path).err().unwrap().to_string();
        assert!(error.contains("holds something"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "temporary folders are left behind");
    }

    #[test]
    fn an_abandoned_film_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for kind in [FilmKind::Gif, FilmKind::Apng, FilmKind::Frames] {
            let picture = PictureStyle { size_px: 64, ..PictureStyle::default() };
            let style = FilmStyle { kind, picture, frames_per_second: 20.0, frames: 9, loops: false };
            let mut film = Film::create(&folder.path().join("film"), style, DVec2::splat(4.0), 1).unwrap();
            film.add(swarm(1.0)).unwrap();
            drop(film);
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{kind:?}");
        }
    }
}
