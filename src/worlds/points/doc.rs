//! What a scene stores of the points world.

use super::cloud::{BuiltInTarget, CloudError, PointCloud, Standardisation, TrueVelocities};
use super::measures::PointCertificate;
use super::packed;
use super::rule::{LiveError, PointEnergy, PointFlow, PointLive, PointRule};
use super::savepoints::PointSavepoint;
use super::train::PointTrainingSettings;

/// Maximum number of flows of one cloud.
pub const MAX_POINT_FLOWS: usize = 64;

/// Everything stored of a cloud, its flows and their settings.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct PointsDoc {
    /// 2 or 3.
    pub dim: usize,
    /// The built-in target behind the points; a dynamical system among them is the truth that flows are compared with.
    pub target: Option<BuiltInTarget>,
    /// Samples in the user's coordinates; z is 0 in the plane.
    #[serde(with = "packed::points")]
    pub points: Vec<[f32; 3]>,
    /// A known velocity that flows are compared with, from a table; it comes before that of the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truth: Option<TrueVelocities>,
    /// How energy and flows are learned.
    pub training: PointTrainingSettings,
    /// How walkers live.
    pub live: PointLive,
    /// Number of live walkers.
    pub walkers: usize,
    /// The networks themselves move walkers instead of a grid, in the window.
    pub by_networks: bool,
    /// What was learned of the points.
    pub learned: Option<LearnedPoints>,
    /// What was measured of the flows.
    pub certificate: Option<PointCertificate>,
    /// States of the walkers to return to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub savepoints: Vec<PointSavepoint>,
}

/// What was learned of the cloud.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LearnedPoints {
    /// The map of the cloud that was learned from.
    pub map: Standardisation,
    /// Range of σ of the energy, spreads of the cloud.
    pub sigma_range: [f64; 2],
    /// None where only the weak form was solved.
    pub energy: Option<PointEnergy>,
    /// The flows that were learned or built.
    pub flows: Vec<NamedFlow>,
    /// Index of the flow that plays.
    pub chosen: usize,
}

/// A flow of the list.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct NamedFlow {
    /// Name in the list, different from the others.
    pub name: String,
    /// Root mean square speed 1 over the cloud.
    pub flow: PointFlow,
    /// Relative residual of equation (1) over the cloud; 0 for exact flows, none without an energy.
    pub residual: Option<f64>,
    /// Of the weak form alone.
    pub weak: Option<WeakEvidence>,
}

/// How sure the weak form is.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct WeakEvidence {
    /// Lowest eigenvalues of the weighted problem; 1 is what sampling leaves.
    pub eigenvalues: Vec<f64>,
    /// How many times worse the next law is: the second eigenvalue over the first, or less by weights of its own.
    pub gap: f64,
    /// Whether other laws keep the cloud about as well: the gap is narrow by the weights of the next law alone.
    #[serde(default)]
    pub has_rivals: bool,
    /// Lowest eigenvalue without weighting, in units of the sampling floor.
    pub lowest_over_floor: f64,
    /// Points that the weak form used.
    pub samples: usize,
    /// Spread of the measurement noise that was corrected for, as a share of the spread of the cloud.
    pub noise: f64,
    /// Whether the floor is reached and the gap is wide.
    pub certain: bool,
}

/// Why a stored points world is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum PointsDocError {
    #[error(transparent)]
    Cloud(#[from] CloudError),
    #[error(transparent)]
    Live(#[from] LiveError),
    #[error(
        "the flow `{name}` does not fit a cloud in {dim} dimensions; take an earlier copy of the file or learn again"
    )]
    Flow { name: String, dim: usize },
    #[error("the table of true velocities does not fit a cloud in {dim} dimensions; remove it from the file")]
    Truth { dim: usize },
    #[error("{what} is {value}, and {allowed}; correct it in the file")]
    Value { what: &'static str, value: String, allowed: &'static str },
}

