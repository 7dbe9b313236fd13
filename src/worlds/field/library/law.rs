//! From a solution of the weak problem to a rule: terms that matter, sign, unit of time, and constants by name.

use serde::{Deserialize, Serialize};

use super::problem::StillProblem;
use crate::worlds::field::rule::{Coefficients, LibraryRule, Term};
use crate::worlds::field::stills::{GrayScottRun, Still};
use crate::worlds::weak::{WeakError, WeakSolution};

/// A term is removed as long as the weighted eigenvalue of the law without it stays below this multiple of that of the
/// complete law: true terms of the four patterns raise it at least threefold, absent ones by a few percent each.
const PRUNE_FACTOR: f64 = 1.5;
/// Room of the clamp beyond the values that the stills have, in units of their range.
const MARGIN: f64 = 0.25;
/// Sum of the diffusion constants when the reaction does not set the unit of time: that of the presets.
const DIFFUSION_SUM: f64 = 0.24;
/// Terms outside the equations of Gray and Scott, relative to the reaction, up to which constants get their names.
const NAMING_TOLERANCE: f64 = 0.1;

/// Backward elimination: removes the term whose absence costs least, while the cost is small.
pub(super) fn pruned(
    problem: &StillProblem,
    law: Vec<f64>,
    solution: WeakSolution,
    stop: &dyn Fn() -> bool,
) -> Result<(Vec<f64>, WeakSolution), WeakError> {
    let limit = PRUNE_FACTOR * solution.weighted[0];
    let mut support: Vec<usize> = (0..problem.columns()).collect();
    let mut best = (law, solution);
    while support.len() > 2 {
        let mut cheapest: Option<(usize, (Vec<f64>, WeakSolution))> = None;
        for k in 0..support.len() {
            let mut smaller = support.clone();
            smaller.remove(k);
            let found = problem.solve(&smaller, stop)?;
            if cheapest.as_ref().is_none_or(|(_, best)| found.1.weighted[0] < best.1.weighted[0]) {
                cheapest = Some((k, found));
            }
        }
        match cheapest {
            Some((k, found)) if found.1.weighted[0] <= limit => {
                support.remove(k);
                best = found;
            }
            _ => break,
        }
    }
    Ok(best)
}

/// The rule of a law. Two things are not in the stills: the sense of time, chosen so that diffusion smooths
/// (Du + Dv > 0), and its unit, chosen so that u v² has the coefficient 1 in dv/dt; where that is impossible, so that
/// Du + Dv is that of the presets.
pub(super) fn as_rule(law: &[f64], terms: usize, stills: &[Still], recipe: Option<&GrayScottRun>) -> LibraryRule {
    let (mut u, mut v) = (Coefficients::default(), Coefficients::default());
    u.0[..terms].copy_from_slice(&law[..terms]);
    v.0[..terms].copy_from_slice(&law[terms..]);
    let (range, rest, seed) = match recipe {
        Some(recipe) => {
            let rule = recipe.law.rule();
            (rule.range, rule.rest, rule.seed)
        }
        None => states_of(stills),
    };
    let rule = LibraryRule { u, v, range, rest, seed };
    let diffusion = u.of(Term::LapU) + v.of(Term::LapV);
    let forward = rule.scaled(if diffusion < 0.0 { -1.0 } else { 1.0 });
    let reaction = forward.v.of(Term::UVv);
    let sum = diffusion.abs();
    // A reaction that is small beside the diffusion sets no unit: its sign may be an accident.
    if reaction > 0.5 * sum { forward.scaled(1.0 / reaction) } else { forward.scaled(DIFFUSION_SUM / sum.max(1e-12)) }
}

