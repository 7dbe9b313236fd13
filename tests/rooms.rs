//! The walls between the rooms of the program: who may touch what, read from the source text.

use std::path::{Path, PathBuf};

/// No file is longer, in lines; most are well below 400.
const MAX_LINES: usize = 500;

/// What a room may not touch: outside crates, and other rooms (`crate::...`) that lie downstream of it.
struct Wall {
    room: &'static str,
    closed: &'static [&'static str],
}

const WINDOW: [&str; 5] = ["bevy", "bevy_egui", "egui", "egui_plot", "egui_notify"];

const WALLS: &[Wall] = &[
    Wall {
        room: "snapshot",
        closed: &[
            "wgpu",
            "candle_core",
            "candle_nn",
            "crate::rule",
            "crate::learn",
            "crate::engine",
            "crate::scene",
            "crate::observe",
            "crate::worker",
            "crate::session",
            "crate::ui",
            "crate::app",
            "crate::cli",
        ],
    },
    Wall {
        room: "rule",
        closed: &[
            "wgpu",
            "candle_core",
            "candle_nn",
            "crate::learn",
            "crate::engine",
            "crate::scene",
            "crate::observe",
            "crate::worker",
            "crate::session",
            "crate::ui",
            "crate::app",
            "crate::cli",
        ],
    },
    Wall {
        room: "learn",
        closed: &[
            "wgpu",
            "std::thread",
            "crate::engine",
            "crate::scene",
            "crate::observe",
            "crate::worker",
            "crate::session",
            "crate::ui",
            "crate::app",
            "crate::cli",
        ],
    },
    Wall {
        room: "engine",
        closed: &[
            "candle_core",
            "candle_nn",
            "crate::learn",
            "crate::scene",
            "crate::observe",
            "crate::worker",
            "crate::session",
            "crate::ui",
            "crate::app",
            "crate::cli",
        ],
    },
    Wall { room: "observe", closed: &["crate::worker", "crate::session", "crate::ui", "crate::app", "crate::cli"] },
    Wall {
        room: "scene",
        closed: &["wgpu", "crate::engine", "crate::worker", "crate::session", "crate::ui", "crate::app", "crate::cli"],
    },
    Wall { room: "worker", closed: &["crate::session", "crate::ui", "crate::app", "crate::cli"] },
    Wall {
        room: "session",
        closed: &[
            "wgpu",
            "candle_core",
            "candle_nn",
            "std::fs",
            "std::thread",
            "crate::engine",
            "crate::ui",
            "crate::app",
            "crate::cli",
        ],
    },
    Wall {
        room: "ui",
        closed: &[
            "bevy",
            "bevy_egui",
            "wgpu",
            "candle_core",
            "candle_nn",
            "std::fs",
            "std::thread",
            "crate::engine",
            "crate::worker",
            "crate::scene",
            "crate::app",
            "crate::cli",
        ],
    },
    Wall { room: "app", closed: &["candle_core", "candle_nn", "crate::learn", "crate::cli"] },
    Wall { room: "cli", closed: &["crate::ui"] },
];

/// Rooms from which the window toolkits are kept out.
const NO_WINDOW: [&str; 9] = ["snapshot", "rule", "learn", "engine", "observe", "scene", "worker", "session", "cli"];

/// Paths that `source` names, as `a::b::c`, from `use` trees and from paths in the text; comments and strings are left out.
fn paths(source: &str) -> Vec<String> {
    let code = without_comments_and_strings(source);
    let mut found = Vec::new();
    for statement in code.split(';') {
        // A statement may follow a brace or an attribute: the `use` need not be at its start.
        if let Some(at) = word_at(statement, "use") {
            expand(&mut found, "", statement[at + 3..].trim());
        }
    }
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    for word in code.split(|c: char| !is_path(c)) {
        if word.contains("::") {
            found.push(word.trim_matches(':').to_owned());
        }
    }
    found
}

/// Where `word` stands alone in `text`.
fn word_at(text: &str, word: &str) -> Option<usize> {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word)
        .map(|(at, _)| at)
        .find(|&at| !inside(text[..at].chars().next_back()) && !inside(text[at + word.len()..].chars().next()))
}

