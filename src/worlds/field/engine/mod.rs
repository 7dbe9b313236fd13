//! Engines that run a rule live: [`FieldEngine`] on the processor, whatever the field moves by; [`GpuLibrary`] in WGSL on
//! a borrowed device.

mod brush;
mod choice;
pub(super) mod device;
mod gpu;
#[cfg(test)]
pub(super) mod gpu_tests;
mod library;
mod row;
pub(super) mod shader;

pub(super) use brush::bilinear;
pub use brush::{FieldBrush, FieldStroke};
pub use choice::{FieldEngine, FieldGpu};
pub use gpu::GpuLibrary;
pub use library::{FieldCounters, LibraryEngine};
