//! Snapshots from files (`.csv`, extended `.xyz`, `.png`, `.jpg`), and particles to files.
//!
//! Each reader turns text or pixels into [`Rows`]; [`assemble`] makes the snapshot, says what it assumed, and checks it.

mod colours;
mod csv;
mod drawing;
mod edges;
mod picture;
mod species;
mod table;
mod write;
mod xyz;

use std::path::{Path, PathBuf};

use crate::worlds::swarm::picture::headings::from_neighbours;
use crate::worlds::swarm::picture::{Boundary, MAX_PARTICLES, Mode, Particle, Snapshot, SnapshotError, wrap};

pub use drawing::{Drawing, StippleOptions};
pub use picture::MAX_IMAGE_SIDE;
pub use table::{Table, read_csv};
pub use write::{write_csv, write_xyz};

/// Files larger than this are refused unread; the largest usable one is far smaller.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// Up to so many particles a file without a stated mode is taken for one creature.
const MOTIF_PARTICLES: usize = 64;

/// What the file itself cannot say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImportOptions {
    /// `None` chooses by the content, and says so in the notes.
    pub mode: Option<Mode>,
    /// Particles to stipple an image with.
    pub particles: usize,
    /// Seed of the stippling.
    pub seed: u64,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self { mode: None, particles: 200, seed: 1 }
    }
}

/// A snapshot that passed [`Snapshot::validate`], and one sentence for each thing that had to be assumed.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    pub snapshot: Snapshot,
    pub notes: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{}: cannot be read ({source}); check the name and the permissions", .file.display())]
    Read { file: PathBuf, source: std::io::Error },
    #[error("{}: {}; give a .csv, .xyz, .png or .jpg file", .file.display(), what_it_is(.file))]
    UnknownKind { file: PathBuf },
    #[error("{}: {what}; {hint}", .file.display())]
    File { file: PathBuf, what: String, hint: String },
    #[error("{}, line {line}: {what}; {hint}", .file.display())]
    Line { file: PathBuf, line: usize, what: String, hint: String },
    #[error("{}{}: {source}", .file.display(), at_lines(.lines))]
    Snapshot { file: PathBuf, lines: Vec<usize>, source: SnapshotError },
}

/// What is no picture.
fn what_it_is(file: &Path) -> &'static str {
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

/// One particle as a file gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row {
    x: f64,
    y: f64,
    heading: Option<f64>,
    species: u8,
    /// Counted from 1; 0 for images.
    line: usize,
}

/// What a reader understood.
#[derive(Clone, Debug, Default, PartialEq)]
struct Rows {
    rows: Vec<Row>,
    box_size: Option<[f64; 2]>,
    /// Whether the box is a torus, if the file says so.
    periodic: Option<bool>,
    /// The mode the content suggests, if it does better than counting particles.
    suggested: Option<Mode>,
    notes: Vec<String>,
}

/// A fault in a file's content, before the file's name is put to it.
#[derive(Clone, Debug, PartialEq)]
struct Fault {
    /// Counted from 1; `None` when it is the file as a whole.
    line: Option<usize>,
    what: String,
    hint: String,
}

impl Fault {
    fn at(line: usize, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { line: Some(line), what: what.into(), hint: hint.into() }
    }

    fn whole(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { line: None, what: what.into(), hint: hint.into() }
    }

    fn of(self, file: &Path) -> ImportError {
        let Self { line, what, hint } = self;
        let file = file.to_owned();
        match line {
            Some(line) => ImportError::Line { file, line, what, hint },
            None => ImportError::File { file, what, hint },
        }
    }
}

/// Reads a snapshot from `.csv`, `.xyz` (extended XYZ), `.png`, `.jpg` or `.jpeg`, told apart by the extension.
///
/// # Errors
/// Every fault names the file, the line where there is one, and the hint.
pub fn import(path: &Path, options: &ImportOptions) -> Result<Imported, ImportError> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    let rows = match extension.as_str() {
        "csv" | "tsv" => read_text(path)?.parsed(csv::parse),
        "xyz" | "extxyz" => read_text(path)?.parsed(xyz::parse),
        "png" | "jpg" | "jpeg" => picture::read(path, options)?,
        _ => return Err(ImportError::UnknownKind { file: path.to_owned() }),
    };
    assemble(rows.map_err(|fault| fault.of(path))?, path, options)
}

/// The text of a file, and what was assumed about its letters.
struct Text {
    text: String,
    note: Option<String>,
}

