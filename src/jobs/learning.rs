//! Learning, and checking what was learned, of any world of the studio in the background: one named thread that pauses, goes on and stops between any two
//! steps. Progress travels as events; what is learned waits in a slot where the newest replaces the one before.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use crossbeam_channel::{Receiver, Sender, bounded};

use super::control::{Control, Stepping, StopHandle, Wish, run_steps};
use super::worker::EVENT_CAPACITY;
use super::{Cores, LEARNING, Reason, guarded, start};
use crate::worlds::World;
use crate::worlds::studio::{Learned, StudioError, TrainingStep, WorldTraining};

/// What learning reports. The last event is [`LearningEvent::Finished`] or [`LearningEvent::Failed`].
#[derive(Clone, Debug, PartialEq)]
pub enum LearningEvent {
    /// About every tenth of a second.
    Progress {
        /// The newest step.
        step: TrainingStep,
        /// Mean loss since the last progress, where steps have one.
        loss: Option<f64>,
        /// Steps per second, pauses left out.
        steps_per_s: f64,
    },
    /// The run waits before its next step.
    Paused,
    /// It continues.
    Resumed,
    /// What was learned is in the slot.
    Finished(Reason),
    /// One sentence. What was learned before is in the slot.
    Failed(String),
}

const REPORT_EVERY: Duration = Duration::from_millis(100);
const PUBLISH_EVERY: Duration = Duration::from_secs(1);
/// The first result, which makes the picture alive, comes sooner.
const FIRST_RESULT: Duration = Duration::from_millis(300);

struct LearningShared {
    control: Arc<Control>,
    newest: ArcSwapOption<Learned>,
}

/// A run of learning. Dropping it stops the run after its present step, without waiting for that.
pub struct LearningRun {
    shared: Arc<LearningShared>,
    events: Receiver<LearningEvent>,
}

impl LearningRun {
    /// Starts to learn `world` by a method of its tables, or its check, on these cores. What cannot be learned arrives as an
    /// event.
    pub fn start(cores: Cores, world: Arc<World>, method: &'static str) -> Self {
        Self::spawn(cores, move || {
            let info = world.info().ok_or_else(|| StudioError::Unknown(method.to_owned()))?;
            info.start_training(method)
        })
    }

    /// Starts a run of what `make` returns, which is called in the thread of the run. Its error arrives as an event.
    pub fn spawn(
        cores: Cores,
        make: impl FnOnce() -> Result<Box<dyn WorldTraining>, StudioError> + Send + 'static,
    ) -> Self {
        let shared = Arc::new(LearningShared { control: Arc::default(), newest: ArcSwapOption::empty() });
        let (sender, events) = bounded(EVENT_CAPACITY);
        let (mine, outbox) = (shared.clone(), sender.clone());
        let work = move || {
            let result = guarded("learning", || learn(&mine, &outbox, make).map_err(|e| e.to_string()));
            let last = result.map_or_else(LearningEvent::Failed, LearningEvent::Finished);
            // Fails only when the run was dropped.
            let _ = outbox.send(last);
        };
        if let Err(fault) = start(LEARNING, cores, work) {
            // The receiver is in hand.
            let _ = sender.send(LearningEvent::Failed(fault.to_string()));
        }
        Self { shared, events }
    }

    /// Takes effect after the present step.
    pub fn pause(&self) {
        self.shared.control.order(Wish::Pause);
    }

    /// Continues a paused run.
    pub fn resume(&self) {
        self.shared.control.order(Wish::Run);
    }

    /// Ends the run after the present step; a long step is broken off.
    pub fn stop(&self) {
        self.shared.control.order(Wish::Stop);
    }

    /// Stops the run from another thread, such as a signal handler.
    pub fn stop_handle(&self) -> StopHandle {
        StopHandle::new(&self.shared.control)
    }

    /// Ends the present phase early, in an orderly way.
    pub fn end_phase(&self) {
        self.shared.control.end_phase();
    }

    /// The channel ends after the last event.
    pub fn events(&self) -> &Receiver<LearningEvent> {
        &self.events
    }

