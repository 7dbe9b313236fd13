//! The lane kernels against the f64 reference, for every instruction set of this processor.

use std::sync::atomic::{AtomicUsize, Ordering};

use glam::DVec2;

use super::*;
use crate::worlds::swarm::picture::Swarm;
use crate::worlds::swarm::rule::testing::scattered;
use crate::worlds::swarm::rule::{LocalNet, Neighbours, NetShape, Rule, energy, flow_learned};

const SIGMA_L: f64 = 0.3;

/// Widths that are not multiples of the register block, and weights large enough that no term is negligible.
fn rule(species: usize, seed: u64) -> Rule {
    Rule::random(NetShape { species, phi: [12, 10], rho: [14, 11], outputs: 1 }, seed).with_random_flow(seed + 1)
}

fn swarm(count: usize, species: usize, box_size: DVec2, seed: u64) -> Swarm {
    let mut swarm = scattered(count, box_size, seed);
    swarm.particles.iter_mut().for_each(|p| p.species %= species as u8);
    swarm
}

fn cloud(rule: &Rule, swarm: &Swarm) -> Cloud {
    let mut cloud = Cloud::default();
    cloud.enter(swarm.box_size.as_vec2().to_array());
    for p in &swarm.particles {
        let tau = rule.noise_feature(SIGMA_L) as f32;
        cloud.push(p.x as f32, p.y as f32, p.heading as f32, p.species, tau);
    }
    let neighbours = Neighbours::new(swarm, rule.cutoff_l);
    cloud.group(&neighbours.start, &neighbours.index);
    cloud
}

fn assert_close(got: f64, expected: f64, scale: f64, what: &str) {
    // f32 arithmetic over sums of some hundred terms.
    assert!((got - expected).abs() < 3e-5 * scale, "{what}: {got}, expected {expected} (scale {scale})");
}

#[test]
fn gradient_is_that_of_the_reference_on_every_instruction_set() {
    for (species, n) in [(1, 40), (3, 61), (3, 2)] {
        let (rule, swarm) = (rule(species, 5), swarm(n, species, DVec2::new(9.0, 7.0), 11));
        let expected = energy::score(&rule, &swarm, SIGMA_L);
        let scale = expected.iter().flatten().fold(1.0f64, |a, v| a.max(v.abs()));
        let cloud = cloud(&rule, &swarm);
        for isa in Isa::available() {
            let mut got = vec![[0.0; 3]; n];
            FastKernels::new(isa).gradient(&Weights::of(&rule.energy, rule.cutoff_l), &cloud, &mut got, NEVER);
            for (g, e) in got.iter().flatten().zip(expected.iter().flatten()) {
                assert_close(-f64::from(*g) / SIGMA_L, *e, scale, &format!("{isa:?}"));
            }
        }
    }
}

#[test]
fn outputs_are_those_of_the_reference() {
    let (rule, swarm) = (rule(3, 5), swarm(50, 3, DVec2::new(9.0, 7.0), 3));
    let flow = rule.flow.clone().expect("the test rule has a flow");
    let expected = flow_learned::velocity(&rule, &flow, &swarm, SIGMA_L);
    let cloud = cloud(&rule, &swarm);
    let mut got = vec![0.0; 150];
    FastKernels::default().outputs(&Weights::of(&flow, rule.cutoff_l), &cloud, &mut got, NEVER);
    let scale = expected.iter().flatten().fold(1.0f64, |a, v| a.max(v.abs()));
    for (i, e) in expected.iter().enumerate() {
        let (c, s) = (f64::from(cloud.cos[i]), f64::from(cloud.sin[i]));
        let [f, l, t] = [0, 1, 2].map(|o| f64::from(got[3 * i + o]));
        assert_close(c * f - s * l, e[0], scale, "x");
        assert_close(s * f + c * l, e[1], scale, "y");
        assert_close(t, e[2], scale, "turn");
    }
}

/// A swarm moved by `step` along `direction`.
fn moved(swarm: &Swarm, direction: &[[f32; 3]], step: f64) -> Swarm {
    let mut moved = swarm.clone();
    for (p, d) in moved.particles.iter_mut().zip(direction) {
        p.x += step * f64::from(d[0]);
        p.y += step * f64::from(d[1]);
        p.heading += step * f64::from(d[2]);
    }
    moved
}

fn direction(n: usize, seed: f32) -> Vec<[f32; 3]> {
    (0..n).map(|i| std::array::from_fn(|k| ((i * 3 + k) as f32 * 1.7 + seed).sin())).collect()
}

/// The net with weight `w` shifted by `by`.
fn nudged(net: &LocalNet, w: usize, by: f32) -> LocalNet {
    let mut net = net.clone();
    net.weights[w] += by;
    net
}

/// Some weights of every matrix and bias.
fn probe_weights(shape: &NetShape) -> Vec<(usize, &'static str)> {
    shape
        .layout()
        .spans()
        .iter()
        .flat_map(|s| (0..4).map(move |k| (s.start + (k * 7919 + 3) % s.len(), s.name)))
        .collect()
}

