//! Independent points in R² or R³ under a velocity that keeps their cloud: cloud → train → rule → engine → measures.

mod blend;
pub(crate) mod cloud;
mod doc;
pub mod engine;
mod equations;
pub(crate) mod measures;
pub(crate) mod packed;
pub mod rule;
mod savepoints;
pub(crate) mod studio;
pub(crate) mod train;

pub use blend::BlendError;
pub use doc::{LearnedPoints, MAX_POINT_FLOWS, NamedFlow, PointsDoc, PointsDocError, WeakEvidence};
pub use equations::FoundSystem;
pub use savepoints::PointSavepoint;
