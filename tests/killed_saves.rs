//! A save that is killed loses no earlier file, and the next save removes what it left.
//!
//! The child is this program again, with an environment variable that makes it save without end.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use unstill::scene::{Project, SwarmProject, load_swarm};
use unstill::worlds::SwarmDoc;
use unstill::worlds::swarm::picture::motifs;

/// Saves that are killed where the environment gives no other number.
const DEFAULT_KILLS: usize = 12;
/// The longest time that a child lives after its first save; a save takes about a tenth of it.
const MAX_LIFE: Duration = Duration::from_millis(40);
/// The scene that a child saves without end.
const SCENE: &str = "UNSTILL_SAVE_WITHOUT_END";
const TEST: &str = "killed_saves_lose_no_earlier_file_and_leave_nothing";

/// Its size depends on its number, so that a mixture of two saves cannot be read.
fn numbered(number: u64) -> SwarmProject {
    let doc = SwarmDoc::from_snapshot(motifs::by_name("mill").unwrap().snapshot());
    let notes = "a note of some length. ".repeat(number as usize % 97);
    Project { notes, seed: number, ..Project::new(format!("save {number}"), doc) }
}

/// Saves scenes 1, 2, 3, …; prints the number of each after it was saved.
fn save_without_end(scene: &Path) -> ! {
    for number in 1.. {
        numbered(number).save(scene).unwrap();
        let mut out = std::io::stdout().lock();
        // The lines of the test harness begin in another way.
        writeln!(out, "\nsaved {number}").and_then(|()| out.flush()).unwrap();
    }
    unreachable!("the numbers have no end in practice")
}

/// The number of the last save that was complete before the child was killed.
fn kill_while_saving(scene: &Path, life: Duration) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([TEST, "--exact", "--nocapture"])
        .env(SCENE, scene)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let number = |line: String| line.strip_prefix("saved ").and_then(|number| number.parse().ok());
    let first: u64 = lines.by_ref().find_map(number).expect("the child saves");
    std::thread::sleep(life);
    // SIGKILL, which no program can catch.
    child.kill().unwrap();
    child.wait().unwrap();
    lines.filter_map(number).last().unwrap_or(first)
}

fn temporary_files(folder: &Path) -> usize {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(".unstill-")).count()
}

#[test]
fn killed_saves_lose_no_earlier_file_and_leave_nothing() {
    if let Some(scene) = std::env::var_os(SCENE) {
        save_without_end(Path::new(&scene));
    }
    let kills = std::env::var("UNSTILL_KILLED_SAVES").map_or(DEFAULT_KILLS, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let scene = folder.path().join("a.ron");
    let mut rng = StdRng::seed_from_u64(1);
    let mut interrupted = 0;
    for kill in 0..kills {
        let saved = kill_while_saving(&scene, MAX_LIFE.mul_f64(rng.random()));
        let loaded = load_swarm(&scene).unwrap_or_else(|error| panic!("kill {kill}: {error}"));
        let found = loaded.project.seed;
        // It may have been killed between the rename and the line about it.
        assert!(found == saved || found == saved + 1, "kill {kill}: {found} is in the file, {saved} was saved");
        assert_eq!(loaded.project, numbered(found), "kill {kill}");
        interrupted += usize::from(temporary_files(folder.path()) > 0);
        numbered(0).save(&scene).unwrap();
        assert_eq!(temporary_files(folder.path()), 0, "kill {kill}");
    }
    println!("{kills} kills, {interrupted} of them within a save");
    assert!(kills < 100 || interrupted > 0, "no save was ever interrupted");
}
