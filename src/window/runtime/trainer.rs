//! The background training run, its events turned into those of the session.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::jobs::{self, Cores, JobName, Pace, Training, start};
use crate::session::{Event, LearnEvent, PaceRequest, RunId, TrainingRequest};
use crate::worlds::swarm::rule::Rule;

/// The run under way, if any.
#[derive(Default)]
pub struct Background {
    run: Option<CurrentRun>,
}

struct CurrentRun {
    id: RunId,
    training: Training,
    /// The weights reported last.
    told: Option<Arc<Rule>>,
}

impl Background {
    /// Starts a run; an older one is stopped.
    pub fn start(&mut self, request: TrainingRequest) {
        self.dismiss();
        let TrainingRequest { run, stills, ensemble, settings, start, another_flow } = request;
        let start = start.map(Arc::unwrap_or_clone);
        let training = match start {
            Some(rule) if another_flow => Training::another_flow(stills, ensemble, settings, rule),
            start => Training::start(stills, ensemble, settings, start),
        };
        self.run = Some(CurrentRun { id: run, training, told: None });
    }

    pub fn pause(&self, id: RunId) {
        self.with(id, Training::pause);
    }

    pub fn resume(&self, id: RunId) {
        self.with(id, Training::resume);
    }

    pub fn stop(&self, id: RunId) {
        self.with(id, Training::stop);
    }

    pub fn end_phase(&self, id: RunId) {
        self.with(id, Training::end_phase);
    }

    fn with(&self, id: RunId, order: impl FnOnce(&Training)) {
        if let Some(run) = self.run.as_ref().filter(|run| run.id == id) {
            order(&run.training);
        }
    }

    /// Lets a run end without waiting for its last step.
    fn dismiss(&mut self) {
        if let Some(run) = self.run.take() {
            run.training.dismiss();
        }
    }

    /// What happened since the last call.
    pub fn events(&mut self) -> Vec<Event> {
        let Some(run) = &mut self.run else { return Vec::new() };
        let mut events: Vec<Event> = run
            .training
            .events()
            .try_iter()
            .map(|event| Event::Learn(LearnEvent::Training { run: run.id, event }))
            .collect();
        let over = matches!(
            events.last(),
            Some(Event::Learn(LearnEvent::Training {
                event: jobs::Event::Finished { .. } | jobs::Event::Failed { .. },
                ..
            }))
        );
        // The last weights are in the slot before the last event is sent; the session receives them first.
        let newest = run.training.newest_rule();
        let known = |rule: &Arc<Rule>| run.told.as_ref().is_some_and(|told| Arc::ptr_eq(told, rule));
        if let Some(rule) = newest.filter(|rule| !known(rule)) {
            run.told = Some(rule.clone());
            let at = if over { events.len() - 1 } else { events.len() };
            events.insert(at, Event::Learn(LearnEvent::NewRule { run: run.id, rule }));
        }
        if over {
            self.dismiss();
        }
        events
    }
}

/// Measurements of the speed of learning, each in a thread of its own.
pub struct Stopwatch {
    outbox: Sender<Event>,
    inbox: Receiver<Event>,
}

impl Default for Stopwatch {
    fn default() -> Self {
        let (outbox, inbox) = unbounded();
        Self { outbox, inbox }
    }
}

impl Stopwatch {
    /// Times some steps of learning and reports them as [`LearnEvent::PaceMeasured`].
    pub fn measure(&self, PaceRequest { key, snapshot, ensemble, settings }: PaceRequest) {
        let outbox = self.outbox.clone();
        let work = move || {
            let pace = Pace::measure(&snapshot, &ensemble, &settings).ok();
            // Fails only when the window has closed.
            let _ = outbox.send(Event::Learn(LearnEvent::PaceMeasured { key, pace }));
        };
        if let Err(fault) = start(JobName { thread: "pace", what: "Estimating the time" }, Cores::Shared, work) {
            // The receiver is in hand.
            let _ = self.outbox.send(fault.into());
        }
    }

    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        self.inbox.try_iter()
    }
}
