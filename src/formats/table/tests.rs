//! Tables as people have them. The numbers A1 to A23 are cases of the collection of public reports.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use glam::DVec2;

use super::*;
use crate::formats::rows::Row;
use crate::formats::{Angles, FrameChoice};
use crate::worlds::swarm::picture::MAX_PARTICLES;

mod trackers;

fn try_read(text: &str, options: ImportOptions) -> Result<Reading, Fault> {
    super::parse(text, &options, StopSignal::NEVER)
}

fn read_with(text: &str, options: ImportOptions) -> Reading {
    try_read(text, options).unwrap_or_else(|fault| panic!("{text}: {fault:?}"))
}

fn read(text: &str) -> Reading {
    read_with(text, ImportOptions::default())
}

fn fault(text: &str) -> Fault {
    try_read(text, ImportOptions::default()).expect_err("must be refused")
}

fn assumed(reading: &Reading) -> String {
    reading.assumptions.iter().map(|a| a.to_string()).collect::<Vec<_>>().join(" ")
}

fn rows(reading: &Reading) -> &[Row] {
    &reading.frames[0].rows
}

fn places(reading: &Reading) -> Vec<(f64, f64)> {
    rows(reading).iter().map(|row| (row.x, row.y)).collect()
}

fn headings(reading: &Reading) -> Vec<f64> {
    rows(reading).iter().map(|row| row.heading.expect("a heading")).collect()
}

fn are_near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).sin().abs() < 1e-9 && (a - b).cos() > 0.0, "{found:?}, not {expected:?}");
    }
}

fn row(x: f64, y: f64, heading: Option<f64>, species: u8, line: usize) -> Row {
    Row { x, y, heading, species, line }
}

#[test]
fn the_plain_table_is_read_with_its_box() {
    let read = read("# box: 10 8\nx,y,heading,species\n1,2,0.5,3\n4.5,6e0,-1,0\n");
    assert_eq!((read.frames[0].box_size, read.frames[0].periodic), (Some(DVec2::new(10.0, 8.0)), Some([true; 2])));
    assert_eq!(rows(&read), [row(1.0, 2.0, Some(0.5), 3, 3), row(4.5, 6.0, Some(-1.0), 0, 4)]);
    assert!(read.assumptions.is_empty(), "{:?}", read.assumptions);
}

#[test]
fn order_case_blanks_and_missing_columns_are_tolerated() {
    let read = read(" Species , Y, X \n 1 , 2 , 3 \n\n0,5,6,\n,,\n");
    assert_eq!(rows(&read), [row(3.0, 2.0, None, 1, 2), row(6.0, 5.0, None, 0, 4)]);
}

#[test]
fn a_pandas_frame_with_index_text_and_float_species_is_read() {
    let read = read(",\"x\",y,name,theta,type\n0,1.5,2,\"Smith, J\",0.1,1.0\n1,3,4,b,0.2,0.0\n");
    assert_eq!(rows(&read), [row(1.5, 2.0, Some(0.1), 1, 2), row(3.0, 4.0, Some(0.2), 0, 3)]);
    assert!(assumed(&read).contains("not used: (unnamed), name."), "{}", assumed(&read));
}

#[test]
fn semicolons_with_decimal_commas_tabs_and_spaces_are_read() {
    let expected = [row(1.5, 2.0, None, 0, 2)];
    let semicolons = read("x;y\n1,5;2\n");
    assert_eq!(rows(&semicolons), expected);
    assert!(assumed(&semicolons).contains("Decimal commas were read as points."));
    for text in ["x\ty\n1.5\t2\n", "x\ty\n1,5\t2\n", "\"x\",\"y\"\n\"1,5\",\"2\"\n", "x y\n1,5 2\n", "x  y\n1.5   2\n"]
    {
        assert_eq!(rows(&read(text)), expected, "{text}");
    }
    for text in ["sep=;\nx;y\n1,5;2\n", "\"sep=;\"\nx;y\n1,5;2\n", "sep=,\nx,y\n1.5,2\n", "sep=\t\nx\ty\n1.5\t2\n"] {
        assert_eq!(rows(&read(text)), [row(1.5, 2.0, None, 0, 3)], "{text}");
    }
}

