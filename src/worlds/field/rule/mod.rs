//! Local rules of a two-channel periodic image: du/dt and dv/dt as linear combinations of library terms. [`mod@reference`]
//! is the readable f64 form that every engine is compared with.

mod coefficients;
pub mod reference;
mod terms;

pub use coefficients::{Coefficients, LibraryRule};
pub use terms::{TERM_COUNT, Term};
