//! The GPU engine against its readable twins in `crate::worlds::swarm::rule`, kernel by kernel, and as a whole.

use glam::DVec2;

use super::testing::{difficult_swarms, gpu, random_swarm, rule};
use super::{EngineError, Force, GpuEngine};
use crate::worlds::swarm::picture::{MAX_SPECIES, Particle, Swarm, wrap_angle};
use crate::worlds::swarm::rule::{
    FlowKind, Knobs, LiveSettings, Neighbours, NetShape, Rule, energy, flow_exact, flow_learned, step,
};

/// Largest difference over the largest value of the swarm. f32 has 6e-8; sums of some hundred terms of either sign and the
/// driver's polynomial exp, sin and log (about 1e-6) cost the rest.
const F32_TOLERANCE: f64 = 2e-5;

/// Displacement of one step, relative to σ: the tolerance above times the few σ that a step may move.
const STEP_TOLERANCE: f64 = 1e-4;

fn engine(rule: &Rule, swarm: &Swarm, settings: &LiveSettings, seed: u64) -> Option<GpuEngine> {
    let gpu = gpu()?;
    Some(GpuEngine::new(&gpu.device, &gpu.queue, rule, swarm, settings, seed).expect("an engine"))
}

fn settings(flow: FlowKind) -> LiveSettings {
    let mut knobs = Knobs::default();
    for c in 0..MAX_SPECIES {
        let c_real = c as f64;
        (knobs.cruise[c], knobs.strafe[c], knobs.swirl[c]) =
            (1.0 - 0.2 * c_real, 0.3 + 0.1 * c_real, 0.02 * c_real - 0.05);
        knobs.window_l[c] = 2.3 - 0.25 * c_real;
    }
    LiveSettings { sigma_l: 0.3, flow, knobs, strength: 0.9, relaxation: 0.6, ..LiveSettings::default() }
}

/// Largest difference of two lists of vectors over the largest entry of the second.
fn difference(a: &[[f64; 3]], b: &[[f64; 3]]) -> f64 {
    assert_eq!(a.len(), b.len());
    let largest = b.iter().flatten().fold(0.0f64, |m, v| m.max(v.abs()));
    let apart = a.iter().flatten().zip(b.iter().flatten()).fold(0.0f64, |m, (x, y)| m.max((x - y).abs()));
    if largest > 0.0 { apart / largest } else { apart }
}

fn scalars(values: &[f64]) -> Vec<[f64; 3]> {
    values.iter().map(|&v| [v, 0.0, 0.0]).collect()
}

/// Displacement from b to a on the torus.
fn displacements(a: &Swarm, b: &Swarm) -> Vec<[f64; 3]> {
    let apart = |(p, q): (&Particle, &Particle)| b.offset(q, p).extend(wrap_angle(p.heading - q.heading)).to_array();
    a.particles.iter().zip(&b.particles).map(apart).collect()
}

/// One engine, given each of the difficult swarms in turn: compiling kernels takes longer than running them.
fn with_each_swarm(settings: &LiveSettings, mut check: impl FnMut(&str, &mut GpuEngine)) {
    let mut species_now = 1;
    let Some(mut engine) = engine(&rule(1), &random_swarm(2, DVec2::splat(9.0), 1, 1), settings, 5) else { return };
    for (name, species, swarm) in difficult_swarms() {
        if species != species_now {
            engine.set_rule(&rule(species)).unwrap();
            species_now = species;
        }
        engine.upload(&swarm).unwrap();
        check(name, &mut engine);
    }
}

#[test]
fn energy_and_score_equal_their_twins() {
    let settings = settings(FlowKind::None);
    with_each_swarm(&settings, |name, engine| {
        let (rule, swarm) = (engine.rule().clone(), engine.swarm().unwrap());
        let energies = energy::particle_energies(&rule, &swarm, settings.sigma_l);
        let apart = difference(&scalars(&engine.particle_energies().unwrap()), &scalars(&energies));
        assert!(apart < F32_TOLERANCE, "energy of {name}: {apart:e}");
        let apart = difference(&engine.scores().unwrap(), &energy::score(&rule, &swarm, settings.sigma_l));
        assert!(apart < F32_TOLERANCE, "score of {name}: {apart:e}");
    });
}

