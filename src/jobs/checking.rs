//! The check of a swarm's rule in the background: one named thread that pauses, resumes and stops between any two pieces of
//! the measurement. The terminal and the window consume the same events.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::control::{Control, Wish};
use super::worker::EVENT_CAPACITY;
use super::{Cores, JobName, guarded, start};
use crate::worlds::swarm::measures::{CheckError, CheckProgress};

const CHECKING: JobName = JobName { thread: "certify", what: "The certificate" };
/// Least time between two reports of progress in one phase.
const REPORT_EVERY: Duration = Duration::from_millis(200);

/// What a check reports. The last event is any but [`CheckEvent::Progress`].
#[derive(Clone, Debug, PartialEq)]
pub enum CheckEvent<T> {
    /// At the begin of each phase, and a few times a second.
    Progress {
        /// Such as "growing".
        phase: &'static str,
        /// Steps so far, over all replicas.
        done: u64,
        /// Steps of the whole check, as far as is known.
        total: u64,
    },
    /// What was measured.
    Finished(T),
    /// It was stopped before its end.
    Stopped,
    /// One sentence.
    Failed(String),
}

/// A check that runs. Dropping it stops the check, without waiting for that.
pub struct CheckRun<T> {
    control: Arc<Control>,
    events: Receiver<CheckEvent<T>>,
}

impl<T: Send + 'static> CheckRun<T> {
    /// Starts to measure in a thread with `cores`. What cannot be measured arrives as an event.
    pub fn start(
        cores: Cores,
        measure: impl FnOnce(&dyn CheckProgress) -> Result<T, CheckError> + Send + 'static,
    ) -> Self {
        let control = Arc::new(Control::default());
        let (sender, events) = bounded(EVENT_CAPACITY);
        let reporter = CheckReporter { control: control.clone(), outbox: sender.clone(), progress: Mutex::default() };
        let work = move || {
            let result = guarded("the certificate", || match measure(&reporter) {
                Err(CheckError::Stopped) => Ok(CheckEvent::Stopped),
                result => result.map(CheckEvent::Finished).map_err(|e| e.to_string()),
            });
            // Fails only when the run was dropped.
            let _ = reporter.outbox.send(result.unwrap_or_else(CheckEvent::Failed));
        };
        if let Err(fault) = start(CHECKING, cores, work) {
            // The receiver is in hand.
            let _ = sender.send(CheckEvent::Failed(fault.to_string()));
        }
        Self { control, events }
    }
}

impl<T> CheckRun<T> {
    /// Takes effect after the pieces of the measurement that are under way.
    pub fn pause(&self) {
        self.control.order(Wish::Pause);
    }

    /// Continues a paused check.
    pub fn resume(&self) {
        self.control.order(Wish::Run);
    }

    /// Ends the check, also when it is paused.
    pub fn stop(&self) {
        self.control.order(Wish::Stop);
    }

    /// The channel ends after the last event.
    pub fn events(&self) -> &Receiver<CheckEvent<T>> {
        &self.events
    }
}

impl<T> Drop for CheckRun<T> {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Sends the progress of a check, and blocks it while it is paused.
struct CheckReporter<T> {
    control: Arc<Control>,
    outbox: Sender<CheckEvent<T>>,
    progress: Mutex<CheckCount>,
}

/// How far a check is.
#[derive(Default)]
struct CheckCount {
    phase: &'static str,
    done: u64,
    total: u64,
    reported: Option<Instant>,
}

impl<T> CheckReporter<T> {
    fn lock(&self) -> MutexGuard<'_, CheckCount> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report(&self, count: &mut CheckCount) {
        count.reported = Some(Instant::now());
        let CheckCount { phase, done, total, .. } = *count;
        // Without room newer progress takes its place.
        let _ = self.outbox.try_send(CheckEvent::Progress { phase, done, total });
    }
}

impl<T: Send> CheckProgress for CheckReporter<T> {
    fn total(&self, steps: u64) {
        self.lock().total = steps;
    }

    fn phase(&self, name: &'static str) {
        let mut count = self.lock();
        if count.phase != name {
            count.phase = name;
            self.report(&mut count);
        }
    }

    fn advance(&self, steps: u64) {
        self.control.wait_while_paused(|| {});
        let mut count = self.lock();
        count.done += steps;
        if count.reported.is_none_or(|reported| reported.elapsed() >= REPORT_EVERY) {
            self.report(&mut count);
        }
    }

    fn is_stopped(&self) -> bool {
        self.control.wish() == Wish::Stop
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    /// Makes steps until it is stopped, or `steps` of them.
    fn count(steps: u64) -> CheckRun<u64> {
        CheckRun::start(Cores::ONE, move |progress| {
            progress.total(steps);
            progress.phase("counting");
            for _ in 0..steps {
                progress.advance(1);
                if progress.is_stopped() {
                    return Err(CheckError::Stopped);
                }
                std::thread::sleep(Duration::from_micros(20));
            }
            Ok(steps)
        })
    }

    fn next(run: &CheckRun<u64>) -> CheckEvent<u64> {
        run.events().recv_timeout(PATIENCE).expect("an event")
    }

    #[test]
    fn a_check_reports_its_phases_and_ends_with_what_it_measured() {
        let run = count(3);
        assert_eq!(next(&run), CheckEvent::Progress { phase: "counting", done: 0, total: 3 });
        assert_eq!(run.events().iter().last(), Some(CheckEvent::Finished(3)));
        assert!(run.events().recv().is_err(), "the channel ends");
    }

    #[test]
    fn a_check_pauses_goes_on_and_stops_also_while_paused() {
        let run = count(u64::MAX);
        assert!(matches!(next(&run), CheckEvent::Progress { .. }));
        run.pause();
        std::thread::sleep(2 * REPORT_EVERY);
        run.events().try_iter().for_each(drop);
        std::thread::sleep(2 * REPORT_EVERY);
        assert!(run.events().is_empty(), "a paused check does nothing");
        run.resume();
        assert!(matches!(next(&run), CheckEvent::Progress { done: 1.., .. }));
        run.pause();
        run.stop();
        assert_eq!(run.events().iter().last(), Some(CheckEvent::Stopped));
    }

    #[test]
    fn errors_panics_and_missing_threads_are_one_sentence() {
        let last = |run: &CheckRun<()>| run.events().iter().last().expect("a last event");
        let refused = CheckRun::start(Cores::ONE, |_| Err(CheckError::NoPattern));
        assert_eq!(last(&refused), CheckEvent::Failed(CheckError::NoPattern.to_string()));
        let broken = CheckRun::start(Cores::ONE, |_| panic!("on purpose"));
        assert!(matches!(last(&broken), CheckEvent::Failed(why) if why.contains("bug in the program (on purpose)")));
        let unborn = crate::jobs::thread::testing::without_threads(|| CheckRun::start(Cores::ONE, |_| Ok(())));
        assert!(matches!(last(&unborn), CheckEvent::Failed(why) if why.contains("started no thread")));
    }
}
