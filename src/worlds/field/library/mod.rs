//! Equations read off stills without any network: the weak form over a library of terms.
//!
//! A distribution of images p is stationary under du/dt = V only if `E_p[d/dt g] = 0` for every functional g of the
//! image. With V linear in library terms this is linear in the coefficients; which functionals are used is in
//! `functionals`, the problem itself in [`crate::worlds::weak`], and whether the result can be trusted in `heldout`.

mod blur;
mod functionals;
mod heldout;
mod law;
mod learning;
mod problem;
mod settings;
#[cfg(test)]
mod tests;

pub use functionals::Functionals;
pub use heldout::{HeldOut, MIN_RUNS};
pub use law::FoundConstants;
pub use learning::{LearnedLaw, LibraryLearning, StillSource, runs_per_step};
pub use problem::StillProblem;
pub use settings::{Library, LibrarySettings, MAX_FUNCTIONALS, MIN_FUNCTIONALS};
