//! `unstill learn`: the background training of the window, with the terminal looking on.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context as _;
use clap::ValueEnum;
use serde_json::json;

use super::output::{Answer, Progress, finite, load};
use crate::learn::{Drive, Phase, StepStats};
use crate::rule::{FlowKind, NetShape};
use crate::scene::{Scene, check_writable};
use crate::worker::{Event, Reason, Training};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Scene with the picture to learn
    scene: PathBuf,
    /// Scene to write [default: the same file]
    #[arg(short, long, value_name = "OUT.ron")]
    out: Option<PathBuf>,
    /// Optimiser steps of the energy [default: what the scene says]. Without --flow-steps, those of the flow follow in
    /// the scene's proportion
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    steps: Option<u64>,
    /// Optimiser steps of the learned flow
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    flow_steps: Option<u64>,
    /// Same seed, same machine, same rule
    #[arg(long)]
    seed: Option<u64>,
    /// Whether to learn a flow after the energy [default: what the scene says]
    #[arg(long)]
    flow: Option<FlowName>,
    /// What must not vanish in the learned flow [default: what the scene says]
    #[arg(long)]
    drive: Option<DriveName>,
    /// Go on from the weights that the scene has
    #[arg(long = "continue")]
    resume: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum FlowName {
    None,
    Learned,
}

#[derive(Clone, Copy, ValueEnum)]
enum DriveName {
    Forward,
    Any,
}

pub(super) fn run(args: &Args, quiet: bool) -> anyhow::Result<Answer> {
    let out = args.out.as_ref().unwrap_or(&args.scene);
    let mut scene = load(&args.scene)?.scene;
    check_writable(out)?;
    apply(args, &mut scene);
    if args.resume && scene.rule.is_none() {
        anyhow::bail!("{}: there are no weights to go on from; leave --continue out", args.scene.display());
    }
    if let (true, Some(rule)) = (args.resume, &scene.rule) {
        let wanted = NetShape {
            species: scene.snapshot.species_count(),
            phi: scene.training.phi,
            rho: scene.training.rho,
            outputs: 1,
        };
        let has = rule.energy.shape;
        anyhow::ensure!(
            has == wanted,
            "{}: its weights are of another shape ({} species, φ {:?}, ρ {:?}) than its picture and settings ask for \
             ({}, {:?}, {:?}); leave --continue out to learn anew",
            args.scene.display(),
            has.species,
            has.phi,
            has.rho,
            wanted.species,
            wanted.phi,
            wanted.rho,
        );
    }
    let begun = Instant::now();
    let start = scene.rule.clone().filter(|_| args.resume);
    let training = Training::start(scene.snapshot.clone(), scene.ensemble, scene.training, start);
    stop_on_interrupt(&training)?;
    let outcome = follow(&training, quiet);
    // After a failure these are the last good weights: better than none, but no reason to give up an older rule.
    let replaces_a_rule = args.out.is_none() && scene.rule.is_some();
    let whole = outcome.as_ref().is_ok_and(|last| last.completed || args.resume);
    let newest = training.newest_rule().filter(|_| whole || !replaces_a_rule);
    if let Some(rule) = &newest {
        let learned_flow = rule.flow.is_some();
        scene.rule = Some(rule.as_ref().clone());
        // The old swarm and the old measurements belong to the old rule.
        (scene.state, scene.evidence) = (None, None);
        scene.live.flow = match scene.live.flow {
            _ if learned_flow => FlowKind::Learned,
            FlowKind::Learned => FlowKind::Exact,
            other => other,
        };
        scene.save(out)?;
    }
    let last = match outcome {
        Ok(last) if newest.is_none() => anyhow::bail!(
            "{}: stopped after {} steps, and the scene keeps the rule that it had (give -o to keep an unfinished one)",
            args.scene.display(),
            last.steps,
        ),
        Ok(last) => last,
        Err(message) if newest.is_some() => {
            anyhow::bail!("{}: {message} (saved in {})", args.scene.display(), out.display());
        }
        Err(message) if replaces_a_rule => {
            anyhow::bail!("{}: {message} (the scene keeps the rule that it had)", args.scene.display());
        }
        Err(message) => anyhow::bail!("{}: {message}", args.scene.display()),
    };
    let seconds = begun.elapsed().as_secs_f64();
    let facts = json!({
        "command": "learn",
        "scene": out,
        "steps": last.steps,
        "seconds": seconds,
        "energy_loss": finite(last.energy_loss),
        "flow_loss": last.flow_loss.and_then(finite),
        "learned_flow": last.flow_loss.is_some(),
        "seed": scene.training.seed,
    });
    let flow = last.flow_loss.map_or(String::new(), |loss| format!(", flow loss {loss:.4}"));
    let text = format!(
        "{}: learned in {} steps and {seconds:.1} s, energy loss {:.4}{flow}\nNext: unstill live {0} --png swarm.png, or unstill check {0}",
        out.display(),
        last.steps,
        last.energy_loss,
    );
    Answer::new(text, &facts)
}

