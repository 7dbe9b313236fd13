//! The live engine in WGSL on a borrowed device: one invocation takes one walker through the steps of a dispatch.

use wgpu::util::DeviceExt as _;

use super::shared::{PointParams, RuleTables, shader_text};
use super::{BakedField, DriftKernel, PointBrush, PointCheckpoint, PointCounters, PointEngineError, PointForce};
use crate::worlds::points::rule::{PointLive, PointRule};

/// Steps of one dispatch, so that a slow device is not held for long: by the grid, by the networks.
const STEPS_BAKED: u32 = 16;
const STEPS_NETWORK: u32 = 2;
/// Dispatches of one submission.
const DISPATCHES: u32 = 8;
/// Walkers per workgroup; `walk.wgsl` has the same.
const WORKGROUP: u32 = 64;

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
    step: u32,
    seed: u64,
}

/// The compiled way from a place to its field.
struct GpuField {
    pipeline: wgpu::ComputePipeline,
    /// Those of the field, from binding 2 on.
    buffers: Vec<wgpu::Buffer>,
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
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        rule: &PointRule,
        live: &PointLive,
        walkers: &[[f32; 4]],
        seed: u64,
    ) -> Result<Self, PointEngineError> {
        live.validate(rule)?;
        super::check_walkers(walkers.len())?;
        let field = GpuField::network(device, rule, live.sigma)?;
        let buffer = checked(device, || walker_buffer(device, walkers))?;
        Ok(Self {
            device: device.clone(),
            queue: queue.clone(),
            rule: rule.clone(),
            live: *live,
            walkers: buffer,
            count: walkers.len(),
            force: None,
            field,
            step: 0,
            seed,
        })
    }

    /// `steps` Heun steps with shared noise. Encodes and submits; waits for nothing.
    pub fn run(&mut self, steps: u32) {
        let per_dispatch = match self.field.source {
            FieldSource::Network(_) => STEPS_NETWORK,
            FieldSource::Baked(_) => STEPS_BAKED,
        };
        let mut left = steps;
        while left > 0 {
            let mut encoder =
                self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("walk") });
            for _ in 0..DISPATCHES {
                let now = left.min(per_dispatch);
                if now == 0 {
                    break;
                }
                self.encode(&mut encoder, now);
                self.step = self.step.wrapping_add(now);
                left -= now;
            }
            self.queue.submit([encoder.finish()]);
        }
    }

    fn encode(&self, encoder: &mut wgpu::CommandEncoder, steps: u32) {
        let params = PointParams::new(&self.rule, &self.live, self.count, self.seed).with_force(self.force.as_ref());
        let params = match &self.field.source {
            FieldSource::Network(tables) => params.with_tables(tables),
            FieldSource::Baked(grid) => params.with_grid(grid),
        };
        let params = PointParams { steps, first_step: self.step, ..params };
        // A buffer of its own for each dispatch: they differ within one submission.
        let params = storage(&self.device, "params", bytemuck::bytes_of(&params));
        let buffers = [&params, &self.walkers].into_iter().chain(&self.field.buffers);
        let entries: Vec<_> = buffers
            .enumerate()
            .map(|(k, buffer)| wgpu::BindGroupEntry { binding: k as u32, resource: buffer.as_entire_binding() })
            .collect();
        let group = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("walk"),
            layout: &self.field.pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        let groups = (self.count as u32).div_ceil(WORKGROUP);
        // A dispatch has at most 65,535 workgroups along an axis.
        let rows = groups.div_ceil(65_535);
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&self.field.pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(groups.div_ceil(rows), rows, 1);
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
        let lost =
            |what: &dyn std::fmt::Display| PointEngineError::Gpu(format!("its memory could not be read: {what}"));
        let staging = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("readback"),
            size: self.walkers.size(),
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder =
            self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("readback") });
        encoder.copy_buffer_to_buffer(&self.walkers, 0, &staging, 0, self.walkers.size());
        self.queue.submit([encoder.finish()]);
        let (sender, receiver) = std::sync::mpsc::channel();
        staging.map_async(wgpu::MapMode::Read, .., move |result| {
            // The receiver is gone only when the call below has failed already.
            let _ = sender.send(result);
        });
        self.device.poll(wgpu::PollType::wait_indefinitely()).map_err(|e| lost(&e))?;
        receiver.recv().map_err(|e| lost(&e))?.map_err(|e| lost(&e))?;
        let view = staging.get_mapped_range(..);
        Ok(view.chunks_exact(size_of::<[f32; 4]>()).map(bytemuck::pod_read_unaligned).collect())
    }

    /// Moves by a grid over the box of `cloud` (standardised), or by the networks again. Returns the relative root mean
    /// square error of the grid's flow at the places of the cloud.
    ///
    /// # Errors
    /// What the device refuses; then nothing has changed.
    pub fn set_baked(&mut self, cloud: Option<&[[f32; 4]]>) -> Result<Option<f64>, PointEngineError> {
        let Some(places) = cloud else {
            self.field = GpuField::network(&self.device, &self.rule, self.live.sigma)?;
            return Ok(None);
        };
        let kernel = DriftKernel::new(&self.rule, self.live.sigma);
        let grid = BakedField::new(&kernel, self.rule.dim, places);
        let error = grid.flow_error(&kernel, &places[..places.len().min(4096)]);
        self.field = GpuField::baked(&self.device, grid)?;
        Ok(Some(error))
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
            self.field = GpuField::network(&self.device, &self.rule, live.sigma)?;
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
        self.field = GpuField::network(&self.device, rule, self.live.sigma)?;
        self.rule = rule.clone();
        Ok(())
    }

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
        self.walkers = checked(&self.device, || walker_buffer(&self.device, walkers))?;
        self.count = walkers.len();
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

    pub fn counters(&self) -> PointCounters {
        PointCounters { steps: self.step, non_finite: 0, bytes_per_walker: size_of::<[f32; 4]>() }
    }

    pub fn len(&self) -> usize {
        self.count
    }

    /// Never: an engine has at least one walker.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub fn rule(&self) -> &PointRule {
        &self.rule
    }

    pub fn live(&self) -> &PointLive {
        &self.live
    }
}

