//! The swarm world: oriented particles that interact, in a flat box. Its files read in the order of the data:
//! [`picture`] → [`rule`] → [`train`] → [`engine`] → [`measures`]. Its tables are [`rule::SWARM_KNOBS`], [`SWARM_BRUSHES`] and
//! [`measures::SWARM_SERIES`].

mod brushes;
pub mod doc;
pub mod engine;
pub mod measures;
pub mod picture;
pub mod rule;
mod scenes;
pub mod train;

pub use brushes::{Brush, BrushAction, BrushCircle, BrushEdit, SWARM_BRUSHES, SwarmBrush};
pub use scenes::SWARM_CARD;
