//! The one loop that runs a swarm: in the window, in the terminal and for the certificate. A growth comes first, where
//! there is one: from a random swarm, σ falls from σmax to the live temperature while the swarm relaxes.

use super::{Engine, EngineError};
use crate::worlds::swarm::rule::{LiveSettings, growing_settings};

/// A growth of so many steps and how far it is. After its last step, or without any, the swarm lives.
///
/// The settings of a step depend on the steps done and the live settings alone, so that batches of any size give the
/// same swarm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    done: u32,
    steps: u32,
}

impl Growth {
    /// The swarm lives from its first step on.
    pub const NONE: Self = Self::new(0);

    /// Steps at one noise level: few compared with any growth.
    pub const STAGE_STEPS: u32 = 8;

    /// At the beginning of `steps` steps.
    pub const fn new(steps: u32) -> Self {
        Self { done: 0, steps }
    }

    /// Steps done, while it is under way.
    pub fn done(&self) -> Option<u32> {
        (self.done < self.steps).then_some(self.done)
    }

    /// The settings of the next step, where the swarm lives by `live` afterwards.
    pub fn settings(&self, sigma_range_l: [f64; 2], live: &LiveSettings) -> LiveSettings {
        match self.done() {
            Some(done) => growing_settings(sigma_range_l, live, done - done % Self::STAGE_STEPS, self.steps),
            None => *live,
        }
    }

    /// Sets the settings of the next step.
    ///
    /// # Errors
    /// Live settings that the engine's rule cannot run.
    pub fn set_settings(&self, engine: &mut Engine, live: &LiveSettings) -> Result<(), EngineError> {
        let settings = self.settings(engine.rule().sigma_range_l, live);
        // Equal settings would cost the GPU another evaluation of the score.
        if *engine.settings() == settings { Ok(()) } else { engine.set_settings(&settings) }
    }

    /// Runs `steps` steps.
    ///
    /// # Errors
    /// Live settings that the engine's rule cannot run.
    pub fn run(&mut self, engine: &mut Engine, live: &LiveSettings, steps: u32) -> Result<(), EngineError> {
        let mut left = steps;
        while left > 0 {
            left -= self.run_in_stage(engine, live, left)?;
        }
        Ok(())
    }

    /// Runs to the end of the stage, `max_steps` steps at most; returns how many. For callers that follow the progress.
    ///
    /// # Errors
    /// Live settings that the engine's rule cannot run.
    pub fn run_in_stage(
        &mut self,
        engine: &mut Engine,
        live: &LiveSettings,
        max_steps: u32,
    ) -> Result<u32, EngineError> {
        self.set_settings(engine, live)?;
        let now = max_steps.min(self.left_in_stage());
        engine.run(now);
        self.done = self.done.saturating_add(now).min(self.steps);
        if self.done().is_none() {
            self.set_settings(engine, live)?;
        }
        Ok(now)
    }

    /// Steps until the settings change.
    fn left_in_stage(&self) -> u32 {
        let Some(done) = self.done() else { return u32::MAX };
        (Self::STAGE_STEPS - done % Self::STAGE_STEPS).min(self.steps - done)
    }
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::*;
    use crate::gpu::EngineChoice;
    use crate::worlds::swarm::engine::Headless;
    use crate::worlds::swarm::engine::testing::{gpu, random_swarm, rule};
    use crate::worlds::swarm::picture::Swarm;
    use crate::worlds::swarm::rule::FlowKind;

    const STEPS: u32 = 101;

    fn live() -> LiveSettings {
        LiveSettings { sigma_l: 0.25, relaxation: 0.4, ..LiveSettings::default() }
    }

