//! The window, used as a person would: real clicks, drags and keys in a real X server, and a look at the screen.
//! How to switch these tests on and off: see `common`.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use common::{Program, Screen, desk, wait_for};
use image::RgbImage;
use unstill::scene::{SwarmProject, load_swarm};

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

/// The program as it opens by itself, once its panels are there.
fn opened<'a>(screen: &'a Screen, folder: &Path, picture: &str) -> Program<'a> {
    let program = Program::start(screen, folder, &[]);
    wait_for("the panels", || screen.picture(picture).pixels().any(|p| p.0[1] > 150).then_some(()));
    program
}

/// The path of a scene saved by name, for a user whose home is `folder` and who has no folder of documents.
fn saved_scene(folder: &Path) -> Option<PathBuf> {
    Some(folder.join(".local/share/unstill/scenes/three.png")).filter(|path| path.exists())
}

#[test]
fn a_painted_picture_is_learned_saved_and_reopened() {
    let Some((folder, screen)) = desk() else { return };
    let mut program = opened(&screen, folder.path(), "window-0-opened.png");

    // A fresh picture; the pointer out of the way, so that no circle under it counts.
    program.key("ctrl+n");
    program.key("1");
    screen.xdotool("mousemove 1275 795");
    let empty = still(&screen, "window-1-empty.png");

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
    // It moves, and grows again when asked to.
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
    let saved = wait_for("a whole scene file", || load_swarm(&file).ok()).project;
    assert_eq!(saved.world.snapshot.particles.len(), 3, "{:?}", saved.world.snapshot.particles);
    for particle in &saved.world.snapshot.particles {
        assert!(particle.heading.abs() < 0.1, "dragged to the right, but heading {}", particle.heading);
    }
    assert!(saved.world.rule.is_some(), "the learned rule is in the file");
    assert!(saved.world.state.is_some(), "the living swarm is in the file");
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

/// The canvas once nothing moves on it any more, as in Paint.
fn still(screen: &Screen, name: &str) -> RgbImage {
    let mut before = screen.picture(name);
    wait_for("the canvas to stand still", || {
        let now = screen.picture(name);
        let is_still = changed(&before, &now) == 0;
        before = now;
        is_still.then(|| before.clone())
    })
}

/// Files below `folder` whose names end with `end`.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(files(&entry, end));
        } else if entry.to_string_lossy().ends_with(end) {
            found.push(entry);
        }
    }
    found
}

