//! How long learning takes here: a few steps of it, timed.

use std::time::Instant;

use crate::learn::{LearnError, Trainer, TrainingSettings};
use crate::rule::FlowKind;
use crate::snapshot::{Ensemble, Snapshot};

/// Samples made, and steps taken of each network; the first of these warms up and does not count.
const SAMPLES: usize = 8;
const STEPS: usize = 5;

/// Measured on this machine, with this picture and these settings, s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    pub sample_s: f64,
    pub energy_step_s: f64,
    pub flow_step_s: f64,
}

impl Pace {
    /// Times some steps of learning; takes a fraction of a second as a rule.
    ///
    /// # Errors
    /// A picture or settings that cannot be learned from.
    pub fn measure(snapshot: &Snapshot, ensemble: &Ensemble, settings: &TrainingSettings) -> Result<Self, LearnError> {
        let pool = settings.pool.min(SAMPLES);
        let few = TrainingSettings { pool, steps: STEPS, flow_steps: STEPS, flow: FlowKind::Learned, ..*settings };
        let begun = Instant::now();
        let mut trainer = Trainer::new(snapshot, ensemble, &few, None)?;
        let sample_s = begun.elapsed().as_secs_f64() / pool.max(1) as f64;
        let mut seconds = [0.0; 2];
        for sum in &mut seconds {
            for step in 0..STEPS {
                let begun = Instant::now();
                trainer.step()?;
                *sum += if step > 0 { begun.elapsed().as_secs_f64() / (STEPS - 1) as f64 } else { 0.0 };
            }
        }
        Ok(Self { sample_s, energy_step_s: seconds[0], flow_step_s: seconds[1] })
    }

    /// Seconds that a run with these numbers of steps will take.
    pub fn estimate_s(&self, settings: &TrainingSettings) -> f64 {
        let flow_steps = if settings.flow == FlowKind::Learned { settings.flow_steps } else { 0 };
        self.sample_s * settings.pool as f64
            + self.energy_step_s * settings.steps as f64
            + self.flow_step_s * flow_steps as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::motifs;

    #[test]
    fn what_is_measured_foretells_what_a_run_takes() {
        let snapshot = motifs::by_name("mill").expect("bundled").snapshot();
        let settings =
            TrainingSettings { pool: 16, steps: 40, flow_steps: 20, batch: 4, ..TrainingSettings::default() };
        let pace = Pace::measure(&snapshot, &Ensemble::default(), &settings).expect("a sound picture");
        let begun = Instant::now();
        let mut trainer = Trainer::new(&snapshot, &Ensemble::default(), &settings, None).expect("a sound picture");
        while trainer.step().expect("a good step").is_some() {}
        let ratio = pace.estimate_s(&settings) / begun.elapsed().as_secs_f64();
        // A busy machine may be several times slower at one time than at another.
        assert!((0.1..10.0).contains(&ratio), "{pace:?}, ratio {ratio}");
        let exact = TrainingSettings { flow: FlowKind::Exact, ..settings };
        assert!(pace.estimate_s(&exact) < pace.estimate_s(&settings));
        assert!(Pace::measure(&Snapshot::default(), &Ensemble::default(), &settings).is_err());
    }
}