#[test]
fn the_measures_for_colours_settle_at_energy_and_speed() {
    let settings = settings(FlowKind::Exact);
    with_each_swarm(&settings, |name, engine| {
        (0..60).for_each(|_| engine.run(0));
        let speeds: Vec<f64> = engine.flows().unwrap().iter().map(|v| settings.strength * v[0].hypot(v[1])).collect();
        let energies = engine.particle_energies().unwrap();
        let measures = engine.measures().unwrap();
        let of = |k: usize| measures.iter().map(|m| f64::from(m[k])).collect::<Vec<f64>>();
        // A fifth of the difference goes with each picture.
        for (k, wanted) in [energies, speeds].iter().enumerate() {
            let apart = difference(&scalars(&of(k)), &scalars(wanted));
            assert!(apart < 1e-4, "measure {k} of {name}: {apart:e}");
        }
    });
}

#[test]
fn the_exact_flow_equals_its_twin() {
    with_each_swarm(&settings(FlowKind::Exact), |name, engine| {
        let (rule, swarm) = (engine.rule().clone(), engine.swarm().unwrap());
        // Without a window, with one inside the cutoff and with one beyond it.
        for window_l in [0.0, 2.3, 4.7] {
            let mut settings = settings(FlowKind::Exact);
            settings.knobs.window_l = std::array::from_fn(|c| window_l / (1.0 + 0.4 * c as f64));
            engine.set_settings(&settings).unwrap();
            let score = energy::score(&rule, &swarm, settings.sigma_l);
            let expected = flow_exact::velocity(&swarm, &score, &settings.knobs);
            let apart = difference(&engine.flows().unwrap(), &expected);
            assert!(apart < F32_TOLERANCE, "{name}, window {window_l}: {apart:e}");
        }
    });
}

#[test]
fn the_learned_flow_equals_its_twin() {
    let settings = settings(FlowKind::Learned);
    with_each_swarm(&settings, |name, engine| {
        let (rule, swarm) = (engine.rule().clone(), engine.swarm().unwrap());
        let expected = flow_learned::velocity(&rule, rule.flow.as_ref().unwrap(), &swarm, settings.sigma_l);
        let apart = difference(&engine.flows().unwrap(), &expected);
        assert!(apart < F32_TOLERANCE, "{name}: {apart:e}");
    });
}

#[test]
fn a_step_and_its_picture_equal_their_twins() {
    with_each_swarm(&settings(FlowKind::None), |name, engine| {
        for flow in [FlowKind::None, FlowKind::Exact, FlowKind::Learned] {
            let settings = settings(flow);
            engine.set_settings(&settings).unwrap();
            let (rule, before) = (engine.rule().clone(), engine.swarm().unwrap());
            let mut expected = before.clone();
            step::step(&rule, &settings, &mut expected, engine.time_step(), 5, engine.steps_done()).unwrap();
            engine.run(1);
            let after = engine.swarm().unwrap();
            let moved = difference(&displacements(&after, &before), &displacements(&expected, &before));
            assert!(moved < STEP_TOLERANCE, "{flow:?}, {name}: {moved:e}");

            let picture = step::denoised(&rule, &after, settings.sigma_l);
            let shown = engine.shown().unwrap();
            let apart = difference(&displacements(&shown, &after), &displacements(&picture, &after));
            assert!(apart < STEP_TOLERANCE, "picture of {flow:?}, {name}: {apart:e}");
            let species_of = |s: &Swarm| s.particles.iter().map(|p| p.species).collect::<Vec<_>>();
            assert_eq!(species_of(&shown), species_of(&before), "{name}");
        }
    });
}

#[test]
fn a_network_too_large_for_uniform_buffers_runs_from_storage() {
    let shape = NetShape { species: 1, phi: [8, 8], rho: [128, 128], outputs: 1 };
    let (rule, settings) = (Rule::random(shape, 2), settings(FlowKind::None));
    let Some(mut engine) = engine(&rule, &random_swarm(40, DVec2::new(9.0, 7.0), 1, 1), &settings, 1) else { return };
    let uniform_limit = gpu().expect("a device").device.limits().max_uniform_buffer_binding_size;
    assert!(uniform_limit > 64 << 10 || rule.energy.weights.len() as u64 * 4 > uniform_limit);
    let swarm = engine.swarm().unwrap();
    let apart = difference(&engine.scores().unwrap(), &energy::score(&rule, &swarm, settings.sigma_l));
    assert!(apart < F32_TOLERANCE, "{apart:e}");
}

