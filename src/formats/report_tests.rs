//! Further cases of each kind of the collection of public reports, none of them in it. The numbers are those of the kinds.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

use glam::DVec2;

use super::*;
use crate::worlds::swarm::picture::{Boundary, Particle};

fn try_with(name: &str, content: impl AsRef<[u8]>, options: &ImportOptions) -> Result<Imported, ImportError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("the folder can be written");
    import(&path, options)
}

fn with(name: &str, text: &str, options: &ImportOptions) -> Imported {
    try_with(name, text, options).unwrap_or_else(|fault| panic!("{text}: {fault}"))
}

fn table(text: &str) -> Imported {
    with("t.csv", text, &ImportOptions::default())
}

fn xyz(text: &str) -> Imported {
    with("t.xyz", text, &ImportOptions::default())
}

fn message(name: &str, content: impl AsRef<[u8]>) -> String {
    let text = try_with(name, content, &ImportOptions::default()).expect_err("must be refused").to_string();
    assert!(text.chars().count() <= 300, "{text}");
    text
}

fn particles(imported: &Imported) -> &[Particle] {
    &imported.snapshot.particles
}

/// Places from that of the first particle.
fn offsets(imported: &Imported) -> Vec<[f64; 2]> {
    let [first, ..] = particles(imported) else { panic!("nothing was read") };
    particles(imported).iter().map(|p| [p.x - first.x, p.y - first.y].map(|v| (1e6 * v).round() / 1e6)).collect()
}

/// Headings from 0 to 360, degrees.
fn degrees(imported: &Imported) -> Vec<f64> {
    particles(imported).iter().map(|p| (1e6 * p.heading.to_degrees()).round().rem_euclid(360e6) / 1e6).collect()
}

fn assumed(imported: &Imported) -> String {
    imported.assumptions.iter().map(|a| a.to_string()).collect::<Vec<_>>().join(" ")
}

/// The assumption on this subject changes the picture, so that the import sheet asks.
fn is_asked(imported: &Imported, about: About) -> bool {
    imported.assumptions.iter().any(|a| a.about == about && a.changes_picture)
}

#[test]
fn tables_of_further_trackers_are_read() {
    // Manual Tracking of Fiji: the first column has no name, frames are slices.
    let fiji = table(
        " \tTrack n°\tSlice n°\tX\tY\tDistance\tVelocity\n1\t1\t1\t10\t20\t-1\t-1\n2\t1\t2\t11\t20\t1\t1\n3\t2\t1\t30\t50\t-1\t-1\n4\t2\t2\t30\t52\t2\t2\n",
    );
    assert_eq!((offsets(&fiji)[1][0], particles(&fiji).len()), (20.0, 2));
    // Imaris: a banner above the header.
    let imaris = table(
        "\nPosition\n====================\n\nPosition X,Position Y,Position Z,Unit,Category,Time,TrackID,ID\n1,2,0,um,Spot,1,7,0\n4,6,0,um,Spot,1,8,1\n1,3,0,um,Spot,2,7,2\n4,7,0,um,Spot,2,8,3\n",
    );
    assert_eq!(offsets(&imaris), [[0.0, 0.0], [3.0, 4.0]]);
    assert!(assumed(&imaris).contains("begins in line 5"), "{}", assumed(&imaris));
    // The export of a NetLogo world: the turtles are one part of it, a heading of 90 is to the right.
    let netlogo = table(
        "\"export-world data (NetLogo 6.4)\"\n\"flock.nlogo\"\n\n\"GLOBALS\"\n\"min-pxcor\",\"ticks\"\n\"-5\",\"9\"\n\n\"TURTLES\"\n\"who\",\"color\",\"heading\",\"xcor\",\"ycor\",\"breed\"\n\"0\",\"15\",\"90\",\"1\",\"2\",\"{turtles}\"\n\"1\",\"15\",\"0\",\"4\",\"6\",\"{turtles}\"\n\n\"PATCHES\"\n\"pxcor\",\"pycor\"\n\"-5\",\"5\"\n",
    );
    assert_eq!((offsets(&netlogo), degrees(&netlogo)), (vec![[0.0, 0.0], [3.0, 4.0]], vec![0.0, 90.0]));
    // Hand-labelled images of DeepLabCut: the frame is the image, the end of a line may be missing.
    let labelled = "scorer,,,S,S,S,S\nindividuals,,,a,a,b,b\nbodyparts,,,nose,nose,nose,nose\ncoords,,,x,y,x,y\n\
                    labeled-data,film,img00.png,1,2,4,6\nlabeled-data,film,img01.png,1,2\nlabeled-data,film,img02.png,2,2,5,6\n";
    let labelled = table(labelled);
    assert_eq!(offsets(&labelled), [[0.0, 0.0], [3.0, -4.0]], "y counts from the top");
    assert!(assumed(&labelled).contains("3 frames"), "{}", assumed(&labelled));
}

