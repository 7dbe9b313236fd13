//! The live engine in WGSL on a borrowed device: one invocation takes one walker through the steps of a dispatch.

use super::shared::{PointParams, RuleTables, shader_text};
use super::{BakedField, DriftKernel, PointBrush, PointCheckpoint, PointCounters, PointEngineError, PointForce};
use crate::gpu::{
    BorrowedGpu, ComputeKernel, Dispatch, GpuError, KeptBuffers, KernelModule, checked, read, storage, storage_with,
};
use crate::worlds::points::rule::{PointLive, PointRule};

/// Steps of one dispatch, so that a slow device is not held for long: by the grid, by the networks.
const STEPS_BAKED: u32 = 16;
const STEPS_NETWORK: u32 = 2;
/// Dispatches of one submission, each with parameters of its own.
const DISPATCHES: u32 = 8;

/// A state of walkers that stays on the GPU.
#[derive(Debug, Clone)]
pub struct GpuPointState {
    walkers: KeptBuffers,
    count: usize,
    step: u32,
    seed: u64,
}

impl GpuPointState {
    /// Memory, bytes.
    pub fn bytes(&self) -> usize {
        self.walkers.bytes()
    }
}

/// Walkers on the GPU.
pub struct GpuPointEngine {
    device: wgpu::Device,
    queue: wgpu::Queue,
    rule: PointRule,
    live: PointLive,
    walkers: wgpu::Buffer,
    count: usize,
    force: Option<PointForce>,
    field: GpuField,
    /// Parameters of each dispatch of a submission, `params_stride` bytes apart.
    params: wgpu::Buffer,
    params_stride: u32,
    walk: Dispatch,
    step: u32,
    seed: u64,
}

/// The compiled way from a position to its field.
struct GpuField {
    kernel: ComputeKernel,
    /// Those of the field, by their names in the shader.
    buffers: Vec<(&'static str, wgpu::Buffer)>,
    source: FieldSource,
}

enum FieldSource {
    Network(RuleTables),
    Baked(BakedField),
}

impl GpuPointEngine {
    /// Walkers (x, y, z, speed; standardised) under `rule`, by the networks themselves until [`Self::set_baked`].
    ///
    /// # Errors
    /// As for the processor, and what the device refuses.
    pub fn new(
        (device, queue): BorrowedGpu<'_>,
        rule: &PointRule,
        live: &PointLive,
        walkers: &[[f32; 4]],
        seed: u64,
    ) -> Result<Self, PointEngineError> {
        live.validate(rule)?;
        super::check_walkers(walkers.len())?;
        let field = GpuField::network(device, rule, live.sigma)?;
        let alignment = device.limits().min_storage_buffer_offset_alignment as usize;
        let params_stride = size_of::<PointParams>().next_multiple_of(alignment) as u32;
        let (params, walkers_buffer) = checked(device, || {
            let params = storage(device, "params", u64::from(DISPATCHES * params_stride));
            (params, storage_with(device, "walkers", walkers))
        })?;
        let walk = field.dispatch(device, &params, &walkers_buffer, walkers.len())?;
        Ok(Self {
            device: device.clone(),
            queue: queue.clone(),
            rule: rule.clone(),
            live: *live,
            walkers: walkers_buffer,
            count: walkers.len(),
            force: None,
            field,
            params,
            params_stride,
            walk,
            step: 0,
            seed,
        })
    }

