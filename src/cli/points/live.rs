//! `unstill live` for the points world: walkers without a window.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use serde_json::json;

use super::{doc_of, learned_of};
use crate::cli::output::{Answer, Progress};
use crate::scene::Project;
use crate::worlds::points::draw::{PointCamera, draw_cloud};
use crate::worlds::points::engine::{CpuPointEngine, walkers_from};
use crate::worlds::points::rule::{PointFlow, PointLive};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    /// Heun steps
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(0..=100_000_000))]
    steps: u32,
    /// Walkers [default: what the scene says]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    walkers: Option<u32>,
    /// Name or number of the flow [default: the chosen one]
    #[arg(long)]
    flow: Option<String>,
    /// Move by a grid with cubic interpolation in place of the networks, and report its error
    #[arg(long)]
    baked: bool,
    /// Factor of the flow [default: what the scene says]
    #[arg(long)]
    strength: Option<f64>,
    /// Factor of score and noise [default: what the scene says]
    #[arg(long)]
    relaxation: Option<f64>,
    /// σ of the energy in spreads of the cloud [default: what the scene says]
    #[arg(long)]
    sigma: Option<f64>,
    /// Run the flow backwards
    #[arg(long)]
    reversed: bool,
    #[arg(long)]
    seed: Option<u64>,
    /// Where to write the walkers: a table (.csv, in the user's coordinates) or a picture (.png)
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Side of a picture, pixels.
const PICTURE_PX: u32 = 800;

pub(in crate::cli) fn run(args: &Args, project: &mut Project, quiet: bool) -> anyhow::Result<Answer> {
    let seed = args.seed.unwrap_or(project.seed);
    let doc = doc_of(project)?;
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
    let live = PointLive {
        strength: args.strength.unwrap_or(doc.live.strength),
        relaxation: args.relaxation.unwrap_or(doc.live.relaxation),
        sigma: args.sigma.unwrap_or(doc.live.sigma),
        reversed: args.reversed != doc.live.reversed,
    };
    let cloud: Vec<[f64; 3]> = doc.points.iter().map(|p| rule.map.forward(p.map(f64::from))).collect();
    // The weak form keeps the cloud itself, flows over an energy the cloud seen through noise.
    let is_weak = matches!(rule.flow, PointFlow::Dictionary(_));
    let sigma = if rule.energy.is_some() && !is_weak { live.sigma } else { 0.0 };
    let count = args.walkers.map_or(doc.walkers, |count| count as usize);
    let mut engine = CpuPointEngine::new(&rule, &live, walkers_from(&cloud, doc.dim, count, sigma, seed), seed)?;
    let error = if args.baked {
        let places: Vec<[f32; 4]> = cloud.iter().map(|p| [p[0] as f32, p[1] as f32, p[2] as f32, 0.0]).collect();
        engine.set_baked(Some(&places))
    } else {
        None
    };
    let start = Instant::now();
    let mut progress = Progress::new(u64::from(args.steps), quiet);
    progress.phase("live");
    let mut done = 0;
    while done < args.steps {
        let now = (args.steps - done).min(50);
        engine.run(now);
        done += now;
        progress.at(u64::from(done), String::new);
    }
    drop(progress);
    let seconds = start.elapsed().as_secs_f64();
    let places: Vec<[f32; 3]> = engine
        .positions()
        .iter()
        .map(|w| rule.map.inverse([w[0], w[1], w[2]].map(f64::from)).map(|v| v as f32))
        .collect();
    if let Some(out) = &args.out {
        write(out, &places, &doc.points, doc.dim).with_context(|| out.display().to_string())?;
    }
    let rate = if seconds > 0.0 { f64::from(args.steps) / seconds } else { 0.0 };
    let name = &learned.flows[chosen].name;
    let mut text = format!("{count} walkers by `{name}`: {} steps, {rate:.0} steps/s", args.steps);
    if let Some(error) = error {
        text += &format!(", grid error {error:.1e}");
    }
    let counters = engine.counters();
    let facts = json!({
        "command": "live", "world": "points", "engine": "cpu", "flow": name, "walkers": count, "steps": args.steps,
        "seconds": seconds, "steps_per_second": rate, "time_step": live.time_step(&rule), "baked_error": error,
        "bytes_per_walker": counters.bytes_per_walker, "non_finite": counters.non_finite, "out": args.out,
    });
    Answer::new(text, &facts)
}

fn write(out: &Path, places: &[[f32; 3]], cloud: &[[f32; 3]], dim: usize) -> anyhow::Result<()> {
    let extension = out.extension().map_or_else(String::new, |e| e.to_string_lossy().to_ascii_lowercase());
    match extension.as_str() {
        "csv" => {
            let mut text = String::from(if dim == 2 { "x,y\n" } else { "x,y,z\n" });
            for [x, y, z] in places {
                let _ = if dim == 2 { writeln!(text, "{x},{y}") } else { writeln!(text, "{x},{y},{z}") };
            }
            std::fs::write(out, text).context("the table cannot be written; choose another place")
        }
        "png" => {
            let mut picture = image::RgbaImage::new(PICTURE_PX, PICTURE_PX);
            draw_cloud(places.iter().copied(), &PointCamera::around(cloud, dim), &mut Vec::new(), &mut picture);
            picture.save(out).context("the picture cannot be written; choose another place")
        }
        _ => anyhow::bail!("this kind of file is not known; give a .csv or .png name"),
    }
}