// A4.
#[test]
fn no_header_banner_or_value_is_repeated_at_length() {
    let wide = (0..300).map(|k| format!("part {k} of an animal")).collect::<Vec<_>>().join(";");
    message("wide.csv", format!("{wide}\n1;2\n"));
    message("t.xyz", format!("2\nProperties={}:R:3\nA 1 2 3\n", "pos".repeat(400)));
    message("t.csv", format!("x,y\n1,{}\n", "9".repeat(5000)));
    message("box.csv", format!("# box: {} 1e308\nx,y\n1,2\n3,4\n", "9".repeat(400)));
}

#[test]
fn frames_under_further_names_are_never_merged() {
    for name in
        ["video_frame", "Frame No.", "cmso_frame_id", "Elapsed Time [s]", "sim time", "Image #", "t [min]", "time_ms"]
    {
        let read = table(&format!("{name},x,y\n0,0,0\n0,4,0\n1,1,0\n1,5,0\n2,2,0\n2,6,0\n"));
        assert_eq!(particles(&read).len(), 2, "{name}");
        assert!(is_asked(&read, About::Frame), "{name}");
    }
    // No frame has a name at all, but the fish come again.
    let fish = table("Fish No,x,y\n1,0,0\n2,4,0\n1,1,0\n2,5,0\n");
    assert_eq!(particles(&fish).len(), 2);
    // The last frame of a track is not a frame.
    let tracks = table("last_frame,x,y\n7,0,0\n9,4,0\n7,1,3\n");
    assert_eq!(particles(&tracks).len(), 3);
}

#[test]
fn headings_under_further_names_and_units_are_used() {
    for (header, values) in [
        ("x,y,Heading [deg]", ["90", "180"]),
        ("x,y,θ (rad)", ["1.5707963267948966", "3.141592653589793"]),
        ("x,y,vel_x [um/s],vel_y [um/s]", ["0,2", "-3,0"]),
        ("x,y,hx,hy", ["0,1", "-1,0"]),
        ("x,y,cos(theta),sin(theta)", ["0,1", "-1,0"]),
    ] {
        let read = table(&format!("{header}\n0,0,{}\n4,0,{}\n", values[0], values[1]));
        assert_eq!(degrees(&read), [90.0, 180.0], "{header}: {}", assumed(&read));
    }
}

#[test]
fn species_under_further_names_are_kept() {
    for header in ["x,y,Type ID", "x,y,species_name", "x,y,Cell type", "x,y,class id", "x,y,Team Name"] {
        let read = table(&format!("{header}\n0,0,2\n4,0,5\n8,0,2\n"));
        let found: Vec<u8> = particles(&read).iter().map(|p| p.species).collect();
        assert!(found[0] == found[2] && found[0] != found[1], "{header}: {found:?}");
    }
}

#[test]
fn further_tables_from_the_top_are_turned_over_or_asked_for() {
    let sleap = "track,frame_idx,instance.score,head.x,head.y,tail.x,tail.y\nA,0,1,0,0,0,4\nB,0,1,9,6,9,10\n";
    let read = table(sleap);
    assert!(offsets(&read)[1][1] < 0.0, "a second animal lower in the image: {:?}", offsets(&read));
    assert_eq!(degrees(&read), [90.0, 90.0], "heads up in the image");
    for unknown in ["x_px,y_px\n0,0\n4,6\n", "frame,track,x,y\n0,1,0,0\n0,2,4,6\n"] {
        let read = table(unknown);
        assert!(is_asked(&read, About::Y) && assumed(&read).contains("--y down"), "{unknown}");
        let down = ImportOptions { y: Some(YAxis::Down), ..ImportOptions::default() };
        assert_eq!(offsets(&with("t.csv", unknown, &down))[1], [4.0, -6.0], "{unknown}");
    }
}

#[test]
fn further_compass_headings_are_known_or_can_be_stated() {
    for name in ["Bearing (deg)", "azimuth", "COG"] {
        let read = table(&format!("x,y,{name}\n-5,0,0\n0,5,90\n5,0,45\n0,-5,270\n"));
        assert_eq!(degrees(&read), [90.0, 0.0, 45.0, 180.0], "{name}");
        assert!(is_asked(&read, About::Angles), "{name}");
    }
    let radians = table(&format!("x,y,bearing_rad\n0,0,0\n5,0,{FRAC_PI_2}\n"));
    assert_eq!(degrees(&radians), [90.0, 0.0]);
    let south = ImportOptions { angles: "deg,zero=south,sense=ccw".parse().unwrap(), ..ImportOptions::default() };
    assert_eq!(degrees(&with("t.csv", "x,y,dir\n0,0,0\n5,0,90\n", &south)), [270.0, 0.0]);
}

