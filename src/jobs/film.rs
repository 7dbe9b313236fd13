//! Films: one picture after another goes to a thread that writes them. Time waits for the film where writing cannot keep up,
//! so that a film is even whatever the machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::{Cores, JobFault, JobName, guarded, start};
use crate::media::picture::FilmKind;

/// How long a film becomes, and where it goes.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmPlan {
    pub path: PathBuf,
    pub kind: FilmKind,
    pub frames: usize,
    pub steps_per_frame: u32,
    /// Frames that may wait to be written: all that a film keeps in memory, beside what its seam needs.
    pub waiting: usize,
}

/// How far a film is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilmState {
    pub kind: FilmKind,
    /// Frames taken, written, and wanted.
    pub taken: usize,
    pub written: usize,
    pub frames: usize,
    /// The last frame was taken.
    pub is_ending: bool,
    pub path: PathBuf,
}

/// What became of a film: a sentence; `None` for one that was given up; or why it failed.
pub type Filmed = Result<Option<String>, String>;

/// What draws and writes the frames, on the film's own thread.
pub trait FilmWriter<F> {
    /// # Errors
    /// One sentence; the film ends there.
    fn add(&mut self, frame: F) -> Result<(), String>;

    /// Writes what a film needs at its end.
    ///
    /// # Errors
    /// One sentence.
    fn finish(self) -> Result<(), String>;
}

/// A film under way, on the side of what is filmed.
pub struct FilmJob<F> {
    plan: FilmPlan,
    /// `None` once the last frame was taken.
    frames: Option<Sender<F>>,
    taken: usize,
    steps_to_go: u32,
    shared: Arc<FilmShared>,
}

#[derive(Default)]
struct FilmShared {
    written: AtomicUsize,
    is_cancelled: AtomicBool,
    is_over: AtomicBool,
}

impl<F: Send + 'static> FilmJob<F> {
    /// Starts the thread, which calls `open` first. `report` receives what became of the film, as the thread's last act.
    ///
    /// # Errors
    /// The system starts no thread.
    pub fn start<W: FilmWriter<F>>(
        plan: FilmPlan,
        open: impl FnOnce() -> Result<W, String> + Send + 'static,
        report: impl FnOnce(Filmed) + Send + 'static,
    ) -> Result<Self, JobFault> {
        let (frames, inbox) = bounded(plan.waiting);
        let shared = Arc::<FilmShared>::default();
        let (theirs, path) = (shared.clone(), plan.path.clone());
        let work = move || {
            let result = guarded("the film", || write(&path, open, &inbox, &theirs));
            theirs.is_over.store(true, Ordering::Release);
            report(result);
        };
        start(JobName { thread: "film", what: "Taking a film" }, Cores::Shared, work)?;
        Ok(Self { plan, frames: Some(frames), taken: 0, steps_to_go: 0, shared })
    }

    /// Steps that may be taken before the next frame is due; 0 while that frame is waited for.
    pub fn steps_to_go(&self) -> u32 {
        if self.frames.is_some() { self.steps_to_go } else { u32::MAX }
    }

    /// So many steps were taken.
    pub fn advance(&mut self, steps: u32) {
        self.steps_to_go = self.steps_to_go.saturating_sub(steps);
    }

    /// The writer cannot keep up: a frame taken now would find no room.
    pub fn is_full(&self) -> bool {
        self.frames.as_ref().is_some_and(Sender::is_full)
    }

    /// A frame is due, and there is room for it.
    pub fn is_due(&self) -> bool {
        self.steps_to_go() == 0 && !self.is_full()
    }

    /// The next frame is due so many steps from now: the present one is on its way.
    pub fn begin_frame(&mut self) {
        self.steps_to_go = self.plan.steps_per_frame.max(1);
    }

    /// Takes the frame that was due; see [`Self::is_due`]. The film ends with its last one, and where the writer has failed,
    /// which it reports.
    pub fn take(&mut self, frame: F) {
        let Some(frames) = &self.frames else { return };
        let is_sent = frames.try_send(frame).is_ok();
        self.taken += usize::from(is_sent);
        if !is_sent || self.taken >= self.plan.frames {
            self.end();
        }
    }

    /// The last frame was taken: what waits is written.
    pub fn end(&mut self) {
        self.frames = None;
    }

    /// Nothing is left of it.
    pub fn cancel(&mut self) {
        self.shared.is_cancelled.store(true, Ordering::Release);
        self.end();
    }

    /// The thread has reported.
    pub fn is_over(&self) -> bool {
        self.shared.is_over.load(Ordering::Acquire)
    }

    pub fn state(&self) -> FilmState {
        let is_ending = self.frames.is_none();
        FilmState {
            kind: self.plan.kind,
            taken: self.taken,
            written: self.shared.written.load(Ordering::Relaxed),
            frames: if is_ending { self.taken } else { self.plan.frames },
            is_ending,
            path: self.plan.path.clone(),
        }
    }
}