#[test]
fn a_drawn_ring_is_learned_wounded_filmed_and_exported() {
    let Some((folder, screen)) = desk() else { return };
    let program = opened(&screen, folder.path(), "walk-0-opened.png");

    // Paint: a circle, taken back and brought back.
    program.key("ctrl+n");
    program.key("1");
    screen.xdotool("mousemove 1275 795");
    let empty = still(&screen, "walk-0-empty.png");
    program.key("c");
    // Below the invitation of the empty canvas.
    screen.stroke([790, 530], [870, 530]);
    screen.xdotool("mousemove 1275 795");
    wait_for("the ring", || (changed(&empty, &screen.picture("walk-1-ring.png")) > 400).then_some(()));
    let painted = still(&screen, "walk-1-ring.png");
    program.key("ctrl+z");
    wait_for("the ring to go", || (changed(&painted, &screen.picture("walk-2-undone.png")) > 400).then_some(()));
    program.key("ctrl+shift+z");
    wait_for("the ring to come back", || (changed(&painted, &screen.picture("walk-3-redone.png")) < 100).then_some(()));

    // Learn.
    program.key("ctrl+l");
    wait_for("a living swarm", || {
        let picture = screen.picture("walk-4-learning.png");
        (changed(&painted, &picture) > 3000 && bright(&picture) > 1000).then_some(())
    });

    // Live: plots, a wound, a checkpoint, a step back.
    program.key("3");
    program.key("F2");
    program.key("w");
    screen.stroke([760, 300], [800, 320]);
    screen.xdotool("mousemove 1275 795");
    std::thread::sleep(Duration::from_secs(4));
    screen.picture("walk-5-wounded.png");
    program.key("k");
    program.key("comma");
    std::thread::sleep(Duration::from_secs(1));
    screen.picture("walk-6-kept.png");
    // A step back stands still.
    program.key("space");

    // Share: a film, and the scene as a picture.
    program.key("F9");
    std::thread::sleep(Duration::from_secs(6));
    program.key("F9");
    let film = wait_for("the film", || files(folder.path(), ".gif").pop());
    program.key("ctrl+e");
    std::thread::sleep(Duration::from_secs(2));
    screen.picture("walk-7-saving.png");
    program.key("Return");
    let picture =
        wait_for("the picture", || files(folder.path(), ".png").into_iter().find(|path| load_swarm(path).is_ok()));
    let scene = load_swarm(&picture).unwrap().project;
    assert!(scene.world.snapshot.particles.len() >= 6, "{:?}", scene.world.snapshot.particles);
    assert!(scene.world.rule.is_some() && scene.world.state.is_some(), "rule and swarm are in the picture");
    assert_eq!(scene.world.checkpoints.len(), 1, "the checkpoint is in the picture");
    wait_for("the whole film", || {
        let mut frames = gif::DecodeOptions::new().read_info(std::fs::File::open(&film).unwrap()).ok()?;
        let mut count = 0;
        while frames.read_next_frame().ok()?.is_some() {
            count += 1;
        }
        (count > 0).then_some(())
    });
    drop(program);

    // Another person opens the picture.
    let _program = Program::start(&screen, folder.path(), &[picture.to_str().unwrap()]);
    screen.xdotool("mousemove 1275 795");
    let first = wait_for("the swarm of the picture", || {
        let picture = screen.picture("walk-8-opened.png");
        (bright(&picture) > 1000).then_some(picture)
    });
    wait_for("its motion", || (changed(&first, &screen.picture("walk-9-alive.png")) > 300).then_some(()));
}

/// What the program keeps safe of unsaved work, for a user whose home is `folder`.
fn rescued(folder: &Path) -> Option<SwarmProject> {
    let kept = folder.join(".local/share/unstill/rescue");
    let path = files(kept.exists().then_some(&kept)?, ".ron").pop()?;
    Some(load_swarm(path).ok()?.project)
}

#[test]
fn work_of_a_killed_program_is_offered_and_restored() {
    let Some((folder, screen)) = desk() else { return };
    let program = opened(&screen, folder.path(), "rescue-0-opened.png");
    program.key("ctrl+n");
    program.key("1");
    screen.stroke([780, 520], [804, 520]);
    let drawn = wait_for("the autosave", || rescued(folder.path()).filter(|s| !s.world.snapshot.particles.is_empty()));
    screen.picture("rescue-1-drawn.png");
    // Killed, as the power fails: nothing is tidied up.
    drop(program);

    let program = opened(&screen, folder.path(), "rescue-2-offered.png");
    let title = || screen.xdotool("search --onlyvisible --name Unstill getwindowname");
    wait_for("the swarm of the start", || (!title().contains("Untitled")).then_some(()));
    // The title of the window shows that it is restored, and unsaved.
    wait_for("the drawing", || {
        let [x, y] = button(&screen.picture("rescue-2-offered.png"))?;
        screen.xdotool(&format!("mousemove {x} {y} sleep 0.5 mousedown 1 sleep 0.3 mouseup 1 sleep 1"));
        title().contains("Untitled •").then_some(())
    });
    screen.xdotool("mousemove 1275 795");
    screen.picture("rescue-3-back.png");
    wait_for("a copy of its own", || {
        let again = rescued(folder.path())?;
        (again.world.snapshot == drawn.world.snapshot).then_some(())
    });
    drop(program);
}

/// A position on the filled button of the sheet at the upper edge of the canvas: a block of its colour.
fn button(picture: &RgbImage) -> Option<[u32; 2]> {
    const FILL: [u8; 3] = [0x1E, 0x5A, 0x55];
    let is_fill = |x: u32, y: u32| (0..3).all(|k| picture[(x, y)].0[k].abs_diff(FILL[k]) < 6);
    let is_block = |x: u32, y: u32| (x..x + 5).all(|x| (y..y + 8).all(|y| is_fill(x, y)));
    (90..260).find_map(|y| Some([(320..1200).find(|&x| is_block(x, y))? + 10, y + 8]))
}

