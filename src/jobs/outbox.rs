//! The sending end of the events: bounded, never blocks, and never loses what must arrive.

use std::collections::VecDeque;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::{Event, Progress};

/// Events that wait for a slow reader before progress is held back.
pub(super) const CAPACITY: usize = 64;

pub(super) struct RunOutbox {
    sender: Sender<Event>,
    /// In order; at most one progress, always the last one, which newer progress is merged into.
    waiting: VecDeque<Event>,
}

pub(super) fn channel() -> (RunOutbox, Receiver<Event>) {
    let (sender, receiver) = bounded(CAPACITY);
    (RunOutbox { sender, waiting: VecDeque::new() }, receiver)
}

impl RunOutbox {
    /// Sends progress or keeps the newest, with all points of the curve, until there is room.
    pub(super) fn progress(&mut self, mut progress: Progress) {
        if let Some(Event::Progress(last)) = self.waiting.back_mut() {
            let mut curve = std::mem::take(&mut last.curve);
            curve.append(&mut progress.curve);
            progress.curve = curve;
            *last = progress;
        } else {
            self.waiting.push_back(Event::Progress(progress));
        }
        self.flush();
    }

    pub(super) fn send(&mut self, event: Event) {
        self.waiting.push_back(event);
        self.flush();
    }

    /// Sends what waits while there is room; one slot stays free for the last event.
    pub(super) fn flush(&mut self) {
        // This is the only sender, so room seen here is still there when we send.
        while self.sender.len() + 1 < CAPACITY {
            let Some(event) = self.waiting.pop_front() else { return };
            if self.sender.try_send(event).is_err() {
                return;
            }
        }
    }

    /// The last event. What still waits for room is superseded by it.
    pub(super) fn finish(mut self, event: Event) {
        self.flush();
        // Fails only when the receiver was dropped.
        let _ = self.sender.try_send(event);
    }
}
