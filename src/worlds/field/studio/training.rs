//! Reading equations off stills in the studio.

use crate::worlds::field::library::{LearnedLaw, LibraryLearning};
use crate::worlds::field::{FieldSubject, LibraryDoc, LibraryEvidence};
use crate::worlds::studio::{Learned, StudioError, TrainingStep, WorldTraining};

/// Progress of the whole job is counted in thousandths: its phases have units of their own.
const TOTAL: usize = 1000;

pub(super) struct FieldTraining {
    job: LibraryLearning,
    library: LibraryDoc,
}

impl FieldTraining {
    pub fn new(library: &LibraryDoc) -> Result<Self, StudioError> {
        Ok(Self { job: LibraryLearning::new(library.source(), library.settings)?, library: library.clone() })
    }
}

impl WorldTraining for FieldTraining {
    fn step(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<TrainingStep>, StudioError> {
        let Some(progress) = self.job.step(stop)? else { return Ok(None) };
        let half = if progress.phase == "simulating" { 0 } else { TOTAL / 2 };
        let done = half + TOTAL / 2 * progress.done / progress.total.max(1);
        Ok(Some(TrainingStep { phase: progress.phase, done, total: TOTAL, loss: None, figures: None }))
    }

    /// The moments of all stills are needed: no phase can end early.
    fn end_phase(&mut self) {}

    fn learned(&self) -> Option<Learned> {
        let LearnedLaw { rule, held_out, gap, stills, sd } = self.job.law()?.clone();
        let evidence =
            LibraryEvidence { stills, gap, sd, held_out, control_shuffled: None, control_without_reaction: None };
        let library = LibraryDoc { rule: Some(rule), evidence: Some(evidence), ..self.library.clone() };
        Some(Learned::Field(Box::new(FieldSubject::Library(library))))
    }
}
