//! The readers of files take damaged input without a panic, a hang or a full memory.
//!
//! Every input is a small valid file, changed in a few places by rules that know what such files are made of. The number
//! of an input is its seed, so that one that fails can be run alone:
//! `UNSTILL_FUZZ_FIRST=4711 UNSTILL_FUZZ_INPUTS=1 cargo test --test fuzz`.

#[path = "fuzz/mutate.rs"]
mod mutate;
#[path = "fuzz/seeds.rs"]
mod seeds;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use unstill::formats::{FrameChoice, ImportOptions, YAxis, import, read_csv};
use unstill::scene::{Project, world_name};

use seeds::Seed;

/// Inputs where the environment gives no other number.
const DEFAULT_INPUTS: u64 = 3000;
/// An input that takes longer does not end.
const HANG: Duration = Duration::from_secs(20);
/// The process may hold so much memory at any time, bytes.
const MAX_MEMORY: u64 = 1 << 30;
/// Errors are read in one notice, letters.
const MAX_MESSAGE: usize = 300;
/// No input has started.
const IDLE: u64 = u64::MAX;

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is '{text}'")))
}

/// What a user may state about any file.
fn options(rng: &mut StdRng) -> ImportOptions {
    let mut options = ImportOptions { particles: 40, ..ImportOptions::default() };
    if rng.random_bool(0.3) {
        options.angles =
            ["rad", "deg", "compass", "zero=west", "deg,sense=cw"][rng.random_range(0..5)].parse().expect("angles");
    }
    if rng.random_bool(0.3) {
        options.y = Some([YAxis::Up, YAxis::Down][rng.random_range(0..2)]);
    }
    if rng.random_bool(0.5) {
        options.frames = [FrameChoice::ALL, FrameChoice::First, FrameChoice::Last][rng.random_range(0..3)];
    }
    if rng.random_bool(0.2) {
        options.box_choice = Some(["fit", "12,10", "-1,-1,20,20,open"][rng.random_range(0..3)].parse().unwrap());
    }
    if rng.random_bool(0.1) {
        options.columns =
            ["x=1,y=2", "x=x,y=y,heading=none", "x=2,y=1,frame=3"][rng.random_range(0..3)].parse().unwrap();
    }
    options.without_header = rng.random_bool(0.1);
    options
}

/// Reads `bytes` as a file of this kind; returns whether it was accepted.
fn read(seed: &Seed, bytes: &[u8], folder: &Path, rng: &mut StdRng) -> bool {
    let path = folder.join(format!("input.{}", seed.ending));
    fs::write(&path, bytes).unwrap();
    let refusal = if seed.is_scene {
        let _ = world_name(&path);
        Project::load(&path).err().map(|error| error.to_string())
    } else {
        if seed.ending == "csv" {
            let _ = read_csv(&String::from_utf8_lossy(bytes));
        }
        import(&path, &options(rng)).err().map(|error| error.to_string())
    };
    if let Some(message) = &refusal {
        // The folder is this test's, not the message's.
        let message = message.replace(&*folder.to_string_lossy(), "");
        assert!(message.chars().count() <= MAX_MESSAGE, "a message of {} letters: {message}", message.chars().count());
    }
    refusal.is_none()
}

/// Maximum memory that this process has held, bytes; 0 where the system does not report it.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) << 10
}

/// Ends the process when one input runs for far too long: a loop without end cannot be left in another way.
fn watch(current: &AtomicU64, finished: impl Fn() -> bool) {
    let mut last = (IDLE, Instant::now());
    while !finished() {
        std::thread::sleep(Duration::from_millis(20));
        let number = current.load(Ordering::Relaxed);
        if number != last.0 {
            last = (number, Instant::now());
        } else if last.1.elapsed() > HANG {
            eprintln!("input {number} does not end");
            std::process::exit(101);
        }
    }
}

#[test]
fn damaged_files_end_in_a_result_or_a_sentence() {
    let seeds = seeds::all();
    let folder = tempfile::tempdir().unwrap();
    let first = from_environment("UNSTILL_FUZZ_FIRST", 0);
    let inputs = from_environment("UNSTILL_FUZZ_INPUTS", DEFAULT_INPUTS);
    let current = AtomicU64::new(IDLE);
    let started = Instant::now();
    let (accepted, faults, slowest) = std::thread::scope(|scope| {
        let worker = scope.spawn(|| {
            let (mut accepted, mut faults, mut slowest) = (0_u64, Vec::new(), (Duration::ZERO, 0));
            for number in first..first + inputs {
                current.store(number, Ordering::Relaxed);
                let mut rng = StdRng::seed_from_u64(number);
                let (seed, bytes) = mutate::input(&seeds, &mut rng);
                let start = Instant::now();
                let result = catch_unwind(AssertUnwindSafe(|| read(seed, &bytes, folder.path(), &mut rng)));
                let time = start.elapsed();
                slowest = slowest.max((time, number));
                match result {
                    Ok(true) => accepted += 1,
                    Ok(false) => {}
                    Err(_) => faults.push(format!("input {number} ({}): a panic", seed.ending)),
                }
                let memory = peak_memory();
                if memory > MAX_MEMORY {
                    faults.push(format!("input {number} ({}): {} MiB", seed.ending, memory >> 20));
                    // The peak never falls again, so that nothing is learned from later inputs.
                    break;
                }
            }
            (accepted, faults, slowest)
        });
        watch(&current, || worker.is_finished());
        worker.join().unwrap()
    });
    println!(
        "{inputs} inputs in {:.0?}, {accepted} accepted, the slowest {:.0?} (input {}), peak memory {} MiB",
        started.elapsed(),
        slowest.0,
        slowest.1,
        peak_memory() >> 20
    );
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults[..faults.len().min(40)].join("\n"));
    // Changes that break everything would only test the first line of each reader.
    assert!(inputs < 100 || accepted * 20 > inputs, "only {accepted} of {inputs} inputs were accepted");
}

#[test]
fn every_file_that_inputs_are_made_from_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    for (k, seed) in seeds::all().iter().enumerate() {
        let path = folder.path().join(format!("input.{}", seed.ending));
        fs::write(&path, &seed.bytes).unwrap();
        let refusal = if seed.is_scene {
            Project::load(&path).err().map(|error| error.to_string())
        } else {
            import(&path, &ImportOptions { particles: 40, ..ImportOptions::default() }).err().map(|e| e.to_string())
        };
        assert_eq!(refusal, None, "seed {k}");
    }
}
