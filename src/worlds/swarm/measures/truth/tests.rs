use super::*;
use crate::worlds::swarm::picture::{Boundary, FilmFrame, Mode, Particle, Snapshot, SnapshotFilm, wrap};
use crate::worlds::swarm::rule::NetShape;
use glam::DVec2;
use rand::RngExt;
use std::f64::consts::TAU;
use std::sync::Arc;

const SIDE: f64 = 12.0;

/// `count` particles of which each frame is `step` further, with ids to match and a shuffled order. The frames of one
/// film are `copies` of the first apart in time by 1.
fn film(frames: usize, shuffled: bool, step: impl Fn(&Particle) -> [f64; 3]) -> Stills {
    let mut rng = StdRng::seed_from_u64(5);
    let mut now: Vec<Particle> = (0..100)
        .map(|i| Particle {
            x: f64::from(i % 10) * 1.2 + rng.random_range(0.0..0.3),
            y: f64::from(i / 10) * 1.2 + rng.random_range(0.0..0.3),
            heading: rng.random_range(0.0..TAU),
            species: 0,
        })
        .collect();
    let mut all = Vec::new();
    let mut first = None;
    for k in 0..frames {
        let order: Vec<usize> = (0..100).map(|i| if shuffled { (7 * i + 31 * k) % 100 } else { i }).collect();
        let particles = order.iter().map(|&i| now[i]).collect();
        let snapshot =
            Snapshot { particles, box_size: DVec2::splat(SIDE), mode: Mode::Whole, boundary: Boundary::Periodic };
        let ids = shuffled.then(|| order.iter().map(|&i| i as u32).collect());
        all.push(FilmFrame::new(&snapshot, k as f64, ids));
        first.get_or_insert(snapshot);
        for p in &mut now {
            let [forward, lateral, turn] = step(p);
            // Along the middle of the turn, as on a smooth path.
            let (sin, cos) = (p.heading + 0.5 * turn).sin_cos();
            p.x = wrap(p.x + forward * cos - lateral * sin, SIDE);
            p.y = wrap(p.y + forward * sin + lateral * cos, SIDE);
            p.heading += turn;
        }
    }
    let first = first.unwrap();
    let film = SnapshotFilm::new(all, 0, &first, Some(1.0));
    Stills::new(Arc::new(first), film)
}

fn rule() -> Rule {
    let shape = NetShape { species: 1, phi: [8, 8], rho: [8, 8], outputs: 1 };
    Rule::random(shape, 1).with_random_flow(2)
}

/// A rule whose learned flow is the same everywhere: the last layer has a bias and nothing else.
fn constant_flow(velocity: [f32; 3]) -> Rule {
    let mut rule = rule();
    let flow = rule.flow.as_mut().unwrap();
    let layout = flow.shape.layout();
    flow.weights[layout.out_w.start..].fill(0.0);
    let bias = flow.weights.len() - 3;
    flow.weights[bias..].copy_from_slice(&velocity);
    rule
}

fn measure(rule: &Rule, film: &Stills) -> Truth {
    Truth::measure(rule, &LiveSettings::default(), film, Part::HeldOut).unwrap()
}

#[test]
fn the_true_flow_has_cosine_one_and_the_right_time_scale() {
    // Over the edges of the torus and across ±π, shuffled in each frame; straight, so that the middle of two steps is exact.
    let film = film(30, true, |_| [0.3, 0.0, 0.0]);
    let truth = measure(&constant_flow([0.6, 0.0, 0.0]), &film);
    assert_eq!((truth.moments, truth.displacements, truth.by_order), (5, 500, false));
    let learned = truth.row("learned").unwrap();
    assert!((learned.all.cosine.unwrap() - 1.0).abs() < 1e-4, "{learned:?}");
    assert!((learned.time_scale.unwrap() - 0.5).abs() < 1e-4 && (truth.step_l - 0.3).abs() < 1e-4);
    assert!(truth.shares[0] > 0.999 && learned.shares[0] > 0.999);
}

