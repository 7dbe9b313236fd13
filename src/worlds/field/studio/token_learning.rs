//! Learning of drawn tokens in the studio.

use crate::worlds::field::FieldSubject;
use crate::worlds::field::tokens::{TokenDoc, TokenLosses, TokenRule, TokenTraining};
use crate::worlds::studio::{Learned, StudioError, TrainingStep, WorldTraining};

/// Steps over which the parts of the loss are averaged.
const AVERAGED_STEPS: usize = 50;

pub(super) struct TokenLearning {
    job: TokenTraining,
    doc: TokenDoc,
    total: usize,
    /// Running means of the losses of denoising, of the live chain and of the motion.
    parts: [f64; 3],
}

impl TokenLearning {
    /// `start`: the rule whose network is taught further; otherwise a new one begins at random weights.
    pub fn new(doc: &TokenDoc, start: Option<&TokenRule>) -> Result<Self, StudioError> {
        let job = TokenTraining::new(&doc.tokens, doc.spacing(), doc.settings, start)?;
        let total = doc.settings.steps;
        Ok(Self { job, doc: TokenDoc { rule: None, others: Vec::new(), ..doc.clone() }, total, parts: [0.0; 3] })
    }
}

impl WorldTraining for TokenLearning {
    fn step(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<TrainingStep>, StudioError> {
        if self.job.steps_done() >= self.total {
            return Ok(None);
        }
        let Some(TokenLosses { denoise, pool, motion }) = self.job.step_unless_stopped(stop)? else { return Ok(None) };
        let done = self.job.steps_done();
        let share = 1.0 / done.min(AVERAGED_STEPS) as f64;
        let now = [denoise, pool, motion].map(f64::from);
        self.parts.iter_mut().zip(now).for_each(|(mean, loss)| *mean += share * (loss - *mean));
        Ok(Some(TrainingStep {
            phase: "tokens",
            done,
            total: self.total,
            loss: Some(now[0]),
            figures: Some(self.parts),
        }))
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
