//! The walls between the folders of the program: who may touch what, read from the source text.

#[path = "common/named_paths.rs"]
mod named_paths;
#[path = "common/sources.rs"]
mod sources;

use std::path::Path;

use named_paths::{NamedPath, named_paths, without_comments_and_strings};
use sources::rust_files;

/// No file is longer, in lines; most are well below 400.
const MAX_LINES: usize = 500;

/// What a folder of `src/` may not touch: outside crates, and folders (`crate::...`) that depend on it.
struct Wall {
    folder: &'static str,
    closed: &'static [&'static [&'static str]],
}

const EGUI: &[&str] = &["bevy_egui", "egui", "egui_plot"];
const BEVY: &[&str] = &["bevy"];
const GPU: &[&str] = &["wgpu"];
const CANDLE: &[&str] = &["candle_core", "candle_nn"];
/// The two faces of the program, and the program without pixels.
const ABOVE_JOBS: &[&str] = &["crate::session", "crate::window", "crate::cli"];
const ABOVE_SCENE: &[&str] = &["crate::jobs"];
const ABOVE_WORLDS: &[&str] = &["crate::scene"];
/// What a world of the studio is made of: the studio knows it through `crate::worlds::studio` alone.
const INSIDE_WORLDS: &[&str] = &["crate::worlds::points", "crate::worlds::field"];

const WALLS: &[Wall] = &[
    Wall {
        folder: "nn",
        closed: &[
            BEVY,
            EGUI,
            GPU,
            CANDLE,
            &["crate::worlds", "crate::media", "crate::formats"],
            ABOVE_WORLDS,
            ABOVE_SCENE,
            ABOVE_JOBS,
        ],
    },
    Wall {
        folder: "gpu",
        closed: &[
            BEVY,
            EGUI,
            CANDLE,
            &["crate::worlds", "crate::nn", "crate::media", "crate::formats"],
            ABOVE_WORLDS,
            ABOVE_SCENE,
            ABOVE_JOBS,
        ],
    },
    Wall { folder: "worlds/swarm", closed: &[&["crate::worlds::points", "crate::worlds::field"]] },
    Wall { folder: "worlds/points", closed: &[&["crate::worlds::swarm", "crate::worlds::field"]] },
    Wall { folder: "worlds/points/rule", closed: &[GPU, CANDLE] },
    Wall { folder: "worlds/field", closed: &[&["crate::worlds::swarm", "crate::worlds::points"]] },
    Wall { folder: "worlds/field/rule", closed: &[GPU, CANDLE] },
    Wall {
        folder: "worlds/swarm/picture",
        closed: &[
            BEVY,
            EGUI,
            GPU,
            CANDLE,
            &["crate::media", "crate::formats"],
            &[
                "crate::worlds::swarm::rule",
                "crate::worlds::swarm::train",
                "crate::worlds::swarm::engine",
                "crate::worlds::swarm::measures",
            ],
            ABOVE_WORLDS,
            ABOVE_SCENE,
            ABOVE_JOBS,
        ],
    },
    Wall {
        folder: "worlds/swarm/rule",
        closed: &[
            BEVY,
            EGUI,
            GPU,
            CANDLE,
            &["crate::media", "crate::formats"],
            &["crate::worlds::swarm::train", "crate::worlds::swarm::engine", "crate::worlds::swarm::measures"],
            ABOVE_WORLDS,
            ABOVE_SCENE,
            ABOVE_JOBS,
        ],
    },
    Wall {
        folder: "worlds/swarm/train",
        closed: &[
            BEVY,
            EGUI,
            GPU,
            &["std::thread", "crate::media", "crate::formats"],
            &["crate::worlds::swarm::engine", "crate::worlds::swarm::measures"],
            ABOVE_WORLDS,
            ABOVE_SCENE,
            ABOVE_JOBS,
        ],
    },
    Wall {
        folder: "worlds/swarm/engine",
        closed: &[
            BEVY,
            EGUI,
            CANDLE,
            &["crate::media", "crate::formats"],
            &["crate::worlds::swarm::train", "crate::worlds::swarm::measures"],
            ABOVE_WORLDS,
            ABOVE_SCENE,
            ABOVE_JOBS,
        ],
    },
    Wall { folder: "worlds/swarm/measures", closed: &[ABOVE_WORLDS] },
    Wall { folder: "worlds", closed: &[BEVY, EGUI, ABOVE_SCENE, ABOVE_JOBS] },
    Wall { folder: "formats", closed: &[BEVY, EGUI, GPU, CANDLE, ABOVE_WORLDS, ABOVE_SCENE, ABOVE_JOBS] },
    Wall { folder: "media", closed: &[BEVY, EGUI, GPU, CANDLE, ABOVE_WORLDS, ABOVE_SCENE, ABOVE_JOBS] },
    Wall { folder: "scene", closed: &[BEVY, EGUI, GPU, &["crate::worlds::swarm::engine"], ABOVE_SCENE, ABOVE_JOBS] },
    Wall { folder: "jobs", closed: &[BEVY, EGUI, INSIDE_WORLDS, ABOVE_JOBS] },
    Wall {
        folder: "session",
        closed: &[
            BEVY,
            EGUI,
            GPU,
            CANDLE,
            INSIDE_WORLDS,
            &["std::fs", "std::thread", "crate::worlds::swarm::engine", "crate::window", "crate::cli"],
        ],
    },
    Wall {
        folder: "window/panels",
        closed: &[
            BEVY,
            // The one way to egui is `crate::window::panels::egui`.
            &["bevy_egui"],
            GPU,
            CANDLE,
            INSIDE_WORLDS,
            &["std::fs", "std::thread", "crate::worlds::swarm::engine", "crate::jobs", "crate::scene"],
            &["crate::window::shell", "crate::cli"],
        ],
    },
    Wall { folder: "window/shell/studio", closed: &[INSIDE_WORLDS, &["crate::worlds::swarm"]] },
    Wall { folder: "window/runtime/studio", closed: &[INSIDE_WORLDS, &["crate::worlds::swarm"]] },
    Wall {
        folder: "window/runtime",
        closed: &[BEVY, EGUI, GPU, &["crate::worlds::swarm::train", "crate::window::shell"]],
    },
    Wall { folder: "session/studio", closed: &[&["crate::worlds::swarm"]] },
    Wall { folder: "worlds/studio", closed: &[BEVY, EGUI, GPU, CANDLE, &["crate::worlds::swarm"]] },
    Wall {
        folder: "window/live",
        closed: &[
            BEVY,
            EGUI,
            &["crate::worlds::swarm::train", "crate::window::panels", "crate::window::runtime", "crate::window::shell"],
        ],
    },
    Wall { folder: "window/shell", closed: &[&["crate::worlds::swarm::train"]] },
    Wall { folder: "window", closed: &[CANDLE, &["crate::cli"]] },
    Wall { folder: "cli", closed: &[BEVY, EGUI, &["crate::window::panels"]] },
];

/// The closed doors that `source` goes through, or opens by a glob or by a name of the folder around them; `file` is its
/// path below `src/`.
fn breaches(file: &str, source: &str) -> Vec<String> {
    let walls = WALLS.iter().filter(|wall| Path::new(file).starts_with(wall.folder));
    let closed: Vec<&str> = walls.flat_map(|wall| wall.closed.iter().copied().flatten().copied()).collect();
    let is_inside = |path: &str, folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with("::"));
    let mut found: Vec<String> = named_paths(file, source)
        .into_iter()
        .filter(|named| !(file == "window/panels/mod.rs" && named.path == "bevy_egui::egui"))
        .filter(|NamedPath { path, is_use }| {
            closed.iter().any(|door| path == door || is_inside(path, door) || *is_use && is_inside(door, path))
        })
        .map(|named| named.path)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn no_folder_touches_what_it_may_not() {
    let source_folder = root().join("src");
    for wall in WALLS {
        assert!(source_folder.join(wall.folder).is_dir(), "src/{} is gone: the walls follow the folders", wall.folder);
    }
    let mut found = Vec::new();
    for path in rust_files(&source_folder) {
        let file = path.strip_prefix(&source_folder).unwrap().to_string_lossy().into_owned();
        let source = std::fs::read_to_string(&path).unwrap();
        found.extend(breaches(&file, &source).into_iter().map(|breach| format!("src/{file}: {breach}")));
    }
    assert!(found.is_empty(), "through closed doors (see the crate docs):\n{}", found.join("\n"));
}

#[test]
fn every_file_of_the_shell_names_bevy() {
    let source_folder = root().join("src");
    let mut found = Vec::new();
    for path in rust_files(&source_folder.join("window/shell")) {
        let source = std::fs::read_to_string(&path).unwrap();
        let is_of_shell = |named: &NamedPath| ["bevy", "bevy_egui"].contains(&named.path.split("::").next().unwrap());
        // A file of tests belongs where the code that it tests is; parts of the drawing need wgpu alone.
        let is_part = path.ends_with("tests.rs") || path.to_string_lossy().contains("/draw/");
        let file = path.strip_prefix(&source_folder).unwrap().to_string_lossy().into_owned();
        if !is_part && !named_paths(&file, &source).iter().any(is_of_shell) {
            found.push(file);
        }
    }
    assert!(
        found.is_empty(),
        "without Bevy and egui: put them into window/runtime or window/live:\n{}",
        found.join("\n")
    );
}

/// Threads and pools outside [`THREADS`]' file that are not jobs of the program, and why.
const OTHER_THREADS: &[(&str, &str)] = &[
    ("media/picture/mp4.rs", "reads the pipe of another program"),
    ("worlds/points/studio/simulation.rs", "computes a grid; worlds know no jobs, and the networks do without it"),
    ("worlds/points/train/trainer.rs", "a pool of one thread, in which small loops are not spread over the cores"),
];
const THREADS: &str = "jobs/thread.rs";
/// What starts threads.
const STARTS: [&str; 3] = ["thread::Builder", "thread::spawn", "ThreadPoolBuilder"];

#[test]
fn threads_are_started_in_one_place() {
    let source_folder = root().join("src");
    let mut found = Vec::new();
    for path in rust_files(&source_folder) {
        let file = path.strip_prefix(&source_folder).unwrap().to_string_lossy().into_owned();
        let source = std::fs::read_to_string(&path).unwrap();
        let code = shipped_code(&source);
        if STARTS.iter().any(|start| code.contains(start)) {
            found.push(file);
        }
    }
    for (other, _) in OTHER_THREADS {
        assert!(found.iter().any(|file| file == other), "{other} starts no thread any more: take it off the list");
    }
    found.retain(|file| OTHER_THREADS.iter().all(|(other, _)| file != other));
    assert_eq!(found, [THREADS], "threads are started by `crate::jobs::start`");
}

/// `source` without its tests, which stand at its end, without comments and strings.
fn shipped_code(source: &str) -> String {
    // Some tests are of one system: `#[cfg(all(test, unix))]`.
    without_comments_and_strings(source.split("\nmod tests {").next().unwrap_or_default())
}

/// Calls that write a file in place: a full disk or a crash leaves half of it. `.save` of a picture is one too, which the
/// receivers in [`SAFE_SAVES`] do not have.
const WRITES_IN_PLACE: &[&str] = &["fs::write(", "File::create(", "Writer::from_path(", ".save_with_format("];
const SAFE_SAVES: &[&str] = &["project", "scene", "self", "files", "live", "prefs_saver", "stamp_saver"];

/// The calls of `source` that write a file without `media::atomic`.
fn writes_in_place(source: &str) -> Vec<&'static str> {
    let code = shipped_code(source);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let calls =
        |call: &&str| code.match_indices(*call).any(|(at, _)| !code[..at].ends_with(is_word) || call.starts_with('.'));
    let mut found: Vec<_> = WRITES_IN_PLACE.iter().copied().filter(calls).collect();
    let is_safe = |at: usize| SAFE_SAVES.contains(&code[..at].rsplit(|c| !is_word(c)).next().unwrap_or_default());
    if code.match_indices(".save(").any(|(at, _)| !is_safe(at)) {
        found.push(".save(");
    }
    found
}

