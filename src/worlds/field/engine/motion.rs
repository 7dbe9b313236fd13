//! What a field moves by, and the engines that run it.

use std::sync::Arc;

use super::{FieldEngine, GpuLibrary, LibraryEngine};
use crate::gpu::BorrowedGpu;
use crate::worlds::field::rule::LibraryRule;
use crate::worlds::field::stills::Still;
use crate::worlds::field::tokens::{GpuTokens, SkewFlow, TokenEngine, TokenEnsemble, TokenLive, TokenRule};
use crate::worlds::field::{FieldDoc, FieldError, FieldSubject};

/// What a field moves by.
#[derive(Clone)]
pub(crate) enum FieldMotion {
    /// A rule in two channels.
    Library { rule: LibraryRule, time_step: f64 },
    /// A network in three channels, with K ∗ s beside it; tokens of the ensemble are stamped.
    Tokens { rule: Arc<TokenRule>, ensemble: Arc<TokenEnsemble>, live: TokenLive, skew: SkewFlow, seed: u64 },
}

impl FieldMotion {
    /// What a scene moves by.
    ///
    /// # Errors
    /// A scene without a rule.
    pub fn of(doc: &FieldDoc) -> Result<Self, FieldError> {
        Ok(match &doc.subject {
            FieldSubject::Library(library) => {
                let rule = library.rule.ok_or(FieldError::NoRule)?;
                Self::Library { rule, time_step: doc.live.time_step }
            }
            FieldSubject::Tokens(tokens) => {
                let rule = Arc::new(tokens.rule.clone().ok_or(FieldError::NoRule)?);
                let ensemble = Arc::new(tokens.ensemble());
                // As hot as a growth begins: the first noise is that of the knobs.
                let live = doc.growth().and_then(|growth| growth.at(0, &tokens.live)).unwrap_or(tokens.live);
                Self::Tokens { rule, ensemble, live, skew: tokens.skew, seed: doc.live.seed }
            }
        })
    }

    /// Starts from an image of its channels (a clean one of tokens), on the processor where no GPU is given.
    ///
    /// # Errors
    /// A GPU that refuses.
    pub fn engine(&self, gpu: Option<BorrowedGpu>, start: &Still) -> Result<FieldEngine, FieldError> {
        gpu.map_or_else(|| Ok(self.on_processor(start)), |gpu| self.on_gpu(gpu, start))
    }

    /// As [`Self::engine`].
    pub fn on_processor(&self, start: &Still) -> FieldEngine {
        match self {
            Self::Library { rule, time_step } => {
                let mut engine = LibraryEngine::new(rule, start);
                engine.set_time_step(*time_step);
                FieldEngine::Library(Box::new(engine))
            }
            Self::Tokens { rule, ensemble, live, skew, seed } => {
                let mut engine = TokenEngine::new(rule, ensemble, live, start, *seed);
                engine.set_skew(skew);
                FieldEngine::Tokens(Box::new(engine))
            }
        }
    }

    fn on_gpu(&self, gpu: BorrowedGpu, start: &Still) -> Result<FieldEngine, FieldError> {
        Ok(match self {
            Self::Library { rule, time_step } => {
                let mut engine = GpuLibrary::new(gpu.0, gpu.1, rule, start)?;
                engine.set_time_step(*time_step);
                FieldEngine::GpuLibrary(Box::new(engine))
            }
            Self::Tokens { rule, ensemble, live, skew, seed } => {
                let mut engine = GpuTokens::new(gpu, rule, ensemble, live, start, *seed)?;
                engine.set_skew(skew);
                FieldEngine::GpuTokens(Box::new(engine))
            }
        })
    }
}
