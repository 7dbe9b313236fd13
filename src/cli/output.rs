//! What the commands share: output for people and machines, errors in one line, scenes with their warnings, progress.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::media::picture::advice;
use crate::scene::{Loaded, SwarmProject, load_swarm};
use crate::worlds::SwarmDoc;
use crate::worlds::swarm::rule::Rule;

/// What a command prints at its end.
pub(super) struct Answer {
    /// Lines for people.
    pub text: String,
    pub json: Map<String, Value>,
}

impl Answer {
    /// `facts` must serialise to an object.
    pub fn new(text: impl Into<String>, facts: &impl Serialize) -> anyhow::Result<Self> {
        match serde_json::to_value(facts)? {
            Value::Object(json) => Ok(Self { text: text.into(), json }),
            other => anyhow::bail!("an answer must be a JSON object, not {other}"),
        }
    }
}

/// # Errors
/// The answer cannot be written, such as on a full disk. A closed pipe (`unstill info … | head -1`) is not an error.
pub(super) fn print_answer(answer: &Answer, json: bool) -> anyhow::Result<()> {
    if json { print(&Value::Object(answer.json.clone()).to_string()) } else { print(answer.text.trim_end()) }
}

fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            anyhow::bail!("the answer cannot be written: {}", advice(&error))
        }
        _ => Ok(()),
    }
}

pub(super) fn print_failure(sentence: &str, json: bool) {
    let _ = writeln!(std::io::stderr(), "unstill: {sentence}");
    if json {
        // The exit code reports the failure even where this is lost.
        let _ = print(&json!({ "error": sentence }).to_string());
    }
}

/// The whole chain of an error in one line; a cause that a message already contains is not repeated.
pub(super) fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain() {
        let text = cause.to_string();
        if line.is_empty() {
            line = text;
        } else if !line.contains(&text) {
            line = format!("{line}: {text}");
        }
    }
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn warn(sentence: &str) {
    let _ = writeln!(std::io::stderr(), "unstill: warning: {sentence}");
}

/// Reads a scene and reports on stderr what was left out.
pub(super) fn load(path: &Path) -> anyhow::Result<Loaded<SwarmDoc>> {
    let loaded = load_swarm(path)?;
    for warning in &loaded.warnings {
        warn(&format!("{}: {warning}", path.display()));
    }
    Ok(loaded)
}

pub(super) fn rule_of<'a>(scene: &'a SwarmProject, path: &Path) -> anyhow::Result<&'a Rule> {
    scene
        .world
        .rule
        .as_deref()
        .with_context(|| format!("{0}: this scene has no rule yet; run `unstill learn {0}` first", path.display()))
}

/// JSON has no NaN.
pub(super) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Three digits after the point, or a dash.
pub(super) fn number(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |v| format!("{v:.3}"))
}

/// A value with its interval, where it has one.
pub(super) fn with_interval(value: Option<f64>, interval: Option<[f64; 2]>) -> String {
    let text = number(value);
    interval.map_or(text.clone(), |[low, high]| format!("{text} [{low:.3}, {high:.3}]"))
}

/// A bar on a terminal, a line every few seconds elsewhere, nothing when quiet.
pub(super) struct Progress {
    bar: ProgressBar,
    lines: bool,
    last_line: Instant,
}

impl Progress {
    const LINE_EVERY: Duration = Duration::from_secs(5);

    pub fn new(steps: u64, quiet: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal && !quiet { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(steps), target);
        let style = ProgressStyle::with_template("{prefix:>10} {wide_bar} {pos}/{len} {msg}");
        bar.set_style(style.expect("the template is valid"));
        Self { bar, lines: !terminal && !quiet, last_line: Instant::now() }
    }

    pub fn phase(&self, name: &'static str) {
        self.bar.set_prefix(name);
    }

    pub fn at(&mut self, step: u64, message: impl FnOnce() -> String) {
        self.bar.set_position(step);
        if self.lines && self.last_line.elapsed() >= Self::LINE_EVERY {
            self.last_line = Instant::now();
            let (prefix, of) = (self.bar.prefix(), self.bar.length().unwrap_or(0));
            let _ = writeln!(std::io::stderr(), "unstill: {prefix} {step}/{of} {}", message());
        } else if !self.bar.is_hidden() {
            self.bar.set_message(message());
        }
    }

    /// For runs whose length is known only after the start.
    pub fn set_total(&self, steps: u64) {
        self.bar.set_length(steps);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_chain_is_one_line_and_says_nothing_twice() {
        let inner = std::io::Error::other("the disk\nis gone");
        let error = anyhow::Error::new(inner).context("a.ron: cannot be read (the disk\nis gone)").context("opening");
        assert_eq!(one_line(&error), "opening: a.ron: cannot be read (the disk is gone)");
    }

    #[test]
    fn numbers_that_are_none_become_null() {
        assert_eq!(json!({ "fidelity": finite(f64::NAN) }).to_string(), "{\"fidelity\":null}");
        assert_eq!(number(finite(0.98765)), "0.988");
        assert_eq!(with_interval(Some(0.9), Some([0.85, 0.9512])), "0.900 [0.850, 0.951]");
        assert_eq!(with_interval(None, None), "-");
    }
}
