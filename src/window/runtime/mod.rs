//! The program behind the window, without Bevy: carries out what the session orders, with files, threads and the live swarm.

mod bundled;
mod clipboard;
pub(super) mod director;
mod effects;
mod exporting;
mod file_readings;
pub(super) mod files;
mod folders;
mod gallery_life;
pub(super) mod gaze;
mod importing;
mod kinds;
pub(super) mod mine;
mod observer;
mod persistence;
mod portrait;
mod ramp;
pub(super) mod recorder;
mod rescue;
mod rest;
mod share;
mod stamps;
mod stippler;
mod studio;
mod tally;
mod thumbs;
mod trainer;
mod truth;
pub(super) mod view_uniform;

pub use clipboard::{Clipboard, ClipboardReader};
pub use effects::Shell;
pub use kinds::check;
pub use studio::{StudioScreen, StudioView, Studios};
