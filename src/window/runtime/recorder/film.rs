//! Films of the living swarm: what is shown of it, drawn on the film's own thread.

use std::path::PathBuf;

use glam::DVec2;

use super::super::portrait::Eye;
use super::{Ended, FrameSource, Recorder, WAITING_FRAMES};
use crate::jobs::{RecordingKind, RecordingPlan, RecordingWriter};
use crate::media::picture::{Film, FilmKind, FilmStyle, Framing, MAX_GIF_RATE, PictureStyle, Shot};
use crate::session::{FilmOptions, Level};
use crate::window::live::Live;
use crate::window::live::reply::{Coming, Seen};
use crate::window::runtime::director::Director;
use crate::window::runtime::gaze::Gaze;

/// The swarm that is filmed, and how.
pub struct FilmOfSwarm {
    /// Colours and sizes of the window.
    pub picture: PictureStyle,
    /// The torus, in units of ℓ.
    pub box_size: DVec2,
    pub species: usize,
    /// Follows what the window shows; without one the film shows the whole box.
    pub director: Option<Director>,
}

/// What is shown of the swarm.
pub struct FilmSource {
    /// Colours depend on measures, which the engine then reads with each frame.
    is_measured: bool,
    /// The torus of the first frame.
    box_size: DVec2,
    frame_s: f64,
    director: Option<Director>,
}

/// What is drawn of a frame, and the part of it that is shown.
type RecordedFrame = (Seen, Option<Framing>);

impl Recorder<FilmSource> {
    /// Begins a film at `path`.
    pub fn film(&mut self, options: FilmOptions, path: PathBuf, of: FilmOfSwarm) {
        let FilmOfSwarm { picture, box_size, species, director } = of;
        let shape = director.as_ref().map(Director::shape);
        let style = FilmStyle {
            kind: options.kind,
            picture: PictureStyle { size_px: options.size_px, shape, ..picture },
            frames_per_second: f64::from(options.frames_per_second),
            frames: options.frames(),
            loops: options.loops,
        };
        if let Some(text) = rate_warning(style.kind, style.frames_per_second) {
            self.notify(Level::Warning, text);
        }
        let source = FilmSource {
            is_measured: style.picture.colour_by.needs_measures(),
            box_size,
            frame_s: 1.0 / f64::from(options.frames_per_second),
            director,
        };
        let plan = RecordingPlan {
            path: path.clone(),
            kind: RecordingKind::Film(options.kind),
            frames: options.frames(),
            steps_per_frame: options.steps_per_frame,
            waiting: WAITING_FRAMES,
        };
        let open = move || {
            let eye = Eye::new(style.picture.colour_by);
            let film = Film::create(&path, style, box_size, species).map_err(|e| e.to_string())?;
            Ok(SwarmWriter { film, eye })
        };
        self.begin(plan, source, open);
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

impl FrameSource for FilmSource {
    type Request = (Coming, Option<Framing>);
    type Frame = RecordedFrame;

    fn request(&mut self, live: &Live, gaze: Option<&Gaze>) -> Self::Request {
        let coming = if self.is_measured { live.look() } else { live.look_at_shown() };
        let framing = self.director.as_mut().zip(gaze).and_then(|(director, gaze)| director.frame(gaze, self.frame_s));
        (coming, framing)
    }

    fn receive(&mut self, (coming, framing): &mut Self::Request) -> Option<Result<RecordedFrame, Ended>> {
        Some(match coming.take()? {
            Ok(seen) if seen.swarm.box_size != self.box_size => {
                Err(Ended::Because("The film ends here and is kept: the swarm has another box now."))
            }
            Ok(seen) => Ok((seen, framing.take())),
            Err(_) => Err(Ended::Silently),
        })
    }
}

/// Draws and writes the frames, on the film's own thread.
struct SwarmWriter {
    film: Film,
    eye: Eye,
}

impl RecordingWriter<RecordedFrame> for SwarmWriter {
    fn add(&mut self, (seen, framing): RecordedFrame) -> Result<(), String> {
        self.film.add(Shot { framing, ..self.eye.see(seen) }).map_err(|e| e.to_string())
    }

    fn finish(self) -> Result<(), String> {
        self.film.finish().map_err(|e| e.to_string())
    }
}
