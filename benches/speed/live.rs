//! A live Heun step over the number of particles, on the processor and in WGSL (energy φ 32-32 ρ 64-64, exact flow, about
//! twelve neighbours).

use std::time::Instant;

use divan::{Bencher, counter::ItemsCount};
use glam::DVec2;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use unstill::gpu::EngineChoice;
use unstill::worlds::swarm::engine::{Engine, Headless};
use unstill::worlds::swarm::picture::{Particle, Swarm};
use unstill::worlds::swarm::rule::{LiveSettings, NetShape, Rule};

const COUNTS: [usize; 5] = [500, 1_000, 4_000, 10_000, 100_000];
const NEIGHBOURS: f64 = 12.0;
const SHAPE: NetShape = NetShape { species: 1, phi: [32, 32], rho: [64, 64], outputs: 1 };

fn swarm(count: usize, cutoff_l: f64) -> Swarm {
    // Uniform density with the wished number of neighbours in the cutoff.
    let side = (count as f64 * std::f64::consts::PI * cutoff_l * cutoff_l / NEIGHBOURS).sqrt();
    let mut rng = StdRng::seed_from_u64(1);
    let particles = (0..count)
        .map(|_| Particle {
            x: rng.random_range(0.0..side),
            y: rng.random_range(0.0..side),
            heading: rng.random_range(-3.0..3.0),
            species: 0,
        })
        .collect();
    Swarm { particles, box_size: DVec2::splat(side) }
}

/// An engine that has run one step, so that its kernels are compiled; `None` without a GPU.
fn engine(choice: EngineChoice, count: usize) -> Option<Engine> {
    let mut rule = Rule::random(SHAPE, 1);
    // Near-uniform, so that the number of neighbours stays what it is.
    rule.energy.weights.iter_mut().for_each(|w| *w *= 0.1);
    let swarm = swarm(count, rule.cutoff_l);
    let headless = Headless::new(choice).inspect_err(|e| eprintln!("{choice:?} skipped: {e}")).ok()?;
    let mut engine = headless.engine(&rule, &swarm, &LiveSettings::default(), 1).expect("an engine");
    engine.run(1);
    engine.counters().expect("counters");
    Some(engine)
}

/// Floating-point operations of one Heun step: a multiply and an add for each weight of φ, three passes of two per
/// directed edge (forward twice and back, each from both ends for the gradient), and ρ forward, again and back.
fn step_flops(particles: f64, edges_per_particle: f64) -> f64 {
    let [h1, h2] = SHAPE.phi.map(|w| w as f64);
    let [g1, g2] = SHAPE.rho.map(|w| w as f64);
    let phi = 2.0 * (7.0 * h1 + h1 * h2);
    let rho = 2.0 * (h2 * g1 + g1 * g2 + g2);
    // Forward for the message; forward and back at both ends for the gradient.
    2.0 * particles * (edges_per_particle * 5.0 * phi + 2.0 * rho)
}

/// Milliseconds per step, pair tests per second and GFLOP/s, which divan does not print side by side.
pub fn print_table() {
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    println!("engine particles    ms/step  us/particle  Mpairs/s  GFLOP/s  bytes/particle");
    for choice in [EngineChoice::Cpu, EngineChoice::Gpu] {
        for count in COUNTS {
            let Some(mut engine) = engine(choice, count) else { break };
            let before = engine.counters().expect("counters");
            // The best of several: other programs share the machine.
            let mut seconds = f64::INFINITY;
            let mut steps = 0;
            while steps < 5 {
                let start = Instant::now();
                engine.run(1);
                // Waits for the device.
                engine.counters().expect("counters");
                seconds = seconds.min(start.elapsed().as_secs_f64());
                steps += 1;
            }
            let after = engine.counters().expect("counters");
            let pairs = (after.pair_tests - before.pair_tests) as f64 / f64::from(steps);
            // Two evaluations per step, and none for the picture on the processor.
            let edges_per_particle = pairs / 2.0 / count as f64;
            println!(
                "{:<6} {:>9} {:>10.2} {:>12.2} {:>9.2} {:>8.1} {:>15}",
                format!("{choice:?}"),
                count,
                seconds * 1e3,
                seconds * 1e6 / count as f64,
                pairs / seconds / 1e6,
                step_flops(count as f64, edges_per_particle) / seconds / 1e9,
                after.bytes_per_particle
            );
        }
    }
}

fn bench_steps(bencher: Bencher, choice: EngineChoice, count: usize) {
    let Some(mut engine) = engine(choice, count) else { return };
    bencher.counter(ItemsCount::new(count)).bench_local(|| {
        engine.run(1);
        engine.counters().expect("counters")
    });
}

#[divan::bench(args = COUNTS, sample_count = 10, max_time = 5)]
fn live_step_cpu(bencher: Bencher, count: usize) {
    bench_steps(bencher, EngineChoice::Cpu, count);
}

#[divan::bench(args = COUNTS, sample_count = 10, max_time = 5)]
fn live_step_gpu(bencher: Bencher, count: usize) {
    bench_steps(bencher, EngineChoice::Gpu, count);
}
