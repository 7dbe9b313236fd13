//! What a reader understood of a file, before it becomes snapshots.

use std::path::Path;

use glam::DVec2;

use super::assumption::shortened;
use super::{Assumption, ImportError};
use crate::worlds::swarm::picture::Mode;

/// One particle as a file gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    pub x: f64,
    pub y: f64,
    /// Radians, counter-clockwise from +x in the frame of the file.
    pub heading: Option<f64>,
    pub species: u8,
    /// Counted from 1; 0 for images.
    pub line: usize,
}

/// The particles of one frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FrameRows {
    /// What the file calls the frame.
    pub label: String,
    /// The number of the frame in the file, or counted from 1.
    pub number: f64,
    pub rows: Vec<Row>,
    /// Which animal each row is, where the file states it.
    pub ids: Option<Vec<u32>>,
    /// Width and height of a box with its lower left corner at the origin.
    pub box_size: Option<DVec2>,
    /// Along which sides the box is periodic, if the file states it.
    pub periodic: Option<[bool; 2]>,
}

/// What a reader understood: at least one frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reading {
    pub frames: Vec<FrameRows>,
    /// The file counts y from the top.
    pub y_down: bool,
    /// Particles outside a periodic box are folded into it, not refused.
    pub folds: bool,
    /// The mode the content suggests, if it does better than counting particles.
    pub suggested: Option<Mode>,
    pub assumptions: Vec<Assumption>,
    /// What the species are called, where they are not numbers that stand as they are.
    pub species: Vec<String>,
}

/// A fault in a file's content, before the file's name is put to it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fault {
    /// Counted from 1; `None` when it is the file as a whole.
    pub line: Option<usize>,
    pub what: String,
    /// The next step for the user.
    pub hint: String,
}

/// Longest parts of a message, characters; together with a shortened name of a file they stay below 300.
const MAX_WHAT: usize = 130;
const MAX_HINT: usize = 110;

impl Fault {
    pub fn at(line: usize, what: impl AsRef<str>, hint: impl AsRef<str>) -> Self {
        Self { line: Some(line), ..Self::whole(what, hint) }
    }

    pub fn whole(what: impl AsRef<str>, hint: impl AsRef<str>) -> Self {
        Self { line: None, what: shortened(what.as_ref(), MAX_WHAT), hint: shortened(hint.as_ref(), MAX_HINT) }
    }

    /// A reader broke off; the import reports that it was stopped.
    pub fn stopped() -> Self {
        Self::whole("the import was cancelled", "nothing was changed")
    }

    /// One sentence without the name of the file and without a full stop.
    pub fn text(&self) -> String {
        let at = self.line.map_or_else(String::new, |line| format!("line {line}: "));
        format!("{at}{}; {}", self.what, self.hint)
    }

    pub fn of(self, file: &Path) -> ImportError {
        let Self { line, what, hint } = self;
        let file = file.to_owned();
        match line {
            Some(line) => ImportError::Line { file, line, what, hint },
            None => ImportError::File { file, what, hint },
        }
    }
}

/// A finite number, or the fault that names the column and line without one.
///
/// # Errors
/// A text that is not a number, and NaN and infinity.
pub(super) fn number(text: &str, column: &str, line: usize) -> Result<f64, Fault> {
    let column = shortened(column, 24);
    let value = parsed(text).ok_or_else(|| {
        let what = if text.is_empty() {
            format!("{column} is empty")
        } else {
            format!("{column} is '{}', not a number", shortened(text, 30))
        };
        Fault::at(line, what, "write a number there or delete the line")
    })?;
    if value.is_finite() {
        Ok(value)
    } else {
        let what = format!("{column} is {}", shortened(text, 30));
        Err(Fault::at(line, what, "every value must be a finite number; correct or delete the line"))
    }
}

/// A number as programs write it; Fortran's exponent is a D.
pub(super) fn parsed(text: &str) -> Option<f64> {
    text.parse().ok().or_else(|| {
        let is_exponent =
            text.contains(['d', 'D']) && text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
        if is_exponent { text.replace(['d', 'D'], "e").parse().ok() } else { None }
    })
}