impl GpuField {
    fn network(device: &wgpu::Device, rule: &PointRule, sigma: f64) -> Result<Self, PointEngineError> {
        let Some(tables) = RuleTables::new(rule, sigma) else {
            return Err(PointEngineError::Gpu("a Fourier dictionary has no shader".to_owned()));
        };
        let text = shader_text(Some(&tables));
        checked(device, || {
            let buffers = vec![
                storage(device, "shapes", bytemuck::cast_slice(&tables.shapes)),
                storage(device, "weights", bytemuck::cast_slice(&tables.weights)),
                storage(device, "tables", bytemuck::cast_slice(&tables.tables)),
            ];
            Self { pipeline: pipeline(device, text), buffers, source: FieldSource::Network(tables) }
        })
    }

    fn baked(device: &wgpu::Device, grid: BakedField) -> Result<Self, PointEngineError> {
        checked(device, || {
            let buffers = vec![storage(device, "grid", bytemuck::cast_slice(&grid.values))];
            Self { pipeline: pipeline(device, shader_text(None)), buffers, source: FieldSource::Baked(grid) }
        })
    }
}

fn pipeline(device: &wgpu::Device, text: String) -> wgpu::ComputePipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some("walk"),
        source: wgpu::ShaderSource::Wgsl(text.into()),
    });
    device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some("walk"),
        layout: None,
        module: &module,
        entry_point: Some("walk"),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    })
}

fn storage(device: &wgpu::Device, label: &str, contents: &[u8]) -> wgpu::Buffer {
    let usage = wgpu::BufferUsages::STORAGE;
    device.create_buffer_init(&wgpu::util::BufferInitDescriptor { label: Some(label), contents, usage })
}

fn walker_buffer(device: &wgpu::Device, walkers: &[[f32; 4]]) -> wgpu::Buffer {
    device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
        label: Some("walkers"),
        contents: bytemuck::cast_slice(walkers),
        usage: wgpu::BufferUsages::STORAGE
            | wgpu::BufferUsages::VERTEX
            | wgpu::BufferUsages::COPY_SRC
            | wgpu::BufferUsages::COPY_DST,
    })
}

/// What `make` creates on the device, or what the device says against it.
fn checked<T>(device: &wgpu::Device, make: impl FnOnce() -> T) -> Result<T, PointEngineError> {
    let memory = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
    let validation = device.push_error_scope(wgpu::ErrorFilter::Validation);
    let made = make();
    let errors = [pollster::block_on(validation.pop()), pollster::block_on(memory.pop())];
    match errors.into_iter().flatten().next() {
        Some(error) => Err(PointEngineError::Gpu(error.to_string())),
        None => Ok(made),
    }
}
