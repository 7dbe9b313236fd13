//! `unstill live` for the points world: walkers without a window.

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use image::RgbaImage;
use serde_json::json;

use super::view::ViewArgs;
use super::{doc_of, learned_of};
use crate::cli::film::{FilmArgs, PictureFilms};
use crate::cli::knobs::{OptionRows, WorldKnobArgs, rows_of};
use crate::cli::live::EngineName;
use crate::cli::output::{Answer, Progress, warn};
use crate::formats::{FormatRole, format_for};
use crate::gpu::{GpuDevice, engine_name};
use crate::media::picture::write_png;
use crate::scene::{Project, write_atomic};
use crate::worlds::points::cloud::{MAX_POINTS, encode_table};
use crate::worlds::points::engine::{PointEngine, walkers_from};
use crate::worlds::points::rule::{PointFlow, PointRule};
use crate::worlds::points::studio::{KNOBS, LAYERS, PointPainter};
use crate::worlds::studio::{DrawOptions, KnobGroup, KnobSpec, LayerSet, Viewpoint};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    /// Heun steps
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(0..=100_000_000))]
    steps: u32,
    /// Name or number of the flow [default: the chosen one]
    #[arg(long)]
    flow: Option<String>,
    /// Move by a grid with cubic interpolation in place of the networks, and report its error
    #[arg(long)]
    baked: bool,
    #[command(flatten)]
    knobs: WorldKnobArgs<Knobs>,
    #[arg(long)]
    seed: Option<u64>,
    /// auto takes a real GPU or else the processor; gpu also takes one made of software
    #[arg(long, default_value = "auto")]
    engine: EngineName,
    #[arg(
        short,
        long,
        value_name = "FILE",
        help = format!(
            "Where to write the walkers: {}, in the user's coordinates, or a picture ({})",
            FormatRole::PointsExport.listed(),
            FormatRole::Picture.proposed()
        )
    )]
    out: Option<PathBuf>,
    /// Write the last picture
    #[arg(long, value_name = "OUT.png")]
    png: Option<PathBuf>,
    #[command(flatten)]
    films: FilmArgs,
    /// What is drawn beside the walkers: streamlines, arrows, and one of energy, score, residual
    #[arg(long, value_delimiter = ',', value_name = "LAYERS", value_parser = layer)]
    show: Vec<usize>,
    #[command(flatten)]
    view: ViewArgs,
    /// Turns of the eye around the vertical during a film, in space; a single picture is taken at the end of the turn
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    turn: f64,
    /// On light ground
    #[arg(long)]
    light: bool,
    /// Side of a picture, pixels
    #[arg(long, default_value_t = 800, value_parser = clap::value_parser!(u32).range(16..=8192))]
    size: u32,
}

/// The live knobs of the points world.
#[derive(Clone)]
pub(in crate::cli) struct Knobs;

impl OptionRows for Knobs {
    fn rows() -> Vec<&'static KnobSpec> {
        rows_of(KnobGroup::Live, &[KNOBS], &[])
    }
}

fn layer(name: &str) -> Result<usize, String> {
    let place = LAYERS.iter().position(|layer| layer.id == name);
    place.ok_or_else(|| {
        format!("it is not one of {}", LAYERS.iter().map(|layer| layer.id).collect::<Vec<_>>().join(", "))
    })
}