#[test]
fn one_weight_changed_on_one_side_is_noticed() {
    let (swarm, settings) = (random_swarm(80, DVec2::new(11.0, 9.0), 2, 8), settings(FlowKind::Learned));
    let rule = rule(2);
    let Some(mut engine) = engine(&rule, &swarm, &settings, 1) else { return };
    let swarm = engine.swarm().unwrap();
    let (energies, scores, flows) =
        (engine.particle_energies().unwrap(), engine.scores().unwrap(), engine.flows().unwrap());
    let spans = rule.energy.shape.layout().spans();
    for span in spans {
        let mut other = rule.clone();
        other.energy.weights[span.start + span.len() - 1] += 0.05;
        let by_energy =
            difference(&scalars(&energies), &scalars(&energy::particle_energies(&other, &swarm, settings.sigma_l)));
        assert!(by_energy > 5.0 * F32_TOLERANCE, "energy does not see {}: {by_energy:e}", span.name);
        // The score does not depend on the constant that is added to the energy.
        let by_score = difference(&scores, &energy::score(&other, &swarm, settings.sigma_l));
        assert!(span.name == "out_b" || by_score > 5.0 * F32_TOLERANCE, "score, {}: {by_score:e}", span.name);
    }
    for span in rule.flow.as_ref().unwrap().shape.layout().spans() {
        let mut flow = rule.flow.clone().unwrap();
        flow.weights[span.start + span.len() - 1] += 0.05;
        let by_flow = difference(&flows, &flow_learned::velocity(&rule, &flow, &swarm, settings.sigma_l));
        assert!(by_flow > 5.0 * F32_TOLERANCE, "flow does not see {}: {by_flow:e}", span.name);
    }
}

#[test]
fn every_pair_is_counted_once_in_any_grid() {
    // More cells than one and two levels of the prefix sum hold.
    let large = [random_swarm(400, DVec2::new(90.0, 60.0), 1, 9), random_swarm(4000, DVec2::new(260.0, 290.0), 1, 10)];
    let settings = LiveSettings { denoised: false, ..settings(FlowKind::Learned) };
    let counted = |engine: &mut GpuEngine| {
        engine.scores().unwrap();
        engine.counters().unwrap().pair_tests
    };
    with_each_swarm(&settings, |name, engine| {
        let mut swarms = vec![(name, engine.swarm().unwrap())];
        if name == "random" {
            swarms.extend(large.iter().map(|swarm| ("many cells", swarm.clone())));
        }
        for (name, swarm) in swarms {
            let before = engine.counters().unwrap().pair_tests;
            engine.upload(&swarm).unwrap();
            let expected = Neighbours::new(&engine.swarm().unwrap(), engine.rule().cutoff_l).index.len() as u64;
            assert_eq!(counted(engine) - before, expected, "{name}");
        }
    });
}

#[test]
fn the_same_seed_gives_the_same_run_however_it_is_cut() {
    let (rule, settings) = (rule(3), settings(FlowKind::Exact));
    let swarm = random_swarm(200, DVec2::new(15.0, 14.0), 3, 1);
    let run = |seed, pieces: &[u32], denoised| {
        let settings = LiveSettings { denoised, ..settings };
        let mut engine = engine(&rule, &swarm, &settings, seed)?;
        pieces.iter().for_each(|&steps| engine.run(steps));
        assert_eq!(engine.steps_done(), 40);
        Some(engine.swarm().unwrap())
    };
    let Some(whole) = run(1, &[40], true) else { return };
    assert_eq!(Some(&whole), run(1, &[40], true).as_ref(), "run again");
    assert_eq!(Some(&whole), run(1, &[1, 2, 0, 17, 20], true).as_ref(), "in pieces");
    assert_eq!(Some(&whole), run(1, &[39, 1], false).as_ref(), "without the picture");
    assert_ne!(Some(&whole), run(2, &[40], true).as_ref(), "another seed");
}

