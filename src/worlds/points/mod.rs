//! Independent points in R² or R³ under a velocity that keeps their cloud: cloud → train → rule → engine → measures.

mod blend;
pub mod cloud;
mod doc;
pub mod engine;
mod equations;
pub mod measures;
pub mod packed;
pub mod rule;
pub mod studio;
pub mod train;

pub use blend::BlendError;
pub use doc::{LearnedPoints, MAX_POINT_FLOWS, NamedFlow, PointsDoc, PointsDocError, WeakEvidence};
pub use equations::FoundSystem;
