//! Comparisons of the learned motion with a film's, each in a thread of its own.

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::jobs::{Cores, JobName, guarded, start};
use crate::session::{Event, ObserveEvent, TruthRequest};
use crate::worlds::swarm::measures::Truth;
use crate::worlds::swarm::picture::Part;

const JOB: JobName = JobName { thread: "truth", what: "Comparing with the film" };

pub struct TruthJobs {
    outbox: Sender<Event>,
    inbox: Receiver<Event>,
}

impl Default for TruthJobs {
    fn default() -> Self {
        let (outbox, inbox) = unbounded();
        Self { outbox, inbox }
    }
}

impl TruthJobs {
    pub fn start(&self, request: TruthRequest) {
        let (outbox, run) = (self.outbox.clone(), request.run);
        let work = move || {
            let measure = || Truth::measure(&request.rule, &request.live, &request.stills, Part::HeldOut);
            let result = guarded(JOB.what, || measure().map(Box::new).map_err(|e| e.to_string()));
            // Fails only when the window has closed.
            let _ = outbox.send(Event::Observe(ObserveEvent::TruthMeasured { run, result }));
        };
        if let Err(fault) = start(JOB, Cores::ONE, work) {
            // The receiver is in hand.
            let _ =
                self.outbox.send(Event::Observe(ObserveEvent::TruthMeasured { run, result: Err(fault.to_string()) }));
        }
    }

    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        self.inbox.try_iter()
    }
}
