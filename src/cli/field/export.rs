//! `unstill export` of a field scene: the live field, or what it learns from, as an array or a picture.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;

use super::doc_of;
use crate::cli::output::{Answer, warn};
use crate::formats::{FormatRole, format_for};
use crate::scene::{Project, check_writable, write_atomic};
use crate::worlds::field::stills::{Still, encode_stills};
use crate::worlds::field::{FieldDoc, FieldError, FieldStart, FieldSubject};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(short, long, value_name = "OUT", help = format!("File to write: {}", FormatRole::FieldExport.listed()))]
    out: PathBuf,
    /// The living field (as it was saved, else as it begins), or the stills or a fresh image of the tokens
    #[arg(long, default_value = "live")]
    what: ExportedField,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum ExportedField {
    Picture,
    Live,
}

/// # Errors
/// No rule for a living field, another kind of file, or one that cannot be written.
pub(crate) fn run(args: &Args, project: &mut Project) -> anyhow::Result<Answer> {
    check_writable(&args.out)?;
    let doc = doc_of(project)?;
    let mut stills = match args.what {
        ExportedField::Live => vec![living(doc)?],
        ExportedField::Picture => match &doc.subject {
            FieldSubject::Library(library) => library.stills.clone(),
            FieldSubject::Tokens(tokens) => vec![tokens.start_image(doc.live.size, doc.live.seed)],
        },
    };
    if stills.len() > 1 && format_for(&args.out, FormatRole::StillsExport).is_none() {
        let (out, count, all) = (args.out.display(), stills.len(), FormatRole::StillsExport.proposed());
        warn(&format!("{out}: this is still 1 of {count}; give a {all} file for all of them"));
        stills.truncate(1);
    }
    let bytes = encode_stills(&args.out, &stills)?;
    write_atomic(&args.out, &bytes)?;
    let Still { width, height, channels, .. } = *stills.first().ok_or(FieldError::NoStills)?;
    let facts = json!({
        "command": "export",
        "world": "field",
        "out": args.out,
        "what": format!("{:?}", args.what).to_lowercase(),
        "stills": stills.len(),
        "size": [width, height],
        "channels": channels,
        "bytes": bytes.len(),
    });
    let out = args.out.display();
    let text = format!(
        "{out}: stills: {}, {width} × {height} pixels, {channels} channels ({} bytes)",
        stills.len(),
        bytes.len()
    );
    Answer::new(text, &facts)
}

/// The stored field, else the one that the scene begins with.
fn living(doc: &FieldDoc) -> Result<Still, FieldError> {
    match &doc.state {
        Some(state) => Ok(state.clone()),
        None if doc.live.start == FieldStart::State => {
            let live = crate::worlds::field::FieldLive { start: FieldStart::Seeds, ..doc.live };
            FieldDoc { live, ..doc.clone() }.start_image()
        }
        None => doc.start_image(),
    }
}
