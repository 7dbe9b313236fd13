//! A real X server, the program in a window on it, and the hands of a person: for the tests that use the window.
//! For the tests that use the panels alone: `panels`, and `raster`, which draws them.
//!
//! `UNSTILL_WINDOW_TESTS`: `auto` (the default) skips loudly where Xvfb, xdotool, import (ImageMagick) or weston is missing,
//! `require` fails there, `off` leaves the tests out. The pictures taken stay in `artefacts/`.

// Each test program uses its part of this.
#![allow(dead_code)]

pub mod panels;
pub mod raster;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use image::RgbImage;
use tempfile::TempDir;

/// How long anything may take on a busy machine with a GPU made of software.
const PATIENCE: Duration = Duration::from_secs(120);

/// Whether they run; fails or prints a notice when a tool is missing.
fn wanted() -> bool {
    let mode = std::env::var("UNSTILL_WINDOW_TESTS").unwrap_or_else(|_| "auto".to_owned());
    if mode == "off" {
        return false;
    }
    let there = |tool: &&str| !Command::new("which").arg(tool).output().is_ok_and(|o| o.status.success());
    let missing: Vec<&str> = ["Xvfb", "xdotool", "import", "weston"].into_iter().filter(there).collect();
    if missing.is_empty() {
        return true;
    }
    assert!(mode != "require", "UNSTILL_WINDOW_TESTS=require, but {} is missing: run ./test.sh", missing.join(", "));
    eprintln!("\n*** SKIPPED: the window is not tested, because {} is missing ***\n", missing.join(", "));
    false
}

/// An empty home and a screen; `None` where the tests of the window are not wanted.
pub fn desk() -> Option<(TempDir, Screen)> {
    wanted().then(|| (tempfile::tempdir().unwrap(), Screen::open()))
}

/// An X server of our own.
pub struct Screen {
    server: Child,
    display: String,
}

impl Screen {
    pub fn open() -> Self {
        // It finds a free number itself, and writes it to the given file descriptor. When its last client leaves, it
        // would start again, and disconnect a client that is just connecting.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        assert!(!number.trim().is_empty(), "Xvfb did not start");
        Self { server, display: format!(":{}", number.trim()) }
    }

    /// The number of the screen, as `DISPLAY` has it.
    pub fn display(&self) -> &str {
        &self.display
    }

    pub fn xdotool(&self, script: &str) -> String {
        let output =
            Command::new("xdotool").args(script.split_whitespace()).env("DISPLAY", &self.display).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub fn picture(&self, name: &str) -> RgbImage {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artefacts");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        let status = Command::new("import").args(["-window", "root"]).arg(&path).env("DISPLAY", &self.display).status();
        assert!(status.unwrap().success());
        image::open(&path).unwrap().to_rgb8()
    }

    /// A quick stroke as a hand makes it: press, move in a few steps, release.
    pub fn stroke(&self, from: [i32; 2], to: [i32; 2]) {
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
pub struct Program<'a> {
    screen: &'a Screen,
    child: Child,
}

impl<'a> Program<'a> {
    /// `arguments`: a scene, or an engine. The log goes to `log.txt` in the folder.
    pub fn start(screen: &'a Screen, folder: &Path, arguments: &[&str]) -> Self {
        let log_path = folder.join("log.txt");
        let log = std::fs::OpenOptions::new().append(true).create(true).open(&log_path).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_unstill"))
            .args(arguments)
            .current_dir(folder)
            .env("DISPLAY", &screen.display)
            .env_remove("WAYLAND_DISPLAY")
            .env("HOME", folder)
            .env("XDG_RUNTIME_DIR", folder)
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME")
            .env("UNSTILL_AUTOSAVE_S", "1")
            .env("RUST_LOG", "warn,unstill=debug,wgpu=error,bevy_egui=error,bevy_render=error,winit=error")
            .stderr(log)
            .spawn()
            .unwrap();
        let mut program = Self { screen, child };
        let window = wait_for("the window to open", || {
            let log = || std::fs::read_to_string(&log_path).unwrap_or_default();
            assert!(!program.has_ended(), "the program ended before its window opened:\n{}", log());
            let found = screen.xdotool("search --onlyvisible --name Unstill");
            found.lines().next().map(str::to_owned)
        });
        // Keys reach it only with the focus; no window manager gives it here.
        screen.xdotool(&format!("windowfocus --sync {window}"));
        program
    }

    pub fn key(&self, key: &str) {
        self.screen.xdotool(&format!("key --clearmodifiers {key}"));
    }

    /// Memory that is resident, MiB.
    pub fn resident_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }
}

impl Drop for Program<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Polls until there is a result.
pub fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(250));
    }
}
