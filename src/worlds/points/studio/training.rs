//! Learning of the points world in the studio, and the check of its flows.

use crate::worlds::points::PointsDoc;
use crate::worlds::points::cloud::TrueVelocities;
use crate::worlds::points::measures::{PointCertificate, PointCheck, PointCheckSettings};
use crate::worlds::points::train::{PointFlowKind, PointPhase, PointTraining};
use crate::worlds::studio::{Learned, StudioError, TrainingStep, WorldTraining};

pub(super) struct PointsTraining {
    job: PointTraining,
    has_begun: bool,
}

impl PointsTraining {
    pub fn new(doc: &PointsDoc, method: &str) -> Result<Self, StudioError> {
        let kind = match method {
            "exact" => PointFlowKind::Exact,
            "free" => PointFlowKind::Free,
            "weak" => PointFlowKind::Weak,
            _ => return Err(StudioError::Unknown(method.to_owned())),
        };
        let job = PointTraining::new(&doc.cloud(), doc.learned.as_ref(), kind, &doc.training)?;
        Ok(Self { job, has_begun: false })
    }
}

impl WorldTraining for PointsTraining {
    fn step(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<TrainingStep>, StudioError> {
        let Some(step) = self.job.step(stop)? else { return Ok(None) };
        self.has_begun = true;
        let (phase, loss) = match step.phase {
            PointPhase::Energy => ("energy", Some(step.loss)),
            PointPhase::Smoothest => ("smoothest flow", Some(step.loss)),
            PointPhase::Free => ("free network", Some(step.loss)),
            PointPhase::Weak => ("equations", None),
        };
        let figures = (step.phase == PointPhase::Weak).then_some([step.loss, 0.0, 0.0]);
        Ok(Some(TrainingStep { phase, done: step.step, total: step.steps, loss, figures }))
    }

    fn end_phase(&mut self) {
        self.job.end_phase();
    }

    fn learned(&self) -> Option<Learned> {
        let learned = self.has_begun.then(|| self.job.learned())?;
        (!learned.flows.is_empty()).then(|| Learned::Points(Box::new(learned)))
    }
}

/// The certificate of all flows.
pub struct PointsCheck {
    check: PointCheck,
    truth: Option<TrueVelocities>,
    /// Set when the check is over.
    certificate: Option<Box<PointCertificate>>,
}

impl PointsCheck {
    /// `truth`: a known velocity in place of that of the scene.
    ///
    /// # Errors
    /// [`StudioError::NoRule`]
    pub fn new(
        doc: &PointsDoc,
        settings: &PointCheckSettings,
        truth: Option<TrueVelocities>,
    ) -> Result<Self, StudioError> {
        let check = PointCheck::new(doc, settings).ok_or(StudioError::NoRule)?;
        Ok(Self { check, truth, certificate: None })
    }

    fn finish(&mut self) {
        self.certificate = Some(Box::new(self.check.certificate(self.truth.as_ref())));
    }
}

impl WorldTraining for PointsCheck {
    fn step(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<TrainingStep>, StudioError> {
        if self.certificate.is_some() {
            return Ok(None);
        }
        if !self.check.step(stop) {
            self.finish();
        }
        let [done, total] = self.check.progress();
        Ok(Some(TrainingStep { phase: "check", done, total, loss: None, figures: None }))
    }

    fn end_phase(&mut self) {
        // What is measured so far has larger errors, which are reported.
        self.finish();
    }

    fn learned(&self) -> Option<Learned> {
        self.certificate.clone().map(Learned::PointCertificate)
    }
}
