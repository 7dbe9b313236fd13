//! The table of file formats: endings and readers. Import, dialogs, drops and the command line follow it.

use std::path::Path;

use super::rows::{Fault, Reading};
use super::{ImportError, ImportOptions, picture, table, xyz};

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

/// A row of the table.
pub struct FormatSpec {
    /// What its files hold.
    pub kind: FormatKind,
    /// Of names, in small letters, without the dot; the first one is that of new files.
    pub endings: &'static [&'static str],
    pub(super) read: Read,
}

/// All formats that are read.
pub const FORMATS: [FormatSpec; 3] = [
    FormatSpec { kind: FormatKind::Table, endings: &["csv", "tsv", "tab", "txt", "dat"], read: table::read },
    FormatSpec { kind: FormatKind::Xyz, endings: &["xyz", "extxyz"], read: xyz::read },
    FormatSpec {
        kind: FormatKind::Image,
        endings: &["png", "apng", "jpg", "jpeg", "gif", "webp", "bmp", "tiff", "tif"],
        read: picture::read,
    },
];

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
}
