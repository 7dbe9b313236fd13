use super::*;
use crate::worlds::points::cloud::Standardisation;
use crate::worlds::points::engine::shader_words;
use crate::worlds::points::rule::{ExactPart, Mlp, PointEnergy, PointFlow, Potential};
use crate::worlds::points::{LearnedPoints, NamedFlow};
use crate::worlds::studio::{BrushStroke, DrawOptions, KnobGroup, LayerSet, WorldInfo};
use glam::DVec3;
use image::RgbaImage;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A ring with an energy of random weights, which is not flat, and two exact flows over it.
pub(super) fn taught(points: usize) -> PointsDoc {
    let mut doc = PointsDoc::of(BuiltInTarget::Ring.sample(points, 1), Some(BuiltInTarget::Ring));
    let exact = |potential| PointFlow::Exact(vec![ExactPart { gain: 1.0, potential }]);
    let named = |name: &str, flow| NamedFlow { name: name.into(), flow, residual: Some(0.0), weak: None };
    let mut rng = StdRng::seed_from_u64(1);
    doc.learned = Some(LearnedPoints {
        map: Standardisation::of(&doc.cloud()),
        sigma_range: [0.05, 0.5],
        energy: Some(PointEnergy { net: Mlp::random(&[3, 8, 1], 0.1, &mut rng) }),
        flows: vec![
            named("constant", exact(Potential::Constant([0.0, 0.0, 1.0]))),
            named("twist", exact(Potential::Twist { seed: 1, scale: 1.0 })),
        ],
        chosen: 0,
    });
    doc.walkers = 500;
    doc
}

pub(super) fn dab(brush: &'static str, at: [f64; 3], radius: f64) -> BrushStroke {
    let at = DVec3::from(at);
    BrushStroke { brush, from: at, to: at, axis: DVec3::ZERO, radius, strength: 1.0, ink: Default::default() }
}

#[test]
fn every_live_knob_moves_a_word_of_the_shaders() {
    let words = |doc: &PointsDoc| {
        let learned = doc.learned.as_ref().unwrap();
        shader_words(&learned.rule(doc.dim, learned.chosen), &doc.live, doc.walkers)
    };
    let mut doc = taught(400);
    doc.learned.as_mut().unwrap().chosen = 1;
    assert_eq!(words(&doc), words(&doc.clone()));
    // Grid or networks is a choice of kernel, not a number in it.
    for row in KNOBS.iter().filter(|row| row.group == KnobGroup::Live && row.id != "moved_by") {
        let mut other = doc.clone();
        let [low, high] = row.range;
        other.set_knob(row.id, row.folded(if doc.knob(row.id) == high { low } else { high }));
        assert_ne!(words(&other), words(&doc), "{}", row.id);
    }
}

#[test]
fn every_start_is_a_built_in_target() {
    for start in TABLES.starts {
        let target = BuiltInTarget::from_name(start.id).expect(start.id);
        assert_eq!((ENTRY.start)(&(ENTRY.empty)(), start.id).unwrap().as_points().unwrap().target, Some(target));
    }
    assert_eq!(TABLES.starts.len(), BuiltInTarget::ALL.len());
}

#[test]
fn lyapunov_plots_are_those_of_clouds_in_space() {
    let has_exponents = |dim| PointsDoc { dim, ..PointsDoc::default() }.tables().series("lyapunov").is_some();
    assert_eq!([2, 3].map(has_exponents), [false, true]);
}

