//! One live field, whatever it moves by.

use super::{FieldCounters, FieldStroke, LibraryEngine};
use crate::worlds::field::stills::Still;
use crate::worlds::field::tokens::TokenEngine;
use crate::worlds::field::{FieldDoc, FieldError, FieldSubject};

/// A live field on the processor.
pub enum FieldEngine {
    Library(Box<LibraryEngine>),
    Tokens(Box<TokenEngine>),
}

impl FieldEngine {
    /// Starts as the scene says.
    ///
    /// # Errors
    /// A scene that is not sound, has no rule, or lacks the image that it starts from.
    pub fn new(doc: &FieldDoc) -> Result<Self, FieldError> {
        doc.validate()?;
        let start = doc.start_image()?;
        Ok(match &doc.subject {
            FieldSubject::Library(library) => {
                let mut engine = LibraryEngine::new(library.rule.as_ref().ok_or(FieldError::NoRule)?, &start);
                engine.set_time_step(doc.live.time_step);
                Self::Library(Box::new(engine))
            }
            FieldSubject::Tokens(tokens) => {
                let rule = tokens.rule.as_ref().ok_or(FieldError::NoRule)?;
                let engine = TokenEngine::new(rule, &tokens.ensemble(), &tokens.live, &start, doc.live.seed);
                Self::Tokens(Box::new(engine))
            }
        })
    }

    pub fn run(&mut self, steps: u32) {
        match self {
            Self::Library(engine) => engine.run(steps),
            Self::Tokens(engine) => engine.run(steps),
        }
    }

    /// What to look at: two channels of a pattern, or three colours of denoised tokens.
    pub fn image(&self) -> Still {
        match self {
            Self::Library(engine) => engine.image(),
            Self::Tokens(engine) => engine.image(),
        }
    }

    pub fn apply(&mut self, stroke: &FieldStroke) {
        match self {
            Self::Library(engine) => engine.apply(stroke),
            Self::Tokens(engine) => engine.apply(stroke),
        }
    }

    pub fn counters(&self) -> FieldCounters {
        match self {
            Self::Library(engine) => engine.counters(),
            Self::Tokens(engine) => engine.counters(),
        }
    }

    /// Width and height, pixels.
    pub fn size(&self) -> [usize; 2] {
        match self {
            Self::Library(engine) => engine.size(),
            Self::Tokens(engine) => engine.size(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::engine::FieldBrush;
    use crate::worlds::field::stills::GrayScott;
    use crate::worlds::field::tokens::net::TokenNet;
    use crate::worlds::field::tokens::{Token, TokenDoc, TokenRule};
    use crate::worlds::field::{FieldLive, LibraryDoc};

    #[test]
    fn scenes_of_both_kinds_live_and_take_strokes() {
        let mut tokens = TokenDoc::new(vec![Token::bundled("dot").unwrap()]).unwrap();
        let library = LibraryDoc { rule: Some(GrayScott::default().rule()), ..LibraryDoc::default() };
        let recipe = FieldDoc::default();
        let FieldSubject::Library(untaught) = &recipe.subject else { panic!("a library scene") };
        let library = LibraryDoc { recipe: untaught.recipe, ..library };
        tokens.rule = Some(TokenRule { net: TokenNet::random(1), motion_scale: 0.1, range: [-0.15, 1.15], seed: 1 });
        let live = FieldLive { size: [64, 48], ..FieldLive::default() };
        for (subject, channels) in [(FieldSubject::Library(library), 2), (FieldSubject::Tokens(tokens), 3)] {
            let mut engine = FieldEngine::new(&FieldDoc { subject, live, state: None }).unwrap();
            let before = engine.image();
            engine.run(2);
            engine.apply(&FieldStroke {
                brush: FieldBrush::Remove,
                at: [9.0, 9.0],
                radius_px: 5.0,
                motion_px: [0.0; 2],
            });
            assert_ne!(engine.image(), before);
            assert_eq!((engine.size(), engine.image().channels), ([64, 48], channels));
            assert_eq!((engine.counters().steps, engine.counters().non_finite), (2, 0));
        }
        assert!(FieldEngine::new(&FieldDoc::default()).is_err(), "without a rule");
    }
}