#[test]
fn decimal_commas_between_commas_and_thousands_are_refused() {
    let twice = fault("x,y\n1,5,2,5\n");
    assert!(twice.what.contains("4 fields") && twice.hint.contains("semicolons"), "{twice:?}");
    let thousands = fault("x;y\n1.000,5;2\n");
    assert!(thousands.what.contains("'1.000,5'"), "{thousands:?}");
}

#[test]
fn quotes_over_several_lines_keep_the_numbers_of_lines() {
    let read = read("x,y,note\n1,2,\"a\nb\"\n# a comment\n\n3,4,c\n");
    assert_eq!(rows(&read).iter().map(|row| row.line).collect::<Vec<_>>(), [2, 6]);
    let open = fault(&format!("x,y,note\n1,2,\"a\n{}", "3,4,b\n".repeat(3000)));
    assert!(open.what.contains("quote") && open.line == Some(2), "{open:?}");
}

// A6, and units of other programs.
#[test]
fn units_in_names_do_not_hide_headings() {
    for header in ["x,y,angle (rad)", "x,y,heading_rad", "X [px],Y [px],Theta [radians]"] {
        let read = read(&format!("{header}\n0,0,1.5\n1,0,1.5\n2,0,1.5\n"));
        are_near(&headings(&read), &[1.5; 3]);
    }
    for header in ["x,y,Vx (mm/s),Vy (mm/s)", "x,y,Xvel,Yvel", "x,y,ux,uy", "x,y,v x [um/s],v y [um/s]", "x,y,cos,sin"]
    {
        let read = read(&format!("{header}\n0,0,0,2\n1,0,0,2\n"));
        are_near(&headings(&read), &[FRAC_PI_2; 2]);
        assert!(assumed(&read).contains("Headings were taken from the columns"), "{header}");
    }
    let still = read("x,y,vx,vy\n0,0,0,-2\n1,1,0,0\n");
    assert_eq!(rows(&still)[1].heading, None);
}

// A9 and A10: a word on the convention, and a way to choose the other.
#[test]
fn degrees_are_recognised_and_a_compass_can_be_chosen() {
    let text = "x,y,heading\n-5,0,0\n0,0,90\n5,0,45\n0,5,270\n";
    let plain = read(text);
    are_near(&headings(&plain), &[0.0, FRAC_PI_2, FRAC_PI_4, -FRAC_PI_2]);
    let angles = plain.assumptions.iter().find(|a| a.about == About::Angles).unwrap();
    assert!(angles.changes_picture && angles.option == Some("--angles rad|compass"), "{angles:?}");
    let compass = ImportOptions { angles: Angles::COMPASS, ..ImportOptions::default() };
    are_near(&headings(&read_with(text, compass)), &[FRAC_PI_2, 0.0, FRAC_PI_4, PI]);
    for header in ["x,y,heading_deg", "x,y,Angle (deg)", "x,y,theta [°]"] {
        let read = read(&format!("{header}\n0,0,90\n1,0,0\n"));
        are_near(&headings(&read), &[FRAC_PI_2, 0.0]);
        assert!(assumed(&read).contains("--angles compass"), "{header}");
    }
    let bearing = read("x,y,bearing\n0,0,90\n1,0,0\n");
    are_near(&headings(&bearing), &[0.0, FRAC_PI_2]);
    let netlogo =
        read("\"who\",\"heading\",\"xcor\",\"ycor\",\"breed\"\n0,90,1,2,\"{turtles}\"\n1,0,3,2,\"{turtles}\"\n");
    are_near(&headings(&netlogo), &[0.0, FRAC_PI_2]);
}

