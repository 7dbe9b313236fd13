//! `unstill learn` of a field scene.

use std::time::Instant;

use clap::ValueEnum;
use serde_json::json;

use super::{doc_of, library_of, tokens};
use crate::cli::background::{self, LearnCall};
use crate::cli::knobs::{OptionRows, WorldKnobArgs, rows_of};
use crate::cli::output::{Answer, warn};
use crate::scene::Project;
use crate::worlds::field::library::{FoundConstants, Library};
use crate::worlds::field::studio::{KNOBS, TOKEN_KNOBS};
use crate::worlds::field::{FieldSubject, LibraryDoc, equations};
use crate::worlds::studio::{KnobGroup, KnobSpec, WorldInfo as _};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Terms that a law may contain [default: the scene's value]
    #[arg(long)]
    library: Option<LibraryName>,
    #[command(flatten)]
    knobs: WorldKnobArgs<FieldLearnKnobs>,
    /// Same seed, same law
    #[arg(long)]
    seed: Option<u64>,
    /// Side of the images that tokens are taught on, a multiple of 16 from 32 to 256 [default: the scene's value]
    #[arg(long, value_name = "PX")]
    side: Option<usize>,
    /// Go on from the network that the scene has
    #[arg(long = "continue")]
    resume: bool,
}

/// The learning settings of the field world, of both of its subjects.
#[derive(Clone)]
pub(in crate::cli) struct FieldLearnKnobs;

impl OptionRows for FieldLearnKnobs {
    fn rows() -> Vec<&'static KnobSpec> {
        // The large library is a choice of `--library`, the number of runs belongs to `simulate`, and a seed of the file has
        // more digits than a knob.
        rows_of(KnobGroup::Learn, &[KNOBS, TOKEN_KNOBS], &["twelve", "runs", "seed"])
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum LibraryName {
    /// 1, u, v, their Laplacians, and u v²
    Six,
    /// Also the other products up to degree three
    Twelve,
    /// Six without u v²: a control, which must fail on Gray-Scott stills
    WithoutReaction,
}

/// # Errors
/// Stills that cannot be learned from.
pub(crate) fn run(args: &Args, project: &mut Project, call: LearnCall) -> anyhow::Result<Answer> {
    let doc = doc_of(project)?;
    args.knobs.apply(doc)?;
    if let FieldSubject::Tokens(tokens) = &mut doc.subject {
        let settings = &mut tokens.settings;
        settings.side = args.side.unwrap_or(settings.side);
        settings.seed = args.seed.unwrap_or(settings.seed);
        return tokens::learn(doc, args.resume, call);
    }
    let library = library_of(doc)?;
    let settings = &mut library.settings;
    settings.seed = args.seed.unwrap_or(settings.seed);
    if let Some(name) = args.library {
        settings.library = match name {
            LibraryName::Six => Library::Six,
            LibraryName::Twelve => Library::Twelve,
            LibraryName::WithoutReaction => Library::WithoutReaction,
        };
    }
    let begun = Instant::now();
    let replaces_a_rule = library.rule.is_some();
    let (learned, _) = background::learn(doc.clone().into(), "library", call, replaces_a_rule)?;
    doc.set_learned(learned);
    answer(library_of(doc)?, begun.elapsed().as_secs_f64())
}

fn answer(library: &LibraryDoc, seconds: f64) -> anyhow::Result<Answer> {
    let (Some(rule), Some(evidence)) = (&library.rule, &library.evidence) else {
        anyhow::bail!("the learning ended without a law");
    };
    let constants = FoundConstants::of(rule);
    let verdict = match evidence.held_out {
        None => "too few stills for a held-out test".to_owned(),
        Some(test) if test.is_stationary() => format!("held-out test passed (F {:.2}, p {:.3})", test.f, test.p),
        Some(test) => {
            warn("the law is not stationary on unseen stills: do not trust its equations");
            format!("held-out test failed (F {:.1}, p {:.0e})", test.f, test.p)
        }
    };
    let facts = json!({
        "command": "learn",
        "seconds": seconds,
        "stills": evidence.stills,
        "equations": equations::json(rule),
        "constants": constants,
        "held_out": evidence.held_out,
        "gap": evidence.gap,
    });
    let named = constants
        .map_or_else(String::new, |c| format!("\nF = {:.5}, k = {:.5}, Du = {:.4}, Dv = {:.4}", c.f, c.k, c.du, c.dv));
    let text = format!(
        "learned from {} stills in {seconds:.1} s; {verdict}\n{}{named}\nNext: unstill check, or unstill live",
        evidence.stills,
        equations::text(rule)
    );
    Answer::new(text, &facts)
}
