//! Extended XYZ as ASE, OVITO and people write it.

use super::*;
use crate::formats::Angles;
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use glam::DVec2;

fn read(text: &str) -> Reading {
    super::parse(text, &ImportOptions::default()).expect("must be read")
}

fn read_with(text: &str, options: ImportOptions) -> Reading {
    super::parse(text, &options).expect("must be read")
}

fn fault(text: &str) -> Fault {
    super::parse(text, &ImportOptions::default()).expect_err("must be refused")
}

fn assumed(reading: &Reading) -> String {
    reading.assumptions.iter().map(|a| a.to_string()).collect::<Vec<_>>().join(" ")
}

fn headings(reading: &Reading) -> Vec<f64> {
    reading.frames[0].rows.iter().map(|row| row.heading.expect("a heading")).collect()
}

#[test]
fn what_ase_writes_is_read() {
    let text = "2\nLattice=\"10.0 0.0 0.0 0.0 8.0 0.0 0.0 0.0 1.0\" Properties=species:S:1:pos:R:3:momenta:R:3 pbc=\"T T F\"\n\
                Ar       1.00000000       2.00000000       0.00000000       0.00000000       3.00000000       0.00000000\n\
                Ne      11.00000000       4.00000000       0.00000000       1.00000000       1.00000000       0.00000000\n";
    let read = read(text);
    assert_eq!((read.frames[0].box_size, read.frames[0].periodic), (Some(DVec2::new(10.0, 8.0)), Some([true; 2])));
    assert_eq!(read.frames[0].rows[0], Row { x: 1.0, y: 2.0, heading: Some(FRAC_PI_2), species: 0, line: 3 });
    assert_eq!(read.frames[0].rows[1], Row { x: 11.0, y: 4.0, heading: Some(FRAC_PI_4), species: 1, line: 4 });
    let notes = assumed(&read);
    for part in ["'Ar' became 0", "momenta"] {
        assert!(notes.contains(part), "{notes}");
    }
}

#[test]
fn what_ovito_writes_is_read() {
    let text = "2\nLattice=\"10 0 0 0 10 0 0 0 1\" Origin=\"-5 -5 0\" Properties=pos:R:3:species:I:1:velo:R:3:orientation:R:4 Time=0\n\
                -5 4 0 1 1 0 0 0 0 0.7071067811865476 0.7071067811865476\n0 0 0.5 2 1 0 0 0 0 0 1\n\
                1\nsecond frame\n0 0 0 1\n";
    let read = read(text);
    assert_eq!((read.frames[0].rows[0].x, read.frames[0].rows[0].y), (0.0, 9.0));
    assert!((read.frames[0].rows[0].heading.unwrap() - FRAC_PI_2).abs() < 1e-12);
    assert_eq!((read.frames[0].rows[0].species, read.frames[0].rows[1].species), (1, 2));
    let notes = assumed(&read);
    assert!(notes.contains("z (from 0 to 0.5)") && notes.contains("only frame 1 was read"), "{notes}");
}

#[test]
fn a_plain_xyz_file_and_an_angle_column_are_read() {
    let plain = read("2\nwater\nO 0 0 0\nH 1 0 0\n");
    assert_eq!((plain.frames[0].box_size, plain.frames[0].rows[1].species), (None, 1));
    let angled = read("2\nProperties=pos:R:2:theta:R:1 pbc='F F F'\n0 0 0.25\n1 0 0.5\n");
    assert_eq!(angled.frames[0].rows[1].heading, Some(0.5));
    assert_eq!(angled.frames[0].periodic, Some([false; 2]));
}

