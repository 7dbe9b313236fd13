//! The energy E(X; σ) = (1/σ) Σ_i ρ(m_i, c_i, τ) and the score s = -∇E.

use glam::DVec2;

use super::features::{Edge, window, window_slope};
use super::forward::{NetEvaluator, affine_transposed, silu_slope};
use super::neighbours::Neighbours;
use super::net::{FEATURES, Rule};
use crate::worlds::swarm::picture::Swarm;

/// Each particle's share of the energy, ρ_i / σ, length N (no unit).
pub fn particle_energies(rule: &Rule, swarm: &Swarm, sigma_l: f64) -> Vec<f64> {
    let neighbours = Neighbours::new(swarm, rule.cutoff_l);
    let outputs = rule.energy.forward(swarm, &neighbours, rule.cutoff_l, rule.noise_feature(sigma_l));
    outputs.into_iter().map(|rho| rho / sigma_l).collect()
}

/// E(X; σ): minus the logarithm of the density of the σ-noised pattern, up to a constant.
pub fn energy(rule: &Rule, swarm: &Swarm, sigma_l: f64) -> f64 {
    particle_energies(rule, swarm, sigma_l).iter().sum()
}

/// s = -∇E in the world frame: per particle (1/ℓ, 1/ℓ, 1/rad) for x, y and heading.
///
/// By an explicit reverse pass: ρ is differentiated at each particle, then φ and the window at each of its edges.
pub fn score(rule: &Rule, swarm: &Swarm, sigma_l: f64) -> Vec<[f64; 3]> {
    let neighbours = Neighbours::new(swarm, rule.cutoff_l);
    let evaluator = NetEvaluator::new(&rule.energy, rule.cutoff_l, rule.noise_feature(sigma_l));
    let mut score = vec![[0.0; 3]; swarm.len()];
    for i in 0..swarm.len() {
        let by_message = message_gradient(&evaluator, swarm, &neighbours, i);
        let ahead = DVec2::from_angle(swarm.particles[i].heading);
        for j in neighbours.of(i) {
            let edge = Edge::between(swarm, i, j);
            let (by_d, by_delta) = edge_gradient(&evaluator, swarm, &edge, &by_message, i, j);
            let world = ahead.rotate(by_d);
            // d turns backwards when i turns: ∂d/∂θ_i = (d_y, -d_x).
            let by_heading_i = by_d.perp_dot(edge.d) - by_delta;
            let by_i = [-world.x, -world.y, by_heading_i];
            let by_j = [world.x, world.y, by_delta];
            for axis in 0..3 {
                score[i][axis] -= by_i[axis] / sigma_l;
                score[j][axis] -= by_j[axis] / sigma_l;
            }
        }
    }
    score
}

/// ∂ρ_i/∂m_i.
fn message_gradient(evaluator: &NetEvaluator, swarm: &Swarm, neighbours: &Neighbours, i: usize) -> Vec<f64> {
    let (l, w, shape) = (&evaluator.layout, &evaluator.net.weights, &evaluator.net.shape);
    let layers = evaluator.rho(evaluator.message(swarm, neighbours, i), swarm.particles[i].species);
    let mut by_before2 = affine_transposed(l.out_w.of(w), &[1.0], shape.rho[1]);
    through_silu(&mut by_before2, &layers.before2);
    let mut by_before1 = affine_transposed(l.rho2_w.of(w), &by_before2, shape.rho[0]);
    through_silu(&mut by_before1, &layers.before1);
    let mut by_message = affine_transposed(l.rho1_w.of(w), &by_before1, shape.phi[1] + 1);
    by_message.pop(); // τ is given, not a function of the positions.
    by_message
}

