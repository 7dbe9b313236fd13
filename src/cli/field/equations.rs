//! `unstill equations` of a field scene.

use clap::ValueEnum;
use serde_json::json;

use super::{doc_of, library_of, verdict_of};
use crate::cli::output::Answer;
use crate::scene::Project;
use crate::worlds::field::FieldError;
use crate::worlds::field::equations;
use crate::worlds::field::library::FoundConstants;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How they are written
    #[arg(long = "as", alias = "format", default_value = "text")]
    form: Form,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Text,
    Latex,
    Python,
}

/// # Errors
/// A scene without a library rule.
pub(crate) fn run(args: &Args, project: &mut Project) -> anyhow::Result<Answer> {
    let library = library_of(doc_of(project)?)?;
    let rule = library.rule.as_ref().ok_or(FieldError::NoRule)?;
    let verdict = verdict_of(library);
    let (comment, written) = match args.form {
        Form::Text => ("", equations::text(rule)),
        Form::Latex => ("% ", equations::latex(rule)),
        Form::Python => ("# ", equations::python(rule)),
    };
    let certain = library.evidence.as_ref().and_then(|evidence| evidence.is_certain());
    let facts = json!({
        "command": "equations",
        "equations": equations::json(rule),
        "constants": FoundConstants::of(rule),
        "certain": certain,
        "verdict": verdict,
    });
    Answer::new(format!("{comment}{verdict}\n{written}"), &facts)
}
