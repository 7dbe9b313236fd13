//! The window under a Wayland compositor, with no X for the program.

mod common;

use std::path::Path;
use std::process::{Child, Command, Stdio};

use common::{Screen, desk, wait_for};

/// A process that ends with the test.
struct Guarded(Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A compositor whose output is a window of `screen`, and whose socket is `wayland-test` in `folder`.
fn compositor(screen: &Screen, folder: &Path) -> Guarded {
    let child = Command::new("weston")
        .args([
            "--backend=x11-backend.so",
            "--use-pixman",
            "--width=1280",
            "--height=800",
            "--idle-time=0",
            "--socket=wayland-test",
        ])
        .arg("--no-config")
        .env("DISPLAY", screen.display())
        .env("HOME", folder)
        .env("XDG_RUNTIME_DIR", folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let child = Guarded(child);
    wait_for("the compositor", || folder.join("wayland-test").exists().then_some(()));
    child
}

fn program(folder: &Path, scene: &str) -> Guarded {
    let log = std::fs::File::create(folder.join("log.txt")).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_unstill"))
        .arg(scene)
        .current_dir(folder)
        .env("WAYLAND_DISPLAY", "wayland-test")
        .env_remove("DISPLAY")
        .env("HOME", folder)
        .env("XDG_RUNTIME_DIR", folder)
        .env_remove("XDG_CONFIG_HOME")
        .stderr(log)
        .spawn();
    Guarded(child.unwrap())
}

#[test]
fn the_window_opens_lives_and_is_closed_under_wayland() {
    let Some((folder, screen)) = desk() else { return };
    let folder = folder.path();
    let _compositor = compositor(&screen, folder);
    let mut program = program(folder, concat!(env!("CARGO_MANIFEST_DIR"), "/scenes/flock.ron"));
    // The particles of the flock are orange, which nothing of the compositor's own desktop is.
    let orange = |name: &str| {
        let picture = screen.picture(name);
        picture
            .enumerate_pixels()
            .filter(|(.., p)| p[0] > 200 && (80..150).contains(&p[1]) && p[2] < 90)
            .map(|(x, y, _)| (x, y))
            .collect::<Vec<_>>()
    };
    let first = wait_for("the flock", || {
        let log = std::fs::read_to_string(folder.join("log.txt")).unwrap_or_default();
        assert!(program.0.try_wait().unwrap().is_none(), "the program ended:\n{log}");
        Some(orange("wayland.png")).filter(|found| found.len() > 1000)
    });
    wait_for("the flock to move", || (orange("wayland.png") != first).then_some(()));
    screen.xdotool("mousemove 640 400 key --clearmodifiers ctrl+q");
    let status = wait_for("the program to end", || program.0.try_wait().unwrap());
    assert!(status.success(), "{status}");
}
