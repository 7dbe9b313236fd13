//! Recordings (films and trajectories): one frame after another goes to a thread that writes them. The simulation waits where
//! writing cannot keep up, so that frames are evenly spaced in steps on every machine.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::serve::{Service, serve};
use super::thread::bug_text;
use super::{Cores, JobFault, JobName, guarded, start};
use crate::formats::TrajectoryKind;
use crate::media::picture::FilmKind;

/// What is recorded, and in which format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingKind {
    /// Pictures.
    Film(FilmKind),
    /// Positions, headings and ids.
    Trajectory(TrajectoryKind),
}

impl RecordingKind {
    /// Name of the file format.
    pub fn format_name(self) -> &'static str {
        match self {
            Self::Film(kind) => kind.name(),
            Self::Trajectory(kind) => kind.name(),
        }
    }

    /// The noun of messages, lower case.
    fn noun(self) -> &'static str {
        match self {
            Self::Film(_) => "film",
            Self::Trajectory(_) => "trajectory",
        }
    }

    /// The same at the start of a sentence.
    fn title(self) -> &'static str {
        match self {
            Self::Film(_) => "Film",
            Self::Trajectory(_) => "Trajectory",
        }
    }

    fn job(self) -> JobName {
        match self {
            Self::Film(_) => JobName { thread: "film", what: "Recording a film" },
            Self::Trajectory(_) => JobName { thread: "trajectory", what: "Recording a trajectory" },
        }
    }
}

/// How long a recording becomes, and where it goes.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordingPlan {
    /// Where the file appears when it is complete.
    pub path: PathBuf,
    /// What is recorded.
    pub kind: RecordingKind,
    /// Frames until it ends by itself.
    pub frames: usize,
    /// Integration steps from one frame to the next; 0 counts as 1.
    pub steps_per_frame: u32,
    /// Frames that may wait to be written: all that a recording keeps in memory, beside what its seam needs.
    pub waiting: usize,
}

/// How far a recording is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingState {
    /// What is recorded.
    pub kind: RecordingKind,
    /// Frames taken from the simulation.
    pub taken: usize,
    /// Frames in the file.
    pub written: usize,
    /// Frames of the whole recording; those taken once it is ending.
    pub frames: usize,
    /// The last frame was taken.
    pub is_ending: bool,
    /// Where the file appears when it is complete.
    pub path: PathBuf,
}

/// How a recording ended: with one sentence, or with the reason why it failed.
pub type RecordingResult = Result<RecordingEnd, String>;

/// The end of a recording that did not fail, with one sentence for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordingEnd {
    /// The file is complete.
    Kept(String),
    /// It was cancelled, or ended before its first frame.
    Nothing(String),
}

/// Draws and writes the frames, on the recording's own thread.
pub trait RecordingWriter<F> {
    /// # Errors
    /// One sentence; the recording ends there.
    fn add(&mut self, frame: F) -> Result<(), String>;

    /// Completes the file.
    ///
    /// # Errors
    /// One sentence.
    fn finish(self) -> Result<(), String>;
}

/// A recording under way, on the side of the simulation.
pub struct RecordingJob<F> {
    plan: RecordingPlan,
    /// `None` once the last frame was taken.
    frames: Option<Sender<F>>,
    taken: usize,
    steps_to_go: u32,
    shared: Arc<RecordingShared>,
}

#[derive(Default)]
struct RecordingShared {
    written: AtomicUsize,
    is_cancelled: AtomicBool,
    is_over: AtomicBool,
}

impl<F: Send + 'static> RecordingJob<F> {
    /// Starts the thread, which calls `open` first. `report` receives the result as the thread's last act.
    ///
    /// # Errors
    /// The system starts no thread.
    pub fn start<W: RecordingWriter<F>>(
        plan: RecordingPlan,
        open: impl FnOnce() -> Result<W, String> + Send + 'static,
        report: impl FnOnce(RecordingResult) + Send + 'static,
    ) -> Result<Self, JobFault> {
        let (frames, inbox) = bounded(plan.waiting);
        let shared = Arc::<RecordingShared>::default();
        let (theirs, path, kind) = (shared.clone(), plan.path.clone(), plan.kind);
        let work = move || {
            let result = guarded(&format!("the {}", kind.noun()), || write(kind, &path, open, &inbox, &theirs));
            theirs.is_over.store(true, Ordering::Release);
            report(result);
        };
        start(kind.job(), Cores::Shared, work)?;
        Ok(Self { plan, frames: Some(frames), taken: 0, steps_to_go: 0, shared })
    }

    /// Steps that may be taken before the next frame is due; 0 while that frame is waited for.
    pub fn steps_to_go(&self) -> u32 {
        if self.frames.is_some() { self.steps_to_go } else { u32::MAX }
    }

    /// Counts steps that were taken.
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

    /// Counts the steps to the next frame from now: the present one is on its way.
    pub fn begin_frame(&mut self) {
        self.steps_to_go = self.plan.steps_per_frame.max(1);
    }

    /// Takes the frame that was due; see [`Self::is_due`]. The recording ends with its last one, and where the writer has
    /// failed, which its thread reports.
    pub fn take(&mut self, frame: F) {
        let Some(frames) = &self.frames else { return };
        let is_sent = frames.try_send(frame).is_ok();
        self.taken += usize::from(is_sent);
        if !is_sent || self.taken >= self.plan.frames {
            self.end();
        }
    }

    /// Takes no more frames: what waits is written.
    pub fn end(&mut self) {
        self.frames = None;
    }

    /// Ends it and leaves no file.
    pub fn cancel(&mut self) {
        self.shared.is_cancelled.store(true, Ordering::Release);
        self.end();
    }

    /// The thread has reported.
    pub fn is_over(&self) -> bool {
        self.shared.is_over.load(Ordering::Acquire)
    }

    /// How far it is, for the screen.
    pub fn state(&self) -> RecordingState {
        let is_ending = self.frames.is_none();
        RecordingState {
            kind: self.plan.kind,
            taken: self.taken,
            written: self.shared.written.load(Ordering::Relaxed),
            frames: if is_ending { self.taken } else { self.plan.frames },
            is_ending,
            path: self.plan.path.clone(),
        }
    }
}

