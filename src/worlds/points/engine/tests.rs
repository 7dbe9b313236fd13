use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::*;
use crate::worlds::points::cloud::Standardisation;
use crate::worlds::points::rule::{
    Dictionary, DictionaryFlow, ExactPart, FlowReference, Mlp, PointEnergy, PointFlow, PointLive, PointRule, Potential,
    heun_step,
};

/// A rule with random networks and the given flow.
pub(super) fn rule(dim: usize, flow: PointFlow) -> PointRule {
    let net = Mlp::random(&[dim + 1, 16, 16, 1], 0.3, &mut StdRng::seed_from_u64(1));
    PointRule {
        dim,
        map: Standardisation::default(),
        sigma_range: [0.05, 0.5],
        energy: Some(PointEnergy { net }),
        flow,
    }
}

/// One flow of every kind.
pub(super) fn flows(dim: usize) -> Vec<PointFlow> {
    let mut rng = StdRng::seed_from_u64(2);
    let smoothest = Potential::Smoothest(Mlp::random(&[dim, 8, 8, if dim == 2 { 1 } else { 3 }], 1.0, &mut rng));
    let parts = [Potential::Constant([0.2, 0.4, 1.0]), Potential::Twist { seed: 1, scale: 1.0 }, smoothest]
        .map(|potential| ExactPart { gain: 0.6, potential });
    let mut dictionary = |dictionary: Dictionary| {
        let terms = dictionary.terms(dim).len();
        let coefficients = (0..dim).map(|_| (0..terms).map(|_| rng.random_range(-0.4..0.4)).collect()).collect();
        PointFlow::Dictionary(DictionaryFlow { dictionary, coefficients })
    };
    let monomials = dictionary(Dictionary::Monomials { degree: 2 });
    let waves = dictionary(Dictionary::Fourier { waves: 4, scale: 1.0, seed: 5 });
    vec![
        PointFlow::Still,
        PointFlow::Exact(parts.to_vec()),
        PointFlow::Free { net: Mlp::random(&[dim, 16, 16, dim], 1.0, &mut rng), gain: 0.8 },
        monomials,
        waves,
    ]
}

/// Random positions.
pub(super) fn positions(dim: usize, count: usize) -> Vec<[f32; 4]> {
    let mut rng = StdRng::seed_from_u64(3);
    let mut position = || std::array::from_fn(|i| if i < dim { rng.random_range(-1.5..1.5) } else { 0.0 });
    (0..count).map(|_| position()).collect()
}

#[test]
fn the_lanes_agree_with_the_reference() {
    for dim in [2, 3] {
        for flow in flows(dim) {
            let rule = rule(dim, flow);
            let reference = FlowReference::new(&rule.flow, dim);
            let positions = positions(dim, 37);
            for (position, at) in positions.iter().zip(evaluate_all(&DriftKernel::new(&rule, 0.2), &positions)) {
                let x = [0, 1, 2].map(|i| f64::from(position[i]));
                let energy = rule.energy_jet(x, 0.2);
                let v = reference.jet(x, &energy).velocity;
                assert!((energy.value - f64::from(at.energy)).abs() < 1e-5);
                for i in 0..3 {
                    // f32 sums over widths of 16.
                    assert!((v[i] - f64::from(at.velocity[i])).abs() < 2e-5, "{:?}", rule.flow);
                    assert!((energy.score[i] - f64::from(at.score[i])).abs() < 1e-5);
                }
            }
        }
    }
}

/// A flow backwards, with relaxation and noise.
pub(super) fn backwards() -> PointLive {
    let relaxing = PointLive { relaxation: 0.4, sigma: 0.2, ..PointLive::default() };
    PointLive { strength: 1.5, reversed: true, ..relaxing }
}

#[test]
fn a_step_agrees_with_the_reference() {
    let live = backwards();
    for dim in [2, 3] {
        for flow in flows(dim) {
            let rule = rule(dim, flow);
            let start = positions(dim, 50);
            let mut engine = CpuPointEngine::new(&rule, &live, start.clone(), 99).unwrap();
            engine.run(3);
            for (walker, now) in engine.positions().iter().enumerate() {
                let mut x = [0, 1, 2].map(|i| f64::from(start[walker][i]));
                for step in 0..3 {
                    x = heun_step(&rule, &live, x, walker as u32, step, 99);
                }
                assert!((0..3).all(|i| (x[i] - f64::from(now[i])).abs() < 1e-5), "{x:?} {now:?}");
            }
            assert_eq!(engine.counters().non_finite, 0);
        }
    }
}

