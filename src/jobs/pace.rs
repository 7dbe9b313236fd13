//! How long learning takes here: a few steps of it, timed.

use std::time::Instant;

use crate::worlds::swarm::picture::{Ensemble, Snapshot};
use crate::worlds::swarm::rule::FlowKind;
use crate::worlds::swarm::train::{LearnError, Phase, StepStats, Trainer, TrainingSettings};

/// Samples made. Steps of the energy, a fifth of them without the contrastive term, and of the flow; the first of each
/// phase warms up and does not count.
const SAMPLES: usize = 8;
const ENERGY_STEPS: usize = 15;
const FLOW_STEPS: usize = 5;

/// Measured on this machine, with this picture and these settings, s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Making one sample of the snapshot.
    pub sample_s: f64,
    /// A step of the energy by score matching alone.
    pub energy_step_s: f64,
    /// A step of the energy with the contrastive term.
    pub contrast_step_s: f64,
    /// A step of the flow.
    pub flow_step_s: f64,
}

impl Pace {
    /// Times some steps of learning; takes a fraction of a second as a rule. `stop` is polled between samples and steps.
    ///
    /// # Errors
    /// A picture or settings that cannot be learned from, and [`LearnError::Stopped`].
    pub fn measure(
        snapshot: &Snapshot,
        ensemble: &Ensemble,
        settings: &TrainingSettings,
        stop: &dyn Fn() -> bool,
    ) -> Result<Self, LearnError> {
        let pool = settings.pool.min(SAMPLES);
        let few = TrainingSettings {
            pool,
            steps: ENERGY_STEPS,
            flow_steps: FLOW_STEPS,
            flow: FlowKind::Learned,
            ..*settings
        };
        let begun = Instant::now();
        let mut trainer = Trainer::unless_stopped(&snapshot.into(), ensemble, &few, None, stop)?;
        let sample_s = begun.elapsed().as_secs_f64() / pool.max(1) as f64;
        // Seconds and steps by phase.
        let mut timed = [(0.0, 0usize); 3];
        let mut last = None;
        loop {
            if stop() {
                return Err(LearnError::Stopped);
            }
            let begun = Instant::now();
            let Some(StepStats { phase, .. }) = trainer.step()? else { break };
            if last == Some(phase) {
                let (seconds, steps) = &mut timed[phase as usize];
                (*seconds, *steps) = (*seconds + begun.elapsed().as_secs_f64(), *steps + 1);
            }
            last = Some(phase);
        }
        let mean = |phase: Phase| {
            let (seconds, steps) = timed[phase as usize];
            (steps > 0).then(|| seconds / steps as f64)
        };
        let energy_step_s = mean(Phase::Energy).unwrap_or_default();
        Ok(Self {
            sample_s,
            energy_step_s,
            contrast_step_s: mean(Phase::Contrast).unwrap_or(energy_step_s),
            flow_step_s: mean(Phase::Flow).unwrap_or_default(),
        })
    }

    /// Seconds that a run with these numbers of steps will take.
    pub fn estimate_s(&self, settings: &TrainingSettings) -> f64 {
        let contrast_steps = settings.contrast_steps();
        self.sample_s * settings.pool as f64
            + self.energy_step_s * (settings.steps - contrast_steps) as f64
            + self.contrast_step_s * contrast_steps as f64
            + self.flow_step_s * flow_steps(settings) as f64
    }

    fn step_s(&self, phase: Phase) -> f64 {
        match phase {
            Phase::Energy => self.energy_step_s,
            Phase::Contrast => self.contrast_step_s,
            Phase::Flow => self.flow_step_s,
        }
    }
}

/// Seconds left of a run that stands at `last` and makes `steps_per_s` at present. The steps of the phases to come have
/// another length than the present ones: how much longer is in `pace`; without it the time is unknown before the last phase.
pub fn left_s(pace: Option<&Pace>, settings: &TrainingSettings, last: StepStats, steps_per_s: f64) -> Option<f64> {
    let rest = last.steps.saturating_sub(last.step);
    let of_flow = if last.phase == Phase::Flow { 0 } else { flow_steps(settings).min(rest) };
    let of_contrast = if last.phase == Phase::Energy { settings.contrast_steps().min(rest - of_flow) } else { 0 };
    // Counted in steps of the present kind.
    let mut steps = (rest - of_flow - of_contrast) as f64;
    for (phase, count) in [(Phase::Contrast, of_contrast), (Phase::Flow, of_flow)] {
        if count > 0 {
            let pace = pace?;
            steps += count as f64 * pace.step_s(phase) / pace.step_s(last.phase);
        }
    }
    Some(steps / steps_per_s).filter(|seconds| seconds.is_finite())
}

