//! Learning from many snapshots.

use std::sync::Arc;

use glam::DVec2;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::batch::{Batch, Pool};
use super::{Trainer, TrainingSettings};
use crate::worlds::swarm::picture::{Ensemble, FilmFrame, Mode, Particle, Snapshot, SnapshotFilm, Stills};
use crate::worlds::swarm::rule::{NetShape, Rule};

/// Frame `k` has `60 + k` particles in a box of its own; their species is `k % 2`, and those of held-out frames 7.
fn film(frames: usize) -> Stills {
    let mut rng = StdRng::seed_from_u64(2);
    let mut snapshot = |k: usize| {
        let box_size = DVec2::new(9.0 + 0.05 * k as f64, 8.0);
        let species = if k % 5 == 4 { 7 } else { (k % 2) as u8 };
        let at = |i: usize, rng: &mut StdRng| Particle {
            x: (i % 9) as f64 + rng.random_range(0.0..0.4),
            y: (i / 9) as f64 * 0.9 + rng.random_range(0.0..0.4),
            heading: rng.random_range(-3.0..3.0),
            species,
        };
        let particles = (0..60 + k).map(|i| at(i, &mut rng)).collect();
        Snapshot { particles, box_size, mode: Mode::Whole, ..Snapshot::default() }
    };
    let all: Vec<Snapshot> = (0..frames).map(&mut snapshot).collect();
    let film = SnapshotFilm::new(all.iter().map(|s| FilmFrame::new(s, 0.0, None)).collect(), 0, &all[0], None);
    Stills::new(Arc::new(all[0].clone()), film)
}

fn settings() -> TrainingSettings {
    let (phi, rho) = ([6, 6], [8, 8]);
    TrainingSettings {
        steps: 8,
        flow_steps: 6,
        batch: 4,
        pool: 6,
        particles: 60,
        phi,
        rho,
        ..TrainingSettings::default()
    }
}

#[test]
fn snapshots_of_all_sizes_are_learned_from_in_one_batch() {
    let stills = film(10);
    let mut trainer = Trainer::new(&stills, &Ensemble::default(), &settings(), None).unwrap();
    while let Some(stats) = trainer.step().unwrap() {
        assert!(stats.loss.is_finite(), "{stats:?}");
    }
    let rule = trainer.rule();
    assert_eq!((rule.unit_length, rule.energy.shape.species), (stills.unit_length(), 8));
    let mut again = Trainer::new(&stills, &Ensemble::default(), &settings(), None).unwrap();
    while again.step().unwrap().is_some() {}
    assert_eq!(again.rule(), rule);
}

#[test]
fn every_taught_snapshot_has_its_turn_and_none_that_is_held_out() {
    // More snapshots than samples in the pool.
    let mut pool = Pool::new(&film(40), &Ensemble::default(), &settings(), &|| false).unwrap();
    let rule = Rule::random(NetShape { species: 8, phi: [4, 4], rho: [4, 4], outputs: 1 }, 1);
    let mut batch = Batch::default();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..200 {
        pool.draw(&mut batch, 4, [0.1, 0.2], &rule);
        for k in 0..batch.configs() {
            let particles = batch.particles_of(k);
            assert!(particles.clone().all(|i| batch.cloud.species[i] != 7), "a held-out snapshot");
            seen.insert(particles.len() - 60);
        }
    }
    let taught: Vec<usize> = (0..40).filter(|k| k % 5 != 4).collect();
    let mut seen: Vec<usize> = seen.into_iter().collect();
    seen.sort_unstable();
    assert_eq!(seen, taught);
}

#[test]
fn each_configuration_lives_on_its_own_torus_at_one_scale() {
    let stills = film(10);
    let mut pool = Pool::new(&stills, &Ensemble::default(), &settings(), &|| false).unwrap();
    let rule = Rule::random(NetShape { species: 8, phi: [4, 4], rho: [4, 4], outputs: 1 }, 1);
    let mut batch = Batch::default();
    pool.draw(&mut batch, 4, [0.1, 0.2], &rule);
    let mut sizes = std::collections::HashSet::new();
    for k in 0..batch.configs() {
        let particles = batch.particles_of(k);
        let frame = &stills.film().frames()[particles.len() - 60];
        let box_l = batch.cloud.box_of(particles.start);
        let wanted = frame.box_size / stills.unit_length();
        assert!((0..2).all(|axis| (f64::from(box_l[axis]) / wanted[axis] - 1.0).abs() < 1e-5), "{box_l:?} {wanted:?}");
        sizes.insert(particles.len());
    }
    assert!(sizes.len() > 1, "{sizes:?}");
}
