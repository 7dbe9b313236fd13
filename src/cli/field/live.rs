//! `unstill live` of a field scene.

use std::path::PathBuf;
use std::time::Instant;

use clap::ValueEnum;
use glam::{USizeVec2, UVec2};
use image::RgbaImage;
use serde_json::json;

use super::{doc_of, library_of, tokens, write_series};
use crate::cli::film::{FilmArgs, PictureFilms};
use crate::cli::knobs::{OptionRows, WorldKnobArgs, rows_of};
use crate::cli::live::EngineName;
use crate::cli::output::{Answer, Progress, warn};
use crate::gpu::GpuDevice;
use crate::media::picture::write_png;
use crate::scene::Project;
use crate::worlds::field::engine::FieldEngine;
use crate::worlds::field::stills::{Still, write_npy};
use crate::worlds::field::studio::{FieldView, KNOBS, TOKEN_KNOBS};
use crate::worlds::field::{FieldDoc, FieldError, FieldStart, FieldSubject, MAX_SIDE, MIN_SIDE};
use crate::worlds::studio::{DrawOptions, KnobGroup, KnobSpec, Viewpoint, WorldInfo};

/// Steps between two looks at the progress.
const CHUNK: u32 = 200;
/// Rows of a table of means over time.
const SERIES_ROWS: u32 = 100;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Live steps
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u32).range(0..=1_000_000_000))]
    steps: u32,
    /// Where the field begins [default: the scene's value]
    #[arg(long)]
    from: Option<From>,
    /// Of the start: same seed, same field
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    knobs: WorldKnobArgs<Knobs>,
    /// Write the last picture
    #[arg(long, value_name = "OUT")]
    png: Option<PathBuf>,
    /// Write mean and spread of both channels, or count and shape of tokens, over time
    #[arg(long, value_name = "OUT")]
    csv: Option<PathBuf>,
    /// Write the last field as an array [1, 2, height, width]
    #[arg(long, value_name = "OUT")]
    npy: Option<PathBuf>,
    #[command(flatten)]
    films: FilmArgs,
    /// auto takes a real GPU or else the processor; gpu also takes one made of software
    #[arg(long, default_value = "auto")]
    engine: EngineName,
    /// On light ground
    #[arg(long)]
    light: bool,
    /// Picture pixels for each pixel of the field
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=16))]
    scale: u32,
}

/// The live knobs of the field world, of both of its subjects.
#[derive(Clone)]
pub(in crate::cli) struct Knobs;