    /// What is learned so far: new about once a second, and at the end. Each is taken once.
    pub fn take_newest(&self) -> Option<Learned> {
        self.shared.newest.swap(None).map(Arc::unwrap_or_clone)
    }
}

impl Drop for LearningRun {
    fn drop(&mut self) {
        self.stop();
    }
}

fn learn(
    shared: &LearningShared,
    outbox: &Sender<LearningEvent>,
    make: impl FnOnce() -> Result<Box<dyn WorldTraining>, StudioError>,
) -> Result<Reason, StudioError> {
    // Worlds prepare in a few hundredths of a second; longer work belongs to their steps, which poll for a stop.
    let training = make()?;
    let now = Instant::now();
    let mut run = WorldRun {
        shared,
        outbox,
        training,
        meter: LossMeter::default(),
        newest: None,
        reported: now,
        publish_at: now + FIRST_RESULT,
    };
    let result = match run_steps(&shared.control, &mut run) {
        Err(error) if error.is_stopped() => Ok(Reason::Stopped),
        result => result,
    };
    run.report_rest();
    // After an error this is what the last good step left.
    run.publish();
    result
}

/// The training of a world with what it reports.
struct WorldRun<'a> {
    shared: &'a LearningShared,
    outbox: &'a Sender<LearningEvent>,
    training: Box<dyn WorldTraining>,
    meter: LossMeter,
    /// The newest step, while it is not reported.
    newest: Option<TrainingStep>,
    reported: Instant,
    publish_at: Instant,
}

impl WorldRun<'_> {
    fn publish(&mut self) {
        if let Some(learned) = self.training.learned() {
            self.shared.newest.store(Some(Arc::new(learned)));
        }
    }

    /// The steps since the last progress, where there are some.
    fn progress(&mut self) -> Option<LearningEvent> {
        let step = self.newest.take()?;
        let LossMeter { steps, loss, losses } = std::mem::take(&mut self.meter);
        let loss = (losses > 0).then(|| loss / losses as f64);
        let steps_per_s = steps as f64 / self.reported.elapsed().as_secs_f64().max(1e-9);
        self.reported = Instant::now();
        Some(LearningEvent::Progress { step, loss, steps_per_s })
    }

    /// Reports the last steps of a run.
    fn report_rest(&mut self) {
        if let Some(event) = self.progress() {
            self.report(event);
        }
    }

    /// Waits where the events before it have not been read.
    fn report(&self, event: LearningEvent) {
        // Fails only when the run was dropped.
        let _ = self.outbox.send(event);
    }
}

impl Stepping for WorldRun<'_> {
    type Error = StudioError;

    fn step(&mut self) -> Result<bool, StudioError> {
        let control = &self.shared.control;
        let Some(step) = self.training.step(&|| control.wish() == Wish::Stop)? else { return Ok(false) };
        self.meter.add(&step);
        self.newest = Some(step);
        if self.reported.elapsed() >= REPORT_EVERY
            && let Some(event) = self.progress()
        {
            // Without room newer progress takes its place.
            let _ = self.outbox.try_send(event);
        }
        if Instant::now() >= self.publish_at {
            self.publish();
            self.publish_at = Instant::now() + PUBLISH_EVERY;
        }
        Ok(true)
    }

    fn end_phase(&mut self) {
        self.training.end_phase();
    }

    fn pause(&mut self) {
        self.report(LearningEvent::Paused);
    }

    fn rest(&mut self) {}

    fn resume(&mut self) {
        self.report(LearningEvent::Resumed);
        self.meter = LossMeter::default();
        self.reported = Instant::now();
    }
}

/// Loss and steps since the last report.
#[derive(Default)]
struct LossMeter {
    steps: usize,
    loss: f64,
    losses: usize,
}

