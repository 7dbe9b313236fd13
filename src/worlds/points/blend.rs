//! Flows of a cloud's list: naming, blending, deleting.

use super::engine::{DriftKernel, evaluate_all, walkers_from};
use super::measures::relative_residual;
use super::rule::PointFlow;
use super::{LearnedPoints, MAX_POINT_FLOWS, NamedFlow, PointsDoc};

/// Why flows are not blended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum BlendError {
    #[error("only exact flows over one energy blend exactly; choose two of them")]
    Kind,
    #[error("these flows cancel one another; take another share")]
    Nothing,
    #[error("a cloud has at most 64 flows; delete one first")]
    TooMany,
}

/// Places at which speed and residual of a blend are measured: 3 % of spread in the mean square.
const MEASURED_POSITIONS: usize = 1024;
/// Root mean square speed below which there is nothing to blend, spreads per time.
const MIN_SPEED: f64 = 1e-3;
/// Longest name of a flow, letters.
const MAX_LETTERS: usize = 40;

impl LearnedPoints {
    /// Whether a blend of both is as exact as they are.
    pub fn can_blend(&self, a: usize, b: usize) -> bool {
        let is_exact = |k: usize| self.flows.get(k).is_some_and(|named| named.flow.needs_energy());
        a != b && is_exact(a) && is_exact(b)
    }

    /// `wanted`, or with a number behind it when another flow than `index` has that name.
    fn free_name(&self, wanted: &str, index: Option<usize>) -> String {
        let wanted: String = wanted.trim().chars().take(MAX_LETTERS).collect();
        let wanted = if wanted.is_empty() { "flow".to_owned() } else { wanted };
        let is_free = |name: &str| !self.flows.iter().enumerate().any(|(k, f)| Some(k) != index && f.name == name);
        let numbered = (2..).map(|number| format!("{wanted} {number}"));
        std::iter::once(wanted.clone()).chain(numbered).find(|name| is_free(name)).unwrap_or(wanted)
    }
}

impl PointsDoc {
    /// Gives a flow another name; the certificate follows.
    pub fn rename_flow(&mut self, index: usize, name: &str) {
        let Some(learned) = &mut self.learned else { return };
        if index >= learned.flows.len() {
            return;
        }
        let name = learned.free_name(name, Some(index));
        let old = std::mem::replace(&mut learned.flows[index].name, name.clone());
        if let Some(certificate) = &mut self.certificate {
            certificate.flows.iter_mut().filter(|flow| !flow.control && flow.name == old).for_each(|flow| {
                flow.name.clone_from(&name);
            });
        }
    }

    /// Adds (1 - share) of the chosen flow and `share` of the flow `other`, at root mean square speed 1, and chooses it.
    ///
    /// # Errors
    /// See [`BlendError`].
    pub fn blend_flows(&mut self, other: usize, share: f64) -> Result<(), BlendError> {
        let (dim, sigma, seed) = (self.dim, self.live.sigma, self.training.seed);
        let cloud = self.cloud().standardised();
        let learned = self.learned.as_mut().ok_or(BlendError::Kind)?;
        if !learned.can_blend(learned.chosen, other) {
            return Err(BlendError::Kind);
        }
        if learned.flows.len() >= MAX_POINT_FLOWS {
            return Err(BlendError::TooMany);
        }
        let [a, b] = [learned.chosen, other].map(|k| &learned.flows[k]);
        let flow = PointFlow::blend([(1.0 - share, &a.flow), (share, &b.flow)]).ok_or(BlendError::Kind)?;
        let name = learned.free_name(&format!("{} + {:.0}% {}", a.name, 100.0 * share, b.name), None);
        let positions = walkers_from(&cloud, dim, MEASURED_POSITIONS, sigma, seed);
        learned.flows.push(NamedFlow { name, flow, residual: None, weak: None });
        let last = learned.flows.len() - 1;
        let square = |v: [f32; 3]| v.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
        let values = evaluate_all(&DriftKernel::new(&learned.rule(dim, last), sigma), &positions);
        let speed = (values.iter().map(|at| square(at.velocity)).sum::<f64>() / positions.len() as f64).sqrt();
        if speed < MIN_SPEED {
            learned.flows.pop();
            return Err(BlendError::Nothing);
        }
        learned.flows[last].flow = learned.flows[last].flow.scaled(1.0 / speed);
        learned.flows[last].residual = Some(relative_residual(&learned.rule(dim, last), sigma, &positions));
        learned.chosen = last;
        Ok(())
    }

