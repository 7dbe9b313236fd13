//! How many steps a check makes between two polls of its stop signal.

use std::time::{Duration, Instant};

/// Most steps of a chunk.
const MAX_STEPS: u32 = 100;
/// Aim for the duration of a chunk: half of what a stop may take.
const CHUNK_TIME: Duration = Duration::from_millis(50);

/// The length of the next chunk, by the duration of the last one. Large swarms on the processor take milliseconds a step.
pub(super) struct CheckPace {
    steps: u32,
}

impl Default for CheckPace {
    /// One step, as its duration is not known.
    fn default() -> Self {
        Self { steps: 1 }
    }
}

impl CheckPace {
    /// One chunk: `work` makes at most so many steps, and returns how many.
    pub fn run<E>(&mut self, work: impl FnOnce(u32) -> Result<u32, E>) -> Result<u32, E> {
        let begun = Instant::now();
        let done = work(self.steps)?;
        self.adapt(done, begun.elapsed());
        Ok(done)
    }

    /// After `done` steps that took so long. Chunks at most double, as a single duration may be an accident.
    fn adapt(&mut self, done: u32, took: Duration) {
        let fitting = f64::from(done) * CHUNK_TIME.as_secs_f64() / took.as_secs_f64().max(1e-9);
        self.steps = (fitting as u32).min(2 * self.steps).clamp(1, MAX_STEPS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps of the chunks of a run whose steps take this long.
    fn chunks(of_step: Duration) -> Vec<u32> {
        let mut pace = CheckPace::default();
        let chunk = |_| {
            let steps = pace.steps;
            pace.adapt(steps, steps * of_step);
            steps
        };
        (0..10).map(chunk).collect()
    }

    #[test]
    fn chunks_become_as_long_as_a_poll_may_wait() {
        assert_eq!(chunks(Duration::from_micros(10)), [1, 2, 4, 8, 16, 32, 64, 100, 100, 100]);
        assert_eq!(chunks(Duration::from_millis(10)), [1, 2, 4, 5, 5, 5, 5, 5, 5, 5]);
        assert_eq!(chunks(Duration::from_secs(1)), [1; 10]);
    }

    #[test]
    fn a_slow_chunk_shortens_the_next_one() {
        let mut pace = CheckPace { steps: MAX_STEPS };
        pace.adapt(MAX_STEPS, Duration::from_secs(1));
        assert_eq!(pace.steps, 5);
        pace.adapt(0, Duration::ZERO);
        assert_eq!(pace.steps, 1, "a chunk is never empty");
    }
}
