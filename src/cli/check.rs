//! `unstill check`: the fidelities of a rule, and what its flow does (design, section 5).

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use serde_json::json;

use super::live::{EngineName, SettingArgs};
use super::output::{Answer, Progress, load, number, rule_of, with_interval};
use super::truth;
use crate::jobs::{CheckEvent, CheckRun, Cores};
use crate::scene::{SwarmProject, check_writable};
use crate::worlds::swarm::doc::KeptLong;
use crate::worlds::swarm::measures::{CheckFindings, CheckSettings, FlowMeasurement, Measured, Motion};
use crate::worlds::swarm::rule::{GROW_STEPS, LiveSettings};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Scene with a learned rule
    scene: PathBuf,
    /// Live steps after which the pattern must be kept, or healed
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    steps: u32,
    /// Steps of the annealing from random
    #[arg(long, default_value_t = GROW_STEPS, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    grow_steps: u32,
    /// Configurations compared; fewer than 32 give rough values [default: 32, and 8 of them in the long run]
    #[arg(long, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    replicas: Option<u32>,
    /// Measure also what is kept after 100,000 live steps, with 8 replicas: takes about four times as long as all the rest
    #[arg(long)]
    long: bool,
    /// Measure in boxes of N times the area, with N times the particles (a whole picture: 4, 9, 16, ...)
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=CheckSettings::MAX_AREA as i64))]
    area: u32,
    /// Grow swarms of N particles, at the density of the samples; the ceiling shows what left-over ones cost
    #[arg(long, value_name = "N", conflicts_with_all = ["area", "certify"], value_parser = clap::value_parser!(u32).range(1..=100_000))]
    particles: Option<u32>,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Such small swarms run fastest on the processor
    #[arg(long, default_value = "cpu")]
    engine: EngineName,
    #[command(flatten)]
    settings: SettingArgs,
    /// Write the result into the scene as its evidence, with the settings it was measured at
    #[arg(long)]
    certify: bool,
    #[command(flatten)]
    truth: truth::TruthArgs,
}

impl Args {
    fn check_settings(&self) -> CheckSettings {
        let defaults = CheckSettings::DEFAULT;
        CheckSettings {
            steps: self.steps,
            grow_steps: self.grow_steps,
            replicas: self.replicas.map_or(defaults.replicas, |replicas| replicas as usize),
            seed: self.seed,
            long_steps: if self.long { CheckSettings::LONG_STEPS } else { 0 },
            long_replicas: self.replicas.map_or(defaults.long_replicas, |replicas| replicas as usize),
            area: self.area as usize,
            particles: self.particles.map(|particles| particles as usize),
            ..defaults
        }
    }
}

pub(super) fn run(args: &Args, quiet: bool) -> anyhow::Result<Answer> {
    let mut scene = load(&args.scene)?.project;
    if args.certify {
        check_writable(&args.scene)?;
    }
    let rule = rule_of(&scene, &args.scene)?;
    if let Some(film) = args.truth.film() {
        let live = args.settings.apply(&scene.world.live, rule)?;
        return truth::run(&args.truth, film, &scene, &args.scene, &live);
    }
    let live = args.settings.apply(&scene.world.live, rule)?;
    let findings = measure(args, &scene, live, quiet).with_context(|| args.scene.display().to_string())?;
    let answer = Answer::new(text(args, &live, &findings), &facts(args, &live, &findings))?;
    if args.certify {
        scene.world.evidence = Some(
            findings
                .evidence
                .context("the pattern cannot be distinguished from random, so there is nothing to certify")?,
        );
        scene.world.live = live;
        scene.save(&args.scene)?;
    }
    Ok(answer)
}

/// Shows the progress of the check to its end.
fn measure(args: &Args, scene: &SwarmProject, live: LiveSettings, quiet: bool) -> anyhow::Result<CheckFindings> {
    let (world, settings, engine) = (scene.world.clone(), args.check_settings(), args.engine.choice());
    let rule = rule_of(scene, &args.scene)?.clone();
    let run = CheckRun::start(Cores::Shared, move |progress| {
        CheckFindings::measure(&rule, (world.stills(), &world.ensemble), &live, settings, engine, progress)
    });
    let mut bar = Progress::new(settings.total_steps(1), quiet);
    for event in run.events() {
        match event {
            CheckEvent::Progress { phase, done, total } => {
                bar.phase(phase);
                bar.set_total(total);
                bar.at(done, String::new);
            }
            CheckEvent::Finished(findings) => return Ok(findings),
            CheckEvent::Failed(why) => bail!(why),
            CheckEvent::Stopped => {}
        }
    }
    bail!("the check was stopped before its end; start it again")
}