impl Default for PointsDoc {
    fn default() -> Self {
        Self {
            dim: 2,
            target: None,
            points: Vec::new(),
            truth: None,
            training: PointTrainingSettings::default(),
            live: PointLive::default(),
            walkers: 20_000,
            by_networks: false,
            learned: None,
            certificate: None,
            savepoints: Vec::new(),
        }
    }
}

impl PointsDoc {
    /// An untrained scene of a cloud.
    pub fn of(cloud: PointCloud, target: Option<BuiltInTarget>) -> Self {
        Self { dim: cloud.dim, target, points: cloud.points, ..Self::default() }
    }

    /// The points as a cloud.
    pub fn cloud(&self) -> PointCloud {
        PointCloud { dim: self.dim, points: self.points.clone() }
    }

    /// Takes over what was learned. The certificate of earlier flows is dropped and σ is brought into the energy's range.
    /// When another flow of the weak form begins to play, relaxation ends: such a flow keeps the cloud itself, and the
    /// energy that an earlier training may have left is that of the cloud seen through noise.
    pub fn take_learned(&mut self, learned: LearnedPoints) {
        let playing = |learned: &LearnedPoints| learned.flows.get(learned.chosen).map(|named| named.flow.clone());
        let (before, now) = (self.learned.as_ref().and_then(playing), playing(&learned));
        if matches!(now, Some(PointFlow::Dictionary(_))) && now != before {
            self.live.relaxation = 0.0;
        }
        let [low, high] = learned.sigma_range;
        self.live.sigma = self.live.sigma.clamp(low, high);
        self.certificate = None;
        self.learned = Some(learned);
    }

    /// The chosen rule, once something is learned.
    pub fn rule(&self) -> Option<PointRule> {
        let learned = self.learned.as_ref()?;
        Some(learned.rule(self.dim, learned.chosen))
    }

    /// Whether all parts fit together. A scene being painted may have fewer points than learning needs.
    ///
    /// # Errors
    /// See [`PointsDocError`].
    pub fn validate(&self) -> Result<(), PointsDocError> {
        match self.cloud().validate() {
            Err(
                CloudError::TooFew { .. } | CloudError::OneLine | CloudError::OnePlace | CloudError::FlatAxis { .. },
            ) if self.learned.is_none() => {}
            // Scenes from when such clouds were not refused still open.
            Err(CloudError::OnePlane) => {}
            other => other?,
        }
        if self.truth.as_ref().is_some_and(|truth| truth.dim != self.dim || !truth.is_whole()) {
            return Err(PointsDocError::Truth { dim: self.dim });
        }
        let value = |what, value: String, allowed| Err(PointsDocError::Value { what, value, allowed });
        if !(1..=super::cloud::MAX_POINTS).contains(&self.walkers) {
            return value("the number of walkers", self.walkers.to_string(), "1 to 1000000 are possible");
        }
        self.validate_checkpoints()?;
        let Some(learned) = &self.learned else { return Ok(()) };
        if learned.flows.len() > MAX_POINT_FLOWS {
            return value("the number of flows", learned.flows.len().to_string(), "at most 64 are possible");
        }
        if learned.chosen >= learned.flows.len().max(1) {
            return value("the chosen flow", learned.chosen.to_string(), "there are not so many");
        }
        if learned.map.scale.iter().any(|s| !(*s > 0.0 && s.is_finite())) {
            return value("the scale of the map", format!("{:?}", learned.map.scale), "all scales must be above 0");
        }
        let [low, high] = learned.sigma_range;
        if !(low > 0.0 && low < high && high.is_finite()) {
            return value("the range of σ", format!("{low} to {high}"), "it must rise from a value above 0");
        }
        for (index, named) in learned.flows.iter().enumerate() {
            if !learned.rule(self.dim, index).is_whole() {
                return Err(PointsDocError::Flow { name: named.name.clone(), dim: self.dim });
            }
        }
        match self.rule() {
            Some(rule) => Ok(self.live.validate(&rule)?),
            None => Ok(()),
        }
    }
}

