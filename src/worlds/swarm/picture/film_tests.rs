use super::*;
use crate::worlds::swarm::picture::{Ensemble, Sampler, Swarm};
use glam::DVec2;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// A pair that is `k` wider apart in each frame, in a box of its own.
fn stills(count: usize) -> Stills {
    let snapshot = |k: usize| {
        let at = |x: f64| Particle { x, y: 1.0, heading: 0.5, species: u8::from(k == 2) };
        Snapshot {
            particles: vec![at(1.0), at(2.0 + k as f64)],
            box_size: DVec2::new(20.0 + k as f64, 9.0),
            ..Snapshot::default()
        }
    };
    let frames: Vec<FilmFrame> =
        (0..count).map(|k| FilmFrame::new(&snapshot(k), k as f64, Some(Box::new([7, 8])))).collect();
    let film = SnapshotFilm::new(frames, 0, &snapshot(0), None);
    Stills::new(Arc::new(snapshot(0)), film)
}

#[test]
fn every_fifth_snapshot_is_held_out_of_learning() {
    let stills = stills(11);
    assert_eq!(stills.indices(Part::HeldOut), [4, 9]);
    assert_eq!(stills.indices(Part::Taught), [0, 1, 2, 3, 5, 6, 7, 8, 10]);
    let few = super::tests::stills(3);
    assert_eq!((few.indices(Part::HeldOut), few.indices(Part::Taught)), (vec![0, 1, 2], vec![0, 1, 2]));
}

#[test]
fn a_glance_at_another_frame_shares_all_memory() {
    let stills = stills(4);
    let other = stills.with_selected(2).unwrap();
    assert!(other.film().shares_frames_with(stills.film()) && other.is_same_picture(&stills));
    assert_eq!(other.selected().box_size, DVec2::new(22.0, 9.0));
    assert!(stills.with_selected(0).is_none() && stills.with_selected(4).is_none());
}

#[test]
fn digits_that_a_frame_cannot_hold_are_no_change() {
    let film = stills(4).film().clone();
    let mut first = (**stills(4).selected()).clone();
    first.particles[0].x = 1.0 + 1e-12;
    let read = Stills::new(Arc::new(first), film);
    let other = read.with_selected(2).unwrap();
    assert!(other.film().shares_frames_with(read.film()) && other.film().frames()[0].ids.is_some());
}

#[test]
fn what_is_painted_stays_with_its_frame_and_loses_its_ids() {
    let first = stills(4);
    let mut painted = (**first.selected()).clone();
    painted.particles[0].x = 1.5;
    let painted = Stills::new(Arc::new(painted), first.film().clone());
    assert!(!painted.is_same_picture(&first));
    let away = painted.with_selected(3).unwrap();
    assert!(away.film().frames()[0].ids.is_none() && away.film().frames()[1].ids.is_some());
    // The other frames are the same memory as before.
    assert!(Arc::ptr_eq(&away.film().frames()[1], &first.film().frames()[1]));
    let back = away.with_selected(0).unwrap();
    assert_eq!(back.selected().particles[0].x, 1.5);
}

#[test]
fn frames_are_deleted_and_duplicated_around_the_selected_one() {
    let stills = stills(3).with_selected(1).unwrap();
    let fewer = stills.without(0).unwrap();
    assert_eq!((fewer.count(), fewer.film().selected()), (2, 0));
    assert!(Arc::ptr_eq(fewer.selected(), stills.selected()));
    let one = fewer.without(0).unwrap();
    assert!(one.film().is_empty() && one.without(0).is_none());
    assert_eq!(one.selected().box_size, DVec2::new(22.0, 9.0));
    let two = one.with_copy_of(0).unwrap();
    assert_eq!((two.count(), two.film().selected()), (2, 1));
    let more = stills.with_copy_of(1).unwrap();
    assert_eq!((more.count(), more.film().selected()), (4, 2));
    assert_eq!(more.selected(), stills.selected());
}

#[test]
fn the_unit_and_the_species_are_those_of_all_frames() {
    // Spacings 1, 2, 3.
    let stills = stills(3);
    assert_eq!((stills.unit_length(), stills.species_count()), (2.0, 2));
    assert_eq!(Stills::from((**stills.selected()).clone()).unit_length(), 1.0);
}

#[test]
fn samples_come_from_the_requested_part_at_the_common_scale() {
    // Spacings 1 to 10: ℓ is 5.5.
    let stills = stills(10).with_selected(2).unwrap();
    assert_eq!(stills.unit_length(), 5.5);
    let mut rng = StdRng::seed_from_u64(1);
    // The two of the pair, of the first copy.
    let spacing = |swarm: &Swarm| (5.5 * swarm.distance(&swarm.particles[0], &swarm.particles[1])).round() as usize;
    for (part, wanted) in [(Part::HeldOut, vec![5, 10]), (Part::Selected, vec![3]), (Part::All, (1..=10).collect())] {
        let sampler = Sampler::of(&stills, &Ensemble { copies: 2, ..Ensemble::default() }, part).unwrap();
        assert_eq!(sampler.snapshots(), wanted.len());
        let mut seen: Vec<usize> = (0..200).map(|_| spacing(&sampler.sample(&mut rng).unwrap())).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, wanted, "{part:?}");
    }
}

#[test]
fn ten_thousand_particles_take_sixteen_bytes_each() {
    assert_eq!(size_of::<PackedParticle>(), 16);
}
