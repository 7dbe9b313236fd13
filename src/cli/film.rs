//! Moving pictures of a run: frames at equal distances, in each of the formats that were asked for.

use std::path::{Path, PathBuf};

use glam::DVec2;
use image::RgbaImage;

use super::output::warn;
use crate::media::picture::{Film, FilmKind, FilmStyle, MAX_GIF_RATE, PictureFilm, PictureStyle};
use crate::scene::check_writable;
use crate::worlds::swarm::engine::Engine;

#[derive(clap::Args)]
pub(super) struct FilmArgs {
    /// Write the whole run as a moving picture
    #[arg(long, value_name = "OUT.gif")]
    gif: Option<PathBuf>,
    /// The same in full colour, as an animated PNG
    #[arg(long, value_name = "OUT.png")]
    apng: Option<PathBuf>,
    /// The same as numbered PNG files in a new folder
    #[arg(long, value_name = "DIR")]
    frames: Option<PathBuf>,
    /// The same as a video; needs ffmpeg
    #[arg(long, value_name = "OUT.mp4")]
    mp4: Option<PathBuf>,
    /// Longer side of moving pictures, pixels
    #[arg(long, visible_alias = "gif-size", default_value_t = 400, value_parser = clap::value_parser!(u32).range(16..=4096))]
    film_size: u32,
    /// Frames of a moving picture, spread over the run: at most one for each step [default: 120]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    film_frames: Option<u32>,
    /// Frames per second
    #[arg(long, default_value_t = 20.0, value_parser = pace)]
    fps: f64,
    /// Fade the last frames into the first ones, so that the moving picture repeats without a jump; it becomes shorter
    /// by as many frames
    #[arg(long = "loop")]
    loops: bool,
}

fn pace(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(pace) if (0.1..=100.0).contains(&pace) => Ok(pace),
        _ => Err("give a number from 0.1 to 100".to_owned()),
    }
}

impl FilmArgs {
    /// Each film that was asked for, and its place.
    fn wanted(&self) -> impl Iterator<Item = (FilmKind, &PathBuf)> {
        let paths = [(FilmKind::Gif, &self.gif), (FilmKind::Apng, &self.apng)];
        let more = [(FilmKind::Frames, &self.frames), (FilmKind::Mp4, &self.mp4)];
        paths.into_iter().chain(more).filter_map(|(kind, path)| path.as_ref().map(|path| (kind, path)))
    }

    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.wanted().map(|(_, path)| path)
    }
}

/// Default of the number of frames of a moving picture.
const DEFAULT_FRAMES: u32 = 120;

/// Length of the trail behind each particle, seconds of the film.
const TRAIL_S: f64 = 0.4;

/// When a film takes its frames: spread over the run, the last one at its end.
struct FramePlan {
    steps: usize,
    frames: usize,
    taken: usize,
}

impl FramePlan {
    /// Warns before the run about options that cannot be met.
    fn new(args: &FilmArgs, steps: usize) -> Self {
        // A run of no steps has one picture.
        let max_frames = steps.max(1);
        let frames = (args.film_frames.unwrap_or(DEFAULT_FRAMES) as usize).min(max_frames);
        if args.film_frames.is_some_and(|asked| asked as usize > max_frames) && args.wanted().next().is_some() {
            warn(&format!("a run of {steps} steps has {frames} frames; ask for more --steps"));
        }
        if args.gif.is_some() && args.fps > MAX_GIF_RATE {
            warn(&format!(
                "a GIF shows at most {MAX_GIF_RATE} frames a second: of {} a second the others are left out, so that it keeps its \
                 length; --apng and --mp4 have them all",
                args.fps
            ));
        }
        Self { steps, frames, taken: 0 }
    }

    /// Maximum number of steps between two frames; at least one.
    fn every(&self) -> usize {
        (self.steps / self.frames).max(1)
    }

