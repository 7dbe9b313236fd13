//! The GPU engine against its readable twin.

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::{FieldBrush, FieldStroke, GpuLibrary};
use crate::gpu::testing::gpu;
use crate::worlds::field::rule::{LibraryRule, reference};
use crate::worlds::field::stills::{GrayScott, Still, seeded};

/// Twenty f32 steps of values up to 1: rounding of 6e-8 each, hardly amplified.
const TOLERANCE: f64 = 2e-5;

fn full_rule() -> LibraryRule {
    let mut rule = GrayScott::default().rule();
    for k in 0..12 {
        rule.u.0[k] += 0.003 * (k as f64 - 5.5);
        rule.v.0[k] -= 0.002 * (k as f64 - 4.5);
    }
    rule
}

fn difference(image: &Still, planes: &[Vec<f64>; 2]) -> f64 {
    image.data.iter().zip(planes.iter().flatten()).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max)
}

#[test]
fn twenty_gpu_steps_equal_the_reference() {
    let Some(gpu) = gpu() else { return };
    let (device, queue) = gpu.borrowed();
    let rule = full_rule();
    for (width, height) in [(16, 16), (37, 21), (70, 18)] {
        let start = seeded(&rule, width, height, &mut StdRng::seed_from_u64(3));
        let mut engine = GpuLibrary::new(device, queue, &rule, &start).unwrap();
        engine.set_time_step(0.7);
        let mut planes = reference::planes(&start);
        let mut wrong = planes.clone();
        let other = LibraryRule { v: rule.v.with(crate::worlds::field::rule::Term::VVV, 0.05), ..rule };
        engine.run(20);
        for _ in 0..20 {
            planes = reference::step(&rule, &planes, width, height, 0.7);
            wrong = reference::step(&other, &wrong, width, height, 0.7);
        }
        let image = engine.image().unwrap();
        assert!(difference(&image, &planes) < TOLERANCE, "{width} × {height}: {:e}", difference(&image, &planes));
        assert!(difference(&image, &wrong) > TOLERANCE, "a wrong coefficient must show");
        assert_eq!(engine.counters().unwrap().non_finite, 0);
    }
}

#[test]
fn strokes_sizes_and_rules_change_on_the_gpu() {
    let Some(gpu) = gpu() else { return };
    let (device, queue) = gpu.borrowed();
    let rule = GrayScott::default().rule();
    let mut engine = GpuLibrary::new(device, queue, &rule, &Still::filled(32, 32, &[1.0, 0.0])).unwrap();
    engine.run(3);
    engine.apply(&FieldStroke { brush: FieldBrush::Add, at: [5.0, 6.0], radius_px: 3.0, motion_px: [0.0; 2] }).unwrap();
    assert_eq!(engine.image().unwrap().plane(1)[6 * 32 + 5], 0.25);
    let larger = seeded(&rule, 50, 40, &mut StdRng::seed_from_u64(2));
    engine.set_image(&larger).unwrap();
    assert_eq!(engine.image().unwrap(), larger);
    let other = full_rule();
    engine.set_motion(&other, engine.time_step());
    engine.run(1);
    let step = reference::step(&other, &reference::planes(&larger), 50, 40, 1.0);
    assert!(difference(&engine.image().unwrap(), &step) < TOLERANCE);
}

#[test]
fn values_that_are_not_finite_are_counted_and_not_taken() {
    let Some(gpu) = gpu() else { return };
    let (device, queue) = gpu.borrowed();
    let rule = GrayScott::default().rule();
    let mut start = Still::filled(16, 16, &[1.0, 0.0]);
    start.plane_mut(1)[40] = 1e30;
    let mut engine = GpuLibrary::new(device, queue, &rule, &start).unwrap();
    engine.run(1);
    assert!(engine.counters().unwrap().non_finite > 0);
    assert!(engine.image().unwrap().data.iter().all(|v| v.is_finite()));
}
