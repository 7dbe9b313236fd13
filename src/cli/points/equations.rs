//! `unstill equations`: the system that the weak form found.

use anyhow::Context as _;
use clap::ValueEnum;
use serde_json::json;

use super::{doc_of, learned_of};
use crate::cli::output::{Answer, warn};
use crate::scene::Project;
use crate::worlds::points::{FoundSystem, NamedFlow};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    /// How the equations are written
    #[arg(long, alias = "as", default_value = "text")]
    format: EquationFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum EquationFormat {
    Text,
    Latex,
    Python,
}

pub(in crate::cli) fn run(args: &Args, project: &mut Project) -> anyhow::Result<Answer> {
    let doc = doc_of(project)?;
    let learned = learned_of(doc)?;
    // The one that plays, else the last one found.
    let order = learned.flows.get(learned.chosen).into_iter().chain(learned.flows.iter().rev());
    let found = |named: &NamedFlow| FoundSystem::of(&named.flow, &learned.map).map(|system| (named.clone(), system));
    let (named, system) = order
        .filter_map(found)
        .next()
        .context("this scene has no flow of monomials; run `unstill learn --flow weak` on it first")?;
    let mut text = match args.format {
        EquationFormat::Text => system.text(),
        EquationFormat::Latex => system.latex(),
        EquationFormat::Python => system.python(),
    };
    if let Some(weak) = &named.weak {
        let eigenvalues: Vec<String> = weak.eigenvalues.iter().map(|v| format!("{v:.2}")).collect();
        let evidence = format!(
            "gap {:.1} (10 counts as found; Lorenz with shuffled coordinates reaches 3), eigenvalues {} (1 is what sampling leaves), {} samples",
            weak.gap,
            eigenvalues.join(" "),
            weak.samples
        );
        if matches!(args.format, EquationFormat::Text) {
            text += &format!("\n{evidence}");
        }
        if weak.has_rivals {
            warn(&format!(
                "other laws keep this cloud about as well: {evidence}; give more points, or leave the choice open"
            ));
        } else if !weak.certain {
            warn(&format!("nothing certain was found: {evidence}; give more or cleaner points, or --noise auto"));
        }
    }
    let facts = json!({
        "command": "equations", "flow": named.name, "equations": system.json(), "weak": named.weak,
        "certain": named.weak.as_ref().map(|weak| weak.certain), "gap": named.weak.as_ref().map(|weak| weak.gap),
        "text": system.text(), "latex": system.latex(), "python": system.python(),
    });
    Answer::new(text, &facts)
}
