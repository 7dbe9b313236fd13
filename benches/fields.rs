//! How fast fields are: a live step of the bundled firefly (tokens) and life (equations) on both engines over the side of
//! the field, and a training step of tokens beside the same network in plain candle.
//!
//! `cargo bench --profile dev --bench fields`; `-- tokens`, `-- equations` or `-- train` a part.

use std::fmt;
use std::path::Path;

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::ops::{pixel_shuffle, pixel_unshuffle, silu};
use candle_nn::{Conv2d, Module, Optimizer, VarBuilder, VarMap};
use divan::{Bencher, counter::ItemsCount};
use unstill::gpu::EngineChoice;
use unstill::scene::Project;
use unstill::worlds::FieldDoc;
use unstill::worlds::field::FieldSubject;
use unstill::worlds::field::engine::FieldEngine;
use unstill::worlds::field::tokens::{TokenDoc, TokenTraining};
use unstill::worlds::swarm::engine::Headless;

const SIDES: [usize; 3] = [128, 256, 512];

fn main() {
    divan::main();
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