// A10, A11.
#[test]
fn further_angles_and_orientations_of_xyz_are_told_apart() {
    let lattice = "Lattice=\"10 0 0 0 8 0 0 0 1\"";
    let file = |properties: &str, lines: &[String]| {
        format!("{}\n{lattice} Properties=pos:R:3:{properties}\n{}\n", lines.len(), lines.join("\n"))
    };
    let at = |k: usize, rest: &str| format!("{} 2 0 {rest}", 2 * k + 1);
    let named = xyz(&file("theta_deg:R:1", &[at(0, "45"), at(1, "2")]));
    assert_eq!(degrees(&named), [45.0, 2.0]);
    let compass = file("heading:R:1", &[at(0, "0"), at(1, "90")]).replace("Lattice", "angles=compass Lattice");
    assert_eq!(degrees(&xyz(&compass)), [90.0, 0.0]);
    let turned = |angle: f64, last: bool| {
        let (s, c) = (0.5 * angle).sin_cos();
        if last { format!("0 0 {s} {c}") } else { format!("{c} 0 0 {s}") }
    };
    for last in [false, true] {
        let lines: Vec<String> = (0..3).map(|k| at(k, &turned(FRAC_PI_4 * k as f64, last))).collect();
        assert_eq!(degrees(&xyz(&file("quaternion:R:4", &lines))), [0.0, 45.0, 90.0], "scalar last: {last}");
    }
    // Not of length 1, and nearly but not quite about z.
    let doubled = xyz(&file("rotation:R:4", &[at(0, "2 0 0 2"), at(1, "2 0.0001 0 2")]));
    assert_eq!(degrees(&doubled), [90.0, 90.0]);
    let polar = xyz(&file("director:R:3", &[at(0, "0 -1 0"), at(1, "1 1 0")]));
    assert_eq!(degrees(&polar), [270.0, 45.0]);
}

// A12, A13, A15.
#[test]
fn further_comment_lines_and_cells_are_read_as_specified() {
    let of = |comment: &str| xyz(&format!("2\n{comment}\nA 1 2 0\nA 3 7 0\n"));
    for comment in [
        "note=\"a \\\"Lattice=1 2 3\\\" inside\" Lattice=\"10 0 0 0 8 0 0 0 1\" pbc=\"T T F\"",
        "note='pbc=\"F F F\"' Lattice=\"10 0 0 0 8 0 0 0 1\" pbc=\"T T T\"",
        "virial={1 2 3 4 5 6 7 8 9} PBC=[True, True, False] LATTICE=[[10,0,0],[0,8,0],[0,0,1]]",
        "Lattice=\"10 0 0 0 8 0 0 0 0\" pbc=\"1 1 0\" flag Time=3",
    ] {
        let read = of(comment);
        assert_eq!(
            (read.snapshot.box_size, read.snapshot.boundary),
            (DVec2::new(10.0, 8.0), Boundary::Periodic),
            "{comment}"
        );
    }
    for (pbc, side) in [("F T F", "y"), ("[T, F, F]", "x")] {
        let quoted = if pbc.starts_with('[') { pbc.to_owned() } else { format!("\"{pbc}\"") };
        let read = of(&format!("Lattice=\"10 0 0 0 8 0 0 0 1\" pbc={quoted}"));
        assert!(
            read.snapshot.boundary == Boundary::Open && assumed(&read).contains(&format!("along {side}")),
            "{pbc}: {}",
            assumed(&read)
        );
    }
    let none = of("Lattice=\"0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.0\" pbc=[F, F, F]");
    assert_eq!(offsets(&none)[1], [2.0, 5.0]);
}

