//! `unstill check`: the fidelities of a rule, and what its flow does (design, section 5).

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use serde_json::json;

use super::live::{EngineName, SettingArgs};
use super::output::{Answer, Progress, load, number, rule_of};
use crate::engine::Headless;
use crate::observe::{Check, CheckError, CheckProgress, CheckSettings, Healing, Kept, Motion, Order};
use crate::rule::{FlowKind, GROW_STEPS, LiveSettings};
use crate::scene::{Evidence, Scene, check_writable};
use crate::snapshot::Swarm;

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
    /// Configurations compared; fewer than 32 are measured too roughly to tell of
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    replicas: u32,
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
}

/// The bar that a measurement moves.
struct Bar(Mutex<Progress>);

impl Bar {
    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CheckProgress for Bar {
    fn phase(&self, name: &'static str) {
        self.lock().phase(name);
    }

    fn advance(&self, steps: u64) {
        let mut bar = self.lock();
        let position = bar.position() + steps;
        bar.at(position, String::new);
    }
}

pub(super) fn run(args: &Args, quiet: bool) -> anyhow::Result<Answer> {
    let mut scene = load(&args.scene)?.scene;
    if args.certify {
        check_writable(&args.scene)?;
    }
    rule_of(&scene, &args.scene)?;
    let (text, facts, evidence) = measure(args, &scene, quiet).with_context(|| args.scene.display().to_string())?;
    if args.certify {
        scene.evidence =
            Some(evidence.context("the pattern cannot be told from random, so there is nothing to certify")?);
        scene.live = args.settings.apply(&scene.live, rule_of(&scene, &args.scene)?)?;
        scene.save(&args.scene)?;
    }
    Answer::new(text, &facts)
}

fn measure(args: &Args, scene: &Scene, quiet: bool) -> anyhow::Result<(String, serde_json::Value, Option<Evidence>)> {
    let rule = rule_of(scene, &args.scene)?;
    let live = args.settings.apply(&scene.live, rule)?;
    let headless = Headless::new(args.engine.choice())?;
    let mut flows = vec![live.flow];
    for flow in [FlowKind::Exact, FlowKind::Learned] {
        if !flows.contains(&flow) && (flow != FlowKind::Learned || rule.flow.is_some()) {
            flows.push(flow);
        }
    }
    let settings = CheckSettings {
        steps: args.steps,
        grow_steps: args.grow_steps,
        replicas: args.replicas as usize,
        seed: args.seed,
    };
    let bar = Bar(Mutex::new(Progress::new(settings.total_steps(flows.len()), quiet)));
    let check = Check::new(rule, (&scene.snapshot, &scene.ensemble), &live, settings, &headless, &bar)?;

    let grown = check.grown()?;
    let kept = flows.iter().map(|&flow| measure_flow(&check, flow)).collect::<Result<Vec<_>, CheckError>>()?;
    let healing = check.healing()?;
    let started = &check.started;
    let denoised = |swarm: &Swarm| -> anyhow::Result<Swarm> { Ok(check.engine(swarm, &live, 0)?.shown()?) };
    let target_order = started.iter().map(|s| Ok(Order::of(s, &denoised(s)?))).collect::<anyhow::Result<Vec<_>>>()?;
    let target_order = Order::mean(&target_order);

    let main = &kept[0];
    let evidence = check.evidence(grown, main.kept, healing.healed).ok();
    let facts = json!({
        "command": "check",
        "scene": args.scene,
        "engine": headless.describe(),
        "replicas": args.replicas,
        "particles": started[0].len(),
        "box_l": started[0].box_size,
        "sigma_l": live.sigma_l,
        "steps": args.steps,
        "grow_steps": args.grow_steps,
        "seed": args.seed,
        "flow": live.flow,
        "grown": grown,
        "kept": main.kept,
        "healed": healing.healed,
        "scrambled": healing.scrambled,
        "motion": main.motion,
        "order": main.order,
        "target_order": target_order,
        "residual": main.residual,
        "flows": kept,
        "certified": args.certify,
    });
    Ok((text(args, &live, &headless, grown, &kept, &healing, &target_order), facts, evidence))
}

/// What a flow keeps, with its residual.
fn measure_flow(check: &Check, flow: FlowKind) -> Result<Kept, CheckError> {
    Ok(Kept { residual: check.residual(flow)?, ..check.kept(flow)? })
}

fn text(
    args: &Args,
    live: &LiveSettings,
    headless: &Headless,
    grown: Option<f64>,
    kept: &[Kept],
    healing: &Healing,
    target: &Order,
) -> String {
    let mut lines = vec![
        format!(
            "{}: {} replicas at σ = {} ℓ on {}",
            args.scene.display(),
            args.replicas,
            live.sigma_l,
            headless.describe()
        ),
        format!("grown    {}  (random start, {} steps of annealing)", number(grown), args.grow_steps),
        format!("healed   {}  ({} right after the scrambling)", number(healing.healed), number(healing.scrambled)),
    ];
    for k in kept {
        let Motion { forward, lateral, turn, drift, mill_ratio, .. } = k.motion;
        lines.push(format!("kept     {}  (flow {:?}, {} live steps)", number(k.kept), k.flow, args.steps));
        lines.push(format!(
            "  motion    forward {forward:.3}, lateral {lateral:.3}, turn {turn:.3}, drift {drift:.3}, turn R / forward {}",
            number(mill_ratio)
        ));
        lines.push(format!(
            "  order     polarisation {:.3}, in groups {:.3}, milling {:.3}; residual of equation (1) {}",
            k.order.polarisation,
            k.order.polarisation_in_groups,
            k.order.milling,
            k.residual.map_or("-".to_owned(), |r| format!("{r:.2e}")),
        ));
    }
    lines.push(format!(
        "target     polarisation {:.3}, in groups {:.3}, milling {:.3}",
        target.polarisation, target.polarisation_in_groups, target.milling
    ));
    lines.join("\n")
}
