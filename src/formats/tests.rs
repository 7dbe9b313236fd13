//! Files on their way to snapshots and back.

use super::*;
use crate::worlds::swarm::picture::Swarm;
use crate::worlds::swarm::picture::{Boundary, Particle};
use glam::DVec2;
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
    assert!(outside.contains("flock.csv, line 4: particle 1 at (12, 3) is outside the box of 10 by 10"), "{outside}");
    let double = message("flock.csv", "x,y\n1,1\n\n2,2\n1,1\n");
    assert!(double.contains("flock.csv, lines 2 and 5: particles 0 and 2 are at the same place (1, 1)"), "{double}");
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
    let folder = import(&std::env::temp_dir().join("x.doc"), &ImportOptions::default()).unwrap_err().to_string();
    assert!(folder.contains(&FormatRole::SwarmImport.proposed()), "{folder}");

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
    assert!(large.contains("split it"), "{large}");
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
fn a_missing_box_is_fitted_and_missing_headings_follow_the_row() {
    let read = import_text("row.csv", "x,y\n-3,7\n-1,7\n1,7\n", None).unwrap();
    let Imported { snapshot, assumptions, .. } = read;
    assert_eq!((snapshot.mode, snapshot.box_size), (Mode::Motif, DVec2::new(8.0, 4.0)));
    let places: Vec<(f64, f64)> = snapshot.particles.iter().map(|p| (p.x, p.y)).collect();
    assert_eq!(places, vec![(2.0, 2.0), (4.0, 2.0), (6.0, 2.0)]);
    assert!(snapshot.particles.iter().all(|p| p.heading.sin().abs() < 1e-12));
    assert_eq!(assumptions.len(), 4, "mode, y, box and headings were assumed: {assumptions:?}");

    let whole = import_text("row.csv", "x,y\n-3,7\n-1,7\n1,7\n", Some(Mode::Whole)).unwrap().snapshot;
    assert_eq!((whole.boundary, whole.box_size), (Boundary::Open, DVec2::new(6.0, 2.0)));
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

// A4 and A40: a long name, a long header, a box of 1e308.
#[test]
fn no_message_is_longer_than_300_characters() {
    let long = "z".repeat(5000);
    let name = format!("{}.csv", "mein schwarm ä%20#1 ".repeat(10));
    let header = (0..80).map(|i| format!("bodypart_of_a_mouse{i}")).collect::<Vec<_>>().join(",");
    for text in [
        header,
        long.clone(),
        format!("x,y\n1,{long}\n"),
        "# box: 1e308 1e308\nx,y\n1,1\n2,2\n".to_owned(),
        "x,y\n1e308,1\n2,2\n".to_owned(),
        "# box: 1e9 1e9\nx,y\n1e308,1\n2,2\n".to_owned(),
        "x,y,heading\n1,1,1e308\n2,2,0\n".to_owned(),
        format!("x,y,species\n{}", (0..9).map(|k| format!("{k},1,{k}{long}\n")).collect::<String>()),
    ] {
        let message = message(&name, &text);
        assert!(message.chars().count() <= 300, "{} characters: {message}", message.chars().count());
    }
    let xyz = message("a.xyz", &format!("2\nProperties={long}\nA 1 2 3\nA 1 2 4\n"));
    assert!(xyz.chars().count() <= 300, "{xyz}");
}

// A21 and A43: line ends of old Macs, and a byte order mark in front of them.
#[test]
fn line_ends_of_every_system_are_read() {
    for ends in ["\n", "\r\n", "\r"] {
        for mark in ["", "\u{feff}"] {
            let text = format!("{mark}x,y,heading\n1,1,0\n2,1,0\n3,1,0\n").replace('\n', ends);
            assert_eq!(import_text("a.csv", &text, None).unwrap().snapshot.particles.len(), 3, "{ends:?}");
            let xyz = format!("{mark}2\n\nA 1 2 3\nA 4 5 6\n").replace('\n', ends);
            assert_eq!(import_text("a.xyz", &xyz, None).unwrap().snapshot.particles.len(), 2, "{ends:?}");
        }
    }
}

// A8: a mill that turns anticlockwise on the screen.
#[test]
fn a_table_of_a_known_tracker_is_turned_over() {
    let rows: String = (0..24)
        .map(|k| f64::from(k) * std::f64::consts::PI / 12.0)
        .map(|a| {
            let (x, y) = (320.0 + 100.0 * a.cos(), 480.0 - (240.0 + 100.0 * a.sin()));
            format!("{x},{y},{},{},0,1\n", -a.sin(), -a.cos())
        })
        .collect();
    let text = format!("x,y,vx,vy,mass,ecc\n{rows}");
    let sense = |snapshot: &Snapshot| {
        let particles = &snapshot.particles;
        let middle = |of: fn(&Particle) -> f64| particles.iter().map(of).sum::<f64>() / particles.len() as f64;
        let (x, y) = (middle(|p| p.x), middle(|p| p.y));
        particles.iter().filter(|p| (p.x - x) * p.heading.sin() - (p.y - y) * p.heading.cos() > 0.0).count()
    };
    assert_eq!(sense(&import_text("trackpy.csv", &text, None).unwrap().snapshot), 24);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("unknown.csv");
    std::fs::write(&path, text.replace("mass,ecc", "a,b")).unwrap();
    for (y, turning) in [(None, 0), (Some(YAxis::Down), 24)] {
        let read = import(&path, &ImportOptions { y, ..ImportOptions::default() }).unwrap();
        assert_eq!(sense(&read.snapshot), turning);
        assert_eq!(read.assumptions.iter().any(|a| a.about == About::Y && a.changes_picture), y.is_none());
    }
}

// A13.
#[test]
fn a_box_with_one_periodic_side_is_open_folded_and_reported() {
    let text = "4\nLattice=\"10 0 0 0 8 0 0 0 1\" Properties=species:S:1:pos:R:3 pbc=\"T F T\"\n\
                A 11 2 0\nA 3 2 0\nA 5 3 0\nA 7 4 0\n";
    let read = import_text("slab.xyz", text, Some(Mode::Whole)).unwrap();
    assert_eq!((read.snapshot.boundary, read.snapshot.particles[0].x), (Boundary::Open, 1.0));
    assert!(read.assumptions.iter().any(|a| a.text.contains("periodic along x only")), "{:?}", read.assumptions);
    assert!(message("slab.xyz", &text.replace("A 7 4", "A 7 9")).contains("line 6"));
}

#[test]
fn a_stated_box_replaces_that_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "# box: 9 9\nx,y,heading\n1,1,0\n2,1,0\n-1,8,0\n").unwrap();
    let with = |text: &str| {
        let options =
            ImportOptions { box_choice: Some(text.parse().unwrap()), ..ImportOptions::with_mode(Mode::Whole) };
        import(&path, &options).map(|read| read.snapshot)
    };
    let torus = with("-2,0,4,10").unwrap();
    assert_eq!((torus.box_size, torus.boundary), (DVec2::new(6.0, 10.0), Boundary::Periodic));
    assert_eq!(torus.particles[2].x, 1.0);
    assert_eq!(with("-2,0,4,10,open").unwrap().boundary, Boundary::Open);
    assert_eq!(with("fit").unwrap().boundary, Boundary::Open);
    // Folded into a torus that is too small for it.
    assert_eq!(with("5,5").unwrap().particles[2].y, 3.0);
}

