//! `unstill import --world points`: a table, an image or a built-in target becomes an untrained scene.

use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::json;

use crate::cli::output::{Answer, warn};
use crate::formats::{FormatRole, StopSignal};
use crate::scene::Project;
use crate::worlds::World;
use crate::worlds::points::PointsDoc;
use crate::worlds::points::cloud::{BuiltInTarget, from_text, read_file};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[arg(
        required_unless_present_any = ["target", "text"],
        help = format!("Points: {}; tables have the columns x,y or x,y,z, images are read by their darkness", FormatRole::PointsImport.listed())
    )]
    file: Option<PathBuf>,
    /// A built-in cloud instead of a file: two-peaks, ring, two-moons, letter, lorenz, rossler, limit-cycle, conservative
    #[arg(long, conflicts_with = "file", value_parser = target)]
    target: Option<BuiltInTarget>,
    /// Letters instead of a file: points as dense as the ink is dark
    #[arg(long, conflicts_with_all = ["file", "target"])]
    text: Option<String>,
    /// Points of a built-in cloud, of an image or of letters
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    points: u32,
    /// Seed of the drawing
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn target(name: &str) -> Result<BuiltInTarget, String> {
    BuiltInTarget::from_name(name)
        .ok_or_else(|| format!("it is not one of {}", BuiltInTarget::ALL.map(BuiltInTarget::name).join(", ")))
}

/// An untrained project. The caller writes it.
pub(in crate::cli) fn run(args: &Args) -> anyhow::Result<(Project, Answer)> {
    let (cloud, notes, title) = match (&args.file, args.target, &args.text) {
        (_, Some(target), _) => (target.sample(args.points as usize, args.seed), Vec::new(), target.name().to_owned()),
        (_, _, Some(text)) => {
            let cloud = from_text(text, args.points as usize, args.seed).map_err(anyhow::Error::msg)?;
            (cloud, Vec::new(), text.trim().to_owned())
        }
        (Some(file), None, None) => {
            let read = read_file(file, args.points as usize, args.seed, StopSignal::NEVER)
                .with_context(|| file.display().to_string())?;
            let stem = file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
            (read.cloud, read.notes, stem)
        }
        (None, None, None) => anyhow::bail!("there is nothing to import; give a file, --target or --text"),
    };
    notes.iter().for_each(|note| warn(note));
    let (dim, points) = (cloud.dim, cloud.len());
    let facts = json!({
        "command": "import", "world": "points", "dim": dim, "points": points,
        "target": args.target.map(BuiltInTarget::name), "notes": notes,
    });
    let doc = PointsDoc::of(cloud, args.target);
    let world = World::Points(Box::new(doc));
    let project = Project { title, notes: String::new(), author: String::new(), seed: args.seed, world };
    Ok((project, Answer::new(format!("{points} points in {dim} dimensions"), &facts)?))
}
