//! The live swarm in the window: an engine on the window's own GPU, or on the processor where that GPU is software.

use std::sync::Arc;
use std::time::Instant;

use super::follow::Follower;
use super::measures::Measures;
use crate::engine::{CpuEngine, Engine, EngineError, Force, GpuEngine, PendingSwarm, Tape};
use crate::rule::{LiveSettings, Rule};
use crate::scene::LiveState;
use crate::session::{EngineOrder, Event};
use crate::snapshot::{Particle, Swarm, SwarmEdit};

/// Most time of a frame that stepping may take, s.
const STEP_BUDGET_S: f64 = 0.016;

/// A frame that takes longer than this asks for fewer steps, s.
const SLOW_FRAME_S: f64 = 0.05;

/// What the engines draw on.
#[derive(Clone)]
pub struct Gpu {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    pub name: String,
    /// The adapter is a program on the processor: then our own engine on the processor is faster.
    pub is_software: bool,
    /// The live swarm runs on it, too.
    pub runs_the_swarm: bool,
}

/// Four f32 per particle: x, y, heading, species.
pub struct SwarmBuffer {
    buffer: wgpu::Buffer,
    bytes: Vec<[f32; 4]>,
}

impl SwarmBuffer {
    pub fn new(gpu: &Gpu, capacity: usize) -> Self {
        let buffer = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("swarm on show"),
            size: 16 * capacity.max(64).next_power_of_two() as u64,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        });
        Self { buffer, bytes: Vec::new() }
    }

    pub fn write(&mut self, gpu: &Gpu, particles: &[Particle]) {
        if 16 * particles.len() as u64 > self.buffer.size() {
            *self = Self::new(gpu, particles.len());
        }
        self.bytes.clear();
        self.bytes.extend(particles.iter().map(|p| [p.x as f32, p.y as f32, p.heading as f32, f32::from(p.species)]));
        gpu.queue.write_buffer(&self.buffer, 0, bytemuck::cast_slice(&self.bytes));
    }

    pub fn buffer(&self) -> &wgpu::Buffer {
        &self.buffer
    }
}

/// A copy of the living swarm.
pub enum Look {
    Now(Swarm),
    /// Asked for, on its way from the GPU.
    Later(PendingSwarm),
}

/// Runs what the session orders.
#[derive(Default)]
pub struct Live {
    tape: Option<Tape>,
    rule: Option<Arc<Rule>>,
    settings: LiveSettings,
    /// The picture of an engine on the processor; one on the GPU has its own.
    shown: Option<SwarmBuffer>,
    measures: Measures,
    stale: bool,
    seed: u64,
    /// Measured, smoothed; 0 until known.
    seconds_per_step: f64,
    /// Steps that a frame can bear, adapted to the frames seen.
    bearable: f64,
    pair_tests: u64,
    /// What the session must be told.
    news: Vec<Event>,
    follower: Follower,
    /// Counts the batches of steps, and the swarms that came in the place of another.
    runs: u64,
    swarms: u64,
}

impl Live {
    /// Carries out the orders of one batch. Orders that replace each other are done once.
    ///
    /// # Errors
    /// One sentence; the engine goes on as it was before the order that failed.
    pub fn obey(&mut self, gpu: &Gpu, orders: Vec<EngineOrder>) -> Result<(), String> {
        let mut swarm = None;
        let mut rule_is_new = false;
        let mut settings_are_new = false;
        let mut force = None;
        let mut edits = Vec::new();
        let (mut steps, mut back) = (0, 0);
        for order in orders {
            match order {
                EngineOrder::Upload(new) => swarm = Some(new),
                EngineOrder::SetRule(rule) => {
                    self.rule = Some(rule);
                    rule_is_new = true;
                }
                EngineOrder::SetSettings(settings) => {
                    self.settings = settings;
                    settings_are_new = true;
                }
                EngineOrder::SetForce(new) => force = Some(new),
                EngineOrder::Edit(more) => edits.extend(more),
                EngineOrder::Back { steps } => back += steps,
                EngineOrder::Run { steps: more } => steps += more,
                EngineOrder::Clear => {
                    swarm = None;
                    self.tape = None;
                    self.rule = None;
                }
            }
        }
        let mut outcome = self.change(gpu, swarm, rule_is_new, settings_are_new);
        if let (Some(tape), Some(force)) = (&mut self.tape, force) {
            tape.set_force(force.map(|f| Force {
                centre_l: f.centre_l.map(|x| x as f32),
                radius_l: f.radius_l as f32,
                strength: f.strength as f32,
                stir: f.stir as f32,
            }));
        }
        if !edits.is_empty() || back > 0 {
            outcome = outcome.and(self.change_by_hand(&edits, back));
        }
        self.run(steps);
        outcome.map_err(|e| e.to_string())
    }

