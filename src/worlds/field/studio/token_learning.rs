//! Learning of drawn tokens in the studio.

use crate::worlds::field::FieldSubject;
use crate::worlds::field::tokens::{TokenDoc, TokenLosses, TokenTraining};
use crate::worlds::studio::{Learned, StudioError, TrainingStep, WorldTraining};

pub(super) struct TokenLearning {
    job: TokenTraining,
    doc: TokenDoc,
    total: usize,
}

impl TokenLearning {
    pub fn new(doc: &TokenDoc) -> Result<Self, StudioError> {
        let job = TokenTraining::new(&doc.tokens, doc.clearance_px, doc.settings, None)?;
        Ok(Self { job, doc: TokenDoc { rule: None, others: Vec::new(), ..doc.clone() }, total: doc.settings.steps })
    }
}

impl WorldTraining for TokenLearning {
    fn step(&mut self) -> Result<Option<TrainingStep>, StudioError> {
        if self.job.steps_done() >= self.total {
            return Ok(None);
        }
        let losses = self.job.step();
        let step = |losses: TokenLosses| TrainingStep {
            phase: "tokens",
            done: self.job.steps_done(),
            total: self.total,
            loss: Some(f64::from(losses.denoise)),
        };
        Ok(losses.map(step))
    }

    fn end_phase(&mut self) {
        self.total = self.job.steps_done();
    }

    fn learned(&self) -> Option<Learned> {
        /// Before this many steps the network only blurs.
        const FIRST_STEPS: usize = 30;
        if self.job.steps_done() < FIRST_STEPS.min(self.total) {
            return None;
        }
        let doc = TokenDoc { rule: Some(self.job.rule()), evidence: None, ..self.doc.clone() };
        Some(Learned::Field(Box::new(FieldSubject::Tokens(doc))))
    }
}
