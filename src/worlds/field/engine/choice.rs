//! One live field, whatever it moves by and whatever it runs on.

use super::{FieldCounters, FieldMotion, FieldStroke, GpuLibrary, LibraryEngine};
use crate::gpu::BorrowedGpu;
use crate::worlds::field::rule::LibraryRule;
use crate::worlds::field::stills::Still;
use crate::worlds::field::tokens::{GpuTokens, SkewFlow, TokenEngine, TokenEnsemble, TokenLive, TokenRule};
use crate::worlds::field::{FieldDoc, FieldError};

/// A live field.
pub enum FieldEngine {
    /// A library rule on the processor.
    Library(Box<LibraryEngine>),
    /// Tokens on the processor.
    Tokens(Box<TokenEngine>),
    /// A library rule on a GPU.
    GpuLibrary(Box<GpuLibrary>),
    /// Tokens on a GPU.
    GpuTokens(Box<GpuTokens>),
}

/// The same for each of the four engines.
macro_rules! each {
    ($engine_of:ident, $engine:ident => $what:expr) => {
        match $engine_of {
            FieldEngine::Library($engine) => $what,
            FieldEngine::Tokens($engine) => $what,
            FieldEngine::GpuLibrary($engine) => $what,
            FieldEngine::GpuTokens($engine) => $what,
        }
    };
}

/// The same for both engines of tokens, and nothing for a pattern.
macro_rules! with_tokens {
    ($engine_of:ident, $engine:ident => $what:expr) => {
        match $engine_of {
            FieldEngine::Tokens($engine) => $what,
            FieldEngine::GpuTokens($engine) => $what,
            FieldEngine::Library(_) | FieldEngine::GpuLibrary(_) => {}
        }
    };
}

impl FieldEngine {
    /// Starts from a scene, on the processor where no GPU is given.
    ///
    /// # Errors
    /// An invalid scene, one without a rule or without the image that it starts from; a GPU that refuses.
    pub fn new(doc: &FieldDoc, gpu: Option<BorrowedGpu>) -> Result<Self, FieldError> {
        doc.validate()?;
        let start = doc.start_image()?;
        FieldMotion::of(doc)?.engine(gpu, &start)
    }

    /// On a GPU this does not wait.
    pub fn run(&mut self, steps: u32) {
        each!(self, engine => engine.run(steps));
    }

    /// What to look at: two channels of a pattern, or three colours of denoised tokens.
    ///
    /// # Errors
    /// The GPU was lost.
    pub fn image(&self) -> Result<Still, FieldError> {
        match self {
            Self::Library(engine) => Ok(engine.image()),
            Self::Tokens(engine) => Ok(engine.image()),
            Self::GpuLibrary(engine) => engine.image(),
            Self::GpuTokens(engine) => engine.image(),
        }
    }

    /// As [`Self::image`], of tokens with their noise.
    ///
    /// # Errors
    /// The GPU was lost.
    pub fn noisy(&self) -> Result<Still, FieldError> {
        match self {
            Self::Tokens(engine) => Ok(engine.noisy()),
            Self::GpuTokens(engine) => engine.noisy(),
            Self::Library(_) | Self::GpuLibrary(_) => self.image(),
        }
    }

    /// Changes the field by hand.
    ///
    /// # Errors
    /// The GPU was lost.
    pub fn apply(&mut self, stroke: &FieldStroke) -> Result<(), FieldError> {
        match self {
            Self::Library(engine) => engine.apply(stroke),
            Self::Tokens(engine) => engine.apply(stroke),
            Self::GpuLibrary(engine) => return engine.apply(stroke),
            Self::GpuTokens(engine) => return engine.apply(stroke),
        }
        Ok(())
    }

    /// # Errors
    /// The GPU was lost.
    pub fn counters(&self) -> Result<FieldCounters, FieldError> {
        match self {
            Self::Library(engine) => Ok(engine.counters()),
            Self::Tokens(engine) => Ok(engine.counters()),
            Self::GpuLibrary(engine) => engine.counters(),
            Self::GpuTokens(engine) => engine.counters(),
        }
    }

