//! The window for a long while, with learning going on: frames stay short and memory stays flat.
//!
//! Takes `UNSTILL_SOAK_MINUTES` minutes (default ten), on a machine that does nothing else:
//! `cargo test --test soak -- --ignored --nocapture`

mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use common::{Program, desk};
use unstill::scene::load_swarm;

/// Live particles of the scene that is watched.
const PARTICLES: usize = 500;

/// No frame may be longer, ms.
const LONGEST_FRAME_MS: f64 = 200.0;

/// At most this share of the frames may take more than twice the median: more would mean that frames wait for the trainer.
const SLOW_SHARE: f64 = 0.01;

/// Memory may grow by so much from the second minute on, MiB: loss curves and the allocator's slack.
const GROWTH_MIB: f64 = 32.0;

/// Start of the window and of learning: shaders are compiled, samples are made.
const WARM_UP: Duration = Duration::from_secs(60);

/// Of ten seconds.
struct Spell {
    frames: f64,
    median_ms: f64,
    /// Frames of more than twice the median.
    slow: f64,
    longest_ms: f64,
}

/// From a line of the log: "… N frames, median M ms, S above twice that, longest L ms".
fn spell(line: &str) -> Option<Spell> {
    let (before, after) = line.split_once(" frames, median ")?;
    let frames = before.rsplit(' ').next()?.parse().ok()?;
    let numbers: Vec<f64> = after.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [median_ms, slow, longest_ms] = numbers[..] else { return None };
    Some(Spell { frames, median_ms, slow, longest_ms })
}

#[test]
#[ignore = "takes ten minutes on a quiet machine"]
fn frames_and_memory_stay_bounded_while_500_particles_learn() {
    let Some((folder, screen)) = desk() else { return };
    let minutes = std::env::var("UNSTILL_SOAK_MINUTES").map_or(10.0, |text| text.parse::<f64>().unwrap());
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes/mill.ron");
    let mut scene = load_swarm(&bundled).unwrap().project;
    scene.world.live_particles = PARTICLES;
    scene.world.training.steps = 10_000_000;
    scene.world.training.flow_steps = 10_000_000;
    let file = folder.path().join("mill.ron");
    scene.save(&file).unwrap();

    let mut program = Program::start(&screen, folder.path(), &[file.to_str().unwrap()]);
    std::thread::sleep(Duration::from_secs(5));
    program.key("ctrl+l");
    std::thread::sleep(WARM_UP);
    screen.picture("soak-begins.png");
    let log = || std::fs::read_to_string(folder.path().join("log.txt")).unwrap();
    let spells = || log().lines().filter_map(spell).collect::<Vec<_>>();
    let skip = spells().len();
    let memory_before = program.resident_mib();
    let (begun, mut peak) = (Instant::now(), memory_before);
    while begun.elapsed().as_secs_f64() < 60.0 * minutes {
        std::thread::sleep(Duration::from_secs(10));
        assert!(!program.has_ended(), "the program ended: {}", log());
        peak = peak.max(program.resident_mib());
    }
    let memory_after = program.resident_mib();
    screen.picture("soak-ends.png");
    let spells: Vec<Spell> = spells().into_iter().skip(skip).collect();
    let sum = |of: fn(&Spell) -> f64| spells.iter().map(of).sum::<f64>();
    let (frames, slow) = (sum(|s| s.frames), sum(|s| s.slow));
    let median = sum(|s| s.frames * s.median_ms) / frames;
    let longest = spells.iter().map(|s| s.longest_ms).fold(0.0, f64::max);
    println!(
        "{minutes} minutes, {PARTICLES} particles, learning: {frames} frames of {median:.1} ms (medians of ten seconds), \
         {slow} above twice that, the longest {longest:.1} ms; memory {memory_before:.0} MiB, {memory_after:.0} MiB at \
         the end, {peak:.0} MiB at most"
    );
    assert!(frames > 0.0, "the log has no frame");
    assert!(longest <= LONGEST_FRAME_MS, "a frame took {longest:.0} ms");
    assert!(slow < SLOW_SHARE * frames, "{slow} of {frames} frames took more than twice the median");
    assert!(peak - memory_before < GROWTH_MIB, "memory grew from {memory_before:.0} to {peak:.0} MiB");
}
