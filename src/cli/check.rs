//! `unstill check`: the fidelities of a rule, and what its flow does (design, section 5).

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::Context as _;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::json;

use super::growth::{self, grow};
use super::live::{EngineName, SettingArgs};
use super::measure::{Motion, Order, species_of, target_swarms};
use super::output::{Answer, Progress, finite, load, number, rule_of};
use crate::engine::{Engine, Headless};
use crate::observe::{Fidelity, relative_residual, scattered, scrambled};
use crate::rule::{FlowKind, LiveSettings, Rule};
use crate::scene::{Evidence, Scene, check_writable};
use crate::snapshot::Swarm;

/// Samples that the residual is measured on; each takes seconds, and the exact flow leaves nothing to average.
const RESIDUAL_SAMPLES: usize = 2;
/// Steps between two signs of life.
const CHUNK: u32 = 100;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Scene with a learned rule
    scene: PathBuf,
    /// Live steps after which the pattern must be kept, or healed
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    steps: u32,
    /// Steps of the annealing from random
    #[arg(long, default_value_t = growth::DEFAULT_STEPS as u32, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
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

/// A check in the making.
struct Check<'a> {
    rule: &'a Rule,
    live: LiveSettings,
    headless: Headless,
    args: &'a Args,
    scale: Fidelity,
    bar: Mutex<Progress>,
}

#[derive(Serialize)]
struct Healing {
    /// Fidelity straight after the scrambling.
    scrambled: Option<f64>,
    healed: Option<f64>,
}

/// What a flow kept, and how it moved.
#[derive(Serialize)]
struct Kept {
    flow: FlowKind,
    kept: Option<f64>,
    motion: Motion,
    order: Order,
    /// Of equation (1), relative to the motion: 0 is exact, 1 is ignorance.
    residual: Option<f64>,
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
    let mut rng = StdRng::seed_from_u64(args.seed);
    let replicas = args.replicas as usize;
    let mut draw = || target_swarms(&scene.snapshot, &scene.ensemble, rule, live.sigma_l, replicas, &mut rng);
    let (target, other, started) = (draw()?, draw()?, draw()?);
    let scale = Fidelity::from_samples(species_of(rule, &scene.snapshot), &target, &other, &mut rng);

    let mut flows = vec![live.flow];
    for flow in [FlowKind::Exact, FlowKind::Learned] {
        if !flows.contains(&flow) && (flow != FlowKind::Learned || rule.flow.is_some()) {
            flows.push(flow);
        }
    }
    let steps = u64::from(args.steps);
    let total = args.replicas as u64 * (u64::from(args.grow_steps) + steps * (flows.len() as u64 + 1));
    let bar = Mutex::new(Progress::new(total, quiet));
    let check = Check { rule, live, headless, args, scale, bar };

    let grown = check.grown(&target)?;
    let kept = flows.iter().map(|&flow| check.kept(flow, &started)).collect::<anyhow::Result<Vec<_>>>()?;
    let healing = check.healing(&started)?;
    let denoised = |swarm: &Swarm| -> anyhow::Result<Swarm> { Ok(check.engine(swarm, &live, 0)?.shown()?) };
    let target_order = started.iter().map(|s| Ok(Order::of(s, &denoised(s)?))).collect::<anyhow::Result<Vec<_>>>()?;
    let target_order = Order::mean(&target_order);