    /// On the processor, and in WGSL where there is a GPU.
    fn engines() -> Vec<Engine> {
        let (rule, swarm) = (rule(2), random_swarm(40, DVec2::new(9.0, 8.0), 2, 1));
        let choices = if gpu().is_some() { &[EngineChoice::Cpu, EngineChoice::Gpu][..] } else { &[EngineChoice::Cpu] };
        let engine = |choice: &EngineChoice| Headless::new(*choice)?.engine(&rule, &swarm, &live(), 5);
        choices.iter().map(|choice| engine(choice).unwrap()).collect()
    }

    /// The swarm after these batches, of the engine of this number.
    fn grown(number: usize, growth: Growth, batches: impl IntoIterator<Item = u32>) -> Swarm {
        let (mut engine, mut growth) = (engines().swap_remove(number), growth);
        for steps in batches {
            growth.run(&mut engine, &live(), steps).unwrap();
        }
        engine.swarm().unwrap()
    }

    #[test]
    fn the_stages_of_a_growth_begin_at_fixed_steps() {
        for (steps, batch) in [(0, 9), (1, 9), (7, 1), (STEPS, 1000), (STEPS, 2), (STEPS, 1), (STEPS, 13)] {
            let mut engine = engines().swap_remove(0);
            let (mut growth, sigma_range_l) = (Growth::new(steps), engine.rule().sigma_range_l);
            let mut done = 0;
            while done < steps {
                assert_eq!(growth.done(), Some(done));
                growth.set_settings(&mut engine, &live()).unwrap();
                let stage = done / Growth::STAGE_STEPS * Growth::STAGE_STEPS;
                assert_eq!(engine.settings(), &growing_settings(sigma_range_l, &live(), stage, steps));
                assert_eq!((engine.settings().flow, engine.settings().relaxation), (FlowKind::None, 1.0));
                growth.run(&mut engine, &live(), batch.min(steps - done)).unwrap();
                done = (done + batch).min(steps);
            }
            assert_eq!((growth.done(), engine.steps_done()), (None, steps));
            assert_eq!(engine.settings(), &live());
        }
    }

    #[test]
    fn batches_of_any_size_grow_the_same_swarm() {
        let total = STEPS + 20;
        for number in 0..engines().len() {
            let in_one_go = grown(number, Growth::new(STEPS), [total]);
            let by = |size: u32| (0..total).step_by(size as usize).map(move |done| size.min(total - done));
            for size in [1, 7, 8, 64] {
                assert!(grown(number, Growth::new(STEPS), by(size)) == in_one_go, "batches of {size}");
            }
            let mixed = [3, 64, 1, 8, 20, 5, 0, 7, 13];
            assert_eq!(mixed.iter().sum::<u32>(), total);
            assert!(grown(number, Growth::new(STEPS), mixed) == in_one_go);
            assert!(grown(number, Growth::new(STEPS - 1), [total]) != in_one_go, "the schedule matters");
        }
    }

    #[test]
    fn a_caller_may_stop_at_each_stage_or_before() {
        for (max_steps, expected) in [(u32::MAX, [8, 8, 4]), (9, [8, 8, 4]), (5, [5, 3, 5])] {
            let (mut engine, mut growth) = (engines().swap_remove(0), Growth::new(20));
            let done = expected.map(|_| growth.run_in_stage(&mut engine, &live(), max_steps).unwrap());
            assert_eq!((done, engine.steps_done()), (expected, expected.iter().sum()));
        }
    }

    #[test]
    fn a_growth_goes_on_with_changed_live_settings() {
        for mut engine in engines() {
            let (mut growth, sigma_range_l) = (Growth::new(STEPS), engine.rule().sigma_range_l);
            growth.run(&mut engine, &live(), 43).unwrap();
            let warmer = LiveSettings { sigma_l: 0.4, ..live() };
            growth.set_settings(&mut engine, &warmer).unwrap();
            assert_eq!(engine.settings(), &growing_settings(sigma_range_l, &warmer, 40, STEPS));
            growth.run(&mut engine, &warmer, STEPS - 43).unwrap();
            assert_eq!(engine.settings(), &warmer);
        }
    }
}
