//! One engine of points, whichever it is.

use super::{
    BakedField, CpuPointEngine, GpuPointEngine, PointBrush, PointCheckpoint, PointCounters, PointEngineError,
    PointForce,
};
use crate::gpu::BorrowedGpu;
use crate::worlds::points::rule::{PointLive, PointRule};

/// A live engine. Every method does what the engines' own do.
pub enum PointEngine {
    /// On the processor.
    Cpu(Box<CpuPointEngine>),
    /// In WGSL on a borrowed device.
    Gpu(Box<GpuPointEngine>),
}

impl PointEngine {
    /// On the GPU when a device is given, else on the processor.
    ///
    /// # Errors
    /// Knobs or a rule that do not fit, no or too many walkers, what the device refuses.
    pub fn new(
        gpu: Option<BorrowedGpu<'_>>,
        rule: &PointRule,
        live: &PointLive,
        walkers: Vec<[f32; 4]>,
        seed: u64,
    ) -> Result<Self, PointEngineError> {
        Ok(match gpu {
            Some(gpu) => Self::Gpu(Box::new(GpuPointEngine::new(gpu, rule, live, &walkers, seed)?)),
            None => Self::Cpu(Box::new(CpuPointEngine::new(rule, live, walkers, seed)?)),
        })
    }

    /// `steps` Heun steps; on a GPU this does not wait.
    pub fn run(&mut self, steps: u32) {
        match self {
            Self::Cpu(engine) => engine.run(steps),
            Self::Gpu(engine) => engine.run(steps),
        }
    }

    /// The walkers (x, y, z, speed; standardised). On the GPU it waits.
    ///
    /// # Errors
    /// The device was lost.
    pub fn walkers(&self) -> Result<Vec<[f32; 4]>, PointEngineError> {
        match self {
            Self::Cpu(engine) => Ok(engine.positions().to_vec()),
            Self::Gpu(engine) => engine.positions(),
        }
    }

    /// # Errors
    /// What the device refuses.
    pub fn set_baked(&mut self, cloud: Option<&[[f32; 4]]>) -> Result<Option<f64>, PointEngineError> {
        match self {
            Self::Cpu(engine) => Ok(engine.set_baked(cloud)),
            Self::Gpu(engine) => engine.set_baked(cloud),
        }
    }

    /// # Errors
    /// Knobs out of range.
    pub fn set_live(&mut self, live: &PointLive) -> Result<bool, PointEngineError> {
        match self {
            Self::Cpu(engine) => engine.set_live(live),
            Self::Gpu(engine) => engine.set_live(live),
        }
    }

    /// # Errors
    /// A rule that does not fit.
    pub fn set_rule(&mut self, rule: &PointRule) -> Result<(), PointEngineError> {
        match self {
            Self::Cpu(engine) => engine.set_rule(rule),
            Self::Gpu(engine) => engine.set_rule(rule),
        }
    }

    /// The force that acts from now on.
    pub fn set_force(&mut self, force: Option<PointForce>) {
        match self {
            Self::Cpu(engine) => engine.set_force(force),
            Self::Gpu(engine) => engine.set_force(force),
        }
    }

    /// # Errors
    /// Nothing would be left, too many walkers, or the device was lost.
    pub fn apply(&mut self, brush: PointBrush, under: &PointForce) -> Result<(), PointEngineError> {
        match self {
            Self::Cpu(engine) => engine.apply(brush, under),
            Self::Gpu(engine) => engine.apply(brush, under),
        }
    }

    /// # Errors
    /// The device was lost.
    pub fn checkpoint(&self) -> Result<PointCheckpoint, PointEngineError> {
        match self {
            Self::Cpu(engine) => Ok(engine.checkpoint()),
            Self::Gpu(engine) => engine.checkpoint(),
        }
    }

    /// # Errors
    /// What the device refuses.
    pub fn restore(&mut self, from: &PointCheckpoint) -> Result<(), PointEngineError> {
        match self {
            Self::Cpu(engine) => {
                engine.restore(from);
                Ok(())
            }
            Self::Gpu(engine) => engine.restore(from),
        }
    }

    /// What the engine has counted.
    pub fn counters(&self) -> PointCounters {
        match self {
            Self::Cpu(engine) => engine.counters(),
            Self::Gpu(engine) => engine.counters(),
        }
    }

    /// Moves by a grid that was baked elsewhere, or by the networks again.
    ///
    /// # Errors
    /// What the device refuses; then nothing has changed.
    pub fn set_grid(&mut self, grid: Option<BakedField>) -> Result<(), PointEngineError> {
        match self {
            Self::Cpu(engine) => {
                engine.set_grid(grid);
                Ok(())
            }
            Self::Gpu(engine) => engine.set_grid(grid),
        }
    }

    /// The grid that moves the walkers, where there is one.
    pub fn grid(&self) -> Option<&BakedField> {
        match self {
            Self::Cpu(engine) => engine.baked(),
            Self::Gpu(engine) => engine.grid(),
        }
    }

    /// The rule it runs.
    pub fn rule(&self) -> &PointRule {
        match self {
            Self::Cpu(engine) => engine.rule(),
            Self::Gpu(engine) => engine.rule(),
        }
    }

    /// The knobs it runs under.
    pub fn live(&self) -> &PointLive {
        match self {
            Self::Cpu(engine) => engine.live(),
            Self::Gpu(engine) => engine.live(),
        }
    }
}