#[test]
fn without_an_energy_the_noise_diffuses_at_its_rate() {
    let mut rule = rule(1);
    rule.energy.weights.fill(0.0);
    let settings = LiveSettings { relaxation: 0.7, ..settings(FlowKind::None) };
    let swarm = random_swarm(4000, DVec2::splat(60.0), 1, 3);
    let Some(mut engine) = engine(&rule, &swarm, &settings, 9) else { return };
    let before = engine.swarm().unwrap();
    engine.run(10);
    let moved = displacements(&engine.swarm().unwrap(), &before);
    let variance = 2.0 * settings.relaxation * engine.time_step() * 10.0;
    let count = moved.len() as f64;
    for (axis, expected) in [variance, variance, variance * rule.kappa * rule.kappa].into_iter().enumerate() {
        let mean = moved.iter().map(|d| d[axis]).sum::<f64>() / count;
        let spread = moved.iter().map(|d| d[axis] * d[axis]).sum::<f64>() / count;
        // Four standard errors of the mean and of the variance.
        assert!(mean.abs() < 4.0 * (expected / count).sqrt(), "axis {axis}: mean {mean}");
        assert!((spread / expected - 1.0).abs() < 4.0 * (2.0 / count).sqrt(), "axis {axis}: {spread}, not {expected}");
    }
}

#[test]
fn the_brush_pushes_as_it_says() {
    let mut rule = rule(1);
    rule.energy.weights.fill(0.0);
    let settings = LiveSettings { relaxation: 0.0, ..settings(FlowKind::None) };
    let swarm = random_swarm(200, DVec2::new(12.0, 10.0), 1, 3);
    let Some(mut engine) = engine(&rule, &swarm, &settings, 9) else { return };
    // Across the corner of the box.
    let force = Force { centre_l: [0.5, 9.5], radius_l: 3.0, strength: 2.0, stir: -3.0 };
    engine.set_force(Some(force));
    let before = engine.swarm().unwrap();
    engine.run(1);
    let moved = displacements(&engine.swarm().unwrap(), &before);
    let dt = engine.time_step();
    let push = |swarm: &Swarm| swarm.particles.iter().map(|p| force.velocity_at(swarm, p)).collect::<Vec<_>>();
    let first = push(&before);
    let mut predicted = before.clone();
    for (p, v) in predicted.particles.iter_mut().zip(&first) {
        (p.x, p.y) = (p.x + v[0] * dt, p.y + v[1] * dt);
    }
    let expected: Vec<_> = first
        .iter()
        .zip(push(&predicted))
        .map(|(a, b)| [0.5 * (a[0] + b[0]) * dt, 0.5 * (a[1] + b[1]) * dt, 0.0])
        .collect();
    assert!(expected.iter().any(|v| v[0] != 0.0) && expected.contains(&[0.0; 3]));
    let apart = difference(&moved, &expected);
    assert!(apart < STEP_TOLERANCE, "{apart:e}");

    engine.set_force(None);
    let still = engine.swarm().unwrap();
    engine.run(3);
    assert_eq!(engine.swarm().unwrap(), still);
}

#[test]
fn a_thousand_steps_stay_finite() {
    for flow in [FlowKind::Exact, FlowKind::Learned] {
        let rule = rule(2);
        let swarm = random_swarm(60, DVec2::splat(8.0), 2, 3);
        let Some(mut engine) = engine(&rule, &swarm, &settings(flow), 9) else { return };
        engine.run(1000);
        let counters = engine.counters().unwrap();
        assert_eq!((counters.steps, counters.non_finite), (1000, 0), "{flow:?}");
        let inside = |s: &Swarm| {
            s.particles.iter().all(|p| (0.0..8.0).contains(&p.x) && (0.0..8.0).contains(&p.y) && p.heading.is_finite())
        };
        assert!(inside(&engine.swarm().unwrap()) && inside(&engine.shown().unwrap()), "{flow:?}");
    }
}

#[test]
fn a_step_that_would_not_be_finite_is_refused_and_counted() {
    let mut rule = rule(1);
    rule.energy.weights.iter_mut().for_each(|w| *w *= 1e12);
    let swarm = random_swarm(20, DVec2::splat(5.0), 1, 3);
    let Some(mut engine) = engine(&rule, &swarm, &settings(FlowKind::None), 9) else { return };
    let before = engine.swarm().unwrap();
    engine.run(3);
    assert_eq!(engine.swarm().unwrap(), before);
    assert_eq!(engine.counters().unwrap().non_finite, 60);
}