#[test]
fn spraying_adds_points_under_the_brush_and_erasing_takes_them() {
    let mut doc = PointsDoc::default();
    assert!(doc.paint(&dab("spray", [3.0, 1.0, 0.0], 0.5), 7));
    let again = {
        let mut doc = PointsDoc::default();
        doc.paint(&dab("spray", [3.0, 1.0, 0.0], 0.5), 7);
        doc.points
    };
    assert_eq!(doc.points, again, "the same seed gives the same points");
    assert!(doc.points.iter().all(|[x, y, z]| (x - 3.0).hypot(y - 1.0) < 0.5 && *z == 0.0));
    assert!(!doc.paint(&dab("erase", [0.0; 3], 0.5), 7));
    // A stroke from one side to the other takes all between.
    let across = BrushStroke { from: DVec3::Y, ..dab("erase", [6.0, 1.0, 0.0], 0.5) };
    assert!(doc.paint(&across, 7) && doc.points.is_empty());
    assert!(!doc.paint(&dab("push", [0.0; 3], 1.0), 7), "a brush of the live walkers paints nothing");
}

#[test]
fn in_space_a_brush_reaches_through_the_cloud() {
    let mut doc = PointsDoc { dim: 3, points: vec![[0.0, 0.0, 5.0], [2.0, 0.0, 0.0]], ..PointsDoc::default() };
    let through = BrushStroke { axis: DVec3::Z, ..dab("erase", [0.0; 3], 1.0) };
    assert!(doc.paint(&through, 1));
    assert_eq!(doc.points, [[2.0, 0.0, 0.0]]);
}

#[test]
fn walkers_obey_brushes_checkpoints_and_restarts() {
    let doc = taught(400);
    let mut simulation = doc.start_simulation(3).unwrap();
    let count = |simulation: &dyn crate::worlds::studio::Simulation| -> usize {
        simulation.description().split(' ').next().unwrap().parse().unwrap()
    };
    assert_eq!(count(&*simulation), 500);
    simulation.run(5);
    let kept = simulation.live_state();
    simulation.stroke(&dab("remove", [1.5, 0.0, 0.0], 0.6)).unwrap();
    let left = count(&*simulation);
    assert!(left < 500 && left > 200, "{left}");
    assert!(simulation.return_to(&kept));
    assert_eq!((count(&*simulation), simulation.steps()), (500, 5));
    simulation.stroke(&dab("add", [0.0; 3], 0.3)).unwrap();
    assert_eq!(count(&*simulation), 620);
    assert!(simulation.stroke(&dab("remove", [0.0; 3], 1e3)).is_err(), "one walker must stay");
    assert!(simulation.stroke(&dab("spray", [0.0; 3], 1.0)).is_err());
    simulation.restart("scatter");
    assert_eq!((count(&*simulation), simulation.steps()), (500, 0));
}

#[test]
fn pushing_empties_the_place_under_the_brush_until_it_is_lifted() {
    let mut doc = taught(400);
    doc.live.strength = 0.0;
    doc.live.relaxation = 0.0;
    let mut simulation = doc.start_simulation(3).unwrap();
    let mut picture = RgbaImage::new(120, 120);
    let view = doc.viewpoint(BrushWorkspace::Live);
    let mut light = |simulation: &mut Box<dyn crate::worlds::studio::Simulation>| -> u64 {
        simulation.draw(&view, DrawOptions::default(), &mut picture);
        // Around (1.5, 0), where the ring is.
        let half = 120.0 / (2.0 * view.half_height);
        let x = (60.0 + (1.5 - view.centre.x) * half) as u32;
        (x - 4..x + 4)
            .flat_map(|x| (56..64).map(move |y| (x, y)))
            .map(|(x, y)| u64::from(picture.get_pixel(x, y).0[1]))
            .sum()
    };
    let before = light(&mut simulation);
    simulation.stroke(&dab("push", [1.5, 0.0, 0.0], 0.5)).unwrap();
    simulation.run(20);
    let during = light(&mut simulation);
    assert!(2 * during < before, "{before} → {during}");
    simulation.lift();
    simulation.run(20);
    assert_eq!(light(&mut simulation), during, "without force and flow nothing moves");
}

