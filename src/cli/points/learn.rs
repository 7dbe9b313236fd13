//! `unstill learn` for the points world.

use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use serde_json::json;

use super::doc_of;
use crate::cli::background::{self, LearnCall};
use crate::cli::knobs::{OptionRows, WorldKnobArgs, rows_of};
use crate::cli::output::Answer;
use crate::scene::Project;
use crate::worlds::points::studio::KNOBS;
use crate::worlds::points::{FoundSystem, NamedFlow};
use crate::worlds::studio::{KnobGroup, KnobSpec, Learned, WorldInfo as _};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    /// exact: an energy and exact flows over it; free: the paper's network; weak: equations by the weak form
    #[arg(long, default_value = "exact")]
    flow: PointFlowName,
    #[command(flatten)]
    knobs: WorldKnobArgs<PointLearnKnobs>,
    /// Same seed, same machine, same flow
    #[arg(long)]
    seed: Option<u64>,
    /// Measurement noise as a share of the spread of the cloud, which the weak form corrects for, or `auto` to look for it
    #[arg(long, value_name = "SHARE|auto")]
    noise: Option<String>,
    /// Name of the flow that plays afterwards [default: the one that was learned last]
    #[arg(long, value_name = "NAME")]
    choose: Option<String>,
}

/// The learning settings of the points world. The option of *Look for noise* is `--noise auto`.
#[derive(Clone)]
pub(in crate::cli) struct PointLearnKnobs;

impl OptionRows for PointLearnKnobs {
    fn rows() -> Vec<&'static KnobSpec> {
        rows_of(KnobGroup::Learn, &[KNOBS], &["find_noise"])
    }
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum PointFlowName {
    Exact,
    Free,
    Weak,
}

/// Learns and puts the flows into the project; the caller writes it.
pub(in crate::cli) fn run(args: &Args, project: &mut Project, call: LearnCall) -> anyhow::Result<Answer> {
    let doc = doc_of(project)?;
    // Both have steps of their own under one option.
    let other_flow = if args.flow == PointFlowName::Free { "smoothest_steps" } else { "free_steps" };
    args.knobs.apply_except(doc, other_flow)?;
    let settings = &mut doc.training;
    settings.seed = args.seed.unwrap_or(settings.seed);
    match args.noise.as_deref() {
        None => {}
        Some("auto") => settings.weak.estimate_noise = true,
        Some(share) => {
            let parsed = share.parse().ok().filter(|share: &f64| share.is_finite());
            let Some(share) = parsed else {
                anyhow::bail!("--noise {share} is not a number; give a share such as 0.05, or auto")
            };
            (settings.weak.noise, settings.weak.estimate_noise) = (share, false);
        }
    }
    let start = Instant::now();
    let method = match args.flow {
        PointFlowName::Exact => "exact",
        PointFlowName::Free => "free",
        PointFlowName::Weak => "weak",
    };
    let (learned, last) = background::learn(doc.clone().into(), method, call, doc.learned.is_some())?;
    let Learned::Points(mut learned) = learned else { bail!("the method {method} learned something else than flows") };
    let (steps, loss) = (last.done, last.loss.or(last.figures.map(|figures| figures[0])).unwrap_or(f64::NAN));
    if let Some(name) = &args.choose {
        let place = learned.flows.iter().position(|named| named.name == *name);
        learned.chosen =
            place.with_context(|| format!("there is no flow `{name}` after learning; see `unstill info`"))?;
    }
    let seconds = start.elapsed().as_secs_f64();
    let rows: Vec<String> = learned.flows.iter().map(row).collect();
    let mut text = format!("{steps} steps in {seconds:.1} s, last loss {loss:.4}\n{}", rows.join("\n"));
    let chosen = &learned.flows[learned.chosen];
    let system = FoundSystem::of(&chosen.flow, &learned.map);
    if let Some(system) = &system {
        text += &format!("\n{}", system.text());
    }
    let facts = json!({
        "command": "learn", "world": "points", "steps": steps, "seconds": seconds, "loss": loss.is_finite().then_some(loss),
        "chosen": chosen.name, "equations": system.map(|system| system.json()), "weak": chosen.weak,
        "flows": learned.flows.iter().map(|f| json!({"name": f.name, "residual": f.residual})).collect::<Vec<_>>(),
    });
    doc.set_learned(Learned::Points(learned));
    Answer::new(text, &facts)
}

/// One line about a flow.
pub(super) fn row(named: &NamedFlow) -> String {
    let mut line = format!("{:<10}", named.name);
    if let Some(residual) = named.residual {
        line += &format!(" residual {residual:.1e}");
    }
    if let Some(weak) = &named.weak {
        let verdict = match (weak.certain, weak.has_rivals) {
            (true, _) => "found",
            (false, true) => "not certain, other laws keep this cloud about as well",
            (false, false) => "nothing certain",
        };
        line += &format!(
            " {verdict}: gap {:.1}, lowest eigenvalue {:.2} of the sampling floor, {} samples, noise {:.3}",
            weak.gap, weak.lowest_over_floor, weak.samples, weak.noise
        );
    }
    line
}
