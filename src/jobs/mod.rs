//! Everything that runs in the background: the one place where threads start ([`start`]), the one loop of those that take
//! orders ([`serve`]), workers that carry them out ([`Worker`]), and learning and checks, which can be paused, resumed and
//! stopped between any two steps.
//!
//! Of a [`Training`] small facts travel as [`Event`]s through a bounded channel that never blocks the trainer; the weights wait in a
//! slot where the newest replaces the one before ([`Training::newest_rule`]). The terminal and the window use both alike. A swarm has a
//! run of its own ([`Training`]) beside that of the studio's worlds ([`LearningRun`]): its phases change speed and settings on the
//! way, it learns on from where it stopped, and its rule goes to the live swarm many times a second. So this folder names the
//! swarm's picture, rule, training and measures, and of other worlds only the traits of the studio.

mod cancel;
mod canvas;
mod canvas_film;
mod checking;
mod control;
mod learning;
mod mailbox;
mod outbox;
mod pace;
mod recording;
mod run;
mod serve;
mod thread;
mod worker;

pub use cancel::{CancelHandle, Canceller};
pub use canvas::{CanvasEvent, CanvasOrder, CanvasPicture, CanvasView, CanvasWorker};
pub use canvas_film::FilmOrder;
pub use checking::{CheckEvent, CheckRun};
pub use control::StopHandle;
pub use learning::{LearningEvent, LearningRun};
pub use mailbox::{Mailbox, Post};
pub use pace::{Pace, left_s};
pub use recording::{
    RecordingEnd, RecordingJob, RecordingKind, RecordingPlan, RecordingResult, RecordingState, RecordingWriter,
};
pub use run::Learner;
pub use serve::{NextTurn, Service, serve};
pub use thread::{Cores, Handle, JobFault, JobName, guarded, panic_text, start};
pub use worker::{Inbox, Outbox, QueuedWork, WorkQueue, Worker};

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use control::{Control, Wish};
use crossbeam_channel::Receiver;

use crate::worlds::swarm::picture::{Ensemble, Stills};
use crate::worlds::swarm::rule::Rule;
use crate::worlds::swarm::train::{LearnError, StepStats, Trainer, TrainingSettings};

/// Learning, of whatever world.
const LEARNING: JobName = JobName { thread: "train", what: "Learning" };

/// What the trainer reports. The last event of a run is [`Event::Finished`] or [`Event::Failed`], and it is never lost.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// About every tenth of a second while it trains.
    Progress(Progress),
    /// The run waits before its next step.
    Paused,
    /// It continues.
    Resumed,
    /// The rule of the last step is in the slot.
    Finished {
        /// Why it ended.
        reason: Reason,
    },
    /// One sentence. The last good rule, if there was one, is in the slot.
    Failed {
        /// For the user.
        message: String,
    },
}

/// How far a training run is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The newest step.
    pub stats: StepStats,
    /// Running mean of the loss over about the last 50 steps of this phase.
    pub loss_smoothed: f64,
    /// Steps per second of training, pauses left out.
    pub steps_per_s: f64,
    /// Points of the loss curve since the last progress that arrived, oldest first: none is lost when the reader is
    /// slow. Each carries the mean loss of about a tenth of a second, at the last step of it.
    pub curve: Vec<StepStats>,
}

/// Why a run ended without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// All steps were done.
    Completed,
    /// [`Training::stop`] ended it early.
    Stopped,
}

/// What the training thread is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Making samples of the snapshot.
    Preparing,
    /// Training, step after step.
    Running,
    /// Waiting before the next step.
    Paused,
    /// The last event has been sent.
    Ended,
}

/// A training run in its own thread. Dropping it stops the run and waits for the thread.
pub struct Training {
    shared: Arc<TrainingShared>,
    events: Receiver<Event>,
    thread: Option<Handle>,
}

/// What the handle and the thread both see.
struct TrainingShared {
    control: Arc<Control>,
    state: Mutex<State>,
    newest: ArcSwapOption<Rule>,
}

impl TrainingShared {
    fn state(&self) -> State {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_state(&self, state: State) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

impl Training {
    /// Starts to learn one snapshot, or many. `start_rule` continues from the weights of an earlier rule of the same shape.
    ///
    /// A snapshot or a setting that cannot be learned from arrives as [`Event::Failed`].
    pub fn start(
        stills: impl Into<Stills>,
        ensemble: Ensemble,
        settings: TrainingSettings,
        start_rule: Option<Rule>,
    ) -> Self {
        let stills = stills.into();
        Self::spawn(move |stop| Trainer::unless_stopped(&stills, &ensemble, &settings, start_rule.as_ref(), stop))
    }

    /// Starts to learn another flow for the energy of `rule`; see [`Trainer::another_flow`].
    pub fn another_flow(stills: Stills, ensemble: Ensemble, settings: TrainingSettings, rule: Rule) -> Self {
        Self::spawn(move |stop| Trainer::another_flow(&stills, &ensemble, &settings, &rule, stop))
    }

    /// Starts a run of any [`Learner`], made inside the thread. `make` may poll now and then whether to stop, and then
    /// returns [`LearnError::Stopped`].
    pub fn spawn<L: Learner>(make: impl FnOnce(&dyn Fn() -> bool) -> Result<L, LearnError> + Send + 'static) -> Self {
        let shared = Arc::new(TrainingShared {
            control: Arc::default(),
            state: Mutex::new(State::Preparing),
            newest: ArcSwapOption::empty(),
        });
        let (outbox, events) = outbox::channel();
        let mine = Arc::clone(&shared);
        // It need not yield: a window in which a swarm learns rests between its frames.
        match start(LEARNING, Cores::Shared, move || run::run(&mine, outbox, make)) {
            Ok(thread) => Self { shared, events, thread: Some(thread) },
            Err(fault) => {
                shared.set_state(State::Ended);
                let (outbox, events) = outbox::channel();
                outbox.finish(Event::Failed { message: fault.to_string() });
                Self { shared, events, thread: None }
            }
        }
    }

    /// Stops the run from another thread, such as a signal handler.
    pub fn stop_handle(&self) -> StopHandle {
        StopHandle::new(&self.shared.control)
    }

    /// Takes effect after the present step; [`Event::Paused`] reports when.
    pub fn pause(&self) {
        self.shared.control.order(Wish::Pause);
    }

    /// Continues a paused run.
    pub fn resume(&self) {
        self.shared.control.order(Wish::Run);
    }

    /// Lets the present phase cool down and end, and what comes after it begin; see [`Learner::end_phase`].
    pub fn end_phase(&self) {
        self.shared.control.end_phase();
    }

    /// Ends the run after the present step, also when it is paused, and cannot be taken back.
    pub fn stop(&self) {
        self.shared.control.order(Wish::Stop);
    }

    /// The channel ends (disconnects) after the last event.
    pub fn events(&self) -> &Receiver<Event> {
        &self.events
    }

    /// The newest good weights: new about once a second, and at the end.
    pub fn newest_rule(&self) -> Option<Arc<Rule>> {
        self.shared.newest.load_full()
    }

    /// What the thread is doing now.
    pub fn state(&self) -> State {
        self.shared.state()
    }

    /// Ends the run after its present step, without waiting for that.
    pub fn dismiss(mut self) {
        self.thread = None;
    }
}

impl Drop for Training {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            thread.wait();
        }
    }
}

#[cfg(test)]
mod tests;
