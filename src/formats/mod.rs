//! Particles from files of other programs (tables, extended XYZ, images), and particles to files.
//!
//! Each reader turns text or pixels into a `rows::Reading`; `assemble` makes the snapshots and checks them. Whatever a
//! reader assumed is in the list of [`Assumption`]s, and [`ImportOptions`] has a way to state it instead.

mod angles;
mod arrays;
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
mod stop;
mod table;
mod text;
mod trajectory;
mod write;
mod xyz;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use glam::DVec2;
use image::ImageFormat;

use crate::worlds::swarm::picture::{Mode, Snapshot, SnapshotError, SnapshotFilm, Stills};

use known::{FieldFiles, FormatReader, PointsFiles, SwarmFiles};

pub use arrays::NumberArray;
pub use assumption::{About, Assumption};
pub use clipboard::{Table, read_csv};
pub use export::{Export, ExportError, ExportSubject, export};
pub use known::{FormatKind, FormatRole, FormatSpec, StillsWriter, format_for};
pub use many::{import_all, import_unless_stopped};
pub use options::{AngleSense, AngleUnit, AngleZero, Angles, BoxChoice, ColumnChoice, ColumnUse, FrameChoice, YAxis};
pub use outline::Outline;
pub use picture::MAX_IMAGE_SIDE;
pub use picture::drawing::{Drawing, StippleOptions};
pub use stop::StopSignal;
pub use trajectory::{Trajectory, TrajectoryError, TrajectoryFrame, TrajectoryKind};
pub use write::{write_csv, write_snapshot_csv, write_snapshot_xyz, write_xyz};
pub(crate) use xyz::position_columns;

/// The table of file formats. Import, export, dialogs, drops, messages and the command line follow it, in every world.
pub const FORMATS: &[FormatSpec] = &[
    FormatSpec { endings: &["ron"], reader: FormatReader::Scene, holds_scenes: true, ..UNUSED },
    FormatSpec { endings: &["csv"], points: Some(PointsFiles { separator: Some(',') }), holds_plots: true, ..TABLE },
    FormatSpec { endings: &["tsv", "tab"], points: Some(PointsFiles { separator: Some('\t') }), ..TABLE },
    FormatSpec { endings: &["txt", "dat"], ..TABLE },
    FormatSpec {
        endings: &["xyz", "extxyz"],
        reader: FormatReader::Xyz,
        swarm: Some(SwarmFiles {
            write: |snapshot, _, _, out| Ok(write_snapshot_xyz(snapshot, out)?),
            writes_films: true,
            trajectory: Some(TrajectoryKind::Xyz),
        }),
        points: READ_POINTS,
        ..UNUSED
    },
    FormatSpec {
        endings: &["png"],
        field: Some(FieldFiles { has_transparency: true, write: Some(StillsWriter::Picture(ImageFormat::Png)) }),
        holds_scenes: true,
        is_drawn: true,
        ..IMAGE
    },
    FormatSpec { endings: &["jpg", "jpeg"], field: Some(OPAQUE_STILL), ..IMAGE },
    FormatSpec { endings: &["webp"], field: Some(STILL), ..IMAGE },
    FormatSpec { endings: &["bmp"], field: Some(OPAQUE_STILL), ..IMAGE },
    FormatSpec { endings: &["tiff", "tif"], field: Some(STILL), ..IMAGE },
    // Stills have no time, so that a field takes nothing from what moves.
    FormatSpec { endings: &["gif"], ..IMAGE },
    FormatSpec { endings: &["apng"], ..IMAGE },
    FormatSpec {
        endings: &["npy"],
        reader: FormatReader::Array(arrays::read_npy),
        field: Some(FieldFiles { has_transparency: false, write: Some(StillsWriter::Array(arrays::encode_npy)) }),
        ..UNUSED
    },
];

/// The fields that a row leaves out.
const UNUSED: FormatSpec = FormatSpec {
    endings: &[],
    reader: FormatReader::Scene,
    swarm: None,
    points: None,
    field: None,
    holds_scenes: false,
    is_drawn: false,
    holds_plots: false,
};

const SWARM_TABLE: SwarmFiles = SwarmFiles {
    write: |snapshot, _, _, out| Ok(write_snapshot_csv(snapshot, out)?),
    writes_films: false,
    trajectory: Some(TrajectoryKind::Csv),
};
const READ_POINTS: Option<PointsFiles> = Some(PointsFiles { separator: None });
const STILL: FieldFiles = FieldFiles { has_transparency: true, write: None };
const OPAQUE_STILL: FieldFiles = FieldFiles { has_transparency: false, ..STILL };

/// Tables of particles, of any separator.
const TABLE: FormatSpec =
    FormatSpec { reader: FormatReader::Table(Ok), swarm: Some(SWARM_TABLE), points: READ_POINTS, ..UNUSED };

/// Images, of whose pixels particles and points are made.
const IMAGE: FormatSpec = FormatSpec {
    reader: FormatReader::Image,
    swarm: Some(SwarmFiles { write: export::image_of, writes_films: false, trajectory: None }),
    points: READ_POINTS,
    ..UNUSED
};

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
    #[error("{}: {}; give a {} file", name_of(.file), kind_of(.file), FormatRole::SwarmImport.proposed())]
    UnknownKind { file: PathBuf },
    #[error("{}: {what}; {hint}", name_of(.file))]
    File { file: PathBuf, what: String, hint: String },
    #[error("{}, line {line}: {what}; {hint}", name_of(.file))]
    Line { file: PathBuf, line: usize, what: String, hint: String },
    #[error("the import was cancelled; nothing was changed")]
    Stopped,
    #[error("{}{}: {source}", name_of(.file), at_lines(.lines))]
    Snapshot { file: PathBuf, lines: Vec<usize>, source: SnapshotError },
}

impl ImportError {
    /// The next step is an option of [`ImportOptions`]: the file can be read once more is known about it.
    pub fn is_for_want_of_options(&self) -> bool {
        match self {
            Self::File { hint, .. } | Self::Line { hint, .. } => hint.contains("--"),
            Self::Read { .. } | Self::UnknownKind { .. } | Self::Stopped | Self::Snapshot { .. } => false,
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
    } else if format_for(file, FormatRole::Scene).is_some() {
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

/// Reads snapshots from a table, extended XYZ or an image; the ending of the name states which.
///
/// # Errors
/// Every fault names the file, the line where there is one, and the next step.
pub fn import(path: &Path, options: &ImportOptions) -> Result<Imported, ImportError> {
    import_one(path, options, StopSignal::NEVER)
}

fn import_one(path: &Path, options: &ImportOptions, stop: StopSignal) -> Result<Imported, ImportError> {
    let format =
        format_for(path, FormatRole::SwarmImport).ok_or_else(|| ImportError::UnknownKind { file: path.to_owned() })?;
    let read = || {
        let reading = format.read(path, options, stop)?;
        assemble::assemble(reading.map_err(|fault| fault.of(path))?, path, options, stop)
    };
    let imported = read();
    // What a reader that broke off reports is not the reason.
    if stop.is_set() { Err(ImportError::Stopped) } else { imported }
}

#[cfg(test)]
mod film_tests;
#[cfg(test)]
mod report_tests;
#[cfg(test)]
mod tests;
