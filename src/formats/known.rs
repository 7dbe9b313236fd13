//! Rows of the table of file formats, and what follows from all of them: endings, kinds, readers and writers.

use std::path::Path;

use super::export::ExportError;
use super::rows::{Fault, Reading};
use super::{FORMATS, ImportError, ImportOptions, TrajectoryKind, picture, table, text, xyz};
use crate::worlds::swarm::picture::Snapshot;

/// What a file of a format holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FormatKind {
    /// A table of particles.
    Table,
    /// XYZ or extended XYZ.
    Xyz,
    /// A picture to make particles of.
    #[default]
    Image,
}

impl FormatKind {
    /// It holds particles, and not something to make particles of.
    pub fn is_particles(self) -> bool {
        self != Self::Image
    }
}

/// How files of a format are read.
#[derive(Clone, Copy)]
pub(super) enum FormatReader {
    /// As a table with names in its first line, which this makes of the text; `Ok` where the text is one.
    Table(fn(String) -> Result<String, Fault>),
    /// As extended XYZ.
    Xyz,
    /// By its pixels.
    Image,
}

/// Appends a snapshot to the content of a file, given its name and the longer side of an image in pixels.
type Write = fn(&Snapshot, &Path, u32, &mut Vec<u8>) -> Result<(), ExportError>;

/// A row of the table.
pub struct FormatSpec {
    /// With its article, for lists.
    pub name: &'static str,
    /// Of names, in small letters, without the dot; the first one is that of new files.
    pub endings: &'static [&'static str],
    pub(super) reader: FormatReader,
    pub(super) write: Write,
    /// Whether all snapshots of a film are written to one file, one after the other.
    pub(super) writes_films: bool,
    /// What trajectories of this format are written as; none where it has none.
    pub(super) trajectory: Option<TrajectoryKind>,
}

impl FormatSpec {
    /// What its files hold.
    pub fn kind(&self) -> FormatKind {
        match self.reader {
            FormatReader::Table(_) => FormatKind::Table,
            FormatReader::Xyz => FormatKind::Xyz,
            FormatReader::Image => FormatKind::Image,
        }
    }

    /// The outer error is about the file, the inner about its content.
    pub(super) fn read(&self, path: &Path, options: &ImportOptions) -> Result<Result<Reading, Fault>, ImportError> {
        match self.reader {
            FormatReader::Table(as_table) => table::read(path, options, as_table),
            FormatReader::Xyz => xyz::read(path, options),
            FormatReader::Image => picture::read(path, options),
        }
    }

    /// Names of the columns in the head of a file; numbers from 1 where they have none.
    pub(super) fn columns(&self, path: &Path, without_header: bool) -> Vec<String> {
        match self.reader {
            FormatReader::Table(as_table) => {
                as_table(text::head(path)).map_or_else(|_| Vec::new(), |text| table::columns_of(&text, without_header))
            }
            FormatReader::Xyz => xyz::columns_of(&text::head(path)),
            FormatReader::Image => Vec::new(),
        }
    }

    /// The text of a file as a table, for readers of other worlds; as it is where the format is no table.
    ///
    /// # Errors
    /// What is wrong, in which line, and the next step, without a full stop.
    pub fn table_text(&self, text: String) -> Result<String, String> {
        match self.reader {
            FormatReader::Table(as_table) => as_table(text).map_err(|fault| fault.text()),
            FormatReader::Xyz | FormatReader::Image => Ok(text),
        }
    }
}

/// The endings of all formats, in the order of the table.
pub const ALL_ENDINGS: &[&str] = &{
    let mut all = [""; count_endings()];
    let (mut format, mut at) = (0, 0);
    while format < FORMATS.len() {
        let mut k = 0;
        while k < FORMATS[format].endings.len() {
            all[at] = FORMATS[format].endings[k];
            (k, at) = (k + 1, at + 1);
        }
        format += 1;
    }
    all
};

const fn count_endings() -> usize {
    let (mut format, mut count) = (0, 0);
    while format < FORMATS.len() {
        count += FORMATS[format].endings.len();
        format += 1;
    }
    count
}