    /// `steps` Heun steps with shared noise. Encodes and submits; does not wait.
    pub fn run(&mut self, steps: u32) {
        let per_dispatch = match self.field.source {
            FieldSource::Network(_) => STEPS_NETWORK,
            FieldSource::Baked(_) => STEPS_BAKED,
        };
        let params = PointParams::new(&self.rule, &self.live, self.count, self.seed).with_force(self.force.as_ref());
        let params = match &self.field.source {
            FieldSource::Network(tables) => params.with_tables(tables),
            FieldSource::Baked(grid) => params.with_grid(grid),
        };
        let mut left = steps;
        while left > 0 {
            let mut encoder =
                self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("walk") });
            {
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
                for k in 0..DISPATCHES.min(left.div_ceil(per_dispatch)) {
                    let now = left.min(per_dispatch);
                    let params = PointParams { steps: now, first_step: self.step, ..params };
                    let offset = k * self.params_stride;
                    self.queue.write_buffer(&self.params, u64::from(offset), bytemuck::bytes_of(&params));
                    self.walk.encode(&mut pass, offset);
                    self.step = self.step.wrapping_add(now);
                    left -= now;
                }
            }
            self.queue.submit([encoder.finish()]);
        }
    }

    /// x, y, z, speed of every walker as four f32, standardised; another buffer after brushes that add or remove.
    pub fn buffer(&self) -> &wgpu::Buffer {
        &self.walkers
    }

    /// The walkers, once the queue has done all it was given.
    ///
    /// # Errors
    /// The device was lost.
    pub fn positions(&self) -> Result<Vec<[f32; 4]>, PointEngineError> {
        Ok(read(&self.device, &self.queue, &self.walkers)?)
    }

    /// Moves by a grid over the box of `cloud` (standardised), or by the networks again. Returns the relative root mean
    /// square error of the grid's flow at the positions of the cloud.
    ///
    /// # Errors
    /// What the device refuses; then nothing has changed.
    pub fn set_baked(&mut self, cloud: Option<&[[f32; 4]]>) -> Result<Option<f64>, PointEngineError> {
        let Some(positions) = cloud else {
            self.set_grid(None)?;
            return Ok(None);
        };
        let kernel = DriftKernel::new(&self.rule, self.live.sigma);
        let grid = BakedField::new(&kernel, self.rule.dim, positions);
        let error = grid.flow_error(&kernel, &positions[..positions.len().min(4096)]);
        self.set_grid(Some(grid))?;
        Ok(Some(error))
    }

    /// Moves by a grid that was baked elsewhere, or by the networks again.
    ///
    /// # Errors
    /// What the device refuses; then nothing has changed.
    pub fn set_grid(&mut self, grid: Option<BakedField>) -> Result<(), PointEngineError> {
        let field = match grid {
            Some(grid) => GpuField::baked(&self.device, grid)?,
            None => GpuField::network(&self.device, &self.rule, self.live.sigma)?,
        };
        self.set_field(field)
    }

    /// The grid that moves the walkers, where there is one.
    pub fn grid(&self) -> Option<&BakedField> {
        match &self.field.source {
            FieldSource::Network(_) => None,
            FieldSource::Baked(grid) => Some(grid),
        }
    }

    /// Goes on under other knobs. Returns true when a grid must be baked again, which [`Self::set_baked`] does.
    ///
    /// # Errors
    /// Knobs out of range, or what the device refuses; then nothing has changed.
    pub fn set_live(&mut self, live: &PointLive) -> Result<bool, PointEngineError> {
        live.validate(&self.rule)?;
        let other_sigma = live.sigma != self.live.sigma;
        let is_baked = matches!(self.field.source, FieldSource::Baked(_));
        if other_sigma && !is_baked {
            self.set_field(GpuField::network(&self.device, &self.rule, live.sigma)?)?;
        }
        self.live = *live;
        Ok(other_sigma && is_baked)
    }

    /// Goes on under another rule, by its networks.
    ///
    /// # Errors
    /// A rule that does not fit, or what the device refuses; then nothing has changed.
    pub fn set_rule(&mut self, rule: &PointRule) -> Result<(), PointEngineError> {
        self.live.validate(rule)?;
        self.set_field(GpuField::network(&self.device, rule, self.live.sigma)?)?;
        self.rule = rule.clone();
        Ok(())
    }

    /// The force that acts from now on.
    pub fn set_force(&mut self, force: Option<PointForce>) {
        self.force = force;
    }

    /// Adds, removes or scatters walkers under a brush; reads them back to do so.
    ///
    /// # Errors
    /// As for the processor, or a lost device.
    pub fn apply(&mut self, brush: PointBrush, under: &PointForce) -> Result<(), PointEngineError> {
        let mut walkers = self.positions()?;
        super::apply_brush(&mut walkers, self.rule.dim, brush, under, self.seed ^ u64::from(self.step))?;
        self.upload(&walkers)
    }

    fn upload(&mut self, walkers: &[[f32; 4]]) -> Result<(), PointEngineError> {
        let buffer = checked(&self.device, || storage_with(&self.device, "walkers", walkers))?;
        self.walk = self.field.dispatch(&self.device, &self.params, &buffer, walkers.len())?;
        (self.walkers, self.count) = (buffer, walkers.len());
        Ok(())
    }

    fn set_field(&mut self, field: GpuField) -> Result<(), PointEngineError> {
        self.walk = field.dispatch(&self.device, &self.params, &self.walkers, self.count)?;
        self.field = field;
        Ok(())
    }

    /// The state, to go back to.
    ///
    /// # Errors
    /// The device was lost.
    pub fn checkpoint(&self) -> Result<PointCheckpoint, PointEngineError> {
        Ok(PointCheckpoint { walkers: self.positions()?, step: self.step, seed: self.seed })
    }

    /// Back to a saved state; the same steps follow.
    ///
    /// # Errors
    /// What the device refuses.
    pub fn restore(&mut self, from: &PointCheckpoint) -> Result<(), PointEngineError> {
        self.upload(&from.walkers)?;
        (self.step, self.seed) = (from.step, from.seed);
        Ok(())
    }

    /// Copies the state within the GPU, into the memory of `spare` where it fits. Waits for nothing.
    ///
    /// # Errors
    /// Not enough memory.
    pub fn keep(&self, spare: Option<GpuPointState>) -> Result<GpuPointState, PointEngineError> {
        let gpu = (&self.device, &self.queue);
        let walkers = KeptBuffers::of(gpu, &[&self.walkers], spare.map(|spare| spare.walkers))?;
        Ok(GpuPointState { walkers, count: self.count, step: self.step, seed: self.seed })
    }

    /// Back to a state that was kept on this device; the same steps follow.
    ///
    /// # Errors
    /// Not enough memory for the walkers that there were.
    pub fn put_back(&mut self, kept: &GpuPointState) -> Result<(), PointEngineError> {
        if kept.count != self.count {
            let buffer = checked(&self.device, || storage(&self.device, "walkers", kept.bytes() as u64))?;
            self.walk = self.field.dispatch(&self.device, &self.params, &buffer, kept.count)?;
            (self.walkers, self.count) = (buffer, kept.count);
        }
        kept.walkers.put_back((&self.device, &self.queue), &[&self.walkers]);
        (self.step, self.seed) = (kept.step, kept.seed);
        Ok(())
    }

    /// What the engine has counted.
    pub fn counters(&self) -> PointCounters {
        PointCounters { steps: self.step, non_finite: 0, bytes_per_walker: size_of::<[f32; 4]>() }
    }

    /// Number of walkers.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Never: an engine has at least one walker.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The rule it runs.
    pub fn rule(&self) -> &PointRule {
        &self.rule
    }

    /// The knobs it runs under.
    pub fn live(&self) -> &PointLive {
        &self.live
    }
}

