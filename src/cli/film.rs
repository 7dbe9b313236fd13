//! Moving pictures of a run: a frame now and then, in each of the formats that were asked for.

use std::path::{Path, PathBuf};

use image::RgbaImage;

use super::output::warn;
use crate::media::picture::{Film, FilmKind, FilmStyle, MAX_GIF_RATE, PictureFilm, PictureStyle};
use crate::scene::check_writable;
use crate::worlds::World;
use crate::worlds::studio::{DrawOptions, Viewpoint};
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

    /// Longer side, pixels.
    pub fn size_px(&self) -> u32 {
        self.film_size
    }

    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.wanted().map(|(_, path)| path)
    }
}

/// Frames of a moving picture where nobody says otherwise.
const USUAL_FRAMES: u32 = 120;

/// Behind each particle is seen where it was for so long, seconds of the film.
const TRAIL_S: f64 = 0.4;

/// The films in the making.
pub(super) struct Films {
    films: Vec<Film>,
    /// Steps of the run, and frames spread over it; the last frame is its end.
    steps: usize,
    frames: usize,
    taken: usize,
}

/// Films of what a studio shows of a world.
pub(super) struct WorldFilms {
    films: Vec<PictureFilm>,
    frames: u32,
}

impl WorldFilms {
    /// Films over `steps` steps, if any were asked for. Finds out before the run what cannot be written.
    pub fn create(args: &FilmArgs, steps: u32) -> anyhow::Result<Option<Self>> {
        let frames = frames_of(args, steps as usize);
        let create = |(kind, path): (FilmKind, &PathBuf)| -> anyhow::Result<PictureFilm> {
            if kind != FilmKind::Frames {
                check_writable(path as &Path)?;
            }
            Ok(PictureFilm::create(path, kind, args.fps, frames, args.loops))
        };
        let films = args.wanted().map(create).collect::<anyhow::Result<Vec<_>>>()?;
        Ok((!films.is_empty()).then_some(Self { films, frames: frames as u32 }))
    }

    /// Runs the rule of a world for `steps` steps and films what `view` shows, `size` pixels large.
    pub fn run(
        mut self,
        world: &World,
        view: &Viewpoint,
        size: [u32; 2],
        steps: u32,
        mut progress: impl FnMut(u32),
    ) -> anyhow::Result<()> {
        let info = world.info().ok_or_else(|| anyhow::anyhow!("this world has no such films"))?;
        let mut simulation = info.start_simulation(0)?;
        let mut done = 0;
        for frame in 1..=self.frames {
            let due = (u64::from(steps) * u64::from(frame) / u64::from(self.frames)) as u32;
            simulation.run(due - done);
            done = due;
            let mut picture = RgbaImage::new(size[0], size[1]);
            simulation.draw(view, DrawOptions::default(), &mut picture);
            for film in &mut self.films {
                film.add(picture.clone())?;
            }
            progress(done);
        }
        self.films.into_iter().try_for_each(|film| Ok(film.finish()?))
    }
}

/// How many frames a film of so many steps has; says what cannot be as wished.
fn frames_of(args: &FilmArgs, steps: usize) -> usize {
    // A run of no steps has one picture.
    let most = steps.max(1);
    let frames = (args.film_frames.unwrap_or(USUAL_FRAMES) as usize).min(most);
    if args.wanted().next().is_some() && args.film_frames.is_some_and(|asked| asked as usize > most) {
        warn(&format!("a run of {steps} steps has {frames} frames; ask for more --steps"));
    }
    if args.gif.is_some() && args.fps > MAX_GIF_RATE {
        warn(&format!(
            "a GIF shows at most {MAX_GIF_RATE} frames a second: of {} a second the others are left out, so that it keeps its \
             length; --apng and --mp4 have them all",
            args.fps
        ));
    }
    frames
}

impl Films {
    /// Films over `steps` steps. Finds out before the run what cannot be written.
    pub fn create(args: &FilmArgs, box_l: [f64; 2], species: usize, steps: usize) -> anyhow::Result<Self> {
        let frames = frames_of(args, steps);
        let create = |(kind, path): (FilmKind, &PathBuf)| -> anyhow::Result<Film> {
            if kind != FilmKind::Frames {
                check_writable(path as &Path)?;
            }
            let picture = PictureStyle { size_px: args.film_size, trail_s: TRAIL_S, ..PictureStyle::default() };
            let style = FilmStyle { kind, picture, frames_per_second: args.fps, frames, loops: args.loops };
            Ok(Film::create(path, style, box_l, species)?)
        };
        let films = args.wanted().map(create).collect::<Result<_, _>>()?;
        Ok(Self { films, steps, frames, taken: 0 })
    }

    /// Most steps that may go by between two calls of [`Self::take`]; at least one.
    pub fn every(&self) -> usize {
        if self.films.is_empty() { usize::MAX } else { (self.steps / self.frames).max(1) }
    }

    /// Takes a frame when one is due; `step` counts from the start of the run.
    pub fn take(&mut self, engine: &mut Engine, step: usize) -> anyhow::Result<()> {
        let due = ((self.taken + 1) * self.steps).div_ceil(self.frames);
        if self.films.is_empty() || self.taken == self.frames || step < due {
            return Ok(());
        }
        self.taken += 1;
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
