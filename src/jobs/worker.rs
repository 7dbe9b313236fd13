//! A background thread that carries out one order after another: the runner of everything that is not a loop of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, unbounded};

use super::thread::{Cores, JobFault, JobName, panic_text, start};

/// What becomes of orders that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inbox {
    /// Each is carried out, in their order.
    Queue,
    /// A newer one replaces the one that waits.
    Latest,
}

/// Where a worker puts what it reports.
pub struct Outbox<E>(Sender<E>);

impl<E> Outbox<E> {
    /// Reports an event; never blocks.
    pub fn tell(&self, event: E) {
        // Fails only when nobody listens any more.
        let _ = self.0.send(event);
    }
}

/// The thread. It ends when this is dropped, after the orders that wait.
pub struct Worker<O, E> {
    orders: Sender<O>,
    /// The other end of the orders, where the newest replaces the one that waits.
    replaced: Option<Receiver<O>>,
    events: Receiver<E>,
    faults: Receiver<JobFault>,
    waiting: Arc<AtomicUsize>,
}

/// Work of any kind.
pub type QueuedWork = Box<dyn FnOnce() + Send>;

/// A worker that does any work, piece by piece.
pub type WorkQueue = Worker<QueuedWork, ()>;

impl<O: Send + 'static, E: Send + 'static> Worker<O, E> {
    /// Starts the thread. `make` is called in it, at the first order and again after a panic, and gives what carries out the
    /// orders. A panic, or a thread that cannot be started, is one of [`Self::faults`]; orders given then are lost.
    pub fn start<S: FnMut(O, &Outbox<E>)>(
        name: JobName,
        cores: Cores,
        inbox: Inbox,
        make: impl Fn() -> S + Send + 'static,
    ) -> Self {
        let (orders, received) = match inbox {
            Inbox::Queue => unbounded(),
            Inbox::Latest => bounded(1),
        };
        let (sender, events) = unbounded();
        let waiting = Arc::new(AtomicUsize::new(0));
        let replaced = (inbox == Inbox::Latest).then(|| received.clone());
        let (fault_sender, faults) = unbounded();
        let (left, outbox, theirs) = (waiting.clone(), Outbox(sender), fault_sender.clone());
        let started = start(name, cores, move || serve_all(name, &received, &outbox, &theirs, &left, make));
        if let Err(fault) = started {
            // The receiver is in hand.
            let _ = fault_sender.send(fault);
        }
        Self { orders, replaced, events, faults, waiting }
    }

    /// Gives the thread an order; by [`Inbox::Latest`] it replaces one that waits. Never blocks.
    pub fn order(&self, order: O) {
        self.waiting.fetch_add(1, Ordering::AcqRel);
        let mut order = order;
        loop {
            match (self.orders.try_send(order), &self.replaced) {
                (Err(TrySendError::Full(newest)), Some(replaced)) => {
                    if replaced.try_recv().is_ok() {
                        self.waiting.fetch_sub(1, Ordering::Release);
                    }
                    order = newest;
                }
                // Without a thread, which has been told, the order is lost.
                (Err(_), _) => {
                    self.waiting.fetch_sub(1, Ordering::Release);
                    return;
                }
                (Ok(()), _) => return,
            }
        }
    }

    /// Orders that are not carried out yet.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    /// Whether every order is carried out.
    pub fn is_idle(&self) -> bool {
        self.waiting() == 0
    }

    /// What has happened since the last call.
    pub fn events(&self) -> impl Iterator<Item = E> + '_ {
        self.events.try_iter()
    }

    /// The last of what has happened since the last call.
    pub fn newest(&self) -> Option<E> {
        self.events().last()
    }

    /// What went wrong with the thread since the last call.
    pub fn faults(&self) -> impl Iterator<Item = JobFault> + '_ {
        self.faults.try_iter()
    }

    /// The next event, waited for.
    #[cfg(test)]
    pub fn next_event(&self, patience: std::time::Duration) -> Option<E> {
        self.events.recv_timeout(patience).ok()
    }
}

impl WorkQueue {
    /// Starts a thread that does the work put into it, in order.
    pub fn queue(name: JobName) -> Self {
        Self::start(name, Cores::Shared, Inbox::Queue, || |work: QueuedWork, _: &Outbox<()>| work())
    }

