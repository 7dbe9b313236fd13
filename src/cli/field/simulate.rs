//! `unstill simulate gray-scott`: stills of a simulated pattern become a scene.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;

use super::project;
use crate::cli::live::EngineName;
use crate::cli::output::Answer;
use crate::gpu::{GpuDevice, engine_name};
use crate::scene::Project;
use crate::worlds::field::stills::{GrayScott, GrayScottRun, PRESETS, Preset, write_npy};
use crate::worlds::field::{FieldDoc, FieldSubject, LibraryDoc};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// What is simulated
    system: SimulatedSystem,
    /// F and k of a named pattern: life, waves, spirals or maze
    #[arg(long, value_parser = PRESETS.map(|preset| preset.name))]
    preset: Option<String>,
    /// Feed rate F
    #[arg(long, value_name = "F")]
    f: Option<f64>,
    /// Kill rate k
    #[arg(long, value_name = "K")]
    k: Option<f64>,
    /// Diffusion constant of u
    #[arg(long, default_value_t = GrayScott::default().du)]
    du: f64,
    /// Diffusion constant of v
    #[arg(long, default_value_t = GrayScott::default().dv)]
    dv: f64,
    /// Side of the torus, pixels
    #[arg(long, default_value_t = GrayScottRun::default().size)]
    size: usize,
    /// Independent random starts; three stills are taken of each
    #[arg(long, default_value_t = GrayScottRun::default().runs)]
    runs: usize,
    /// Steps of each run
    #[arg(long, default_value_t = GrayScottRun::default().steps)]
    steps: usize,
    /// Same seed, same stills
    #[arg(long, default_value_t = GrayScottRun::default().seed)]
    seed: u64,
    /// Also write all stills as an array [stills, 2, size, size]
    #[arg(long, value_name = "OUT.npy")]
    npy: Option<PathBuf>,
    /// auto takes a real GPU or else the processor; gpu also takes one made of software
    #[arg(long, default_value = "auto")]
    engine: EngineName,
}

#[derive(Clone, Copy, ValueEnum)]
enum SimulatedSystem {
    GrayScott,
}

/// # Errors
/// Constants out of range, or an array that cannot be written.
pub(crate) fn run(args: &Args) -> anyhow::Result<(Project, Answer)> {
    let SimulatedSystem::GrayScott = args.system;
    let preset = args.preset.as_deref().and_then(Preset::named).unwrap_or(PRESETS[0]);
    let law = GrayScott { f: args.f.unwrap_or(preset.f), k: args.k.unwrap_or(preset.k), du: args.du, dv: args.dv };
    let recipe = GrayScottRun { law, size: args.size, runs: args.runs, steps: args.steps, seed: args.seed };
    recipe.validate()?;
    let gpu = args.engine.choice().device()?;
    let engine = engine_name(gpu.as_ref());
    let gpu = gpu.as_ref().map(GpuDevice::borrowed);
    let library = LibraryDoc::from_recipe_on(recipe, gpu)?;
    if let Some(path) = &args.npy {
        write_npy(path, &recipe.simulate_on(0..recipe.runs, gpu)?.concat())?;
    }
    let facts = json!({
        "command": "simulate",
        "law": law,
        "size": recipe.size,
        "runs": recipe.runs,
        "steps": recipe.steps,
        "seed": recipe.seed,
        "stills": recipe.runs * GrayScottRun::STILLS,
        "shown": library.stills.len(),
        "engine": engine,
        "npy": args.npy,
    });
    let text = format!(
        "Gray-Scott with F = {}, k = {}: {} runs of {} steps on {} × {} pixels, {} stills\nNext: unstill learn",
        law.f,
        law.k,
        recipe.runs,
        recipe.steps,
        recipe.size,
        recipe.size,
        recipe.runs * GrayScottRun::STILLS
    );
    let title = args.preset.clone().unwrap_or_else(|| format!("Gray-Scott {} {}", law.f, law.k));
    let doc = FieldDoc { subject: FieldSubject::Library(library), ..FieldDoc::default() };
    Ok((project(title, args.seed, doc), Answer::new(text, &facts)?))
}
