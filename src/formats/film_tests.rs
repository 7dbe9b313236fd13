//! Many frames of one file, and many files.

use super::*;
use crate::worlds::swarm::picture::FilmFrame;

fn read(name: &str, text: &str) -> Imported {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    import(&path, &ImportOptions { frames: FrameChoice::ALL, ..ImportOptions::with_mode(Mode::Whole) }).unwrap()
}

fn ids(imported: &Imported) -> Vec<Option<Vec<u32>>> {
    imported.film.frames().iter().map(|frame| frame.ids.as_deref().map(<[u32]>::to_vec)).collect()
}

#[test]
fn animals_of_a_table_keep_their_ids_over_frames_and_gaps() {
    let text = "frame,id,x,y\n10,b,1,1\n10,a,2,1\n20,a,2,2\n20,c,3,3\n30,a,2,3\n30,a,5,3\n";
    let film = read("film.csv", text);
    assert_eq!(ids(&film), [Some(vec![0, 1]), Some(vec![1, 2]), None], "the last one has an animal twice");
    let numbers: Vec<f64> = film.film.frames().iter().map(|frame| frame.number).collect();
    assert_eq!(numbers, [10.0, 20.0, 30.0]);
}

#[test]
fn animals_that_are_seen_keep_their_ids_where_others_are_lost() {
    let film = read("t.csv", "frame,id,x,y\n0,7,1,1\n0,8,2,5\n0,9,4,2\n1,7,0,0\n1,8,2,6\n1,9,4,3\n1,5,0,0\n");
    assert_eq!(ids(&film), [Some(vec![0, 1, 2]), Some(vec![1, 2])]);
}

#[test]
fn animals_in_columns_of_their_own_are_recognised() {
    let film = read("wide.csv", "x1,y1,x2,y2\n1,1,3,1\n1,2,3,2\n");
    assert_eq!(ids(&film), [Some(vec![0, 1]), Some(vec![0, 1])]);
}

#[test]
fn ids_of_xyz_are_read_and_lost_where_a_cell_is_doubled() {
    let frame = |lattice: &str, ids: [f64; 2]| {
        let [a, b] = ids;
        format!(
            "2\nLattice=\"{lattice}\" Properties=species:S:1:pos:R:3:id:I:1 pbc=\"T T F\"\nA 1 1 0 {a}\nA 3 2 0 {b}\n"
        )
    };
    let plain = "10 0 0 0 8 0 0 0 1";
    let film = read("a.xyz", &[frame(plain, [7.0, 9.0]), frame(plain, [9.0, 7.0]), frame(plain, [0.5, 1.0])].concat());
    assert_eq!(ids(&film), [Some(vec![7, 9]), Some(vec![9, 7]), None]);
    let none = read("b.xyz", "2\n\nA 1 1 0\nA 3 2 0\n2\n\nA 1 2 0\nA 3 3 0\n");
    assert_eq!(ids(&none), [None, None]);
}

#[test]
fn frames_have_their_own_boxes_and_numbers_of_particles() {
    let text = "# box: 9 9\nframe,x,y,heading\n1,1,1,0\n1,2,1,0\n2,1,1,0\n2,2,2,0\n2,5,5,0\n";
    let film = read("film.csv", text);
    let counts: Vec<usize> = film.film.frames().iter().map(|frame| frame.particles.len()).collect();
    assert_eq!(counts, [2, 3]);
    let xyz =
        "2\nLattice=\"4 0 0 0 4 0 0 0 1\"\nA 1 1 0\nA 3 2 0\n2\nLattice=\"6 0 0 0 5 0 0 0 1\"\nA 1 1 0\nA 3 2 0\n";
    let boxes: Vec<[f64; 2]> = read("b.xyz", xyz).film.frames().iter().map(|frame| frame.box_size.into()).collect();
    assert_eq!(boxes, [[4.0, 4.0], [6.0, 5.0]]);
}

#[test]
fn frames_without_boxes_share_one_and_still_particles_stay() {
    let text = "frame,id,x,y\n0,1,0,0\n0,2,4,0\n0,3,1,5\n1,1,-3,0\n1,2,4,0\n1,3,1,9\n2,2,4,0\n2,3,1,9\n";
    for y in [YAxis::Up, YAxis::Down] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film.csv");
        std::fs::write(&path, text).unwrap();
        let options = ImportOptions { frames: FrameChoice::ALL, y: Some(y), ..ImportOptions::default() };
        let film = import(&path, &options).unwrap().film;
        let second = |frame: usize, at: usize| film.frames()[frame].particles[at];
        let still: Vec<[f32; 2]> = [second(0, 1), second(1, 1), second(2, 0)].iter().map(|p| [p.x, p.y]).collect();
        assert!(still.iter().all(|place| *place == still[0]), "{still:?}");
        let moved = second(1, 0).x - second(0, 0).x;
        assert!((moved + 3.0).abs() < 1e-5, "{moved}");
        assert!(film.frames().iter().all(|frame| frame.box_size == film.frames()[0].box_size));
    }
}

#[test]
fn files_without_boxes_share_a_box_and_their_species_names() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let paths = [
        write("a.csv", "x,y,species\n0,0,wolf\n4,0,sheep\n9,3,sheep\n"),
        write("b.csv", "x,y,species\n4,0,sheep\n-2,0,sheep\n0,7,wolf\n"),
    ];
    let all = import_all(&paths, &ImportOptions::with_mode(Mode::Motif)).unwrap();
    let [a, b] = all.film.frames() else { panic!("two files") };
    let of = |frame: &FilmFrame| frame.particles.iter().map(|p| p.species).collect::<Vec<_>>();
    assert_eq!((of(a), of(b)), (vec![0, 1, 1], vec![1, 1, 0]));
    assert_eq!(a.box_size, b.box_size);
    let still = [&a.particles[1], &b.particles[0]].map(|p| [p.x, p.y]);
    assert!((still[0][0] - still[1][0]).abs() < 1e-5 && (still[0][1] - still[1][1]).abs() < 1e-5, "{still:?}");
    let first = &all.snapshot.particles[1];
    assert!((first.x as f32 - a.particles[1].x).abs() < 1e-5 && first.species == 1 && all.snapshot.validate().is_ok());
    let assumed: Vec<&str> = all.assumptions.iter().filter(|a| a.about == About::Species).map(|a| &*a.text).collect();
    assert!(assumed.iter().any(|text| text.contains("over all files: 'wolf' became 0")), "{assumed:?}");
}

#[test]
fn several_files_are_the_snapshots_of_one_pattern() {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = (0..3)
        .map(|k| {
            let path = folder.path().join(format!("{k}.csv"));
            std::fs::write(&path, format!("# box: 9 9\nx,y,heading\n1,1,0\n2,{},0\n", k + 1)).unwrap();
            path
        })
        .collect();
    let options = ImportOptions::with_mode(Mode::Whole);
    let read = import_all(&paths, &options).unwrap();
    assert_eq!((read.film.len(), read.film.frames()[2].particles[1].y), (3, 3.0));
    assert!(read.film.frames().iter().all(|frame| frame.ids.is_none()));
    assert!(import_all(&paths[..1], &options).unwrap().film.is_empty());
    std::fs::write(&paths[1], "x,y,heading\n1,1,0\n2,1,0\n").unwrap();
    let error = import_all(&paths, &options).unwrap_err().to_string();
    assert!(error.contains("1.csv") && error.contains("boundary"), "{error}");
}