    fn change_by_hand(&mut self, edits: &[SwarmEdit], back: u32) -> Result<(), EngineError> {
        let Some(tape) = &mut self.tape else { return Ok(()) };
        if !edits.is_empty() {
            tape.edit(edits)?;
        }
        let steps_back = tape.back(back)?;
        // What was drawn of the past is no more.
        self.swarms += u64::from(back > 0);
        let (particles, box_size_l) = (tape.engine().len(), tape.engine().box_size());
        self.news.push(Event::SwarmChanged { steps_back, particles, box_size_l });
        self.stale = true;
        Ok(())
    }

    /// What has happened to the swarm that the session must know.
    pub fn news(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.news)
    }

    fn change(
        &mut self,
        gpu: &Gpu,
        swarm: Option<Swarm>,
        rule_is_new: bool,
        settings_are_new: bool,
    ) -> Result<(), EngineError> {
        let Some(rule) = &self.rule else { return Ok(()) };
        match (swarm, &mut self.tape) {
            (Some(swarm), Some(tape)) if !rule_is_new => {
                tape.upload(&swarm)?;
                self.swarms += 1;
                if settings_are_new {
                    tape.set_settings(&self.settings)?;
                }
            }
            (Some(swarm), tape) => {
                self.seed += 1;
                self.swarms += 1;
                // The old one goes first: its memory is needed.
                *tape = None;
                let engine = if gpu.runs_the_swarm {
                    let new = GpuEngine::new(&gpu.device, &gpu.queue, rule, &swarm, &self.settings, self.seed)?;
                    Engine::Gpu(Box::new(new))
                } else {
                    Engine::Cpu(Box::new(CpuEngine::new(rule, &swarm, &self.settings, self.seed)?))
                };
                *tape = Some(Tape::new(engine, rule.clone()));
            }
            (None, Some(tape)) => {
                if rule_is_new {
                    tape.set_rule(rule)?;
                }
                if settings_are_new {
                    tape.set_settings(&self.settings)?;
                }
            }
            (None, None) => return Ok(()),
        }
        self.stale = true;
        Ok(())
    }

    fn run(&mut self, steps: u32) {
        let Some(tape) = &mut self.tape else { return };
        if steps == 0 {
            return;
        }
        let start = Instant::now();
        tape.run(steps);
        self.runs += 1;
        let seconds = start.elapsed().as_secs_f64() / f64::from(steps);
        let share = if self.seconds_per_step == 0.0 { 1.0 } else { 0.2 };
        self.seconds_per_step += share * (seconds - self.seconds_per_step);
        self.stale = true;
    }

    /// Steps that fit into the next frame, given how long the last one took: at least one. Time steps keep their
    /// length; a slow machine sees slower motion, not another one.
    pub fn steps_that_fit(&mut self, last_frame_s: f64) -> u32 {
        let most = STEP_BUDGET_S / self.seconds_per_step.max(1e-6);
        let bearable = if self.bearable == 0.0 { most } else { self.bearable };
        let next = if last_frame_s > SLOW_FRAME_S { 0.7 * bearable } else { 1.1 * bearable + 0.1 };
        self.bearable = next.clamp(1.0, most.max(1.0));
        self.bearable as u32
    }

    /// Buffer (x, y, heading, species; ℓ), number of particles and box of what to look at, if anything lives.
    pub fn picture(&mut self, gpu: &Gpu) -> Option<(wgpu::Buffer, u32, [f64; 2])> {
        let engine = self.tape.as_mut()?.engine_mut();
        let (count, box_size) = (engine.len() as u32, engine.box_size());
        let buffer = match engine {
            Engine::Gpu(engine) => engine.shown_buffer().clone(),
            Engine::Cpu(engine) => {
                let shown = self.shown.get_or_insert_with(|| SwarmBuffer::new(gpu, count as usize));
                if self.stale {
                    shown.write(gpu, &engine.shown().particles);
                }
                shown.buffer().clone()
            }
        };
        self.stale = false;
        Some((buffer, count, box_size))
    }

    /// The particle nearest to a place, ℓ. Waits for the GPU where the swarm lives there.
    pub fn nearest(&self, at: [f64; 2]) -> Option<usize> {
        match self.tape.as_ref()?.engine() {
            Engine::Cpu(engine) => engine.swarm().nearest(at),
            // Of a lost GPU nothing can be followed.
            Engine::Gpu(engine) => engine.swarm().ok()?.nearest(at),
        }
    }

    /// The middle of the creature that particle `index` belongs to, ℓ.
    pub fn creature(&mut self, gpu: &Gpu, index: usize) -> Option<[f64; 2]> {
        self.follower.creature(gpu, self.tape.as_ref()?.engine(), index)
    }

    /// Seconds that a step takes for each particle; `None` where steps are not waited for.
    pub fn s_per_particle_step(&self) -> Option<f64> {
        match self.tape.as_ref()?.engine() {
            Engine::Cpu(engine) if self.seconds_per_step > 0.0 => {
                Some(self.seconds_per_step / engine.swarm().len().max(1) as f64)
            }
            _ => None,
        }
    }

    /// Most particles that may be asked for: on a GPU, what its memory lends to one buffer; on the processor, so many that
    /// a step still takes a fraction of a second, for the window waits for it.
    pub fn most_particles(gpu: &Gpu) -> usize {
        if !gpu.runs_the_swarm {
            return 50_000;
        }
        let limits = gpu.device.limits();
        let largest = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
        // Messages of up to 64 numbers.
        (largest / 256).min(1_000_000) as usize
    }

    /// As [`Self::state`] where that means no waiting.
    pub fn state_at_hand(&self) -> Option<LiveState> {
        matches!(self.tape.as_ref().map(Tape::engine), Some(Engine::Cpu(_))).then(|| self.state()).flatten()
    }

    /// What the engine runs with.
    pub fn settings(&self) -> &LiveSettings {
        &self.settings
    }

    /// Energy and speed of each particle (two f32), if anything lives.
    pub fn measures(&mut self, gpu: &Gpu) -> Option<wgpu::Buffer> {
        Some(match self.tape.as_ref()?.engine() {
            Engine::Gpu(engine) => engine.measure_buffer().clone(),
            Engine::Cpu(engine) => self.measures.update(gpu, engine),
        })
    }

    /// How often time has run, and how many swarms have lived: for what is drawn of the past.
    pub fn past(&self) -> (u64, u64) {
        (self.runs, self.swarms)
    }

    /// Neighbour pairs evaluated since the last call. Unknown on a GPU, where asking would mean to wait.
    pub fn pair_tests_since_asked(&mut self) -> Option<u64> {
        let Some(Engine::Cpu(engine)) = self.tape.as_ref().map(Tape::engine) else { return None };
        let now = engine.counters().pair_tests;
        let before = std::mem::replace(&mut self.pair_tests, now);
        // A new engine counts from zero.
        Some(if now >= before { now - before } else { now })
    }

    /// A copy of the swarm as it moves; waits for nothing.
    pub fn look(&self) -> Option<Look> {
        Some(match self.tape.as_ref()?.engine() {
            Engine::Cpu(engine) => Look::Now(engine.swarm().clone()),
            Engine::Gpu(engine) => Look::Later(engine.begin_reading()),
        })
    }

    /// A copy of what is shown (ℓ); waits for nothing.
    pub fn copy_of_shown(&mut self) -> Option<Look> {
        Some(match self.tape.as_mut()?.engine_mut() {
            Engine::Cpu(engine) => Look::Now(engine.shown()),
            Engine::Gpu(engine) => Look::Later(engine.begin_reading_shown()),
        })
    }

    /// The rule and the settings that the engine runs with.
    pub fn runs_with(&self) -> Option<(Arc<Rule>, LiveSettings)> {
        Some((self.rule.clone()?, *self.tape.as_ref()?.engine().settings()))
    }

    /// What the swarm lives on, for people.
    pub fn describe(&self, gpu: &Gpu) -> String {
        match self.tape.as_ref().map(Tape::engine) {
            Some(Engine::Gpu(_)) => gpu.name.clone(),
            Some(Engine::Cpu(_)) => "processor".to_owned(),
            None => String::new(),
        }
    }

    /// The living swarm, to be kept with the scene. Waits for the GPU where the swarm lives there.
    pub fn state(&self) -> Option<LiveState> {
        let engine = self.tape.as_ref()?.engine();
        // A lost GPU has no swarm to keep; the scene is saved without it.
        let swarm = engine.swarm().ok()?;
        Some(LiveState { swarm, seed: self.seed, step: u64::from(engine.steps_done()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_frames_ask_for_fewer_steps_and_quick_ones_bring_them_back() {
        let mut live = Live { seconds_per_step: 0.001, ..Live::default() };
        let at_ease = live.steps_that_fit(0.016);
        assert_eq!(at_ease, 16);
        for _ in 0..20 {
            live.steps_that_fit(0.2);
        }
        assert_eq!(live.steps_that_fit(0.2), 1);
        for _ in 0..60 {
            live.steps_that_fit(0.016);
        }
        assert_eq!(live.steps_that_fit(0.016), at_ease);
    }

    #[test]
    fn a_step_that_takes_longer_than_a_frame_is_still_made() {
        let mut live = Live { seconds_per_step: 1.0, ..Live::default() };
        assert_eq!(live.steps_that_fit(1.0), 1);
    }
}
