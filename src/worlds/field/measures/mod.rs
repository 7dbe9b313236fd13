//! How good a library rule is: against the truth where it is known, against the stills where it is not.

mod certificate;
mod cosine;
mod likeness;
mod skew;
mod spectrum;
mod study;

pub use certificate::LibraryCheck;
pub use cosine::velocity_cosine;
pub use likeness::{LongRun, long_run};
pub use skew::{SKEW_SIGMAS, SkewRow, StillScore};
pub use spectrum::spectrum;
pub use study::{GrayScottStudy, StudyOptions, StudyRow, shuffled};
