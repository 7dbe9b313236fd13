//! How fast fields are: a live step of the bundled firefly (tokens) and life (equations) on both engines over the side of
//! the field, and a training step of tokens beside the same network in plain candle.
//!
//! `cargo bench --profile dev --bench fields`; `-- tokens`, `-- equations` or `-- train` a part. Before the first two, a
//! table of GFLOP/s as a share of the peak that is measured in the same run.

#[path = "fields/peak.rs"]
mod peak;

use std::fmt;
use std::path::Path;
use std::time::Instant;

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::ops::{pixel_shuffle, pixel_unshuffle, silu};
use candle_nn::{Conv2d, Module, Optimizer, VarBuilder, VarMap};
use divan::{Bencher, counter::ItemsCount};
use unstill::gpu::EngineChoice;
use unstill::scene::Project;
use unstill::worlds::FieldDoc;
use unstill::worlds::field::FieldSubject;
use unstill::worlds::field::engine::FieldEngine;
use unstill::worlds::field::tokens::net::MULTIPLY_ADDS;
use unstill::worlds::field::tokens::{TokenDoc, TokenTraining};
use unstill::worlds::swarm::engine::Headless;

const SIDES: [usize; 3] = [128, 256, 512];

/// Floating-point operations per pixel of a step by equations: two Laplacians, the products and the sums of six terms.
const EQUATION_FLOPS: usize = 35;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_other = |argument: &String| ["train", "--list", "--test"].iter().any(|other| argument.contains(other));
    if !arguments.iter().any(is_other) {
        print_shares(&arguments);
    }
    divan::main();
}

/// Steps per second, GFLOP/s and their share of the peak of the engine, of every case that the arguments leave.
fn print_shares(arguments: &[String]) {
    let rule = arguments.iter().find(|argument| ["tokens", "equations"].contains(&argument.as_str()));
    let chosen = |case: &Case| rule.is_none_or(|rule| rule == case.rule);
    println!("rule       engine  side   steps/s  GFLOP/s   of peak  bytes/pixel");
    for choice in [EngineChoice::Cpu, EngineChoice::Gpu] {
        let Ok(headless) = Headless::new(choice).inspect_err(|e| eprintln!("{choice:?} skipped: {e}")) else {
            continue;
        };
        let peak = headless.gpu().map_or_else(peak::of_processor, peak::of_device);
        println!("peak of {}: {peak:.1} GFLOP/s", headless.describe());
        for case in cases().filter(|case| case.choice == choice && chosen(case)) {
            let mut doc = scene(case.scene);
            doc.live.size = [case.side; 2];
            let mut engine = FieldEngine::new(&doc, headless.gpu().map(|gpu| gpu.borrowed())).expect("an engine");
            engine.run(1);
            engine.image().expect("an image");
            let timed = |_| {
                let begun = Instant::now();
                engine.run(case.steps);
                // Waits for the device.
                engine.image().expect("an image");
                begun.elapsed().as_secs_f64()
            };
            let seconds = (0..5).map(timed).fold(f64::INFINITY, f64::min);
            let steps_per_s = f64::from(case.steps) / seconds;
            let flops = if case.rule == "tokens" { 2 * MULTIPLY_ADDS } else { EQUATION_FLOPS };
            let gflops = steps_per_s * (case.side * case.side * flops) as f64 / 1e9;
            println!(
                "{:<10} {:<6} {:>5} {steps_per_s:>9.1} {gflops:>8.1} {:>8.1}% {:>12}",
                case.rule,
                format!("{choice:?}"),
                case.side,
                100.0 * gflops / peak,
                engine.counters().expect("counters").bytes_per_pixel
            );
        }
    }
}

fn scene(name: &str) -> FieldDoc {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes").join(name);
    let loaded = Project::load(&path).expect("a bundled scene");
    loaded.project.world.as_field().expect("a scene of a field").clone()
}

/// One row of the results.
struct Case {
    /// What is found in `scene`.
    rule: &'static str,
    scene: &'static str,
    choice: EngineChoice,
    side: usize,
    /// Of a sample.
    steps: u32,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let engine = if self.choice == EngineChoice::Gpu { "gpu" } else { "cpu" };
        write!(f, "{}_{engine} {}", self.rule, self.side)
    }
}

fn cases() -> impl Iterator<Item = Case> {
    [
        ("tokens", "firefly.ron", EngineChoice::Cpu, 10),
        ("tokens", "firefly.ron", EngineChoice::Gpu, 2),
        ("equations", "life.ron", EngineChoice::Cpu, 200),
        ("equations", "life.ron", EngineChoice::Gpu, 20),
    ]
    .into_iter()
    .flat_map(|(rule, scene, choice, steps)| SIDES.map(|side| Case { rule, scene, choice, side, steps }))
}

