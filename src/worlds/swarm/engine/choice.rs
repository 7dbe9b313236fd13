//! One engine, whichever it is, and how a program without a window comes by one.

use glam::DVec2;

use super::{Counters, CpuEngine, EngineError, Force, GpuEngine};
use crate::gpu::{EngineChoice, GpuDevice, engine_name};
use crate::worlds::swarm::picture::{Swarm, SwarmEdit};
use crate::worlds::swarm::rule::{LiveSettings, Rule};

/// A live engine. Every method does what the engines' own do.
pub enum Engine {
    /// On the processor.
    Cpu(Box<CpuEngine>),
    /// In WGSL on a borrowed device.
    Gpu(Box<GpuEngine>),
}

impl Engine {
    /// `steps` Heun steps; on a GPU this does not wait.
    pub fn run(&mut self, steps: u32) {
        match self {
            Self::Cpu(engine) => engine.run(steps),
            Self::Gpu(engine) => engine.run(steps),
        }
    }

    /// # Errors
    /// Settings out of range, or a learned flow that the rule does not have.
    pub fn set_settings(&mut self, settings: &LiveSettings) -> Result<(), EngineError> {
        match self {
            Self::Cpu(engine) => engine.set_settings(settings),
            Self::Gpu(engine) => engine.set_settings(settings),
        }
    }

    /// # Errors
    /// A rule that is not whole or does not know the species of the swarm.
    pub fn set_rule(&mut self, rule: &Rule) -> Result<(), EngineError> {
        match self {
            Self::Cpu(engine) => engine.set_rule(rule),
            Self::Gpu(engine) => engine.set_rule(rule),
        }
    }

    /// # Errors
    /// A species the rule does not know, or numbers that are not finite.
    pub fn upload(&mut self, swarm: &Swarm) -> Result<(), EngineError> {
        match self {
            Self::Cpu(engine) => engine.upload(swarm),
            Self::Gpu(engine) => engine.upload(swarm),
        }
    }

    /// Changes the swarm by hand; returns how many particles were touched. On a GPU it waits: for gestures, not for every
    /// frame.
    ///
    /// # Errors
    /// A species the rule does not know, numbers that are not finite, too many particles, or the GPU was lost; then
    /// nothing has changed.
    pub fn edit(&mut self, edits: &[SwarmEdit]) -> Result<usize, EngineError> {
        match self {
            Self::Cpu(engine) => engine.edit(edits),
            Self::Gpu(engine) => engine.edit(edits),
        }
    }

    /// The force that acts from now on.
    pub fn set_force(&mut self, force: Option<Force>) {
        match self {
            Self::Cpu(engine) => engine.set_force(force),
            Self::Gpu(engine) => engine.set_force(force),
        }
    }

    /// The swarm as it moves, with its noise.
    ///
    /// # Errors
    /// The GPU was lost.
    pub fn swarm(&self) -> Result<Swarm, EngineError> {
        match self {
            Self::Cpu(engine) => Ok(engine.swarm().clone()),
            Self::Gpu(engine) => engine.swarm(),
        }
    }

    /// What to look at, denoised where the settings ask for it.
    ///
    /// # Errors
    /// The GPU was lost.
    pub fn shown(&mut self) -> Result<Swarm, EngineError> {
        match self {
            Self::Cpu(engine) => Ok(engine.shown()),
            Self::Gpu(engine) => engine.shown(),
        }
    }

    /// s = -∇E, (1/ℓ, 1/ℓ, 1/rad), world frame.
    ///
    /// # Errors
    /// The GPU was lost.
    pub fn scores(&mut self) -> Result<Vec<[f64; 3]>, EngineError> {
        match self {
            Self::Cpu(engine) => Ok(engine.scores()),
            Self::Gpu(engine) => engine.scores(),
        }
    }

    /// V at γ = 1, (ℓ, ℓ, rad) per time, world frame.
    ///
    /// # Errors
    /// The GPU was lost.
    pub fn flows(&mut self) -> Result<Vec<[f64; 3]>, EngineError> {
        match self {
            Self::Cpu(engine) => Ok(engine.flows()),
            Self::Gpu(engine) => engine.flows(),
        }
    }

