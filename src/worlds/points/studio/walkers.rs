//! Walkers of the studio on either engine. Where the GPU fails the processor goes on from the state that was read last.

use std::sync::Arc;

use super::gpu_glow::GpuGlow;
use super::past::WalkerSettings;
use crate::gpu::{GpuDevice, GpuPace, GpuPicture};
use crate::worlds::points::engine::{
    BakedField, GpuPointState, PointBrush, PointCheckpoint, PointEngine, PointEngineError, PointForce,
};
use crate::worlds::points::rule::{PointLive, PointRule};
use crate::worlds::studio::{DrawOptions, Viewpoint};

pub(super) struct LiveWalkers {
    engine: PointEngine,
    /// That of the engine.
    rule: Arc<PointRule>,
    on_gpu: Option<OnGpu>,
    /// What is on the GPU, as it was read last.
    copy: PointCheckpoint,
    force: Option<PointForce>,
    fault: Option<String>,
}

/// What belongs to walkers on a GPU.
struct OnGpu {
    device: GpuDevice,
    pace: GpuPace,
    glow: GpuGlow,
    /// The copy is of the present state.
    is_read: bool,
}

impl LiveWalkers {
    /// Walkers (standardised) on the processor.
    ///
    /// # Errors
    /// As for the engine.
    pub fn new(
        rule: &PointRule,
        live: &PointLive,
        walkers: Vec<[f32; 4]>,
        seed: u64,
    ) -> Result<Self, PointEngineError> {
        let engine = PointEngine::new(None, rule, live, walkers, seed)?;
        let copy = PointCheckpoint { walkers: Vec::new(), step: 0, seed };
        Ok(Self { engine, rule: Arc::new(rule.clone()), on_gpu: None, copy, force: None, fault: None })
    }

    /// Goes on from the present state on `gpu`, or on the processor.
    ///
    /// # Errors
    /// What the device refuses, and flows without a shader; then nothing has changed.
    pub fn move_to(&mut self, gpu: Option<&GpuDevice>) -> Result<(), PointEngineError> {
        let state = self.checkpoint();
        let (engine, on_gpu) = match gpu {
            None => (self.engine_from(None, &state)?, None),
            Some(device) => {
                let (engine, glow) = (self.engine_from(Some(device), &state)?, GpuGlow::new(device)?);
                (engine, Some(OnGpu { device: device.clone(), pace: GpuPace::new(device)?, glow, is_read: true }))
            }
        };
        (self.engine, self.on_gpu) = (engine, on_gpu);
        self.copy = if self.on_gpu.is_some() { state } else { PointCheckpoint { walkers: Vec::new(), ..state } };
        Ok(())
    }

    fn engine_from(&self, gpu: Option<&GpuDevice>, state: &PointCheckpoint) -> Result<PointEngine, PointEngineError> {
        let (rule, live) = (self.engine.rule(), self.engine.live());
        let gpu = gpu.map(GpuDevice::borrowed);
        let mut engine = PointEngine::new(gpu, rule, live, state.walkers.clone(), state.seed)?;
        engine.restore(state)?;
        if let Some(grid) = self.engine.grid() {
            engine.set_grid(Some(grid.clone()))?;
        }
        engine.set_force(self.force);
        Ok(engine)
    }

    /// Does `what` with the engine, and again on the processor where a GPU fails at it.
    fn or_on_processor<T>(
        &mut self,
        what: impl Fn(&mut PointEngine) -> Result<T, PointEngineError>,
    ) -> Result<T, PointEngineError> {
        match what(&mut self.engine) {
            Err(why @ PointEngineError::Gpu(_)) => {
                self.read();
                self.fall_back(&why);
                what(&mut self.engine)
            }
            done => done,
        }
    }

    /// The processor goes on where the GPU failed.
    fn fall_back(&mut self, why: &PointEngineError) {
        if self.on_gpu.is_none() {
            return;
        }
        match self.engine_from(None, &self.copy) {
            Ok(engine) => {
                (self.engine, self.on_gpu) = (engine, None);
                self.copy.walkers = Vec::new();
                self.fault = Some(format!("the walkers go on on the processor, from the state read last: {why}"));
            }
            Err(other) => self.fault = Some(other.to_string()),
        }
    }

    /// What has gone wrong since the last call, in one sentence.
    pub fn take_fault(&mut self) -> Option<String> {
        self.fault.take()
    }

    /// On a GPU it waits until they are done, so that no more is in its queue than a frame can wait for.
    pub fn run(&mut self, steps: u32) {
        let Some(on_gpu) = &mut self.on_gpu else { return self.engine.run(steps) };
        let engine = &mut self.engine;
        on_gpu.is_read = false;
        if let Err(why) = on_gpu.pace.run(steps, |now| engine.run(now)) {
            self.fall_back(&why.into());
        }
    }

    /// x, y, z, speed of each, standardised. Those on a GPU are read once for each state.
    pub fn positions(&mut self) -> &[[f32; 4]] {
        self.read();
        match &self.engine {
            PointEngine::Cpu(engine) => engine.positions(),
            PointEngine::Gpu(_) => &self.copy.walkers,
        }
    }

    fn read(&mut self) {
        let Some(on_gpu) = self.on_gpu.as_mut().filter(|on_gpu| !on_gpu.is_read) else { return };
        match self.engine.checkpoint() {
            Ok(state) => {
                on_gpu.is_read = true;
                self.copy = state;
            }
            Err(why) => self.fall_back(&why),
        }
    }

