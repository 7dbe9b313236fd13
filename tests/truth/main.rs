//! Films whose true motion is known, learned from as unordered stills and judged against that motion.

mod simulators;

use std::path::{Path, PathBuf};
use std::process::Command;

use simulators::{SimulatedFilm, flock, mill};
use unstill::formats::{FrameChoice, ImportOptions, import};
use unstill::scene::Project;
use unstill::worlds::SwarmDoc;
use unstill::worlds::swarm::measures::{Alikeness, Truth, TruthRow};
use unstill::worlds::swarm::picture::{Ensemble, Mode, Part, Stills};
use unstill::worlds::swarm::rule::{FlowKind, LiveSettings};
use unstill::worlds::swarm::train::{Trainer, TrainingSettings};

const ANIMALS: usize = 120;

fn films(frames: usize) -> [(&'static str, SimulatedFilm); 2] {
    [("flock", flock(ANIMALS, frames, 1)), ("mill", mill(ANIMALS, frames, 1))]
}

fn read(film: &SimulatedFilm, folder: &Path) -> Stills {
    let path = folder.join("film.xyz");
    std::fs::write(&path, film.to_xyz()).unwrap();
    let options = ImportOptions { frames: FrameChoice::ALL, ..ImportOptions::with_mode(Mode::Whole) };
    import(&path, &options).unwrap().into_stills()
}

/// Learned from the stills alone, in few steps.
fn learned(stills: &Stills) -> SwarmDoc {
    let training = TrainingSettings { steps: 350, flow_steps: 300, batch: 8, ..TrainingSettings::default() };
    let mut trainer = Trainer::new(stills, &Ensemble::default(), &training, None).unwrap();
    while trainer.step().unwrap().is_some() {}
    let live = LiveSettings { flow: FlowKind::Learned, ..LiveSettings::default() };
    let mut doc = SwarmDoc { training, live, ..SwarmDoc::from_stills(stills.clone()) };
    doc.rule = Some(trainer.rule().into());
    doc
}

fn judged(film: &SimulatedFilm) -> (Truth, Stills, SwarmDoc) {
    let folder = tempfile::tempdir().unwrap();
    let stills = read(film, folder.path());
    let doc = learned(&stills);
    let truth = Truth::measure(doc.rule.as_deref().unwrap(), &doc.live, &stills, Part::HeldOut).unwrap();
    for row in &truth.rows {
        let interval = row.all.interval.expect("an interval");
        println!(
            "{}: {:?} {interval:.3?}, moves {:.2?}, true {:.2?}",
            row.name, row.all.cosine, row.shares, truth.shares
        );
    }
    (truth, stills, doc)
}

fn cosine(row: &TruthRow) -> f64 {
    row.all.cosine.expect("something moves")
}

/// Share of forward motion in the translation; turning has the noise of the simulator in it, which no flow can know.
fn forward_share([forward, lateral, _]: [f64; 3]) -> f64 {
    forward / (forward + lateral)
}

#[test]
fn a_mill_is_set_in_motion_as_it_moved() {
    let (truth, stills, _) = judged(&mill(ANIMALS, 120, 1));
    assert!(Alikeness::of(&stills).unwrap().are_alike());
    let learned = truth.row("learned").unwrap();
    assert!(cosine(learned) > 0.9, "{learned:?}");
    // It turns in the right sense, by as much as its circle bends.
    assert!(learned.turn.cosine.unwrap() > 0.8 && learned.time_scale.unwrap() > 0.0, "{learned:?}");
    for control in ["score alone", "random"] {
        assert!(cosine(truth.row(control).unwrap()).abs() < 0.05, "{truth:?}");
    }
    assert!(cosine(truth.row("exact").unwrap()) < 0.5);
}

#[test]
fn a_flock_flies_ahead_as_it_flew() {
    let (truth, _, doc) = judged(&flock(ANIMALS, 120, 1));
    let learned = truth.row("learned").unwrap();
    assert!(learned.forward.cosine.unwrap() > 0.95, "{learned:?}");
    let (own, wanted) = (forward_share(learned.shares), forward_share(truth.shares));
    assert!((own - wanted).abs() < 0.05, "{own} of the translation is forward, in truth {wanted}");
    assert!(cosine(truth.row("random").unwrap()).abs() < 0.05, "{truth:?}");

    // The same from the terminal, with the scene's own film and with another one of the same kind.
    let folder = tempfile::tempdir().unwrap();
    let scene = folder.path().join("flock.ron");
    Project::new("Flock", doc).save(&scene).unwrap();
    let film = folder.path().join("other.xyz");
    std::fs::write(&film, flock(ANIMALS, 12, 2).to_xyz()).unwrap();
    for (film, held_out_only, moments) in [(&scene, true, truth.moments), (&film, false, 11)] {
        let mut check = Command::new(env!("CARGO_BIN_EXE_unstill"));
        check.args(["check", "--json", "--truth"]).arg(film).arg(&scene);
        let answer = check.output().unwrap();
        assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
        let facts: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
        assert_eq!(
            (facts["held_out_only"].as_bool(), facts["moments"].as_u64()),
            (Some(held_out_only), Some(moments as u64))
        );
        let row = &facts["rows"][0];
        assert_eq!(row["name"], "learned");
        let interval = [&row["forward"]["interval"][0], &row["forward"]["interval"][1]].map(|v| v.as_f64().unwrap());
        assert!(interval[0] > 0.9 && interval[1] <= 1.0, "{row}");
    }
}

/// What the simulators are known to do, measured without the program.
#[test]
fn the_simulators_make_a_flock_and_a_mill() {
    for (name, film) in films(40) {
        let last = &film.moments[39].animals;
        let count = last.len() as f64;
        let mean = |of: &dyn Fn(&[f64; 3]) -> f64| last.iter().map(of).sum::<f64>() / count;
        let polarisation = mean(&|a| a[2].cos()).hypot(mean(&|a| a[2].sin()));
        let centre = [mean(&|a| a[0]), mean(&|a| a[1])];
        let milling = mean(&|&[x, y, heading]| {
            let angle = (y - centre[1]).atan2(x - centre[0]);
            (heading - angle).sin()
        })
        .abs();
        if name == "flock" {
            assert!(polarisation > 0.9, "{polarisation}");
        } else {
            assert!(polarisation < 0.3 && milling > 0.9, "{polarisation} {milling}");
        }
    }
}

/// Writes both films into the folder FILMS, for `unstill import` and `unstill check --truth`.
#[test]
#[ignore = "writes files, for trying the program by hand"]
fn write_the_films() {
    let folder = PathBuf::from(std::env::var("FILMS").expect("FILMS names a folder"));
    for (name, film) in films(300) {
        std::fs::write(folder.join(format!("{name}.xyz")), film.to_xyz()).unwrap();
    }
}
