//! Films of the living swarm: each k-th step a copy of what is shown goes to a thread that draws and writes it.
//!
//! Frames of the window never wait: where the thread cannot keep up, the swarm takes its steps later, so that a film is
//! even whatever the machine. The engine is asked for a copy in one frame and gives it in one of the next.

use std::path::PathBuf;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::camera::Gaze;
use super::director::Director;
use super::files::Notice;
use super::live::{Coming, Live, Seen};
use super::portrait::Eye;
use crate::jobs::{FilmJob, FilmPlan, FilmState, FilmWriter, Filmed};
use crate::media::picture::{Film, FilmKind, FilmStyle, Framing, MAX_GIF_RATE, PictureStyle, Shot};
use crate::session::{FilmOptions, Level};

/// Frames that may wait to be drawn: all that a film keeps in memory, beside what its seam needs.
const WAITING_FRAMES: usize = 8;

/// The film under way, and what became of earlier ones.
pub struct Recorder {
    run: Option<Recording>,
    notices: (Sender<Notice>, Receiver<Notice>),
}

struct Recording {
    job: FilmJob<FilmFrame>,
    /// Colour tells of numbers: they are measured for each frame.
    is_measured: bool,
    /// The torus of the first frame.
    box_size: [f64; 2],
    frame_s: f64,
    asked: Option<(Coming, Option<Framing>)>,
    director: Option<Director>,
}

/// What is drawn of a frame, and the part of it that is shown.
type FilmFrame = (Seen, Option<Framing>);

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
        let plan = FilmPlan {
            path: path.clone(),
            kind: options.kind,
            frames: options.frames(),
            steps_per_frame: options.steps_per_frame,
            waiting: WAITING_FRAMES,
        };
        let open = move || {
            let eye = Eye::new(style.picture.colour_by);
            let film = Film::create(&path, style, box_size, species).map_err(|e| e.to_string())?;
            Ok(SwarmWriter { film, eye })
        };
        let outbox = self.notices.0.clone();
        let report = move |filmed: Filmed| {
            let notice = match filmed {
                Ok(Some(sentence)) => (Level::Success, sentence),
                Ok(None) => (Level::Info, "The film was given up; nothing was written.".to_owned()),
                Err(why) => (Level::Error, why),
            };
            // Fails only when the program is ending.
            let _ = outbox.send(notice);
        };
        match FilmJob::start(plan, open, report) {
            Ok(job) => {
                let frame_s = 1.0 / f64::from(options.frames_per_second);
                self.run = Some(Recording { job, is_measured, box_size, frame_s, asked: None, director });
            }
            // The receiver is in hand.
            Err(fault) => _ = self.notices.0.send((Level::Error, fault.to_string())),
        }
    }

    /// Ends the film under way and keeps it.
    pub fn end(&mut self) {
        if let Some(run) = &mut self.run {
            run.end();
        }
    }

    /// Ends the film under way and leaves nothing of it.
    pub fn cancel(&mut self) {
        if let Some(mut run) = self.run.take() {
            run.job.cancel();
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
        if run.job.is_over() {
            self.run = None;
            return;
        }
        run.job.advance(steps);
        run.look(live, gaze);
    }

    pub fn state(&self) -> Option<FilmState> {
        self.run.as_ref().map(|run| run.job.state())
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
        let to_go = self.job.steps_to_go();
        // The steps wait for the thread, or for the engine.
        if self.job.is_full() || self.asked.is_some() && to_go == 0 { 0 } else { to_go.max(1) }
    }

    /// The last frame was taken: the thread writes what waits.
    fn end(&mut self) {
        self.job.end();
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
        if !self.job.is_due() || self.asked.is_some() {
            return;
        }
        let coming = if self.is_measured { live.look() } else { live.look_at_shown() };
        let framing = self.director.as_mut().zip(gaze).and_then(|(director, gaze)| director.frame(gaze, self.frame_s));
        self.asked = Some((coming, framing));
        self.job.begin_frame();
    }

    fn take(&mut self, seen: Seen, framing: Option<Framing>) {
        if seen.swarm.box_size != self.box_size {
            // Another scene: the film ends here.
            self.end();
            return;
        }
        self.job.take((seen, framing));
    }
}

/// Draws and writes the frames, on the film's own thread.
struct SwarmWriter {
    film: Film,
    eye: Eye,
}

impl FilmWriter<FilmFrame> for SwarmWriter {
    fn add(&mut self, (seen, framing): FilmFrame) -> Result<(), String> {
        self.film.add(Shot { framing, ..self.eye.see(seen) }).map_err(|e| e.to_string())
    }

    fn finish(self) -> Result<(), String> {
        self.film.finish().map_err(|e| e.to_string())
    }
}
