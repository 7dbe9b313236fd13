//! The table of file formats: endings, readers and writers. Import, export, dialogs, drops and the command line follow it.

use std::path::Path;

use super::export::{ExportError, image_of};
use super::rows::{Fault, Reading};
use super::write::{write_snapshot_csv, write_snapshot_xyz};
use super::{ImportError, ImportOptions, picture, table, xyz};
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

type Read = fn(&Path, &ImportOptions) -> Result<Result<Reading, Fault>, ImportError>;

/// Appends a snapshot to the content of a file, given its name and the longer side of an image in pixels.
type Write = fn(&Snapshot, &Path, u32, &mut Vec<u8>) -> Result<(), ExportError>;

/// A row of the table.
pub struct FormatSpec {
    /// What its files hold.
    pub kind: FormatKind,
    /// Of names, in small letters, without the dot; the first one is that of new files.
    pub endings: &'static [&'static str],
    pub(super) read: Read,
    pub(super) write: Write,
    /// Whether all snapshots of a film are written to one file, one after the other.
    pub(super) writes_films: bool,
}

/// All formats, which are both read and written.
pub const FORMATS: [FormatSpec; 3] = [
    FormatSpec {
        kind: FormatKind::Table,
        endings: &["csv", "tsv", "tab", "txt", "dat"],
        read: table::read,
        write: |snapshot, _, _, out| Ok(write_snapshot_csv(snapshot, out)?),
        writes_films: false,
    },
    FormatSpec {
        kind: FormatKind::Xyz,
        endings: &["xyz", "extxyz"],
        read: xyz::read,
        write: |snapshot, _, _, out| Ok(write_snapshot_xyz(snapshot, out)?),
        writes_films: true,
    },
    FormatSpec {
        kind: FormatKind::Image,
        endings: &["png", "apng", "jpg", "jpeg", "gif", "webp", "bmp", "tiff", "tif"],
        read: picture::read,
        write: image_of,
        writes_films: false,
    },
];

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
    let endings = |kind: FormatKind| {
        let endings = endings_of(|other| other == kind);
        endings.iter().map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(", ")
    };
    let [table, xyz, image] = [FormatKind::Table, FormatKind::Xyz, FormatKind::Image].map(endings);
    format!("a table ({table}), XYZ ({xyz}) or an image ({image})")
}

/// The format of a file, by the ending of its name.
pub fn format_of(path: &Path) -> Option<&'static FormatSpec> {
    let ending = path.extension()?.to_string_lossy().to_lowercase();
    FORMATS.iter().find(|format| format.endings.contains(&ending.as_str()))
}

/// The endings of all formats of some kinds.
pub fn endings_of(is_meant: impl Fn(FormatKind) -> bool) -> Vec<&'static str> {
    FORMATS.iter().filter(|format| is_meant(format.kind)).flat_map(|format| format.endings).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_the_format_whatever_its_case_and_no_ending_is_in_two() {
        let kind = |name: &str| format_of(Path::new(name)).map(|format| format.kind);
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
            if format.kind.is_particles() {
                assert_eq!(read.snapshot.particles.len(), snapshot.particles.len(), "{ending}");
            }
        }
    }
}
