//! Engines that run a rule live: [`FieldEngine`] on the processor, whatever the field moves by; [`GpuLibrary`] in WGSL on
//! a borrowed device.

mod brush;
mod choice;
mod gpu;
#[cfg(test)]
mod gpu_tests;
mod keeping;
mod library;
mod motion;
mod row;
mod shader;

pub(super) use brush::bilinear;
pub use brush::{FieldBrush, FieldStroke};
pub use choice::FieldEngine;
pub use gpu::GpuLibrary;
pub(crate) use keeping::EngineState;
pub use library::{FieldCounters, LibraryEngine};
pub(crate) use motion::FieldMotion;
#[cfg(test)]
pub(super) use shader::library_words;
