//! Devices, and the choice between GPU and processor.

use serde::{Deserialize, Serialize};

use super::GpuError;

/// Which engine to run on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EngineChoice {
    /// The GPU when there is a real one, else the processor, which is faster than a GPU made of software.
    #[default]
    Auto,
    /// The GPU, also one made of software.
    Gpu,
    /// The processor.
    Cpu,
}

impl EngineChoice {
    /// In the order of the panels.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Cpu, Self::Gpu];

    /// Name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "Auto",
            Self::Gpu => "Graphics",
            Self::Cpu => "Processor",
        }
    }

    /// What it means, for a tooltip.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Auto => {
                "The graphics card where there is a real one, else the processor, which is faster than software"
            }
            Self::Gpu => "Computed and drawn by the graphics card, also by one that is a program on the processor",
            Self::Cpu => "Computed by the processor",
        }
    }

    /// Whether it means the GPU, given that there is one.
    pub fn takes_gpu(self, is_software: bool) -> bool {
        match self {
            Self::Auto => !is_software,
            Self::Gpu => true,
            Self::Cpu => false,
        }
    }

    /// The device to run on; `None` is the processor.
    ///
    /// # Errors
    /// [`EngineChoice::Gpu`] where there is no GPU.
    pub fn device(self) -> Result<Option<GpuDevice>, GpuError> {
        Ok(match self {
            Self::Cpu => None,
            Self::Gpu => Some(GpuDevice::open()?),
            Self::Auto => GpuDevice::open().ok().filter(|gpu| self.takes_gpu(gpu.is_software())),
        })
    }
}

/// A device: that of the window, or one of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct GpuDevice {
    /// Makes buffers and kernels.
    pub device: wgpu::Device,
    /// Takes what is to be done.
    pub queue: wgpu::Queue,
    /// Name and kind of the adapter.
    pub info: wgpu::AdapterInfo,
}

impl GpuDevice {
    /// The best adapter there is, a software one included, with all its limits, and with half precision where it has that.
    ///
    /// # Errors
    /// No adapter, or one that gives no device.
    pub fn open() -> Result<Self, GpuError> {
        let no_device = |reason: &dyn std::fmt::Display| GpuError::NoDevice(reason.to_string());
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = pollster::block_on(instance.request_adapter(&options)).map_err(|e| no_device(&e))?;
        let wanted = wgpu::DeviceDescriptor {
            label: Some("unstill"),
            required_features: adapter.features() & wgpu::Features::SHADER_F16,
            required_limits: adapter.limits(),
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&wanted)).map_err(|e| no_device(&e))?;
        Ok(Self { device, queue, info: adapter.get_info() })
    }

    /// Whether the adapter is a program on the processor.
    pub fn is_software(&self) -> bool {
        self.info.device_type == wgpu::DeviceType::Cpu
    }

    /// Device and queue, as engines borrow them.
    pub fn borrowed(&self) -> BorrowedGpu<'_> {
        (&self.device, &self.queue)
    }
}

/// Device and queue of a window or of a [`GpuDevice`].
pub type BorrowedGpu<'a> = (&'a wgpu::Device, &'a wgpu::Queue);

/// What an engine on `gpu` runs on, for people.
pub fn engine_name(gpu: Option<&GpuDevice>) -> String {
    match gpu {
        Some(gpu) if gpu.is_software() => format!("{} (software)", gpu.info.name),
        Some(gpu) => gpu.info.name.clone(),
        None => "the processor".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::testing::gpu;

    #[test]
    fn a_software_gpu_is_taken_only_when_asked_for() {
        assert!(EngineChoice::Cpu.device().unwrap().is_none());
        let Some(gpu) = gpu() else { return };
        let auto = EngineChoice::Auto.device().unwrap();
        assert_eq!(auto.is_some(), !gpu.is_software(), "{}", engine_name(Some(gpu)));
        assert_eq!(engine_name(None), "the processor");
        assert!(EngineChoice::Gpu.device().unwrap().is_some());
    }
}