#[test]
fn knobs_and_rules_change_while_walkers_live() {
    let mut doc = taught(400);
    let mut simulation = doc.start_simulation(3).unwrap();
    simulation.run(2);
    doc.set_knob("strength", 2.0);
    doc.choose_flow(1);
    assert!(simulation.adopt(&World::from(doc.clone())));
    doc.set_knob("twist_seed", 5.0);
    assert_eq!(doc.knob("twist_seed"), 5.0);
    assert!(simulation.adopt(&World::from(doc.clone())));
    assert_eq!(simulation.steps(), 2);
    doc.set_knob("walkers", 900.0);
    assert!(!simulation.adopt(&World::from(doc)), "another number of walkers starts again");
}

#[test]
fn a_grid_takes_over_without_a_jump() {
    let mut doc = taught(400);
    doc.live.relaxation = 0.0;
    let mut simulation = doc.start_simulation(3).unwrap();
    let start = std::time::Instant::now();
    while !simulation.description().contains("grid") {
        assert!(start.elapsed().as_secs() < 60, "no grid");
        simulation.run(1);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(simulation.description().starts_with("500 walkers"));
}

#[test]
fn readings_have_a_value_for_each_curve_and_notice_a_wound() {
    let mut doc = taught(2000);
    doc.walkers = 2000;
    doc.live.relaxation = 0.0;
    let mut simulation = doc.start_simulation(3).unwrap();
    let readings = simulation.readings();
    for reading in &readings {
        let series = TABLES.series(reading.series).expect(reading.series);
        assert_eq!(reading.values.len(), series.curves.len(), "{}", series.id);
        assert!(reading.values.iter().all(|v| v.is_finite()));
    }
    let mmd = |readings: &[crate::worlds::studio::SeriesReading]| readings[0].values.clone();
    let [before, quantile] = mmd(&readings)[..] else { panic!("{readings:?}") };
    assert!(before < 3.0 * quantile, "{before} {quantile}");
    simulation.restart("scatter");
    let after = mmd(&simulation.readings())[0];
    assert!(after > 5.0 * quantile, "{after} {quantile}");
}

#[test]
fn learning_goes_on_step_by_step_and_its_result_lives() {
    let mut doc = PointsDoc::of(BuiltInTarget::Ring.sample(300, 1), None);
    assert!(doc.start_simulation(1).is_err());
    doc.training.energy_steps = 3;
    doc.training.smoothest_steps = 2;
    let mut training = doc.start_training("exact").unwrap();
    assert!(training.learned().is_none());
    let mut steps = 0;
    while let Some(step) = training.step(&|| false).unwrap() {
        steps += 1;
        assert_eq!((step.done, step.total), (steps, 5));
        assert!(training.learned().is_some());
    }
    assert_eq!(steps, 5);
    doc.set_learned(training.learned().unwrap());
    assert_eq!(doc.flows().len(), 3);
    assert!(doc.flows()[2].is_chosen && doc.validate().is_ok());
    doc.delete_flow(2);
    assert!(doc.flows()[1].is_chosen && doc.flows().len() == 2);
    assert!(doc.start_simulation(1).is_ok());
    assert!(doc.start_training("magic").is_err());
}

#[test]
fn every_layer_is_drawn_and_a_new_ground_replaces_the_old_one() {
    let doc = taught(2000);
    let view = doc.viewpoint(BrushWorkspace::Live);
    let mut simulation = doc.start_simulation(1).unwrap();
    let mut draw = |layers| {
        let mut picture = RgbaImage::new(90, 70);
        simulation.draw(&view, DrawOptions { layers, ..DrawOptions::default() }, &mut picture);
        picture
    };
    let plain = draw(LayerSet::default());
    let mut seen = vec![plain];
    for index in 0..LAYERS.len() {
        let picture = draw(LayerSet::default().toggled(index, LAYERS));
        assert!(!seen.contains(&picture), "{} changes the picture", LAYERS[index].id);
        seen.push(picture);
    }
    let [energy, score] = ["energy", "score"].map(|id| LAYERS.iter().position(|layer| layer.id == id).unwrap());
    let both = LayerSet::default().toggled(0, LAYERS).toggled(energy, LAYERS).toggled(score, LAYERS);
    assert!(both.has(0) && both.has(score) && !both.has(energy));
    assert!(!both.toggled(score, LAYERS).has(score));
}

#[test]
fn a_background_check_stores_its_certificate_in_the_scene() {
    let mut doc = taught(1000);
    doc.target = None;
    let mut check = doc.start_training(CHECK.id).unwrap();
    let polls = AtomicUsize::new(0);
    // At once, while the grid is baked, while a control is learned, and while a flow carries its walkers.
    for after in [0, 3, 200, 1510] {
        polls.store(0, Ordering::Relaxed);
        let stop = || polls.fetch_add(1, Ordering::Relaxed) >= after;
        let stopped = check.step(&stop).unwrap().unwrap();
        assert!(stopped.done == 0 && check.learned().is_none(), "{after}");
    }
    let first = check.step(&|| false).unwrap().unwrap();
    assert!(first.done == 1 && first.total > 10 && check.learned().is_none());
    check.end_phase();
    assert!(check.step(&|| false).unwrap().is_none());
    doc.set_learned(check.learned().unwrap());
    assert!(doc.certificate().iter().any(|(_, line)| line.starts_with("constant: within")));
    assert!(doc.flows()[0].facts.contains("the cloud"), "{}", doc.flows()[0].facts);
}

/// A simulation on the device of the tests, beside one on the processor.
fn pair(doc: &PointsDoc, gpu: &crate::gpu::GpuDevice) -> [Box<dyn crate::worlds::studio::Simulation>; 2] {
    let [cpu, mut on_gpu] = [0, 1].map(|_| doc.start_simulation(3).unwrap());
    on_gpu.move_to(Some(gpu)).unwrap();
    assert!(on_gpu.description().ends_with(&gpu.info.name), "{}", on_gpu.description());
    [cpu, on_gpu]
}

/// Share of the pixels that differ visibly.
fn share_apart(doc: &PointsDoc, simulations: &mut [Box<dyn crate::worlds::studio::Simulation>; 2]) -> f64 {
    let view = doc.viewpoint(BrushWorkspace::Live);
    let [a, b] = simulations.each_mut().map(|simulation| {
        let mut picture = RgbaImage::new(160, 120);
        simulation.draw(&view, DrawOptions::default(), &mut picture);
        picture
    });
    let is_apart = |(a, b): (&image::Rgba<u8>, &image::Rgba<u8>)| (0..3).any(|c| a.0[c].abs_diff(b.0[c]) > 16);
    a.pixels().zip(b.pixels()).filter(|pair| is_apart(*pair)).count() as f64 / (160.0 * 120.0)
}

#[test]
fn walkers_of_both_engines_stay_together_whatever_is_done() {
    let Some(gpu) = crate::gpu::testing::gpu() else { return };
    let mut doc = taught(400);
    // The grid would come at another step on each.
    doc.choose_flow(0);
    let mut both = pair(&doc, gpu);
    let check = |both: &mut [Box<dyn crate::worlds::studio::Simulation>; 2], after: &str| {
        let apart = share_apart(&doc, both);
        assert!(apart < 0.01, "{apart} of the picture differs after {after}");
        assert_eq!(both[0].steps(), both[1].steps(), "{after}");
    };
    let run = |both: &mut [Box<dyn crate::worlds::studio::Simulation>; 2], steps| {
        both.iter_mut().for_each(|simulation| simulation.run(steps));
    };
    check(&mut both, "the start");
    run(&mut both, 5);
    check(&mut both, "five steps");
    let kept = both.each_mut().map(|simulation| simulation.live_state());
    both.iter_mut().for_each(|simulation| simulation.stroke(&dab("remove", [1.5, 0.0, 0.0], 0.6)).unwrap());
    check(&mut both, "a removal");
    for brush in ["add", "wound", "stir"] {
        both.iter_mut().for_each(|simulation| simulation.stroke(&dab(brush, [-1.0, 0.5, 0.0], 0.6)).unwrap());
        run(&mut both, 2);
        check(&mut both, brush);
    }
    both.iter_mut().for_each(|simulation| simulation.lift());
    both.iter_mut().zip(&kept).for_each(|(simulation, kept)| assert!(simulation.return_to(kept)));
    check(&mut both, "going back");
    both.iter_mut().for_each(|simulation| simulation.restart("scatter"));
    run(&mut both, 2);
    check(&mut both, "a restart");
    let mut changed = taught(400);
    changed.choose_flow(1);
    changed.set_knob("strength", 2.0);
    both.iter_mut().for_each(|simulation| assert!(simulation.adopt(&World::from(changed.clone()))));
    run(&mut both, 3);
    check(&mut both, "another rule");
    // There and back again, nothing moves.
    both[1].move_to(None).unwrap();
    check(&mut both, "a move to the processor");
    assert!(both[1].description().ends_with("the processor"));
}

#[test]
fn a_picture_stays_on_the_gpu_unless_layers_are_drawn() {
    let Some(gpu) = crate::gpu::testing::gpu() else { return };
    let doc = taught(400);
    let [mut cpu, mut on_gpu] = pair(&doc, gpu);
    let view = doc.viewpoint(BrushWorkspace::Live);
    let layers = LayerSet::default().toggled(0, LAYERS);
    assert!(cpu.picture_on_gpu(&view, DrawOptions::default(), [64, 48]).is_none());
    let picture = on_gpu.picture_on_gpu(&view, DrawOptions::default(), [64, 48]).unwrap();
    assert_eq!(picture.size, [64, 48]);
    assert!(on_gpu.picture_on_gpu(&view, DrawOptions { layers, ..DrawOptions::default() }, [64, 48]).is_none());
}

#[test]
fn the_processor_goes_on_where_the_gpu_is_lost() {
    if crate::gpu::testing::gpu().is_none() {
        return;
    }
    // One of its own, as it will be of no use any more.
    let gpu = crate::gpu::GpuDevice::open().unwrap();
    let doc = taught(400);
    let [mut cpu, mut on_gpu] = pair(&doc, &gpu);
    on_gpu.run(2);
    on_gpu.live_state();
    gpu.device.destroy();
    on_gpu.run(3);
    let fault = on_gpu.take_fault().expect("a sentence");
    assert!(fault.contains("processor") && fault.chars().count() <= 300, "{fault}");
    assert!(on_gpu.take_fault().is_none(), "it is reported once");
    assert!(on_gpu.description().ends_with("the processor"));
    // Where the grid is baked only now the loss is noticed before the steps, which the processor then makes.
    let steps = on_gpu.steps();
    assert!(steps == 2 || steps == 5, "{steps}");
    cpu.run(steps as u32);
    let mut both = [cpu, on_gpu];
    assert!(share_apart(&doc, &mut both) < 0.01, "the walkers that were read last go on");
    both[1].run(3);
    assert_eq!(both[1].steps(), steps + 3);
}

#[test]
fn walkers_move_by_a_grid_of_known_error_or_by_the_networks() {
    let mut doc = taught(400);
    let mut simulation = doc.start_simulation(3).unwrap();
    let baked = |simulation: &mut Box<dyn crate::worlds::studio::Simulation>| {
        (0..3000).find_map(|_| {
            simulation.run(1);
            std::thread::sleep(std::time::Duration::from_millis(10));
            simulation.description().split_once("a grid (error ").map(|(_, error)| error.to_owned())
        })
    };
    let error = baked(&mut simulation).expect("a grid within half a minute");
    let percent: f64 = error.split(' ').next().unwrap().parse().unwrap_or(0.0);
    assert!(percent < 2.0, "{error}");
    doc.set_knob("moved_by", 1.0);
    assert!(simulation.adopt(&World::from(doc.clone())));
    simulation.run(1);
    assert!(simulation.description().contains("by the networks on"), "{}", simulation.description());
    doc.set_knob("moved_by", 0.0);
    assert!(simulation.adopt(&World::from(doc)));
    assert!(baked(&mut simulation).is_some(), "a new grid");
}
