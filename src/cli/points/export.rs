//! `unstill export` of a points scene: the cloud as a table.

use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::json;

use super::doc_of;
use crate::cli::output::Answer;
use crate::formats::FormatRole;
use crate::scene::{Project, check_writable, write_atomic};
use crate::worlds::points::cloud::encode_table;

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[arg(
        short,
        long,
        value_name = "OUT",
        help = format!(
            "File to write: {}, in the user's coordinates; walkers are written by `unstill live -o`",
            FormatRole::PointsExport.listed()
        )
    )]
    out: PathBuf,
}

pub(in crate::cli) fn run(args: &Args, project: &mut Project) -> anyhow::Result<Answer> {
    check_writable(&args.out)?;
    let cloud = doc_of(project)?.cloud();
    let text = encode_table(&args.out, cloud.dim, cloud.points.iter().copied())
        .with_context(|| args.out.display().to_string())?;
    write_atomic(&args.out, text.as_bytes())?;
    let facts = json!({
        "command": "export", "world": "points", "out": args.out, "points": cloud.len(), "dim": cloud.dim, "bytes": text.len(),
    });
    Answer::new(format!("{}: {} points ({} bytes)", args.out.display(), cloud.len(), text.len()), &facts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::StopSignal;
    use crate::worlds::World;
    use crate::worlds::points::PointsDoc;
    use crate::worlds::points::cloud::{PointCloud, read_file};

    #[test]
    fn an_exported_cloud_is_read_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let points: Vec<[f32; 3]> = (0..120).map(|k| [k as f32 * 0.3, -1.5 + (k % 7) as f32, 0.0]).collect();
        let cloud = PointCloud::new(2, points).unwrap();
        let mut project = Project::new("Cloud", World::from(PointsDoc::of(cloud.clone(), None)));
        let out = folder.path().join("cloud.csv");
        let answer = run(&Args { out: out.clone() }, &mut project).unwrap();
        assert_eq!(answer.json["points"], 120);
        let back = read_file(&out, 120, 1, StopSignal::NEVER).unwrap();
        assert_eq!(back.cloud.points, cloud.points);
        assert!(run(&Args { out: folder.path().join("cloud.npy") }, &mut project).is_err());
    }
}
