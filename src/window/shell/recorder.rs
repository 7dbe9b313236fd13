//! Films of the living swarm: each k-th step a copy of what is shown goes to a thread that draws and writes it.
//!
//! Frames of the window never wait: where the thread cannot keep up, the swarm takes its steps later, so that a film is
//! even whatever the machine. The engine is asked for a copy in one frame and gives it in one of the next.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::camera::Gaze;
use super::director::Director;
use super::files::Notice;
use super::live::{Coming, Live, Seen};
use super::portrait::Eye;
use crate::jobs::{Cores, JobName, guarded, start};
use crate::media::picture::{Film, FilmKind, FilmStyle, Framing, MAX_GIF_RATE, PictureStyle, Shot};
use crate::session::{FilmOptions, Level};
use crate::window::panels::FilmProgress;

/// Frames that may wait to be drawn: all that a film keeps in memory, beside what its seam needs.
const WAITING_FRAMES: usize = 8;

/// The film under way, and what became of earlier ones.
pub struct Recorder {
    run: Option<Recording>,
    notices: (Sender<Notice>, Receiver<Notice>),
}

struct Recording {
    options: FilmOptions,
    path: PathBuf,
    /// `None` once the last frame was taken.
    frames: Option<Sender<(Seen, Option<Framing>)>>,
    /// Colour tells of numbers: they are measured for each frame.
    is_measured: bool,
    /// The torus of the first frame.
    box_size: [f64; 2],
    taken: usize,
    steps_to_go: u32,
    asked: Option<(Coming, Option<Framing>)>,
    director: Option<Director>,
    shared: Arc<RecorderShared>,
}

#[derive(Default)]
struct RecorderShared {
    written: AtomicUsize,
    is_cancelled: AtomicBool,
    is_over: AtomicBool,
}

impl Default for Recorder {
    fn default() -> Self {
        Self { run: None, notices: unbounded() }
    }
}

impl Recorder {
    /// Begins a film at `path` of a swarm on `box_size`, or ends the one under way and keeps it. Without a director the film
    /// shows the whole box.
    pub fn toggle(
        &mut self,
        options: FilmOptions,
        path: PathBuf,
        picture: PictureStyle,
        box_size: [f64; 2],
        species: usize,
        director: Option<Director>,
    ) {
        if let Some(run) = &mut self.run {
            run.end();
            return;
        }
        let style = FilmStyle {
            kind: options.kind,
            picture: PictureStyle {
                size_px: options.size_px,
                shape: director.as_ref().map(Director::shape),
                ..picture
            },
            frames_per_second: f64::from(options.frames_per_second),
            frames: options.frames(),
            loops: options.loops,
        };
        if let Some(text) = rate_warning(style.kind, style.frames_per_second) {
            // The receiver is in hand.
            let _ = self.notices.0.send((Level::Warning, text));
        }
        let is_measured = style.picture.colour_by.needs_measures();
        let (frames, inbox) = bounded(WAITING_FRAMES);
        let shared = Arc::new(RecorderShared::default());
        let job = RecorderJob { path: path.clone(), style, box_size, species, inbox, shared: shared.clone() };
        let outbox = self.notices.0.clone();
        let work = move || {
            let shared = job.shared.clone();
            let notice = match guarded("the film", || job.run()) {
                Ok(notice) => notice,
                Err(why) => (Level::Error, why),
            };
            shared.is_over.store(true, Ordering::Release);
            // Fails only when the program is ending.
            let _ = outbox.send(notice);
        };
        if let Err(fault) = start(JobName { thread: "film", what: "Taking a film" }, Cores::Shared, work) {
            // The receiver is in hand.
            let _ = self.notices.0.send((Level::Error, fault.to_string()));
            return;
        }
        let frames = Some(frames);
        self.run = Some(Recording {
            options,
            path,
            frames,
            is_measured,
            box_size,
            taken: 0,
            steps_to_go: 0,
            asked: None,
            director,
            shared,
        });
    }

    /// Ends the film under way and keeps it.
    pub fn end(&mut self) {
        if let Some(run) = &mut self.run {
            run.end();
        }
    }

    /// Ends the film under way and leaves nothing of it.
    pub fn cancel(&mut self) {
        if let Some(run) = self.run.take() {
            run.shared.is_cancelled.store(true, Ordering::Release);
        }
    }

    /// Steps that may be taken before the next frame is due.
    pub fn steps_to_go(&self) -> u32 {
        match &self.run {
            Some(run) => run.steps_to_go(),
            None => u32::MAX,
        }
    }

    /// Once a frame of the window, after `steps` were taken. `gaze`: what it shows of the swarm.
    pub fn advance(&mut self, live: &Live, steps: u32, gaze: Option<&Gaze>) {
        let Some(run) = &mut self.run else { return };
        if run.shared.is_over.load(Ordering::Acquire) {
            self.run = None;
            return;
        }
        run.steps_to_go = run.steps_to_go.saturating_sub(steps);
        run.look(live, gaze);
    }

