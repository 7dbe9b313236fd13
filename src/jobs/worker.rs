//! A background thread that carries out one order after another: the runner of everything that is not a loop of its own.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, SendTimeoutError, Sender, TrySendError, bounded, never, unbounded};

use super::serve::{Service, serve};
use super::thread::{Cores, Handle, JobFault, JobName, start};

/// Events that wait for their reader before the thread waits for it.
pub(super) const EVENT_CAPACITY: usize = 256;
/// Faults that wait for their reader; further ones repeat these.
const FAULT_CAPACITY: usize = 16;

/// How long a full outbox is waited for before the thread looks whether its order is still wanted.
const FULL_TICK: Duration = Duration::from_millis(20);

/// What becomes of orders that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inbox {
    /// Each is carried out, in their order. One that finds so many before it is dropped, which is a [`JobFault::Full`].
    Queue(usize),
    /// A queue without a limit: for files, as none may be dropped.
    Files,
    /// A newer one replaces the one that waits, and stops the one under way where that polls [`Outbox::is_stopped`].
    Latest,
}

/// What an order sees of its worker: where it puts its events, and whether it is still wanted.
pub struct Outbox<E> {
    events: Sender<E>,
    /// Disconnected when the worker is dropped; nothing is ever sent.
    ended: Receiver<()>,
    /// Number of the order under way.
    number: u64,
    shared: Arc<WorkerShared>,
}

impl<E> Outbox<E> {
    /// Reports an event; waits for the reader where too many wait, as long as the order under way is wanted. Without room the
    /// event of one that is not wanted is dropped.
    pub fn send(&self, event: E) {
        let mut event = event;
        loop {
            // Sent, or the receiver was dropped.
            let Err(TrySendError::Full(back)) = self.events.try_send(event) else { return };
            if self.is_stopped() {
                return;
            }
            let Err(SendTimeoutError::Timeout(back)) = self.events.send_timeout(back, FULL_TICK) else { return };
            event = back;
        }
    }

    /// A newer order has replaced the one under way, or it was cancelled.
    pub fn is_outdated(&self) -> bool {
        self.number < self.shared.first_wanted.load(Ordering::Acquire)
    }

    /// The result of the order under way is not wanted: it is outdated, or the worker was dropped.
    pub fn is_stopped(&self) -> bool {
        use crossbeam_channel::TryRecvError::Disconnected;
        self.is_outdated() || self.ended.try_recv() == Err(Disconnected)
    }

    /// Leaves the processor to others for a time; returns at once when the worker is dropped.
    pub fn rest(&self, time: Duration) {
        let _ = self.ended.recv_timeout(time);
    }
}

#[derive(Default)]
struct WorkerShared {
    waiting: AtomicUsize,
    /// Number of the order given last.
    newest: AtomicU64,
    /// Orders of smaller numbers are outdated.
    first_wanted: AtomicU64,
}

/// The thread. It ends when this is dropped, after the orders that wait.
pub struct Worker<O, E> {
    name: JobName,
    inbox: Inbox,
    orders: Option<Sender<(u64, O)>>,
    /// The other end of the orders, where the newest replaces the one that waits.
    replaced: Option<Receiver<(u64, O)>>,
    events: Receiver<E>,
    faults: (Sender<JobFault>, Receiver<JobFault>),
    shared: Arc<WorkerShared>,
    /// Dropped to end rests.
    end: Option<Sender<()>>,
    thread: Option<Handle>,
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
            Inbox::Queue(capacity) => bounded(capacity),
            Inbox::Files => unbounded(),
            Inbox::Latest => bounded(1),
        };
        let (sender, events) = bounded(EVENT_CAPACITY);
        let (end, ended) = bounded(0);
        let shared = Arc::<WorkerShared>::default();
        let replaced = (inbox == Inbox::Latest).then(|| received.clone());
        let faults = bounded(FAULT_CAPACITY);
        let outbox = Outbox { events: sender, ended, number: 0, shared: shared.clone() };
        let theirs = faults.0.clone();
        let work = move || {
            // What `make` gives stays in the thread.
            let mut service = OrderService { name, outbox, faults: theirs, make, server: None, reported: None };
            serve(&received, &mut service);
        };
        let started = start(name, cores, work);
        let thread = started.map_err(|fault| faults.0.try_send(fault)).ok();
        let orders = thread.is_some().then_some(orders);
        Self { name, inbox, orders, replaced, events, faults, shared, end: Some(end), thread }
    }

    /// Gives the thread an order; by [`Inbox::Latest`] it replaces one that waits. Never blocks.
    pub fn order(&self, order: O) {
        // Without a thread, which has been reported, the order is lost.
        let Some(orders) = &self.orders else { return };
        let number = self.shared.newest.fetch_add(1, Ordering::AcqRel) + 1;
        if self.inbox == Inbox::Latest {
            self.shared.first_wanted.store(number, Ordering::Release);
        }
        self.shared.waiting.fetch_add(1, Ordering::AcqRel);
        let mut order = (number, order);
        loop {
            match (orders.try_send(order), &self.replaced) {
                (Ok(()), _) => return,
                (Err(TrySendError::Full(newest)), Some(replaced)) => {
                    if replaced.try_recv().is_ok() {
                        self.shared.waiting.fetch_sub(1, Ordering::Release);
                    }
                    order = newest;
                }
                (Err(_), _) => {
                    self.shared.waiting.fetch_sub(1, Ordering::Release);
                    let _ = self.faults.0.try_send(JobFault::Full { what: self.name.what });
                    return;
                }
            }
        }
    }

    /// Drops the orders so far: those that wait are not carried out, the one under way ends where it polls
    /// [`Outbox::is_stopped`].
    pub fn cancel(&self) {
        let next = self.shared.newest.load(Ordering::Acquire) + 1;
        self.shared.first_wanted.store(next, Ordering::Release);
    }

    /// Orders that are not carried out yet.
    pub fn waiting(&self) -> usize {
        self.shared.waiting.load(Ordering::Acquire)
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
        self.faults.1.try_iter()
    }

    /// Ends the thread, and waits at most `patience` until the orders so far are carried out.
    pub fn end(&mut self, patience: Duration) {
        self.close();
        if let Some(thread) = self.thread.take() {
            thread.wait_for(patience);
        }
    }

    /// Takes no more orders.
    fn close(&mut self) {
        (self.orders, self.end) = (None, None);
        // The thread waits no longer for its reader.
        self.events = never();
    }

    /// The next event, waited for.
    #[cfg(test)]
    pub fn next_event(&self, patience: Duration) -> Option<E> {
        self.events.recv_timeout(patience).ok()
    }
}