pub(in crate::cli) fn run(args: &Args, project: &mut Project, quiet: bool) -> anyhow::Result<Answer> {
    let seed = args.seed.unwrap_or(project.seed);
    let doc = doc_of(project)?;
    learned_of(doc)?;
    args.knobs.apply(doc)?;
    let doc = &*doc;
    let learned = learned_of(doc)?;
    let chosen = match &args.flow {
        None => learned.chosen,
        Some(name) => {
            let by_name = learned.flows.iter().position(|named| named.name == *name);
            let by_number = || name.parse::<usize>().ok().filter(|k| *k < learned.flows.len());
            let names = || learned.flows.iter().map(|named| named.name.as_str()).collect::<Vec<_>>().join(", ");
            by_name
                .or_else(by_number)
                .with_context(|| format!("there is no flow `{name}`; this scene has {}", names()))?
        }
    };
    let rule = learned.rule(doc.dim, chosen);
    let (live, count) = (doc.live, doc.walkers);
    anyhow::ensure!((1..=MAX_POINTS).contains(&count), "there cannot be {count} walkers; give 1 to {MAX_POINTS}");
    let cloud: Vec<[f64; 3]> = doc.points.iter().map(|p| rule.map.forward(p.map(f64::from))).collect();
    // The weak form keeps the cloud itself, flows over an energy the cloud seen through noise.
    let is_weak = matches!(rule.flow, PointFlow::Dictionary(_));
    let sigma = if rule.energy.is_some() && !is_weak { live.sigma } else { 0.0 };
    let gpu = args.engine.choice().device()?;
    let device = gpu.as_ref().map(GpuDevice::borrowed);
    let mut engine = PointEngine::new(device, &rule, &live, walkers_from(&cloud, doc.dim, count, sigma, seed), seed)?;
    let error = if args.baked {
        let places: Vec<[f32; 4]> = cloud.iter().map(|p| [p[0] as f32, p[1] as f32, p[2] as f32, 0.0]).collect();
        engine.set_baked(Some(&places))?
    } else {
        None
    };
    let layers = args.show.iter().fold(LayerSet::default(), |set, layer| set.toggled(*layer, LAYERS));
    let options = DrawOptions { light: args.light, trail: args.view.trails, layers };
    let [mut film_painter, mut painter] = [(); 2].map(|()| PointPainter::default());
    let view = args.view.viewpoint(doc)?;
    if args.turn != 0.0 && args.view.trails > 0.0 && args.films.paths().next().is_some() {
        warn("trails are not drawn while --turn turns the view; leave one of them out");
    }
    let draw = |painter: &mut PointPainter, engine: &PointEngine, side: u32, turn: f64| -> anyhow::Result<RgbaImage> {
        let mut picture = RgbaImage::new(side, side);
        let view = Viewpoint { azimuth_rad: view.azimuth_rad + TAU * turn, ..view };
        painter.draw(&engine.walkers()?, (&rule, live.sigma, &cloud), &view, options, &mut picture);
        Ok(picture)
    };
    let mut films = PictureFilms::create(&args.films, args.steps as usize)?;
    let mut progress = Progress::new(u64::from(args.steps), quiet);
    progress.phase("live");
    let is_picture = |out: &Path| format_for(out, FormatRole::Picture).is_some();
    let has_trails = args.view.trails > 0.0 && args.out.iter().chain(&args.png).any(|out| is_picture(out));
    let trails_from = if has_trails { args.steps.saturating_sub(args.view.trail_steps()) } else { args.steps };
    let (mut done, mut seconds) = (0, 0.0);
    while done < args.steps {
        let every = u32::try_from(films.every()).unwrap_or(u32::MAX);
        let to_trails = if done < trails_from { trails_from - done } else { 1 };
        let now = (args.steps - done).min(50).min(every).min(if has_trails { to_trails } else { u32::MAX });
        let start = Instant::now();
        engine.run(now);
        done += now;
        if done == args.steps {
            // Work on a GPU that is still to be done is waited for.
            engine.walkers()?;
        }
        seconds += start.elapsed().as_secs_f64();
        films.take(done as usize, |side, share| draw(&mut film_painter, &engine, side, args.turn * share))?;
        if done >= trails_from && done < args.steps {
            draw(&mut painter, &engine, args.size, args.turn)?;
        }
        progress.at(u64::from(done), String::new);
    }
    drop(progress);
    films.finish()?;
    let mut last = None;
    for out in args.out.iter().chain(&args.png) {
        if is_picture(out) {
            // Each drawing adds to the trails.
            if last.is_none() {
                last = Some(draw(&mut painter, &engine, args.size, args.turn)?);
            }
            if let Some(picture) = &last {
                write_png(out, picture)?;
            }
        } else {
            write_table(out, &engine.walkers()?, &rule)?;
        }
    }
    let rate = if seconds > 0.0 { f64::from(args.steps) / seconds } else { 0.0 };
    let name = &learned.flows[chosen].name;
    let mut text = format!(
        "{count} walkers by `{name}` on {}: {} steps, {rate:.1} steps/s",
        engine_name(gpu.as_ref()),
        args.steps
    );
    if let Some(error) = error {
        text += &format!(", grid error {error:.1e}");
    }
    let counters = engine.counters();
    if counters.non_finite > 0 {
        warn(&left_cloud(counters.non_finite, live.reversed, rule.energy.is_some()));
    }
    let facts = json!({
        "command": "live", "world": "points", "engine": engine_name(gpu.as_ref()), "flow": name, "walkers": count, "steps": args.steps,
        "seconds": seconds, "steps_per_s": rate, "time_step": live.time_step(&rule), "baked_error": error,
        "bytes_per_walker": counters.bytes_per_walker, "non_finite": counters.non_finite, "out": args.out, "png": args.png, "films": args.films.paths().collect::<Vec<_>>(),
    });
    Answer::new(text, &facts)
}

/// What `steps` beyond the range of numbers mean, and what helps.
fn left_cloud(steps: u64, reversed: bool, has_energy: bool) -> String {
    let why = if reversed { "backwards the flow leaves its cloud" } else { "the flow leaves its cloud" };
    let mut remedies = vec![if reversed { "run it without --reversed" } else { "take another --flow" }];
    if has_energy {
        remedies.push("raise --relaxation");
    }
    remedies.push("take fewer --steps");
    format!(
        "{steps} steps would have taken walkers out of the range of numbers, so these stopped: {why}; {}",
        remedies.join(" or ")
    )
}

/// The walkers in the user's coordinates.
fn write_table(out: &Path, walkers: &[[f32; 4]], rule: &PointRule) -> anyhow::Result<()> {
    let user = |w: &[f32; 4]| rule.map.inverse([w[0], w[1], w[2]].map(f64::from)).map(|v| v as f32);
    let text = encode_table(out, rule.dim, walkers.iter().map(user));
    let text = text.map_err(|why| {
        anyhow::anyhow!("{}: {why}, or a picture ({})", out.display(), FormatRole::Picture.proposed())
    })?;
    Ok(write_atomic(out, text.as_bytes())?)
}