    /// The state, to go back to.
    pub fn checkpoint(&mut self) -> PointCheckpoint {
        self.read();
        match &self.engine {
            PointEngine::Cpu(engine) => engine.checkpoint(),
            PointEngine::Gpu(_) => self.copy.clone(),
        }
    }

    pub fn restore(&mut self, state: &PointCheckpoint) {
        match (self.engine.restore(state), &mut self.on_gpu) {
            (Ok(()), None) => {}
            (Ok(()), Some(on_gpu)) => {
                on_gpu.is_read = true;
                self.copy = state.clone();
            }
            (Err(why), _) => {
                self.copy = state.clone();
                self.fall_back(&why);
            }
        }
    }

    /// # Errors
    /// As for the engine; after a GPU failure the processor continues.
    pub fn apply(&mut self, brush: PointBrush, under: &PointForce) -> Result<(), PointEngineError> {
        let applied = self.or_on_processor(|engine| engine.apply(brush, under));
        if let Some(on_gpu) = &mut self.on_gpu {
            on_gpu.is_read = false;
        }
        applied
    }

    pub fn set_force(&mut self, force: Option<PointForce>) {
        self.force = force;
        self.engine.set_force(force);
    }

    /// # Errors
    /// As for the engine; after a GPU failure the processor continues.
    pub fn set_live(&mut self, live: &PointLive) -> Result<(), PointEngineError> {
        self.or_on_processor(|engine| engine.set_live(live)).map(|_| ())
    }

    /// # Errors
    /// As for the engine; after a GPU failure the processor continues.
    pub fn set_rule(&mut self, rule: &PointRule) -> Result<(), PointEngineError> {
        self.set_shared_rule(Arc::new(rule.clone()))
    }

    /// As [`Self::set_rule`].
    ///
    /// # Errors
    /// As there.
    pub fn set_shared_rule(&mut self, rule: Arc<PointRule>) -> Result<(), PointEngineError> {
        self.or_on_processor(|engine| engine.set_rule(&rule))?;
        self.rule = rule;
        Ok(())
    }

    /// What the next step runs under.
    pub fn settings_now(&self) -> WalkerSettings {
        let (live, grid) = (*self.engine.live(), self.engine.grid().cloned());
        WalkerSettings { rule: self.rule.clone(), live, grid, force: self.force }
    }

    /// Copies the state within the GPU; `None` on the processor.
    pub fn keep_on_gpu(&mut self, spare: Option<GpuPointState>) -> Option<GpuPointState> {
        let PointEngine::Gpu(engine) = &self.engine else { return None };
        match engine.keep(spare) {
            Ok(state) => Some(state),
            Err(why) => {
                self.read();
                self.fall_back(&why);
                None
            }
        }
    }

    /// Back to what [`Self::keep_on_gpu`] has copied; false where the GPU has gone.
    pub fn put_back(&mut self, state: &GpuPointState) -> bool {
        let (PointEngine::Gpu(engine), Some(on_gpu)) = (&mut self.engine, &mut self.on_gpu) else { return false };
        match engine.put_back(state) {
            Ok(()) => on_gpu.is_read = false,
            Err(why) => {
                self.fall_back(&why);
                return false;
            }
        }
        true
    }

    /// Moves by a grid, or by the networks again.
    pub fn set_grid(&mut self, grid: Option<BakedField>) {
        // The processor refuses none.
        let _ = self.or_on_processor(|engine| engine.set_grid(grid.clone()));
    }

    pub fn has_grid(&self) -> bool {
        self.engine.grid().is_some()
    }

    pub fn rule(&self) -> &PointRule {
        self.engine.rule()
    }

    pub fn knobs(&self) -> &PointLive {
        self.engine.live()
    }

    pub fn steps(&self) -> u64 {
        u64::from(self.engine.counters().steps)
    }

    pub fn count(&self) -> usize {
        match &self.engine {
            PointEngine::Cpu(engine) => engine.positions().len(),
            PointEngine::Gpu(engine) => engine.len(),
        }
    }

    /// What they live on, for people.
    pub fn engine_name(&self) -> &str {
        self.on_gpu.as_ref().map_or("the processor", |on_gpu| &on_gpu.device.info.name)
    }

    /// A picture of walkers on a GPU, drawn there; `None` of those on the processor.
    pub fn picture(&mut self, view: &Viewpoint, options: DrawOptions, size: [u32; 2]) -> Option<GpuPicture> {
        let (Some(on_gpu), PointEngine::Gpu(engine)) = (&mut self.on_gpu, &self.engine) else { return None };
        let walkers = (engine.buffer(), engine.len());
        match on_gpu.glow.draw(walkers, &engine.rule().map, view, options, size) {
            Ok(picture) => Some(picture),
            Err(why) => {
                self.read();
                self.fall_back(&why.into());
                None
            }
        }
    }

    /// As [`Self::picture`], read back into `pixels`; false of walkers on the processor.
    pub fn draw(&mut self, view: &Viewpoint, options: DrawOptions, picture: &mut image::RgbaImage) -> bool {
        let size = [picture.width(), picture.height()];
        let Some(drawn) = self.picture(view, options, size) else { return false };
        let Some(on_gpu) = &self.on_gpu else { return false };
        match drawn.read_into(&on_gpu.device, picture) {
            Ok(()) => true,
            Err(why) => {
                self.fall_back(&why.into());
                false
            }
        }
    }
}
