//! `unstill check` for the points world: which flows keep the cloud, and do the controls fail?

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde_json::{Map, Value, json};

use super::{doc_of, learned_of};
use crate::cli::background;
use crate::cli::output::Answer;
use crate::scene::Project;
use crate::worlds::points::cloud::TrueVelocities;
use crate::worlds::points::measures::{FlowCertificate, PointCheckSettings};
use crate::worlds::points::studio::PointsCheck;
use crate::worlds::studio::Learned;

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    /// Repetitions with other samples
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    repeats: u32,
    /// Path of each walker, in root mean square distances from the centre
    #[arg(long, default_value_t = 20.0)]
    path: f64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A known velocity to compare the flows with: a table with the columns x,y,vx,vy or x,y,z,vx,vy,vz [default: the one
    /// in the scene]
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
    /// Write the result into the scene
    #[arg(long)]
    pub certify: bool,
}

pub(in crate::cli) fn run(args: &Args, project: &mut Project, quiet: bool) -> anyhow::Result<Answer> {
    let doc = doc_of(project)?;
    learned_of(doc)?;
    if !(args.path > 0.0 && args.path <= 10_000.0) {
        bail!("--path {} must be above 0 and at most 10000; the default is 20", args.path);
    }
    let settings =
        PointCheckSettings { seed: args.seed, repeats: args.repeats, path: args.path, ..PointCheckSettings::default() };
    let truth = args.truth.as_deref().map(|path| truth_of(path, doc.dim)).transpose()?;
    let check = PointsCheck::new(doc, &settings, truth)
        .context("there is nothing to check; run `unstill learn` on this scene first")?;
    let Learned::PointCertificate(certificate) = background::check(check, quiet)? else {
        bail!("the check found something else than a certificate of flows");
    };
    let mut flows = Map::new();
    for flow in &certificate.flows {
        let mut facts = serde_json::to_value(flow)?;
        facts["keeps_cloud"] = flow.keeps_cloud().into();
        flows.insert(flow.name.clone(), facts);
    }
    let facts = json!({
        "command": "check", "world": "points", "sigma": certificate.sigma, "repeats": settings.repeats, "path": settings.path,
        "flows": Value::Object(flows), "fresh": certificate.fresh, "fresh_within": certificate.fresh_within, "mutual_cosines": certificate.mutual_cosines,
        "certified": args.certify,
    });
    let mut lines = vec![format!(
        "walkers carried by the flow alone over {} pattern sizes, σ = {}, {} repetitions (controls {})",
        settings.path, certificate.sigma, settings.repeats, settings.control_repeats
    )];
    if let (Some(fresh), Some(within)) = (certificate.fresh, certificate.fresh_within) {
        lines.push(format!(
            "{:<34}       within the 95 % quantile {within:.2} (single pairs {:.2} ± {:.2})",
            "samples of the cloud itself", fresh.mean, fresh.error
        ));
    }
    lines.extend(certificate.flows.iter().map(row));
    if certificate.mutual_cosines.len() > 1 {
        lines.push("mean cosine between each two flows:".to_owned());
        for (cosines, flow) in certificate.mutual_cosines.iter().zip(&certificate.flows) {
            let cosines: Vec<String> = cosines.iter().map(|cosine| format!("{cosine:6.3}")).collect();
            lines.push(format!("{:<20}{}", flow.name, cosines.join(" ")));
        }
    }
    let text = lines.join("\n");
    if args.certify {
        doc.certificate = Some(*certificate);
    }
    Answer::new(text, &facts)
}

fn truth_of(path: &Path, dim: usize) -> anyhow::Result<TrueVelocities> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{}: the table cannot be read; check its name", path.display()))?;
    let truth = TrueVelocities::read(&text).with_context(|| path.display().to_string())?;
    if truth.dim != dim {
        bail!(
            "{}: these are velocities in {} dimensions, and the cloud has {dim}; give a table of the same system",
            path.display(),
            truth.dim
        );
    }
    Ok(truth)
}

fn row(flow: &FlowCertificate) -> String {
    let mut line = format!(
        "{:<34} {} within the 95 % quantile {:.2} (single pairs {:.2} ± {:.2}), MMD² changes by {:.5} ± {:.5}, at most {:.5} (quantile {:.5}), \
         alive {:.2}",
        if flow.control { format!("control: {}", flow.name) } else { flow.name.clone() },
        if flow.keeps_cloud() { "keeps" } else { "FAILS" },
        flow.within_quantile,
        flow.pairs_within.unwrap_or_default(),
        flow.within_error,
        flow.mmd2.mean,
        flow.mmd2.error,
        flow.mmd2_max,
        flow.quantile,
        flow.alive
    );
    if let Some(error) = flow.grid_error {
        line += &format!(", grid error {error:.1e}");
    }
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
