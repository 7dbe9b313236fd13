//! The live engine in WGSL on a borrowed device: everything stays on the GPU, nothing is read back unless asked for.

mod keeping;
mod readings;

use glam::DVec2;

pub use keeping::GpuCopy;

use super::buffers::{GridBuffers, ParticleBuffers, pack};
use super::grid::Grid;
use super::kernels::{Kernels, NetKernels};
use super::plan::{Parts, Plan};
use super::shared::{Clock, Params, window_l};
use super::weights::NetSizes;
use super::{Counters, EngineError, Force, check_swarm};
use crate::gpu::{checked, read, storage, uniform};
use crate::worlds::swarm::picture::Swarm;
use crate::worlds::swarm::rule::{LiveSettings, LocalNet, Rule, time_step};

/// Maximum number of steps in one submission, so that a slow device is not held for long.
const STEPS_PER_SUBMISSION: u32 = 16;

/// A swarm that moves by a rule on the GPU, in units of ℓ.
pub struct GpuEngine {
    device: wgpu::Device,
    queue: wgpu::Queue,
    rule: Rule,
    settings: LiveSettings,
    force: Option<Force>,
    seed: u64,
    step: u32,
    dt: f64,
    grid: Grid,
    kernels: Kernels,
    energy: NetKernels,
    flow: Option<NetKernels>,
    particles: ParticleBuffers,
    grid_buffers: GridBuffers,
    params: wgpu::Buffer,
    clock: wgpu::Buffer,
    clock_stride: u32,
    faults: wgpu::Buffer,
    plan: Plan,
    /// Whether score and flow on the GPU belong to the present state, rule and settings.
    fresh: bool,
    /// Pair tests counted in buffers that have been replaced.
    earlier_pair_tests: u64,
}

impl GpuEngine {
    /// Compiles the kernels and uploads `swarm` (lengths in ℓ).
    ///
    /// # Errors
    /// A rule, swarm or settings that do not fit together; no particles; more than the device has memory for.
    pub fn new(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        rule: &Rule,
        swarm: &Swarm,
        settings: &LiveSettings,
        seed: u64,
    ) -> Result<Self, EngineError> {
        rule.validate()?;
        settings.validate(rule)?;
        check_gpu_swarm(rule, swarm)?;
        let (device, queue) = (device.clone(), queue.clone());
        let kernels = Kernels::new(&device)?;
        let energy = NetKernels::new(&device, sizes(&device, &rule.energy))?;
        let flow = flow_kernels(&device, rule)?;
        let grid = grid_for(rule, settings, swarm.box_size, swarm.len());
        let particles = ParticleBuffers::new(&device, swarm.len(), message_quads(&energy, flow.as_ref()))?;
        let grid_buffers = GridBuffers::new(&device, &grid)?;

        let clock_stride = device.limits().min_uniform_buffer_offset_alignment.max(size_of::<Clock>() as u32);
        let (params, clock, faults) = checked(&device, || {
            (
                storage(&device, "params", size_of::<Params>() as u64),
                uniform(&device, "clock", u64::from(clock_stride * STEPS_PER_SUBMISSION)),
                storage(&device, "faults", 4),
            )
        })?;
        for step in 0..STEPS_PER_SUBMISSION {
            let tick = Clock { step, padding_a: 0, padding_b: 0, padding_c: 0 };
            queue.write_buffer(&clock, u64::from(step * clock_stride), bytemuck::bytes_of(&tick));
        }
        let parts = Parts {
            kernels: &kernels,
            energy: &energy,
            flow: flow.as_ref(),
            flow_kind: settings.flow,
            particles: &particles,
            grid: &grid_buffers,
            params: &params,
            clock: &clock,
            faults: &faults,
        };
        let plan = Plan::new(&device, &parts)?;
        let mut engine = Self {
            dt: time_step(rule, settings),
            rule: rule.clone(),
            settings: *settings,
            force: None,
            seed,
            step: 0,
            device,
            queue,
            grid,
            kernels,
            energy,
            flow,
            particles,
            grid_buffers,
            params,
            clock,
            clock_stride,
            faults,
            plan,
            fresh: false,
            earlier_pair_tests: 0,
        };
        engine.write_weights();
        engine.write_state(swarm);
        engine.run(0);
        Ok(engine)
    }

    /// `steps` Heun steps with shared noise; afterwards [`Self::shown_buffer`] holds the new picture. Encodes and
    /// submits; does not wait.
    pub fn run(&mut self, steps: u32) {
        let mut left = steps;
        loop {
            let now = left.min(STEPS_PER_SUBMISSION);
            left -= now;
            self.submit(now, left == 0);
            if left == 0 {
                break;
            }
        }
    }

