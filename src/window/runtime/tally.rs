//! What the engine counts, as rates: pair tests in a second, and particle steps that it had to refuse.

use std::time::Instant;

use crate::worlds::swarm::engine::Counters;

/// The last two counts of the engine, each as of the moment it was asked for.
#[derive(Default)]
pub struct Tally {
    newest: Option<(Counters, Instant)>,
    before: Option<(Counters, Instant)>,
}

impl Tally {
    pub fn take(&mut self, counters: Counters, asked: Instant) {
        let older = self.newest.replace((counters, asked));
        // A new engine counts from zero.
        self.before =
            older.filter(|(older, _)| older.pair_tests <= counters.pair_tests && older.steps <= counters.steps);
    }

    /// Between the last two counts.
    pub fn pair_tests_per_s(&self) -> Option<f64> {
        let ((before, since), (newest, until)) = (self.before?, self.newest?);
        let seconds = until.saturating_duration_since(since).as_secs_f64();
        (seconds > 0.0).then(|| (newest.pair_tests - before.pair_tests) as f64 / seconds)
    }

    /// Particles that cannot go on (on the processor), or particle steps refused between the last two counts (on a GPU):
    /// their results were no numbers.
    pub fn faults(&self, on_gpu: bool) -> u64 {
        let count = |of: Option<(Counters, Instant)>| of.map_or(0, |(counters, _)| counters.non_finite);
        if on_gpu { count(self.newest).saturating_sub(count(self.before)) } else { count(self.newest) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn rates_are_differences_and_restart_with_a_new_engine() {
        let mut tally = Tally::default();
        let begin = Instant::now();
        let counted = |pair_tests, non_finite, steps| Counters { pair_tests, non_finite, steps, ..Counters::default() };
        let after = |s: u64| begin + Duration::from_secs(s);
        tally.take(counted(1000, 3, 10), after(0));
        assert_eq!((tally.pair_tests_per_s(), tally.faults(true)), (None, 3));
        tally.take(counted(5000, 3, 20), after(2));
        assert_eq!((tally.pair_tests_per_s(), tally.faults(true), tally.faults(false)), (Some(2000.0), 0, 3));
        tally.take(counted(6000, 10, 30), after(3));
        assert_eq!(tally.faults(true), 7);
        tally.take(counted(50, 0, 1), after(4));
        assert_eq!((tally.pair_tests_per_s(), tally.faults(true)), (None, 0));
    }
}
