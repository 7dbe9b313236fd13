//! What a file offers to choose from: its kind and its columns, read from its head alone.

use std::path::Path;

use super::{FormatKind, FormatRole, FormatSpec, format_for};

/// What can be stated about a file beside what holds for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// What the file holds.
    pub kind: FormatKind,
    /// Names of the columns as the file has them, each once; numbers from 1 where they have none.
    pub columns: Vec<String>,
}

impl Outline {
    /// The outline of a file, without columns where it cannot be read. `without_header`: columns of a table are numbered.
    pub fn of(path: &Path, without_header: bool) -> Self {
        let outline = |format: &FormatSpec| Self { kind: format.kind(), columns: format.columns(path, without_header) };
        format_for(path, FormatRole::SwarmImport).map_or_else(Self::default, outline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_from_the_head_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let outline = |name: &str, text: &str, without_header| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            let Outline { kind, columns } = Outline::of(&path, without_header);
            (kind, columns.join("|"))
        };
        let table = "# box: 3 3\nX (cm);Y (cm);n\n1;2;3\n";
        assert_eq!(outline("a.csv", table, false), (FormatKind::Table, "X (cm)|Y (cm)|n".to_owned()));
        assert_eq!(outline("b.tsv", "1\t2\t3\t4\n", true).1, "1|2|3|4");
        assert_eq!(outline("b.tsv", "1\t2\t3\t4\n", false).1, "1|2|3|4", "numbers are not names");
        let xyz = "1\nLattice=\"1 0 0 0 1 0 0 0 1\" Properties=species:S:1:pos:R:3:angle:R:1\nA 0 0 0 1\n";
        assert_eq!(outline("c.xyz", xyz, false), (FormatKind::Xyz, "species|pos|angle".to_owned()));
        assert_eq!(outline("d.png", "", false), (FormatKind::Image, String::new()));
        assert_eq!(Outline::of(Path::new("/no/such.csv"), false).columns.len(), 0);
    }
}