impl WorkQueue {
    /// Starts a thread that does the work put into it, in order.
    pub fn queue(name: JobName, cores: Cores, inbox: Inbox) -> Self {
        Self::start(name, cores, inbox, || |work: QueuedWork, _: &Outbox<()>| work())
    }

    /// Puts work at the end of the queue.
    pub fn put(&self, work: impl FnOnce() + Send + 'static) {
        self.order(Box::new(work));
    }
}

/// Carries out the orders of a worker.
struct OrderService<E, S, M> {
    name: JobName,
    outbox: Outbox<E>,
    faults: Sender<JobFault>,
    make: M,
    server: Option<S>,
    reported: Option<JobFault>,
}

impl<O, E, S: FnMut(O, &Outbox<E>), M: Fn() -> S> Service<(u64, O)> for OrderService<E, S, M> {
    fn take(&mut self, (number, order): (u64, O)) -> ControlFlow<()> {
        self.outbox.number = number;
        if !self.outbox.is_outdated() {
            self.server.get_or_insert_with(&self.make)(order, &self.outbox);
        }
        self.outbox.shared.waiting.fetch_sub(1, Ordering::Release);
        ControlFlow::Continue(())
    }

    fn on_panic(&mut self, why: &str) -> ControlFlow<()> {
        self.server = None;
        let fault = JobFault::Panicked { what: self.name.what, why: why.to_owned() };
        // One that comes again with each order is reported once.
        if self.reported.as_ref() != Some(&fault) {
            self.reported = Some(fault.clone());
            let _ = self.faults.try_send(fault);
        }
        self.outbox.shared.waiting.fetch_sub(1, Ordering::Release);
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::thread::testing::without_threads;

    const TEST: JobName = JobName { thread: "test", what: "a test" };
    const PATIENCE: Duration = Duration::from_secs(20);

    #[test]
    fn a_queue_is_worked_off_in_its_order_and_counted_until_done() {
        let queue = WorkQueue::queue(TEST, Cores::Shared, Inbox::Files);
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
        let (begin, begun) = bounded(2);
        let worker = Worker::start(TEST, Cores::Shared, Inbox::Latest, move || {
            let (may_go, begin) = (may_go.clone(), begin.clone());
            move |order: u32, outbox: &Outbox<u32>| {
                let _ = begin.send(order);
                let _ = may_go.recv();
                outbox.send(order);
            }
        });
        worker.order(0);
        // The first order is worked on before the others come.
        assert_eq!(begun.recv_timeout(PATIENCE), Ok(0));
        (1..10).for_each(|k| worker.order(k));
        assert_eq!(worker.waiting(), 2);
        drop(go);
        assert_eq!(worker.next_event(PATIENCE), Some(0));
        assert_eq!(worker.next_event(PATIENCE), Some(9));
        assert_eq!(worker.next_event(Duration::from_millis(50)), None);
    }

    #[test]
    fn a_panic_is_reported_once_and_the_worker_starts_again() {
        let worker = Worker::start(TEST, Cores::ONE, Inbox::Queue(8), || {
            let mut served = 0;
            move |is_bad: bool, outbox: &Outbox<u32>| {
                served += 1;
                assert!(!is_bad, "on purpose");
                outbox.send(served);
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
            Worker::start(TEST, Cores::ONE, Inbox::Queue(8), || |order: u32, outbox: &Outbox<u32>| outbox.send(order));
        (1..=5).for_each(|k| worker.order(k));
        while !worker.is_idle() {
            std::thread::yield_now();
        }
        assert_eq!((worker.newest(), worker.newest()), (Some(5), None));
    }

    /// A worker that carries out each order when it may go, and reports it with whether it was stopped. At the first
    /// return it has one order in hand, 0.
    fn held(inbox: Inbox) -> (Worker<u32, (u32, bool)>, Sender<()>) {
        let (go, may_go) = bounded::<()>(0);
        let (begin, begun) = bounded(1);
        let worker = Worker::start(TEST, Cores::Shared, inbox, move || {
            let (may_go, begin) = (may_go.clone(), begin.clone());
            move |order: u32, outbox: &Outbox<(u32, bool)>| {
                let _ = begin.try_send(());
                let _ = may_go.recv();
                outbox.send((order, outbox.is_stopped()));
            }
        });
        worker.order(0);
        begun.recv_timeout(PATIENCE).expect("it has begun");
        (worker, go)
    }

    #[test]
    fn a_cancel_stops_the_order_under_way_and_drops_those_that_wait() {
        let (worker, go) = held(Inbox::Queue(8));
        worker.order(1);
        worker.cancel();
        worker.order(2);
        drop(go);
        assert_eq!(worker.next_event(PATIENCE), Some((0, true)));
        assert_eq!(worker.next_event(PATIENCE), Some((2, false)), "what is ordered after a cancel is carried out");
    }

    #[test]
    fn a_newer_order_stops_the_one_under_way_of_a_latest_inbox() {
        for (inbox, stops) in [(Inbox::Latest, true), (Inbox::Queue(8), false)] {
            let (worker, go) = held(inbox);
            worker.order(1);
            drop(go);
            assert_eq!(worker.next_event(PATIENCE), Some((0, stops)), "{inbox:?}");
            assert_eq!(worker.next_event(PATIENCE), Some((1, false)), "{inbox:?}");
        }
    }

    #[test]
    fn an_order_that_finds_no_room_is_a_fault() {
        let (worker, go) = held(Inbox::Queue(1));
        (1..4).for_each(|k| worker.order(k));
        drop(go);
        let full = JobFault::Full { what: "a test" };
        assert_eq!(worker.faults().collect::<Vec<_>>(), [full.clone(), full]);
        assert_eq!([(); 2].map(|()| worker.next_event(PATIENCE)), [Some((0, false)), Some((1, false))]);
    }

    #[test]
    fn a_thread_that_cannot_start_is_a_fault() {
        let worker = without_threads(|| WorkQueue::queue(TEST, Cores::Shared, Inbox::Files));
        worker.put(|| unreachable!("there is no thread"));
        assert!(worker.is_idle());
        let faults: Vec<_> = worker.faults().collect();
        assert!(matches!(&faults[..], [JobFault::NotStarted { what: "a test", .. }]), "{faults:?}");
    }

    #[test]
    fn an_end_interrupts_rests_and_carries_out_what_waits() {
        let (done, seen) = unbounded();
        let mut worker = Worker::start(TEST, Cores::Shared, Inbox::Queue(8), move || {
            let done = done.clone();
            move |order: u32, outbox: &Outbox<()>| {
                outbox.rest(Duration::MAX);
                let _ = done.send((order, outbox.is_stopped()));
            }
        });
        (0..3).for_each(|k| worker.order(k));
        worker.end(PATIENCE);
        assert_eq!(seen.try_iter().collect::<Vec<_>>(), [(0, true), (1, true), (2, true)]);
    }

    #[test]
    fn a_thread_that_waits_for_its_reader_can_be_ended() {
        let mut worker = Worker::start(TEST, Cores::Shared, Inbox::Latest, || {
            |_: (), outbox: &Outbox<usize>| (0..=2 * EVENT_CAPACITY).for_each(|k| outbox.send(k))
        });
        worker.order(());
        assert_eq!(worker.next_event(PATIENCE), Some(0));
        worker.end(PATIENCE);
        assert!(worker.is_idle());
    }

    #[test]
    fn a_cancel_frees_a_thread_that_waits_for_its_reader() {
        let worker = Worker::start(TEST, Cores::Shared, Inbox::Queue(8), || {
            |count: usize, outbox: &Outbox<usize>| (0..count).for_each(|k| outbox.send(k))
        });
        worker.order(2 * EVENT_CAPACITY);
        assert_eq!(worker.next_event(PATIENCE), Some(0));
        worker.cancel();
        while !worker.is_idle() {
            std::thread::yield_now();
        }
        assert!(worker.events().count() <= EVENT_CAPACITY + 1);
    }
}
