//! The GPU engine against that of the processor, which the tests hold to the reference.

use super::tests::{backwards, flows, positions, rule};
use super::*;
use crate::gpu::testing::gpu;
use crate::worlds::points::rule::{PointFlow, PointLive};

/// Three steps of f32 with the driver's own exp, log and sin.
const TOLERANCE: f32 = 3e-5;

fn largest_difference(a: &[[f32; 4]], b: &[[f32; 4]]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn walkers_of_both_engines_agree_by_networks_and_baked() {
    let Some(device) = gpu() else { return };
    let force = PointForce { radius: 1.0, push: 0.7, stir: -0.4, ..Default::default() };
    for dim in [2, 3] {
        for flow in flows(dim) {
            let rule = rule(dim, flow);
            let start = positions(dim, 200);
            let mut cpu = CpuPointEngine::new(&rule, &backwards(), start.clone(), 7).unwrap();
            let mut gpu = GpuPointEngine::new(device.borrowed(), &rule, &backwards(), &start, 7).unwrap();
            for baked in [false, true] {
                if baked {
                    cpu.set_baked(Some(&start));
                    gpu.set_baked(Some(&start)).unwrap();
                }
                cpu.set_force(Some(force));
                gpu.set_force(Some(force));
                cpu.run(3);
                gpu.run(3);
                let difference = largest_difference(cpu.positions(), &gpu.positions().unwrap());
                assert!(difference < TOLERANCE, "{dim}, baked {baked}: {difference} for {:?}", rule.flow);
                gpu.restore(&cpu.checkpoint()).unwrap();
            }
        }
    }
}

#[test]
fn a_perturbed_rule_differs_from_its_twin() {
    let Some(device) = gpu() else { return };
    let rule = rule(3, flows(3).remove(1));
    let start = positions(3, 200);
    let mut cpu = CpuPointEngine::new(&rule, &backwards(), start.clone(), 7).unwrap();
    let mut other = rule.clone();
    let PointFlow::Exact(parts) = &mut other.flow else { unreachable!("the second flow is exact") };
    parts[2].gain *= 1.01;
    let mut gpu = GpuPointEngine::new(device.borrowed(), &other, &backwards(), &start, 7).unwrap();
    cpu.run(3);
    gpu.run(3);
    assert!(largest_difference(cpu.positions(), &gpu.positions().unwrap()) > TOLERANCE);
}

#[test]
fn brushes_and_checkpoints_work_on_the_gpu() {
    let Some(device) = gpu() else { return };
    let rule = rule(2, flows(2).remove(3));
    let mut gpu = GpuPointEngine::new(device.borrowed(), &rule, &backwards(), &positions(2, 300), 7).unwrap();
    let under = PointForce { radius: 0.5, ..Default::default() };
    gpu.apply(PointBrush::Add(50), &under).unwrap();
    assert_eq!(gpu.len(), 350);
    gpu.run(20);
    let saved = gpu.checkpoint().unwrap();
    gpu.run(5);
    let after = gpu.positions().unwrap();
    gpu.restore(&saved).unwrap();
    gpu.run(2);
    gpu.run(3);
    assert_eq!(gpu.positions().unwrap(), after);
    gpu.apply(PointBrush::Remove, &PointForce { radius: 1.0, ..Default::default() }).unwrap();
    assert!(gpu.len() < 350);
}

#[test]
#[ignore = "prints the speeds of the README"]
fn speeds_of_the_gpu() {
    use crate::worlds::points::rule::{Mlp, PointEnergy, PointRule};
    use rand::SeedableRng as _;
    let Some(device) = gpu() else { return };
    for dim in [2, 3] {
        for flow in flows(dim).into_iter().skip(1) {
            let net = Mlp::random(&[dim + 1, 64, 64, 64, 1], 0.1, &mut rand::rngs::StdRng::seed_from_u64(1));
            let rule = PointRule { energy: Some(PointEnergy { net }), ..rule(dim, flow) };
            for count in [10_000, 100_000, 1_000_000] {
                let mut engine =
                    GpuPointEngine::new(device.borrowed(), &rule, &PointLive::default(), &positions(dim, count), 5)
                        .unwrap();
                for baked in [false, true] {
                    if baked {
                        engine.set_baked(Some(&positions(dim, 1000))).unwrap();
                    }
                    engine.run(2);
                    let _ = engine.positions().unwrap();
                    let start = std::time::Instant::now();
                    let steps = if baked { 2_000_000 } else { 400_000 }.max(2 * count) / count;
                    engine.run(steps as u32);
                    let _ = engine.positions().unwrap();
                    let rate = steps as f64 / start.elapsed().as_secs_f64();
                    println!("dim {dim} walkers {count} baked {baked}: {rate:.1} steps/s");
                }
            }
        }
    }
}
