//! `unstill info` for the points world.

use serde_json::json;

use super::doc_of;
use super::learn::row;
use crate::cli::output::Answer;
use crate::scene::Project;
use crate::worlds::points::cloud::BuiltInTarget;

pub(in crate::cli) fn run(project: &mut Project) -> anyhow::Result<Answer> {
    let title = project.title.clone();
    let doc = doc_of(project)?;
    let target = doc.target.map(BuiltInTarget::name);
    let mut lines = vec![format!(
        "{title}: {} points in {} dimensions{}, {} walkers",
        doc.points.len(),
        doc.dim,
        target.map_or_else(String::new, |name| format!(" ({name})")),
        doc.walkers
    )];
    let learned = doc.learned.as_ref();
    match learned {
        None => lines.push("no flows yet".to_owned()),
        Some(learned) => lines.extend(
            learned
                .flows
                .iter()
                .enumerate()
                .map(|(k, named)| format!("{} {}", if k == learned.chosen { "*" } else { " " }, row(named))),
        ),
    }
    let flows = learned.map(|learned| {
        let flow =
            |f: &crate::worlds::points::NamedFlow| json!({"name": f.name, "residual": f.residual, "weak": f.weak});
        learned.flows.iter().map(flow).collect::<Vec<_>>()
    });
    let facts = json!({
        "command": "info", "world": "points", "title": title, "dim": doc.dim, "points": doc.points.len(), "target": target,
        "walkers": doc.walkers, "flows": flows, "chosen": learned.map(|learned| learned.chosen),
        "certificate": doc.certificate, "live": doc.live,
    });
    Answer::new(lines.join("\n"), &facts)
}
