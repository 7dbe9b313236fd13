//! The background training run, its events turned into those of the session.

use std::sync::Arc;

use crate::jobs::{self, Cores, Inbox, JobName, Outbox, Pace, Training, Worker, guarded};
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
    reported: Option<Arc<Rule>>,
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
        self.run = Some(CurrentRun { id: run, training, reported: None });
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
        let known = |rule: &Arc<Rule>| run.reported.as_ref().is_some_and(|reported| Arc::ptr_eq(reported, rule));
        if let Some(rule) = newest.filter(|rule| !known(rule)) {
            run.reported = Some(rule.clone());
            let at = if over { events.len() - 1 } else { events.len() };
            events.insert(at, Event::Learn(LearnEvent::NewRule { run: run.id, rule }));
        }
        if over {
            self.dismiss();
        }
        events
    }
}

const PACE: JobName = JobName { thread: "pace", what: "Estimating the time" };

/// Measurements of the speed of learning, in one thread; only the newest request counts.
pub struct Stopwatch(Worker<PaceRequest, Event>);

impl Default for Stopwatch {
    fn default() -> Self {
        Self(Worker::start(PACE, Cores::Shared, Inbox::Latest, || {
            |request: PaceRequest, outbox: &Outbox<Event>| {
                let PaceRequest { key, snapshot, ensemble, settings } = request;
                let stop = || outbox.is_stopped();
                // Without a value where the picture cannot be learned from, which the panels show.
                let measured = guarded(PACE.what, || Ok(Pace::measure(&snapshot, &ensemble, &settings, &stop).ok()));
                if outbox.is_stopped() {
                    return;
                }
                let pace = measured.unwrap_or_else(|why| {
                    outbox.send(Event::Trouble(why));
                    None
                });
                outbox.send(Event::Learn(LearnEvent::PaceMeasured { key, pace }));
            }
        }))
    }
}

impl Stopwatch {
    /// Times some steps of learning and reports them as [`LearnEvent::PaceMeasured`]; a measurement under way is stopped.
    pub fn measure(&self, request: PaceRequest) {
        self.0.order(request);
    }

    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        self.0.events().chain(self.0.faults().map(Event::from))
    }
}