#[test]
fn sheared_cells_fill_a_rectangle_or_are_refused_with_advice() {
    let of = |lattice: &str| {
        let text = format!("1\nLattice=\"{lattice}\" Properties=species:S:1:pos:R:3:theta:R:1\nA 0.1 0.1 0 0\n");
        try_with("t.xyz", text, &ImportOptions::default())
    };
    let area = |read: &Imported| read.snapshot.box_size.element_product();
    // A centred rectangle by its primitive cell, and a square turned by 45 degrees in its doubled cell.
    let centred = of("3 2 0 -3 2 0 0 0 1").unwrap();
    assert_eq!((particles(&centred).len(), area(&centred).round()), (2, 24.0));
    let turned = of("4 4 0 -4 4 0 0 0 1");
    assert!(turned.unwrap_err().to_string().contains("1 particle"), "a rectangle as it is, with one particle");
    // Orthogonal within the tolerance: how far it was bent is reported, alone or as a supercell.
    for (lattice, angle) in [("10 0 0 0.004 8 0 0 0 1", "89.9714°"), ("6 0 0 3.002 4 0 0 0 1", "angle of 89.9714°")] {
        let bent = format!("2\nLattice=\"{lattice}\" Properties=species:S:1:pos:R:3:theta:R:1\nA 1 1 0 0\nA 3 2 0 0\n");
        let bent = xyz(&bent);
        assert!(assumed(&bent).contains(angle) && assumed(&bent).contains("bent to 90°"), "{}", assumed(&bent));
    }
    let refused = of("10 0 0 3.3 7.1 0 0 0 1").unwrap_err().to_string();
    assert!(refused.contains("orthogonal cell"), "{refused}");
}

#[test]
fn further_dialects_of_plain_xyz_are_read() {
    let tabs = xyz("3\n\nAr\t0.0\t0.0\t0.0\nAr\t3.0\t4.0\t0.0\nNe\t6.0\t0.0\t0.0\n\n\n");
    assert_eq!((offsets(&tabs)[1], particles(&tabs)[2].species), ([3.0, 4.0], 1));
    let numbers = xyz("  2 \ncharges behind\n18 0 0 0 0.5\n10 -.3D1 4.E0 0 -0.5\n");
    assert_eq!(offsets(&numbers)[1], [-3.0, 4.0]);
    let moving = xyz("2\nx y z vx vy vz\nA 0 0 0 1 1 0\nB 9 0 0 0 -2 0\n");
    assert_eq!(degrees(&moving), [45.0, 270.0]);
}

// A20, A21, A22.
#[test]
fn further_causes_are_named_where_nothing_is_read() {
    let alone = message("t.csv", "frame,id,x,y\n0,0,1,1\n1,0,1,2\n2,0,1,3\n");
    assert!(alone.contains("3 frames") && alone.contains("frame"), "{alone}");
    let single = message("t.xyz", "1\n\nA 0 0 0\n1\n\nA 1 0 0\n");
    assert!(single.contains("1 particle"), "{single}");
    for (name, text) in
        [("t.csv", "1.5,2.5,0.1,0.2\r2.5,3,0,1\r"), ("t.tsv", "1\t2\t3\t44\n2\t3\t4\t55\n"), ("t.txt", "1 2\n3 4\n")]
    {
        assert!(message(name, text).contains("--no-header"), "{text}");
    }
    let empty = message("t.csv", "\r\r\r");
    assert!(empty.contains("no table"), "{empty}");
}

// A21, A43.
#[test]
fn further_line_ends_and_marks_are_read() {
    assert_eq!(offsets(&table("x,y\r1,1\r\n4,5\r"))[1], [3.0, 4.0]);
    assert_eq!(offsets(&xyz("2\r\rA 1 1 0\rA 4 5 0\r"))[1], [3.0, 4.0]);
    assert_eq!(offsets(&xyz("\u{feff}2\r\n\r\nA 1 1 0\r\nA 4 5 0\r\n"))[1], [3.0, 4.0]);
    let utf16: Vec<u8> = "x,y\n1,2\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert!(message("t.csv", [&[0xfe, 0xff][..], &utf16].concat()).contains("UTF-8"));
}

#[test]
fn further_lost_animals_are_left_out_of_tracks_alone() {
    for lost in ["NA", "null", "-", "", "inf", "NaN"] {
        let read = table(&format!("frame,id,x,y\n0,1,0,0\n0,2,{lost},{lost}\n0,3,4,6\n"));
        assert_eq!(particles(&read).len(), 2, "{lost}");
        assert!(assumed(&read).contains("lost animal"), "{lost}: {}", assumed(&read));
        if lost.is_empty() {
            // A line of nothing but commas is what a spreadsheet makes of an empty row.
            continue;
        }
        let bare = message("t.csv", format!("x,y\n0,0\n{lost},{lost}\n4,6\n"));
        assert!(bare.contains("line 3"), "{lost}: {bare}");
    }
    let at_one_point = table("frame,id,x,y\n0,1,-1,-1\n0,2,-1,-1\n0,3,4,6\n0,4,9,9\n");
    assert_eq!(particles(&at_one_point).len(), 2, "{}", assumed(&at_one_point));
}
