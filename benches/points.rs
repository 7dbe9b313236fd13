//! How fast a live step of points is: on the processor and in WGSL, by the networks and by the baked grid, over the number
//! of walkers, with the rules of the bundled ring (2-D) and of Lorenz (3-D).
//!
//! `cargo bench --profile dev --bench points`; `-- cpu`, `-- gpu`, `-- baked` or `-- network` a part.

use std::fmt;
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
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes").join(name).with_extension("ron");
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

/// One row of the results.
struct Case {
    scene: &'static str,
    choice: EngineChoice,
    is_baked: bool,
    count: usize,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let rule = if self.is_baked { "baked" } else { "network" };
        let engine = if self.choice == EngineChoice::Gpu { "gpu" } else { "cpu" };
        write!(f, "{}_{rule}_{engine} {}", self.scene, self.count)
    }
}

fn cases() -> impl Iterator<Item = Case> {
    [
        ("ring", EngineChoice::Cpu, false),
        ("ring", EngineChoice::Cpu, true),
        ("lorenz", EngineChoice::Cpu, true),
        ("ring", EngineChoice::Gpu, false),
        ("ring", EngineChoice::Gpu, true),
    ]
    .into_iter()
    .flat_map(|(scene, choice, is_baked)| COUNTS.map(|count| Case { scene, choice, is_baked, count }))
}

#[divan::bench(args = cases(), sample_count = 5, sample_size = 1, max_time = 20)]
fn live_steps(bencher: Bencher, case: &Case) {
    let Some(mut engine) = engine(&scene(case.scene), case.choice, case.is_baked, case.count) else { return };
    bencher.counter(ItemsCount::new(case.count * STEPS as usize)).bench_local(|| {
        engine.run(STEPS);
        if case.choice == EngineChoice::Gpu {
            // Waits for the device; the walkers are read, as a checkpoint reads them.
            engine.walkers().expect("walkers");
        }
    });
}