/// The path of a machine with a real GPU: the shaders step in the buffers that the window draws from.
#[test]
fn the_swarm_lives_on_the_windows_own_gpu() {
    let Some((folder, screen)) = desk() else { return };
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
fn without_a_display_the_exit_code_is_3() {
    let output = Command::new(env!("CARGO_BIN_EXE_unstill"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("unstill live") && text.contains("--engine cpu"), "{text}");
    assert_eq!(text.trim().lines().count(), 1, "{text}");
}

/// Pixels of the canvas that are light.
fn lit(picture: &RgbImage) -> usize {
    canvas(picture).filter(|(_, _, c)| c.iter().max() > Some(&70)).count()
}

#[test]
fn a_cloud_painted_by_hand_is_learned_and_lives() {
    let Some((folder, screen)) = desk() else { return };
    let scene = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes/ring.ron");
    let mut program = Program::start(&screen, folder.path(), &[&scene.display().to_string()]);
    // A scene of another world opens in its world, alive.
    let alive = wait_for("living walkers", || {
        let picture = screen.picture("studio-0-opened.png");
        (lit(&picture) > 5000).then_some(picture)
    });
    wait_for("motion", || (changed(&alive, &screen.picture("studio-1-moving.png")) > 300).then_some(()));

    // An empty cloud; two strokes of the spray.
    program.key("ctrl+n");
    program.key("1");
    screen.xdotool("mousemove 1275 795");
    wait_for("an empty canvas", || (lit(&screen.picture("studio-2-empty.png")) < 200).then_some(()));
    for (from, to) in [([600, 250], [950, 250]), ([950, 250], [950, 520]), ([950, 520], [600, 520])] {
        screen.stroke(from, to);
    }
    screen.xdotool("mousemove 1275 795");
    let painted = wait_for("a painted cloud", || {
        let picture = screen.picture("studio-3-painted.png");
        (lit(&picture) > 500).then_some(picture)
    });

    // It lives under its first exact flow while it is still learned.
    program.key("ctrl+l");
    program.key("3");
    wait_for("life", || (changed(&painted, &screen.picture("studio-4-alive.png")) > 1500).then_some(()));

    assert!(!program.has_ended());
}

/// Pixels of the canvas whose colour is near the first yellow of the palette.
fn yellow(picture: &RgbImage) -> usize {
    canvas(picture).filter(|(_, _, c)| c[0] > 150 && c[1] > 90 && c[2] < 110 && c[0] > c[1]).count()
}

#[test]
fn a_token_drawn_by_hand_is_learned_and_lives() {
    let Some((folder, screen)) = desk() else { return };
    let scene = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes/firefly.ron");
    let mut program = Program::start(&screen, folder.path(), &[&scene.display().to_string()]);
    screen.xdotool("mousemove 1275 795");
    wait_for("living tokens", || (yellow(&screen.picture("token-0-opened.png")) > 500).then_some(()));

    // Its canvas.
    program.key("1");
    let drawn = wait_for("the canvas", || {
        let picture = screen.picture("token-1-canvas.png");
        (yellow(&picture) > 2000).then_some(picture)
    });
    let before = yellow(&drawn);
    // A thick yellow stroke over the tail of the firefly: the pen and its first colour are in hand.
    screen.stroke([420, 382], [560, 382]);
    screen.xdotool("mousemove 1275 795");
    wait_for("a longer head", || (yellow(&screen.picture("token-2-drawn.png")) > before + 2000).then_some(()));

    // The new token is learned; the field begins again with it as soon as there is a rule, and goes on living.
    program.key("ctrl+l");
    program.key("3");
    let alive = wait_for("tokens of the new drawing", || {
        let picture = screen.picture("token-3-alive.png");
        (yellow(&picture) > 1000).then_some(picture)
    });
    wait_for("motion", || (changed(&alive, &screen.picture("token-4-moving.png")) > 300).then_some(()));
    assert!(!program.has_ended());
}
