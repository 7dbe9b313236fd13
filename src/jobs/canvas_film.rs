//! Films of what a canvas shows: its thread gives each picture to another one that writes it. Time waits for the film where
//! writing cannot keep up, so that a film is even whatever the machine.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crossbeam_channel::{Receiver, Sender, bounded};
use image::RgbaImage;
use image::imageops::{FilterType, resize};

use super::{CanvasEvent, Cores, JobFault, JobName, guarded, start};
use crate::media::picture::{FilmKind, PictureFilm};

/// A film that is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmOrder {
    pub path: PathBuf,
    pub kind: FilmKind,
    pub frames_per_second: f64,
    pub frames: usize,
    pub steps_per_frame: u32,
    /// Longer side at most, pixels.
    pub size_px: u32,
    /// The end fades into the beginning.
    pub loops: bool,
}

/// How far a film is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilmState {
    pub kind: FilmKind,
    /// Frames taken, written, and wanted.
    pub taken: usize,
    pub written: usize,
    pub frames: usize,
    /// The last frame was taken.
    pub is_ending: bool,
    pub path: PathBuf,
}

/// Pictures that may wait to be written.
const WAITING_FRAMES: usize = 4;

/// A film under way, on the side of the canvas.
pub(super) struct CanvasFilm {
    order: FilmOrder,
    /// `None` once the last frame was taken.
    pictures: Option<Sender<RgbaImage>>,
    taken: usize,
    steps_to_go: u32,
    shared: Arc<FilmShared>,
}

#[derive(Default)]
struct FilmShared {
    written: AtomicUsize,
    is_cancelled: AtomicBool,
    is_over: AtomicBool,
}

impl CanvasFilm {
    /// Starts the thread that writes. Its last word is a [`CanvasEvent::Filmed`].
    ///
    /// # Errors
    /// The system starts no thread.
    pub fn start(order: FilmOrder, outbox: Sender<CanvasEvent>) -> Result<Self, JobFault> {
        let (sender, pictures) = bounded(WAITING_FRAMES);
        let shared = Arc::<FilmShared>::default();
        let (theirs, wanted) = (shared.clone(), order.clone());
        let work = move || {
            let result = guarded("the film", || write(&wanted, &pictures, &theirs));
            theirs.is_over.store(true, Ordering::Release);
            // Fails only when the canvas has gone.
            let _ = outbox.send(CanvasEvent::Filmed(result));
        };
        start(JobName { thread: "film", what: "Taking films" }, Cores::Shared, work)?;
        Ok(Self { order, pictures: Some(sender), taken: 0, steps_to_go: 0, shared })
    }

    /// Steps that may be taken before the next picture is due; 0 while the picture or the writer is waited for.
    pub fn steps_to_go(&self) -> u32 {
        if self.pictures.is_some() { self.steps_to_go } else { u32::MAX }
    }

    /// So many steps were taken.
    pub fn advance(&mut self, steps: u32) {
        self.steps_to_go = self.steps_to_go.saturating_sub(steps);
    }

    /// A picture is due and can be taken.
    pub fn is_due(&self) -> bool {
        self.steps_to_go == 0 && self.pictures.as_ref().is_some_and(|pictures| !pictures.is_full())
    }

    /// Takes a picture.
    pub fn take(&mut self, picture: &RgbaImage) {
        let Some(pictures) = &self.pictures else { return };
        // Fails when the writer has failed, which it reports.
        let is_sent = pictures.send(picture.clone()).is_ok();
        self.taken += usize::from(is_sent);
        self.steps_to_go = self.order.steps_per_frame.max(1);
        if !is_sent || self.taken >= self.order.frames {
            self.end();
        }
    }

    /// The last frame was taken: what waits is written.
    pub fn end(&mut self) {
        self.pictures = None;
    }

    /// Nothing is left of it.
    pub fn cancel(&self) {
        self.shared.is_cancelled.store(true, Ordering::Release);
    }

    pub fn is_over(&self) -> bool {
        self.shared.is_over.load(Ordering::Acquire)
    }

    pub fn state(&self) -> FilmState {
        let is_ending = self.pictures.is_none();
        FilmState {
            kind: self.order.kind,
            taken: self.taken,
            written: self.shared.written.load(Ordering::Relaxed),
            frames: if is_ending { self.taken } else { self.order.frames },
            is_ending,
            path: self.order.path.clone(),
        }
    }
}

/// Writes all pictures. `Ok(None)` for a film that was given up.
fn write(order: &FilmOrder, pictures: &Receiver<RgbaImage>, shared: &FilmShared) -> Result<Option<String>, String> {
    let mut film = PictureFilm::create(&order.path, order.kind, order.frames_per_second, order.frames, order.loops);
    let mut size = None;
    for picture in pictures {
        if shared.is_cancelled.load(Ordering::Acquire) {
            break;
        }
        // The window may change its size; a film does not.
        let [width, height] = *size.get_or_insert_with(|| fitted(picture.dimensions(), order.size_px));
        let is_fit = picture.dimensions() == (width, height);
        let picture = if is_fit { picture } else { resize(&picture, width, height, FilterType::Triangle) };
        film.add(picture).map_err(|e| e.to_string())?;
        shared.written.fetch_add(1, Ordering::Relaxed);
    }
    if shared.is_cancelled.load(Ordering::Acquire) {
        return Ok(None);
    }
    film.finish().map_err(|e| e.to_string())?;
    let frames = shared.written.load(Ordering::Relaxed);
    let bytes = std::fs::metadata(&order.path).ok().filter(|m| m.is_file()).map(|m| m.len() as f64 / 1e6);
    let bytes = bytes.map_or_else(String::new, |mb| format!(", {mb:.1} MB"));
    Ok(Some(format!("Film: {} ({frames} frames{bytes})", order.path.display())))
}

/// A size with the longer side `longest` at most, in whole pixels of even number, as videos want them.
fn fitted((width, height): (u32, u32), longest: u32) -> [u32; 2] {
    let shrink = (f64::from(longest) / f64::from(width.max(height).max(1))).min(1.0);
    [width, height].map(|side| ((0.5 * shrink * f64::from(side)).round() as u32 * 2).max(2))
}

#[cfg(test)]
mod tests {
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
    fn a_film_takes_its_frames_and_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film.png");
        let (outbox, events) = crossbeam_channel::unbounded();
        let mut film = CanvasFilm::start(order(path.clone()), outbox).unwrap();
        for k in 0..3 {
            assert!(film.steps_to_go() == 0 && !film.state().is_ending);
            film.take(&RgbaImage::from_pixel(80, 60, image::Rgba([40 * k, 0, 0, 255])));
            film.advance(if film.steps_to_go() == u32::MAX { 0 } else { 5 });
        }
        let event = events.recv_timeout(std::time::Duration::from_secs(30)).unwrap();
        assert!(matches!(event, CanvasEvent::Filmed(Ok(Some(text))) if text.contains("3 frames")));
        assert!(film.is_over() && film.state().written == 3);
        assert_eq!(image::open(path).unwrap().width(), 40);
    }

    #[test]
    fn a_film_that_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (outbox, events) = crossbeam_channel::unbounded();
        let mut film = CanvasFilm::start(order(folder.path().join("film.png")), outbox).unwrap();
        film.take(&RgbaImage::new(80, 60));
        film.cancel();
        film.end();
        let event = events.recv_timeout(std::time::Duration::from_secs(30)).unwrap();
        assert_eq!(event, CanvasEvent::Filmed(Ok(None)));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