#[test]
fn several_frames_are_read_and_poor_ones_left_out() {
    let text = "frame,id,x,y\n0,0,1,1\n0,1,2,1\n1,0,1,1.5\n2,0,1,2\n2,1,2,2\n3,0,4,4\n3,1,4,5\n3,2,4,5\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.csv");
    std::fs::write(&path, text).unwrap();
    let options = ImportOptions { frames: FrameChoice::ALL, ..ImportOptions::default() };
    let read = import(&path, &options).unwrap();
    assert_eq!(read.film.len(), 2, "{:?}", read.assumptions);
    let assumed = read.assumptions.iter().map(|a| a.text.as_str()).collect::<Vec<_>>().join(" ");
    assert!(
        assumed.contains("fewer than 2 particles were left out: 1") && assumed.contains("the first is 3"),
        "{assumed}"
    );
}

fn swarms() -> impl Strategy<Value = Swarm> {
    let particle = (0.0..1.0f64, 0.0..1.0f64, -3.2..3.2f64, 0u8..8);
    (prop::collection::vec(particle, 2..40), 0.1..1e3f64, 1e-3..50.0f64).prop_map(|(rows, w, h)| Swarm {
        particles: rows
            .into_iter()
            .map(|(x, y, heading, species)| Particle { x: x * w, y: y * h, heading, species })
            .collect(),
        box_size: DVec2::new(w, h),
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
    fn an_exported_snapshot_comes_back(swarm in swarms(), open: bool) {
        let boundary = if open { Boundary::Open } else { Boundary::Periodic };
        let Swarm { particles, box_size } = swarm;
        let snapshot = Snapshot { particles, box_size, mode: Mode::Whole, boundary };
        // Nothing to export that could not be imported.
        prop_assume!(snapshot.validate().is_ok());
        let (mut csv, mut xyz) = (Vec::new(), Vec::new());
        write_snapshot_csv(&snapshot, &mut csv).unwrap();
        write_snapshot_xyz(&snapshot, &mut xyz).unwrap();
        for (name, bytes) in [("a.csv", csv), ("a.xyz", xyz)] {
            let read = import_text(name, std::str::from_utf8(&bytes).unwrap(), Some(Mode::Whole)).unwrap();
            prop_assert_eq!(&read.snapshot, &snapshot, "{}", name);
        }
    }

    #[test]
    fn no_text_whatever_makes_the_readers_panic(text in "[0-9xy,;:=\"# \n\t.eNaTFPropertiesLattice-]{0,200}") {
        let _ = table::parse(&text, &ImportOptions::default(), StopSignal::NEVER);
        let _ = xyz::parse(&text, &ImportOptions::default());
        let _ = xyz::parse(&format!("2\n{text}\nA 0 0 0\nB 1 1 1\n"), &ImportOptions::default());
    }
}
