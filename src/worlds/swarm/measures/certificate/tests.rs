use std::sync::atomic::{AtomicUsize, Ordering};

use glam::DVec2;

use super::*;
use crate::gpu::EngineChoice;
use crate::worlds::swarm::picture::{Boundary, Mode, Particle, Snapshot, motifs};
use crate::worlds::swarm::rule::NetShape;

pub(super) struct Silent;

impl CheckProgress for Silent {
    fn phase(&self, _: &'static str) {}
    fn advance(&self, _: u64) {}
}

pub(super) fn mill() -> Snapshot {
    motifs::by_name("mill").expect("a bundled picture").snapshot()
}

pub(super) fn weak_rule() -> Rule {
    Rule::random(NetShape { species: 1, phi: [4, 4], rho: [4, 4], outputs: 1 }, 1)
}

/// A few particles on a torus, or cut out of something larger.
fn whole(boundary: Boundary) -> Snapshot {
    let particles = (0..4).map(|k| Particle { x: 1.0 + f64::from(k), y: 2.0, ..Particle::default() }).collect();
    Snapshot { particles, box_size: DVec2::new(6.0, 5.0), mode: Mode::Whole, boundary }
}

/// What `measure` finds of a rule that has learned nothing.
fn with_check<T>(
    snapshot: &Snapshot,
    settings: CheckSettings,
    measure: impl FnOnce(&Check) -> Result<T, CheckError>,
) -> Result<T, CheckError> {
    let (rule, headless) = (weak_rule(), Headless::new(EngineChoice::Cpu)?);
    let (ensemble, live) = (Ensemble::default(), LiveSettings::default());
    measure(&Check::new(&rule, (snapshot, &ensemble), &live, settings, &headless, &Silent)?)
}

const SHORT: CheckSettings = CheckSettings { steps: 5, grow_steps: 5, replicas: 3, ..CheckSettings::DEFAULT };

#[test]
fn a_larger_box_has_as_many_times_the_particles() {
    for (snapshot, area) in [(mill(), 4), (mill(), 3), (whole(Boundary::Periodic), 9)] {
        let one = with_check(&snapshot, SHORT, |check| Ok(check.started[0].clone())).unwrap();
        let settings = CheckSettings { area, ..SHORT };
        let many = with_check(&snapshot, settings, |check| Ok(check.started[0].clone())).unwrap();
        assert_eq!(many.len(), area * one.len());
        let area_of = |swarm: &Swarm| swarm.box_size.element_product();
        assert!((area_of(&many) / area_of(&one) - area as f64).abs() < 1e-9, "{:?} {:?}", many.box_size, one.box_size);
    }
}

#[test]
fn boxes_that_a_picture_cannot_have_are_refused_with_a_fix() {
    let refused = |snapshot: &Snapshot, settings| match with_check(snapshot, settings, |_| Ok(())) {
        Err(error) => error.to_string(),
        Ok(()) => panic!("{settings:?} is accepted"),
    };
    let in_area = |area| CheckSettings { area, ..SHORT };
    let of = |particles| CheckSettings { particles: Some(particles), ..SHORT };
    assert!(refused(&whole(Boundary::Open), in_area(4)).contains("leave the area at 1"));
    assert!(refused(&whole(Boundary::Periodic), in_area(8)).contains("give a square"));
    assert!(refused(&whole(Boundary::Periodic), of(40)).contains("leave the number out"));
    assert!(refused(&mill(), of(7)).contains("give 8 or more"));
}

#[test]
fn the_ceiling_is_one_for_whole_creatures_and_less_for_others() {
    let ceiling = |particles| {
        let settings = CheckSettings { replicas: 32, particles, ..SHORT };
        with_check(&mill(), settings, |check| check.ceiling()).unwrap()
    };
    let near_one = |measured: Measured| (measured.value.unwrap() - 1.0).abs() < 0.05;
    assert!(near_one(ceiling(None)) && near_one(ceiling(Some(48))));
    let with_left_over = ceiling(Some(52));
    let [low, high] = with_left_over.interval.unwrap();
    assert!((0.5..0.97).contains(&with_left_over.value.unwrap()) && low < high && high < 0.99, "{with_left_over:?}");
}

#[test]
fn swarms_of_any_number_grow_at_the_density_of_the_samples() {
    let settings = CheckSettings { particles: Some(44), replicas: 2, ..SHORT };
    let (best, sample, grown) = with_check(&mill(), settings, |check| {
        let best = check.arena.best(&mut check.rng(Stream::Start, 0))?;
        Ok((best, check.started[0].clone(), check.grown()?))
    })
    .unwrap();
    // 44 / 8 is 5.5, of which the nearest whole number is taken to be 6.
    assert_eq!((best.len(), sample.len()), (44, 48));
    let density = |swarm: &Swarm| swarm.len() as f64 / swarm.box_size.element_product();
    assert!((density(&best) / density(&sample) - 1.0).abs() < 1e-9);
    assert!(grown.value.is_some());
}

#[test]
fn the_long_run_is_measured_on_its_own_scale() {
    let settings = CheckSettings { long_steps: 30, long_replicas: 2, ..SHORT };
    let kept = with_check(&mill(), settings, |check| check.kept_long()).unwrap().expect("a pattern");
    assert_eq!((kept.steps, kept.replicas), (30, 2));
    assert!((0.0..1.3).contains(&kept.kept) && kept.interval.is_some(), "{kept:?}");
    let none = with_check(&mill(), SHORT, |check| check.kept_long()).unwrap();
    assert_eq!(none, None);
    // Two contenders: three runs of 5 steps and a growth of 5 for each of 3 replicas.
    assert_eq!(settings.total_steps(2), 3 * (5 + 3 * 5) + 2 * 30);
}

#[test]
fn every_contender_is_measured_and_the_evidence_has_intervals() {
    let settings = CheckSettings { long_steps: 10, ..SHORT };
    let (rows, evidence) = with_check(&mill(), settings, |check| {
        let contenders = check.contenders()?;
        let rows = contenders.iter().map(|c| check.kept(c)).collect::<Result<Vec<_>, _>>()?;
        let (grown, healed) = (check.grown()?, check.healing()?.healed);
        Ok((rows.clone(), check.evidence(grown, &rows[0], healed, check.kept_long()?)?))
    })
    .unwrap();
    let names: Vec<_> = rows.iter().map(|row| (row.name, row.control, row.flow)).collect();
    assert_eq!(names, [("exact", false, Some(FlowKind::Exact)), ("random", true, None), ("score-only", true, None)]);
    for row in &rows {
        let [low, high] = row.interval.expect("an interval");
        assert!((low..=high).contains(&row.kept.unwrap()) && row.time > 0.0, "{row:?}");
        assert!(row.motion.forward_rms > 0.0, "{row:?}");
    }
    assert!(rows[2].factor.unwrap() > 1.0);
    assert_eq!((evidence.kept_interval, evidence.area), (rows[0].interval, Some(1)));
    assert!(evidence.grown_interval.is_some() && evidence.healed_interval.is_some());
    assert_eq!(evidence.kept_long.unwrap().replicas, 3, "no more than there are samples");
}

/// Is stopped at a poll of this number, counted from 0.
struct StopsAt {
    poll: usize,
    polls: AtomicUsize,
}

impl CheckProgress for StopsAt {
    fn phase(&self, _: &'static str) {}
    fn advance(&self, _: u64) {}
    fn is_stopped(&self) -> bool {
        self.polls.fetch_add(1, Ordering::Relaxed) >= self.poll
    }
}

#[test]
fn a_residual_stops_at_the_poll_that_finds_the_signal() {
    let (rule, headless) = (weak_rule().with_random_flow(3), Headless::new(EngineChoice::Cpu).unwrap());
    let ensemble = Ensemble::default();
    for (flow, score_only) in [(FlowKind::Learned, false), (FlowKind::Exact, false), (FlowKind::Exact, true)] {
        let live = LiveSettings { flow, ..LiveSettings::default() };
        // Polls of the residual alone, up to the one that stops it.
        let residual = |poll: usize| {
            let progress = StopsAt { poll: usize::MAX, polls: AtomicUsize::new(0) };
            let mut check = Check::new(&rule, (&mill(), &ensemble), &live, SHORT, &headless, &progress).unwrap();
            let progress = StopsAt { poll, polls: AtomicUsize::new(0) };
            check.progress = &progress;
            let own = check.own();
            let motor = if score_only { Motor::ScoreOnly { factor: 2.0 } } else { own.motor };
            let result = check.residual(&Contender { motor, ..own });
            (result, progress.polls.into_inner())
        };
        let (whole, polls) = residual(usize::MAX);
        let particles = mill().sample(&ensemble, &mut StdRng::seed_from_u64(1)).unwrap().len();
        assert!(whole.unwrap().is_some() && polls >= RESIDUAL_SAMPLES * particles, "{polls}");
        for poll in [0, 1, polls / 2, polls - 1] {
            let (stopped, polls) = residual(poll);
            assert!(matches!(stopped, Err(CheckError::Stopped)));
            assert_eq!(polls, poll + 1);
        }
    }
}

#[test]
fn scales_and_intervals_poll_as_often_as_the_settings_say() {
    let (rule, headless) = (weak_rule(), Headless::new(EngineChoice::Cpu).unwrap());
    let (ensemble, live) = (Ensemble::default(), LiveSettings::default());
    let ceiling = |poll: usize| {
        let progress = StopsAt { poll, polls: AtomicUsize::new(0) };
        let check = Check::new(&rule, (&mill(), &ensemble), &live, SHORT, &headless, &progress);
        let ceiling = check.and_then(|check| check.ceiling());
        (ceiling, progress.polls.into_inner())
    };
    let (whole, polls) = ceiling(usize::MAX);
    let n = SHORT.replicas;
    // Three sets of samples and their histograms; then samples, histograms, all merged, and half merged in each resample.
    let parts = [3 * n, 3 * n, n, n, n, SHORT.resamples * (n / 2)];
    assert!(whole.unwrap().interval.is_some());
    assert_eq!(polls, parts.iter().sum::<usize>());
    for k in 0..parts.len() {
        let first = parts[..k].iter().sum();
        assert!(matches!(ceiling(first).0, Err(CheckError::Stopped)), "part {k}");
    }
}
