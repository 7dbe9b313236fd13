//! `unstill learn` for the points world.

use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use serde_json::json;

use super::doc_of;
use crate::cli::background;
use crate::cli::output::Answer;
use crate::scene::Project;
use crate::worlds::points::train::WeakDictionary;
use crate::worlds::points::{FoundSystem, NamedFlow};
use crate::worlds::studio::{Learned, WorldInfo as _};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    /// exact: an energy and exact flows over it; free: the paper's network; weak: equations by the weak form
    #[arg(long, default_value = "exact")]
    flow: PointFlowName,
    /// Optimiser steps of the energy [default: what the scene says]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    steps: Option<u64>,
    /// Optimiser steps of the free network or of the smoothest potential [default: what the scene says]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    flow_steps: Option<u64>,
    /// Same seed, same machine, same flow
    #[arg(long)]
    seed: Option<u64>,
    /// Two Hutchinson probes in place of the exact divergence (free)
    #[arg(long)]
    hutchinson: bool,
    /// Degree of the monomials, 1 to 3 (weak) [default: the smallest that explains the cloud]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3))]
    degree: Option<u32>,
    /// What the flow is combined of (weak): monomials, which give equations, or random waves, which fit any smooth flow
    /// [default: what the scene says]
    #[arg(long, value_name = "DICTIONARY")]
    dictionary: Option<DictionaryName>,
    /// Waves of a Fourier dictionary (weak) [default: what the scene says]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    waves: Option<u32>,
    /// Measurement noise as a share of the spread of the cloud, which the weak form corrects for, or `auto` to look for it
    #[arg(long, value_name = "SHARE|auto")]
    noise: Option<String>,
    /// Name of the flow that plays afterwards [default: the one that was learned last]
    #[arg(long, value_name = "NAME")]
    choose: Option<String>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum DictionaryName {
    Monomials,
    Fourier,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum PointFlowName {
    Exact,
    Free,
    Weak,
}

/// Learns and puts the flows into the project; the caller writes it.
pub(in crate::cli) fn run(args: &Args, project: &mut Project, quiet: bool) -> anyhow::Result<Answer> {
    let doc = doc_of(project)?;
    let settings = &mut doc.training;
    settings.seed = args.seed.unwrap_or(settings.seed);
    settings.energy_steps = args.steps.map_or(settings.energy_steps, |steps| steps as usize);
    settings.hutchinson |= args.hutchinson;
    settings.weak.degree = args.degree.unwrap_or(settings.weak.degree);
    settings.weak.waves = args.waves.map_or(settings.weak.waves, |waves| waves as usize);
    match args.dictionary {
        None => {}
        Some(DictionaryName::Monomials) => settings.weak.dictionary = WeakDictionary::Monomials,
        Some(DictionaryName::Fourier) => settings.weak.dictionary = WeakDictionary::Fourier,
    }
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
    if let Some(steps) = args.flow_steps {
        let is_free = args.flow == PointFlowName::Free;
        let flow_steps = if is_free { &mut settings.free_steps } else { &mut settings.smoothest_steps };
        *flow_steps = steps as usize;
    }
    let start = Instant::now();
    let method = match args.flow {
        PointFlowName::Exact => "exact",
        PointFlowName::Free => "free",
        PointFlowName::Weak => "weak",
    };
    let (learned, last) = background::learn(doc.clone().into(), method, quiet)?;
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
        let verdict = if weak.certain { "found" } else { "nothing certain" };
        line += &format!(
            " {verdict}: gap {:.1}, lowest eigenvalue {:.2} of the sampling floor, {} samples, noise {:.3}",
            weak.gap, weak.lowest_over_floor, weak.samples, weak.noise
        );
    }
    line
}
