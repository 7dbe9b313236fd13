//! The loop of every thread that takes orders: workers, the canvas, the living swarm, recordings.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use crossbeam_channel::{Receiver, TryRecvError};

use super::thread::panic_text;

/// What carries out the orders of a thread.
pub trait Service<O> {
    /// Carries out one order; [`ControlFlow::Break`] ends the thread.
    fn take(&mut self, order: O) -> ControlFlow<()>;

    /// Called after the orders of a turn, which began at `woke`.
    fn advance(&mut self, woke: Instant) {
        let _ = woke;
    }

    /// When the next turn begins.
    fn next_turn(&self) -> NextTurn {
        NextTurn::Order(None)
    }

    /// [`Self::take`] or [`Self::advance`] panicked with this message.
    fn on_panic(&mut self, why: &str) -> ControlFlow<()>;
}

/// When a thread wakes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextTurn {
    /// At the next order, and not before this time.
    Order(Option<Instant>),
    /// At this time, with or without orders.
    Time(Instant),
}

/// Serves until the other end of `orders` is dropped and all of them are carried out, or the service ends it. Each turn takes
/// the orders that wait. A panic ends one call.
pub fn serve<O>(orders: &Receiver<O>, service: &mut impl Service<O>) {
    loop {
        let first = match service.next_turn() {
            NextTurn::Order(not_before) => {
                not_before.into_iter().for_each(sleep_until);
                let Ok(order) = orders.recv() else { return };
                Some(order)
            }
            NextTurn::Time(at) => {
                sleep_until(at);
                None
            }
        };
        let woke = Instant::now();
        let mut next = first.ok_or(TryRecvError::Empty).or_else(|_| orders.try_recv());
        while let Ok(order) = next {
            if guarded(service, |service| service.take(order)).is_break() {
                return;
            }
            next = orders.try_recv();
        }
        let advance = |service: &mut _| {
            Service::advance(service, woke);
            ControlFlow::Continue(())
        };
        if matches!(next, Err(TryRecvError::Disconnected)) || guarded(service, advance).is_break() {
            return;
        }
    }
}

fn guarded<O, S: Service<O>>(service: &mut S, call: impl FnOnce(&mut S) -> ControlFlow<()>) -> ControlFlow<()> {
    let called = catch_unwind(AssertUnwindSafe(|| call(service)));
    called.unwrap_or_else(|panic| service.on_panic(panic_text(panic.as_ref())))
}

fn sleep_until(time: Instant) {
    std::thread::sleep(time.saturating_duration_since(Instant::now()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossbeam_channel::unbounded;

    /// Notes what happens; panics at 7 and ends at 9.
    #[derive(Default)]
    struct Notes(Vec<String>);

    impl Service<u32> for Notes {
        fn take(&mut self, order: u32) -> ControlFlow<()> {
            assert!(order != 7, "on purpose");
            self.0.push(order.to_string());
            if order == 9 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }

        fn advance(&mut self, _: Instant) {
            self.0.push("turn".to_owned());
        }

        fn next_turn(&self) -> NextTurn {
            // The first turn waits for nothing.
            if self.0.is_empty() { NextTurn::Time(Instant::now()) } else { NextTurn::Order(None) }
        }

        fn on_panic(&mut self, why: &str) -> ControlFlow<()> {
            self.0.push(why.to_owned());
            ControlFlow::Continue(())
        }
    }

    fn notes(orders: &[u32], stays_open: bool) -> Vec<String> {
        let (sender, receiver) = unbounded();
        orders.iter().for_each(|&order| sender.send(order).expect("it is open"));
        let sender = stays_open.then_some(sender);
        let mut service = Notes::default();
        serve(&receiver, &mut service);
        drop(sender);
        service.0
    }

    #[test]
    fn orders_of_a_closed_inbox_are_carried_out_first() {
        assert_eq!(notes(&[1, 2, 3], false), ["1", "2", "3"]);
    }

    #[test]
    fn a_panic_ends_one_order_and_a_break_the_loop() {
        assert_eq!(notes(&[1, 7, 2, 9, 3], true), ["1", "on purpose", "2", "9"]);
    }
}
