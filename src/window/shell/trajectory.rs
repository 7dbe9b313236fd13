//! Trajectories of the living swarm: each N-th step a copy of it goes to a thread that writes it.
//!
//! As with films, frames of the window never wait: where the file cannot keep up, the swarm takes its steps later.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::files::Notice;
use super::live::{Answer, Live, LiveFrame};
use crate::formats::{Trajectory, TrajectoryFrame};
use crate::jobs::{Cores, JobName, guarded, start};
use crate::session::{Level, TrajectoryOptions};
use crate::window::panels::TrajectoryProgress;

/// Frames that may wait to be written: all that a trajectory keeps in memory.
const WAITING_FRAMES: usize = 8;

/// The trajectory under way, and what became of earlier ones.
pub struct TrajectoryRecorder {
    run: Option<TrajectoryRun>,
    notices: (Sender<Notice>, Receiver<Notice>),
}

struct TrajectoryRun {
    options: TrajectoryOptions,
    path: PathBuf,
    /// `None` once the last frame was taken.
    frames: Option<Sender<(TrajectoryFrame, f64)>>,
    /// [`LiveFrame::past`] and number of particles of the first frame: with others the ids would mean other particles.
    first: Option<(u64, usize)>,
    taken: usize,
    /// Time of the simulation since the first frame, up to the newest.
    time: f64,
    steps_to_go: u32,
    asked: Option<Answer<Option<LiveFrame>>>,
    shared: Arc<WriterShared>,
}

#[derive(Default)]
struct WriterShared {
    written: AtomicUsize,
    is_cancelled: AtomicBool,
    is_over: AtomicBool,
}

impl Default for TrajectoryRecorder {
    fn default() -> Self {
        Self { run: None, notices: unbounded() }
    }
}

impl TrajectoryRecorder {
    /// Begins a trajectory at `path`, or ends the one under way and keeps it.
    pub fn toggle(&mut self, options: TrajectoryOptions, path: PathBuf) {
        if let Some(run) = &mut self.run {
            run.end();
            return;
        }
        let (frames, inbox) = bounded(WAITING_FRAMES);
        let shared = Arc::new(WriterShared::default());
        let writer = TrajectoryWriter { path: path.clone(), every: options.every, inbox, shared: shared.clone() };
        let outbox = self.notices.0.clone();
        let work = move || {
            let shared = writer.shared.clone();
            let notice = match guarded("the trajectory", || writer.run()) {
                Ok(notice) => notice,
                Err(why) => (Level::Error, why),
            };
            shared.is_over.store(true, Ordering::Release);
            // Fails only when the program is ending.
            let _ = outbox.send(notice);
        };
        if let Err(fault) = start(JobName { thread: "trajectory", what: "Writing a trajectory" }, Cores::Shared, work) {
            // The receiver is in hand.
            let _ = self.notices.0.send((Level::Error, fault.to_string()));
            return;
        }
        self.run = Some(TrajectoryRun {
            options,
            path,
            frames: Some(frames),
            first: None,
            taken: 0,
            time: 0.0,
            steps_to_go: 0,
            asked: None,
            shared,
        });
    }

    /// Ends the trajectory under way and keeps it.
    pub fn end(&mut self) {
        if let Some(run) = &mut self.run {
            run.end();
        }
    }

    /// Ends the trajectory under way and leaves nothing of it.
    pub fn cancel(&mut self) {
        if let Some(run) = self.run.take() {
            run.shared.is_cancelled.store(true, Ordering::Release);
        }
    }

    /// Steps that may be taken before the next frame is due.
    pub fn steps_to_go(&self) -> u32 {
        self.run.as_ref().map_or(u32::MAX, TrajectoryRun::steps_to_go)
    }

    /// Once a frame of the window, after `steps` were taken.
    pub fn advance(&mut self, live: &Live, steps: u32) {
        let Some(run) = &mut self.run else { return };
        if run.shared.is_over.load(Ordering::Acquire) {
            self.run = None;
            return;
        }
        run.steps_to_go = run.steps_to_go.saturating_sub(steps);
        if let Some(why) = run.look(live) {
            // The receiver is in hand.
            let _ = self.notices.0.send((Level::Info, why.to_owned()));
        }
    }