impl Text {
    fn parsed(self, parse: impl FnOnce(&str) -> Result<Rows, Fault>) -> Result<Rows, Fault> {
        let mut rows = parse(&self.text)?;
        rows.notes.extend(self.note);
        Ok(rows)
    }
}

fn read_text(path: &Path) -> Result<Text, ImportError> {
    let read_error = |source| ImportError::Read { file: path.to_owned(), source };
    let bytes = std::fs::metadata(path).map_err(read_error)?.len();
    if bytes > MAX_FILE_BYTES {
        let what = format!("the file has {} MiB, more than any usable snapshot", bytes >> 20);
        return Err(Fault::whole(what, format!("cut out a part of at most {MAX_PARTICLES} particles")).of(path));
    }
    let bytes = std::fs::read(path).map_err(read_error)?;
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Fault::whole("the text is saved as UTF-16", "save it as UTF-8").of(path));
    }
    match String::from_utf8(bytes) {
        // Windows programs put a byte-order mark before the first letter.
        Ok(text) => Ok(Text { text: text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text), note: None }),
        Err(error) if error.as_bytes().contains(&0) => {
            let valid = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..valid].iter().filter(|&&b| b == b'\n').count();
            Err(Fault::at(line, "this is not text", "save the file as plain text in UTF-8").of(path))
        }
        // Older programs write a letter as one byte. Names may look odd then; numbers do not.
        Err(error) => Ok(Text {
            text: error.as_bytes().iter().map(|&byte| char::from(byte)).collect(),
            note: Some("The text is not UTF-8 and was read as Latin-1.".to_owned()),
        }),
    }
}

fn assemble(read: Rows, path: &Path, options: &ImportOptions) -> Result<Imported, ImportError> {
    let Rows { rows, box_size, periodic, suggested, mut notes } = read;
    let particles =
        rows.iter().map(|r| Particle { x: r.x, y: r.y, heading: r.heading.unwrap_or(0.0), species: r.species });
    let mut snapshot = Snapshot { particles: particles.collect(), ..Snapshot::default() };
    snapshot.mode = options.mode.or(suggested).unwrap_or_else(|| {
        let few = snapshot.particles.len() <= MOTIF_PARTICLES;
        let (mode, reading) =
            if few { (Mode::Motif, "one creature (motif)") } else { (Mode::Whole, "a sample as it stands (whole)") };
        notes.push(format!("{} particles were taken for {reading}.", snapshot.particles.len()));
        mode
    });

    let lines = |error: &SnapshotError| -> Vec<usize> {
        let lines = error.particles().into_iter().filter_map(|i| rows.get(i).map(|row| row.line));
        lines.filter(|&line| line > 0).collect()
    };
    let refuse = |mut source: SnapshotError| {
        let lines = lines(&source);
        if let SnapshotError::Duplicate { first, x, y, .. } = &mut source {
            // As the file has them: a box put around the particles has shifted them.
            (*x, *y) = (rows[*first].x, rows[*first].y);
        }
        ImportError::Snapshot { file: path.to_owned(), lines, source }
    };

    match box_size {
        Some(size) => {
            snapshot.box_size = size;
            if periodic == Some(false) {
                snapshot.boundary = Boundary::Open;
            }
        }
        None => {
            snapshot.boundary = Boundary::Open;
            fit_box(&mut snapshot);
            let [w, h] = snapshot.box_size;
            notes.push(match snapshot.mode {
                Mode::Motif => format!("No box was given: a box of {w:.4} by {h:.4} was put around the particles."),
                Mode::Whole => format!(
                    "No box was given: the particles were taken for a cut-out of {w:.4} by {h:.4}, open at its edges."
                ),
            });
        }
    }
    snapshot.validate().map_err(refuse)?;

    let unknown = rows.iter().filter(|row| row.heading.is_none()).count();
    if unknown > 0 {
        let guessed = from_neighbours(&snapshot.positions(), snapshot.unit_length(), snapshot.period());
        for ((particle, row), heading) in snapshot.particles.iter_mut().zip(&rows).zip(guessed) {
            particle.heading = row.heading.unwrap_or(heading);
        }
        let which =
            if unknown == rows.len() { "No headings were".to_owned() } else { format!("{unknown} headings were not") };
        notes.push(format!("{which} given: they were laid along the line to the nearest neighbours."));
    }
    Ok(Imported { snapshot, notes })
}

