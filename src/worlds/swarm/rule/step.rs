//! Live dynamics dX = (γ V + η D s) dt + √(2 η D) dW, D = diag(1, 1, κ²), by Heun's method with shared noise.

use glam::DVec2;

use super::live::{FlowKind, LiveSettings};
use super::net::Rule;
use super::validate::RuleError;
use super::{energy, flow_exact, flow_learned, noise};
use crate::worlds::swarm::picture::{Swarm, wrap_angle, wrap_position};

/// Largest ω dt, with ω the rotation rate of the linearised flow. Heun's method multiplies a pure rotation by
/// √(1 + (ω dt)⁴/4) a step, 1.6 % at 0.6; relaxation outweighs that, and beyond about 1 it no longer does.
const MAX_ROTATION_PER_STEP: f64 = 0.6;

/// Largest η dt / σ², the relaxation in one step. Heun's method is stable below 2 and accurate well below.
pub const MAX_RELAXATION_PER_STEP: f64 = 0.5;

/// A learned flow has rms speed 1 ℓ per time; three times as fast must still stay within half of σ in a step.
const LEARNED_TOP_SPEED: f64 = 3.0;
const LEARNED_TOP_SIGMAS_PER_STEP: f64 = 0.5;

/// The time step for these settings, in units of time; both engines use it.
///
/// dt = c σ², limited so that Heun's method stays stable. The slopes of the score of a σ-noised density are at most 1/σ²
/// along positions and 1/(κσ)² along headings, so the skew coupling of the exact flow rotates at
/// ω ≤ γ (max|χ|/σ² + max(|u| + |w|) S/(κσ²)), with S = 1 + 1.2 πρ²/3 an upper estimate of Σ_j q_ij at a density of
/// 1.2 particles per ℓ². Then ω dt ≤ 0.6. Only the species of the rule count.
pub fn time_step(rule: &Rule, settings: &LiveSettings) -> f64 {
    let sigma_squared = settings.sigma_l * settings.sigma_l;
    let mut dt = settings.step_factor * sigma_squared;
    if settings.relaxation > 0.0 {
        dt = dt.min(MAX_RELAXATION_PER_STEP * sigma_squared / settings.relaxation);
    }
    let limit = match settings.flow {
        FlowKind::None => f64::INFINITY,
        FlowKind::Exact => MAX_ROTATION_PER_STEP / (settings.strength * flow_exact::rotation_rate(rule, settings)),
        FlowKind::Learned => LEARNED_TOP_SIGMAS_PER_STEP * settings.sigma_l / (settings.strength * LEARNED_TOP_SPEED),
    };
    // A flow of strength 0 makes the limit infinite (1/0) or, for knobs of 0 as well, still infinite.
    dt.min(limit)
}

/// V of the chosen flow at γ = 1, world frame (ℓ, ℓ, rad per time); `score` is s of the same swarm at `settings.sigma_l`.
pub fn velocity(
    rule: &Rule,
    settings: &LiveSettings,
    swarm: &Swarm,
    score: &[[f64; 3]],
) -> Result<Vec<[f64; 3]>, RuleError> {
    Ok(match settings.flow {
        FlowKind::None => vec![[0.0; 3]; swarm.len()],
        FlowKind::Exact => flow_exact::velocity(swarm, score, &settings.knobs),
        FlowKind::Learned => {
            let flow = rule.flow.as_ref().ok_or(RuleError::NoLearnedFlow)?;
            flow_learned::velocity(rule, flow, swarm, settings.sigma_l)
        }
    })
}

/// γ V + η D s, the drift of the dynamics.
pub fn drift(rule: &Rule, settings: &LiveSettings, swarm: &Swarm) -> Result<Vec<[f64; 3]>, RuleError> {
    let score = energy::score(rule, swarm, settings.sigma_l);
    let velocity = velocity(rule, settings, swarm, &score)?;
    Ok(velocity.iter().zip(&score).map(|(v, s)| settings.drift(rule.mobility(), v, s)).collect())
}

/// One Heun step of length `dt` (see [`time_step`]), in place; the noise is [`noise::normals`] of `seed`, `step_index`
/// and the particle's number, the same for predictor and corrector. Afterwards positions are in the box and headings in
/// `[-π, π)`.
pub fn step(
    rule: &Rule,
    settings: &LiveSettings,
    swarm: &mut Swarm,
    dt: f64,
    seed: u64,
    step_index: u32,
) -> Result<(), RuleError> {
    let spread = rule.mobility().map(|d| (2.0 * settings.relaxation * d * dt).sqrt());
    let noise: Vec<[f64; 3]> = (0..swarm.len() as u32)
        .map(|particle| {
            let normals = noise::normals(seed, step_index, particle);
            std::array::from_fn(|axis| spread[axis] * f64::from(normals[axis]))
        })
        .collect();

    let first = drift(rule, settings, swarm)?;
    let mut predicted = swarm.clone();
    displace(&mut predicted, |i, axis| first[i][axis] * dt + noise[i][axis]);
    let second = drift(rule, settings, &predicted)?;
    displace(swarm, |i, axis| 0.5 * (first[i][axis] + second[i][axis]) * dt + noise[i][axis]);
    Ok(())
}