fn write<F, W: FilmWriter<F>>(
    path: &Path,
    open: impl FnOnce() -> Result<W, String>,
    frames: &Receiver<F>,
    shared: &FilmShared,
) -> Filmed {
    let mut writer = open()?;
    for frame in frames {
        if shared.is_cancelled.load(Ordering::Acquire) {
            break;
        }
        writer.add(frame)?;
        shared.written.fetch_add(1, Ordering::Relaxed);
    }
    if shared.is_cancelled.load(Ordering::Acquire) {
        return Ok(None);
    }
    writer.finish()?;
    let frames = match shared.written.load(Ordering::Relaxed) {
        1 => "1 frame".to_owned(),
        frames => format!("{frames} frames"),
    };
    // A film of single pictures is a folder, whose size says nothing.
    let size = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file);
    let size = size.map_or_else(String::new, |file| format!(", {:.1} MB", file.len() as f64 / 1e6));
    Ok(Some(format!("Film: {} ({frames}{size})", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const PATIENCE: Duration = Duration::from_secs(30);

    /// Writes the sum of what it got.
    struct Summing(PathBuf, u32);

    impl FilmWriter<u32> for Summing {
        fn add(&mut self, frame: u32) -> Result<(), String> {
            if frame == 13 {
                return Err("no luck".to_owned());
            }
            self.1 += frame;
            Ok(())
        }

        fn finish(self) -> Result<(), String> {
            std::fs::write(self.0, self.1.to_string()).map_err(|e| e.to_string())
        }
    }

    fn film(folder: &Path, frames: usize) -> (FilmJob<u32>, Receiver<Filmed>) {
        let path = folder.join("film");
        let (outbox, reports) = crossbeam_channel::unbounded();
        let plan = FilmPlan { path: path.clone(), kind: FilmKind::Apng, frames, steps_per_frame: 5, waiting: 2 };
        let job = FilmJob::start(plan, || Ok(Summing(path, 0)), move |filmed| _ = outbox.send(filmed)).unwrap();
        (job, reports)
    }

    #[test]
    fn a_film_takes_its_frames_with_equal_steps_between_them_and_ends() {
        let folder = tempfile::tempdir().unwrap();
        let (mut job, reports) = film(folder.path(), 3);
        for frame in 1..=3 {
            assert_eq!(job.steps_to_go(), 0);
            while !job.is_due() {
                std::thread::yield_now();
            }
            job.begin_frame();
            job.take(frame);
            job.advance(5);
        }
        assert_eq!(job.steps_to_go(), u32::MAX, "nothing waits for a film that has all its frames");
        let sentence = reports.recv_timeout(PATIENCE).unwrap().unwrap().unwrap();
        assert!(sentence.contains("3 frames, 0.0 MB"), "{sentence}");
        assert!(job.is_over() && job.state().written == 3 && job.state().is_ending);
        assert_eq!(std::fs::read_to_string(folder.path().join("film")).unwrap(), "6");
    }

    #[test]
    fn a_film_that_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (mut job, reports) = film(folder.path(), 3);
        job.take(1);
        job.cancel();
        assert_eq!(reports.recv_timeout(PATIENCE), Ok(Ok(None)));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_writer_that_fails_ends_the_film_and_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let (mut job, reports) = film(folder.path(), 100);
        job.take(13);
        assert_eq!(reports.recv_timeout(PATIENCE), Ok(Err("no luck".to_owned())));
        job.take(1);
        assert!(job.state().is_ending);
    }
}
