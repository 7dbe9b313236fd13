//! `unstill check` for the points world: which flows keep the cloud, and do the controls fail?

use anyhow::Context as _;
use serde_json::{Map, Value, json};

use super::{doc_of, learned_of};
use crate::cli::output::{Answer, Progress};
use crate::scene::Project;
use crate::worlds::points::measures::{FlowCertificate, PointCheckSettings, certify};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    /// Repetitions with other samples; the worst counts
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=20))]
    repeats: u32,
    /// Path of each walker, in root mean square distances from the centre
    #[arg(long, default_value_t = 20.0)]
    path: f64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the result into the scene
    #[arg(long)]
    pub certify: bool,
}

pub(in crate::cli) fn run(args: &Args, project: &mut Project, quiet: bool) -> anyhow::Result<Answer> {
    let doc = doc_of(project)?;
    learned_of(doc)?;
    if !(args.path > 0.0 && args.path <= 10_000.0) {
        anyhow::bail!("--path {} must be above 0 and at most 10000; the default is 20", args.path);
    }
    let settings =
        PointCheckSettings { seed: args.seed, repeats: args.repeats, path: args.path, ..PointCheckSettings::default() };
    let mut progress = Progress::new(0, quiet);
    progress.phase("check");
    let certificate = certify(doc, &settings, &mut |done, total| {
        progress.set_total(total as u64);
        progress.at(done as u64, String::new);
        true
    });
    drop(progress);
    let certificate = certificate.context("there is nothing to check; run `unstill learn` on this scene first")?;
    let mut flows = Map::new();
    for flow in &certificate.flows {
        flows.insert(flow.name.clone(), serde_json::to_value(flow)?);
    }
    let facts = json!({
        "command": "check", "world": "points", "sigma": certificate.sigma, "repeats": settings.repeats, "path": settings.path,
        "flows": Value::Object(flows), "certified": args.certify,
    });
    let lines: Vec<String> = certificate.flows.iter().map(row).collect();
    let text = format!(
        "walkers carried by the flow alone over {} pattern sizes, σ = {}, {} repetitions\n{}",
        settings.path,
        certificate.sigma,
        settings.repeats,
        lines.join("\n")
    );
    if args.certify {
        doc.certificate = Some(certificate);
    }
    Answer::new(text, &facts)
}

fn row(flow: &FlowCertificate) -> String {
    let mut line = format!(
        "{:<34} within the 95 % quantile {:.2}, MMD² max {:.4} (quantile {:.4}), alive {:.2}",
        if flow.control { format!("control: {}", flow.name) } else { flow.name.clone() },
        flow.within_quantile,
        flow.mmd2_max,
        flow.quantile,
        flow.alive
    );
    if let Some(residual) = flow.residual {
        line += &format!(", residual {residual:.1e}");
    }
    if let Some(cosine) = flow.cosine {
        line += &format!(", cosine to the truth {cosine:.4}");
    }
    if let Some(spectrum) = &flow.lyapunov {
        let exponents: Vec<String> = spectrum.exponents.iter().map(|e| format!("{e:.3}")).collect();
        line += &format!(", λ {} (Kaplan-Yorke {:.3})", exponents.join(" "), spectrum.kaplan_yorke);
    }
    line
}
