//! Comparisons of the learned motion with a film's, each in a thread of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::jobs::panic_text;
use crate::session::{Event, TruthRequest};
use crate::worlds::swarm::measures::Truth;
use crate::worlds::swarm::picture::Part;

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
            let result = match catch_unwind(AssertUnwindSafe(measure)) {
                Ok(result) => result.map_err(|e| e.to_string()),
                Err(panic) => Err(panic_text(panic.as_ref()).to_owned()),
            };
            // Fails only when the window has closed.
            let _ = outbox.send(Event::TruthMeasured { run, result: result.map(Box::new) });
        };
        if let Err(error) = std::thread::Builder::new().name("unstill-truth".to_owned()).spawn(work) {
            let result = Err(format!("the system starts no thread ({error})"));
            let _ = self.outbox.send(Event::TruthMeasured { run, result });
        }
    }

    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        self.inbox.try_iter()
    }
}