/// Shifts the particles into a box around them, with a margin of one ℓ for a motif and half an ℓ for a whole painting.
fn fit_box(snapshot: &mut Snapshot) {
    snapshot.box_size = [1.0; 2];
    let Some([low, high]) = snapshot.bounding() else { return };
    let extent = (high[0] - low[0]).max(high[1] - low[1]);
    // Without a box yet, the extent stands in for the box side where there is no spacing to measure.
    snapshot.box_size = [extent.max(1.0); 2];
    let margin = snapshot.unit_length() * if snapshot.mode == Mode::Motif { 1.0 } else { 0.5 };
    for p in &mut snapshot.particles {
        p.x += margin - low[0];
        p.y += margin - low[1];
    }
    snapshot.box_size = [high[0] - low[0] + 2.0 * margin, high[1] - low[1] + 2.0 * margin];
}

/// Folds particles of a torus into its box; the number of particles that lay outside.
fn fold_into_box(rows: &mut [Row], box_size: [f64; 2]) -> usize {
    let mut folded = 0;
    for row in rows {
        if !((0.0..=box_size[0]).contains(&row.x) && (0.0..=box_size[1]).contains(&row.y)) {
            row.x = wrap(row.x, box_size[0]);
            row.y = wrap(row.y, box_size[1]);
            folded += 1;
        }
    }
    folded
}