/// The gradient of m_i · `by_message` with respect to (d, Δ) of the edge i → j.
fn edge_gradient(
    evaluator: &NetEvaluator,
    swarm: &Swarm,
    edge: &Edge,
    by_message: &[f64],
    i: usize,
    j: usize,
) -> (DVec2, f64) {
    let (l, w, shape) = (&evaluator.layout, &evaluator.net.weights, &evaluator.net.shape);
    let distance_squared = edge.distance_squared();
    let weight = window(distance_squared, evaluator.cutoff_l);
    let features = edge.features(evaluator.cutoff_l, evaluator.tau);
    let layers = evaluator.phi(&features, swarm.particles[i].species, swarm.particles[j].species);

    let mut by_before2: Vec<f64> = by_message.iter().map(|g| weight * g).collect();
    through_silu(&mut by_before2, &layers.before2);
    let mut by_before1 = affine_transposed(l.phi2_w.of(w), &by_before2, shape.phi[0]);
    through_silu(&mut by_before1, &layers.before1);
    let mut by_features = [0.0; FEATURES];
    by_features.copy_from_slice(&affine_transposed(l.phi1_w.of(w), &by_before1, FEATURES));
    let (mut by_d, by_delta) = edge.pull_back(evaluator.cutoff_l, &by_features);

    let by_weight: f64 = by_message.iter().zip(&layers.h2).map(|(g, h)| g * h).sum();
    let slope = by_weight * window_slope(distance_squared, evaluator.cutoff_l);
    by_d += slope * edge.d;
    (by_d, by_delta)
}