impl LossMeter {
    fn add(&mut self, step: &TrainingStep) {
        self.steps += 1;
        if let Some(loss) = step.loss {
            self.loss += loss;
            self.losses += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::studio::world_entry;

    fn ring(energy_steps: f64) -> Arc<World> {
        let entry = world_entry("points").expect("the points world");
        let mut world = (entry.start)(&(entry.empty)(), "ring").expect("a start of the table");
        let info = world.info_mut().expect("a world of the studio");
        info.set_knob("energy_steps", energy_steps);
        info.set_knob("smoothest_steps", 2.0);
        Arc::new(world)
    }

    fn last(run: &LearningRun) -> LearningEvent {
        run.events().iter().last().expect("a last event")
    }

    #[test]
    fn a_run_ends_with_what_it_learned() {
        let run = LearningRun::start(Cores::Shared, ring(20.0), "exact");
        assert_eq!(last(&run), LearningEvent::Finished(Reason::Completed));
        assert!(matches!(run.take_newest(), Some(Learned::Points(learned)) if learned.flows.len() == 3));
        assert!(run.take_newest().is_none());
    }

    #[test]
    fn a_run_pauses_goes_on_and_stops() {
        let run = LearningRun::start(Cores::Shared, ring(1e7), "exact");
        let wait = |wanted: fn(&LearningEvent) -> bool| {
            let limit = Instant::now() + Duration::from_secs(60);
            while !wanted(&run.events().recv_deadline(limit).expect("an event in time")) {}
        };
        wait(|event| matches!(event, LearningEvent::Progress { steps_per_s, .. } if *steps_per_s > 0.0));
        run.pause();
        wait(|event| *event == LearningEvent::Paused);
        std::thread::sleep(Duration::from_millis(150));
        assert!(run.events().is_empty(), "a paused run does nothing");
        run.resume();
        wait(|event| *event == LearningEvent::Resumed);
        run.stop();
        run.resume();
        assert_eq!(last(&run), LearningEvent::Finished(Reason::Stopped));
    }

    #[test]
    fn what_cannot_be_learned_is_one_sentence() {
        let empty = LearningRun::start(Cores::Shared, Arc::new((world_entry("points").unwrap().empty)()), "exact");
        assert!(matches!(last(&empty), LearningEvent::Failed(why) if why.contains("points")));
        let swarm =
            LearningRun::start(Cores::Shared, Arc::new(World::from(crate::worlds::SwarmDoc::default())), "exact");
        assert!(matches!(last(&swarm), LearningEvent::Failed(_)));
    }

    #[test]
    fn a_run_stopped_while_it_prepares_makes_no_step() {
        let shared = LearningShared { control: Arc::default(), newest: ArcSwapOption::empty() };
        shared.control.order(Wish::Stop);
        let (outbox, events) = bounded(EVENT_CAPACITY);
        let ring = ring(1e7);
        let make = || ring.info().expect("a world of the studio").start_training("exact");
        let reason = learn(&shared, &outbox, make).expect("a sound world");
        assert_eq!(reason, Reason::Stopped);
        assert!(events.is_empty() && shared.newest.load().is_none());
    }

    /// A training whose one step takes until it is stopped.
    struct LongStep {
        begun: Sender<()>,
    }

    impl WorldTraining for LongStep {
        fn step(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<TrainingStep>, StudioError> {
            self.begun.send(()).expect("the test waits");
            while !stop() {
                std::thread::yield_now();
            }
            Err(StudioError::Stopped)
        }

        fn end_phase(&mut self) {}

        fn learned(&self) -> Option<Learned> {
            None
        }
    }

    #[test]
    fn a_long_step_is_broken_off_by_a_stop_handle() {
        let (begun, has_begun) = bounded(1);
        let run = LearningRun::spawn(Cores::Shared, move || Ok(Box::new(LongStep { begun })));
        has_begun.recv().expect("a step");
        run.stop_handle().stop();
        assert_eq!(last(&run), LearningEvent::Finished(Reason::Stopped));
    }

    #[test]
    fn a_thread_that_cannot_start_is_one_event() {
        let run =
            crate::jobs::thread::testing::without_threads(|| LearningRun::start(Cores::Shared, ring(1.0), "exact"));
        assert!(matches!(run.events().recv(), Ok(LearningEvent::Failed(why)) if why.contains("started no thread")));
        assert!(run.events().recv().is_err(), "the channel ends");
    }
}
