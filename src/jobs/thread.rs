//! The one place where the program starts threads: each has a name and its share of the cores, and a panic becomes a sentence.

use std::any::Any;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

/// What a thread is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobName {
    /// Short: lists of threads cut names after 15 letters.
    pub thread: &'static str,
    /// As the subject of a sentence for the user.
    pub what: &'static str,
}

/// What went wrong with a job as a whole; one sentence for the user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobFault {
    /// The system gave no thread.
    #[error("{what} does not work: the system started no thread ({why}); close other programs and start Unstill again")]
    NotStarted {
        /// [`JobName::what`] of the job.
        what: &'static str,
        /// The system's reason.
        why: String,
    },
    /// Too many orders wait.
    #[error("{what} is too far behind, so the last order was dropped; wait a moment and repeat it")]
    Full {
        /// [`JobName::what`] of the job.
        what: &'static str,
    },
    /// The thread panicked.
    #[error("{what} stopped because of a bug in the program ({why}); please report it. Your work is kept")]
    Panicked {
        /// [`JobName::what`] of the job.
        what: &'static str,
        /// The message of the panic.
        why: String,
    },
}

/// Added to the niceness of threads that yield to the frames: where both want a core they get a tenth of it.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Which cores the parallel loops of a thread use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cores {
    /// Those that everything shares.
    Shared,
    /// This many threads of its own, at a lower priority than those that draw the window.
    Own(NonZero<usize>),
}

impl Cores {
    /// One thread: work that is not to slow the others.
    pub const ONE: Self = Self::Own(NonZero::<usize>::MIN);

    /// As many threads of its own as there are cores.
    pub fn all_own() -> Self {
        Self::Own(std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN))
    }
}

/// A thread that was started; dropping this leaves it alone.
#[derive(Debug)]
pub struct Handle {
    /// Disconnected when the thread has ended; nothing is ever sent.
    ended: Receiver<()>,
}

impl Handle {
    /// Waits until the thread has ended.
    pub fn wait(self) {
        let _ = self.ended.recv();
    }

    /// Waits at most `patience`.
    pub fn wait_for(self, patience: Duration) {
        let _ = self.ended.recv_timeout(patience);
    }
}

/// Starts a thread. `work` catches its own panics where a caller waits for what it does; see [`guarded`].
///
/// # Errors
/// [`JobFault::NotStarted`]
pub fn start(name: JobName, cores: Cores, work: impl FnOnce() + Send + 'static) -> Result<Handle, JobFault> {
    let (end, ended) = bounded(0);
    let work = move || {
        // Reported on stderr; a thread of a pool must not take the program with it.
        let _ = catch_unwind(AssertUnwindSafe(work));
        drop::<crossbeam_channel::Sender<()>>(end);
    };
    #[cfg(test)]
    if testing::are_threads_refused() {
        return Err(JobFault::NotStarted { what: name.what, why: "refused by a test".to_owned() });
    }
    let title = format!("unstill-{}", name.thread);
    let started = match cores {
        Cores::Shared => std::thread::Builder::new().name(title).spawn(work).map(drop).map_err(|e| e.to_string()),
        Cores::Own(count) => {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(count.get())
                .thread_name(move |_| title.clone())
                .start_handler(|_| yield_to_frames());
            // The pool lives as long as its work.
            pool.build().map(|pool| pool.spawn(work)).map_err(|e| e.to_string())
        }
    };
    started.map(|()| Handle { ended }).map_err(|why| JobFault::NotStarted { what: name.what, why })
}

/// Lowers the priority of this thread: a software device draws the window on the same cores. On Linux only: elsewhere such
/// devices are rare.
fn yield_to_frames() {
    // `nice` applies to the calling thread alone on Linux. A failure costs frames, not results.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(NICE);
}

/// What `work` gives; a panic in it becomes one sentence about `what`.
///
/// # Errors
/// Those of `work`, and its panic.
pub fn guarded<T>(what: &str, work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(bug_text(what, panic_text(panic.as_ref()))))
}

/// The sentence about a job that panicked.
pub(super) fn bug_text(what: &str, why: &str) -> String {
    format!("{what} failed because of a bug in the program ({why}); please report it. Your work is kept")
}

/// The message of a panic.
pub fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason given")
}

#[cfg(test)]
pub mod testing {
    use std::cell::Cell;

    thread_local! {
        static REFUSED: Cell<bool> = const { Cell::new(false) };
    }

    /// Does `work` as on a system that starts no thread.
    pub fn without_threads<T>(work: impl FnOnce() -> T) -> T {
        REFUSED.set(true);
        let result = work();
        REFUSED.set(false);
        result
    }

    pub fn are_threads_refused() -> bool {
        REFUSED.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEST: JobName = JobName { thread: "test", what: "a test" };

    #[test]
    fn a_thread_has_its_name_and_its_number_of_cores() {
        for (cores, count) in
            [(Cores::ONE, Some(1)), (Cores::Own(NonZero::new(3).unwrap()), Some(3)), (Cores::Shared, None)]
        {
            let (send, receive) = bounded(1);
            let work = move || {
                let name = std::thread::current().name().map(str::to_owned);
                let _ = send.send((name, rayon::current_num_threads()));
            };
            start(TEST, cores, work).unwrap().wait();
            let (name, threads) = receive.try_recv().expect("the thread has ended");
            assert_eq!(name.as_deref(), Some("unstill-test"));
            assert_eq!(threads, count.unwrap_or_else(rayon::current_num_threads));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn threads_of_their_own_yield_to_the_frames() {
        const MAX_NICENESS: i32 = 19;
        let niceness = |cores| {
            let (send, receive) = bounded(1);
            start(TEST, cores, move || _ = send.send(rustix::process::getpriority_process(None))).unwrap().wait();
            receive.try_recv().expect("the thread has ended").expect("a thread has a niceness")
        };
        let shared = niceness(Cores::Shared);
        assert_eq!(niceness(Cores::all_own()), (shared + NICE).min(MAX_NICENESS));
        assert_eq!(niceness(Cores::Shared), shared);
    }

    #[test]
    fn a_panic_ends_the_thread_and_nothing_else() {
        for cores in [Cores::Shared, Cores::ONE] {
            start(TEST, cores, || panic!("on purpose")).unwrap().wait();
        }
    }

    #[test]
    fn a_panic_is_a_sentence() {
        assert_eq!(guarded("it", || Ok(3)), Ok(3));
        let why = guarded::<()>("saving a.ron", || panic!("no {}", "luck")).unwrap_err();
        assert!(why.starts_with("saving a.ron failed") && why.contains("no luck"), "{why}");
    }
}
