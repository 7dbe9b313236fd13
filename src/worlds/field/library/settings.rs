//! How a library rule is learned.

use serde::{Deserialize, Serialize};

use crate::worlds::field::FieldError;
use crate::worlds::field::rule::{TERM_COUNT, Term};

/// Fewest test functionals.
pub const MIN_FUNCTIONALS: usize = 8;
/// Most test functionals.
pub const MAX_FUNCTIONALS: usize = 1000;

/// Which terms a law may contain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Library {
    /// {1, u, v, ∇²u, ∇²v, u v²}.
    #[default]
    Six,
    /// Also u², u v, v², u² v, u³, v³.
    Twelve,
    /// Six without u v²: a control that contains no reaction, and must fail on Gray-Scott stills.
    WithoutReaction,
}

impl Library {
    /// Terms of each channel, from the first.
    pub fn terms(self) -> usize {
        match self {
            Self::Six => Term::SMALL,
            Self::Twelve => TERM_COUNT,
            Self::WithoutReaction => Term::SMALL - 1,
        }
    }
}

/// Settings of the weak-form learning.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LibrarySettings {
    pub library: Library,
    /// Test functionals.
    pub functionals: usize,
    /// Share of the runs that is kept back for the test.
    pub held_out: f64,
    /// Whether terms that the stills do not need are removed.
    pub prune: bool,
    /// Of the functionals: same seed, same law.
    pub seed: u64,
}

impl Default for LibrarySettings {
    fn default() -> Self {
        Self { library: Library::Six, functionals: 80, held_out: 1.0 / 3.0, prune: true, seed: 1 }
    }
}

impl LibrarySettings {
    /// # Errors
    /// A value out of range.
    pub fn validate(&self) -> Result<(), FieldError> {
        let fail = |path, reason, hint| Err(FieldError::Value { path, reason, hint });
        if !(MIN_FUNCTIONALS..=MAX_FUNCTIONALS).contains(&self.functionals) {
            return fail("functionals", self.functionals.to_string(), "give 8 to 1000; 80 is the default");
        }
        if !(0.0..=0.8).contains(&self.held_out) {
            return fail("held_out", self.held_out.to_string(), "give a share from 0 to .8");
        }
        Ok(())
    }
}
