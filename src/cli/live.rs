//! `unstill live`: runs the rule of a scene without a window.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use clap::ValueEnum;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::json;

use super::film::{FilmArgs, Films};
use super::knobs::KnobArgs;
use super::output::{Answer, Progress, finite, load, number, rule_of, warn};
use super::trajectory::TrajectoryArgs;
use crate::formats::write_csv;
use crate::gpu::EngineChoice;
use crate::media::picture;
use crate::scene::{SwarmProject, check_writable, write_atomic};
use crate::worlds::swarm::doc::{LiveState, MAX_LIVE_PARTICLES};
use crate::worlds::swarm::engine::{Growth, Headless};
use crate::worlds::swarm::measures::{Fidelity, Motion, Order, noised, species_of, target_swarms};
use crate::worlds::swarm::picture::{Mode, Part, Particle, Sampler, Swarm};
use crate::worlds::swarm::rule::{FlowKind, GROW_STEPS, LiveSettings, Rule};

/// Particles of a live swarm when neither the command line nor the scene gives a number.
const DEFAULT_PARTICLES: usize = 300;
/// Configurations along the last half of the run that the fidelity is measured on.
const MEASURED_SWARMS: usize = 8;
/// Above this the fidelity is left out: making samples of the target to compare with would take longer than the run.
const MEASURED_PARTICLES: usize = 20_000;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Scene with a learned rule
    scene: PathBuf,
    /// Where the swarm begins: random grows it by annealing first, snapshot is a sample of the picture, state is the
    /// swarm saved in the scene
    #[arg(long, default_value = "random")]
    from: From,
    /// Particles of the swarm [default: the scene's value, or 300]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=MAX_LIVE_PARTICLES as u64))]
    particles: Option<u64>,
    /// Live steps
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(0..=1_000_000_000))]
    steps: u32,
    /// Steps of the annealing of --from random
    #[arg(long, default_value_t = GROW_STEPS, value_parser = clap::value_parser!(u32).range(0..=1_000_000_000))]
    grow_steps: u32,
    /// Of the start and of the noise: same seed, same engine, same swarm
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// auto takes a real GPU or else the processor; gpu also takes one made of software
    #[arg(long, default_value = "auto")]
    engine: EngineName,
    #[command(flatten)]
    settings: SettingArgs,
    /// Write the last particles, with a line that gives the box
    #[arg(long, value_name = "OUT")]
    csv: Option<PathBuf>,
    /// Write the last picture
    #[arg(long, value_name = "OUT")]
    png: Option<PathBuf>,
    #[command(flatten)]
    films: FilmArgs,
    #[command(flatten)]
    trajectory: TrajectoryArgs,
    /// Write the scene with the last swarm and these settings in it
    #[arg(short, long, value_name = "OUT.ron")]
    out: Option<PathBuf>,
    /// Longer side of the PNG, pixels
    #[arg(long, default_value_t = 800, value_parser = clap::value_parser!(u32).range(16..=8192))]
    size: u32,
    /// Show and write the particles as they move, with their noise, instead of denoised
    #[arg(long)]
    raw: bool,
}

