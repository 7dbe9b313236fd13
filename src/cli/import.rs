//! `unstill import`: a picture becomes an untrained scene.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Serialize;

use super::output::{Answer, warn};
use crate::formats::{ImportOptions, import};
use crate::scene::{Project, check_writable, holds_scene, lost_its_scene};
use crate::worlds::SwarmDoc;
use crate::worlds::swarm::picture::Mode;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Picture: .csv (x,y,heading,species), extended .xyz, .png or .jpg
    file: PathBuf,
    /// Scene to write
    #[arg(short, long, value_name = "SCENE.ron")]
    out: PathBuf,
    /// motif: one creature, of which samples hold several; whole: a sample as it stands. Otherwise the content decides
    #[arg(long)]
    mode: Option<ModeName>,
    /// Particles to draw an image with
    #[arg(long, default_value_t = ImportOptions::default().particles)]
    particles: usize,
    /// Seed of the drawing
    #[arg(long, default_value_t = ImportOptions::default().seed)]
    seed: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum ModeName {
    Motif,
    Whole,
}

#[derive(Serialize)]
struct Facts<'a> {
    command: &'static str,
    scene: &'a Path,
    particles: usize,
    species: usize,
    mode: Mode,
    /// World units.
    box_size: [f64; 2],
    /// World units.
    unit_length: f64,
    notes: &'a [String],
}

pub(super) fn run(args: &Args) -> anyhow::Result<Answer> {
    let same = |a: &Path, b: &Path| matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b);
    if same(&args.file, &args.out) {
        anyhow::bail!("{}: the scene would overwrite the picture itself; give -o another name", args.out.display());
    }
    check_writable(&args.out)?;
    let mode = args.mode.map(|mode| match mode {
        ModeName::Motif => Mode::Motif,
        ModeName::Whole => Mode::Whole,
    });
    let options = ImportOptions { mode, particles: args.particles, seed: args.seed };
    let imported = import(&args.file, &options)?;
    for note in &imported.notes {
        warn(&format!("{}: {note}", args.file.display()));
    }
    if holds_scene(&args.file).unwrap_or(false) {
        warn(&format!(
            "{0}: this picture holds a scene, and only what it looks like was imported; open the scene itself with: unstill {0}",
            args.file.display()
        ));
    } else if lost_its_scene(&args.file) {
        warn(&format!(
            "{}: this looks like a picture of a scene, but the scene in it is gone: another program has saved it again",
            args.file.display()
        ));
    }
    let name = args.file.file_stem().unwrap_or_default().to_string_lossy();
    let snapshot = imported.snapshot;
    let facts = Facts {
        command: "import",
        scene: &args.out,
        particles: snapshot.particles.len(),
        species: snapshot.species_count(),
        mode: snapshot.mode,
        box_size: snapshot.box_size,
        unit_length: snapshot.unit_length(),
        notes: &imported.notes,
    };
    let [width, height] = snapshot.box_size;
    let text = format!(
        "{}: {} particles of {} species in a box of {width} by {height}, ℓ = {:.4}, taken as a {}\nNext: unstill learn {}",
        args.out.display(),
        facts.particles,
        facts.species,
        facts.unit_length,
        format!("{:?}", snapshot.mode).to_lowercase(),
        args.out.display(),
    );
    let answer = Answer::new(text, &facts)?;
    Project::new(name, SwarmDoc::from_snapshot(snapshot)).save(&args.out)?;
    Ok(answer)
}