#[test]
fn the_baked_field_is_close_and_its_error_measured() {
    for dim in [2, 3] {
        for flow in flows(dim) {
            let rule = rule(dim, flow);
            let positions = positions(dim, 300);
            let mut engine = CpuPointEngine::new(&rule, &PointLive::default(), positions.clone(), 1).unwrap();
            let error = engine.set_baked(Some(&positions)).unwrap();
            assert!(error < 1e-3, "{error}");
            let kernel = DriftKernel::new(&rule, 0.2);
            // Baked at another σ, exact flows are off, and the error shows it.
            if rule.flow.needs_energy() {
                assert!(engine.baked().unwrap().flow_error(&kernel, &positions) > 10.0 * error);
            }
        }
    }
}

#[test]
fn checkpoints_replay_to_the_same_walkers() {
    let rule = rule(2, flows(2).remove(1));
    let mut engine = CpuPointEngine::new(&rule, &PointLive::default(), positions(2, 100), 5).unwrap();
    engine.run(4);
    let saved = engine.checkpoint();
    engine.run(5);
    let after = engine.checkpoint();
    engine.restore(&saved);
    engine.run(2);
    engine.run(3);
    assert_eq!(engine.checkpoint(), after);
}

#[test]
fn brushes_add_remove_wound_and_push() {
    let rule = rule(2, PointFlow::Still);
    let live = PointLive { relaxation: 0.0, ..Default::default() };
    let mut engine = CpuPointEngine::new(&rule, &live, positions(2, 1000), 5).unwrap();
    let under = PointForce { radius: 0.5, push: 1.0, ..Default::default() };
    let inside =
        |engine: &CpuPointEngine| engine.positions().iter().filter(|w| under.covers([w[0], w[1], w[2]])).count();
    let before = inside(&engine);
    engine.apply(PointBrush::Add(200), &under).unwrap();
    assert_eq!(inside(&engine), before + 200);
    engine.apply(PointBrush::Wound, &under).unwrap();
    assert!(inside(&engine) < (before + 200) / 2 && engine.positions().len() == 1200);
    engine.set_force(Some(under));
    let mean = |engine: &CpuPointEngine| {
        engine.positions().iter().map(|w| w[0].hypot(w[1])).sum::<f32>() / engine.positions().len() as f32
    };
    let radius = mean(&engine);
    engine.run(50);
    assert!(mean(&engine) > radius);
    engine.apply(PointBrush::Remove, &under).unwrap();
    assert_eq!(inside(&engine), 0);
    let all = PointForce { radius: 100.0, ..Default::default() };
    assert_eq!(engine.apply(PointBrush::Remove, &all), Err(PointEngineError::Empty));
    assert_eq!(
        engine.apply(PointBrush::Add(MAX_POINTS), &under),
        Err(PointEngineError::TooMany(MAX_POINTS + engine.positions().len()))
    );
}

#[test]
fn knobs_out_of_range_and_damaged_rules_are_refused() {
    let rule = rule(2, PointFlow::Still);
    let live = PointLive { sigma: 0.7, ..Default::default() };
    let refused = CpuPointEngine::new(&rule, &live, positions(2, 10), 1).map(|_| ());
    assert!(matches!(refused, Err(PointEngineError::Live(LiveError::Range { name: "sigma", .. }))));
    let bare = PointRule { energy: None, flow: flows(2).remove(1), ..rule };
    let refused = CpuPointEngine::new(&bare, &PointLive::default(), positions(2, 10), 1).map(|_| ());
    assert_eq!(refused, Err(PointEngineError::Live(LiveError::Damaged { dim: 2 })));
}

#[test]
#[ignore = "prints the speeds of the README"]
fn speeds_of_the_processor() {
    for dim in [2, 3] {
        for flow in flows(dim).into_iter().skip(1) {
            let net = Mlp::random(&[dim + 1, 64, 64, 64, 1], 0.1, &mut StdRng::seed_from_u64(1));
            let rule = PointRule { energy: Some(PointEnergy { net }), ..rule(dim, flow) };
            for count in [10_000, 100_000, 1_000_000] {
                let mut engine = CpuPointEngine::new(&rule, &PointLive::default(), positions(dim, count), 5).unwrap();
                for baked in [false, true] {
                    let start = std::time::Instant::now();
                    let error = if baked { engine.set_baked(Some(&positions(dim, 1000))) } else { None };
                    let baking = start.elapsed();
                    let start = std::time::Instant::now();
                    let steps = (2_000_000 / count) as u32;
                    engine.run(steps);
                    let rate = f64::from(steps) / start.elapsed().as_secs_f64();
                    println!(
                        "dim {dim} walkers {count} baked {error:?} in {baking:.2?}: {rate:.1} steps/s ({:.1} ns per walker)",
                        1e9 / rate / count as f64
                    );
                }
            }
        }
    }
}