#[test]
fn each_unreadable_place_is_named() {
    let head = "Properties=species:S:1:pos:R:3";
    let lattice = |l: &str| format!("1\nLattice=\"{l}\" {head}\nA 0 0 0\n");
    let cases: Vec<(String, Option<usize>, &str)> = vec![
        ("".into(), Some(1), "empty"),
        ("many\n\n".into(), Some(1), "'many'"),
        ("1000000\n\n".into(), Some(1), "1000000 particles"),
        (format!("3\n{head}\nA 0 0 0\nA 1 0 0\n"), None, "3 particles, but there are 2"),
        (format!("1\n{head}\nA 0 0\n"), Some(3), "3 columns"),
        (format!("1\n{head}\nA 0 nan 0\n"), Some(3), "y is nan"),
        (format!("1\n{head}\nA 0 b 0\n"), Some(3), "y is 'b'"),
        ("1\nProperties=species:S:1\nA\n".into(), Some(2), "no positions"),
        ("1\nProperties=species:S\nA\n".into(), Some(2), "triples"),
        (lattice("10 0 0 3.3 7.1 0 0 0 1"), Some(2), "fills no rectangle"),
        (lattice("10 0 0 0 0 0 0 0 1"), Some(2), "no area"),
        (lattice("10 0 0 0 10"), Some(2), "5 numbers"),
        (format!("1\npbc=\"T X\" {head}\nA 0 0 0\n"), Some(2), "pbc is 'T X'"),
    ];
    for (text, line, what) in cases {
        let fault = fault(&text);
        assert_eq!(fault.line, line, "{text}: {fault:?}");
        assert!(fault.what.contains(what), "{text}: {fault:?}");
    }
}

// A10: degrees are recognised and reported.
#[test]
fn degrees_in_a_column_of_angles_are_recognised() {
    let text = "4\nLattice=\"10 0 0 0 8 0 0 0 1\" Properties=species:S:1:pos:R:3:angle:R:1 pbc=\"T T F\"\n\
                A 1 2 0 0\nA 3 2 0 90\nA 5 2 0 180\nA 7 2 0 270\n";
    let read = read(text);
    for (found, expected) in headings(&read).iter().zip([0.0, FRAC_PI_2, PI, 1.5 * PI]) {
        assert!((found - expected).abs() < 1e-12);
    }
    assert!(
        assumed(&read).contains("degrees") && assumed(&read).contains("--angles rad|compass"),
        "{}",
        assumed(&read)
    );
    let stated = super::parse(&text.replace("pbc", "angles=rad pbc"), &ImportOptions::default()).unwrap();
    assert_eq!(headings(&stated)[3], 270.0);
    let compass = ImportOptions { angles: Angles::COMPASS, ..ImportOptions::default() };
    assert!((headings(&read_with(text, compass))[0] - FRAC_PI_2).abs() < 1e-12);
}

// A11.
#[test]
fn quaternions_with_the_scalar_first_are_told_apart() {
    let h = 0.5f64.sqrt();
    let file = |q: [f64; 4]| {
        let line = |x: f64| format!("{x} 2 0 {} {} {} {}\n", q[0], q[1], q[2], q[3]);
        format!("2\nLattice=\"10 0 0 0 8 0 0 0 1\" Properties=pos:R:3:orientation:R:4\n{}{}", line(1.0), line(4.0))
    };
    for q in [[h, 0.0, 0.0, h], [0.0, 0.0, h, h]] {
        assert!(headings(&read(&file(q))).iter().all(|heading| (heading - FRAC_PI_2).abs() < 1e-9), "{q:?}");
    }
    assert!(fault(&file([0.5; 4])).what.contains("out of the plane"));
}

// A12: what ASE writes for a text with quotes in it.
#[test]
fn text_within_quotes_is_not_taken_for_keys() {
    let text = "2\nLattice=\"12 0 0 0 8 0 0 0 1\" Properties=species:S:1:pos:R:3 cmd=\"run \\\"fast\\\" pbc=F\" pbc=\"T T F\"\n\
                A 1 2 0\nA 3 2 0\n";
    let read = read(text);
    assert_eq!((read.frames[0].box_size, read.frames[0].periodic), (Some(DVec2::new(12.0, 8.0)), Some([true; 2])));
}

