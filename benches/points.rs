//! How fast a live step of points is: on the processor and in WGSL, by the networks and by the baked grid, over the number
//! of walkers, with the rules of the bundled ring (2-D) and of Lorenz (3-D).
//!
//! `cargo bench --profile dev --bench points`; `-- cpu`, `-- gpu`, `-- baked` or `-- network` a part.

use std::path::Path;

use divan::{Bencher, counter::ItemsCount};
use unstill::gpu::EngineChoice;
use unstill::scene::Project;
use unstill::worlds::PointsDoc;
use unstill::worlds::points::engine::{PointEngine, walkers_from};
use unstill::worlds::swarm::engine::Headless;

const COUNTS: [usize; 3] = [10_000, 100_000, 1_000_000];
/// Steps of a sample: the start of a dispatch is shared by them, as in the window.
const STEPS: u32 = 4;

fn main() {
    divan::main();
}

fn scene(name: &str) -> PointsDoc {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes").join(name);
    let loaded = Project::load(&path).expect("a bundled scene");
    loaded.project.world.as_points().expect("a scene of points").clone()
}

/// `None` where there is no GPU.
fn engine(doc: &PointsDoc, choice: EngineChoice, is_baked: bool, count: usize) -> Option<PointEngine> {
    let headless = Headless::new(choice).inspect_err(|e| eprintln!("{choice:?} skipped: {e}")).ok()?;
    let rule = doc.rule().expect("a rule");
    let cloud: Vec<[f64; 3]> = doc.points.iter().map(|p| rule.map.forward(p.map(f64::from))).collect();
    let walkers = walkers_from(&cloud, doc.dim, count, doc.live.sigma, 1);
    let device = headless.gpu().map(|gpu| (&gpu.device, &gpu.queue));
    let mut engine = PointEngine::new(device, &rule, &doc.live, walkers.clone(), 1).expect("an engine");
    if is_baked {
        engine.set_baked(Some(&walkers[..walkers.len().min(4096)])).expect("a grid");
    }
    // Its kernels are compiled.
    engine.run(1);
    engine.walkers().expect("walkers");
    Some(engine)
}

fn bench(bencher: Bencher, scene_name: &str, choice: EngineChoice, is_baked: bool, count: usize) {
    let doc = scene(scene_name);
    let Some(mut engine) = engine(&doc, choice, is_baked, count) else { return };
    bencher.counter(ItemsCount::new(count * STEPS as usize)).bench_local(|| {
        engine.run(STEPS);
        if choice == EngineChoice::Gpu {
            // Waits for the device; the walkers are read, as a checkpoint reads them.
            engine.walkers().expect("walkers");
        }
    });
}

#[divan::bench(args = COUNTS, sample_count = 5, sample_size = 1, max_time = 20)]
fn ring_network_cpu(bencher: Bencher, count: usize) {
    bench(bencher, "ring.ron", EngineChoice::Cpu, false, count);
}

#[divan::bench(args = COUNTS, sample_count = 5, sample_size = 1, max_time = 20)]
fn ring_baked_cpu(bencher: Bencher, count: usize) {
    bench(bencher, "ring.ron", EngineChoice::Cpu, true, count);
}

#[divan::bench(args = COUNTS, sample_count = 5, sample_size = 1, max_time = 20)]
fn lorenz_baked_cpu(bencher: Bencher, count: usize) {
    bench(bencher, "lorenz.ron", EngineChoice::Cpu, true, count);
}

#[divan::bench(args = COUNTS, sample_count = 5, sample_size = 1, max_time = 20)]
fn ring_network_gpu(bencher: Bencher, count: usize) {
    bench(bencher, "ring.ron", EngineChoice::Gpu, false, count);
}

#[divan::bench(args = COUNTS, sample_count = 5, sample_size = 1, max_time = 20)]
fn ring_baked_gpu(bencher: Bencher, count: usize) {
    bench(bencher, "ring.ron", EngineChoice::Gpu, true, count);
}