/// A finite number, or the fault that says which column of which line holds none.
fn number(text: &str, column: &str, line: usize) -> Result<f64, Fault> {
    let value: f64 = text.parse().map_err(|_| {
        let what =
            if text.is_empty() { format!("{column} is empty") } else { format!("{column} is '{text}', not a number") };
        Fault::at(line, what, "write a number there or delete the line")
    })?;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Fault::at(
            line,
            format!("{column} is {text}"),
            "every value must be a finite number; mend or delete the line",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::Swarm;
    use proptest::prelude::*;

    fn import_text(name: &str, text: &str, mode: Option<Mode>) -> Result<Imported, ImportError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("the folder can be written");
        import(&path, &ImportOptions { mode, ..ImportOptions::default() })
    }

    fn message(name: &str, text: &str) -> String {
        import_text(name, text, None).expect_err("must be refused").to_string()
    }

    #[test]
    fn snapshot_faults_name_the_file_and_its_lines() {
        let outside = message("flock.csv", "# box: 10 10\nx,y\n1,1\n12,3\n");
        assert!(
            outside.contains("flock.csv, line 4: particle 1 at (12, 3) is outside the box of 10 by 10"),
            "{outside}"
        );
        let double = message("flock.csv", "x,y\n1,1\n\n2,2\n1,1\n");
        assert!(
            double.contains("flock.csv, lines 2 and 5: particles 0 and 2 are at the same place (1, 1)"),
            "{double}"
        );
        let lone = message("flock.csv", "x,y\n1,1\n");
        assert!(lone.contains("at least 2"), "{lone}");
        let none = message("flock.csv", "x,y\n");
        assert!(none.contains("at least 2"), "{none}");
        let nan = message("flock.csv", "x,y\n1,1\nNaN,1\n");
        assert!(nan.contains("flock.csv, line 3: x is NaN; every value must be a finite number"), "{nan}");
        let outside =
            message("flock.xyz", "2\nLattice=\"4 0 0 0 4 0 0 0 1\" pbc=\"F F F\" Properties=pos:R:2\n1 1\n9 1\n");
        assert!(outside.contains("flock.xyz, line 4"), "{outside}");
    }

    #[test]
    fn files_that_are_no_snapshots_are_told_so() {
        let missing = import(Path::new("/no/such/file.csv"), &ImportOptions::default()).unwrap_err().to_string();
        assert!(missing.contains("/no/such/file.csv: cannot be read"), "{missing}");
        let folder = import(&std::env::temp_dir().join("x.txt"), &ImportOptions::default()).unwrap_err().to_string();
        assert!(folder.contains(".csv, .xyz, .png or .jpg"), "{folder}");

        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("binary.csv");
        std::fs::write(&path, b"x,y\n1,2\n\xff\x00").unwrap();
        let binary = import(&path, &ImportOptions::default()).unwrap_err().to_string();
        assert!(binary.contains("line 3: this is not text"), "{binary}");
        std::fs::write(&path, b"\xff\xfex\x00,\x00").unwrap();
        let utf16 = import(&path, &ImportOptions::default()).unwrap_err().to_string();
        assert!(utf16.contains("save it as UTF-8"), "{utf16}");
        std::fs::File::create(&path).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
        let large = import(&path, &ImportOptions::default()).unwrap_err().to_string();
        assert!(large.contains("cut out a part"), "{large}");
    }

    #[test]
    fn letters_of_an_older_program_do_not_hide_the_numbers() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("excel.csv");
        std::fs::write(&path, b"x;y;Gr\xf6\xdfe\r\n1,5;2;3\r\n2,5;3;4\r\n").unwrap();
        let Imported { snapshot, notes } = import(&path, &ImportOptions::default()).unwrap();
        assert_eq!(snapshot.particles.len(), 2);
        assert!(notes.iter().any(|note| note.contains("Größe")) && notes.iter().any(|note| note.contains("Latin-1")));
    }

    #[test]
    fn a_byte_order_mark_does_not_hide_the_first_column() {
        assert_eq!(import_text("a.csv", "\u{feff}x,y\n1,1\n2,1\n", None).unwrap().snapshot.particles.len(), 2);
    }

    #[test]
    fn without_a_box_one_is_put_around_and_without_headings_the_row_gives_them() {
        let read = import_text("row.csv", "x,y\n-3,7\n-1,7\n1,7\n", None).unwrap();
        let Imported { snapshot, notes } = read;
        assert_eq!((snapshot.mode, snapshot.box_size), (Mode::Motif, [8.0, 4.0]));
        let places: Vec<(f64, f64)> = snapshot.particles.iter().map(|p| (p.x, p.y)).collect();
        assert_eq!(places, vec![(2.0, 2.0), (4.0, 2.0), (6.0, 2.0)]);
        assert!(snapshot.particles.iter().all(|p| p.heading.sin().abs() < 1e-12));
        assert_eq!(notes.len(), 3, "mode, box and headings were assumed: {notes:?}");

        let whole = import_text("row.csv", "x,y\n-3,7\n-1,7\n1,7\n", Some(Mode::Whole)).unwrap().snapshot;
        assert_eq!((whole.boundary, whole.box_size), (Boundary::Open, [6.0, 2.0]));
    }

    #[test]
    fn a_box_in_the_file_is_a_torus_unless_it_says_otherwise() {
        let rows: String = (0..100).map(|i| format!("{},{}\n", i % 10, i / 10)).collect();
        let csv = import_text("grid.csv", &format!("# box: 10 10\nx,y\n{rows}"), None).unwrap();
        assert_eq!((csv.snapshot.mode, csv.snapshot.boundary), (Mode::Whole, Boundary::Periodic));
        let rows = rows.replace(',', " ");
        let open = format!("100\nLattice=\"10 0 0 0 10 0 0 0 1\" pbc=\"F F F\" Properties=pos:R:2\n{rows}");
        let xyz = import_text("grid.xyz", &open, None).unwrap();
        assert_eq!((xyz.snapshot.mode, xyz.snapshot.boundary), (Mode::Whole, Boundary::Open));
    }

    fn swarms() -> impl Strategy<Value = Swarm> {
        let particle = (0.0..1.0f64, 0.0..1.0f64, -3.2..3.2f64, 0u8..8);
        (prop::collection::vec(particle, 2..40), 0.1..1e3f64, 1e-3..50.0f64).prop_map(|(rows, w, h)| Swarm {
            particles: rows
                .into_iter()
                .map(|(x, y, heading, species)| Particle { x: x * w, y: y * h, heading, species })
                .collect(),
            box_size: [w, h],
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        #[test]
        fn written_files_read_back_exactly(swarm in swarms()) {
            let mut csv = Vec::new();
            write_csv(&swarm.particles, swarm.box_size, &mut csv).unwrap();
            let mut xyz = Vec::new();
            write_xyz(&swarm.particles, swarm.box_size, &mut xyz).unwrap();
            for (name, bytes) in [("a.csv", csv), ("a.xyz", xyz)] {
                let read = import_text(name, std::str::from_utf8(&bytes).unwrap(), Some(Mode::Whole)).unwrap();
                prop_assert_eq!(&read.snapshot.particles, &swarm.particles, "{}", name);
                prop_assert_eq!(read.snapshot.box_size, swarm.box_size);
                prop_assert!(read.notes.is_empty(), "{}: {:?}", name, read.notes);
            }
        }

        #[test]
        fn no_text_whatever_makes_the_readers_panic(text in "[0-9xy,;:=\"# \n\t.eNaTFPropertiesLattice-]{0,200}") {
            let _ = csv::parse(&text);
            let _ = xyz::parse(&text);
            let _ = xyz::parse(&format!("2\n{text}\nA 0 0 0\nB 1 1 1\n"));
        }
    }
}