    /// # Errors
    /// The GPU was lost.
    pub fn counters(&self) -> Result<Counters, EngineError> {
        match self {
            Self::Cpu(engine) => Ok(engine.counters()),
            Self::Gpu(engine) => engine.counters(),
        }
    }

    /// Time per step.
    pub fn time_step(&self) -> f64 {
        match self {
            Self::Cpu(engine) => engine.time_step(),
            Self::Gpu(engine) => engine.time_step(),
        }
    }

    /// Steps since the start.
    pub fn steps_done(&self) -> u32 {
        match self {
            Self::Cpu(engine) => engine.steps_done(),
            Self::Gpu(engine) => engine.steps_done(),
        }
    }

    /// The rule it runs.
    pub fn rule(&self) -> &Rule {
        match self {
            Self::Cpu(engine) => engine.rule(),
            Self::Gpu(engine) => engine.rule(),
        }
    }

    /// The settings it runs under.
    pub fn settings(&self) -> &LiveSettings {
        match self {
            Self::Cpu(engine) => engine.settings(),
            Self::Gpu(engine) => engine.settings(),
        }
    }

    /// Number of particles.
    pub fn len(&self) -> usize {
        match self {
            Self::Cpu(engine) => engine.swarm().len(),
            Self::Gpu(engine) => engine.len(),
        }
    }

    /// Whether there are no particles.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Width and height of the torus, ℓ.
    pub fn box_size(&self) -> DVec2 {
        match self {
            Self::Cpu(engine) => engine.swarm().box_size,
            Self::Gpu(engine) => engine.box_size(),
        }
    }
}

/// Makes engines for programs without a window.
#[derive(Clone, Debug)]
pub struct Headless {
    gpu: Option<GpuDevice>,
}

impl Headless {
    /// # Errors
    /// [`EngineChoice::Gpu`] where there is none.
    pub fn new(choice: EngineChoice) -> Result<Self, EngineError> {
        Ok(Self { gpu: choice.device()? })
    }

    /// The device, unless engines are made on the processor.
    pub fn gpu(&self) -> Option<&GpuDevice> {
        self.gpu.as_ref()
    }

    /// What the engines run on, for people.
    pub fn describe(&self) -> String {
        engine_name(self.gpu.as_ref())
    }

    /// # Errors
    /// A rule, swarm or settings that do not fit together; more particles than the device has memory for.
    pub fn engine(
        &self,
        rule: &Rule,
        swarm: &Swarm,
        settings: &LiveSettings,
        seed: u64,
    ) -> Result<Engine, EngineError> {
        Ok(match &self.gpu {
            Some(gpu) => Engine::Gpu(Box::new(GpuEngine::new(&gpu.device, &gpu.queue, rule, swarm, settings, seed)?)),
            None => Engine::Cpu(Box::new(CpuEngine::new(rule, swarm, settings, seed)?)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::engine::testing::{gpu, random_swarm, rule};

    #[test]
    fn both_engines_make_the_same_step() {
        if gpu().is_none() {
            return;
        }
        let (rule, swarm) = (rule(3), random_swarm(120, DVec2::new(13.0, 11.0), 3, 4));
        let settings = LiveSettings { sigma_l: 0.3, ..LiveSettings::default() };
        let after = |choice| {
            let mut engine = Headless::new(choice).unwrap().engine(&rule, &swarm, &settings, 8).unwrap();
            engine.run(2);
            assert_eq!(engine.steps_done(), 2);
            engine.swarm().unwrap()
        };
        let (cpu, gpu) = (after(EngineChoice::Cpu), after(EngineChoice::Gpu));
        let mut moved = 0.0f64;
        for ((a, b), start) in cpu.particles.iter().zip(&gpu.particles).zip(&swarm.particles) {
            moved = moved.max(cpu.distance(start, a));
            // Two single-precision steps of at most a few tenths of ℓ.
            assert!(cpu.distance(a, b) < 1e-4, "{a:?} on the processor, {b:?} on the GPU");
        }
        assert!(moved > 0.05, "the swarm must move for this to mean anything: {moved}");
    }
}