#[test]
fn weight_gradient_of_the_score_is_its_finite_difference_in_f64() {
    for species in [1, 3] {
        let n = 35;
        let (rule, swarm) = (rule(species, 8), swarm(n, species, DVec2::new(9.0, 7.0), 2));
        let along = direction(n, 0.3);
        let cloud = cloud(&rule, &swarm);
        for isa in Isa::available() {
            let mut bar = vec![0.0; rule.energy.weights.len()];
            let weights = Weights::of(&rule.energy, rule.cutoff_l);
            FastKernels::new(isa).gradient_vjp(&weights, &cloud, &along, &mut bar, NEVER);
            let scale = bar.iter().fold(1.0f64, |a, v| a.max(f64::from(v.abs())));
            for (w, name) in probe_weights(&rule.energy.shape) {
                // -σ Σ along · s at both sides of the weight.
                let value = |by: f32| {
                    let mut rule = rule.clone();
                    rule.energy = nudged(&rule.energy, w, by);
                    let score = energy::score(&rule, &swarm, SIGMA_L);
                    let sum: f64 = score
                        .iter()
                        .flatten()
                        .zip(along.as_flattened())
                        .map(|(s, d)| -SIGMA_L * s * f64::from(*d))
                        .sum();
                    (f64::from(rule.energy.weights[w]), sum)
                };
                let ((wa, a), (wb, b)) = (value(-2e-3), value(2e-3));
                // Central differences of width 4e-3 leave an error of about 1e-5 of the scale.
                let expected = (b - a) / (wb - wa);
                assert!(
                    (f64::from(bar[w]) - expected).abs() < 2e-4 * scale,
                    "{isa:?} {name}[{w}]: {} {expected}",
                    bar[w]
                );
            }
        }
    }
}

#[test]
fn energy_weight_gradient_matches_finite_differences_in_f64() {
    for species in [1, 3] {
        let n = 35;
        let (rule, swarm) = (rule(species, 8), swarm(n, species, DVec2::new(9.0, 7.0), 2));
        let cotangent: Vec<f32> = (0..n).map(|i| (i as f32 * 1.3).sin()).collect();
        let cloud = cloud(&rule, &swarm);
        // σ Σ cotangent · E_i
        let value = |rule: &Rule| -> f64 {
            let energies = energy::particle_energies(rule, &swarm, SIGMA_L);
            energies.iter().zip(&cotangent).map(|(e, c)| SIGMA_L * e * f64::from(*c)).sum()
        };
        let energies = energy::particle_energies(&rule, &swarm, SIGMA_L);
        for isa in Isa::available() {
            let (mut bar, mut outputs) = (vec![0.0; rule.energy.weights.len()], vec![0.0; n]);
            let weights = Weights::of(&rule.energy, rule.cutoff_l);
            FastKernels::new(isa).outputs_vjp(&weights, &cloud, &cotangent, &mut bar, &mut outputs, NEVER);
            for (o, e) in outputs.iter().zip(&energies) {
                assert_close(f64::from(*o), SIGMA_L * e, 1.0, &format!("{isa:?} energy"));
            }
            let scale = bar.iter().fold(1.0f64, |a, v| a.max(f64::from(v.abs())));
            for (w, name) in probe_weights(&rule.energy.shape) {
                let at = |by: f32| Rule { energy: nudged(&rule.energy, w, by), ..rule.clone() };
                let (a, b) = (at(-2e-3), at(2e-3));
                let width = f64::from(b.energy.weights[w]) - f64::from(a.energy.weights[w]);
                let expected = (value(&b) - value(&a)) / width;
                // Central differences of width 4e-3 leave an error of about 1e-5 of the scale.
                assert!(
                    (f64::from(bar[w]) - expected).abs() < 2e-4 * scale,
                    "{isa:?} {name}[{w}]: {} {expected}",
                    bar[w]
                );
            }
        }
    }
}

/// Body-frame velocities of the flow in f64.
fn body_velocity(rule: &Rule, flow: &LocalNet, swarm: &Swarm) -> Vec<[f64; 3]> {
    let world = flow_learned::velocity(rule, flow, swarm, SIGMA_L);
    world
        .iter()
        .zip(&swarm.particles)
        .map(|(v, p)| {
            let (s, c) = p.heading.sin_cos();
            [c * v[0] + s * v[1], c * v[1] - s * v[0], v[2]]
        })
        .collect()
}

/// Value and two directional derivatives of the flow by central differences in f64.
fn reference_jets(rule: &Rule, flow: &LocalNet, swarm: &Swarm, along: [&[[f32; 3]]; 2]) -> Vec<[[f64; 3]; 3]> {
    let step = 1e-5;
    let value = body_velocity(rule, flow, swarm);
    let slopes = along.map(|d| {
        let ahead = body_velocity(rule, flow, &moved(swarm, d, step));
        let behind = body_velocity(rule, flow, &moved(swarm, d, -step));
        ahead
            .iter()
            .zip(behind)
            .map(|(a, b)| std::array::from_fn(|k| (a[k] - b[k]) / (2.0 * step)))
            .collect::<Vec<[f64; 3]>>()
    });
    (0..value.len()).map(|i| [value[i], slopes[0][i], slopes[1][i]]).collect()
}

