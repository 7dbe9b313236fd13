//! What the engines of all worlds share on the GPU: the device, error scopes, buffers, shader texts, kernels whose buffers
//! are bound by name, and readback. Independent of what is computed.

mod buffers;
mod device;
mod error;
#[cfg(feature = "window")]
mod group;
mod keep;
mod kernel;
mod names;
mod pace;
mod picture;
mod readback;
mod reflection;
mod template;
#[cfg(test)]
pub(crate) mod testing;

pub(crate) use buffers::{checked, storage, storage_with, uniform};
pub use device::{BorrowedGpu, EngineChoice, GpuDevice, engine_name};
pub use error::GpuError;
#[cfg(feature = "window")]
pub(crate) use group::RenderGroup;
pub(crate) use keep::KeptBuffers;
pub(crate) use kernel::{ComputeKernel, Dispatch, KernelModule};
pub(crate) use pace::GpuPace;
pub use picture::GpuPicture;
pub(crate) use readback::{Mapping, read, values};
#[cfg(any(test, feature = "window"))]
pub(crate) use reflection::Reflection;
pub(crate) use template::{FINITE, RANDOM, constants_text, shader_constants, shader_text, shader_words};