// A13, A15, and cells that mean nothing.
#[test]
fn cells_of_no_size_and_of_half_a_period_are_read() {
    let slab = read("2\nLattice=\"10 0 0 0 8 0 0 0 1\" pbc=\"T F T\"\nA 1 2 0\nA 3 2 0\n");
    assert_eq!(slab.frames[0].periodic, Some([true, false]));
    let none =
        read("2\nLattice=\"0 0 0 0 0 0 0 0 0\" Properties=species:S:1:pos:R:3 pbc=\"F F F\"\nA 1 2 0\nA 3 2 0\n");
    assert_eq!(none.frames[0].box_size, None);
    assert!(assumed(&none).contains("there is no cell"));
    assert!(fault("1\nLattice=\"0 0 0 0 0 0 0 0 0\" pbc=\"T T T\"\nA 1 2 0\n").what.contains("no size"));
    let open = read("2\nLattice=\"4 0 0 1.3 2.9 0 0 0 1\" pbc=\"F F F\"\nA 1 2 0\nA 3 2 0\n");
    assert_eq!((open.frames[0].box_size, open.frames[0].rows.len()), (None, 2));
    let nested = read("2\nLattice=[[10, 0, 0], [0, 8, 0], [0, 0, 1]] pbc=[T, T, F]\nA 1 2 0\nA 3 2 0\n");
    assert_eq!(nested.frames[0].box_size, Some(DVec2::new(10.0, 8.0)));
}

// A14.
#[test]
fn a_sheared_crystal_fills_a_rectangle() {
    let read = read("1\nLattice=\"4 0 0 -1.5 2.598 0 0 0 1\" Properties=species:S:1:pos:R:3:theta:R:1\nA 0 0 0 0.7\n");
    let frame = &read.frames[0];
    assert_eq!(frame.rows.len(), 3);
    let DVec2 { x: w, y: h } = frame.box_size.unwrap();
    assert!((w * h - 3.0 * 4.0 * 2.598).abs() < 1e-3, "{w} {h}");
    // Turned with the cell, by 30 degrees.
    assert!((headings(&read)[0] - (0.7 - 5.196f64.atan2(9.0))).abs() < 1e-9);
    assert!(assumed(&read).contains("sheared") && assumed(&read).contains("turned back"), "{}", assumed(&read));
}

// A16, and plain files with velocities.
#[test]
fn plain_files_of_two_to_seven_columns_are_read() {
    let two = read("2\n2D positions\nA 1 2\nB 3 4\n");
    assert_eq!((two.frames[0].rows[1].y, two.frames[0].rows[1].species), (4.0, 1));
    assert_eq!(read("2\n\n1 2\n3 4\n").frames[0].rows[1].x, 3.0);
    let moving = read("2\n\nA 0 0 0 0 2 0\nA 1 0 0 -1 0 0\n");
    assert!((headings(&moving)[0] - FRAC_PI_2).abs() < 1e-12 && (headings(&moving)[1] - PI).abs() < 1e-12);
    assert!(assumed(&moving).contains("velocity"), "{}", assumed(&moving));
    let short = fault("2\n\nA 0 0 0\nA 1 0\n");
    assert!(short.what.contains("the first particle has 4") && short.line == Some(4), "{short:?}");
    let charge = read("2\nwater\nO 0 0 0 -0.8\nH 1D0 0 0 0.4\n");
    assert_eq!(charge.frames[0].rows[1].x, 1.0);
}

// A19: which frame of many.
#[test]
fn any_frame_of_many_can_be_chosen() {
    let frame = |x: f64, n: usize| format!("{n}\nLattice=\"9 0 0 0 9 0 0 0 1\"\n{}", format!("A {x} 2 0\n").repeat(n));
    let text = [frame(1.0, 1), frame(2.0, 2), frame(3.0, 3)].concat();
    let at = |choice: &str| {
        let options = ImportOptions { frames: choice.parse().unwrap(), ..ImportOptions::default() };
        super::parse(&text, &options).map(|r| r.frames.iter().map(|f| f.rows.len()).collect::<Vec<_>>())
    };
    assert_eq!((at("last").unwrap(), at("all").unwrap(), at("2..3").unwrap()), (vec![3], vec![1, 2, 3], vec![2, 3]));
    assert!(at("4").unwrap_err().what.contains("from 1 to 3"));
    let first = read(&text);
    assert!(first.frames[0].rows.len() == 2 && assumed(&first).contains("frame 2 was read"), "{}", assumed(&first));
}

#[test]
fn layers_above_one_another_are_refused_by_name() {
    let two = fault("3\nProperties=species:S:1:pos:R:3\nMo 0 0 6\nS 2 1 4\nMo 0 0 12\n");
    assert!(two.line == Some(5) && two.what.contains("line 3") && two.hint.contains("one layer"), "{two:?}");
    assert!(fault("2\n\nA 0 0 1\nA 0 0 2\n").what.contains("straight above"));
}
