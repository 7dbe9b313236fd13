//! `unstill export`: the particles of a scene as files of other programs.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;

use super::output::{Answer, load, warn};
use crate::formats::{Export, ExportError, ExportSubject, FormatRole, export};
use crate::scene::{check_writable, write_atomic};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Scene: a .ron file, or a picture that holds one
    scene: PathBuf,
    #[arg(short, long, value_name = "OUT", help = format!("File to write: {}", FormatRole::SwarmExport.listed()))]
    out: PathBuf,
    /// The painted picture, or the live swarm that was saved with it
    #[arg(long, default_value = "picture")]
    what: What,
    /// Longer side of an image, pixels
    #[arg(long, default_value_t = 800, value_parser = clap::value_parser!(u32).range(16..=8192))]
    size: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum What {
    Picture,
    Live,
}

impl From<What> for ExportSubject {
    fn from(what: What) -> Self {
        match what {
            What::Picture => Self::Picture,
            What::Live => Self::Live,
        }
    }
}

pub(super) fn run(args: &Args) -> anyhow::Result<Answer> {
    check_writable(&args.out)?;
    let scene = load(&args.scene)?.project.world;
    let of_scene = |error: &ExportError| matches!(error, ExportError::NothingLives);
    let Export { bytes, snapshots, only, particles, box_size } = export(&scene, args.what.into(), &args.out, args.size)
        .map_err(|error| {
            let file = if of_scene(&error) { &args.scene } else { &args.out };
            anyhow::anyhow!("{}: {error}", file.display())
        })?;
    if let Some([snapshot, count]) = only {
        let (out, all) = (args.out.display(), FormatRole::SwarmFilm.proposed());
        warn(&format!("{out}: this is snapshot {snapshot} of {count}; give a {all} file for all of them"));
    }
    write_atomic(&args.out, &bytes)?;
    let what = format!("{:?}", args.what).to_lowercase();
    let facts = json!({
        "command": "export",
        "scene": args.scene,
        "out": args.out,
        "what": what,
        "snapshots": snapshots,
        "particles": particles,
        "box_size": box_size,
        "bytes": bytes.len(),
    });
    let content = if snapshots > 1 { format!("{snapshots} snapshots") } else { format!("{particles} particles") };
    Answer::new(format!("{}: {content} ({} bytes)", args.out.display(), bytes.len()), &facts)
}
