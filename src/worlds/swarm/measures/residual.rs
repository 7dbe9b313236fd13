//! How far a rule's flow is from keeping the target: the residual of equation (1), measured on samples.

use crate::worlds::swarm::picture::Swarm;
use crate::worlds::swarm::rule::residual::{Continuity, Differences, continuity_unless_stopped};
use crate::worlds::swarm::rule::{FlowKind, LiveSettings, Neighbours, Rule, RuleError, energy, flow_learned, step};

/// Step of the differences, ℓ and rad: far below the softened distance (0.1 ℓ), far above rounding.
const DIFFERENCE_L: f64 = 1e-4;

/// The residual of div V + V · s over `samples` (already noised at `settings.sigma_l`), relative to the motion:
///
/// √( ⟨(div V + V · s)²⟩ / ⟨M⟩ ),  M = Σ_i |v_x,i|²/σ² + v_θ,i²/(κσ)².
///
/// M is what ⟨(V · s)²⟩ is for a velocity unrelated to a score of the noise's size, so that 1 is what ignorance gives and 0
/// is exact; the learned flow is trained on the square of this ratio. 0 when nothing moves. Costs 6 N velocities of one
/// particle a sample for the learned flow, and 6 N of the whole swarm for the exact one: give that few and small samples.
pub fn relative_residual(rule: &Rule, settings: &LiveSettings, samples: &[Swarm]) -> Result<f64, RuleError> {
    Ok(residual_unless_stopped(rule, settings, samples, &|| false)?.expect("nothing stops it"))
}

/// As [`relative_residual`]; `None` where it was stopped. `stop` is polled a few times for each particle.
pub(super) fn residual_unless_stopped(
    rule: &Rule,
    settings: &LiveSettings,
    samples: &[Swarm],
    stop: &dyn Fn() -> bool,
) -> Result<Option<f64>, RuleError> {
    settings.validate(rule)?;
    let sigma_l = settings.sigma_l;
    match (&rule.flow, settings.flow) {
        (Some(flow), FlowKind::Learned) => ratio(rule, settings, samples, |swarm, score| {
            // One list serves every difference: it reaches farther than they move, and φ has no weight out there.
            let neighbours = Neighbours::new(swarm, rule.cutoff_l + 4.0 * DIFFERENCE_L);
            let velocity =
                |moved: &Swarm, i: usize| flow_learned::velocity_of(rule, flow, moved, &neighbours, i, sigma_l);
            let terms = continuity_unless_stopped(swarm, score, velocity, Differences::Second, DIFFERENCE_L, stop)?;
            Some((terms, flow_learned::velocity(rule, flow, swarm, sigma_l)))
        }),
        _ => ratio_of_whole(rule, settings, samples, stop, |swarm, score| {
            step::velocity(rule, settings, swarm, score).expect("the flow was checked above")
        }),
    }
}

/// The same for V = D s. As costly as for the exact flow.
pub(super) fn residual_of_score(
    rule: &Rule,
    settings: &LiveSettings,
    samples: &[Swarm],
    stop: &dyn Fn() -> bool,
) -> Result<Option<f64>, RuleError> {
    settings.validate(rule)?;
    let mobility = rule.mobility();
    ratio_of_whole(rule, settings, samples, stop, |_, score| {
        score.iter().map(|s| std::array::from_fn(|axis| mobility[axis] * s[axis])).collect()
    })
}

/// The residual of a velocity that is computed for the whole swarm, from the swarm and its score.
fn ratio_of_whole(
    rule: &Rule,
    settings: &LiveSettings,
    samples: &[Swarm],
    stop: &dyn Fn() -> bool,
    velocities: impl Fn(&Swarm, &[[f64; 3]]) -> Vec<[f64; 3]>,
) -> Result<Option<f64>, RuleError> {
    ratio(rule, settings, samples, |swarm, score| {
        let velocity = |moved: &Swarm, i: usize| velocities(moved, &energy::score(rule, moved, settings.sigma_l))[i];
        let terms = continuity_unless_stopped(swarm, score, velocity, Differences::Second, DIFFERENCE_L, stop)?;
        Some((terms, velocities(swarm, score)))
    })
}

