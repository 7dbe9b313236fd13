//! One thread with a queue: jobs are done one after another, in the order they were put there.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_channel::{Sender, unbounded};

type QueuedWork = Box<dyn FnOnce() + Send>;

/// The thread. It ends when this is dropped, after the jobs that wait.
pub struct Desk {
    jobs: Sender<QueuedWork>,
    waiting: Arc<AtomicUsize>,
}

impl Desk {
    pub fn new(name: &str) -> Self {
        let (jobs, inbox) = unbounded::<QueuedWork>();
        let waiting = Arc::new(AtomicUsize::new(0));
        let left = waiting.clone();
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                for job in inbox {
                    job();
                    left.fetch_sub(1, Ordering::Release);
                }
            })
            .expect("the system can start one more thread");
        Self { jobs, waiting }
    }

    /// Puts a job at the end of the queue. A job must not panic: see [`guarded`].
    pub fn put(&self, job: impl FnOnce() + Send + 'static) {
        self.waiting.fetch_add(1, Ordering::AcqRel);
        // The thread lives as long as this.
        let _ = self.jobs.send(Box::new(job));
    }

    /// Jobs that are not done yet.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }
}

/// What `work` gives; a panic in it becomes one sentence about `what`.
pub fn guarded<T>(what: &str, work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref().cloned());
        let said = said.unwrap_or_else(|| "it did not say why".to_owned());
        Err(format!("{what} failed by a fault of the program ({said}); what you have is not lost"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn jobs_are_done_in_the_order_of_the_queue_and_counted_until_done() {
        let desk = Desk::new("unstill-test");
        let (done, seen) = unbounded();
        for k in 0..50u64 {
            let done = done.clone();
            desk.put(move || {
                // The earlier, the slower: on threads of their own they would overtake each other.
                std::thread::sleep(Duration::from_micros(50 * (50 - k)));
                let _ = done.send(k);
            });
        }
        assert!(desk.waiting() > 0);
        let order: Vec<u64> = (0..50).map(|_| seen.recv_timeout(Duration::from_secs(20)).unwrap()).collect();
        assert_eq!(order, (0..50).collect::<Vec<_>>());
        let (done, rest) = unbounded();
        desk.put(move || {
            let _ = done.send(());
        });
        rest.recv_timeout(Duration::from_secs(20)).unwrap();
        while desk.waiting() > 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn a_panic_is_a_sentence() {
        assert_eq!(guarded("it", || Ok(3)), Ok(3));
        let why = guarded::<()>("saving a.ron", || panic!("no {}", "luck")).unwrap_err();
        assert!(why.starts_with("saving a.ron failed") && why.contains("no luck"), "{why}");
    }
}
