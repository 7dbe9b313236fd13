use super::weak::fit_dictionary;
use super::*;
use crate::worlds::points::LearnedPoints;
use crate::worlds::points::cloud::{BuiltInTarget, DynamicalSystem, PointCloud};
use crate::worlds::points::rule::Dictionary;
use crate::worlds::weak::WeakError;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use std::sync::atomic::{AtomicUsize, Ordering};

fn run(training: &mut PointTraining) -> f64 {
    let mut last = f64::NAN;
    while let Some(stats) = training.step(&|| false).unwrap() {
        last = stats.loss;
    }
    last
}

fn quick() -> PointTrainingSettings {
    PointTrainingSettings { energy_steps: 300, smoothest_steps: 60, free_steps: 150, batch: 128, ..Default::default() }
}

#[test]
fn an_exact_training_ends_with_three_exact_flows() {
    for target in [BuiltInTarget::Ring, BuiltInTarget::Rossler] {
        let cloud = target.sample(2000, 1);
        let mut training = PointTraining::new(&cloud, None, PointFlowKind::Exact, &quick()).unwrap();
        run(&mut training);
        let learned = training.learned();
        let names: Vec<&str> = learned.flows.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["constant", "twist", "smoothest"]);
        // f32 weights, f64 mathematics: what is left is the rounding of sums.
        assert!(learned.flows.iter().all(|f| f.residual.unwrap() < 1e-12), "{:?}", learned.flows);
        assert_eq!(learned.chosen, 2);
    }
}

#[test]
fn denoising_learns_the_score_of_a_gaussian_mixture() {
    let cloud = BuiltInTarget::TwoPeaks.sample(4000, 1);
    let settings = PointTrainingSettings { energy_steps: 600, ..quick() };
    let mut training = PointTraining::new(&cloud, None, PointFlowKind::Exact, &settings).unwrap();
    run(&mut training);
    let rule = training.learned().rule(2, 0);
    // In standardised units the peaks are at ±1/√1.25 with spread .5/√1.25; noise adds σ².
    let (mean, variance) = (0.8f64.sqrt(), 0.2 + 0.09);
    let (mut error, mut size) = (0.0, 0.0);
    for position in cloud.standardised().iter().take(500) {
        let log_ratio = 2.0 * mean * (position[0] + position[1]) / variance;
        let side = (log_ratio / 2.0).tanh();
        let score = rule.energy_jet(*position, 0.3).score;
        for i in 0..2 {
            let truth = (side * mean - position[i]) / variance;
            error += (score[i] - truth).powi(2);
            size += truth * truth;
        }
    }
    assert!((error / size).sqrt() < 0.15, "{}", (error / size).sqrt());
}

#[test]
fn a_free_network_lowers_its_residual_with_and_without_probes() {
    let cloud = BuiltInTarget::Ring.sample(2000, 1);
    let mut exact = PointTraining::new(&cloud, None, PointFlowKind::Exact, &quick()).unwrap();
    run(&mut exact);
    let learned = exact.learned();
    for hutchinson in [false, true] {
        let settings = PointTrainingSettings { hutchinson, ..quick() };
        let mut training = PointTraining::new(&cloud, Some(&learned), PointFlowKind::Free, &settings).unwrap();
        let first = training.step(&|| false).unwrap().unwrap().loss;
        run(&mut training);
        let named = training.learned().flows.into_iter().find(|f| f.name == "free").unwrap();
        let squared = named.residual.unwrap().powi(2);
        assert!(squared < 0.2 * first.abs(), "{squared} of {first}");
        assert_eq!(training.learned().energy, learned.energy);
    }
}

#[test]
fn the_same_seed_learns_the_same_weights() {
    let cloud = BuiltInTarget::Letter.sample(500, 1);
    let settings = PointTrainingSettings { energy_steps: 20, smoothest_steps: 5, ..quick() };
    let learn = || {
        let mut training = PointTraining::new(&cloud, None, PointFlowKind::Exact, &settings).unwrap();
        run(&mut training);
        training.learned()
    };
    assert_eq!(learn(), learn());
}

#[test]
fn the_noise_of_a_cloud_is_found_from_the_cloud() {
    let cloud = DynamicalSystem::Lorenz.sample(10_000, 2).with_noise(0.05, 3);
    let settings = WeakFitSettings { degree: 2, estimate_noise: true, ..Default::default() };
    let mut job = WeakJob::new(&cloud, &settings, 1).unwrap();
    while job.step(&|| false).unwrap().is_some() {}
    let (noise, fit) = job.best().unwrap();
    assert!((noise - 0.05).abs() < 0.005, "{noise}");
    assert!(fit.is_certain());
}