/// Ctrl-C ends the training, not the program: what was learned so far is saved.
fn stop_on_interrupt(training: &Training) -> anyhow::Result<()> {
    let stop = training.stop_handle();
    ctrlc::set_handler(move || stop.stop()).context("Ctrl-C cannot be watched for")
}

/// The options into the settings of the scene, where they are saved.
fn apply(args: &Args, scene: &mut Scene) {
    let settings = &mut scene.training;
    if let Some(steps) = args.steps {
        let share = settings.flow_steps as f64 / settings.steps.max(1) as f64;
        settings.steps = steps as usize;
        settings.flow_steps = ((share * steps as f64).round() as usize).max(1);
    }
    if let Some(steps) = args.flow_steps {
        settings.flow_steps = steps as usize;
    }
    if let Some(seed) = args.seed {
        settings.seed = seed;
    }
    if let Some(flow) = args.flow {
        settings.flow = if flow == FlowName::Learned { FlowKind::Learned } else { FlowKind::None };
    }
    if let Some(drive) = args.drive {
        settings.drive = match drive {
            DriveName::Forward => Drive::Forward,
            DriveName::Any => Drive::Any,
        };
    }
}

/// How the run ended.
struct Last {
    /// All steps were done.
    completed: bool,
    steps: usize,
    /// Smoothed.
    energy_loss: f64,
    flow_loss: Option<f64>,
}

/// Shows the progress until the last event; an error is the sentence of the failure.
fn follow(training: &Training, quiet: bool) -> Result<Last, String> {
    let mut last = Last { completed: false, steps: 0, energy_loss: f64::NAN, flow_loss: None };
    let mut bar: Option<Progress> = None;
    loop {
        match training.events().recv() {
            Ok(Event::Progress(progress)) => {
                let StepStats { phase, step, steps, .. } = progress.stats;
                last.steps = step;
                let name = match phase {
                    Phase::Energy => {
                        last.energy_loss = progress.loss_smoothed;
                        "energy"
                    }
                    Phase::Flow => {
                        last.flow_loss = Some(progress.loss_smoothed);
                        "flow"
                    }
                };
                let bar = bar.get_or_insert_with(|| Progress::new(steps as u64, quiet));
                bar.phase(name);
                bar.at(step as u64, || {
                    let (loss, speed, eta_s) = (progress.loss_smoothed, progress.steps_per_s, progress.eta_s);
                    format!("loss {loss:.4}, {speed:.0} steps/s, {eta_s:.0} s left")
                });
            }
            Ok(Event::Finished { reason }) => {
                last.completed = reason == Reason::Completed;
                return Ok(last);
            }
            Ok(Event::Failed { message }) => return Err(message),
            // Only the window pauses.
            Ok(Event::Paused | Event::Resumed) => {}
            Err(_) => return Err("the training ended without a word; please report it".to_owned()),
        }
    }
}
