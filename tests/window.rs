//! The window, used as a person would: real clicks, drags and keys in a real X server, and a look at the screen.
//!
//! `UNSTILL_WINDOW_TESTS`: `auto` (the default) skips loudly where Xvfb, xdotool or import (ImageMagick) is missing,
//! `require` fails there, `off` leaves the tests out. The pictures taken stay in `artefacts/`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use image::RgbImage;
use unstill::scene::Scene;

/// The free part of the window of 1280 × 720: right of the side panel, below the top bar, above the hint.
const CANVAS: [u32; 4] = [310, 54, 960, 580];

/// How long anything may take on a busy machine with a GPU made of software.
const PATIENCE: Duration = Duration::from_secs(120);

/// Whether the tests run; fails or says so loudly when a tool is missing.
fn wanted() -> bool {
    let mode = std::env::var("UNSTILL_WINDOW_TESTS").unwrap_or_else(|_| "auto".to_owned());
    if mode == "off" {
        return false;
    }
    let there = |tool: &&str| !Command::new("which").arg(tool).output().is_ok_and(|o| o.status.success());
    let missing: Vec<&str> = ["Xvfb", "xdotool", "import"].into_iter().filter(there).collect();
    if missing.is_empty() {
        return true;
    }
    assert!(mode != "require", "UNSTILL_WINDOW_TESTS=require, but {} is missing: run ./test.sh", missing.join(", "));
    eprintln!("\n*** SKIPPED: the window is not tested, because {} is missing ***\n", missing.join(", "));
    false
}

/// An X server of our own.
struct Screen {
    server: Child,
    display: String,
}

impl Screen {
    fn open() -> Self {
        // It finds a free number itself, and writes it where it is told to.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        assert!(!number.trim().is_empty(), "Xvfb did not start");
        Self { server, display: format!(":{}", number.trim()) }
    }

    fn xdotool(&self, script: &str) -> String {
        let output =
            Command::new("xdotool").args(script.split_whitespace()).env("DISPLAY", &self.display).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn picture(&self, name: &str) -> RgbImage {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artefacts");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        let status = Command::new("import").args(["-window", "root"]).arg(&path).env("DISPLAY", &self.display).status();
        assert!(status.unwrap().success());
        image::open(&path).unwrap().to_rgb8()
    }

    /// A quick stroke as a hand makes it: press, move in a few steps, release.
    fn stroke(&self, from: [i32; 2], to: [i32; 2]) {
        let at = |share: f64| [0, 1].map(|k| (f64::from(from[k]) + share * f64::from(to[k] - from[k])).round() as i32);
        let mut script = format!("mousemove {} {} sleep 0.1 mousedown 1", from[0], from[1]);
        for share in [0.25, 0.5, 0.75, 1.0] {
            let [x, y] = at(share);
            script += &format!(" sleep 0.05 mousemove {x} {y}");
        }
        self.xdotool(&(script + " sleep 0.1 mouseup 1"));
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The program in a window, with a folder of its own.
struct Program<'a> {
    screen: &'a Screen,
    child: Child,
}

impl<'a> Program<'a> {
    fn start(screen: &'a Screen, folder: &Path, scene: Option<&Path>) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_unstill"))
            .args(scene)
            .current_dir(folder)
            .env("DISPLAY", &screen.display)
            .env("HOME", folder)
            .env("XDG_CONFIG_HOME", folder.join("settings"))
            .env("XDG_RUNTIME_DIR", folder)
            .spawn()
            .unwrap();
        let program = Self { screen, child };
        let window = wait_for("the window to open", || {
            let found = screen.xdotool("search --onlyvisible --name Unstill");
            found.lines().next().map(str::to_owned)
        });
        // Keys reach it only with the focus; no window manager gives it here.
        screen.xdotool(&format!("windowfocus --sync {window}"));
        program
    }

    fn key(&self, key: &str) {
        self.screen.xdotool(&format!("key --clearmodifiers {key}"));
    }

    fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }
}

impl Drop for Program<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks again and again until there is an answer.
fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(250));
    }
}

fn canvas(picture: &RgbImage) -> impl Iterator<Item = (u32, u32, [u8; 3])> + '_ {
    let [x, y, width, height] = CANVAS;
    (y..y + height).flat_map(move |row| (x..x + width).map(move |column| (column, row, picture[(column, row)].0)))
}