#[test]
fn a_changed_engine_equals_a_new_one() {
    let (small, large) = (random_swarm(70, DVec2::splat(9.0), 2, 1), random_swarm(150, DVec2::new(21.0, 12.0), 2, 2));
    let shape = NetShape { species: 2, phi: [16, 28], rho: [20, 12], outputs: 1 };
    let other = Rule { cutoff_l: 2.2, ..Rule::random(shape, 5).with_random_flow(6) };
    let Some(mut changed) = engine(&rule(2), &small, &settings(FlowKind::Exact), 1) else { return };
    let same_as_new = |changed: &mut GpuEngine, what: &str| {
        let mut new = engine(changed.rule(), &changed.swarm().unwrap(), changed.settings(), 1).unwrap();
        assert_eq!(changed.scores().unwrap(), new.scores().unwrap(), "scores after {what}");
        assert_eq!(changed.flows().unwrap(), new.flows().unwrap(), "flows after {what}");
        assert_eq!(changed.shown().unwrap(), new.shown().unwrap(), "picture after {what}");
        assert_eq!(changed.len(), new.len());
    };
    changed.run(3);
    same_as_new(&mut changed, "steps");
    changed.upload(&large).unwrap();
    same_as_new(&mut changed, "a larger swarm");
    changed.set_settings(&LiveSettings { sigma_l: 0.5, ..settings(FlowKind::Learned) }).unwrap();
    same_as_new(&mut changed, "another temperature and flow");
    changed
        .set_settings(&LiveSettings {
            knobs: Knobs { window_l: [5.0; MAX_SPECIES], ..Knobs::default() },
            ..LiveSettings::default()
        })
        .unwrap();
    same_as_new(&mut changed, "a wider window");
    let mut weights = rule(2);
    weights.energy.weights[3] += 1.0;
    changed.set_rule(&weights).unwrap();
    same_as_new(&mut changed, "other weights");
    changed.set_rule(&other).unwrap();
    same_as_new(&mut changed, "another shape");
    changed.upload(&small).unwrap();
    same_as_new(&mut changed, "a smaller swarm");
    let steps = changed.steps_done();
    changed.run(2);
    assert_eq!(changed.steps_done(), steps + 2);
}

#[test]
fn pair_tests_go_on_counting_over_changes() {
    let swarm = random_swarm(50, DVec2::splat(9.0), 1, 1);
    let Some(mut engine) = engine(&rule(1), &swarm, &settings(FlowKind::None), 1) else { return };
    let first = engine.counters().unwrap().pair_tests;
    engine.upload(&random_swarm(60, DVec2::splat(9.0), 1, 2)).unwrap();
    let second = Neighbours::new(&engine.swarm().unwrap(), engine.rule().cutoff_l).index.len() as u64;
    assert_eq!(engine.counters().unwrap().pair_tests, first + second);
}

#[test]
fn a_particle_needs_at_most_512_bytes() {
    let rule = Rule::random(NetShape { species: 1, phi: [32, 32], rho: [64, 64], outputs: 1 }, 1).with_random_flow(2);
    for (count, side) in [(1000, 40.0), (100_000, 400.0), (1000, 4000.0)] {
        let swarm = random_swarm(count, DVec2::splat(side), 1, 1);
        let Some(engine) = engine(&rule, &swarm, &LiveSettings { denoised: false, ..settings(FlowKind::None) }, 1)
        else {
            return;
        };
        let bytes = engine.counters().unwrap().bytes_per_particle;
        assert!((128..=512).contains(&bytes), "{count}: {bytes} bytes");
    }
}

#[test]
fn what_cannot_run_is_refused_with_its_reason() {
    let swarm = random_swarm(5, DVec2::splat(9.0), 1, 1);
    let Some(mut engine) = engine(&rule(1), &swarm, &settings(FlowKind::None), 1) else { return };
    let empty = Swarm { particles: Vec::new(), box_size: DVec2::splat(9.0) };
    assert!(matches!(engine.upload(&empty), Err(EngineError::Empty)));
    assert!(matches!(engine.upload(&random_swarm(9, DVec2::splat(9.0), 8, 2)), Err(EngineError::Species { .. })));
    let bare = Rule { flow: None, ..rule(1) };
    engine.set_rule(&bare).unwrap();
    assert!(matches!(engine.set_settings(&settings(FlowKind::Learned)), Err(EngineError::Rule(_))));
    // It still runs.
    engine.run(2);
    assert_eq!(engine.len(), 5);
    assert_eq!(engine.steps_done(), 2);
}