    pub fn progress(&self) -> Option<TrajectoryProgress> {
        let run = self.run.as_ref()?;
        Some(TrajectoryProgress {
            kind: run.options.kind,
            taken: run.taken,
            written: run.shared.written.load(Ordering::Relaxed),
            frames: if run.frames.is_some() { run.options.frames as usize } else { run.taken },
            is_ending: run.frames.is_none(),
            path: run.path.clone(),
        })
    }

    /// Sentences for the user since the last call.
    pub fn notices(&self) -> impl Iterator<Item = Notice> + '_ {
        self.notices.1.try_iter()
    }
}

impl TrajectoryRun {
    fn steps_to_go(&self) -> u32 {
        match &self.frames {
            // The steps wait for the thread, or for the engine.
            Some(frames) if frames.is_full() || self.asked.is_some() && self.steps_to_go == 0 => 0,
            Some(_) => self.steps_to_go,
            None => u32::MAX,
        }
    }

    /// The last frame was taken: the thread writes what waits.
    fn end(&mut self) {
        self.frames = None;
        self.asked = None;
    }

    /// Takes the frame that was asked for and asks for the next when it is due; returns why the file ends early.
    fn look(&mut self, live: &Live) -> Option<&'static str> {
        if let Some(answer) = self.asked.as_ref().and_then(Answer::take) {
            self.asked = None;
            match answer {
                Ok(Some(frame)) => return self.take(frame),
                // Nothing lives, or the GPU was lost, which is told elsewhere.
                Ok(None) | Err(_) => self.end(),
            }
        }
        let frames = self.frames.as_ref()?;
        if self.steps_to_go == 0 && self.asked.is_none() && !frames.is_full() {
            self.asked = Some(live.frame());
            self.steps_to_go = self.options.every;
        }
        None
    }

    fn take(&mut self, LiveFrame { past, time_step, frame }: LiveFrame) -> Option<&'static str> {
        let now = (past, frame.swarm.len());
        if *self.first.get_or_insert(now) != now {
            self.end();
            return Some("The trajectory ends here and is kept: other particles live now, or time went back.");
        }
        if self.taken > 0 {
            self.time += f64::from(self.options.every) * time_step;
        }
        // Never full here; disconnected when writing has failed, which is told by the thread.
        if self.frames.as_ref()?.try_send((frame, self.time)).is_ok() {
            self.taken += 1;
        }
        if self.taken >= self.options.frames as usize {
            self.end();
        }
        None
    }
}

/// What the thread does.
struct TrajectoryWriter {
    path: PathBuf,
    every: u32,
    inbox: Receiver<(TrajectoryFrame, f64)>,
    shared: Arc<WriterShared>,
}

impl TrajectoryWriter {
    fn run(self) -> Result<Notice, String> {
        let mut file = Trajectory::create(&self.path).map_err(|e| e.to_string())?;
        for (frame, time) in self.inbox {
            if self.shared.is_cancelled.load(Ordering::Acquire) {
                break;
            }
            let step = file.frames() as u64 * u64::from(self.every);
            file.add(&frame, step, time).map_err(|e| e.to_string())?;
            self.shared.written.fetch_add(1, Ordering::Relaxed);
        }
        if self.shared.is_cancelled.load(Ordering::Acquire) {
            return Ok((Level::Info, "The trajectory was given up; nothing was written.".to_owned()));
        }
        if file.frames() == 0 {
            return Ok((Level::Info, "The trajectory ended before its first frame; nothing was written.".to_owned()));
        }
        let frames = if file.frames() == 1 { "1 frame".to_owned() } else { format!("{} frames", file.frames()) };
        let megabytes = file.finish().map_err(|e| e.to_string())? as f64 / 1e6;
        Ok((Level::Success, format!("Trajectory: {} ({frames}, {megabytes:.1} MB)", self.path.display())))
    }
}
