//! The window, used as a person would: real clicks, drags and keys in a real X server, and a look at the screen.
//! How to switch these tests on and off: see `common`.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use common::{Program, Screen, wait_for, wanted};
use image::RgbImage;
use unstill::scene::Scene;

/// The free part of the window of 1280 × 720: right of the side panel, below the top bar, above the hint.
const CANVAS: [u32; 4] = [310, 54, 960, 580];

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

/// Where a scene saved by name lies, for a user whose home is `folder` and who has no folder of documents.
fn saved_scene(folder: &Path) -> Option<PathBuf> {
    Some(folder.join(".local/share/unstill/scenes/three.png")).filter(|path| path.exists())
}

#[test]
fn a_picture_painted_by_hand_is_learned_lives_is_saved_and_lives_again_when_reopened() {
    if !wanted() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let screen = Screen::open();
    let mut program = Program::start(&screen, folder.path(), &[]);

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

    // Saved by key: a name, Enter. It becomes a picture that holds the scene, among the user's own.
    program.key("ctrl+s");
    std::thread::sleep(Duration::from_secs(2));
    screen.xdotool("type --delay 60 three");
    std::thread::sleep(Duration::from_secs(1));
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
    let program = Program::start(&screen, folder.path(), &[file.to_str().unwrap()]);
    screen.xdotool("mousemove 1275 795");
    let first = wait_for("the reopened swarm", || {
        let picture = screen.picture("window-8-reopened.png");
        (bright(&picture) > 1000).then_some(picture)
    });
    wait_for("its motion", || (changed(&first, &screen.picture("window-9-alive.png")) > 300).then_some(()));
    drop(program);
}

/// The path of a machine with a real GPU: the shaders step in the buffers that the window draws from.
#[test]
fn the_swarm_lives_on_the_windows_own_gpu() {
    if !wanted() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let screen = Screen::open();
    let scene = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes/flock.ron");
    let program = Program::start(&screen, folder.path(), &["--engine", "gpu", scene.to_str().unwrap()]);
    screen.xdotool("mousemove 1275 795");
    let first = wait_for("the swarm", || {
        let picture = screen.picture("window-gpu-0.png");
        (bright(&picture) > 1000).then_some(picture)
    });
    wait_for("its motion", || (changed(&first, &screen.picture("window-gpu-1.png")) > 300).then_some(()));
    // It can be scattered, and the new swarm lives as well.
    program.key("x");
    let scattered = screen.picture("window-gpu-2.png");
    wait_for("motion after that", || (changed(&scattered, &screen.picture("window-gpu-3.png")) > 300).then_some(()));
}

#[test]
fn without_a_display_one_sentence_says_how_to_go_on_and_the_exit_code_is_3() {
    let output = Command::new(env!("CARGO_BIN_EXE_unstill")).env_remove("DISPLAY").output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("unstill live") && text.contains("--engine cpu"), "{text}");
    assert_eq!(text.trim().lines().count(), 1, "{text}");
}