/// Gives the frames to their writer, until one fails or the recording is cancelled.
struct FrameService<'a, W> {
    kind: RecordingKind,
    writer: W,
    shared: &'a RecordingShared,
    failed: Option<String>,
}

impl<F, W: RecordingWriter<F>> Service<F> for FrameService<'_, W> {
    fn take(&mut self, frame: F) -> ControlFlow<()> {
        if self.shared.is_cancelled.load(Ordering::Acquire) {
            return ControlFlow::Break(());
        }
        match self.writer.add(frame) {
            Ok(()) => _ = self.shared.written.fetch_add(1, Ordering::Relaxed),
            Err(why) => self.failed = Some(why),
        }
        if self.failed.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn on_panic(&mut self, why: &str) -> ControlFlow<()> {
        self.failed = Some(bug_text(&format!("the {}", self.kind.noun()), why));
        ControlFlow::Break(())
    }
}

fn write<F, W: RecordingWriter<F>>(
    kind: RecordingKind,
    path: &Path,
    open: impl FnOnce() -> Result<W, String>,
    frames: &Receiver<F>,
    shared: &RecordingShared,
) -> RecordingResult {
    let mut service = FrameService { kind, writer: open()?, shared, failed: None };
    serve(frames, &mut service);
    let FrameService { writer, failed, .. } = service;
    if let Some(why) = failed {
        return Err(why);
    }
    if shared.is_cancelled.load(Ordering::Acquire) {
        return Ok(RecordingEnd::Nothing(format!("The {} was cancelled; nothing was written.", kind.noun())));
    }
    let frames = match shared.written.load(Ordering::Relaxed) {
        0 => {
            let text = format!("The {} ended before its first frame; nothing was written.", kind.noun());
            return Ok(RecordingEnd::Nothing(text));
        }
        1 => "1 frame".to_owned(),
        frames => format!("{frames} frames"),
    };
    writer.finish()?;
    // A film of single pictures is a folder, whose size means nothing.
    let size = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file);
    let size = size.map_or_else(String::new, |file| format!(", {:.1} MB", file.len() as f64 / 1e6));
    Ok(RecordingEnd::Kept(format!("{}: {} ({frames}{size})", kind.title(), path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const PATIENCE: Duration = Duration::from_secs(30);

    /// Writes the sum of what it got.
    struct Summing(PathBuf, u32);

    impl RecordingWriter<u32> for Summing {
        fn add(&mut self, frame: u32) -> Result<(), String> {
            assert!(frame != 7, "on purpose");
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

    fn film(folder: &Path, frames: usize) -> (RecordingJob<u32>, Receiver<RecordingResult>) {
        let path = folder.join("film");
        let (outbox, reports) = crossbeam_channel::unbounded();
        let kind = RecordingKind::Film(FilmKind::Apng);
        let plan = RecordingPlan { path: path.clone(), kind, frames, steps_per_frame: 5, waiting: 2 };
        let job = RecordingJob::start(plan, || Ok(Summing(path, 0)), move |filmed| _ = outbox.send(filmed)).unwrap();
        (job, reports)
    }

    #[test]
    fn a_film_takes_its_frames_at_equal_steps_and_ends() {
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
        let end = reports.recv_timeout(PATIENCE).unwrap().unwrap();
        assert!(matches!(&end, RecordingEnd::Kept(text) if text.contains("3 frames, 0.0 MB")), "{end:?}");
        assert!(job.is_over() && job.state().written == 3 && job.state().is_ending);
        assert_eq!(std::fs::read_to_string(folder.path().join("film")).unwrap(), "6");
    }

    #[test]
    fn a_cancelled_recording_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (mut job, reports) = film(folder.path(), 3);
        job.take(1);
        job.cancel();
        let end = reports.recv_timeout(PATIENCE).unwrap().unwrap();
        assert!(matches!(&end, RecordingEnd::Nothing(text) if text.contains("film was cancelled")), "{end:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_recording_that_ends_before_its_first_frame_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let (mut job, reports) = film(folder.path(), 3);
        job.end();
        let end = reports.recv_timeout(PATIENCE).unwrap().unwrap();
        assert!(matches!(&end, RecordingEnd::Nothing(text) if text.contains("before its first frame")), "{end:?}");
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

    #[test]
    fn a_panic_of_the_writer_is_the_result() {
        let folder = tempfile::tempdir().unwrap();
        let (mut job, reports) = film(folder.path(), 100);
        job.take(7);
        let why = reports.recv_timeout(PATIENCE).unwrap().unwrap_err();
        assert!(why.contains("bug in the program (on purpose)"), "{why}");
        assert!(job.is_over());
    }

    #[test]
    fn a_thread_that_cannot_start_is_an_error() {
        let kind = RecordingKind::Film(FilmKind::Apng);
        let plan = RecordingPlan { path: "film".into(), kind, frames: 1, steps_per_frame: 1, waiting: 1 };
        let start = || RecordingJob::start(plan, || Ok(Summing("film".into(), 0)), |_| ());
        let job = crate::jobs::thread::testing::without_threads(start);
        assert!(matches!(job, Err(JobFault::NotStarted { .. })));
    }
}