/// Points on a sphere, and points of an isotropic Gaussian, in `dim` dimensions.
fn sphere_and_gaussian(count: usize, dim: usize, seed: u64) -> [PointCloud; 2] {
    let mut rng = StdRng::seed_from_u64(seed);
    let normals: Vec<[f64; 3]> =
        (0..count).map(|_| std::array::from_fn(|i| if i < dim { rng.sample(StandardNormal) } else { 0.0 })).collect();
    let on_sphere = normals.iter().map(|p| {
        let length = p.iter().map(|v| v * v).sum::<f64>().sqrt();
        p.map(|v| (v / length) as f32)
    });
    let gaussian = normals.iter().map(|p| p.map(|v| v as f32)).collect();
    [on_sphere.collect(), gaussian].map(|points| PointCloud::new(dim, points).unwrap())
}

#[test]
fn clouds_with_many_stationary_laws_show_no_certain_one() {
    for (count, seed) in [(300, 1), (500, 2), (500, 3), (1000, 4)] {
        for cloud in sphere_and_gaussian(count, 3, seed) {
            let mut job = WeakJob::new(&cloud, &WeakFitSettings::default(), seed).unwrap();
            while job.step(&|| false).unwrap().is_some() {}
            let (_, fit) = job.best().unwrap();
            let gaps = format!("{count} points: gap {}, by the first weights {}", fit.gap(), fit.solution.gap());
            assert!(fit.has_rivals() && !fit.is_certain() && fit.gap() < 5.0, "{gaps}");
            assert!(fit.solution.gap() > WeakFit::CERTAIN_GAP, "{gaps}");
        }
    }
}

#[test]
fn the_only_rotation_of_a_plane_cloud_is_certain() {
    let [_, gaussian] = sphere_and_gaussian(2000, 2, 1);
    for cloud in [gaussian, BuiltInTarget::Ring.sample(2000, 1)] {
        let fit = fit_weak(&cloud, &WeakFitSettings::default(), 1, &|| false).unwrap();
        assert!(fit.is_certain() && !fit.has_rivals(), "{} {:?}", fit.solution.gap(), fit.runner_up);
    }
}

#[test]
fn lorenz_of_a_few_thousand_points_is_certain() {
    let cloud = DynamicalSystem::Lorenz.sample(5000, 1);
    let fit = fit_weak(&cloud, &WeakFitSettings { degree: 2, ..Default::default() }, 1, &|| false).unwrap();
    assert!(fit.is_certain(), "{} {:?}", fit.solution.gap(), fit.runner_up);
}

#[test]
fn monomials_that_vanish_on_the_cloud_are_refused() {
    let [sphere, _] = sphere_and_gaussian(2000, 3, 1);
    let settings = WeakFitSettings { degree: 2, ..Default::default() };
    assert_eq!(fit_weak(&sphere, &settings, 1, &|| false), Err(WeakError::Degenerate));
    // A quarter keeps no rotation, so that degree 2 is tried as well.
    let quarter = sphere.points.iter().filter(|p| p[0] > 0.0 && p[1] > 0.0).copied().collect();
    let mut job = WeakJob::new(&PointCloud::new(3, quarter).unwrap(), &WeakFitSettings::default(), 1).unwrap();
    while job.step(&|| false).unwrap().is_some() {}
    let (_, fit) = job.best().unwrap();
    assert!(!fit.is_certain() && fit.flow.dictionary == Dictionary::Monomials { degree: 1 });
}

#[test]
fn waves_are_fitted_in_one_step_and_have_speed_one() {
    let cloud = DynamicalSystem::LimitCycle.sample(4000, 2);
    let settings = WeakFitSettings { dictionary: WeakDictionary::Fourier, waves: 8, ..Default::default() };
    let mut job = WeakJob::new(&cloud, &settings, 1).unwrap();
    let step = job.step(&|| false).unwrap().unwrap();
    assert_eq!((step.step, step.steps), (1, 1));
    assert!(job.step(&|| false).unwrap().is_none());
    let (_, fit) = job.best().unwrap();
    assert_eq!(fit.flow.coefficients.iter().map(Vec::len).collect::<Vec<_>>(), [19, 19]);
    let terms = fit.flow.dictionary.terms(2);
    let square = |x: &[f64; 3]| fit.flow.jet(&terms, *x).velocity.iter().map(|v| v * v).sum::<f64>();
    let cloud = cloud.standardised();
    let speed = (cloud.iter().map(square).sum::<f64>() / cloud.len() as f64).sqrt();
    assert!((speed - 1.0).abs() < 1e-6, "{speed}");
}

