//! The Bevy shell: canvas, camera, input, drawing from the engine buffers; hands commands on.

mod draw;
pub use draw::*;
