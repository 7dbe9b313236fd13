//! `unstill import --world field`: stills of a pattern, or icons as tokens, become an unlearned scene.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::json;

use super::{project, tokens::groups_line};
use crate::cli::knobs::ensure_allowed;
use crate::cli::output::{Answer, warn};
use crate::formats::{FormatRole, StopSignal};
use crate::gpu::EngineChoice;
use crate::scene::Project;
use crate::worlds::field::library::MIN_RUNS;
use crate::worlds::field::stills::load_stills;
use crate::worlds::field::studio::TOKEN_KNOBS;
use crate::worlds::field::tokens::{Token, TokenArrangement, TokenDoc};
use crate::worlds::field::{FieldDoc, FieldError, FieldLive, FieldSubject, LibraryDoc};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(
        required = true,
        help = format!("Stills: {}, or folders of these; red and green are u and v", FormatRole::StillsImport.listed())
    )]
    files: Vec<PathBuf>,
    /// The files are icons with a transparent background, front to the right, or bundled tokens: firefly, taiji, arrow,
    /// dot, ring; each is a kind of token
    #[arg(long)]
    tokens: bool,
    /// Tokens alone, in pairs side by side, or in chains of three, nose to tail
    #[arg(long, default_value = "free", value_parser = arrangement(), requires = "tokens")]
    arrangement: TokenArrangement,
    /// Distance of neighbours in a pair or chain, pixels [default: two thirds of that of groups]
    #[arg(long, value_name = "PX", requires = "tokens")]
    group_distance: Option<f64>,
    /// Longer side of each token in the field, 8 to 32 pixels [default: 16]
    #[arg(long, value_name = "PX", requires = "tokens")]
    token_size: Option<f64>,
}

/// One of the arrangements by its word.
fn arrangement() -> impl TypedValueParser<Value = TokenArrangement> {
    let of_word = |word: String| TokenArrangement::ALL.into_iter().find(|a| a.word() == word);
    // The parser has already refused other words.
    PossibleValuesParser::new(TokenArrangement::ALL.map(TokenArrangement::word))
        .map(move |word| of_word(word).unwrap_or_default())
}

/// # Errors
/// Files that hold no two-channel stills of one size.
pub(crate) fn run(args: &Args) -> anyhow::Result<(Project, Answer)> {
    if args.tokens {
        return import_tokens(args);
    }
    let (stills, files) = load_stills(&args.files, StopSignal::NEVER)?;
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
    if let Some(size_px) = args.token_size {
        let row = TOKEN_KNOBS.iter().find(|row| row.id == "token_size").expect("it is a row of the table");
        ensure_allowed(row, size_px)?;
    }
    let load = |path: &PathBuf| token_of(path, args.token_size);
    let tokens = args.files.iter().map(load).collect::<Result<Vec<_>, _>>()?;
    let sizes: Vec<f64> = tokens.iter().map(|token| token.size_px).collect();
    let mut doc = TokenDoc::new(tokens)?;
    doc.set_groups(args.arrangement, args.group_distance);
    doc.validate()?;
    let names: Vec<_> = args.files.iter().map(|f| f.file_stem().unwrap_or_default().to_string_lossy()).collect();
    let name = names.join(" and ");
    let (kinds, clearance) = (doc.tokens.len(), doc.clearance_px);
    let (arrangement, group_px, groups) = (doc.arrangement, doc.group_distance_px(), groups_line(&doc));
    let has_card = EngineChoice::Auto.device()?.is_some();
    let doc = FieldDoc::of_tokens(doc, has_card);
    let side = doc.live.size[0];
    let facts = json!({
        "command": "import",
        "tokens": kinds,
        "token_sizes": sizes,
        "clearance_px": clearance,
        "arrangement": arrangement,
        "group_px": group_px,
        "size": doc.live.size,
    });
    let text = format!(
        "{name}: kinds of tokens: {kinds}, {clearance} pixels apart{groups}, on {side} × {side} pixels\nNext: unstill learn"
    );
    Ok((project(name, 1, doc), Answer::new(text, &facts)?))
}

/// A bundled token or an icon, as large in the field as it was given.
fn token_of(file: &Path, size_px: Option<f64>) -> Result<Token, FieldError> {
    let mut token = match file.to_str().and_then(Token::bundled) {
        Some(token) => token,
        None => {
            let (token, image) = Token::load(file, StopSignal::NEVER)?;
            if size_px.is_none() {
                warn_of_size(file, token.size_px, image);
            }
            token
        }
    };
    token.size_px = size_px.unwrap_or(token.size_px);
    Ok(token)
}

/// Warns of an icon that has another size in the field than in its file.
fn warn_of_size(file: &Path, size_px: f64, [width, height]: [u32; 2]) {
    let longer = width.max(height);
    if f64::from(longer) != size_px {
        let [x, y] = [width, height].map(|side| (f64::from(side) * size_px / f64::from(longer)).round());
        let file = file.display();
        warn(&format!("{file}: {width} × {height} pixels, taken as {x} × {y}; --token-size sets the longer side"));
    }
}
