//! Engines that run a rule live: [`LibraryEngine`] on the processor, [`GpuLibrary`] in WGSL on a borrowed device.

mod brush;
mod gpu;
#[cfg(test)]
mod gpu_tests;
mod library;
mod row;
mod shader;

pub use brush::{FieldBrush, FieldStroke};
pub use gpu::GpuLibrary;
pub use library::{FieldCounters, LibraryEngine};