    let main = &kept[0];
    let evidence = match (grown, main.kept, healing.healed) {
        (Some(grown), Some(kept), Some(healed)) => Some(Evidence {
            grown,
            kept,
            healed,
            live_steps: args.steps as usize,
            replicas,
            seed: args.seed,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }),
        _ => None,
    };
    let facts = json!({
        "command": "check",
        "scene": args.scene,
        "engine": check.headless.describe(),
        "replicas": replicas,
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
    Ok((text(&args.scene, &check, grown, &kept, &healing, &target_order), facts, evidence))
}

fn text(path: &Path, check: &Check, grown: Option<f64>, kept: &[Kept], healing: &Healing, target: &Order) -> String {
    let args = check.args;
    let mut lines = vec![
        format!(
            "{}: {} replicas at σ = {} ℓ on {}",
            path.display(),
            args.replicas,
            check.live.sigma_l,
            check.headless.describe()
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

impl Check<'_> {
    fn engine(&self, swarm: &Swarm, live: &LiveSettings, replica: usize) -> anyhow::Result<Engine> {
        let seed = self.args.seed.wrapping_add(1 + replica as u64);
        Ok(self.headless.engine(self.rule, swarm, live, seed)?)
    }

    /// One result per replica; side by side on the processor.
    fn each<T: Send>(
        &self,
        swarms: &[Swarm],
        of: impl Fn(usize, &Swarm) -> anyhow::Result<T> + Sync,
    ) -> anyhow::Result<Vec<T>> {
        if self.headless.gpu().is_some() {
            swarms.iter().enumerate().map(|(k, swarm)| of(k, swarm)).collect()
        } else {
            swarms.par_iter().enumerate().map(|(k, swarm)| of(k, swarm)).collect()
        }
    }

    fn bar(&self) -> std::sync::MutexGuard<'_, Progress> {
        self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn advance(&self, steps: u64) {
        let mut bar = self.bar();
        let position = bar.position() + steps;
        bar.at(position, String::new);
    }

    fn run_live(&self, engine: &mut Engine) {
        let mut left = self.args.steps;
        while left > 0 {
            let now = CHUNK.min(left);
            engine.run(now);
            left -= now;
            self.advance(u64::from(now));
        }
    }

    fn grown(&self, like: &[Swarm]) -> anyhow::Result<Option<f64>> {
        self.bar().phase("growing");
        let steps = self.args.grow_steps as usize;
        let grown = self.each(like, |k, like| {
            let start = scattered(like, &mut self.rng(1, k));
            let mut engine = self.engine(&start, &self.live, k)?;
            let mut before = 0;
            grow(&mut engine, &self.live, steps, |_, done| -> anyhow::Result<()> {
                self.advance((done - before) as u64);
                before = done;
                Ok(())
            })?;
            Ok(engine.swarm()?)
        })?;
        Ok(finite(self.scale.of_swarms(&grown)))
    }

    fn kept(&self, flow: FlowKind, start: &[Swarm]) -> anyhow::Result<Kept> {
        self.bar().phase("keeping");
        let live = LiveSettings { flow, denoised: true, ..self.live };
        let ends = self.each(start, |k, start| {
            let mut engine = self.engine(start, &live, k)?;
            self.run_live(&mut engine);
            let (swarm, denoised) = (engine.swarm()?, engine.shown()?);
            let motion = Motion::of(&swarm, &engine.flows()?, &denoised);
            Ok((Order::of(&swarm, &denoised), motion, swarm))
        })?;
        let orders: Vec<Order> = ends.iter().map(|end| end.0).collect();
        let motions: Vec<Motion> = ends.iter().map(|end| end.1).collect();
        let swarms: Vec<Swarm> = ends.into_iter().map(|end| end.2).collect();
        let residual = match flow {
            FlowKind::None => None,
            _ => finite(relative_residual(self.rule, &live, &start[..RESIDUAL_SAMPLES.min(start.len())])?),
        };
        Ok(Kept {
            flow,
            kept: finite(self.scale.of_swarms(&swarms)),
            motion: Motion::mean(&motions),
            order: Order::mean(&orders),
            residual,
        })
    }

    /// A disc around the middle, half as wide as the shorter side of the box, is scrambled.
    fn healing(&self, start: &[Swarm]) -> anyhow::Result<Healing> {
        self.bar().phase("healing");
        let (hurt, healed): (Vec<Swarm>, Vec<Swarm>) = self
            .each(start, |k, start| {
                let [width, height] = start.box_size;
                let radius_l = 0.25 * width.min(height);
                let (hurt, _) = scrambled(start, [0.5 * width, 0.5 * height], radius_l, &mut self.rng(2, k));
                let mut engine = self.engine(&hurt, &self.live, k)?;
                self.run_live(&mut engine);
                Ok((hurt, engine.swarm()?))
            })?
            .into_iter()
            .unzip();
        Ok(Healing { scrambled: finite(self.scale.of_swarms(&hurt)), healed: finite(self.scale.of_swarms(&healed)) })
    }

    /// The same whatever the order in which replicas run.
    fn rng(&self, stage: u64, replica: usize) -> StdRng {
        StdRng::seed_from_u64(self.args.seed ^ (stage << 56) ^ ((replica as u64 + 1) << 32))
    }
}
