//! Films of what a canvas shows, as pictures.

use std::path::PathBuf;

use crossbeam_channel::Sender;
use image::RgbaImage;
use image::imageops::{FilterType, resize};

use super::{CanvasEvent, JobFault, RecordingJob, RecordingKind, RecordingPlan, RecordingWriter};
use crate::media::picture::{FilmKind, PictureFilm};

/// A film that is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmOrder {
    /// Where it goes; a folder for [`FilmKind::Frames`].
    pub path: PathBuf,
    /// File format.
    pub kind: FilmKind,
    /// Frames shown in a second of the film.
    pub frames_per_second: f64,
    /// Frames until it ends by itself.
    pub frames: usize,
    /// Steps of the rule from one frame to the next.
    pub steps_per_frame: u32,
    /// Longer side at most, pixels.
    pub size_px: u32,
    /// The end fades into the beginning.
    pub loops: bool,
}

/// Pictures that may wait to be written.
const WAITING_FRAMES: usize = 4;

impl FilmOrder {
    /// Starts the film. The thread's last act is a [`CanvasEvent::Filmed`].
    ///
    /// # Errors
    /// The system starts no thread.
    pub(super) fn start(self, outbox: Sender<CanvasEvent>) -> Result<RecordingJob<RgbaImage>, JobFault> {
        let plan = RecordingPlan {
            path: self.path.clone(),
            kind: RecordingKind::Film(self.kind),
            frames: self.frames,
            steps_per_frame: self.steps_per_frame,
            waiting: WAITING_FRAMES,
        };
        let open = move || {
            let film = PictureFilm::create(&self.path, self.kind, self.frames_per_second, self.frames, self.loops)
                .map_err(|e| e.to_string())?;
            Ok(PictureWriter { film, longest_px: self.size_px, size: None })
        };
        // Fails only when the canvas has gone.
        RecordingJob::start(plan, open, move |filmed| _ = outbox.send(CanvasEvent::Filmed(filmed)))
    }
}

struct PictureWriter {
    film: PictureFilm,
    longest_px: u32,
    /// That of the first picture: the window may change its size; a film does not.
    size: Option<[u32; 2]>,
}

impl RecordingWriter<RgbaImage> for PictureWriter {
    fn add(&mut self, picture: RgbaImage) -> Result<(), String> {
        let [width, height] = *self.size.get_or_insert_with(|| fitted(picture.dimensions(), self.longest_px));
        let is_fit = picture.dimensions() == (width, height);
        let picture = if is_fit { picture } else { resize(&picture, width, height, FilterType::Triangle) };
        self.film.add(picture).map_err(|e| e.to_string())
    }

    fn finish(self) -> Result<(), String> {
        self.film.finish().map_err(|e| e.to_string())
    }
}

/// A size with the longer side `longest` at most, in whole pixels of even number, as videos want them.
fn fitted((width, height): (u32, u32), longest: u32) -> [u32; 2] {
    let shrink = (f64::from(longest) / f64::from(width.max(height).max(1))).min(1.0);
    [width, height].map(|side| ((0.5 * shrink * f64::from(side)).round() as u32 * 2).max(2))
}

#[cfg(test)]
mod tests {
    use super::super::RecordingEnd;
    use super::*;

    fn order(path: PathBuf) -> FilmOrder {
        FilmOrder {
            path,
            kind: FilmKind::Apng,
            frames_per_second: 20.0,
            frames: 3,
            steps_per_frame: 5,
            size_px: 40,
            loops: false,
        }
    }

    #[test]
    fn a_film_has_the_size_of_its_first_picture() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film.png");
        let (outbox, events) = crossbeam_channel::unbounded();
        let mut film = order(path.clone()).start(outbox).unwrap();
        for (k, size) in [80, 160, 80].into_iter().enumerate() {
            film.take(RgbaImage::from_pixel(size, 60, image::Rgba([40 * k as u8, 0, 0, 255])));
        }
        let event = events.recv_timeout(std::time::Duration::from_secs(30)).unwrap();
        assert!(matches!(event, CanvasEvent::Filmed(Ok(RecordingEnd::Kept(text))) if text.contains("3 frames")));
        assert_eq!(image::image_dimensions(path).unwrap(), (40, 30));
    }
}
