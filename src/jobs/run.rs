//! What the training thread does.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::worlds::swarm::rule::Rule;
use crate::worlds::swarm::train::{LearnError, StepStats, Trainer};

use super::control::{Stepping, run_steps};
use super::outbox::RunOutbox;
use super::{Event, Progress, Reason, State, TrainingShared, Wish, guarded};

/// Something that learns step by step.
pub trait Learner {
    /// One step; `None` when the run is complete. `stop` is polled by a step that may take longer than a tenth of a second. A
    /// step that is broken off ends the run: it returns [`LearnError::Stopped`], and [`Self::rule`] is that of the step
    /// before.
    fn step(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<StepStats>, LearnError>;
    /// The newest good weights.
    fn rule(&self) -> Rule;
    /// Ends the present phase, which has got where it can, soon and in an orderly way.
    fn end_phase(&mut self) {}
}

impl Learner for Trainer {
    fn step(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<StepStats>, LearnError> {
        self.step_unless_stopped(stop)
    }

    fn rule(&self) -> Rule {
        Trainer::rule(self)
    }

    fn end_phase(&mut self) {
        Trainer::end_phase(self);
    }
}

const REPORT_EVERY: Duration = Duration::from_millis(100);
const PUBLISH_EVERY: Duration = Duration::from_secs(1);

/// Runs the learner to its end, whatever that is, and sends the last event.
pub(super) fn run<L: Learner>(
    shared: &TrainingShared,
    mut outbox: RunOutbox,
    make: impl FnOnce(&dyn Fn() -> bool) -> Result<L, LearnError>,
) {
    let result = guarded("learning", || learn(shared, &mut outbox, make).map_err(|e| e.to_string()));
    let last = match result {
        Ok(reason) => Event::Finished { reason },
        Err(message) => Event::Failed { message },
    };
    shared.set_state(State::Ended);
    outbox.finish(last);
}

fn learn<L: Learner>(
    shared: &TrainingShared,
    outbox: &mut RunOutbox,
    make: impl FnOnce(&dyn Fn() -> bool) -> Result<L, LearnError>,
) -> Result<Reason, LearnError> {
    let learner = match make(&|| shared.control.wish() == Wish::Stop) {
        Ok(learner) => learner,
        Err(LearnError::Stopped) => return Ok(Reason::Stopped),
        Err(error) => return Err(error),
    };
    shared.set_state(State::Running);
    let (meter, published) = (ProgressMeter::new(), Instant::now());
    let mut run = SwarmRun { shared, outbox, learner, meter, published, has_learned: false };
    let result = match run_steps(&shared.control, &mut run) {
        Err(LearnError::Stopped) => Ok(Reason::Stopped),
        result => result,
    };
    run.report_rest();
    // After an error these are the weights of the last good step. Before the first step there is nothing worth showing.
    if run.has_learned {
        run.publish();
    }
    result
}

/// A learner with what it reports.
struct SwarmRun<'a, L> {
    shared: &'a TrainingShared,
    outbox: &'a mut RunOutbox,
    learner: L,
    meter: ProgressMeter,
    published: Instant,
    has_learned: bool,
}

impl<L: Learner> SwarmRun<'_, L> {
    fn publish(&mut self) {
        self.shared.newest.store(Some(Arc::new(self.learner.rule())));
        self.published = Instant::now();
    }

    fn report_rest(&mut self) {
        if let Some(progress) = self.meter.rest() {
            self.outbox.progress(progress);
        }
    }
}

impl<L: Learner> Stepping for SwarmRun<'_, L> {
    type Error = LearnError;

    fn step(&mut self) -> Result<bool, LearnError> {
        let control = &self.shared.control;
        let Some(stats) = self.learner.step(&|| control.wish() == Wish::Stop)? else { return Ok(false) };
        self.has_learned = true;
        match self.meter.take(stats) {
            Some(progress) => self.outbox.progress(progress),
            None => self.outbox.flush(),
        }
        if self.published.elapsed() >= PUBLISH_EVERY {
            self.publish();
        }
        Ok(true)
    }

    fn end_phase(&mut self) {
        self.learner.end_phase();
    }

    fn pause(&mut self) {
        self.shared.set_state(State::Paused);
        self.report_rest();
        self.outbox.send(Event::Paused);
    }

    fn rest(&mut self) {
        self.outbox.flush();
    }

    fn resume(&mut self) {
        self.shared.set_state(State::Running);
        self.outbox.send(Event::Resumed);
        self.meter.wake();
    }
}

/// Speed and loss, gathered into a [`Progress`] about every tenth of a second.
struct ProgressMeter {
    /// Since the last progress, pauses left out.
    since: Instant,
    steps_since: usize,
    loss_since: f64,
    last: Option<StepStats>,
    steps_per_s: f64,
    smoothed: f64,
    /// Weight of the smoothed losses so far, to correct the mean of a young run.
    weight: f64,
}

impl ProgressMeter {
    /// Of the running mean of the loss: a memory of about 50 steps.
    const FORGET_LOSS: f64 = 0.02;
    /// Of the running mean of the speed: a memory of about ten reports, one second.
    const FORGET_SPEED: f64 = 0.1;

    fn new() -> Self {
        Self {
            since: Instant::now(),
            steps_since: 0,
            loss_since: 0.0,
            last: None,
            steps_per_s: 0.0,
            smoothed: 0.0,
            weight: 0.0,
        }
    }

    /// Takes a step; returns progress when it is time to report.
    fn take(&mut self, stats: StepStats) -> Option<Progress> {
        let begins = self.last.is_none();
        if self.last.is_some_and(|last| last.phase != stats.phase) {
            // The losses and the speeds of the two networks have nothing to do with each other.
            (self.smoothed, self.weight, self.steps_per_s) = (0.0, 0.0, 0.0);
            (self.since, self.steps_since, self.loss_since) = (Instant::now(), 0, 0.0);
        }
        self.last = Some(stats);
        self.steps_since += 1;
        self.loss_since += stats.loss;
        self.smoothed += Self::FORGET_LOSS * (stats.loss - self.smoothed);
        self.weight += Self::FORGET_LOSS * (1.0 - self.weight);
        if begins || self.since.elapsed() >= REPORT_EVERY { self.rest() } else { None }
    }

    /// The progress since the last one, if there was any.
    fn rest(&mut self) -> Option<Progress> {
        let stats = self.last?;
        if self.steps_since == 0 {
            return None;
        }
        let speed = self.steps_since as f64 / self.since.elapsed().as_secs_f64().max(1e-6);
        if self.steps_per_s == 0.0 {
            self.steps_per_s = speed;
        } else {
            self.steps_per_s += Self::FORGET_SPEED * (speed - self.steps_per_s);
        }
        let point = StepStats { loss: self.loss_since / self.steps_since as f64, ..stats };
        (self.since, self.steps_since, self.loss_since) = (Instant::now(), 0, 0.0);
        Some(Progress {
            stats,
            loss_smoothed: self.smoothed / self.weight,
            steps_per_s: self.steps_per_s,
            curve: vec![point],
        })
    }

    /// Training goes on after a pause: the time of the pause does not count.
    fn wake(&mut self) {
        self.since = Instant::now();
    }
}