// A7: also group, team and words.
#[test]
fn species_come_from_colours_groups_teams_and_breeds() {
    for header in ["x\ty\tvx\tvy\tcolor", "x\ty\tvx\tvy\tgroup", "x\ty\tvx\tvy\tteam", "x\ty\tvx\tvy\tclass"] {
        let read = read(&format!("{header}\n0.1\t0.2\t0.01\t0\t0\n0.4\t0.2\t0.01\t0\t1\n0.7\t0.3\t0.01\t0\t2\n"));
        assert_eq!(rows(&read).iter().map(|row| row.species).collect::<Vec<_>>(), [0, 1, 2], "{header}");
        are_near(&headings(&read), &[0.0; 3]);
    }
    let words = read("x,y,colour\n0,0,red\n1,0,blue\n2,0,red\n");
    assert_eq!(rows(&words).iter().map(|row| row.species).collect::<Vec<_>>(), [0, 1, 0]);
    let many: String = (0..12).map(|k| format!("{k},0,{}\n", 0.5 * f64::from(k))).collect();
    let shades = read(&format!("x,y,color\n{many}"));
    assert!(rows(&shades).iter().all(|row| row.species == 0) && assumed(&shades).contains("not taken for species"));
    assert!(fault(&format!("x,y,species\n{many}")).what.contains("ninth species"));
}

// A7: the world of particle-life-app.
#[test]
fn the_torus_of_particle_life_is_assumed_and_reported() {
    let read = read("x\ty\tvx\tvy\tcolor\n-0.5\t0.2\t0.01\t0\t0\n0.4\t0.2\t0.01\t0\t1\n");
    assert_eq!((read.frames[0].box_size, read.frames[0].periodic), (Some(DVec2::splat(2.0)), Some([true; 2])));
    assert_eq!(places(&read)[0], (0.5, 1.2));
    assert!(assumed(&read).contains("torus of side 2"), "{}", assumed(&read));
}

// A22, and the same table in other clothes.
#[test]
fn a_table_without_header_is_refused_or_read_as_stated() {
    let pasted = "2872\t184,785\t133,117\t14378,45\t4,171\t0\n2872\t190,1\t120,5\t13000,1\t4,2\t1\n";
    for text in [pasted, "1,2,0.5\n3,4,0.6\n", "0.1 0.2 0.3 0.4\n0.2 0.2 0.3 0.4\n"] {
        let fault = fault(text);
        assert!(fault.what.contains("no header") && fault.hint.contains("--no-header"), "{fault:?}");
    }
    let plain = ImportOptions { without_header: true, ..ImportOptions::default() };
    let first = read_with("1,2,0.5\n3,4,0.6\n", plain.clone());
    assert_eq!(rows(&first), [row(1.0, 2.0, Some(0.5), 0, 1), row(3.0, 4.0, Some(0.6), 0, 2)]);
    let stated = ImportOptions { columns: "frame=1,x=2,y=3,id=6".parse().unwrap(), ..plain };
    let tracked = read_with(pasted, stated.clone());
    assert_eq!(places(&tracked), [(184.785, 133.117), (190.1, 120.5)]);
    let missing = ImportOptions { columns: "frame=1".parse().unwrap(), ..stated };
    assert!(try_read(pasted, missing).unwrap_err().what.contains("x and y are not stated"));
}

#[test]
fn columns_are_chosen_by_name_or_number() {
    let text = "a,b,c,x,y\n1,2,0.5,9,9\n3,4,0.6,8,8\n";
    let choose =
        |columns: &str| try_read(text, ImportOptions { columns: columns.parse().unwrap(), ..Default::default() });
    let chosen = choose("x=a,y=2,heading=C").unwrap();
    assert_eq!(places(&chosen), [(1.0, 2.0), (3.0, 4.0)]);
    are_near(&headings(&chosen), &[0.5, 0.6]);
    let unknown = choose("x=q").unwrap_err();
    assert!(unknown.what.contains("'q'") && unknown.hint.contains("a, b, c"), "{unknown:?}");
}

#[test]
fn a_header_that_numpy_wrote_as_a_comment_is_used() {
    let read = read("# box: 9 9\n# y x theta\n1.000e+00 2.000e+00 5.000e-01\n3 4 0.25\n");
    assert_eq!(rows(&read)[0], row(2.0, 1.0, Some(0.5), 0, 3));
}