/// What may be turned without learning again. Each left out is as the scene has it.
#[derive(clap::Args)]
pub(super) struct SettingArgs {
    #[command(flatten)]
    knobs: KnobArgs,
    /// Which flow moves the swarm
    #[arg(long)]
    flow: Option<LiveFlowArg>,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum From {
    Random,
    Snapshot,
    State,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum EngineName {
    Auto,
    Gpu,
    Cpu,
}

impl EngineName {
    pub fn choice(self) -> EngineChoice {
        match self {
            Self::Auto => EngineChoice::Auto,
            Self::Gpu => EngineChoice::Gpu,
            Self::Cpu => EngineChoice::Cpu,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum LiveFlowArg {
    Exact,
    Learned,
    None,
}

impl SettingArgs {
    /// # Errors
    /// Settings that `rule` cannot run with.
    pub fn apply(&self, live: &LiveSettings, rule: &Rule) -> anyhow::Result<LiveSettings> {
        let mut live = *live;
        self.knobs.apply(&mut live);
        if let Some(flow) = self.flow {
            live.flow = match flow {
                LiveFlowArg::Exact => FlowKind::Exact,
                LiveFlowArg::Learned => FlowKind::Learned,
                LiveFlowArg::None => FlowKind::None,
            };
        }
        live.validate(rule)?;
        Ok(live)
    }
}

pub(super) fn run(args: &Args, quiet: bool) -> anyhow::Result<Answer> {
    let mut scene = load(&args.scene)?.project;
    let rule = rule_of(&scene, &args.scene)?.clone();
    let place = || args.scene.display().to_string();
    let mut live = args.settings.apply(&scene.world.live, &rule).with_context(place)?;
    live.denoised &= !args.raw;
    for out in [&args.csv, &args.png, &args.out].into_iter().flatten() {
        check_writable(out)?;
    }
    let mut rng = StdRng::seed_from_u64(args.seed);
    let start = start_swarm(args, &scene, &live, &mut rng).with_context(place)?;
    let (particles, box_l) = (start.len(), start.box_size);
    let headless = Headless::new(args.engine.choice())?;
    // A state goes on with noise that it has not had before.
    let earlier_steps = scene.world.state.as_ref().filter(|_| args.from == From::State).map_or(0, |s| s.step);
    let mut engine =
        headless.engine(&rule, &start, &live, args.seed.wrapping_add(earlier_steps)).with_context(place)?;

    let grow_steps = if args.from == From::Random { args.grow_steps } else { 0 };
    let total = (grow_steps + args.steps) as usize;
    let species = scene.world.snapshot.species_count();
    let mut films = Films::create(&args.films, box_l, species, total)?;
    let mut trajectory = args.trajectory.create(rule.unit_length, live.strength)?;
    let mut bar = Progress::new(total as u64, quiet);
    bar.phase("growing");
    films.take(&mut engine, 0)?;
    let mut growth = Growth::new(grow_steps);
    let every = u32::try_from(films.every()).unwrap_or(u32::MAX);
    while growth.done().is_some() {
        growth.run_in_stage(&mut engine, &live, every)?;
        let done = engine.steps_done();
        bar.at(u64::from(done), String::new);
        films.take(&mut engine, done as usize)?;
    }

    bar.phase("live");
    let begun = Instant::now();
    let mut filming_s = 0.0;
    let mut states = Vec::new();
    let mut done = 0;
    let chunk = (args.steps / 128).clamp(1, 50).min(every);
    let measured = particles <= MEASURED_PARTICLES;
    if let Some(trajectory) = &mut trajectory {
        trajectory.take(&mut engine, 0)?;
    }
    while done < args.steps {
        let due = trajectory.as_ref().map_or(u32::MAX, |trajectory| trajectory.due_in(done));
        let now = chunk.min(args.steps - done).min(due);
        growth.run(&mut engine, &live, now)?;
        done += now;
        let aside = Instant::now();
        // Evenly over the last half, the end included.
        let due = states.len() as f64 / MEASURED_SWARMS as f64;
        if measured && f64::from(done) >= f64::from(args.steps) * (0.5 + 0.5 * due) && states.len() < MEASURED_SWARMS {
            states.push(engine.swarm()?);
        }
        films.take(&mut engine, (grow_steps + done) as usize)?;
        if let Some(trajectory) = &mut trajectory {
            trajectory.take(&mut engine, done)?;
        }
        filming_s += aside.elapsed().as_secs_f64();
        bar.at(u64::from(grow_steps + done), String::new);
    }
    let last = engine.swarm()?;
    let steps_per_s = f64::from(args.steps) / (begun.elapsed().as_secs_f64() - filming_s).max(1e-9);
    drop(bar);
    if states.is_empty() && measured {
        states.push(last.clone());
    }

    let shown = engine.shown()?;
    let motion = Motion::of(&last, &engine.flows()?, &shown);
    let order = Order::of(&last, &shown);
    let fidelity = if measured { fidelity(&scene, &rule, &live, &states, &mut rng).with_context(place)? } else { None };
    let counters = engine.counters()?;
    if counters.non_finite > 0 {
        warn(&format!("{} positions became NaN or infinite; lower --sigma or the knobs", counters.non_finite));
    }

    let outputs = write_outputs(args, &shown, rule.unit_length)?;
    films.finish()?;
    if let Some(trajectory) = trajectory {
        trajectory.finish()?;
    }
    if let Some(out) = &args.out {
        scene.world.live = live;
        scene.world.live_particles = particles;
        let step = earlier_steps + u64::from(engine.steps_done());
        scene.world.state = Some(Arc::new(LiveState { swarm: last.clone(), seed: args.seed, step }));
        scene.save(out)?;
    }

    let facts = json!({
        "command": "live",
        "scene": args.scene,
        "engine": headless.describe(),
        "from": format!("{:?}", args.from).to_lowercase(),
        "seed": args.seed,
        "particles": particles,
        "box_l": box_l,
        "unit_length": rule.unit_length,
        "sigma_l": live.sigma_l,
        "flow": live.flow,
        "grow_steps": grow_steps,
        "steps": args.steps,
        "time_step": engine.time_step(),
        "steps_per_s": (args.steps > 0).then_some(steps_per_s),
        "fidelity": fidelity,
        "motion": motion,
        "order": order,
        "pair_tests": counters.pair_tests,
        "non_finite": counters.non_finite,
        "denoised_output": live.denoised,
        "outputs": outputs,
    });
    let speed = if args.steps > 0 { format!("{steps_per_s:.0} steps/s") } else { "no live steps".to_owned() };
    let mut text = format!(
        "{}: {particles} particles on {}, {grow_steps} steps grown, {} steps live ({speed})\n\
         fidelity {}, polarisation {:.3} (in groups {:.3}), milling {:.3}, forward {:.3}, lateral {:.3}, turn {:.3}, drift {:.3}",
        args.scene.display(),
        headless.describe(),
        args.steps,
        number(fidelity),
        order.polarisation,
        order.polarisation_in_groups,
        order.milling,
        motion.forward,
        motion.lateral,
        motion.turn,
        motion.drift,
    );
    for path in &outputs {
        text.push_str(&format!("\nwrote {}", path.display()));
    }
    Answer::new(text, &facts)
}

/// The first swarm, in ℓ.
fn start_swarm(args: &Args, scene: &SwarmProject, live: &LiveSettings, rng: &mut StdRng) -> anyhow::Result<Swarm> {
    if args.from == From::State {
        let state =
            scene.world.state.as_ref().context("the scene holds no live swarm; use --from random or snapshot")?;
        let held = state.swarm.len() as u64;
        if args.particles.is_some_and(|n| n != held) {
            anyhow::bail!("the saved swarm has {held} particles; leave --particles out or use --from random");
        }
        return Ok(state.swarm.clone());
    }
    scene.world.snapshot.validate()?;
    let own = match (scene.world.snapshot.mode, scene.world.live_particles) {
        (_, n) if n > 0 => n,
        (Mode::Motif, _) => scene
            .world
            .snapshot
            .sample_len(&scene.world.ensemble.for_particles(&scene.world.snapshot, DEFAULT_PARTICLES)),
        (Mode::Whole, _) => scene.world.snapshot.sample_len(&scene.world.ensemble),
    };
    let particles = args.particles.map_or(own, |n| n as usize);
    if args.from == From::Random {
        let swarm = scene.world.snapshot.random_swarm_of(&scene.world.ensemble, particles, rng);
        let film = &scene.world.film;
        return Ok(if film.is_empty() {
            swarm
        } else {
            swarm.scaled(scene.world.snapshot.unit_length() / film.unit_length())
        });
    }
    let ensemble = scene.world.ensemble.for_particles(&scene.world.snapshot, particles);
    let sample = Sampler::of(&scene.world.stills(), &ensemble, Part::Selected)?.sample(rng)?;
    if args.particles.is_some_and(|n| n != sample.len() as u64) {
        warn(&format!("a sample of the picture has {} particles, not {particles}", sample.len()));
    }
    let kappa = scene.world.rule.as_ref().map_or(1.0, |rule| rule.kappa);
    Ok(noised(&sample, live.sigma_l, kappa, rng))
}

fn fidelity(
    scene: &SwarmProject,
    rule: &Rule,
    live: &LiveSettings,
    states: &[Swarm],
    rng: &mut StdRng,
) -> anyhow::Result<Option<f64>> {
    if scene.world.snapshot.validate().is_err() {
        return Ok(None);
    }
    let particles = states.first().map_or(0, Swarm::len);
    let ensemble = scene.world.ensemble.for_particles(&scene.world.snapshot, particles);
    let stills = scene.world.stills();
    let mut draw = || target_swarms(&stills, &ensemble, rule, live.sigma_l, states.len(), rng);
    let (target, other) = (draw()?, draw()?);
    let scale = Fidelity::from_samples(species_of(rule, &stills), &target, &other, rng);
    Ok(finite(scale.of_swarms(states)))
}

fn write_outputs(args: &Args, shown: &Swarm, unit_length: f64) -> anyhow::Result<Vec<PathBuf>> {
    if let Some(path) = &args.csv {
        write_world_csv(path, shown, unit_length)?;
    }
    if let Some(path) = &args.png {
        let style = picture::PictureStyle { size_px: args.size, ..picture::PictureStyle::default() };
        picture::write_png(path, &picture::render(shown, &style))?;
    }
    Ok([&args.csv, &args.png, &args.out]
        .into_iter()
        .flatten()
        .chain(args.films.paths())
        .chain(args.trajectory.path())
        .cloned()
        .collect())
}

/// In world units, like the picture that the rule was learned from.
fn write_world_csv(path: &Path, swarm: &Swarm, unit_length: f64) -> anyhow::Result<()> {
    let scaled = |p: &Particle| Particle { x: p.x * unit_length, y: p.y * unit_length, ..*p };
    let particles: Vec<Particle> = swarm.particles.iter().map(scaled).collect();
    let mut bytes = Vec::new();
    write_csv(&particles, swarm.box_size * unit_length, &mut bytes)?;
    Ok(write_atomic(path, &bytes)?)
}