/// Bounds, rest state and seed state for stills of unknown origin: a margin around their values, the median, and the
/// mean of the upper half of v with the u found there.
fn states_of(stills: &[Still]) -> ([[f64; 2]; 2], [f64; 2], [f64; 2]) {
    let sorted = [0, 1].map(|channel| {
        let mut values: Vec<f32> = stills.iter().flat_map(|still| still.plane(channel)).copied().collect();
        values.sort_by(f32::total_cmp);
        values
    });
    let range = [0, 1].map(|c| {
        let (low, high) = (f64::from(sorted[c][0]), f64::from(sorted[c][sorted[c].len() - 1]));
        [low - MARGIN * (high - low), high + MARGIN * (high - low)]
    });
    let rest = [0, 1].map(|c| f64::from(sorted[c][sorted[c].len() / 2]));
    let (mut sum, mut count) = ([0.0; 2], 0.0);
    for still in stills {
        for (u, v) in still.plane(0).iter().zip(still.plane(1)).filter(|(_, v)| f64::from(**v) >= rest[1]) {
            sum = [sum[0] + f64::from(*u), sum[1] + f64::from(*v)];
            count += 1.0;
        }
    }
    (range, rest, sum.map(|s| s / f64::max(count, 1.0)))
}

/// The constants of Gray and Scott's equations.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundConstants {
    pub f: f64,
    pub k: f64,
    pub du: f64,
    pub dv: f64,
}

impl FoundConstants {
    /// The constants of a rule that has the form of Gray and Scott's equations within a tenth of the reaction.
    pub fn of(rule: &LibraryRule) -> Option<Self> {
        let (u, v) = (|term| rule.u.of(term), |term| rule.v.of(term));
        let reaction = v(Term::UVv);
        let f = 0.5 * (u(Term::One) - u(Term::U));
        let found = Self { f, k: -v(Term::V) - f, du: u(Term::LapU), dv: v(Term::LapV) };
        let form = LibraryRule { u: Coefficients::default(), v: Coefficients::default(), ..*rule };
        let foreign = [
            u(Term::UVv) + reaction,
            u(Term::V),
            u(Term::LapV),
            v(Term::One),
            v(Term::U),
            v(Term::LapU),
            u(Term::One) + u(Term::U),
        ];
        let cubic = Term::ALL[Term::SMALL..].iter().flat_map(|&term| [u(term), v(term)]);
        let small = foreign.into_iter().chain(cubic).all(|c| c.abs() <= NAMING_TOLERANCE * reaction.abs());
        (reaction > 0.0 && small && form.range == rule.range && found.du > 0.0 && found.dv > 0.0).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::stills::GrayScott;

    #[test]
    fn sign_and_unit_do_not_depend_on_the_scale_of_the_law() {
        let truth = GrayScott::default().rule();
        let recipe = GrayScottRun::default();
        for factor in [-7.0, 0.02] {
            let law: Vec<f64> =
                truth.u.0[..6].iter().chain(&truth.v.0[..6]).map(|coefficient| factor * coefficient).collect();
            let rule = as_rule(&law, 6, &[], Some(&recipe));
            for (a, b) in rule.u.0.iter().chain(&rule.v.0).zip(truth.u.0.iter().chain(&truth.v.0)) {
                assert!((a - b).abs() < 1e-12);
            }
            let found = FoundConstants::of(&rule).unwrap();
            assert!((found.f - 0.006).abs() < 1e-12 && (found.k - 0.045).abs() < 1e-12);
        }
    }

    #[test]
    fn laws_of_another_form_get_no_named_constants() {
        let mut rule = GrayScott::default().rule();
        rule.u = rule.u.with(Term::LapV, 0.2);
        assert_eq!(FoundConstants::of(&rule), None);
    }

    #[test]
    fn without_a_reaction_diffusion_sets_the_unit() {
        let mut law = vec![0.0; 12];
        (law[3], law[6 + 4], law[6 + 5]) = (-3.0, -1.0, 0.1);
        let rule = as_rule(&law, 6, &[], Some(&GrayScottRun::default()));
        assert!((rule.u.of(Term::LapU) - 0.18).abs() < 1e-12 && (rule.v.of(Term::LapV) - 0.06).abs() < 1e-12);
    }
}