    /// Puts work at the end of the queue.
    pub fn put(&self, work: impl FnOnce() + Send + 'static) {
        self.order(Box::new(work));
    }
}

fn serve_all<O, E, S: FnMut(O, &Outbox<E>)>(
    name: JobName,
    orders: &Receiver<O>,
    outbox: &Outbox<E>,
    faults: &Sender<JobFault>,
    waiting: &AtomicUsize,
    make: impl Fn() -> S,
) {
    let mut server = None;
    let mut told = None;
    for order in orders {
        let served = catch_unwind(AssertUnwindSafe(|| server.get_or_insert_with(&make)(order, outbox)));
        if let Err(panic) = served {
            server = None;
            let fault = JobFault::Panicked { what: name.what, why: panic_text(panic.as_ref()).to_owned() };
            // One that comes again with each order is told once.
            if told.as_ref() != Some(&fault) {
                told = Some(fault.clone());
                let _ = faults.send(fault);
            }
        }
        waiting.fetch_sub(1, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const TEST: JobName = JobName { thread: "test", what: "a test" };
    const PATIENCE: Duration = Duration::from_secs(20);

    #[test]
    fn a_queue_is_worked_off_in_its_order_and_counted_until_done() {
        let queue = WorkQueue::queue(TEST);
        let (done, seen) = unbounded();
        let (go, may_go) = bounded::<()>(0);
        queue.put(move || _ = may_go.recv());
        for k in 0..50u64 {
            let done = done.clone();
            queue.put(move || _ = done.send(k));
        }
        assert_eq!(queue.waiting(), 51);
        drop(go);
        let order: Vec<u64> = (0..50).map(|_| seen.recv_timeout(PATIENCE).unwrap()).collect();
        assert_eq!(order, (0..50).collect::<Vec<_>>());
        while !queue.is_idle() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn the_newest_order_replaces_the_one_that_waits() {
        let (go, may_go) = bounded::<()>(0);
        let worker = Worker::start(TEST, Cores::Shared, Inbox::Latest, move || {
            let may_go = may_go.clone();
            move |order: u32, outbox: &Outbox<u32>| {
                let _ = may_go.recv();
                outbox.tell(order);
            }
        });
        worker.order(0);
        // The first order is in the thread's hands before the others come.
        while !worker.orders.is_empty() {
            std::thread::yield_now();
        }
        (1..10).for_each(|k| worker.order(k));
        assert_eq!(worker.waiting(), 2);
        drop(go);
        assert_eq!(worker.next_event(PATIENCE), Some(0));
        assert_eq!(worker.next_event(PATIENCE), Some(9));
        assert_eq!(worker.next_event(Duration::from_millis(50)), None);
    }

    #[test]
    fn a_panic_is_told_once_and_the_worker_begins_afresh() {
        let worker = Worker::start(TEST, Cores::ONE, Inbox::Queue, || {
            let mut served = 0;
            move |is_bad: bool, outbox: &Outbox<u32>| {
                served += 1;
                assert!(!is_bad, "on purpose");
                outbox.tell(served);
            }
        });
        [false, false, true, true, false].into_iter().for_each(|is_bad| worker.order(is_bad));
        let events = [(); 3].map(|()| worker.next_event(PATIENCE).expect("an event"));
        assert_eq!(events, [1, 2, 1]);
        while !worker.is_idle() {
            std::thread::yield_now();
        }
        let fault = JobFault::Panicked { what: "a test", why: "on purpose".to_owned() };
        assert_eq!(worker.faults().collect::<Vec<_>>(), [fault]);
        assert_eq!(worker.events().count(), 0);
    }

    #[test]
    fn the_newest_event_replaces_those_before_it() {
        let worker =
            Worker::start(TEST, Cores::ONE, Inbox::Queue, || |order: u32, outbox: &Outbox<u32>| outbox.tell(order));
        (1..=5).for_each(|k| worker.order(k));
        while !worker.is_idle() {
            std::thread::yield_now();
        }
        assert_eq!((worker.newest(), worker.newest()), (Some(5), None));
    }
}