/// Pixels per second of a live step.
#[divan::bench(args = cases(), sample_count = 5, sample_size = 1, max_time = 20)]
fn live_steps(bencher: Bencher, case: &Case) {
    let Case { scene: name, choice, side, steps, .. } = *case;
    let mut doc = scene(name);
    doc.live.size = [side; 2];
    let Ok(headless) = Headless::new(choice).inspect_err(|e| eprintln!("{choice:?} skipped: {e}")) else { return };
    let mut engine = FieldEngine::new(&doc, headless.gpu().map(|gpu| gpu.borrowed())).expect("an engine");
    // Its kernels are compiled.
    engine.run(1);
    engine.image().expect("an image");
    bencher.counter(ItemsCount::new(side * side * steps as usize)).bench_local(|| {
        engine.run(steps);
        if choice == EngineChoice::Gpu {
            // Waits for the device.
            engine.image().expect("an image");
        }
    });
}

fn firefly() -> TokenDoc {
    match scene("firefly.ron").subject {
        FieldSubject::Tokens(tokens) => tokens,
        FieldSubject::Library(_) => unreachable!("the firefly is a token"),
    }
}

/// A whole step: tokens drawn, the pool lived on, gradients, Adam.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn train_step(bencher: Bencher) {
    let doc = firefly();
    let mut training = TokenTraining::new(&doc.tokens, doc.clearance_px, doc.settings, None).expect("a training");
    training.step();
    bencher.bench_local(|| training.step().expect("more steps"));
}

/// Forward, gradients and Adam of the same network on as many images; tokens and pool are left out.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn train_step_of_plain_candle(bencher: Bencher) {
    let settings = firefly().settings;
    let mut step = candle_step(settings.batch, settings.side).expect("a network");
    step().expect("a step");
    bencher.bench_local(|| step().expect("a step"));
}

/// One pixel more on each side, from the other side.
fn wrapped(x: &Tensor) -> Result<Tensor> {
    [2, 3].into_iter().try_fold(x.clone(), |x, axis| {
        let side = x.dim(axis)?;
        Tensor::cat(&[&x.narrow(axis, side - 1, 1)?, &x, &x.narrow(axis, 0, 1)?], axis)
    })
}

fn candle_step(batch: usize, side: usize) -> Result<impl FnMut() -> Result<()>> {
    let weights = VarMap::new();
    let builder = VarBuilder::from_varmap(&weights, DType::F32, &Device::Cpu);
    let layer = |name: &str, inputs, outputs, kernel| -> Result<Conv2d> {
        candle_nn::conv2d(inputs, outputs, kernel, Default::default(), builder.pp(name))
    };
    let (input, first, last) = (layer("input", 12, 24, 3)?, layer("first", 24, 24, 3)?, layer("last", 24, 24, 3)?);
    let (down, up, heads) = (layer("down", 96, 48, 1)?, layer("up", 48, 96, 1)?, layer("heads", 24, 24, 1)?);
    let middle = ["middle 0", "middle 1", "middle 2"].map(|name| layer(name, 48, 48, 3));
    let middle = middle.into_iter().collect::<Result<Vec<_>>>()?;
    let mut adam = candle_nn::AdamW::new_lr(weights.all_vars(), 1e-3)?;
    let images = Tensor::randn(0f32, 0.3, (batch, 3, side, side), &Device::Cpu)?;
    let targets = Tensor::randn(0f32, 0.3, (batch, 6, side, side), &Device::Cpu)?;
    Ok(move || {
        let mut half = silu(&input.forward(&wrapped(&pixel_unshuffle(&images, 2)?)?)?)?;
        half = (&half + silu(&first.forward(&wrapped(&half)?)?)?)?;
        let mut quarter = silu(&down.forward(&pixel_unshuffle(&half, 2)?)?)?;
        for layer in &middle {
            quarter = (&quarter + silu(&layer.forward(&wrapped(&quarter)?)?)?)?;
        }
        half = (half + pixel_shuffle(&up.forward(&quarter)?, 2)?)?;
        half = (&half + silu(&last.forward(&wrapped(&half)?)?)?)?;
        let out = pixel_shuffle(&heads.forward(&half)?, 2)?;
        adam.backward_step(&(out - &targets)?.sqr()?.mean_all()?)
    })
}