    pub fn progress(&self) -> Option<FilmProgress> {
        let run = self.run.as_ref()?;
        Some(FilmProgress {
            kind: run.options.kind,
            taken: run.taken,
            written: run.shared.written.load(Ordering::Relaxed),
            frames: if run.frames.is_some() { run.options.frames() } else { run.taken },
            is_ending: run.frames.is_none(),
            path: run.path.clone(),
        })
    }

    /// Sentences for the user since the last call.
    pub fn notices(&self) -> impl Iterator<Item = Notice> + '_ {
        self.notices.1.try_iter()
    }
}

/// What a film of this kind cannot show at this rate.
fn rate_warning(kind: FilmKind, frames_per_second: f64) -> Option<String> {
    (kind == FilmKind::Gif && frames_per_second > MAX_GIF_RATE).then(|| {
        format!(
            "A GIF shows at most {MAX_GIF_RATE} frames a second: of {frames_per_second} a second the others are left out, \
             so that it keeps its length. An animated PNG and an MP4 have them all."
        )
    })
}

impl Recording {
    fn steps_to_go(&self) -> u32 {
        match &self.frames {
            // The steps wait for the thread, or for the engine.
            Some(frames) if frames.is_full() || self.asked.is_some() && self.steps_to_go == 0 => 0,
            Some(_) if self.steps_to_go == 0 => 1,
            Some(_) => self.steps_to_go,
            None => u32::MAX,
        }
    }

    /// The last frame was taken: the thread writes what waits.
    fn end(&mut self) {
        self.frames = None;
        self.asked = None;
    }

    fn look(&mut self, live: &Live, gaze: Option<&Gaze>) {
        if let Some((coming, framing)) = &mut self.asked
            && let Some(answer) = coming.take()
        {
            let framing = framing.take();
            self.asked = None;
            match answer {
                Ok(seen) => self.take(seen, framing),
                // Nothing lives, or the GPU was lost, which is told elsewhere.
                Err(_) => self.end(),
            }
        }
        let Some(frames) = &self.frames else { return };
        if self.steps_to_go > 0 || self.asked.is_some() || frames.is_full() {
            return;
        }
        let coming = if self.is_measured { live.look() } else { live.look_at_shown() };
        let frame_s = 1.0 / f64::from(self.options.frames_per_second);
        let framing = self.director.as_mut().zip(gaze).and_then(|(director, gaze)| director.frame(gaze, frame_s));
        self.asked = Some((coming, framing));
        self.steps_to_go = self.options.steps_per_frame;
    }

    fn take(&mut self, seen: Seen, framing: Option<Framing>) {
        if seen.swarm.box_size != self.box_size {
            // Another scene: the film ends here.
            self.end();
        }
        let Some(frames) = &self.frames else { return };
        // Never full here; disconnected when the film has failed, which is told by the thread.
        if frames.try_send((seen, framing)).is_ok() {
            self.taken += 1;
        }
        if self.taken >= self.options.frames() {
            self.end();
        }
    }
}

/// What the thread does.
struct RecorderJob {
    path: PathBuf,
    style: FilmStyle,
    box_size: [f64; 2],
    species: usize,
    inbox: Receiver<(Seen, Option<Framing>)>,
    shared: Arc<RecorderShared>,
}

impl RecorderJob {
    fn run(self) -> Result<Notice, String> {
        let mut film =
            Film::create(&self.path, self.style.clone(), self.box_size, self.species).map_err(|e| e.to_string())?;
        let mut eye = Eye::new(self.style.picture.colour_by);
        for (seen, framing) in self.inbox {
            if self.shared.is_cancelled.load(Ordering::Acquire) {
                break;
            }
            film.add(Shot { framing, ..eye.see(seen) }).map_err(|e| e.to_string())?;
            self.shared.written.fetch_add(1, Ordering::Relaxed);
        }
        if self.shared.is_cancelled.load(Ordering::Acquire) {
            return Ok((Level::Info, "The film was given up; nothing was written.".to_owned()));
        }
        film.finish().map_err(|e| e.to_string())?;
        let frames = self.shared.written.load(Ordering::Relaxed);
        let size = std::fs::metadata(&self.path).ok().filter(|m| m.is_file()).map(|m| m.len() as f64 / 1e6);
        let size = size.map_or_else(String::new, |mb| format!(", {mb:.1} MB"));
        let frames = if frames == 1 { "1 frame".to_owned() } else { format!("{frames} frames") };
        Ok((Level::Success, format!("Film: {} ({frames}{size})", self.path.display())))
    }
}
