//! The swarm world: oriented particles that interact, in a flat box. Its files read in the order of the data:
//! [`picture`] → [`rule`] → [`train`] → [`engine`] → [`measures`]. Its tables are [`rule::SWARM_KNOBS`], [`SWARM_TOOLS`],
//! [`SWARM_BRUSHES`], [`measures::SWARM_SERIES`] and the scenes of [`SWARM_CARD`]. It is drawn by `media::picture` in written
//! pictures, and by `window::shell::draw` from the buffers of its engine.

mod brushes;
pub mod doc;
pub mod engine;
pub mod measures;
pub mod picture;
pub mod rule;
mod scenes;
mod stored;
mod tools;
pub mod train;

pub use brushes::{Brush, BrushAction, BrushCircle, BrushEdit, SWARM_BRUSHES, SwarmBrush};
pub use scenes::SWARM_CARD;
pub use tools::{SWARM_TOOLS, SwarmTool, Tool, ToolCurve, ToolPress};