/// Adds the paths of the use tree `tree` (such as `a::{b, c::d}`) under `prefix`.
fn expand(found: &mut Vec<String>, prefix: &str, tree: &str) {
    let tree = tree.trim().trim_start_matches("::");
    let Some(open) = tree.find('{') else {
        let name = tree.split(" as ").next().unwrap_or_default().trim();
        if !name.is_empty() {
            found.push(format!("{prefix}{name}"));
        }
        return;
    };
    let Some(close) = tree.rfind('}') else { return };
    let prefix = format!("{prefix}{}", tree[..open].trim());
    let mut depth = 0;
    let mut start = open + 1;
    for (at, c) in tree[..close].char_indices().skip_while(|&(at, _)| at <= open) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(found, &prefix, &tree[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    expand(found, &prefix, &tree[start..close]);
}

fn without_comments_and_strings(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    for line in source.lines() {
        let mut in_string = false;
        let mut escaped = false;
        let mut previous = ' ';
        for c in line.chars() {
            if in_string {
                in_string = escaped || c != '"';
                escaped = !escaped && c == '\\';
            } else if c == '"' && previous != '\'' {
                in_string = true;
            } else if c == '/' && previous == '/' {
                code.pop();
                break;
            } else {
                code.push(c);
            }
            previous = c;
        }
        code.push('\n');
    }
    code
}

/// The closed doors that `source`, a file of `room`, goes through.
fn breaches(room: &str, source: &str) -> Vec<String> {
    let closed = WALLS.iter().filter(|w| w.room == room).flat_map(|w| w.closed.iter().copied());
    let window = NO_WINDOW.contains(&room).then_some(WINDOW).into_iter().flatten();
    let closed: Vec<&str> = closed.chain(window).collect();
    let mut found: Vec<String> = paths(source)
        .into_iter()
        // The one way to egui, which is no dependency of our own.
        .filter(|path| !(room == "ui" && path == "bevy_egui::egui"))
        .filter(|path| closed.iter().any(|door| *path == *door || path.starts_with(&format!("{door}::"))))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn no_room_touches_what_it_may_not() {
    let mut found = Vec::new();
    for wall in WALLS {
        let files = rust_files(&root().join("src").join(wall.room));
        assert!(!files.is_empty(), "src/{} is gone: the walls must follow the rooms", wall.room);
        for file in files {
            let source = std::fs::read_to_string(&file).unwrap();
            for breach in breaches(wall.room, &source) {
                found.push(format!("{}: {breach}", file.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(found.is_empty(), "through closed doors (design, section 4):\n{}", found.join("\n"));
}

#[test]
fn every_room_has_a_wall() {
    for entry in std::fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let room = path.file_name().unwrap().to_string_lossy().into_owned();
            assert!(WALLS.iter().any(|w| w.room == room), "src/{room} has no wall in this test");
        }
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
    let caught = |room, source| !breaches(room, source).is_empty();
    assert!(caught("snapshot", "use wgpu::Device;"));
    assert!(caught("snapshot", "use std::{fs, collections::HashMap};\nuse {serde::Serialize, wgpu};"));
    assert!(caught("rule", "use crate::{snapshot::Swarm, engine::{Engine, grid}};"));
    assert!(caught("rule", "fn f(d: &wgpu::Device) {}"));
    assert!(caught("session", "mod x { pub use bevy_egui::egui; }"));
    assert!(caught("session", "#[cfg(test)]\nuse egui as toolkit;"));
    assert!(caught("learn", "let t = std::thread::spawn(f);"));
    assert!(caught("ui", "let text = std::fs::read_to_string(path);"));
    assert!(caught("ui", "use bevy_egui::EguiContexts;"));
    assert!(caught("app", "use candle_core::Tensor;"));

    assert!(!caught("snapshot", "// use wgpu::Device;\nlet s = \"wgpu::Device\"; use glam::Vec2;"));
    assert!(!caught("engine", "use wgpu::util::DeviceExt; use crate::rule::Rule;"));
    assert!(!caught("ui", "pub(crate) use bevy_egui::egui;"));
    assert!(!caught("ui", "use crate::session::{Command, Session}; use egui::Ui;"));
    assert!(!caught("rule", "let wgpu_like = my_wgpu::thing(); let c = '\"'; use glam::DVec2;"));
}
