//! A folder to run the program in.

use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;
use predicates::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

/// A flock of seven, as another program might write it, in two species.
pub const FLOCK_CSV: &str = "\
# box: 12 10
x,y,heading,species
6.0,5.0,0.0,0
5.2,5.6,0.0,0
5.2,4.4,0.0,0
4.4,6.2,0.0,1
4.4,3.8,0.0,1
3.6,6.8,0.0,1
3.6,3.2,0.0,1
";

/// A temporary folder.
pub struct Desk {
    pub dir: TempDir,
}

impl Desk {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn read_bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// The program in this folder, without a display.
    pub fn unstill(&self, line: &str) -> Command {
        let mut command = Command::cargo_bin("unstill").unwrap();
        command.current_dir(self.dir.path()).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        command.args(line.split_whitespace());
        command
    }

    /// Runs a command that must succeed, and returns its one JSON object.
    pub fn json(&self, line: &str) -> Value {
        let output = self.unstill(&format!("{line} --json --quiet")).assert().success().get_output().clone();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{line}: {e}"))
    }

    /// Runs a command that must fail with `code`, and returns its one sentence.
    pub fn failure(&self, line: &str, code: i32) -> String {
        let before = self.files();
        let assert = self.unstill(line).assert().code(code).stdout(predicate::str::is_empty());
        let text = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        let errors: Vec<&str> = text.lines().filter(|l| !l.starts_with("unstill: warning: ")).collect();
        assert_eq!(errors.len(), 1, "{line}: one sentence, not\n{text}");
        assert_eq!(self.files(), before, "{line}: a failure leaves nothing behind");
        errors[0].strip_prefix("unstill: ").expect("the sentence names the program").to_owned()
    }

    pub fn files(&self) -> Vec<(PathBuf, u64)> {
        let mut files: Vec<_> = fs::read_dir(self.dir.path())
            .unwrap()
            .map(|e| e.unwrap())
            .map(|e| (e.path(), e.metadata().unwrap().len()))
            .collect();
        files.sort();
        files
    }

    /// A learned scene `flock.ron`, after 20 steps.
    pub fn learned() -> Self {
        let desk = Self::new();
        desk.write("flock.csv", FLOCK_CSV);
        desk.json("import flock.csv -o flock.ron --mode motif");
        desk.json("learn flock.ron --steps 20 --flow-steps 5");
        desk
    }
}

pub fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("`{key}` is not a number in {value}"))
}