fn through_silu(gradient: &mut [f64], before: &[f64]) {
    for (g, &x) in gradient.iter_mut().zip(before) {
        *g *= silu_slope(x);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::{Particle, wrap};
    use crate::worlds::swarm::rule::residual::{Differences, slope};
    use crate::worlds::swarm::rule::testing::{largest_difference, rms, rule, scattered, scattered_off_seams};
    use proptest::prelude::*;

    const SIGMA_L: f64 = 0.3;
    /// Sums in another order differ by rounding alone.
    const ROUNDING: f64 = 1e-10;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < ROUNDING * (1.0 + a.abs())
    }

    #[test]
    fn the_score_is_minus_the_gradient_of_the_energy() {
        for seed in 0..3 {
            let rule = rule(seed);
            let h = 1e-3;
            let swarm = scattered_off_seams(12, DVec2::new(9.0, 8.0), &[rule.cutoff_l], 4.0 * h, seed);
            let score = score(&rule, &swarm, SIGMA_L);
            let gradient = |i, axis| slope(&swarm, i, axis, |s| energy(&rule, s, SIGMA_L), Differences::Sixth, h);
            let expected: Vec<_> = (0..swarm.len()).map(|i| [0, 1, 2].map(|axis| -gradient(i, axis))).collect();
            let error = largest_difference(&score, &expected) / rms(&score);
            assert!(error < 1e-8, "seed {seed}: relative error {error:e}");
        }
    }

    #[test]
    fn a_compact_swarm_may_be_rotated_by_any_angle() {
        let rule = rule(1);
        let mut swarm = scattered(10, DVec2::splat(6.0), 4);
        swarm.box_size = DVec2::splat(60.0);
        let (angle, (sin, cos)) = (0.7, 0.7f64.sin_cos());
        let mut rotated = swarm.clone();
        for p in &mut rotated.particles {
            (p.x, p.y) = (30.0 + cos * p.x - sin * p.y, 30.0 + sin * p.x + cos * p.y);
            p.heading += angle;
        }
        assert!(close(energy(&rule, &swarm, SIGMA_L), energy(&rule, &rotated, SIGMA_L)));
        let expected: Vec<_> = score(&rule, &swarm, SIGMA_L)
            .into_iter()
            .map(|[x, y, t]| [cos * x - sin * y, sin * x + cos * y, t])
            .collect();
        let error = largest_difference(&score(&rule, &rotated, SIGMA_L), &expected);
        assert!(error < ROUNDING * rms(&expected), "{error:e}");
    }

    #[test]
    fn a_full_torus_may_be_turned_by_a_quarter() {
        let rule = rule(2);
        let swarm = scattered(30, DVec2::new(9.0, 8.0), 5);
        let mut turned = Swarm { box_size: DVec2::new(8.0, 9.0), ..swarm.clone() };
        for p in &mut turned.particles {
            (p.x, p.y) = (8.0 - p.y, p.x);
            p.heading += std::f64::consts::FRAC_PI_2;
        }
        assert!(close(energy(&rule, &swarm, SIGMA_L), energy(&rule, &turned, SIGMA_L)));
    }

    #[test]
    fn a_mirrored_swarm_has_another_energy() {
        let rule = rule(2);
        let swarm = scattered(30, DVec2::new(9.0, 8.0), 5);
        let mut mirrored = swarm.clone();
        for p in &mut mirrored.particles {
            p.y = 8.0 - p.y;
            p.heading = -p.heading;
        }
        let (a, b) = (energy(&rule, &swarm, SIGMA_L), energy(&rule, &mirrored, SIGMA_L));
        assert!((a - b).abs() > 1e-3 * a.abs(), "the features do not distinguish left from right: {a} {b}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn translation_and_permutation_change_nothing(
            seed in 0u64..1000, dx in -20.0..20.0f64, dy in -20.0..20.0f64, shift in 1usize..14,
        ) {
            let rule = rule(seed % 5);
            let swarm = scattered(15, DVec2::new(9.0, 8.0), seed);
            let mut other = swarm.clone();
            for p in &mut other.particles {
                (p.x, p.y) = (wrap(p.x + dx, 9.0), wrap(p.y + dy, 8.0));
            }
            other.particles.rotate_left(shift);
            let (before, mut after) = (score(&rule, &swarm, SIGMA_L), score(&rule, &other, SIGMA_L));
            after.rotate_right(shift);
            prop_assert!(close(energy(&rule, &swarm, SIGMA_L), energy(&rule, &other, SIGMA_L)));
            prop_assert!(largest_difference(&before, &after) < ROUNDING * rms(&before));
        }
    }

    #[test]
    fn nothing_jumps_when_a_neighbour_crosses_the_cutoff() {
        let rule = rule(3);
        let at = |r: f64| {
            let place = |x, y, heading| Particle { x, y, heading, species: 0 };
            let particles = vec![place(10.0, 10.0, 0.3), place(10.0 + r, 10.0, 1.9), place(11.0, 9.0, -2.0)];
            Swarm { particles, box_size: DVec2::splat(40.0) }
        };
        let around = |gap: f64| {
            let (inside, outside) = (at(rule.cutoff_l - gap), at(rule.cutoff_l + gap));
            let energy_jump = (energy(&rule, &inside, SIGMA_L) - energy(&rule, &outside, SIGMA_L)).abs();
            (energy_jump, largest_difference(&score(&rule, &inside, SIGMA_L), &score(&rule, &outside, SIGMA_L)))
        };
        // Both jumps shrink in proportion to the gap, as continuous functions with bounded slopes must.
        let (wide, narrow) = (around(1e-2), around(1e-6));
        assert!(wide.0 > 0.0 && wide.1 > 0.0);
        assert!(narrow.0 < 1e-3 * wide.0, "energy {wide:?} {narrow:?}");
        assert!(narrow.1 < 1e-3 * wide.1, "score {wide:?} {narrow:?}");
    }

    #[test]
    fn what_is_beyond_two_cutoffs_is_not_felt() {
        let rule = rule(3);
        let place = |x| Particle { x, y: 10.0, heading: 0.5, species: 1 };
        let chain = |last| {
            let particles = vec![place(5.0), place(5.0 + 0.8 * rule.cutoff_l), place(last)];
            Swarm { particles, box_size: DVec2::new(60.0, 20.0) }
        };
        let first = |last: f64| {
            let swarm = chain(last);
            (particle_energies(&rule, &swarm, SIGMA_L)[0], score(&rule, &swarm, SIGMA_L)[0])
        };
        let reach = 5.0 + 0.8 * rule.cutoff_l;
        let (far, farther) = (first(reach + 1.001 * rule.cutoff_l), first(reach + 2.0 * rule.cutoff_l));
        assert_eq!(far, farther);
        // Inside two cutoffs the score of the first particle feels it, through the middle one; its own energy does not.
        let near = first(reach + 0.7 * rule.cutoff_l);
        assert_eq!(near.0, far.0);
        assert_ne!(near.1, far.1);
    }

    #[test]
    fn a_lonely_particle_feels_nothing() {
        let swarm = Swarm { particles: vec![Particle::default()], box_size: DVec2::splat(9.0) };
        assert_eq!(score(&rule(1), &swarm, SIGMA_L), vec![[0.0; 3]]);
    }
}
