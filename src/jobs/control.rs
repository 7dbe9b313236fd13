//! What a run in the background is to do: its owner orders, and the run applies the orders between two steps.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Reason;

/// How long a paused run sleeps before it looks around.
const PAUSE_TICK: Duration = Duration::from_millis(50);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Run,
    Pause,
    /// Cannot be taken back.
    Stop,
}

struct Wishes {
    wish: Wish,
    /// The present phase is to end.
    ends_phase: bool,
}

/// Seen by both sides.
pub(super) struct Control {
    wishes: Mutex<Wishes>,
    /// Rings when the wish changes.
    bell: Condvar,
}

impl Default for Control {
    fn default() -> Self {
        Self { wishes: Mutex::new(Wishes { wish: Wish::Run, ends_phase: false }), bell: Condvar::new() }
    }
}

impl Control {
    fn wishes(&self) -> MutexGuard<'_, Wishes> {
        // Nothing can panic between two writes of these plain values.
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn wish(&self) -> Wish {
        self.wishes().wish
    }

    pub(super) fn order(&self, wish: Wish) {
        let mut wishes = self.wishes();
        if wishes.wish != Wish::Stop {
            wishes.wish = wish;
        }
        drop(wishes);
        self.bell.notify_all();
    }

    pub(super) fn end_phase(&self) {
        self.wishes().ends_phase = true;
    }

    /// Whether the present phase is to end; true once for each order.
    pub(super) fn takes_end_of_phase(&self) -> bool {
        std::mem::take(&mut self.wishes().ends_phase)
    }

    /// Waits while the wish is to pause, and calls `tick` now and then; returns the wish that ended the waiting.
    pub(super) fn wait_while_paused(&self, mut tick: impl FnMut()) -> Wish {
        let mut wishes = self.wishes();
        while wishes.wish == Wish::Pause {
            wishes = self.bell.wait_timeout(wishes, PAUSE_TICK).unwrap_or_else(PoisonError::into_inner).0;
            tick();
        }
        wishes.wish
    }
}

/// Stops a run of learning from elsewhere, such as from a signal.
#[derive(Clone)]
pub struct StopHandle(Arc<Control>);

impl StopHandle {
    pub(super) fn new(control: &Arc<Control>) -> Self {
        Self(Arc::clone(control))
    }

    /// Ends the run after its present step, also when it is paused; what was learned so far is in its slot.
    pub fn stop(&self) {
        self.0.order(Wish::Stop);
    }
}

/// A run of many small steps.
pub(super) trait Stepping {
    type Error;

    /// One step; `false` when the run is complete.
    fn step(&mut self) -> Result<bool, Self::Error>;

    /// Ends the present phase soon, in an orderly way.
    fn end_phase(&mut self);

    fn pause(&mut self);

    /// Now and then while it is paused.
    fn rest(&mut self);

    /// It goes on after a pause.
    fn resume(&mut self);
}

/// Steps until the run is complete, fails or is stopped, and pauses between two steps as long as that is wished.
pub(super) fn run_steps<S: Stepping>(control: &Control, run: &mut S) -> Result<Reason, S::Error> {
    loop {
        match control.wish() {
            Wish::Run => {}
            Wish::Stop => return Ok(Reason::Stopped),
            Wish::Pause => {
                run.pause();
                if control.wait_while_paused(|| run.rest()) == Wish::Run {
                    run.resume();
                }
                continue;
            }
        }
        if control.takes_end_of_phase() {
            run.end_phase();
        }
        if !run.step()? {
            return Ok(Reason::Completed);
        }
    }
}
