//! A library rule in WGSL on a borrowed device: the field stays on the GPU, nothing is read back unless asked for.

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::shader::{StepUniform, library_text};
use super::{FieldCounters, FieldStroke};
use crate::gpu::{ComputeKernel, Dispatch, GpuError, KeptBuffers, KernelModule, checked, read, storage, uniform};
use crate::worlds::field::FieldError;
use crate::worlds::field::rule::LibraryRule;
use crate::worlds::field::stills::Still;

/// Maximum number of steps in one submission, so that a slow device is not held for long.
const STEPS_PER_SUBMISSION: u32 = 64;

/// A two-channel field that moves by a library rule on the GPU.
pub struct GpuLibrary {
    device: wgpu::Device,
    queue: wgpu::Queue,
    kernel: ComputeKernel,
    rule: LibraryRule,
    time_step: f64,
    size: [usize; 2],
    uniform: wgpu::Buffer,
    /// u and v of each pixel as two f32; the present state is in the first after an even number of steps.
    fields: [wgpu::Buffer; 2],
    faults: wgpu::Buffer,
    /// From the first buffer to the second, and back.
    advance: [Dispatch; 2],
    steps: u64,
    rng: StdRng,
}

impl GpuLibrary {
    /// Compiles the shader and uploads channels 0 and 1 of `start`.
    ///
    /// # Errors
    /// The device refuses the shader or has not enough memory.
    pub fn new(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        rule: &LibraryRule,
        start: &Still,
    ) -> Result<Self, FieldError> {
        let (device, queue) = (device.clone(), queue.clone());
        let kernel = KernelModule::new(&device, "library", library_text())?.kernel(&device, "advance")?;
        let size = [start.width, start.height];
        let LibraryMemory { uniform, fields, faults, advance } = LibraryMemory::new(&device, &kernel, size)?;
        let rng = StdRng::seed_from_u64(start.area() as u64);
        let mut engine = Self {
            device,
            queue,
            kernel,
            rule: *rule,
            time_step: 1.0,
            size,
            uniform,
            fields,
            faults,
            advance,
            steps: 0,
            rng,
        };
        engine.set_time_step(1.0);
        engine.write(start);
        Ok(engine)
    }

    /// Encodes and submits `steps` steps; does not wait.
    pub fn run(&mut self, steps: u32) {
        let mut left = steps;
        while left > 0 {
            let now = left.min(STEPS_PER_SUBMISSION);
            let mut encoder =
                self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("field steps") });
            {
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
                for _ in 0..now {
                    self.advance[(self.steps % 2) as usize].encode(&mut pass, 0);
                    self.steps += 1;
                }
            }
            self.queue.submit([encoder.finish()]);
            left -= now;
        }
    }

    /// u and v of each pixel as two f32, row by row: another buffer after each odd number of steps.
    pub fn buffer(&self) -> &wgpu::Buffer {
        &self.fields[(self.steps % 2) as usize]
    }

    /// Time per step; longer ones than the rule is stable at are shortened.
    pub fn set_time_step(&mut self, time_step: f64) {
        self.time_step = time_step.clamp(0.0, self.rule.max_time_step());
        let uniform = StepUniform::new(&self.rule, self.time_step, self.size);
        self.queue.write_buffer(&self.uniform, 0, bytemuck::bytes_of(&uniform));
    }

    /// Goes on under another rule and time step from the present state.
    pub fn set_motion(&mut self, rule: &LibraryRule, time_step: f64) {
        self.rule = *rule;
        self.set_time_step(time_step);
    }

    /// Reads the present state; waits for the GPU.
    ///
    /// # Errors
    /// The GPU was lost.
    pub fn image(&self) -> Result<Still, FieldError> {
        let pixels: Vec<[f32; 2]> = read(&self.device, &self.queue, self.buffer())?;
        let channel = |c: usize| pixels.iter().map(move |pixel| pixel[c]);
        let [width, height] = self.size;
        Ok(Still { width, height, channels: 2, data: channel(0).chain(channel(1)).collect() })
    }

    /// Replaces the state; the size may change.
    ///
    /// # Errors
    /// Not enough memory for the new size.
    pub fn set_image(&mut self, image: &Still) -> Result<(), FieldError> {
        let size = [image.width, image.height];
        if size != self.size {
            LibraryMemory { uniform: self.uniform, fields: self.fields, faults: self.faults, advance: self.advance } =
                LibraryMemory::new(&self.device, &self.kernel, size)?;
            self.size = size;
            self.set_time_step(self.time_step);
        }
        self.write(image);
        Ok(())
    }

    /// Copies the state within the GPU, into the memory of `spare` where it fits. Waits for nothing.
    ///
    /// # Errors
    /// Not enough memory.
    pub(crate) fn keep(&self, spare: Option<KeptBuffers>) -> Result<KeptBuffers, FieldError> {
        Ok(KeptBuffers::of((&self.device, &self.queue), &[self.buffer()], spare)?)
    }

    /// Back to a kept state; false of another size.
    pub(crate) fn put_back(&mut self, kept: &KeptBuffers) -> bool {
        kept.put_back((&self.device, &self.queue), &[self.buffer()])
    }

    /// Changes the field by hand; waits for the GPU: for gestures, not for every frame.
    ///
    /// # Errors
    /// The GPU was lost.
    pub fn apply(&mut self, stroke: &FieldStroke) -> Result<(), FieldError> {
        let mut image = self.image()?;
        stroke.apply(&mut image, &self.rule, &mut self.rng);
        self.write(&image);
        Ok(())
    }

    /// # Errors
    /// The GPU was lost.
    pub fn counters(&self) -> Result<FieldCounters, FieldError> {
        let faults: Vec<u32> = read(&self.device, &self.queue, &self.faults)?;
        Ok(FieldCounters { steps: self.steps, non_finite: u64::from(faults[0]), bytes_per_pixel: 16 })
    }

    /// The rule it runs.
    pub fn rule(&self) -> &LibraryRule {
        &self.rule
    }

    /// Time per step, after the limit of stability.
    pub fn time_step(&self) -> f64 {
        self.time_step
    }

    /// Width and height, pixels.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    fn write(&self, image: &Still) {
        let pixels: Vec<[f32; 2]> = image.plane(0).iter().zip(image.plane(1)).map(|(u, v)| [*u, *v]).collect();
        self.queue.write_buffer(self.buffer(), 0, bytemuck::cast_slice(&pixels));
    }
}

/// Buffers of one size and the dispatches over them.
struct LibraryMemory {
    uniform: wgpu::Buffer,
    fields: [wgpu::Buffer; 2],
    faults: wgpu::Buffer,
    advance: [Dispatch; 2],
}

impl LibraryMemory {
    fn new(device: &wgpu::Device, kernel: &ComputeKernel, size: [usize; 2]) -> Result<Self, GpuError> {
        let bytes = 8 * (size[0] * size[1]) as u64;
        let (uniform, fields, faults) = checked(device, || {
            let fields = ["even field", "odd field"].map(|label| storage(device, label, bytes));
            (uniform(device, "step", size_of::<StepUniform>() as u64), fields, storage(device, "faults", 4))
        })?;
        let from_to = |now, next| {
            let buffers = [("step", &uniform), ("now", now), ("next", next), ("faults", &faults)];
            kernel.dispatch_2d(device, size, &buffers)
        };
        let advance = [from_to(&fields[0], &fields[1])?, from_to(&fields[1], &fields[0])?];
        Ok(Self { uniform, fields, faults, advance })
    }
}