    /// Replaces the state by an image of the engine's channels.
    ///
    /// # Errors
    /// The GPU refused it.
    pub fn set_image(&mut self, image: &Still) -> Result<(), FieldError> {
        match self {
            Self::Library(engine) => engine.set_image(image),
            Self::Tokens(engine) => engine.set_image(image),
            Self::GpuLibrary(engine) => return engine.set_image(image),
            Self::GpuTokens(engine) => engine.set_image(image),
        }
        Ok(())
    }

    /// Another rule and time step of a pattern, from the present state; tokens are unchanged.
    pub fn set_library(&mut self, rule: &LibraryRule, time_step: f64) {
        match self {
            Self::Library(engine) => engine.set_motion(rule, time_step),
            Self::GpuLibrary(engine) => engine.set_motion(rule, time_step),
            Self::Tokens(_) | Self::GpuTokens(_) => {}
        }
    }

    /// Other settings of tokens; a pattern is unchanged.
    pub fn set_token_live(&mut self, live: &TokenLive) {
        with_tokens!(self, engine => engine.set_live(live));
    }

    /// Another flow K ∗ s of tokens; a pattern is unchanged.
    pub fn set_skew(&mut self, skew: &SkewFlow) {
        with_tokens!(self, engine => engine.set_skew(skew));
    }

    /// The tokens that are stamped from now on; a pattern is unchanged.
    pub fn set_ensemble(&mut self, ensemble: &TokenEnsemble) {
        with_tokens!(self, engine => engine.set_ensemble(ensemble));
    }

    /// Another network of tokens, which a GPU uploads as a whole; a pattern is unchanged.
    pub fn set_token_rule(&mut self, rule: &TokenRule) {
        with_tokens!(self, engine => engine.set_rule(rule));
    }

    /// Width and height, pixels.
    pub fn size(&self) -> [usize; 2] {
        each!(self, engine => engine.size())
    }

    /// Time of a step of a pattern, as far as it is stable; `None` for tokens.
    pub fn time_step(&self) -> Option<f64> {
        match self {
            Self::Library(engine) => Some(engine.time_step()),
            Self::GpuLibrary(engine) => Some(engine.time_step()),
            Self::Tokens(_) | Self::GpuTokens(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::GpuDevice;
    use crate::gpu::testing::gpu;
    use crate::worlds::field::engine::FieldBrush;
    use crate::worlds::field::stills::GrayScott;
    use crate::worlds::field::tokens::net::TokenNet;
    use crate::worlds::field::tokens::{Token, TokenDoc};
    use crate::worlds::field::{FieldLive, FieldSubject, LibraryDoc};

    #[test]
    fn scenes_of_both_kinds_live_and_take_strokes() {
        let mut tokens = TokenDoc::new(vec![Token::bundled("dot").unwrap()]).unwrap();
        let library = LibraryDoc { rule: Some(GrayScott::default().rule()), ..LibraryDoc::default() };
        let recipe = FieldDoc::default();
        let FieldSubject::Library(untaught) = &recipe.subject else { panic!("a library scene") };
        let library = LibraryDoc { recipe: untaught.recipe, ..library };
        tokens.rule = Some(TokenRule::untaught(TokenNet::random(1)));
        let live = FieldLive { size: [64, 48], ..FieldLive::default() };
        for (subject, channels) in [(FieldSubject::Library(library), 2), (FieldSubject::Tokens(tokens), 3)] {
            let doc = FieldDoc { subject, live, ..FieldDoc::default() };
            for gpu in [None, gpu().map(GpuDevice::borrowed)] {
                let mut engine = FieldEngine::new(&doc, gpu).unwrap();
                let before = engine.image().unwrap();
                engine.run(2);
                let stroke =
                    FieldStroke { brush: FieldBrush::Remove, at: [9.0, 9.0], radius_px: 5.0, motion_px: [0.0; 2] };
                engine.apply(&stroke).unwrap();
                let after = engine.image().unwrap();
                assert_ne!(after, before);
                assert_eq!((engine.size(), after.channels), ([64, 48], channels));
                let counters = engine.counters().unwrap();
                assert_eq!((counters.steps, counters.non_finite), (2, 0));
            }
        }
        assert!(FieldEngine::new(&FieldDoc::default(), None).is_err(), "without a rule");
    }
}
