//! Trajectories of the living swarm: positions, headings and velocities of each N-th step, as a file for other programs.

use std::path::PathBuf;

use super::{Ended, FrameSource, Recorder, WAITING_FRAMES};
use crate::formats::{Trajectory, TrajectoryFrame};
use crate::jobs::{RecordingKind, RecordingPlan, RecordingWriter};
use crate::session::TrajectoryOptions;
use crate::window::live::Live;
use crate::window::live::reply::{LiveFrame, Reply};
use crate::window::runtime::gaze::Gaze;

/// The states of one swarm.
pub struct TrajectorySource {
    /// Integration steps from one frame to the next.
    every: u32,
    /// [`LiveFrame::past`] and number of particles of the first frame: with others the ids would mean other particles.
    first: Option<(u64, usize)>,
    /// Time of the simulation from the first frame to the newest.
    time: f64,
}

/// A state, and the time of the simulation since the first one.
type TimedFrame = (TrajectoryFrame, f64);

impl Recorder<TrajectorySource> {
    /// Begins a trajectory at `path`, of the kind of its ending.
    pub fn trajectory(&mut self, options: TrajectoryOptions, path: PathBuf) {
        let TrajectoryOptions { kind, every, frames } = options;
        let plan = RecordingPlan {
            path: path.clone(),
            kind: RecordingKind::Trajectory(kind),
            frames: frames as usize,
            steps_per_frame: every,
            waiting: WAITING_FRAMES,
        };
        let open = move || {
            let file = Trajectory::create(&path).map_err(|e| e.to_string())?;
            Ok(TrajectoryWriter { file, every })
        };
        self.begin(plan, TrajectorySource { every, first: None, time: 0.0 }, open);
    }
}

impl FrameSource for TrajectorySource {
    type Request = Reply<Option<LiveFrame>>;
    type Frame = TimedFrame;

    fn request(&mut self, live: &Live, _: Option<&Gaze>) -> Self::Request {
        live.frame()
    }

    fn receive(&mut self, request: &mut Self::Request) -> Option<Result<TimedFrame, Ended>> {
        let Ok(Some(LiveFrame { past, time_step, frame })) = request.take()? else {
            return Some(Err(Ended::Silently));
        };
        let now = (past, frame.swarm.len());
        match self.first {
            None => self.first = Some(now),
            Some(first) if first == now => self.time += f64::from(self.every) * time_step,
            Some(_) => {
                let why = "The trajectory ends here and is kept: other particles live now, or time went back.";
                return Some(Err(Ended::Because(why)));
            }
        }
        Some(Ok((frame, self.time)))
    }
}

struct TrajectoryWriter {
    file: Trajectory,
    every: u32,
}

impl RecordingWriter<TimedFrame> for TrajectoryWriter {
    fn add(&mut self, (frame, time): TimedFrame) -> Result<(), String> {
        let step = self.file.frames() as u64 * u64::from(self.every);
        self.file.add(&frame, step, time).map_err(|e| e.to_string())
    }

    fn finish(self) -> Result<(), String> {
        self.file.finish().map(|_bytes| ()).map_err(|e| e.to_string())
    }
}