#[test]
fn every_file_is_written_by_the_atomic_writer() {
    let source_folder = root().join("src");
    let mut found = Vec::new();
    for path in rust_files(&source_folder) {
        let file = path.strip_prefix(&source_folder).unwrap().to_string_lossy().into_owned();
        // Test modules in files of their own.
        if file.ends_with("tests.rs") || file.contains("/tests/") {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        found.extend(writes_in_place(&source).into_iter().map(|call| format!("src/{file}: {call}")));
    }
    assert!(found.is_empty(), "write files by `media::atomic` or `media::picture::write_png`:\n{}", found.join("\n"));

    for breach in [
        "std::fs::write(path, text)?;",
        "let file = File::create(path)?;",
        "let writer = csv::Writer::from_path(path)?;",
        "pattern_picture(&last, &rule).save(path)?;",
        "image.save(path)?;",
    ] {
        assert_eq!(writes_in_place(breach).len(), 1, "{breach}");
    }
    for allowed in ["AtomicFile::create(path)?;", "project.save(path)?;", "let format = ImageFormat::from_path(out)?;"]
    {
        assert!(writes_in_place(allowed).is_empty(), "{allowed}");
    }
    assert!(writes_in_place("#[cfg(test)]\nmod tests {\n    fn f() { fs::write(a, b); }\n}").is_empty());
}

#[test]
fn every_folder_has_a_wall() {
    for entry in std::fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let folder = path.file_name().unwrap().to_string_lossy().into_owned();
            assert!(WALLS.iter().any(|wall| wall.folder == folder), "src/{folder} has no wall in this test");
        }
    }
}

