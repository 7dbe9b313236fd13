//! `unstill check --truth`: the learned motion against that of a film.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Serialize;

use super::import::ImportArgs;
use super::output::{Answer, load, rule_of, warn, with_interval};
use crate::formats::{FrameChoice, ImportOptions, import};
use crate::scene::{SwarmProject, is_scene_name};
use crate::worlds::swarm::measures::{Agreement, Truth, TruthRow};
use crate::worlds::swarm::picture::{Part, Stills};
use crate::worlds::swarm::rule::LiveSettings;

#[derive(clap::Args)]
#[command(next_help_heading = "The film of --truth")]
pub(super) struct TruthArgs {
    /// Compare the learned motion with the true one in this film, instead of measuring fidelities; a scene with a film also
    /// counts, by the snapshots held out of learning
    #[arg(long, value_name = "FILM", conflicts_with_all = ["certify", "long", "particles", "area"])]
    truth: Option<PathBuf>,
    #[command(flatten)]
    import: ImportArgs,
}

#[derive(Serialize)]
struct TruthFacts<'a> {
    command: &'static str,
    scene: &'a Path,
    film: &'a Path,
    held_out_only: bool,
    sigma_l: f64,
    #[serde(flatten)]
    truth: &'a Truth,
}

impl TruthArgs {
    pub fn film(&self) -> Option<&Path> {
        self.truth.as_deref()
    }
}

/// Compares the rule of `scene` with the motion of `film`: a scene that holds a film, or a file that is one.
pub(super) fn run(
    args: &TruthArgs,
    film: &Path,
    scene: &SwarmProject,
    path: &Path,
    live: &LiveSettings,
) -> anyhow::Result<Answer> {
    let rule = rule_of(scene, path)?;
    let (stills, part) = if is_scene_name(film) {
        (load(film)?.project.world.stills(), Part::HeldOut)
    } else {
        (read(args, film, scene)?, Part::All)
    };
    let truth = Truth::measure(rule, live, &stills, part).with_context(|| film.display().to_string())?;
    let facts = TruthFacts {
        command: "check",
        scene: path,
        film,
        held_out_only: part == Part::HeldOut,
        sigma_l: live.sigma_l,
        truth: &truth,
    };
    Answer::new(text(&truth, film, path), &facts)
}

fn read(args: &TruthArgs, film: &Path, scene: &SwarmProject) -> anyhow::Result<Stills> {
    let import_options = args.import.options();
    let frames = if import_options.frames == FrameChoice::Any { FrameChoice::ALL } else { import_options.frames };
    let options = ImportOptions { mode: Some(scene.world.snapshot.mode), frames, ..import_options };
    let imported = import(film, &options)?;
    for assumption in &imported.assumptions {
        warn(&format!("{}: {assumption}", film.display()));
    }
    Ok(imported.into_stills())
}

fn text(truth: &Truth, film: &Path, scene: &Path) -> String {
    let percent = |shares: [f64; 3]| {
        let [forward, lateral, turn] = shares.map(|share| 100.0 * share);
        format!("forward {forward:.0} %, lateral {lateral:.0} %, turn {turn:.0} %")
    };
    let mut lines = vec![
        format!(
            "{} against {}: {} displacements at {} frames; cosines with intervals of 90 %",
            scene.display(),
            film.display(),
            truth.displacements,
            truth.moments
        ),
        format!(
            "the film moves {:.3} ℓ and {:.3} rad from frame to frame: {}",
            truth.step_l,
            truth.turn_rad,
            percent(truth.shares)
        ),
    ];
    if truth.by_order {
        lines.push("The frames have no ids: particles were matched by their order in the file.".to_owned());
    }
    for row in &truth.rows {
        lines.push(row_text(row, &percent));
    }
    lines.join("\n")
}

fn row_text(row: &TruthRow, percent: &dyn Fn([f64; 3]) -> String) -> String {
    let cosine = |agreement: &Agreement| with_interval(agreement.cosine, agreement.interval);
    let scale = row.time_scale.map_or(String::new(), |tau| format!("; one frame is {tau:.3} units of live time"));
    let single = row.single.map_or(String::new(), |single| format!("; a single random flow scores ±{single:.2}"));
    format!(
        "{:<12} {}  forward {}, lateral {}, turn {}\n             moves {}{scale}{single}",
        row.name,
        cosine(&row.all),
        cosine(&row.forward),
        cosine(&row.lateral),
        cosine(&row.turn),
        percent(row.shares),
    )
}