#[test]
fn a_weak_flow_has_a_residual_from_its_energy_on() {
    let cloud = BuiltInTarget::Ring.sample(500, 1);
    let settings = PointTrainingSettings { energy_steps: 5, smoothest_steps: 2, ..quick() };
    let learn = |kind, previous: Option<&LearnedPoints>| {
        let mut training = PointTraining::new(&cloud, previous, kind, &settings).unwrap();
        run(&mut training);
        training.learned()
    };
    let residual = |learned: &LearnedPoints| learned.flows.iter().find(|f| f.name == "weak").unwrap().residual;
    let weak = learn(PointFlowKind::Weak, None);
    assert_eq!(residual(&weak), None);
    let then_exact = residual(&learn(PointFlowKind::Exact, Some(&weak))).unwrap();
    let exact_first = learn(PointFlowKind::Exact, None);
    let then_weak = residual(&learn(PointFlowKind::Weak, Some(&exact_first))).unwrap();
    assert!(then_exact > 0.0 && then_exact == then_weak, "{then_exact} {then_weak}");
}

#[test]
fn settings_without_a_dictionary_are_those_of_monomials() {
    let old: WeakFitSettings = ron::from_str("(degree: 2, tests: 300)").unwrap();
    assert_eq!(old, WeakFitSettings { degree: 2, ..Default::default() });
}

#[test]
fn settings_out_of_range_and_small_clouds_are_refused() {
    let cloud = BuiltInTarget::Ring.sample(200, 1);
    let refused = |settings: PointTrainingSettings| {
        PointTraining::new(&cloud, None, PointFlowKind::Exact, &settings).map(|_| ()).unwrap_err().to_string()
    };
    assert!(refused(PointTrainingSettings { batch: 2, ..quick() }).contains("batch"));
    assert!(refused(PointTrainingSettings { flow_sigma: 0.01, ..quick() }).contains("flow_sigma"));
    let weak = WeakFitSettings { degree: 4, ..Default::default() };
    assert!(refused(PointTrainingSettings { weak, ..quick() }).contains("degree"));
    let few = BuiltInTarget::Lorenz.sample(100, 1);
    let settings = WeakFitSettings { degree: 3, ..Default::default() };
    assert!(fit_weak(&few, &settings, 1, &|| false).is_ok());
    let settings_of_waves = WeakFitSettings { dictionary: WeakDictionary::Fourier, noise: 0.1, ..Default::default() };
    assert!(matches!(WeakJob::new(&few, &settings_of_waves, 1).err(), Some(PointLearnError::NoiseOfWaves)));
    let fourier = Dictionary::Fourier { waves: 100, scale: 1.0, seed: 1 };
    assert!(fit_dictionary(&few, fourier, &settings, 1, &|| false).unwrap_err().to_string().contains("samples"));
}

#[test]
fn a_step_that_is_broken_off_leaves_the_training_as_it_was() {
    let cloud = BuiltInTarget::Ring.sample(2000, 1);
    for kind in [PointFlowKind::Exact, PointFlowKind::Free, PointFlowKind::Weak] {
        // Every step, after it was broken off at `after` polls where some are given.
        let learned = |breaks: &[usize]| {
            let settings = PointTrainingSettings { energy_steps: 2, smoothest_steps: 2, free_steps: 2, ..quick() };
            let mut training = PointTraining::new(&cloud, None, kind, &settings).unwrap();
            let mut steps = Vec::new();
            loop {
                for &after in breaks {
                    let polls = AtomicUsize::new(0);
                    let stop = || polls.fetch_add(1, Ordering::Relaxed) >= after;
                    match training.step(&stop) {
                        Err(PointLearnError::Stopped | PointLearnError::Weak(WeakError::Stopped)) => {}
                        // Nothing is computed after the last step.
                        Ok(None) => return (steps, training.learned()),
                        other => panic!("{other:?} in spite of a stop after {after} polls"),
                    }
                }
                match training.step(&|| false).unwrap() {
                    Some(step) => steps.push(step),
                    None => return (steps, training.learned()),
                }
            }
        };
        let breaks: &[usize] = if kind == PointFlowKind::Weak { &[0, 1, 5] } else { &[0] };
        assert!(learned(breaks) == learned(&[]), "{kind:?}");
    }
}