// A8: a ring that turns anticlockwise on the screen, with y counted from the top.
#[test]
fn y_from_the_top_is_turned_over_on_request() {
    let text: String = (0..24)
        .map(|k| f64::from(k) * PI / 12.0)
        .map(|a| {
            format!("{},{},{},{}\n", 320.0 + 100.0 * a.cos(), 480.0 - (240.0 + 100.0 * a.sin()), -a.sin(), -a.cos())
        })
        .collect();
    let text = format!("x,y,vx,vy\n{text}");
    let unknown = read(&text);
    let y = unknown.assumptions.iter().find(|a| a.about == About::Y).unwrap();
    assert!(y.changes_picture && y.option == Some("--y down"), "{y:?}");
    assert!(!unknown.y_down);
    let down = ImportOptions { y: Some(YAxis::Down), ..ImportOptions::default() };
    assert!(read_with(&text, down).y_down);
}

#[test]
fn each_unreadable_line_is_named_with_its_number() {
    let cases = [
        ("x,y\n1,2\n3,nan\n", 3, "y is nan"),
        ("x,y\n1,2\ninf,0\n", 3, "x is inf"),
        ("x,y\n1,two\n", 2, "y is 'two'"),
        ("x,y\n1,\n", 2, "y is empty"),
        ("x,y,heading,species\n1,2,0,0\n1,2\n", 3, "2 fields where the first line has 4"),
        ("x,y\n1,2,3\n", 2, "3 fields where the first line has 2"),
        ("x,heading\n1,2\n", 1, "no column y"),
        ("x,y,X\n1,2,3\n", 1, "x and X mean the same"),
        ("# box: 10\nx,y\n1,2\n", 1, "box is given as '10'"),
        ("# box: 10 -1\nx,y\n1,2\n", 1, "'10 -1'"),
        ("# box: 10 NaN\nx,y\n1,2\n", 1, "'10 nan'"),
        ("frame,x,y\n0,1,2\n0,one,2\n0,3,4\n", 3, "x is 'one'"),
    ];
    for (text, line, what) in cases {
        let fault = fault(text);
        assert_eq!(fault.line, Some(line), "{text}: {fault:?}");
        assert!(fault.what.contains(what), "{text}: {fault:?}");
        assert!(!fault.hint.is_empty());
    }
}

#[test]
fn an_empty_table_says_what_the_first_line_must_be() {
    for text in ["", "\n\n", "# only a comment\n"] {
        let fault = fault(text);
        assert_eq!(fault.line, None);
        assert!(fault.hint.contains(HEADER), "{fault:?}");
    }
}

// A4, and other texts that a message could repeat without end.
#[test]
fn what_a_file_says_is_never_repeated_at_length() {
    let header = (0..80).map(|i| format!("bodypart_of_a_mouse{i}")).collect::<Vec<_>>().join(",");
    let long = "z".repeat(5000);
    let texts = [
        format!("{header}\n"),
        format!("{long}\n"),
        format!("x,y\n1,{long}\n"),
        format!("x,y,{long}\n1,2,3\n1,a,3\n"),
        format!("# box: {long} 1\nx,y\n1,2\n"),
        format!("x,y,{long},{long}\n1,2\n"),
    ];
    for text in texts {
        let fault = fault(&text);
        assert!(fault.what.chars().count() + fault.hint.chars().count() < 245, "{fault:?}");
    }
}

#[test]
fn reading_stops_at_the_first_particle_too_many() {
    let text = "x,y\n".to_owned() + &"1,2\n".repeat(MAX_PARTICLES + 10);
    assert_eq!(fault(&text).line, Some(MAX_PARTICLES + 2));
}

#[test]
fn a_chosen_frame_that_is_not_there_is_refused_with_the_range() {
    let text = "frame,x,y\n4,1,1\n4,2,1\n7,1,2\n7,2,2\n";
    let at = |frames: FrameChoice| try_read(text, ImportOptions { frames, ..ImportOptions::default() });
    assert_eq!(places(&at("7".parse().unwrap()).unwrap()), [(1.0, 2.0), (2.0, 2.0)]);
    assert_eq!(at(FrameChoice::ALL).unwrap().frames.len(), 2);
    let fault = at("5".parse().unwrap()).unwrap_err();
    assert!(fault.what.contains("from 4 to 7"), "{fault:?}");
}