fn facts(args: &Args, live: &LiveSettings, findings: &CheckFindings) -> serde_json::Value {
    let CheckFindings { engine, ceiling, grown, flows, kept_long, healing, target_order, particles, box_l, .. } =
        findings;
    let own = &flows[0];
    json!({
        "command": "check",
        "scene": args.scene,
        "engine": engine,
        "replicas": args.check_settings().replicas,
        "area": args.area,
        "particles": particles,
        "grown_particles": args.particles.map_or(*particles, |particles| particles as usize),
        "box_l": box_l,
        "sigma_l": live.sigma_l,
        "steps": args.steps,
        "grow_steps": args.grow_steps,
        "seed": args.seed,
        "flow": live.flow,
        "ceiling": ceiling.value,
        "ceiling_interval": ceiling.interval,
        "grown": grown.value,
        "grown_interval": grown.interval,
        "kept": own.kept,
        "kept_interval": own.interval,
        "kept_long": kept_long,
        "healed": healing.healed.value,
        "healed_interval": healing.healed.interval,
        "scrambled": healing.scrambled,
        "motion": own.motion,
        "order": own.order,
        "target_order": target_order,
        "residual": own.residual,
        "flows": flows,
        "certified": args.certify,
    })
}

fn text(args: &Args, live: &LiveSettings, findings: &CheckFindings) -> String {
    let CheckFindings { engine, ceiling, grown, flows, kept_long, healing, target_order: target, particles, .. } =
        findings;
    let area = if args.area > 1 { format!(" in {} times the area", args.area) } else { String::new() };
    let left_over = args.particles.map_or_else(String::new, |n| format!(", for {n} particles that grow"));
    let mut lines = vec![
        format!(
            "{}: {} replicas of {particles} particles{area} at σ = {} ℓ on {engine}; intervals of 90 %",
            args.scene.display(),
            args.check_settings().replicas,
            live.sigma_l
        ),
        format!("ceiling  {}  (best growth{left_over}: 1 without left-over particles)", measured(ceiling)),
        format!("grown    {}  (random start, {} steps of annealing)", measured(grown), args.grow_steps),
        format!("healed   {}  ({} right after the scrambling)", measured(&healing.healed), number(healing.scrambled)),
    ];
    if let Some(long) = kept_long {
        let KeptLong { kept, interval, steps, replicas } = *long;
        let kept = with_interval(Some(kept), interval);
        lines.push(format!("kept     {kept}  (long run: {steps} live steps, {replicas} replicas)"));
    }
    for row in flows {
        lines.extend(flow_lines(args, row));
    }
    lines.push(format!(
        "target     polarisation {:.3}, in groups {:.3}, milling {:.3}",
        target.polarisation, target.polarisation_in_groups, target.milling
    ));
    lines.join("\n")
}

fn flow_lines(args: &Args, row: &FlowMeasurement) -> [String; 3] {
    let Motion { forward, lateral, turn, drift, mill_ratio, .. } = row.motion;
    let name = match (row.name, row.factor) {
        ("none", _) => "no flow".to_owned(),
        (_, Some(factor)) => format!("control: score only, energy times {factor:.2}"),
        (name, _) => {
            format!("{}{name} flow at strength {:.2}", if row.control { "control: " } else { "" }, row.strength)
        }
    };
    [
        format!(
            "kept     {}  ({name}, speed {} ℓ per time, {} live steps)",
            with_interval(row.kept, row.interval),
            number(row.speed),
            args.steps
        ),
        format!(
            "  motion    forward {forward:.3}, lateral {lateral:.3}, turn {turn:.3}, drift {drift:.3}, turn R / forward {}",
            number(mill_ratio)
        ),
        format!(
            "  order     polarisation {:.3}, in groups {:.3}, milling {:.3}; residual of equation (1) {}",
            row.order.polarisation,
            row.order.polarisation_in_groups,
            row.order.milling,
            row.residual.map_or("-".to_owned(), |r| format!("{r:.2e}")),
        ),
    ]
}

fn measured(value: &Measured) -> String {
    with_interval(value.value, value.interval)
}