    /// One submission of `steps` steps, with the picture at the end when it is the last.
    fn submit(&mut self, steps: u32, last: bool) {
        self.write_params();
        let mut encoder =
            self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("live steps") });
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            let plan = &self.plan;
            let mut fresh = self.fresh;
            for step in 0..steps {
                let tick = step * self.clock_stride;
                if !fresh {
                    plan.evaluate_state.iter().for_each(|call| call.encode(&mut pass, tick));
                }
                plan.predict.encode(&mut pass, tick);
                plan.evaluate_predicted.iter().for_each(|call| call.encode(&mut pass, tick));
                plan.correct.encode(&mut pass, tick);
                fresh = false;
            }
            if last {
                // The denoised picture needs the score where the step ended, which is also where the next one starts.
                // Without denoising the picture needs only the order of the slots, and any score will do.
                let ordered = steps > 0 || self.fresh;
                if !fresh && (self.settings.denoised || !ordered) {
                    plan.evaluate_state.iter().for_each(|call| call.encode(&mut pass, 0));
                    fresh = true;
                }
                plan.show.encode(&mut pass, 0);
            }
            self.fresh = fresh;
        }
        self.queue.submit([encoder.finish()]);
        self.step = self.step.wrapping_add(steps);
    }

    /// Goes on under other settings from where the swarm is.
    ///
    /// # Errors
    /// Settings out of range, or a learned flow that the rule does not have; then nothing has changed.
    pub fn set_settings(&mut self, settings: &LiveSettings) -> Result<(), EngineError> {
        settings.validate(&self.rule)?;
        let other_flow = settings.flow != self.settings.flow;
        let other_noise = settings.sigma_l != self.settings.sigma_l;
        let regridded = self.regrid(&self.rule.clone(), settings, self.grid.box_size)?;
        self.settings = *settings;
        self.dt = time_step(&self.rule, settings);
        if other_flow || regridded {
            self.replan()?;
        }
        if other_noise {
            self.write_weights();
        }
        self.fresh = false;
        Ok(())
    }

    /// Goes on with another rule from where the swarm is. Weights of the same shape are only uploaded; another shape
    /// compiles its kernels.
    ///
    /// # Errors
    /// A rule that is not whole, does not know the species of the swarm or lacks the flow in use; then nothing has
    /// changed.
    pub fn set_rule(&mut self, rule: &Rule) -> Result<(), EngineError> {
        rule.validate()?;
        self.settings.validate(rule)?;
        if rule.energy.shape.species < self.rule.energy.shape.species {
            check_gpu_swarm(rule, &self.swarm()?)?;
        }
        let shape_of = |rule: &Rule| (rule.energy.shape, rule.flow.as_ref().map(|flow| flow.shape));
        let other_shape = shape_of(rule) != shape_of(&self.rule);
        let regridded = self.regrid(rule, &self.settings.clone(), self.grid.box_size)?;
        if other_shape {
            let energy = NetKernels::new(&self.device, sizes(&self.device, &rule.energy))?;
            let flow = flow_kernels(&self.device, rule)?;
            let quads = message_quads(&energy, flow.as_ref());
            if quads != self.particles.message_quads {
                let swarm = self.swarm()?;
                self.earlier_pair_tests = self.pair_tests()?;
                self.particles = ParticleBuffers::new(&self.device, swarm.len(), quads)?;
                self.write_state(&swarm);
            }
            (self.energy, self.flow) = (energy, flow);
        }
        self.rule = rule.clone();
        self.dt = time_step(rule, &self.settings);
        if other_shape || regridded {
            self.replan()?;
        }
        self.write_weights();
        self.fresh = false;
        Ok(())
    }

    /// Replaces the swarm; the box and the number of particles may change (then [`Self::shown_buffer`] is another).
    ///
    /// # Errors
    /// No particles, a species the rule does not know, numbers that are not finite, or too many for the device.
    pub fn upload(&mut self, swarm: &Swarm) -> Result<(), EngineError> {
        check_gpu_swarm(&self.rule, swarm)?;
        self.fit(swarm.len(), swarm.box_size)?;
        self.write_state(swarm);
        self.fresh = false;
        self.run(0);
        Ok(())
    }

    /// The force that acts from now on.
    pub fn set_force(&mut self, force: Option<Force>) {
        self.force = force;
    }

    /// x, y, heading, species of every particle as four f32 each, in the particles' own order, lengths in ℓ; denoised
    /// where the settings ask for it. Another buffer after [`Self::upload`] or [`Self::set_rule`] changed the sizes.
    pub fn shown_buffer(&self) -> &wgpu::Buffer {
        &self.particles.shown
    }

    /// Energy and speed (ℓ per time) of every particle as two f32 each, smoothed over the last pictures; lives and changes
    /// with [`Self::shown_buffer`].
    pub fn measure_buffer(&self) -> &wgpu::Buffer {
        &self.particles.measure
    }

    /// # Errors
    /// The device was lost.
    pub fn counters(&self) -> Result<Counters, EngineError> {
        let faults: Vec<u32> = read(&self.device, &self.queue, &self.faults)?;
        Ok(Counters {
            steps: self.step,
            pair_tests: self.pair_tests()?,
            non_finite: u64::from(faults[0]),
            bytes_per_particle: self.bytes().div_ceil(self.len() as u64),
        })
    }

    fn pair_tests(&self) -> Result<u64, EngineError> {
        let tally: Vec<[u32; 2]> = read(&self.device, &self.queue, &self.particles.tally)?;
        let counted = tally.iter().map(|[low, high]| u64::from(*low) | u64::from(*high) << 32).sum::<u64>();
        Ok(self.earlier_pair_tests + counted)
    }

    /// GPU memory that grows with the swarm, bytes.
    pub fn bytes(&self) -> u64 {
        self.particles.bytes() + self.grid_buffers.bytes()
    }

    /// Time per step: c σ², less where the flow is fast.
    pub fn time_step(&self) -> f64 {
        self.dt
    }

    /// Steps since the start.
    pub fn steps_done(&self) -> u32 {
        self.step
    }

    /// Number of particles.
    pub fn len(&self) -> usize {
        self.particles.particles
    }

    /// Never: a GPU engine has at least one particle.
    pub fn is_empty(&self) -> bool {
        self.particles.particles == 0
    }

    /// Width and height of the torus, ℓ.
    pub fn box_size(&self) -> DVec2 {
        self.grid.box_size
    }

    /// The rule it runs.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The settings it runs under.
    pub fn settings(&self) -> &LiveSettings {
        &self.settings
    }

    /// Makes the grid fit; true when its buffers are new.
    fn regrid(&mut self, rule: &Rule, settings: &LiveSettings, box_size: DVec2) -> Result<bool, EngineError> {
        let grid = grid_for(rule, settings, box_size, self.len());
        let resized = grid.cells != self.grid.cells;
        if resized {
            self.grid_buffers = GridBuffers::new(&self.device, &grid)?;
        }
        self.grid = grid;
        Ok(resized)
    }

    fn replan(&mut self) -> Result<(), EngineError> {
        let parts = Parts {
            kernels: &self.kernels,
            energy: &self.energy,
            flow: self.flow.as_ref(),
            flow_kind: self.settings.flow,
            particles: &self.particles,
            grid: &self.grid_buffers,
            params: &self.params,
            clock: &self.clock,
            faults: &self.faults,
        };
        self.plan = Plan::new(&self.device, &parts)?;
        Ok(())
    }

    fn write_params(&self) {
        let mut params =
            Params::new(&self.rule, &self.settings, &self.grid, self.len(), self.seed, self.force, self.dt);
        params.first_step = self.step;
        self.queue.write_buffer(&self.params, 0, bytemuck::bytes_of(&params));
    }

    fn write_weights(&self) {
        let tau = self.rule.noise_feature(self.settings.sigma_l);
        self.energy.write(&self.queue, &self.rule.energy, tau);
        if let (Some(kernels), Some(net)) = (&self.flow, &self.rule.flow) {
            kernels.write(&self.queue, net, tau);
        }
    }

    fn write_state(&self, swarm: &Swarm) {
        self.queue.write_buffer(&self.particles.state, 0, bytemuck::cast_slice(&pack(swarm)));
    }
}

fn check_gpu_swarm(rule: &Rule, swarm: &Swarm) -> Result<(), EngineError> {
    if swarm.is_empty() {
        return Err(EngineError::Empty);
    }
    check_swarm(rule, swarm)
}

fn sizes(device: &wgpu::Device, net: &LocalNet) -> NetSizes {
    NetSizes::new(&net.shape, device.limits().max_uniform_buffer_binding_size)
}

fn flow_kernels(device: &wgpu::Device, rule: &Rule) -> Result<Option<NetKernels>, EngineError> {
    rule.flow.as_ref().map(|net| NetKernels::new(device, sizes(device, net))).transpose()
}

fn message_quads(energy: &NetKernels, flow: Option<&NetKernels>) -> usize {
    energy.sizes.message_quads().max(flow.map_or(0, |flow| flow.sizes.message_quads()))
}

fn grid_for(rule: &Rule, settings: &LiveSettings, box_size: DVec2, particles: usize) -> Grid {
    Grid::new(box_size, rule.cutoff_l.max(window_l(settings)), particles)
}
