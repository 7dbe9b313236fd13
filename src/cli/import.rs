//! `unstill import`: a picture becomes an untrained scene.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use glam::DVec2;
use serde::Serialize;

use super::output::{Answer, warn};
use crate::formats::{
    Angles, Assumption, BoxChoice, ColumnChoice, FormatRole, FrameChoice, ImportOptions, YAxis, import_all,
};
use crate::scene::{Project, check_writable, film_note, holds_scene, lost_its_scene};
use crate::worlds::SwarmDoc;
use crate::worlds::swarm::measures::Alikeness;
use crate::worlds::swarm::picture::Mode;

#[derive(clap::Args)]
pub(super) struct Args {
    #[arg(required = true, help = format!("What to read: {}; several are the snapshots of one pattern", FormatRole::SwarmImport.listed()))]
    files: Vec<PathBuf>,
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
    #[command(flatten)]
    import: ImportArgs,
}

/// What is stated about a file instead of being found from its content.
#[derive(clap::Args)]
pub(super) struct ImportArgs {
    /// Columns by name or number, such as x=PosX,y=PosY,heading=3; none leaves one out. Also vx, vy, species, frame, id
    #[arg(long, value_name = "x=..,y=..")]
    columns: Option<ColumnChoice>,
    /// Unit of angles, and perhaps ,zero=east|north|west|south and ,sense=ccw|cw as seen with up as north; compass means
    /// deg,zero=north,sense=cw
    #[arg(long, value_name = "deg|rad|compass")]
    angles: Option<Angles>,
    /// Where y points in the file: down as in images, or up
    #[arg(long, value_name = "down|up")]
    y: Option<YAxis>,
    /// Which frames of a film are read, by the numbers that the file gives them, otherwise counted from 1; with several,
    /// a rule is learned from all
    #[arg(long, visible_alias = "frame", value_name = "all|first|last|N|A..B:STEP")]
    frames: Option<FrameChoice>,
    /// Box around the particles in the file's unit; ends in ,open where it is not a torus
    #[arg(long = "box", value_name = "W,H|X0,Y0,X1,Y1|fit", allow_hyphen_values = true)]
    box_choice: Option<BoxChoice>,
    /// The first line of a table already holds particles
    #[arg(long)]
    no_header: bool,
}

impl ImportArgs {
    /// Everything else is left at its default.
    pub fn options(&self) -> ImportOptions {
        ImportOptions {
            columns: self.columns.clone().unwrap_or_default(),
            angles: self.angles.unwrap_or_default(),
            y: self.y,
            frames: self.frames.unwrap_or_default(),
            box_choice: self.box_choice,
            without_header: self.no_header,
            ..ImportOptions::default()
        }
    }
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
    /// Of a film: the summary of how alike its snapshots are.
    snapshots: usize,
    alike: Option<Alikeness>,
    particles: usize,
    species: usize,
    mode: Mode,
    /// World units.
    box_size: DVec2,
    /// World units.
    unit_length: f64,
    assumptions: &'a [Assumption],
}

pub(super) fn run(args: &Args) -> anyhow::Result<Answer> {
    let same = |a: &Path, b: &Path| matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b);
    if args.files.iter().any(|file| same(file, &args.out)) {
        anyhow::bail!("{}: the scene would overwrite the picture itself; give -o another name", args.out.display());
    }
    check_writable(&args.out)?;
    let mode = args.mode.map(|mode| match mode {
        ModeName::Motif => Mode::Motif,
        ModeName::Whole => Mode::Whole,
    });
    let options = ImportOptions { mode, particles: args.particles, seed: args.seed, ..args.import.options() };
    let imported = import_all(&args.files, &options)?;
    for assumption in &imported.assumptions {
        warn(&format!("{}: {assumption}", args.files[0].display()));
    }
    args.files.iter().for_each(|file| warn_of_scene(file));
    let name = args.files[0].file_stem().unwrap_or_default().to_string_lossy();
    let assumptions = imported.assumptions.clone();
    let stills = imported.into_stills();
    let snapshot = stills.selected().clone();
    let alike = Alikeness::of(&stills);
    let facts = Facts {
        command: "import",
        scene: &args.out,
        particles: snapshot.particles.len(),
        species: snapshot.species_count(),
        mode: snapshot.mode,
        box_size: snapshot.box_size,
        unit_length: snapshot.unit_length(),
        assumptions: &assumptions,
        snapshots: stills.count(),
        alike,
    };
    let [width, height] = snapshot.box_size.to_array();
    let text = format!(
        "{}: {} particles of {} species in a box of {width} by {height}, ℓ = {:.4}, taken as a {}\nNext: unstill learn {}",
        args.out.display(),
        facts.particles,
        facts.species,
        facts.unit_length,
        format!("{:?}", snapshot.mode).to_lowercase(),
        args.out.display(),
    );
    let text = match &facts.alike {
        Some(alike) => format!("{text}\n{} snapshots: {alike}", facts.snapshots),
        None => text,
    };
    let answer = Answer::new(text, &facts)?;
    let project = Project::new(name, SwarmDoc::from_stills(stills));
    project.save(&args.out)?;
    if let Some(note) = film_note(&project.world.film) {
        warn(&format!("{}: {note}", args.out.display()));
    }
    Ok(answer)
}

fn warn_of_scene(file: &Path) {
    if holds_scene(file).unwrap_or(false) {
        warn(&format!(
            "{0}: this picture holds a scene, and only what it looks like was imported; open the scene itself with: unstill {0}",
            file.display()
        ));
    } else if lost_its_scene(file) {
        warn(&format!(
            "{}: this looks like a picture of a scene, but the scene in it is gone: another program has saved it again",
            file.display()
        ));
    }
}