#[test]
fn files_and_folders_named_in_the_crate_docs_exist() {
    let docs = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let quoted =
        docs.lines().filter(|line| line.starts_with("//!")).flat_map(|line| line.split('`').skip(1).step_by(2));
    let named: Vec<&str> = quoted.filter(|name| name.contains('/')).collect();
    assert!(named.len() > 15);
    for name in named {
        let exists = ["", "src", "src/worlds"].iter().any(|folder| root().join(folder).join(name).exists());
        assert!(exists, "`{name}`");
    }
}

#[test]
fn every_file_is_short_enough_to_read() {
    let mut found = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for file in rust_files(&root().join(folder)) {
            let lines = std::fs::read_to_string(&file).unwrap().lines().count();
            if lines > MAX_LINES {
                found.push(format!("{}: {lines} lines", file.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(found.is_empty(), "more than {MAX_LINES} lines, split them:\n{}", found.join("\n"));
}

#[test]
fn a_planted_breach_is_caught_in_every_guise() {
    let caught = |file, source| !breaches(file, source).is_empty();
    assert!(caught("worlds/swarm/picture/near.rs", "use wgpu::Device;"));
    assert!(caught(
        "worlds/swarm/picture/mod.rs",
        "use std::{fs, collections::HashMap};\nuse {serde::Serialize, wgpu};"
    ));
    assert!(caught("worlds/swarm/rule/net.rs", "use crate::worlds::swarm::{picture::Swarm, engine::{Engine, grid}};"));
    assert!(caught("worlds/swarm/rule/net.rs", "fn f(d: &wgpu::Device) {}"));
    assert!(caught("worlds/swarm/rule/fast/mod.rs", "use super::super::engine::CpuEngine;"));
    assert!(caught("worlds/swarm/rule/net.rs", "use super::super::train::*;"));
    assert!(caught("worlds/swarm/rule/net.rs", "use crate::*;"));
    assert!(caught("worlds/swarm/rule/mod.rs", "pub use super::engine;"));
    assert!(caught("session/mod.rs", "mod x { pub use bevy_egui::egui; }"));
    assert!(caught("session/mod.rs", "#[cfg(test)]\nuse egui as toolkit;"));
    assert!(caught("session/studio/apply.rs", "use crate::worlds::{World, points::PointsDoc};"));
    assert!(caught("window/panels/studio/live.rs", "fn f(doc: &crate::worlds::field::FieldDoc) {}"));
    assert!(caught("worlds/swarm/measures/quick.rs", "#[cfg(test)]\nuse crate::scene::Project;"));
    assert!(caught("worlds/swarm/train/batch.rs", "let t = std::thread::spawn(f);"));
    assert!(caught("window/panels/mod.rs", "let text = std::fs::read_to_string(path);"));
    assert!(caught("window/panels/mod.rs", "use bevy_egui::EguiContexts;"));
    assert!(caught("window/shell/mod.rs", "use candle_core::Tensor;"));
    assert!(caught("window/runtime/files.rs", "fn f(picture: bevy::image::Image) {}"));
    assert!(caught("window/runtime/effects.rs", "use bevy_egui::egui::Context;"));
    assert!(caught("window/runtime/effects.rs", "use super::super::shell::clipboard::before_panels;"));

    // The folder around a closed one opens it.
    assert!(caught("session/mod.rs", "use crate::worlds::*;"));
    assert!(caught("session/mod.rs", "use crate::worlds;"));
    assert!(caught("session/mod.rs", "use crate::worlds::{self as all, World};"));
    assert!(caught("session/mod.rs", "use std::*;"));
    assert!(caught("worlds/swarm/rule/net.rs", "use super::super::*;\nfn f(e: &engine::CpuEngine) {}"));
    assert!(caught("worlds/swarm/rule/mod.rs", "mod tests {\n    use super::super::*;\n}"));
    assert!(caught("worlds/swarm/rule/mod.rs", "mod tests {\n    fn f() {\n    }\n}\nuse super::*;"));

    assert!(!caught("worlds/swarm/rule/mod.rs", "#[cfg(test)]\nmod tests {\n    use super::*;\n}"));
    assert!(!caught("window/panels/mod.rs", "pub(in crate::window) fn f() {}\nuse super::live;"));
    assert!(!caught("worlds/swarm/picture/mod.rs", "// use wgpu::Device;\nlet s = \"wgpu::Device\"; use glam::Vec2;"));
    assert!(!caught("worlds/swarm/engine/gpu.rs", "use wgpu::util::DeviceExt; use crate::worlds::swarm::rule::Rule;"));
    assert!(!caught("worlds/swarm/rule/fast/mod.rs", "use super::net::*; use super::super::picture::Swarm;"));
    assert!(!caught("window/panels/mod.rs", "pub use bevy_egui::egui; use crate::session::Session; use egui::Ui;"));
    assert!(!caught("worlds/swarm/rule/net.rs", "let wgpu_like = my_wgpu::thing(); let c = '\"'; use glam::DVec2;"));
}
