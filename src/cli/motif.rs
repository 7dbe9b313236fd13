//! `unstill motif`: a bundled picture becomes an untrained scene.

use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::json;

use super::output::Answer;
use crate::scene::Project;
use crate::worlds::SwarmDoc;
use crate::worlds::swarm::picture::motifs;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Name of the picture
    #[arg(required_unless_present = "list")]
    name: Option<String>,
    /// Scene to write
    #[arg(short, long, value_name = "SCENE.ron", required_unless_present = "list")]
    out: Option<PathBuf>,
    /// Name the bundled pictures
    #[arg(long, conflicts_with_all = ["name", "out"])]
    list: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Answer> {
    let (Some(name), Some(out)) = (&args.name, &args.out) else { return list() };
    let names = || motifs::all().iter().map(|m| m.name).collect::<Vec<_>>().join(", ");
    let motif = motifs::by_name(name)
        .with_context(|| format!("there is no bundled picture `{name}`; choose one of {}", names()))?;
    let mut scene = Project::new(motif.title, SwarmDoc::from_snapshot(motif.snapshot()));
    scene.world.ensemble = motif.ensemble();
    scene.notes = motif.look_for.to_owned();
    scene.save(out)?;
    let facts = json!({
        "command": "motif",
        "name": motif.name,
        "scene": out,
        "particles": scene.world.snapshot.particles.len(),
    });
    let text = format!("{0}: {1}. {2}\nNext: unstill learn {0}", out.display(), motif.title, motif.look_for);
    Answer::new(text, &facts)
}

fn list() -> anyhow::Result<Answer> {
    let lines: Vec<String> = motifs::all().iter().map(|m| format!("{:10} {}", m.name, m.look_for)).collect();
    let facts: Vec<_> =
        motifs::all().iter().map(|m| json!({ "name": m.name, "title": m.title, "look_for": m.look_for })).collect();
    Answer::new(lines.join("\n"), &json!({ "command": "motif", "motifs": facts }))
}
