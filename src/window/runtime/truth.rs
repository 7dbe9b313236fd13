//! Comparisons of the learned motion with a film's, in one thread; only the newest request counts.

use crate::jobs::{Cores, Inbox, JobName, Outbox, Worker, guarded};
use crate::session::{Event, ObserveEvent, TruthRequest};
use crate::worlds::swarm::measures::Truth;
use crate::worlds::swarm::picture::Part;

const JOB: JobName = JobName { thread: "truth", what: "Comparing with the film" };

/// The thread; it ends when this is dropped.
pub struct TruthJob(Worker<TruthRequest, Event>);

impl Default for TruthJob {
    fn default() -> Self {
        Self(Worker::start(JOB, Cores::ONE, Inbox::Latest, || {
            |request: TruthRequest, outbox: &Outbox<Event>| {
                let TruthRequest { run, rule, live, stills } = request;
                let stop = || outbox.is_stopped();
                let measure = || Truth::unless_stopped(&rule, &live, &stills, Part::HeldOut, &stop);
                let result = guarded(JOB.what, || measure().map(Box::new).map_err(|e| e.to_string()));
                if !outbox.is_stopped() {
                    outbox.send(Event::Observe(ObserveEvent::TruthMeasured { run, result }));
                }
            }
        }))
    }
}

impl TruthJob {
    /// Answered by an event; a comparison under way is stopped.
    pub fn start(&self, request: TruthRequest) {
        self.0.order(request);
    }

    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        self.0.events().chain(self.0.faults().map(Event::from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::motifs;
    use crate::worlds::swarm::rule::{LiveSettings, NetShape, Rule};
    use std::sync::Arc;
    use std::time::Duration;

    #[test]
    fn only_the_newest_comparison_is_answered() {
        let job = TruthJob::default();
        let shape = NetShape { species: 1, phi: [4, 4], rho: [4, 4], outputs: 1 };
        let snapshot = motifs::by_name("mill").expect("a bundled picture").snapshot();
        let request = |run| TruthRequest {
            run,
            rule: Arc::new(Rule::random(shape, 1)),
            live: LiveSettings::default(),
            stills: snapshot.clone().into(),
        };
        (1..=9).for_each(|run| job.start(request(run)));
        loop {
            let event = job.0.next_event(Duration::from_secs(60)).expect("an answer");
            let Event::Observe(ObserveEvent::TruthMeasured { run, result }) = event else { panic!("{event:?}") };
            assert!(result.is_err_and(|why| why.contains("one snapshot only")), "a picture has no motion");
            if run == 9 {
                break;
            }
        }
    }
}
