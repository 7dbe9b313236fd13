//! Films whose true motion is known, learned from as unordered stills and judged against that motion.

mod simulators;

use std::path::PathBuf;

use simulators::{SimulatedFilm, flock, mill};

const ANIMALS: usize = 120;
const FRAMES: usize = 300;

fn films() -> [(&'static str, SimulatedFilm); 2] {
    [("flock", flock(ANIMALS, FRAMES, 1)), ("mill", mill(ANIMALS, FRAMES, 1))]
}

/// Speed, share of turning and so on: what the simulators are known to do.
#[test]
fn the_simulators_make_a_flock_and_a_mill() {
    for (name, film) in films() {
        let last = &film.moments[FRAMES - 1].animals;
        let count = last.len() as f64;
        let mean = |of: &dyn Fn(&[f64; 3]) -> f64| last.iter().map(of).sum::<f64>() / count;
        let polarisation = mean(&|a| a[2].cos()).hypot(mean(&|a| a[2].sin()));
        let centre = [mean(&|a| a[0]), mean(&|a| a[1])];
        let milling = mean(&|&[x, y, heading]| {
            let angle = (y - centre[1]).atan2(x - centre[0]);
            (heading - angle).sin()
        })
        .abs();
        let radius = mean(&|&[x, y, _]| (x - centre[0]).hypot(y - centre[1]));
        println!(
            "{name}: polarisation {polarisation:.3}, milling {milling:.3}, radius {radius:.2} of {:.2}",
            film.side
        );
        if name == "flock" {
            assert!(polarisation > 0.8);
        } else {
            assert!(polarisation < 0.3 && milling > 0.8);
        }
    }
}

/// Writes both films into the folder FILMS, for `unstill import` and `unstill check --truth`.
#[test]
#[ignore = "writes files, for trying the program by hand"]
fn write_the_films() {
    let folder = PathBuf::from(std::env::var("FILMS").expect("FILMS names a folder"));
    for (name, film) in films() {
        std::fs::write(folder.join(format!("{name}.xyz")), film.to_xyz()).unwrap();
    }
}
