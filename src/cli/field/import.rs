//! `unstill import --world field`: stills of a pattern, or icons as tokens, become an unlearned scene.

use std::path::PathBuf;

use serde_json::json;

use super::project;
use crate::cli::output::{Answer, warn};
use crate::gpu::EngineChoice;
use crate::scene::Project;
use crate::worlds::field::library::MIN_RUNS;
use crate::worlds::field::stills::load_stills;
use crate::worlds::field::tokens::{Token, TokenDoc};
use crate::worlds::field::{FieldDoc, FieldLive, FieldSubject, LibraryDoc};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Stills: .png and other images (red and green are u and v), .npy arrays, or folders of these
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The files are icons with a transparent background, front to the right, or bundled tokens: firefly, taiji, arrow,
    /// dot, ring; each is a kind of token
    #[arg(long)]
    tokens: bool,
}

/// # Errors
/// Files that hold no two-channel stills of one size.
pub(crate) fn run(args: &Args) -> anyhow::Result<(Project, Answer)> {
    if args.tokens {
        return import_tokens(args);
    }
    let (stills, files) = load_stills(&args.files)?;
    // Stills of an array of many are taken as independent, like files.
    let runs = if files.last() == Some(&0) { (0..stills.len()).collect() } else { files };
    let library = LibraryDoc::from_stills(&stills, runs)?;
    let (width, height) = (stills[0].width, stills[0].height);
    let needed = 3 * MIN_RUNS;
    if stills.len() < needed {
        warn(&format!("{} stills are too few for a held-out test, which needs about {needed}", stills.len()));
    }
    let name = args.files[0].file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let facts = json!({ "command": "import", "stills": stills.len(), "width": width, "height": height });
    let text = format!("{name}: {} stills of {width} × {height} pixels\nNext: unstill learn", stills.len());
    let live = FieldLive { size: [width, height], ..FieldLive::default() };
    let doc = FieldDoc { subject: FieldSubject::Library(library), live, ..FieldDoc::default() };
    Ok((project(name, 1, doc), Answer::new(text, &facts)?))
}

fn import_tokens(args: &Args) -> anyhow::Result<(Project, Answer)> {
    let load = |path: &PathBuf| match path.to_str().and_then(Token::bundled) {
        Some(token) => Ok(token),
        None => Token::load(path),
    };
    let tokens = args.files.iter().map(load).collect::<Result<Vec<_>, _>>()?;
    let doc = TokenDoc::new(tokens)?;
    let names: Vec<_> = args.files.iter().map(|f| f.file_stem().unwrap_or_default().to_string_lossy()).collect();
    let name = names.join(" and ");
    let (kinds, clearance) = (doc.tokens.len(), doc.clearance_px);
    let has_card = EngineChoice::Auto.device()?.is_some();
    let doc = FieldDoc::of_tokens(doc, has_card);
    let side = doc.live.size[0];
    let facts = json!({ "command": "import", "tokens": kinds, "clearance_px": clearance, "size": doc.live.size });
    let text = format!(
        "{name}: kinds of tokens: {kinds}, {clearance} pixels apart, on {side} × {side} pixels\nNext: unstill learn"
    );
    Ok((project(name, 1, doc), Answer::new(text, &facts)?))
}