#[test]
fn flow_jets_and_their_gradient_match_finite_differences_in_f64() {
    for species in [1, 3] {
        let n = 33;
        let (rule, swarm) = (rule(species, 4), swarm(n, species, DVec2::new(9.0, 7.0), 6));
        let flow = rule.flow.clone().expect("the test rule has a flow");
        let (a, b) = (direction(n, 0.1), direction(n, 2.0));
        let along = [&a[..], &b[..]];
        let cloud = cloud(&rule, &swarm);
        let cotangents: Vec<FlowJet> = (0..n)
            .map(|i| std::array::from_fn(|t| std::array::from_fn(|o| ((i * 9 + t * 3 + o) as f32).cos())))
            .collect();
        let total = |flow: &LocalNet| -> f64 {
            let jets = reference_jets(&rule, flow, &swarm, along);
            jets.iter()
                .flatten()
                .flatten()
                .zip(cotangents.as_flattened().as_flattened())
                .map(|(j, c)| j * f64::from(*c))
                .sum()
        };
        for isa in Isa::available() {
            let weights = Weights::of(&flow, rule.cutoff_l);
            let mut kernels = FastKernels::new(isa);
            let mut jets = vec![[[0.0; 3]; 3]; n];
            kernels.flow_jets(&weights, &cloud, along, &mut jets, NEVER);
            let expected = reference_jets(&rule, &flow, &swarm, along);
            let scale = expected.iter().flatten().flatten().fold(1.0f64, |m, v| m.max(v.abs()));
            for (g, e) in jets.iter().flatten().flatten().zip(expected.iter().flatten().flatten()) {
                assert_close(f64::from(*g), *e, scale, &format!("{isa:?} jets"));
            }
            let mut bar = vec![0.0; flow.weights.len()];
            kernels.flow_jets_vjp(&weights, &cloud, along, &cotangents, &mut bar, NEVER);
            let scale = bar.iter().fold(1.0f64, |m, v| m.max(f64::from(v.abs())));
            for (w, name) in probe_weights(&flow.shape) {
                let (lower, upper) = (nudged(&flow, w, -2e-3), nudged(&flow, w, 2e-3));
                let width = f64::from(upper.weights[w]) - f64::from(lower.weights[w]);
                let expected = (total(&upper) - total(&lower)) / width;
                assert!(
                    (f64::from(bar[w]) - expected).abs() < 2e-4 * scale,
                    "{isa:?} {name}[{w}]: {} {expected}",
                    bar[w]
                );
            }
        }
    }
}

#[test]
fn many_groups_give_the_same_sums_as_few() {
    // More groups than are gathered before ρ's weight gradient is taken, and a last group that is not full.
    let n = 16 * 40 + 5;
    let (rule, swarm) = (rule(2, 8), swarm(n, 2, DVec2::splat(30.0), 2));
    let cloud = cloud(&rule, &swarm);
    let along = direction(n, 0.3);
    let weights = Weights::of(&rule.energy, rule.cutoff_l);
    let mut whole = vec![0.0; rule.energy.weights.len()];
    FastKernels::default().gradient_vjp(&weights, &cloud, &along, &mut whole, NEVER);
    let mut sum = vec![0.0f64; whole.len()];
    for group in &cloud.groups {
        let mut one = cloud.clone();
        one.groups = vec![*group];
        let mut bar = vec![0.0; whole.len()];
        FastKernels::default().gradient_vjp(&weights, &one, &along, &mut bar, NEVER);
        sum.iter_mut().zip(bar).for_each(|(s, b)| *s += f64::from(b));
    }
    let scale = sum.iter().fold(1.0f64, |m, v| m.max(v.abs()));
    for (w, s) in whole.iter().zip(&sum) {
        assert_close(f64::from(*w), *s, scale, "weight gradient");
    }
}

#[test]
fn kernels_poll_at_each_group_and_leave_out_the_rest() {
    let n = 16 * 40 + 5;
    let (rule, swarm) = (rule(1, 8), swarm(n, 1, DVec2::splat(30.0), 2));
    let cloud = cloud(&rule, &swarm);
    let along = direction(n, 0.3);
    let weights = Weights::of(&rule.energy, rule.cutoff_l);
    let polled = |is_set: bool| {
        let polls = AtomicUsize::new(0);
        let stop = || {
            polls.fetch_add(1, Ordering::Relaxed);
            is_set
        };
        let mut bar = vec![1.0; rule.energy.weights.len()];
        FastKernels::default().gradient_vjp(&weights, &cloud, &along, &mut bar, &stop);
        (bar.iter().all(|v| *v == 0.0), polls.into_inner())
    };
    assert_eq!(polled(false), (false, cloud.groups.len()));
    // Each part polls once and does nothing.
    assert_eq!(polled(true), (true, cloud.groups.chunks(part_size(&cloud)).count()));
}