impl OptionRows for Knobs {
    fn rows() -> Vec<&'static KnobSpec> {
        // A seed of the file has more digits than a knob.
        rows_of(KnobGroup::Live, &[KNOBS, TOKEN_KNOBS], &["seed"])
    }

    /// As in `check` and in the formula K ∗ s.
    fn alias(id: &str) -> Option<&'static str> {
        match id {
            "skew" => Some("k"),
            "skew_radius" => Some("k-radius"),
            "skew_seed" => Some("k-seed"),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum From {
    Seeds,
    Noise,
    Still,
    State,
}

/// # Errors
/// No rule, settings out of range, or a file that cannot be written.
pub(crate) fn run(args: &Args, project: &mut Project, quiet: bool) -> anyhow::Result<Answer> {
    let doc = doc_of(project)?;
    args.knobs.apply(doc)?;
    let [side, _] = doc.live.size;
    anyhow::ensure!((MIN_SIDE..=MAX_SIDE).contains(&side), "--size {side} is out of range; give 16 to 2048");
    let has_stills = matches!(doc.subject, FieldSubject::Library(_));
    anyhow::ensure!(
        has_stills || !matches!(args.from, Some(From::Still)),
        "--from still: a scene of tokens has no stills; give seeds, noise or state"
    );
    if let Some(from) = args.from {
        doc.live.start = match from {
            From::Seeds => FieldStart::Seeds,
            From::Noise => FieldStart::Noise,
            From::Still => FieldStart::Still(0),
            From::State => FieldStart::State,
        };
    }
    doc.live.seed = args.seed.unwrap_or(doc.live.seed);
    doc.validate()?;
    film(args, doc, quiet)?;
    let gpu = args.engine.choice().device()?;
    let gpu = gpu.as_ref().map(GpuDevice::borrowed);
    if matches!(doc.subject, FieldSubject::Tokens(_)) {
        let options = tokens::LiveOptions {
            steps: args.steps,
            png: args.png.as_deref(),
            csv: args.csv.as_deref(),
            npy: args.npy.as_deref(),
            scale: args.scale,
            light: args.light,
            gpu,
            quiet,
        };
        return tokens::live(doc, &options);
    }
    let time_step = doc.live.time_step;
    let library = library_of(doc)?;
    library.rule.ok_or(FieldError::NoRule)?;
    let mut engine = FieldEngine::new(doc, gpu)?;
    let used = engine.time_step().unwrap_or(time_step);
    if used < time_step {
        warn(&format!("a time step of {time_step} is not stable; {used:.3} is used"));
    }

    let mut series = vec![row(0, &engine.image()?)];
    let every = args.steps.div_ceil(SERIES_ROWS).max(1);
    let mut bar = Progress::new(u64::from(args.steps), quiet);
    bar.phase("live");
    let begun = Instant::now();
    let mut done = 0;
    while done < args.steps {
        let now = CHUNK.min(args.steps - done).min(every - done % every);
        engine.run(now);
        done += now;
        if done.is_multiple_of(every) || done == args.steps {
            series.push(row(done, &engine.image()?));
        }
        bar.at(u64::from(done), String::new);
    }
    let steps_per_s = f64::from(args.steps) / begun.elapsed().as_secs_f64().max(1e-9);
    let last = engine.image()?;
    let counters = engine.counters()?;
    if counters.non_finite > 0 {
        warn(&format!("{} values became NaN or infinite; lower --time-step", counters.non_finite));
    }
    if let Some(path) = &args.csv {
        write_series(path, &["step", "mean_u", "spread_u", "mean_v", "spread_v"], &series)?;
    }
    if let Some(path) = &args.png {
        write_png(path, &FieldView::of(&last).picture(doc, args.scale, args.light))?;
    }
    if let Some(path) = &args.npy {
        write_npy(path, std::slice::from_ref(&last))?;
    }
    let (u, v) = (last.moments(0), last.moments(1));
    let size = engine.size();
    doc.save_field(last);
    let facts = json!({
        "command": "live",
        "rule": "library",
        "size": size,
        "steps": args.steps,
        "time_step": used,
        "steps_per_s": (args.steps > 0).then_some(steps_per_s),
        "mean_u": u[0],
        "spread_u": u[1],
        "mean_v": v[0],
        "spread_v": v[1],
        "non_finite": counters.non_finite,
        "bytes_per_pixel": counters.bytes_per_pixel,
    });
    let text = format!(
        "{} × {} pixels, {} steps live ({steps_per_s:.0} steps/s), {} bytes a pixel\n\
         u {:.3} ± {:.3}, v {:.3} ± {:.3}",
        size[0], size[1], args.steps, counters.bytes_per_pixel, u[0], u[1], v[0], v[1]
    );
    Answer::new(text, &facts)
}

/// Films are a run of their own, from the same start, as the window shows it.
fn film(args: &Args, doc: &FieldDoc, quiet: bool) -> anyhow::Result<()> {
    if args.films.paths().next().is_none() {
        return Ok(());
    }
    let mut films = PictureFilms::create(&args.films, args.steps as usize)?;
    let size = USizeVec2::from(doc.live.size).as_dvec2();
    let view = Viewpoint::flat(0.5 * size, 0.5 * size.y);
    let options = DrawOptions { light: args.light, ..DrawOptions::default() };
    let mut simulation = doc.start_simulation(0)?;
    let mut bar = Progress::new(u64::from(args.steps), quiet);
    bar.phase("film");
    let mut done = 0;
    loop {
        films.take(done as usize, |size_px, _| {
            // Video formats want even sides.
            let scale = f64::from(size_px) / size.max_element();
            let pixels = (2.0 * (scale * size / 2.0).round()).as_uvec2().max(UVec2::splat(2));
            let mut picture = RgbaImage::new(pixels.x, pixels.y);
            simulation.draw(&view, options, &mut picture);
            Ok(picture)
        })?;
        if done == args.steps {
            break;
        }
        let now = (films.every() as u32).min(args.steps - done);
        simulation.run(now);
        done += now;
        bar.at(u64::from(done), String::new);
    }
    films.finish()
}

fn row(step: u32, image: &Still) -> (u32, f64, f64, f64, f64) {
    let ([mean_u, spread_u], [mean_v, spread_v]) = (image.moments(0), image.moments(1));
    (step, mean_u, spread_u, mean_v, spread_v)
}