    /// Counts a frame when one is due; `step` counts from the start of the run.
    fn takes(&mut self, step: usize) -> bool {
        let due = ((self.taken + 1) * self.steps).div_ceil(self.frames);
        let takes = self.taken < self.frames && step >= due;
        self.taken += usize::from(takes);
        takes
    }
}

/// The films of a swarm in the making.
pub(super) struct Films {
    films: Vec<Film>,
    plan: FramePlan,
}

impl Films {
    /// Films over `steps` steps. Finds out before the run what cannot be written.
    pub fn create(args: &FilmArgs, box_l: DVec2, species: usize, steps: usize) -> anyhow::Result<Self> {
        let plan = FramePlan::new(args, steps);
        let create = |(kind, path): (FilmKind, &PathBuf)| -> anyhow::Result<Film> {
            if kind != FilmKind::Frames {
                check_writable(path as &Path)?;
            }
            let picture = PictureStyle { size_px: args.film_size, trail_s: TRAIL_S, ..PictureStyle::default() };
            let frames = plan.frames;
            let style = FilmStyle { kind, picture, frames_per_second: args.fps, frames, loops: args.loops };
            Ok(Film::create(path, style, box_l, species)?)
        };
        let films = args.wanted().map(create).collect::<Result<_, _>>()?;
        Ok(Self { films, plan })
    }

    /// Maximum number of steps between two calls of [`Self::take`]; at least one.
    pub fn every(&self) -> usize {
        if self.films.is_empty() { usize::MAX } else { self.plan.every() }
    }

    /// Takes a frame when one is due; `step` counts from the start of the run.
    pub fn take(&mut self, engine: &mut Engine, step: usize) -> anyhow::Result<()> {
        if self.films.is_empty() || !self.plan.takes(step) {
            return Ok(());
        }
        let shown = engine.shown()?;
        for film in &mut self.films {
            film.add(shown.clone())?;
        }
        Ok(())
    }

    pub fn finish(self) -> anyhow::Result<()> {
        for film in self.films {
            film.finish()?;
        }
        Ok(())
    }
}

/// The films of any other world in the making.
pub(super) struct PictureFilms {
    films: Vec<PictureFilm>,
    plan: FramePlan,
    size_px: u32,
}

impl PictureFilms {
    /// As [`Films::create`].
    pub fn create(args: &FilmArgs, steps: usize) -> anyhow::Result<Self> {
        let plan = FramePlan::new(args, steps);
        let create = |(kind, path): (FilmKind, &PathBuf)| -> anyhow::Result<PictureFilm> {
            if kind != FilmKind::Frames {
                check_writable(path as &Path)?;
            }
            Ok(PictureFilm::create(path, kind, args.fps, plan.frames, args.loops)?)
        };
        let films = args.wanted().map(create).collect::<Result<_, _>>()?;
        Ok(Self { films, plan, size_px: args.film_size })
    }

    /// As [`Films::every`].
    pub fn every(&self) -> usize {
        if self.films.is_empty() { usize::MAX } else { self.plan.every() }
    }

    /// Takes a frame when one is due. `draw` gets the longer side in pixels, and the share of the film that is over.
    pub fn take(
        &mut self,
        step: usize,
        draw: impl FnOnce(u32, f64) -> anyhow::Result<RgbaImage>,
    ) -> anyhow::Result<()> {
        if self.films.is_empty() || !self.plan.takes(step) {
            return Ok(());
        }
        let picture = draw(self.size_px, (self.plan.taken - 1) as f64 / self.plan.frames as f64)?;
        for film in &mut self.films {
            film.add(picture.clone())?;
        }
        Ok(())
    }

    pub fn finish(self) -> anyhow::Result<()> {
        for film in self.films {
            film.finish()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_spread_over_the_run_and_the_last_is_its_end() {
        let mut plan = FramePlan { steps: 10, frames: 4, taken: 0 };
        let taken: Vec<usize> = (1..=10).filter(|&step| plan.takes(step)).collect();
        assert_eq!(taken, [3, 5, 8, 10]);
        assert!(!plan.takes(11) && plan.every() == 2);
    }
}