#[test]
fn turning_is_followed_across_the_wrap_and_has_its_sign() {
    let film = film(40, true, |_| [0.2, 0.0, 0.5]);
    for (turn, sign) in [(0.5, 1.0), (-0.5, -1.0)] {
        let truth = measure(&constant_flow([0.2, 0.0, turn]), &film);
        let learned = truth.row("learned").unwrap();
        assert!((learned.turn.cosine.unwrap() - sign).abs() < 1e-3, "{learned:?}");
        assert!((truth.turn_rad - 0.5).abs() < 1e-4);
        // A curved path: the middle of two steps keeps its direction.
        assert!(learned.forward.cosine.unwrap() > 0.999 && truth.shares[1] < 1e-3, "{truth:?}");
    }
}

#[test]
fn the_opposite_and_the_sideways_flow_are_recognised() {
    let film = film(20, true, |_| [0.3, 0.0, 0.0]);
    let back = measure(&constant_flow([-1.0, 0.0, 0.0]), &film);
    assert!(back.row("learned").unwrap().all.cosine.unwrap() < -0.999);
    let sideways = measure(&constant_flow([0.0, 1.0, 0.0]), &film);
    let row = sideways.row("learned").unwrap();
    assert!(row.all.cosine.unwrap().abs() < 1e-3 && row.forward.cosine.is_none(), "{row:?}");
}

#[test]
fn random_flows_agree_with_nothing_and_the_mean_says_how_surely() {
    let film = film(20, true, |p| [0.3 * p.heading.cos(), 0.1, 0.1]);
    let random = measure(&rule(), &film).row("random").cloned().unwrap();
    let [low, high] = random.all.interval.unwrap();
    assert!(random.all.cosine.unwrap().abs() < 0.05 && low < 0.0 && high > 0.0, "{random:?}");
    assert!(random.single.unwrap() > high, "a single one can do better by chance: {random:?}");
}

#[test]
fn without_ids_order_in_the_file_counts_or_it_is_refused() {
    let mut stills = film(20, false, |_| [0.3, 0.0, 0.0]);
    let truth = measure(&constant_flow([1.0, 0.0, 0.0]), &stills);
    assert!(truth.by_order && truth.row("learned").unwrap().all.cosine.unwrap() > 0.999);
    let mut fewer = (**stills.selected()).clone();
    fewer.particles.pop();
    stills = Stills::new(Arc::new(fewer), stills.film().clone()).with_selected(3).unwrap();
    let error = Truth::measure(&rule(), &LiveSettings::default(), &stills, Part::Taught).unwrap_err();
    assert!(matches!(error, TruthError::NoIds), "{error}");
    let one = Stills::from((**stills.selected()).clone());
    let error = Truth::measure(&rule(), &LiveSettings::default(), &one, Part::Taught).unwrap_err();
    assert!(matches!(error, TruthError::NoFilm));
}

#[test]
fn frames_behind_a_gap_are_not_taken_for_neighbours() {
    let stills = film(20, true, |_| [0.3, 0.0, 0.0]);
    // Without frame 4, frame 3 has no next one, and frame 5 no one before.
    let stills = stills.with_selected(10).unwrap().without(4).unwrap();
    let truth =
        Truth::measure(&constant_flow([0.6, 0.0, 0.0]), &LiveSettings::default(), &stills, Part::Taught).unwrap();
    assert!((truth.step_l - 0.3).abs() < 1e-4, "{truth:?}");
}

#[test]
fn a_comparison_ends_at_the_first_poll_after_a_stop() {
    let film = film(10, true, |_| [0.3, 0.0, 0.0]);
    let run = |polls: usize| {
        let polled = std::cell::Cell::new(0);
        let stop = || polled.replace(polled.get() + 1) >= polls;
        let live = LiveSettings::default();
        (Truth::unless_stopped(&rule(), &live, &film, Part::All, &stop), polled.get())
    };
    // While frames are read, in a flow of the rule, and among the random flows.
    for polls in [0, 3, 12, 60] {
        let (result, polled) = run(polls);
        assert!(matches!(result, Err(TruthError::Stopped)), "{polls}: {result:?}");
        assert_eq!(polled, polls + 1);
    }
}
