//! `unstill learn`: the background training of the window, with the terminal looking on.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;

use super::background::{older_rule_kept, stop_on_interrupt};
use super::output::{Answer, Progress, finite, load};
use super::training::TrainingArgs;
use crate::jobs::{Event, Pace, Reason, Training, left_s};
use crate::scene::{SwarmProject, check_writable};
use crate::worlds::swarm::doc::{Flows, LearnedFlow, MAX_FLOWS};
use crate::worlds::swarm::picture::{HOLD_OUT_EVERY, Part, SuggestedCutoff};
use crate::worlds::swarm::rule::{FlowKind, NetShape, Rule};
use crate::worlds::swarm::train::{Drive, Phase, StepStats, TrainingSettings};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Scene with the picture to learn
    scene: PathBuf,
    /// Scene to write [default: the same file]
    #[arg(short, long, value_name = "OUT.ron")]
    out: Option<PathBuf>,
    #[command(flatten)]
    settings: TrainingArgs,
    /// Go on from the weights that the scene has
    #[arg(long = "continue")]
    resume: bool,
    /// Leave the energy as it is and learn one more flow for it, which then plays [default seed: the next one]
    #[arg(long, conflicts_with = "resume")]
    add_flow: bool,
}

pub(super) fn run(args: &Args, quiet: bool) -> anyhow::Result<Answer> {
    let out = args.out.as_ref().unwrap_or(&args.scene);
    let mut scene = load(&args.scene)?.project;
    check_writable(out)?;
    let before = scene.world.training;
    apply(&args.settings, &mut scene, quiet);
    let settings = &mut scene.world.training;
    let seed = if args.settings.has("seed") { settings.seed } else { scene.world.flows.next_seed() };
    let another = AddedFlow { seed, drive: settings.drive };
    if args.add_flow {
        // Those of the first flow.
        (settings.seed, settings.drive) = (before.seed, before.drive);
    }
    if args.resume && scene.world.rule.is_none() {
        anyhow::bail!("{}: there are no weights to continue from; leave --continue out", args.scene.display());
    }
    if let (true, Some(rule)) = (args.resume, &scene.world.rule) {
        let wanted = NetShape {
            species: scene.world.stills().species_count(),
            phi: scene.world.training.phi,
            rho: scene.world.training.rho,
            outputs: 1,
        };
        let has = rule.energy.shape;
        anyhow::ensure!(
            // Species may have come or gone since.
            NetShape { species: wanted.species, ..has } == wanted,
            "{}: its weights are of another shape ({} species, φ {:?}, ρ {:?}) than its picture and settings ask for \
             ({}, {:?}, {:?}); leave --continue out to learn from scratch",
            args.scene.display(),
            has.species,
            has.phi,
            has.rho,
            wanted.species,
            wanted.phi,
            wanted.rho,
        );
    }
    if args.add_flow {
        anyhow::ensure!(
            scene.world.rule.is_some(),
            "{}: there is no energy yet to learn a flow for; leave --add-flow out",
            args.scene.display()
        );
        anyhow::ensure!(
            scene.world.flows.list.len() < MAX_FLOWS,
            "{}: it has {MAX_FLOWS} flows, the limit of a scene; delete one in the window",
            args.scene.display()
        );
    }
    let begun = Instant::now();
    let start = scene.world.rule.clone().filter(|_| args.resume);
    // The bar alone shows what is left. The run itself refuses invalid pictures.
    let pace = if quiet {
        None
    } else {
        Pace::measure(&scene.world.snapshot, &scene.world.ensemble, &scene.world.training, &|| false).ok()
    };
    let training = match scene.world.rule.clone().filter(|_| args.add_flow) {
        Some(rule) => {
            let settings = TrainingSettings { seed: another.seed, drive: another.drive, ..scene.world.training };
            Training::another_flow(scene.world.stills(), scene.world.ensemble, settings, (*rule).clone())
        }
        None => Training::start(
            scene.world.stills(),
            scene.world.ensemble,
            scene.world.training,
            start.map(Arc::unwrap_or_clone),
        ),
    };
    stop_on_interrupt(training.stop_handle())?;
    let outcome = follow(&training, pace.as_ref(), &scene.world.training, quiet);
    // After a failure these are the last good weights: better than none, but no reason to give up an older rule.
    let replaces_a_rule = args.out.is_none() && scene.world.rule.is_some();
    let whole = outcome.as_ref().is_ok_and(|last| last.completed || args.resume || args.add_flow);
    let newest = training.newest_rule().filter(|_| whole || !replaces_a_rule);
    if let Some(rule) = &newest {
        let learned_flow = rule.flow.is_some();
        keep_flows(args, &mut scene, rule, &another);
        scene.world.rule = Some(rule.clone());
        // The old swarm and the old measurements belong to the old rule.
        (scene.world.state, scene.world.evidence) = (None, None);
        scene.world.live.flow = match scene.world.live.flow {
            _ if learned_flow => FlowKind::Learned,
            FlowKind::Learned => FlowKind::Exact,
            other => other,
        };
        scene.save(out)?;
    }
    let last = match outcome {
        Ok(last) if newest.is_none() => {
            anyhow::bail!("{}: {}", args.scene.display(), older_rule_kept(last.steps));
        }
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
    let stills = scene.world.stills();
    let facts = json!({
        "command": "learn",
        "scene": out,
        "snapshots": stills.count(),
        "held_out": if stills.count() < HOLD_OUT_EVERY { 0 } else { stills.indices(Part::HeldOut).len() },
        "steps": last.steps,
        "seconds": seconds,
        "energy_loss": finite(last.energy_loss),
        "flows": scene.world.flows.list.len(),
        "flow_loss": last.flow_loss.and_then(finite),
        "learned_flow": last.flow_loss.is_some(),
        "seed": if args.add_flow { another.seed } else { scene.world.training.seed },
    });
    let flow = last.flow_loss.map_or(String::new(), |loss| format!(", flow loss {loss:.4}"));
    let energy = if args.add_flow { String::new() } else { format!(", energy loss {:.4}", last.energy_loss) };
    let text = format!(
        "{}: learned in {} steps and {seconds:.1} s{energy}{flow}\nNext: unstill live {0} --png swarm.png, or unstill check {0}",
        out.display(),
        last.steps,
    );
    Answer::new(text, &facts)
}

/// A flow beside those that the scene has.
struct AddedFlow {
    seed: u64,
    drive: Drive,
}

/// The list of flows with the one that was learned, which plays.
fn keep_flows(args: &Args, scene: &mut SwarmProject, rule: &Rule, another: &AddedFlow) {
    let flows = &mut scene.world.flows;
    if args.add_flow {
        if let Some(net) = rule.flow.clone() {
            flows.chosen = flows.list.len();
            flows.list.push(LearnedFlow::new(net, another.seed, another.drive));
        }
        return;
    }
    if args.resume && rule.flow.is_some() && !flows.list.is_empty() {
        flows.learned_on(rule);
    } else {
        *flows = Flows::of(rule, &scene.world.training);
    }
}

/// The options into the settings of the scene, where they are saved.
fn apply(given: &TrainingArgs, scene: &mut SwarmProject, quiet: bool) {
    let TrainingSettings { steps, flow_steps, .. } = scene.world.training;
    given.apply(&mut scene.world.training);
    if given.is_auto("cutoff_l") {
        take_suggested_cutoff(scene, quiet);
    }
    if given.has("steps") && !given.has("flow_steps") {
        let share = flow_steps as f64 / steps.max(1) as f64;
        let settings = &mut scene.world.training;
        settings.flow_steps = ((share * settings.steps as f64).round() as usize).max(1);
    }
}

/// The cutoff as far as the picture is correlated, and what it costs.
fn take_suggested_cutoff(scene: &mut SwarmProject, quiet: bool) {
    let (snapshot, before_l) = (&scene.world.snapshot, scene.world.training.cutoff_l);
    let SuggestedCutoff { cutoff_l, correlation_l } = snapshot.suggested_cutoff(&scene.world.ensemble);
    let [now, before] = [cutoff_l, before_l].map(|cutoff_l| snapshot.mean_neighbours(cutoff_l));
    scene.world.training.cutoff_l = cutoff_l;
    if !quiet {
        let ratio = if before > 0.0 {
            format!("; {:.1} times as many, and a step takes about as much longer", now / before)
        } else {
            String::new()
        };
        eprintln!(
            "cutoff {cutoff_l:.1} ℓ, as particles are correlated over {correlation_l:.1} ℓ: {now:.1} neighbours each, \
             {before:.1} at {before_l:.1} ℓ{ratio}"
        );
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
fn follow(training: &Training, pace: Option<&Pace>, settings: &TrainingSettings, quiet: bool) -> Result<Last, String> {
    let mut last = Last { completed: false, steps: 0, energy_loss: f64::NAN, flow_loss: None };
    let mut bar: Option<Progress> = None;
    loop {
        match training.events().recv() {
            Ok(Event::Progress(progress)) => {
                let StepStats { phase, step, steps, .. } = progress.stats;
                last.steps = step;
                let name = match phase {
                    Phase::Energy | Phase::Contrast => {
                        last.energy_loss = progress.loss_smoothed;
                        if phase == Phase::Energy { "energy" } else { "contrast" }
                    }
                    Phase::Flow => {
                        last.flow_loss = Some(progress.loss_smoothed);
                        "flow"
                    }
                };
                let bar = bar.get_or_insert_with(|| Progress::new(steps as u64, quiet));
                bar.phase(name);
                bar.at(step as u64, || {
                    let (loss, speed) = (progress.loss_smoothed, progress.steps_per_s);
                    let left = left_s(pace, settings, progress.stats, speed);
                    let left = left.map_or(String::new(), |seconds| format!(", {seconds:.0} s left"));
                    format!("loss {loss:.4}, {speed:.0} steps/s{left}")
                });
            }
            Ok(Event::Finished { reason }) => {
                last.completed = reason == Reason::Completed;
                return Ok(last);
            }
            Ok(Event::Failed { message }) => return Err(message),
            // Only the window pauses.
            Ok(Event::Paused | Event::Resumed) => {}
            Err(_) => return Err("the training ended without a result; please report it".to_owned()),
        }
    }
}