fn flow_steps(settings: &TrainingSettings) -> usize {
    if settings.flow == FlowKind::Learned { settings.flow_steps } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::motifs;

    #[test]
    fn the_time_left_counts_flow_steps_at_their_own_length() {
        let settings = TrainingSettings { steps: 300, flow_steps: 100, contrast: 0.0, ..TrainingSettings::default() };
        let pace = Pace { sample_s: 0.1, energy_step_s: 0.01, contrast_step_s: 0.02, flow_step_s: 0.03 };
        let at = |phase, step, steps| StepStats { phase, step, steps, loss: 1.0 };
        // Half as fast as estimated: 100 steps of 20 ms and 100 of 60 ms.
        let energy = at(Phase::Energy, 200, 400);
        let left = left_s(Some(&pace), &settings, energy, 50.0).expect("all is known");
        assert!((left - 8.0).abs() < 1e-12, "{left}");
        assert_eq!(left_s(None, &settings, energy, 50.0), None, "the length of a step of the flow is unknown");
        let flow = at(Phase::Flow, 350, 400);
        assert_eq!(left_s(None, &settings, flow, 25.0), Some(2.0));
        let exact = TrainingSettings { flow: FlowKind::Exact, ..settings };
        assert_eq!(left_s(None, &exact, at(Phase::Energy, 200, 300), 50.0), Some(2.0));
        assert_eq!(left_s(Some(&pace), &settings, energy, 0.0), None, "no speed yet");
        // 240 of 300 steps have the contrastive term: 10 and 240 steps left at their lengths, and 100 of the flow.
        let contrastive = TrainingSettings { contrast: 0.3, ..settings };
        let left = left_s(Some(&pace), &contrastive, at(Phase::Energy, 50, 400), 100.0).expect("all is known");
        assert!((left - (0.1 + 4.8 + 3.0)).abs() < 1e-12, "{left}");
        let left = left_s(Some(&pace), &contrastive, at(Phase::Contrast, 200, 400), 50.0).expect("all is known");
        assert!((left - (2.0 + 3.0)).abs() < 1e-12, "{left}");
    }

    #[test]
    fn the_estimate_grows_with_the_steps_and_with_a_flow() {
        let snapshot = motifs::by_name("mill").expect("bundled").snapshot();
        let settings =
            TrainingSettings { pool: 16, steps: 40, flow_steps: 20, batch: 4, ..TrainingSettings::default() };
        let pace = Pace::measure(&snapshot, &Ensemble::default(), &settings, &|| false).expect("a sound picture");
        let estimate_s = pace.estimate_s(&settings);
        assert!(estimate_s.is_finite() && estimate_s > 0.0, "{pace:?}");
        assert!(pace.estimate_s(&TrainingSettings { steps: 80, ..settings }) > estimate_s);
        let exact = TrainingSettings { flow: FlowKind::Exact, ..settings };
        assert!(pace.estimate_s(&exact) < pace.estimate_s(&settings));
        assert!(Pace::measure(&Snapshot::default(), &Ensemble::default(), &settings, &|| false).is_err());
    }

    #[test]
    fn a_measurement_ends_at_the_first_poll_after_a_stop() {
        let snapshot = motifs::by_name("mill").expect("bundled").snapshot();
        let settings = TrainingSettings { pool: 4, batch: 4, ..TrainingSettings::default() };
        // Polled once for each sample, and before each step.
        for polls in [0, 2, 10] {
            let polled = std::sync::atomic::AtomicUsize::new(0);
            let stop = || polled.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= polls;
            let result = Pace::measure(&snapshot, &Ensemble::default(), &settings, &stop);
            assert!(matches!(result, Err(LearnError::Stopped)), "{result:?}");
            assert!(polled.into_inner() > polls);
        }
    }
}
