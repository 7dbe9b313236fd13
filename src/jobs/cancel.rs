//! Cancelling pieces of work of which several may wait or be under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Cancels all work that was begun before, and none that is begun later.
#[derive(Debug, Default)]
pub struct Canceller(Arc<AtomicU64>);

/// What a piece of work polls.
#[derive(Debug)]
pub struct CancelHandle {
    cancels: Arc<AtomicU64>,
    /// Number of cancels when the work was begun.
    begun: u64,
}

impl Canceller {
    /// For work that is begun now.
    pub fn handle(&self) -> CancelHandle {
        CancelHandle { cancels: self.0.clone(), begun: self.0.load(Ordering::Acquire) }
    }

    /// Cancels what was begun.
    pub fn cancel(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

impl CancelHandle {
    /// Whether the work was cancelled; then it stays so.
    pub fn is_cancelled(&self) -> bool {
        self.cancels.load(Ordering::Acquire) != self.begun
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancel_concerns_what_was_begun_before_it() {
        let canceller = Canceller::default();
        let [first, second] = [canceller.handle(), canceller.handle()];
        assert!(!first.is_cancelled());
        canceller.cancel();
        let third = canceller.handle();
        assert!(first.is_cancelled() && second.is_cancelled() && !third.is_cancelled());
    }
}
