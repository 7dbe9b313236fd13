//! Particles from files of other programs (tables, extended XYZ, images), and particles to files.
//!
//! Each reader turns text or pixels into a `rows::Reading`; `assemble` makes the snapshots and checks them. Whatever a
//! reader assumed is in the list of [`Assumption`]s, and [`ImportOptions`] has a way to state it instead.

mod angles;
mod assemble;
mod assumption;
mod clipboard;
mod export;
mod known;
mod many;
mod options;
mod outline;
mod picture;
mod rows;
mod species;
mod table;
mod text;
mod trajectory;
mod write;
mod xyz;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use glam::DVec2;

use crate::worlds::swarm::picture::{Mode, Snapshot, SnapshotError, SnapshotFilm, Stills};

use known::FormatReader;

pub use assumption::{About, Assumption};
pub use clipboard::{Table, read_csv};
pub use export::{Export, ExportError, ExportSubject, export};
pub use known::{ALL_ENDINGS, FormatKind, FormatSpec, PROPOSED_ENDINGS, endings_of, format_of, listed_formats};
pub use many::import_all;
pub use options::{AngleSense, AngleUnit, AngleZero, Angles, BoxChoice, ColumnChoice, ColumnUse, FrameChoice, YAxis};
pub use outline::Outline;
pub use picture::MAX_IMAGE_SIDE;
pub use picture::drawing::{Drawing, StippleOptions};
pub use trajectory::{Trajectory, TrajectoryError, TrajectoryFrame, TrajectoryKind};
pub use write::{write_csv, write_snapshot_csv, write_snapshot_xyz, write_xyz};
pub(crate) use xyz::position_columns;

/// The table of file formats, which are both read and written. Import, export, dialogs, drops and the command line follow it.
pub const FORMATS: [FormatSpec; 3] = [
    FormatSpec {
        name: "a table",
        endings: &["csv", "tsv", "tab", "txt", "dat"],
        reader: FormatReader::Table(Ok),
        write: |snapshot, _, _, out| Ok(write_snapshot_csv(snapshot, out)?),
        writes_films: false,
        trajectory: Some(TrajectoryKind::Csv),
    },
    FormatSpec {
        name: "XYZ",
        endings: &["xyz", "extxyz"],
        reader: FormatReader::Xyz,
        write: |snapshot, _, _, out| Ok(write_snapshot_xyz(snapshot, out)?),
        writes_films: true,
        trajectory: Some(TrajectoryKind::Xyz),
    },
    FormatSpec {
        name: "an image",
        endings: &["png", "apng", "jpg", "jpeg", "gif", "webp", "bmp", "tiff", "tif"],
        reader: FormatReader::Image,
        write: export::image_of,
        writes_films: false,
        trajectory: None,
    },
];

/// What the user states about a file. Each value that is left out is found from the content and reported.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportOptions {
    /// One creature, or a whole sample.
    pub mode: Option<Mode>,
    /// Particles to stipple an image with.
    pub particles: usize,
    /// Seed of the stippling.
    pub seed: u64,
    /// Which column is what.
    pub columns: ColumnChoice,
    /// Unit, zero and sense of the headings.
    pub angles: Angles,
    /// Direction of the y axis.
    pub y: Option<YAxis>,
    /// Which frames of a film.
    pub frames: FrameChoice,
    /// The box around the particles.
    pub box_choice: Option<BoxChoice>,
    /// The first line of the table already holds particles.
    pub without_header: bool,
}

/// Snapshots that passed [`Snapshot::validate`], and everything that had to be assumed.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The first of the chosen frames.
    pub snapshot: Snapshot,
    /// All chosen frames, when several were asked for.
    pub film: SnapshotFilm,
    /// What had to be assumed.
    pub assumptions: Vec<Assumption>,
    /// Where in the frame of the file, y up, the box begins that was put around the particles.
    corner: Option<DVec2>,
    /// What the file calls the species; empty where they are numbers that stand as they are.
    species: Vec<String>,
}

impl Imported {
    /// What a scene holds of it.
    pub fn into_stills(self) -> Stills {
        Stills::new(Arc::new(self.snapshot), self.film)
    }
}

/// Why a file could not be imported. Every message has at most 300 characters.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum ImportError {
    #[error("{}: cannot be read ({source}); check the name and the permissions", name_of(.file))]
    Read { file: PathBuf, source: std::io::Error },
    #[error("{}: {}; give a {PROPOSED_ENDINGS} file", name_of(.file), kind_of(.file))]
    UnknownKind { file: PathBuf },
    #[error("{}: {what}; {hint}", name_of(.file))]
    File { file: PathBuf, what: String, hint: String },
    #[error("{}, line {line}: {what}; {hint}", name_of(.file))]
    Line { file: PathBuf, line: usize, what: String, hint: String },
    #[error("{}{}: {source}", name_of(.file), at_lines(.lines))]
    Snapshot { file: PathBuf, lines: Vec<usize>, source: SnapshotError },
}

impl ImportError {
    /// The next step is an option of [`ImportOptions`]: the file can be read once more is known about it.
    pub fn is_for_want_of_options(&self) -> bool {
        match self {
            Self::File { hint, .. } | Self::Line { hint, .. } => hint.contains("--"),
            Self::Read { .. } | Self::UnknownKind { .. } | Self::Snapshot { .. } => false,
        }
    }
}

/// The path as given, or its end where it is long.
fn name_of(file: &Path) -> String {
    const LONGEST: usize = 50;
    let name = file.display().to_string();
    let length = name.chars().count();
    if length <= LONGEST { name } else { format!("…{}", name.chars().skip(length - LONGEST + 1).collect::<String>()) }
}

fn kind_of(file: &Path) -> &'static str {
    if file.is_dir() {
        "this is a folder"
    } else if file.extension().is_some_and(|e| e.eq_ignore_ascii_case("ron")) {
        "this is a scene already, or what is left of one"
    } else {
        "this kind of file is not known"
    }
}

fn at_lines(lines: &[usize]) -> String {
    match lines {
        [] => String::new(),
        [line] => format!(", line {line}"),
        lines => format!(", lines {}", lines.iter().map(usize::to_string).collect::<Vec<_>>().join(" and ")),
    }
}

/// Reads snapshots from a table, extended XYZ or an image; the ending of the name says which.
///
/// # Errors
/// Every fault names the file, the line where there is one, and the next step.
pub fn import(path: &Path, options: &ImportOptions) -> Result<Imported, ImportError> {
    let format = format_of(path).ok_or_else(|| ImportError::UnknownKind { file: path.to_owned() })?;
    let reading = format.read(path, options)?;
    assemble::assemble(reading.map_err(|fault| fault.of(path))?, path, options)
}

#[cfg(test)]
mod film_tests;
#[cfg(test)]
mod report_tests;
#[cfg(test)]
mod tests;