/// What messages propose where a file is of no known format.
pub const PROPOSED_ENDINGS: &str = ".csv, .xyz, .png or .jpg";

/// All formats with their endings, for the help of the command line.
pub fn listed_formats() -> String {
    let listed = FORMATS.map(|format| {
        let endings: Vec<String> = format.endings.iter().map(|ending| format!(".{ending}")).collect();
        format!("{} ({})", format.name, endings.join(", "))
    });
    let [others @ .., last] = &listed;
    format!("{} or {last}", others.join(", "))
}

/// The format of a file, by the ending of its name.
pub fn format_of(path: &Path) -> Option<&'static FormatSpec> {
    let ending = path.extension()?.to_string_lossy().to_lowercase();
    FORMATS.iter().find(|format| format.endings.contains(&ending.as_str()))
}

/// The endings of all formats of some kinds.
pub fn endings_of(is_meant: impl Fn(FormatKind) -> bool) -> Vec<&'static str> {
    FORMATS.iter().filter(|format| is_meant(format.kind())).flat_map(|format| format.endings).copied().collect()
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::*;
    use crate::worlds::points::cloud::read_file;
    use crate::worlds::swarm::picture::Particle;

    #[test]
    fn a_name_says_the_format_whatever_its_case_and_no_ending_is_in_two() {
        let kind = |name: &str| format_of(Path::new(name)).map(|format| format.kind());
        assert_eq!(kind("a.CSV"), Some(FormatKind::Table));
        assert_eq!(kind("a.b.xyz"), Some(FormatKind::Xyz));
        assert_eq!(kind("a.JPeG"), Some(FormatKind::Image));
        assert_eq!((kind("csv"), kind("a.ron"), kind("a.")), (None, None, None));
        let mut all = endings_of(|_| true);
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn every_list_of_endings_is_that_of_the_table() {
        assert_eq!(ALL_ENDINGS, endings_of(|_| true));
        let listed = listed_formats();
        ALL_ENDINGS.iter().for_each(|ending| assert!(listed.contains(&format!(".{ending}")), "{ending}"));
        let proposed = PROPOSED_ENDINGS.replace(" or", ",");
        for name in proposed.split(", ") {
            assert!(format_of(Path::new(&format!("a{name}"))).is_some(), "{name}");
        }
    }

    #[test]
    fn every_ending_of_the_format_table_becomes_a_cloud() {
        let folder = tempfile::tempdir().unwrap();
        let particle = |k: u32| Particle { x: f64::from(k % 15), y: f64::from(k / 15), ..Particle::default() };
        let snapshot = Snapshot {
            particles: (0..150).map(particle).collect(),
            box_size: DVec2::splat(20.0),
            ..Snapshot::default()
        };
        for ending in ALL_ENDINGS {
            let path = folder.path().join(format!("a.{ending}"));
            let mut bytes = Vec::new();
            (format_of(&path).unwrap().write)(&snapshot, &path, 64, &mut bytes).unwrap();
            crate::media::atomic::write_atomic(&path, &bytes).unwrap();
            assert_eq!(read_file(&path, 150, 1).unwrap().cloud.len(), 150, "{ending}");
        }
    }

    #[test]
    fn every_ending_is_written_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let snapshot = crate::worlds::swarm::picture::motifs::by_name("mill").unwrap().snapshot();
        for ending in ALL_ENDINGS {
            let path = folder.path().join(format!("a.{ending}"));
            let format = format_of(&path).unwrap();
            let mut bytes = Vec::new();
            (format.write)(&snapshot, &path, 64, &mut bytes).unwrap();
            crate::media::atomic::write_atomic(&path, &bytes).unwrap();
            let read = super::super::import(&path, &ImportOptions::default()).unwrap_or_else(|e| panic!("{e}"));
            if format.kind().is_particles() {
                assert_eq!(read.snapshot.particles.len(), snapshot.particles.len(), "{ending}");
            }
        }
    }
}