impl LearnedPoints {
    /// The rule with the flow `index`; still when there is none.
    pub fn rule(&self, dim: usize, index: usize) -> PointRule {
        PointRule {
            dim,
            map: self.map,
            sigma_range: self.sigma_range,
            energy: self.energy.clone(),
            flow: self.flows.get(index).map_or(PointFlow::Still, |named| named.flow.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::points::rule::{Dictionary, DictionaryFlow, ExactPart, Mlp, Potential};
    use rand::{SeedableRng, rngs::StdRng};

    fn learned() -> PointsDoc {
        let mut doc = PointsDoc::of(BuiltInTarget::Ring.sample(300, 1), Some(BuiltInTarget::Ring));
        let mut rng = StdRng::seed_from_u64(1);
        let exact = |potential| PointFlow::Exact(vec![ExactPart { gain: 1.0, potential }]);
        let named = |name: &str, flow| NamedFlow { name: name.into(), flow, residual: Some(0.0), weak: None };
        doc.learned = Some(LearnedPoints {
            map: Standardisation::of(&doc.cloud()),
            sigma_range: [0.05, 0.5],
            energy: Some(PointEnergy { net: Mlp::random(&[3, 8, 1], 1.0, &mut rng) }),
            flows: vec![
                named("smoothest", exact(Potential::Smoothest(Mlp::random(&[2, 8, 1], 1.0, &mut rng)))),
                named("twist", exact(Potential::Twist { seed: 1, scale: 1.0 })),
            ],
            chosen: 1,
        });
        doc
    }

    #[test]
    fn a_scene_survives_its_file() {
        let mut doc = learned();
        doc.truth = Some(TrueVelocities::read("1,2,3,4\n5,6,7,8\n").unwrap());
        let text = ron::ser::to_string_pretty(&doc, ron::ser::PrettyConfig::default()).unwrap();
        assert_eq!(ron::from_str::<PointsDoc>(&text).unwrap(), doc);
        // 300 points of 12 bytes in base64, and everything else.
        assert!(text.len() < 300 * 16 + 4000, "{}", text.len());
        assert_eq!(doc.validate(), Ok(()));
    }

    #[test]
    fn relaxation_ends_when_a_flow_of_the_weak_form_is_learned() {
        let mut doc = learned();
        let mut found = doc.learned.clone().unwrap();
        doc.take_learned(found.clone());
        assert!(doc.live.relaxation > 0.0, "exact flows relax to their energy");
        let dictionary = Dictionary::Monomials { degree: 1 };
        let flow = PointFlow::Dictionary(DictionaryFlow { dictionary, coefficients: vec![vec![0.0, 1.0, 0.0]; 2] });
        found.flows.push(NamedFlow { name: "weak".into(), flow, residual: None, weak: None });
        found.chosen = 2;
        doc.live.sigma = 2.0;
        doc.take_learned(found.clone());
        assert_eq!((doc.live.relaxation, doc.live.sigma), (0.0, 0.5));
        // Further results of a training leave what the user has set since.
        doc.live.relaxation = 0.3;
        doc.take_learned(found);
        assert_eq!(doc.live.relaxation, 0.3);
    }

    #[test]
    fn damaged_scenes_are_refused() {
        let mut doc = learned();
        let mut truth = TrueVelocities::read("1,2,3,4\n").unwrap();
        doc.truth = Some(truth.clone());
        assert_eq!(doc.validate(), Ok(()));
        truth.velocities.clear();
        doc.truth = Some(truth);
        assert_eq!(doc.validate(), Err(PointsDocError::Truth { dim: 2 }));
        let mut doc = learned();
        doc.learned.as_mut().unwrap().energy = None;
        assert!(matches!(doc.validate(), Err(PointsDocError::Flow { .. })));
        let mut doc = learned();
        doc.learned.as_mut().unwrap().chosen = 2;
        assert!(matches!(doc.validate(), Err(PointsDocError::Value { .. })));
        let mut doc = learned();
        doc.points.truncate(50);
        assert!(matches!(doc.validate(), Err(PointsDocError::Cloud(_))));
        doc.learned = None;
        assert_eq!(doc.validate(), Ok(()));
        assert!(ron::from_str::<PointsDoc>("(points: \"AAAA\")").is_err());
    }
}
