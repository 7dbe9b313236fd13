//! What is being read, and whether it is still wanted.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::jobs::{CancelHandle, Canceller};

/// All that is being read or waits for it, and was not cancelled.
#[derive(Default)]
pub(super) struct FileReadings {
    canceller: Canceller,
    list: ReadingList,
}

/// The path that a cancel reports; `None` where the owner of the reading does that.
type ReadingList = Arc<Mutex<Vec<Weak<Option<PathBuf>>>>>;

/// One reading, which its work holds until it is over.
pub(super) struct FileReading {
    path: Arc<Option<PathBuf>>,
    handle: CancelHandle,
    list: ReadingList,
}

impl FileReadings {
    /// `path` is that of [`Self::cancel`].
    pub fn begin(&self, path: Option<PathBuf>) -> FileReading {
        let path = Arc::new(path);
        lock(&self.list).push(Arc::downgrade(&path));
        FileReading { path, handle: self.canceller.handle(), list: self.list.clone() }
    }

    /// Cancels all of them, and returns their paths. What is under way ends at its next poll.
    pub fn cancel(&self) -> Vec<PathBuf> {
        let mut list = lock(&self.list);
        self.canceller.cancel();
        list.drain(..).filter_map(|path| Option::clone(&*path.upgrade()?)).collect()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        let mut list = lock(&self.list);
        list.retain(|path| path.strong_count() > 0);
        list.is_empty()
    }
}

impl FileReading {
    /// Whether it is not wanted any more.
    pub fn is_cancelled(&self) -> bool {
        self.handle.is_cancelled()
    }

    /// The work is over. Returns whether its result is wanted: a cancel comes either before, and has reported this reading,
    /// or after, and does not find it.
    pub fn end(self) -> bool {
        let Self { path, handle, list } = self;
        let _list = lock(&list);
        drop(path);
        !handle.is_cancelled()
    }
}

fn lock(list: &ReadingList) -> MutexGuard<'_, Vec<Weak<Option<PathBuf>>>> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancel_finds_what_was_begun_and_is_not_over() {
        let readings = FileReadings::default();
        let [first, second, silent] = [Some("a".into()), Some("b".into()), None].map(|path| readings.begin(path));
        assert!(first.end() && !readings.is_empty());
        assert_eq!(readings.cancel(), [PathBuf::from("b")]);
        assert!(readings.is_empty() && second.is_cancelled() && !second.end() && !silent.end());
        let third = readings.begin(None);
        assert!(!readings.is_empty() && !third.is_cancelled());
        // As where its work panics.
        drop(third);
        assert!(readings.is_empty());
    }
}
