//! Recordings of the living swarm: each k-th step a copy of it goes to a thread that writes it, as a film or a trajectory.
//!
//! Frames of the window never wait: where the thread cannot keep up, the swarm takes its steps later, so that a recording is
//! even whatever the machine. The engine is asked for a copy in one frame and gives it in one of the next.

mod film;
mod trajectory;

pub use film::{FilmOfSwarm, FilmSource};
pub use trajectory::TrajectorySource;

use super::files::Notice;
use crate::jobs::{
    Mailbox, RecordingEnd, RecordingJob, RecordingPlan, RecordingResult, RecordingState, RecordingWriter,
};
use crate::session::Level;
use crate::window::live::Live;
use crate::window::runtime::gaze::Gaze;

/// Frames that may wait to be written: all that a recording keeps in memory, beside what the seam of a film needs.
const WAITING_FRAMES: usize = 8;

/// Where the frames of a recording come from.
pub trait FrameSource {
    /// What the engine was asked for.
    type Request;
    type Frame: Send + 'static;

    /// Asks for the frame that is due. `gaze`: what the window shows of the swarm.
    fn request(&mut self, live: &Live, gaze: Option<&Gaze>) -> Self::Request;

    /// Receives what was asked for; `None` while it is on its way; never waits.
    ///
    /// # Errors
    /// Why the recording ends before this frame.
    fn receive(&mut self, request: &mut Self::Request) -> Option<Result<Self::Frame, Ended>>;
}

/// Why a recording ends before its last frame.
pub enum Ended {
    /// Nothing lives, or the GPU was lost, which the engine reports.
    Silently,
    /// One sentence for the user.
    Because(&'static str),
}

/// The recording under way, and what became of earlier ones.
pub struct Recorder<S: FrameSource> {
    run: Option<RecordingRun<S>>,
    notices: Mailbox<Notice>,
}

struct RecordingRun<S: FrameSource> {
    job: RecordingJob<S::Frame>,
    source: S,
    request: Option<S::Request>,
}

impl<S: FrameSource> Default for Recorder<S> {
    fn default() -> Self {
        Self { run: None, notices: Mailbox::default() }
    }
}

impl<S: FrameSource> Recorder<S> {
    /// Begins a recording, whose thread calls `open` first.
    fn begin<W: RecordingWriter<S::Frame>>(
        &mut self,
        plan: RecordingPlan,
        source: S,
        open: impl FnOnce() -> Result<W, String> + Send + 'static,
    ) {
        let outbox = self.notices.post();
        let report = move |result: RecordingResult| {
            let notice = match result {
                Ok(RecordingEnd::Kept(text)) => (Level::Success, text),
                Ok(RecordingEnd::Nothing(text)) => (Level::Info, text),
                Err(why) => (Level::Error, why),
            };
            outbox.send(notice);
        };
        match RecordingJob::start(plan, open, report) {
            Ok(job) => self.run = Some(RecordingRun { job, source, request: None }),
            Err(fault) => self.notify(Level::Error, fault.to_string()),
        }
    }

    fn notify(&self, level: Level, text: String) {
        self.notices.put((level, text));
    }

    /// Ends the recording under way and keeps it; returns whether there was one.
    pub fn end(&mut self) -> bool {
        if let Some(run) = &mut self.run {
            run.end();
        }
        self.run.is_some()
    }

    /// Ends the recording under way and leaves no file.
    pub fn cancel(&mut self) {
        if let Some(mut run) = self.run.take() {
            run.job.cancel();
        }
    }

    /// Steps that may be taken before the next frame is due; 0 while the thread or the engine is waited for.
    pub fn steps_to_go(&self) -> u32 {
        self.run.as_ref().map_or(u32::MAX, |run| if run.job.is_full() { 0 } else { run.job.steps_to_go() })
    }

    /// Once a frame of the window, after `steps` were taken. `gaze`: what it shows of the swarm.
    pub fn advance(&mut self, live: &Live, steps: u32, gaze: Option<&Gaze>) {
        let Some(run) = &mut self.run else { return };
        if run.job.is_over() {
            self.run = None;
            return;
        }
        run.job.advance(steps);
        if let Some(why) = run.poll(live, gaze) {
            self.notify(Level::Info, why.to_owned());
        }
    }

    /// How far the recording under way is.
    pub fn state(&self) -> Option<RecordingState> {
        self.run.as_ref().map(|run| run.job.state())
    }

    /// Sentences for the user since the last call.
    pub fn notices(&self) -> impl Iterator<Item = Notice> + '_ {
        self.notices.take()
    }
}

impl<S: FrameSource> RecordingRun<S> {
    fn end(&mut self) {
        self.job.end();
        self.request = None;
    }

    /// Takes the frame that was asked for and asks for the next when it is due; returns why the recording ends early.
    fn poll(&mut self, live: &Live, gaze: Option<&Gaze>) -> Option<&'static str> {
        if let Some(answer) = self.request.as_mut().and_then(|request| self.source.receive(request)) {
            self.request = None;
            match answer {
                Ok(frame) => self.job.take(frame),
                Err(ended) => {
                    self.end();
                    return match ended {
                        Ended::Silently => None,
                        Ended::Because(why) => Some(why),
                    };
                }
            }
        }
        if self.job.is_due() && self.request.is_none() {
            self.request = Some(self.source.request(live, gaze));
            self.job.begin_frame();
        }
        None
    }
}

#[cfg(test)]
mod trajectory_tests;