fn displace(swarm: &mut Swarm, by: impl Fn(usize, usize) -> f64) {
    for (i, p) in swarm.particles.iter_mut().enumerate() {
        *p = p.at(wrap_position(p.position() + DVec2::new(by(i, 0), by(i, 1)), swarm.box_size));
        p.heading = wrap_angle(p.heading + by(i, 2));
    }
}

/// Tweedie's estimate of the noiseless positions, x̂ = x + σ² s_x, and headings, θ̂ = θ + (κσ)² s_θ.
pub fn denoised(rule: &Rule, swarm: &Swarm, sigma_l: f64) -> Swarm {
    let score = energy::score(rule, swarm, sigma_l);
    let mobility = rule.mobility();
    let mut clean = swarm.clone();
    displace(&mut clean, |i, axis| sigma_l * sigma_l * mobility[axis] * score[i][axis]);
    clean
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::worlds::swarm::picture::MAX_SPECIES;
    use crate::worlds::swarm::rule::Knobs;
    use crate::worlds::swarm::rule::testing::{largest_difference, rule, scattered};

    fn settings(flow: FlowKind) -> LiveSettings {
        LiveSettings { sigma_l: 0.3, flow, ..LiveSettings::default() }
    }

    #[test]
    fn without_a_limit_the_step_is_c_sigma_squared() {
        assert_eq!(time_step(&rule(1), &settings(FlowKind::None)), 0.1 * 0.3 * 0.3);
        let still = LiveSettings { strength: 0.0, ..settings(FlowKind::Exact) };
        assert_eq!(time_step(&rule(1), &still), 0.1 * 0.3 * 0.3);
    }

    #[test]
    fn a_stronger_flow_shortens_the_step_in_proportion() {
        for flow in [FlowKind::Exact, FlowKind::Learned] {
            let step = |strength| time_step(&rule(1), &LiveSettings { strength, ..settings(flow) });
            assert!((step(40.0) / step(80.0) - 2.0).abs() < 1e-12, "{flow:?}");
            assert!(step(40.0) < step(0.01), "{flow:?}");
        }
    }

    #[test]
    fn the_step_heeds_only_the_species_that_the_rule_knows() {
        let mut fast_unknown = settings(FlowKind::Exact);
        fast_unknown.knobs.cruise[MAX_SPECIES - 1] = 50.0;
        assert_eq!(time_step(&rule(1), &fast_unknown), time_step(&rule(1), &settings(FlowKind::Exact)));
        let mut fast_known = settings(FlowKind::Exact);
        fast_known.knobs.cruise[1] = 50.0;
        assert!(time_step(&rule(1), &fast_known) < time_step(&rule(1), &fast_unknown));
    }

    #[test]
    fn strong_relaxation_shortens_the_step() {
        let strong = LiveSettings { relaxation: 50.0, ..settings(FlowKind::None) };
        assert!((time_step(&rule(1), &strong) * 50.0 / 0.09 - MAX_RELAXATION_PER_STEP).abs() < 1e-12);
    }

    /// The error after one unit of motion, against steps 16 times shorter; no noise, so that the path is smooth.
    fn error_with_steps(flow: FlowKind, count: u32) -> f64 {
        let rule = rule(2);
        let live = LiveSettings { relaxation: 0.0, ..settings(flow) };
        let run = |count: u32| {
            let mut swarm = scattered(8, DVec2::splat(20.0), 3);
            for k in 0..count {
                step(&rule, &live, &mut swarm, 4e-3 / f64::from(count), 1, k).expect("the rule has a flow");
            }
            swarm.particles.iter().map(|p| [p.x, p.y, p.heading]).collect::<Vec<_>>()
        };
        largest_difference(&run(count), &run(16 * count))
    }

    #[test]
    fn without_noise_the_step_is_of_second_order() {
        for flow in [FlowKind::Exact, FlowKind::Learned] {
            let ratio = error_with_steps(flow, 4) / error_with_steps(flow, 8);
            assert!((3.0..5.5).contains(&ratio), "{flow:?}: halving the step divides the error by {ratio}");
        }
    }

    #[test]
    fn a_step_is_repeatable_and_its_noise_has_the_documented_spread() {
        // A lonely particle feels no score: its displacement is the noise alone.
        let mut rule = rule(3);
        rule.kappa = 2.0;
        let live = LiveSettings { relaxation: 1.5, ..settings(FlowKind::None) };
        let start = scattered(1, DVec2::splat(900.0), 3);
        let dt = 1e-3;
        let mut second_moment = [0.0; 3];
        let draws = 4000;
        for k in 0..draws {
            let mut moved = start.clone();
            step(&rule, &live, &mut moved, dt, 9, k).expect("no flow is needed");
            let (a, b) = (start.particles[0], moved.particles[0]);
            let moved = start.offset(&a, &b).extend(wrap_angle(b.heading - a.heading));
            for (m, d) in second_moment.iter_mut().zip(moved.to_array()) {
                *m += d * d / f64::from(draws);
            }
        }
        for (m, d) in second_moment.into_iter().zip([1.0, 1.0, 4.0]) {
            // Five standard errors of a variance from 4000 draws: 11 %.
            assert!((m / (2.0 * 1.5 * d * dt) - 1.0).abs() < 0.11, "{second_moment:?}");
        }
        let again = |seed| {
            let mut swarm = start.clone();
            step(&rule, &live, &mut swarm, dt, seed, 5).expect("no flow is needed");
            swarm
        };
        assert_eq!(again(9), again(9));
        assert_ne!(again(9), again(10));
    }

    #[test]
    fn positions_stay_in_the_box_and_headings_in_one_turn() {
        let rule = rule(4);
        let mut swarm = scattered(20, DVec2::new(8.0, 9.0), 4);
        let live = settings(FlowKind::Exact);
        let dt = time_step(&rule, &live);
        for k in 0..30 {
            step(&rule, &live, &mut swarm, dt, 2, k).expect("the exact flow needs no network");
        }
        for p in &swarm.particles {
            assert!((0.0..8.0).contains(&p.x) && (0.0..9.0).contains(&p.y), "{p:?}");
            assert!((-std::f64::consts::PI..std::f64::consts::PI).contains(&p.heading), "{p:?}");
        }
    }

    #[test]
    fn a_missing_learned_flow_is_an_error() {
        let mut rule = rule(5);
        rule.flow = None;
        let mut swarm = scattered(3, DVec2::splat(9.0), 5);
        let before = swarm.clone();
        let result = step(&rule, &settings(FlowKind::Learned), &mut swarm, 1e-3, 1, 0);
        assert_eq!((result, swarm), (Err(RuleError::NoLearnedFlow), before));
    }

    #[test]
    fn denoising_moves_along_the_score() {
        let rule = rule(6);
        let swarm = scattered(10, DVec2::splat(20.0), 6);
        let score = energy::score(&rule, &swarm, 0.2);
        let clean = denoised(&rule, &swarm, 0.2);
        for (i, here) in score.iter().enumerate() {
            let moved = swarm.offset(&swarm.particles[i], &clean.particles[i]);
            let turn = wrap_angle(clean.particles[i].heading - swarm.particles[i].heading);
            let expected = here.map(|s| 0.04 * s);
            assert!(moved.abs_diff_eq(DVec2::new(expected[0], expected[1]), 1e-9));
            assert!((turn - wrap_angle(expected[2])).abs() < 1e-9);
        }
    }

    #[test]
    fn a_zero_window_and_zero_knobs_do_not_limit_the_step() {
        let mut live = settings(FlowKind::Exact);
        live.knobs = Knobs { cruise: [0.0; MAX_SPECIES], window_l: [0.0; MAX_SPECIES], ..Knobs::default() };
        assert_eq!(time_step(&rule(1), &live), 0.1 * 0.3 * 0.3);
    }

    #[test]
    fn drift_weighs_flow_by_strength_and_score_by_relaxation() {
        let mut rule = rule(7);
        rule.kappa = 1.6;
        let swarm = scattered(10, DVec2::splat(9.0), 7);
        for flow in [FlowKind::None, FlowKind::Exact, FlowKind::Learned] {
            let live = LiveSettings { strength: 0.7, relaxation: 1.9, ..settings(flow) };
            let score = energy::score(&rule, &swarm, live.sigma_l);
            let velocity = velocity(&rule, &live, &swarm, &score).expect("the rule has a flow");
            let expected: Vec<_> = (velocity.iter().zip(&score))
                .map(|(v, s)| [0, 1, 2].map(|a| 0.7 * v[a] + 1.9 * [1.0, 1.0, 1.6 * 1.6][a] * s[a]))
                .collect();
            let drift = drift(&rule, &live, &swarm).expect("the rule has a flow");
            assert!(largest_difference(&drift, &expected) < 1e-12, "{flow:?}");
            assert_eq!(velocity.iter().flatten().all(|&v| v == 0.0), flow == FlowKind::None);
        }
    }
}
