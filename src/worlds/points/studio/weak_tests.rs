//! Equations, waves and known velocities in the studio.

use super::tests::taught;
use super::training::PointsCheck;
use super::*;
use crate::formats::StopSignal;
use crate::worlds::points::measures::PointCheckSettings;
use crate::worlds::studio::{EquationForm, WorldInfo as _, WorldTraining as _};

#[test]
fn a_table_of_velocities_becomes_the_truth_of_the_cloud() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("field.csv");
    // A turn to the left, which a constant potential over a round energy resembles up to its sense.
    let row = |k: usize| {
        let (sin, cos) = (0.1 * k as f64).sin_cos();
        let radius = 1.0 + 0.004 * k as f64;
        format!("{},{},{},{}", radius * cos, radius * sin, -radius * sin, radius * cos)
    };
    let rows: Vec<String> = std::iter::once("x,y,vx,vy".to_owned()).chain((0..200).map(row)).collect();
    std::fs::write(&path, rows.join("\n")).unwrap();
    let mut doc = taught(500);
    let notes = doc.import(std::slice::from_ref(&path), StopSignal::NEVER).unwrap();
    assert!(notes[0].contains("200 velocities are the truth"), "{notes:?}");
    assert_eq!((doc.points.len(), doc.validate()), (500, Ok(())), "the cloud stays");
    let mut simulation = doc.start_simulation(1).unwrap();
    let readings = simulation.readings();
    let cosine = readings.iter().find(|reading| reading.series == "cosine").unwrap().values[0];
    assert!(cosine.abs() > 0.9, "{cosine}");
    let mut check = PointsCheck::new(&doc, &PointCheckSettings::default(), None).unwrap();
    while check.step(&|| false).unwrap().is_some_and(|step| step.done < 1) {}
    check.end_phase();
    doc.set_learned(check.learned().unwrap());
    let of_table = doc.certificate.as_ref().unwrap().flows[0].cosine.unwrap();
    assert!((of_table.abs() - cosine.abs()).abs() < 0.05, "{of_table}");
    // Without points the places are the cloud as well.
    doc.clear();
    assert!(doc.truth.is_none());
    doc.import(&[path], StopSignal::NEVER).unwrap();
    assert_eq!((doc.points.len(), doc.truth.as_ref().map(|truth| truth.positions.len())), (200, Some(200)));
    let other = folder.path().join("space.csv");
    std::fs::write(&other, "x,y,z,vx,vy,vz\n1,2,3,4,5,6\n").unwrap();
    assert!(doc.import(&[other], StopSignal::NEVER).unwrap_err().to_string().contains("3 dimensions"));
}

#[test]
fn evidence_of_equations_has_their_eigenvalues() {
    let mut doc = PointsDoc::of(BuiltInTarget::LimitCycle.sample(2000, 1), None);
    set_all(&mut doc, &[("degree", 3.0)]);
    learn(&mut doc, "weak");
    let evidence = doc.evidence().unwrap();
    let lowest = doc.learned.as_ref().unwrap().flows[0].weak.as_ref().unwrap().eigenvalues[0];
    assert!(evidence.contains(&format!("Eigenvalues {lowest:.2} ")), "{evidence}");
}

#[test]
fn a_flow_of_waves_is_learned_lives_and_has_no_equations() {
    let mut doc = PointsDoc::of(BuiltInTarget::Ring.sample(2000, 1), None);
    set_all(&mut doc, &[("dictionary", 1.0), ("waves", 6.0), ("walkers", 300.0)]);
    learn(&mut doc, "weak");
    let row = &doc.flows()[0];
    assert!(row.name == "weak, waves" && row.facts.starts_with("waves"), "{row:?}");
    assert_eq!((doc.equations(EquationForm::Text), doc.validate()), (None, Ok(())));
    let mut simulation = doc.start_simulation(1).unwrap();
    simulation.run(20);
    assert_eq!(simulation.steps(), 20);
    // Noise is corrected for polynomials alone.
    doc.set_knob("find_noise", 1.0);
    assert!(doc.start_training("weak").err().unwrap().to_string().contains("monomials"));
    set_all(&mut doc, &[("find_noise", 0.0), ("waves", 100.0)]);
    doc.points.truncate(150);
    let mut training = doc.start_training("weak").unwrap();
    let refusal = training.step(&|| false).unwrap_err().to_string();
    assert!(refusal.contains("406 terms but there are 150 samples; take a smaller dictionary"), "{refusal}");
}

fn set_all(doc: &mut PointsDoc, knobs: &[(&str, f64)]) {
    for (id, value) in knobs {
        doc.set_knob(id, *value);
    }
}

fn learn(doc: &mut PointsDoc, method: &str) {
    let mut training = doc.start_training(method).unwrap();
    while training.step(&|| false).unwrap().is_some() {}
    doc.set_learned(training.learned().unwrap());
}
