//! Results of jobs on their way to the thread of the frames.
//!
//! The channel is bounded: a job that finds it full waits until the reader has taken something or is gone. The reader itself
//! never waits.

use crossbeam_channel::{Receiver, Sender, bounded};

use super::worker::EVENT_CAPACITY;

/// The reader's end.
pub struct Mailbox<T> {
    post: Post<T>,
    received: Receiver<T>,
}

/// The end of a job.
pub struct Post<T>(Sender<T>);

impl<T> Clone for Post<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Post<T> {
    /// Sends from a job: waits while the mailbox is full. Without a reader nothing is sent.
    pub fn send(&self, value: T) {
        // Fails only when the reader is gone.
        let _ = self.0.send(value);
    }
}

impl<T> Default for Mailbox<T> {
    fn default() -> Self {
        let (sender, received) = bounded(EVENT_CAPACITY);
        Self { post: Post(sender), received }
    }
}

impl<T> Mailbox<T> {
    /// An end for a job.
    pub fn post(&self) -> Post<T> {
        self.post.clone()
    }

    /// Puts in a value of the reader's own, to be taken with the others. Where there is no room it is dropped: the reader has
    /// enough to do.
    pub fn put(&self, value: T) {
        let _ = self.post.0.try_send(value);
    }

    /// What has arrived since the last call; never waits.
    pub fn take(&self) -> impl Iterator<Item = T> + '_ {
        self.received.try_iter()
    }

    /// The next value, waited for.
    #[cfg(test)]
    pub fn next(&self, patience: std::time::Duration) -> Option<T> {
        self.received.recv_timeout(patience).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::{Cores, JobName, start};

    const TEST: JobName = JobName { thread: "test", what: "a test" };

    #[test]
    fn a_full_mailbox_holds_up_the_job_until_it_is_read_or_dropped() {
        let mailbox = Mailbox::default();
        let post = mailbox.post();
        let job = start(TEST, Cores::Shared, move || (0..2 * EVENT_CAPACITY).for_each(|k| post.send(k))).unwrap();
        let first: Vec<usize> = (0..10).filter_map(|_| mailbox.next(std::time::Duration::from_secs(20))).collect();
        assert_eq!(first, (0..10).collect::<Vec<_>>());
        drop(mailbox);
        // Returns: nothing is waited for any more.
        job.wait();
    }

    #[test]
    fn the_reader_never_waits() {
        let mailbox = Mailbox::default();
        (0..=EVENT_CAPACITY).for_each(|k| mailbox.put(k));
        assert_eq!(mailbox.take().count(), EVENT_CAPACITY);
    }
}
