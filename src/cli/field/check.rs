//! `unstill check` of a field scene.

use anyhow::bail;
use serde_json::json;

use super::skew::SkewArgs;
use super::{doc_of, library_of, tokens};
use crate::cli::background;
use crate::cli::knobs::{warn_of_no_effect, warn_of_other_kind};
use crate::cli::output::Answer;
use crate::scene::Project;
use crate::worlds::field::library::{FoundConstants, HeldOut};
use crate::worlds::field::measures::{long_run, velocity_cosine};
use crate::worlds::field::rule::LibraryRule;
use crate::worlds::field::studio::LibraryCertification;
use crate::worlds::field::tokens::{TokenCheckSettings, TokenMotion};
use crate::worlds::field::{FieldError, FieldEvidence, FieldSubject, LibraryDoc, LibraryEvidence};
use crate::worlds::studio::{Learned, WorldTraining};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Live steps: of the comparison with the simulated truth, or of the tokens
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    steps: u32,
    /// Random starts of that comparison [default: 4]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=64))]
    replicas: Option<u64>,
    /// Speed of tokens along their front, pixels per step [default: the scene's value]
    #[arg(long, allow_negative_numbers = true)]
    swim: Option<f64>,
    /// Speed of tokens to the right of their front, pixels per step [default: the scene's value]
    #[arg(long, allow_negative_numbers = true)]
    slide: Option<f64>,
    /// Turn of tokens to the right, radians per step [default: the scene's value]
    #[arg(long, allow_negative_numbers = true)]
    turn: Option<f64>,
    #[command(flatten)]
    skew: SkewArgs,
    /// Of the start and the noise of tokens [default: 1]
    #[arg(long)]
    seed: Option<u64>,
    /// Write the result into the scene
    #[arg(long)]
    pub certify: bool,
}

/// Learns both controls, tests everything on held-out stills, and lets rule and truth live side by side.
///
/// # Errors
/// No rule, or stills that cannot be learned from.
pub(crate) fn run(args: &Args, project: &mut Project, quiet: bool) -> anyhow::Result<Answer> {
    let doc = doc_of(project)?;
    let motions = TokenMotion::ALL.into_iter().zip([args.swim, args.slide, args.turn]);
    let commanded = motions.filter(|(_, given)| given.is_some()).map(|(motion, _)| motion.knob());
    // Without a rule the check is refused, and there is nothing to warn of.
    match &doc.subject {
        FieldSubject::Tokens(tokens) if tokens.rule.is_some() => {
            commanded.for_each(|knob| _ = warn_of_no_effect(knob, knob, doc));
            if args.replicas.is_some() {
                warn_of_other_kind("replicas");
            }
        }
        FieldSubject::Library(library) if library.rule.is_some() => {
            let skew = args.skew.given().into_iter().filter(|(_, is_given)| *is_given).map(|(option, _)| option);
            let seed = args.seed.map(|_| "seed");
            commanded.chain(skew).chain(seed).for_each(warn_of_other_kind);
        }
        _ => {}
    }
    if let FieldSubject::Tokens(tokens) = &mut doc.subject {
        let settings = TokenCheckSettings {
            steps: args.steps,
            swim_px: args.swim.unwrap_or(tokens.live.swim_px),
            slide_px: args.slide.unwrap_or(tokens.live.slide_px),
            turn_rad: args.turn.unwrap_or(tokens.live.turn_rad),
            skew: args.skew.apply(tokens.skew),
            seed: args.seed.unwrap_or(1),
        };
        return tokens::check(tokens, settings, quiet);
    }
    let library = library_of(doc)?;
    let rule = library.rule.ok_or(FieldError::NoRule)?;
    let FieldEvidence::Library(evidence) = measured(LibraryCertification::new(library)?, quiet)? else {
        bail!("the check found something else than the evidence of equations");
    };
    let LibraryEvidence { control_shuffled: shuffled, control_without_reaction: without, .. } = evidence;
    let truth = library.recipe.map(|recipe| recipe.law.rule());
    let live = truth.map(|truth| {
        let size = library.recipe.map_or(128, |recipe| recipe.size);
        long_run(&rule, &truth, size, args.steps, args.replicas.unwrap_or(4))
    });
    let cosine = truth.map(|truth| mean_cosine(library, &rule, &truth, evidence.sd));
    let verdict = evidence.verdict();
    let facts = json!({
        "command": "check",
        "rule": "library",
        "certain": evidence.is_certain(),
        "verdict": verdict,
        "held_out": evidence.held_out,
        "control_shuffled": shuffled,
        "control_without_reaction": without,
        "gap": evidence.gap,
        "constants": FoundConstants::of(&rule),
        "cosine": cosine,
        "live": live,
        "certified": args.certify,
    });
    let test = |name: &str, test: Option<HeldOut>| match test {
        Some(HeldOut { f, p, .. }) => format!("\n{name:<16} F {f:>9.2}  p {p:.1e}"),
        None => format!("\n{name:<16} not tested"),
    };
    let mut text = verdict.to_owned();
    text += &test("law", evidence.held_out);
    text += &test("v of others", shuffled);
    text += &test("without u v²", without);
    if let (Some(cosine), Some(live)) = (cosine, live) {
        text += &format!(
            "\ncosine to the truth {cosine:.4}; after {} steps u has mean {:.3} ({:.3}), spread {:.3} ({:.3}), \
             spectrum {:.0} % apart (truth with itself {:.0} %)",
            args.steps,
            live.found.mean,
            live.truth.mean,
            live.found.spread,
            live.truth.spread,
            100.0 * live.spectrum_off,
            100.0 * live.spectrum_floor
        );
    }
    library.evidence = Some(evidence);
    Answer::new(text, &facts)
}

/// What the check of a field finds, by the run that the window uses.
pub(super) fn measured(check: impl WorldTraining + 'static, quiet: bool) -> anyhow::Result<FieldEvidence> {
    match background::check(check, quiet)? {
        Learned::FieldEvidence(evidence) => Ok(*evidence),
        _ => bail!("the check found something else than evidence of a field"),
    }
}

/// Mean cosine to the truth on the stills that the scene shows.
fn mean_cosine(library: &LibraryDoc, rule: &LibraryRule, truth: &LibraryRule, sd: [f64; 2]) -> f64 {
    let sum: f64 = library.stills.iter().map(|still| velocity_cosine(rule, truth, still, sd)).sum();
    sum / library.stills.len().max(1) as f64
}