    /// Deletes a flow and its line of the certificate, unless it is the last one.
    pub fn delete_flow(&mut self, index: usize) {
        let Some(learned) = self.learned.as_mut().filter(|l| index < l.flows.len() && l.flows.len() > 1) else {
            return;
        };
        let gone = learned.flows.remove(index);
        if learned.chosen >= index {
            learned.chosen = learned.chosen.saturating_sub(1);
        }
        if let Some(certificate) = &mut self.certificate {
            certificate.flows.retain(|flow| flow.control || flow.name != gone.name);
            let rows = &mut certificate.mutual_cosines;
            if index < rows.len() {
                rows.remove(index);
                rows.iter_mut().filter(|row| index < row.len()).for_each(|row| _ = row.remove(index));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::points::cloud::{BuiltInTarget, Standardisation};
    use crate::worlds::points::rule::{ExactPart, Mlp, PointEnergy, Potential};
    use rand::{SeedableRng, rngs::StdRng};

    fn scene() -> PointsDoc {
        let mut doc = PointsDoc::of(BuiltInTarget::Ring.sample(300, 1), Some(BuiltInTarget::Ring));
        let mut rng = StdRng::seed_from_u64(1);
        let exact = |potential| PointFlow::Exact(vec![ExactPart { gain: 1.0, potential }]);
        let named = |name: &str, flow| NamedFlow { name: name.into(), flow, residual: Some(0.0), weak: None };
        let free = PointFlow::Free { net: Mlp::random(&[2, 8, 2], 1.0, &mut rng), gain: 1.0 };
        doc.learned = Some(LearnedPoints {
            map: Standardisation::of(&doc.cloud()),
            sigma_range: [0.05, 0.5],
            energy: Some(PointEnergy { net: Mlp::random(&[3, 8, 1], 1.0, &mut rng) }),
            flows: vec![
                named("constant", exact(Potential::Constant([0.0, 0.0, 1.0]))),
                named("twist", exact(Potential::Twist { seed: 1, scale: 1.0 })),
                named("free", free),
            ],
            chosen: 0,
        });
        doc
    }

    #[test]
    fn blends_of_exact_flows_are_exact_and_of_equal_speed() {
        let mut doc = scene();
        doc.blend_flows(1, 0.3).unwrap();
        let learned = doc.learned.as_ref().unwrap();
        assert_eq!((learned.flows.len(), learned.chosen), (4, 3));
        assert_eq!(learned.flows[3].name, "constant + 30% twist");
        assert!(learned.flows[3].residual.unwrap() < 1e-10);
        let positions = walkers_from(&doc.cloud().standardised(), 2, 1024, 0.1, 1);
        let values = evaluate_all(&DriftKernel::new(&doc.rule().unwrap(), 0.1), &positions);
        let square: f32 = values.iter().map(|at| at.velocity.iter().map(|v| v * v).sum::<f32>()).sum();
        assert!((square / 1024.0 - 1.0).abs() < 1e-3, "{square}");
        assert!(doc.validate().is_ok());
    }

    #[test]
    fn blends_that_would_not_be_exact_are_refused() {
        let mut doc = scene();
        assert_eq!(doc.blend_flows(2, 0.5), Err(BlendError::Kind));
        assert_eq!(doc.blend_flows(0, 0.5), Err(BlendError::Kind));
        let learned = doc.learned.as_mut().unwrap();
        learned.flows[1].flow = learned.flows[0].flow.scaled(-1.0);
        assert_eq!(doc.blend_flows(1, 0.5), Err(BlendError::Nothing));
        assert_eq!(doc.learned.as_ref().unwrap().flows.len(), 3, "nothing is left of it");
    }

    #[test]
    fn names_stay_different_and_the_last_flow_stays() {
        let mut doc = scene();
        doc.rename_flow(0, " twist ");
        let names =
            |doc: &PointsDoc| doc.learned.as_ref().unwrap().flows.iter().map(|f| f.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&doc), ["twist 2", "twist", "free"]);
        doc.rename_flow(0, "");
        assert_eq!(names(&doc)[0], "flow");
        (0..3).for_each(|_| doc.delete_flow(0));
        assert_eq!(names(&doc), ["free"]);
    }
}
