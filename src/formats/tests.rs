//! Files on their way to snapshots and back.

use super::*;
use crate::worlds::swarm::picture::Swarm;
use crate::worlds::swarm::picture::{Boundary, Particle};
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
    assert!(outside.contains("flock.csv, line 4: particle 1 at (12, 3) lies outside the box of 10 by 10"), "{outside}");
    let double = message("flock.csv", "x,y\n1,1\n\n2,2\n1,1\n");
    assert!(double.contains("flock.csv, lines 2 and 5: particles 0 and 2 lie at the same place (1, 1)"), "{double}");
    let lone = message("flock.csv", "x,y\n1,1\n");
    assert!(lone.contains("at least 2"), "{lone}");
    let none = message("flock.csv", "x,y\n");
    assert!(none.contains("at least 2"), "{none}");
    let nan = message("flock.csv", "x,y\n1,1\nNaN,1\n");
    assert!(nan.contains("flock.csv, line 3: x is NaN; every value must be a finite number"), "{nan}");
    let outside = message("flock.xyz", "2\nLattice=\"4 0 0 0 4 0 0 0 1\" pbc=\"F F F\" Properties=pos:R:2\n1 1\n9 1\n");
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
    std::fs::File::create(&path).unwrap().set_len(text::MAX_FILE_BYTES + 1).unwrap();
    let large = import(&path, &ImportOptions::default()).unwrap_err().to_string();
    assert!(large.contains("cut out a part"), "{large}");
}

#[test]
fn letters_of_an_older_program_do_not_hide_the_numbers() {
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("excel.csv");
    std::fs::write(&path, b"x;y;Gr\xf6\xdfe\r\n1,5;2;3\r\n2,5;3;4\r\n").unwrap();
    let Imported { snapshot, assumptions, .. } = import(&path, &ImportOptions::default()).unwrap();
    assert_eq!(snapshot.particles.len(), 2);
    assert!(
        assumptions.iter().any(|a| a.text.contains("Größe")) && assumptions.iter().any(|a| a.text.contains("Latin-1"))
    );
}

#[test]
fn a_byte_order_mark_does_not_hide_the_first_column() {
    assert_eq!(import_text("a.csv", "\u{feff}x,y\n1,1\n2,1\n", None).unwrap().snapshot.particles.len(), 2);
}

#[test]
fn without_a_box_one_is_put_around_and_without_headings_the_row_gives_them() {
    let read = import_text("row.csv", "x,y\n-3,7\n-1,7\n1,7\n", None).unwrap();
    let Imported { snapshot, assumptions, .. } = read;
    assert_eq!((snapshot.mode, snapshot.box_size), (Mode::Motif, [8.0, 4.0]));
    let places: Vec<(f64, f64)> = snapshot.particles.iter().map(|p| (p.x, p.y)).collect();
    assert_eq!(places, vec![(2.0, 2.0), (4.0, 2.0), (6.0, 2.0)]);
    assert!(snapshot.particles.iter().all(|p| p.heading.sin().abs() < 1e-12));
    assert_eq!(assumptions.len(), 4, "mode, y, box and headings were assumed: {assumptions:?}");

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
            prop_assert!(read.assumptions.is_empty(), "{}: {:?}", name, read.assumptions);
        }
    }

    #[test]
    fn no_text_whatever_makes_the_readers_panic(text in "[0-9xy,;:=\"# \n\t.eNaTFPropertiesLattice-]{0,200}") {
        let _ = table::parse(&text, &ImportOptions::default());
        let _ = xyz::parse(&text, &ImportOptions::default());
        let _ = xyz::parse(&format!("2\n{text}\nA 0 0 0\nB 1 1 1\n"), &ImportOptions::default());
    }
}