/// Pixels of the canvas that belong to a body: bright and coloured.
fn bright(picture: &RgbImage) -> usize {
    canvas(picture).filter(|(_, _, c)| c.iter().max() > Some(&120)).count()
}

/// Pixels of the canvas that differ clearly.
fn changed(a: &RgbImage, b: &RgbImage) -> usize {
    canvas(a).filter(|&(x, y, c)| (0..3).any(|k| c[k].abs_diff(b[(x, y)].0[k]) > 40)).count()
}

fn saved_scene(folder: &Path) -> Option<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.into_iter().find(|path| path.extension().is_some_and(|e| e == "ron"))
}

#[test]
fn a_picture_painted_by_hand_is_learned_lives_is_saved_and_lives_again_when_reopened() {
    if !wanted() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let screen = Screen::open();
    let mut program = Program::start(&screen, folder.path(), None);

    // A fresh picture; the pointer out of the way, so that no circle under it counts.
    wait_for("the panels", || screen.picture("window-0-opened.png").pixels().any(|p| p.0[1] > 150).then_some(()));
    program.key("ctrl+n");
    program.key("1");
    screen.xdotool("mousemove 1275 795");
    let empty = wait_for("an empty canvas", || {
        let picture = screen.picture("window-1-empty.png");
        (bright(&picture) < 50).then_some(picture)
    });

    // Three particles side by side, each dragged to its heading.
    for (x, y) in [(780, 420), (840, 360), (840, 480)] {
        screen.stroke([x, y], [x + 24, y]);
    }
    screen.xdotool("mousemove 1275 795");
    let painted = wait_for("three painted particles", || {
        let picture = screen.picture("window-2-painted.png");
        (bright(&picture) > 400).then_some(picture)
    });
    assert!(changed(&empty, &painted) > 400);

    // Learn: the swarm appears under the first weights.
    program.key("ctrl+l");
    let alive = wait_for("a living swarm", || {
        let picture = screen.picture("window-3-learning.png");
        (changed(&painted, &picture) > 3000 && bright(&picture) > 1000).then_some(picture)
    });
    // It moves, and grows anew when asked to.
    wait_for("motion", || (changed(&alive, &screen.picture("window-4-moving.png")) > 500).then_some(()));
    program.key("3");
    program.key("g");
    let growing = screen.picture("window-5-growing.png");
    wait_for("growth", || (changed(&growing, &screen.picture("window-6-grown.png")) > 2000).then_some(()));

    // Saved by key, under the name the dialog proposes.
    program.key("ctrl+s");
    std::thread::sleep(Duration::from_secs(2));
    screen.picture("window-7-saving.png");
    program.key("Return");
    let file = wait_for("the saved scene", || saved_scene(folder.path()));
    let saved = wait_for("a whole scene file", || Scene::load(&file).ok()).scene;
    assert_eq!(saved.snapshot.particles.len(), 3, "{:?}", saved.snapshot.particles);
    for particle in &saved.snapshot.particles {
        assert!(particle.heading.abs() < 0.1, "dragged to the right, but heading {}", particle.heading);
    }
    assert!(saved.rule.is_some(), "the learned rule is in the file");
    assert!(saved.state.is_some(), "the living swarm is in the file");
    assert!(!program.has_ended());
    drop(program);

    // Another day.
    let program = Program::start(&screen, folder.path(), Some(&file));
    screen.xdotool("mousemove 1275 795");
    let first = wait_for("the reopened swarm", || {
        let picture = screen.picture("window-8-reopened.png");
        (bright(&picture) > 1000).then_some(picture)
    });
    wait_for("its motion", || (changed(&first, &screen.picture("window-9-alive.png")) > 300).then_some(()));
    drop(program);
}

#[test]
fn without_a_display_one_sentence_says_how_to_go_on_and_the_exit_code_is_3() {
    let output = Command::new(env!("CARGO_BIN_EXE_unstill")).env_remove("DISPLAY").output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("unstill live") && text.contains("--engine cpu"), "{text}");
    assert_eq!(text.trim().lines().count(), 1, "{text}");
}