/// `terms_of` gives the terms of equation (1) and the velocities of a swarm, whose score it is given; `None` where it was
/// stopped.
fn ratio(
    rule: &Rule,
    settings: &LiveSettings,
    samples: &[Swarm],
    terms_of: impl Fn(&Swarm, &[[f64; 3]]) -> Option<(Continuity, Vec<[f64; 3]>)>,
) -> Result<Option<f64>, RuleError> {
    let sigma_l = settings.sigma_l;
    let (mut squares, mut motion) = (0.0, 0.0);
    for swarm in samples {
        rule.validate_swarm(swarm)?;
        let Some((terms, velocities)) = terms_of(swarm, &energy::score(rule, swarm, sigma_l)) else { return Ok(None) };
        squares += (terms.divergence + terms.advection).powi(2);
        for [x, y, turn] in velocities {
            let turn = turn / rule.kappa;
            motion += (x * x + y * y + turn * turn) / (sigma_l * sigma_l);
        }
    }
    Ok(Some(if motion > 0.0 { (squares / motion).sqrt() } else { 0.0 }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::measures::samples::scattered;
    use crate::worlds::swarm::picture::Particle;
    use crate::worlds::swarm::rule::NetShape;
    use glam::DVec2;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn rule() -> Rule {
        let shape = NetShape { species: 1, phi: [8, 8], rho: [8, 8], outputs: 1 };
        Rule::random(shape, 1).with_random_flow(2)
    }

    fn samples() -> Vec<Swarm> {
        let blank = Swarm { particles: vec![Particle::default(); 8], box_size: DVec2::splat(9.0) };
        let mut rng = StdRng::seed_from_u64(3);
        (0..2).map(|_| scattered(&blank, &mut rng)).collect()
    }

    fn settings(flow: FlowKind) -> LiveSettings {
        LiveSettings { sigma_l: 0.3, flow, ..LiveSettings::default() }
    }

    #[test]
    fn the_exact_flow_has_no_residual_and_an_untaught_one_has() {
        let of = |flow| relative_residual(&rule(), &settings(flow), &samples()).expect("all is in range");
        assert!(of(FlowKind::Exact) < 1e-4, "exact {}", of(FlowKind::Exact));
        assert!(of(FlowKind::Learned) > 1e-2, "untaught {}", of(FlowKind::Learned));
        assert_eq!(of(FlowKind::None), 0.0);
    }

    #[test]
    fn moving_along_the_score_has_a_residual() {
        let of_score = residual_of_score(&rule(), &settings(FlowKind::None), &samples(), &|| false);
        let of_score = of_score.expect("all is in range").expect("nothing stops it");
        assert!(of_score > 1e-2, "{of_score}");
    }

    #[test]
    fn the_residual_does_not_depend_on_the_speed() {
        let mut rule = rule();
        let learned = settings(FlowKind::Learned);
        let before = relative_residual(&rule, &learned, &samples()).expect("all is in range");
        let flow = rule.flow.as_mut().expect("the rule has a flow");
        let out = flow.shape.layout().out_w.start;
        flow.weights[out..].iter_mut().for_each(|w| *w *= 4.0);
        let after = relative_residual(&rule, &learned, &samples()).expect("all is in range");
        assert!((after / before - 1.0).abs() < 1e-6, "{before} {after}");
    }

    #[test]
    fn settings_outside_the_rule_are_refused() {
        let hot = LiveSettings { sigma_l: 9.0, ..settings(FlowKind::Exact) };
        assert!(matches!(relative_residual(&rule(), &hot, &samples()), Err(RuleError::Setting { .. })));
    }
}