impl GpuField {
    fn network(device: &wgpu::Device, rule: &PointRule, sigma: f64) -> Result<Self, PointEngineError> {
        let tables = RuleTables::new(rule, sigma);
        let kernel = kernel(device, shader_text(Some(&tables)))?;
        let buffers = checked(device, || {
            vec![
                ("shapes", storage_with(device, "shapes", &tables.shapes)),
                ("weights", storage_with(device, "weights", &tables.weights)),
                ("tables", storage_with(device, "tables", &tables.tables)),
            ]
        })?;
        Ok(Self { kernel, buffers, source: FieldSource::Network(tables) })
    }

    fn baked(device: &wgpu::Device, grid: BakedField) -> Result<Self, PointEngineError> {
        let kernel = kernel(device, shader_text(None))?;
        let buffers = checked(device, || vec![("grid", storage_with(device, "grid", &grid.values[..]))])?;
        Ok(Self { kernel, buffers, source: FieldSource::Baked(grid) })
    }

    fn dispatch(
        &self,
        device: &wgpu::Device,
        params: &wgpu::Buffer,
        walkers: &wgpu::Buffer,
        count: usize,
    ) -> Result<Dispatch, GpuError> {
        let mut buffers = vec![("params", params), ("walkers", walkers)];
        buffers.extend(self.buffers.iter().map(|(name, buffer)| (*name, buffer)));
        self.kernel.dispatch(device, count, &buffers)
    }
}

fn kernel(device: &wgpu::Device, text: String) -> Result<ComputeKernel, GpuError> {
    KernelModule::new(device, "walk", text)?.moving_kernel(device, "walk", "params")
}
