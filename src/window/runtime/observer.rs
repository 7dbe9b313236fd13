//! The threads that measure: one observes the live swarm a few times a second, one measures rules while they are
//! learned and certifies scenes. Each takes one core at most; a panic in either becomes a message.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::tally::Tally;
use crate::jobs::{Cores, Inbox, JobName, Outbox, Worker, panic_text, start};
use crate::session::{CertificateRequest, Event, LearnEvent, ObserveEvent, Place, RuleRequest, RuleRole, Session};
use crate::window::shell::live::{Coming, Live, Seen};
use crate::worlds::swarm::measures::{
    CheckError, CheckProgress, CheckSettings, Glimpse, Observer, QuickFidelity, Wounds, certify,
};
use crate::worlds::swarm::picture::{Ensemble, Stills};

/// Time between two readings: by default, and during healing.
const LOOK_EVERY: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(150)];
/// A reading may take this share of a core.
const LOOK_SHARE: u32 = 4;
/// While it learns, both cores are needed: a rule is measured at most this often, and for this share of a core.
const MEASURE_EVERY: Duration = Duration::from_secs(1);
const MEASURE_SHARE: u32 = 3;
/// Least time between two reports of a certificate's progress.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// The thread that watches the live swarm.
pub struct Watch {
    worker: Worker<Glimpse, Event>,
    last: Instant,
    /// What the engine had counted when it was looked at last.
    pub tally: Tally,
    /// Step and epoch looked at last.
    seen: Option<(u64, u64)>,
    /// A swarm on its way, and what belongs to it.
    coming: Option<(Coming, Box<Unseen>)>,
}

impl Default for Watch {
    fn default() -> Self {
        let name = JobName { thread: "observe", what: "Watching the swarm" };
        let worker = Worker::start(name, Cores::ONE, Inbox::Latest, || {
            let mut observer = Observer::default();
            move |glimpse: Glimpse, outbox: &Outbox<Event>| {
                let begun = Instant::now();
                // A rule and a swarm that do not fit together: the engine has reported it already.
                if let Ok(reading) = observer.look(&glimpse) {
                    outbox.tell(Event::Observe(ObserveEvent::Observed(Box::new(reading))));
                }
                std::thread::sleep((LOOK_SHARE - 1) * begun.elapsed());
            }
        });
        Self { worker, last: Instant::now(), tally: Tally::default(), seen: None, coming: None }
    }
}

impl Watch {
    /// Once a frame: sends a copy of the swarm when one is due, and brings back what was seen.
    pub fn advance(&mut self, session: &Session, live: &Live) -> Vec<Event> {
        match self.coming.take() {
            None => self.look(session, live),
            Some((mut coming, unseen)) => match coming.take() {
                None => self.coming = Some((coming, unseen)),
                Some(Ok(seen)) => {
                    if let Some(counters) = seen.counters {
                        self.tally.take(counters, self.last);
                    }
                    self.send(unseen.seen(seen));
                }
                // No swarm any more; the engine reports a lost GPU.
                Some(Err(_)) => self.tally = Tally::default(),
            },
        }
        self.worker.events().chain(self.worker.faults().map(Event::from)).collect()
    }

    fn look(&mut self, session: &Session, live: &Live) {
        let seen = session.observation();
        let now = (seen.steps(), seen.epoch());
        // Those that were hurt are found where they were hurt.
        let is_fresh = seen.is_hasty() && self.seen.is_some_and(|(_, epoch)| epoch != now.1);
        let due = is_fresh || self.last.elapsed() >= LOOK_EVERY[usize::from(seen.is_hasty())];
        let something_new = self.seen != Some(now) && session.place() != Place::Paint;
        if !due || !something_new || !self.worker.is_idle() {
            return;
        }
        self.seen = Some(now);
        self.last = Instant::now();
        let document = session.document();
        let unseen = Unseen {
            stills: document.world.stills(),
            ensemble: document.world.ensemble,
            target_sigma_l: target_sigma_l(session),
            step: seen.steps(),
            epoch: seen.epoch(),
            wound: seen.healing.as_ref().and_then(|healing| healing.wounds.clone()),
        };
        self.coming = Some((live.look(), Box::new(unseen)));
    }

    fn send(&mut self, glimpse: Glimpse) {
        if !glimpse.swarm.is_empty() {
            self.worker.order(glimpse);
        }
    }
}

/// What belongs to a glimpse besides the swarm and what it lived by.
struct Unseen {
    stills: Stills,
    ensemble: Ensemble,
    target_sigma_l: f64,
    step: u64,
    epoch: u64,
    wound: Option<Wounds>,
}

impl Unseen {
    fn seen(self, seen: Seen) -> Glimpse {
        let Self { stills, ensemble, target_sigma_l, step, epoch, wound } = self;
        let Seen { swarm, rule, settings, .. } = seen;
        Glimpse { swarm, rule, settings, stills, ensemble, target_sigma_l, step, epoch, wound }
    }
}

/// The temperature of the target: that of the scene, within what the playing rule was trained at.
fn target_sigma_l(session: &Session) -> f64 {
    let sigma_l = session.document().world.live.sigma_l;
    session.playing_rule().map_or(sigma_l, |rule| sigma_l.max(rule.sigma_range_l[0]).min(rule.sigma_range_l[1]))
}

/// What the measuring thread shall do.
enum CheckJob {
    Rule(Box<RuleRequest>),
    Certificate(Box<CertificateRequest>),
}

/// The thread that measures rules.
pub struct CheckThread {
    jobs: Sender<CheckJob>,
    events: Receiver<Event>,
    /// The only run of a certificate that may go on; 0: none.
    certifying: Arc<AtomicU64>,
    /// The run of learning whose rules are measured.
    learning: Arc<AtomicU64>,
}

impl Default for CheckThread {
    fn default() -> Self {
        let (jobs, inbox) = unbounded();
        let (outbox, events) = unbounded();
        let (certifying, learning) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let told = outbox.clone();
        let worker =
            CheckWorker { inbox, outbox, certifying: certifying.clone(), learning: learning.clone(), measured: None };
        let name = JobName { thread: "measure", what: "Measuring rules" };
        if let Err(fault) = start(name, Cores::ONE, move || worker.run()) {
            // The receiver is in hand.
            let _ = told.send(fault.into());
        }
        Self { jobs, events, certifying, learning }
    }
}

impl CheckThread {
    pub fn measure(&self, request: Box<RuleRequest>) {
        self.learning.store(request.run, Ordering::Relaxed);
        // Fails only when the thread could not be started.
        let _ = self.jobs.send(CheckJob::Rule(request));
    }

    pub fn certify(&self, request: Box<CertificateRequest>) {
        self.certifying.store(request.run, Ordering::Relaxed);
        let _ = self.jobs.send(CheckJob::Certificate(request));
    }

    pub fn stop_certifying(&self) {
        self.certifying.store(0, Ordering::Relaxed);
    }

    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        self.events.try_iter()
    }
}

struct CheckWorker {
    inbox: Receiver<CheckJob>,
    outbox: Sender<Event>,
    certifying: Arc<AtomicU64>,
    learning: Arc<AtomicU64>,
    /// When the last rule was measured, and how long that took.
    measured: Option<(Instant, Duration)>,
}

impl CheckWorker {
    fn run(mut self) {
        let mut waiting: Option<Box<RuleRequest>> = None;
        loop {
            // While new weights wait for their turn, an old rule, newer weights or a certificate may come.
            let job = match &waiting {
                None => self.inbox.recv().map_err(|_| crossbeam_channel::RecvTimeoutError::Disconnected),
                Some(_) => self.inbox.recv_timeout(self.pause()),
            };
            match job {
                Ok(CheckJob::Rule(request)) if request.role == RuleRole::New => waiting = Some(request),
                Ok(CheckJob::Rule(request)) => self.measure(&request),
                Ok(CheckJob::Certificate(request)) => {
                    waiting = None;
                    self.certify(&request);
                }
                Err(crossbeam_channel::RecvTimeoutError::Timeout) => {
                    if let Some(request) = waiting.take() {
                        self.measure(&request);
                    }
                }
                Err(crossbeam_channel::RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Until the next rule may be measured.
    fn pause(&self) -> Duration {
        let Some((at, took)) = self.measured else { return Duration::ZERO };
        (took + MEASURE_EVERY.max((MEASURE_SHARE - 1) * took)).saturating_sub(at.elapsed())
    }

    fn measure(&mut self, request: &RuleRequest) {
        if self.learning.load(Ordering::Relaxed) != request.run {
            return;
        }
        let begun = Instant::now();
        let progress = Reporter::silent(self.learning.clone(), request.run);
        let picture = (&request.stills, &request.ensemble);
        let work = || QuickFidelity::measure(&request.rule, picture, &request.live, &progress);
        let result = match catch_unwind(AssertUnwindSafe(work)) {
            Ok(Err(CheckError::Stopped)) => return,
            Ok(result) => result.map_err(|e| e.to_string()),
            Err(panic) => Err(panic_text(panic.as_ref()).to_owned()),
        };
        self.measured = Some((begun, begun.elapsed()));
        let RuleRequest { run, role, step, .. } = *request;
        // Fails only when the window closes.
        let _ = self.outbox.send(Event::Learn(LearnEvent::RuleMeasured { run, role, step, result }));
    }

    fn certify(&self, request: &CertificateRequest) {
        let CertificateRequest { run, rule, stills, ensemble, live } = request;
        let settings = CheckSettings::default();
        let progress = Reporter::telling(self.certifying.clone(), *run, settings.total_steps(1), self.outbox.clone());
        let work = || certify(rule, (stills, ensemble), live, settings, &progress);
        let result = match catch_unwind(AssertUnwindSafe(work)) {
            Ok(Err(CheckError::Stopped)) => return,
            Ok(result) => result.map(Box::new).map_err(|e| e.to_string()),
            Err(panic) => Err(panic_text(panic.as_ref()).to_owned()),
        };
        let _ = self.outbox.send(Event::Observe(ObserveEvent::Certified { run: *run, result }));
    }
}

/// Polls whether its run may go on, and reports its progress.
struct Reporter {
    may_run: Arc<AtomicU64>,
    run: u64,
    tells: Option<(Sender<Event>, u64)>,
    told: std::sync::Mutex<(Instant, &'static str, u64)>,
}

impl Reporter {
    fn silent(may_run: Arc<AtomicU64>, run: u64) -> Self {
        Self { may_run, run, tells: None, told: std::sync::Mutex::new((Instant::now(), "", 0)) }
    }

    fn telling(may_run: Arc<AtomicU64>, run: u64, total: u64, outbox: Sender<Event>) -> Self {
        Self { tells: Some((outbox, total.max(1))), ..Self::silent(may_run, run) }
    }
}

impl CheckProgress for Reporter {
    fn phase(&self, name: &'static str) {
        self.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner).1 = name;
    }

    fn advance(&self, steps: u64) {
        let mut told = self.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        told.2 += steps;
        let Some((outbox, total)) = &self.tells else { return };
        if told.0.elapsed() < TELL_EVERY {
            return;
        }
        told.0 = Instant::now();
        let share = told.2 as f64 / *total as f64;
        let _ = outbox.send(Event::Observe(ObserveEvent::CertificateProgress { run: self.run, phase: told.1, share }));
    }

    fn is_stopped(&self) -> bool {
        self.may_run.load(Ordering::Relaxed) != self.run
    }
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::*;
    use crate::worlds::swarm::picture::{Ensemble, Particle, Snapshot, Swarm, motifs};
    use crate::worlds::swarm::rule::{LiveSettings, NetShape, Rule};

    const PATIENCE: Duration = Duration::from_secs(120);

    fn rule() -> Arc<Rule> {
        Arc::new(Rule::random(NetShape { species: 1, phi: [4, 4], rho: [4, 4], outputs: 1 }, 1))
    }

    fn mill() -> Stills {
        motifs::by_name("mill").expect("a bundled picture").snapshot().into()
    }

    fn request(run: u64, role: RuleRole, step: usize) -> Box<RuleRequest> {
        let (stills, ensemble, live) = (mill(), Ensemble::default(), LiveSettings::default());
        Box::new(RuleRequest { run, role, step, rule: rule(), stills, ensemble, live })
    }

    #[test]
    fn a_sent_swarm_is_measured_and_an_empty_one_is_not_sent() {
        let mut watch = Watch::default();
        let particle = |k: u8| Particle { x: f64::from(k), y: 1.0, ..Particle::default() };
        let good = Glimpse {
            swarm: Swarm { particles: (0..30).map(particle).collect(), box_size: DVec2::new(30.0, 10.0) },
            rule: rule(),
            settings: LiveSettings::default(),
            stills: mill(),
            ensemble: Ensemble::default(),
            target_sigma_l: 0.13,
            step: 7,
            epoch: 0,
            wound: None,
        };
        let rests = |watch: &Watch| {
            while !watch.worker.is_idle() {
                std::thread::sleep(Duration::from_millis(1));
            }
        };
        watch.send(good.clone());
        let seen = watch.worker.next_event(PATIENCE).expect("a reading");
        assert!(
            matches!(seen, Event::Observe(ObserveEvent::Observed(reading)) if reading.step == 7 && reading.fidelity.is_some())
        );
        rests(&watch);
        watch.send(Glimpse { swarm: Swarm::default(), ..good.clone() });
        rests(&watch);
        watch.send(Glimpse { step: 90, ..good });
        let seen = watch.worker.next_event(PATIENCE).expect("a reading");
        assert!(
            matches!(seen, Event::Observe(ObserveEvent::Observed(reading)) if reading.step == 90),
            "nothing of an empty swarm"
        );
    }

    #[test]
    fn only_the_newest_weights_and_the_old_rule_are_measured() {
        let bench = CheckThread::default();
        bench.measure(request(5, RuleRole::New, 10));
        bench.measure(request(5, RuleRole::Old, 0));
        for step in 11..40 {
            bench.measure(request(5, RuleRole::New, step));
        }
        let mut steps = Vec::new();
        while !steps.contains(&(RuleRole::New, 39)) {
            match bench.events.recv_timeout(PATIENCE).expect("an answer") {
                Event::Learn(LearnEvent::RuleMeasured { run: 5, role, step, result }) => {
                    assert!(result.expect("a measure").together().is_some());
                    steps.push((role, step));
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(steps.contains(&(RuleRole::Old, 0)));
        assert!(steps.len() <= 4, "not each of them: {steps:?}");
    }

    #[test]
    fn a_certificate_reports_progress_and_can_be_stopped() {
        let bench = CheckThread::default();
        let request = CertificateRequest {
            run: 3,
            rule: rule(),
            stills: mill(),
            ensemble: Ensemble::default(),
            live: LiveSettings::default(),
        };
        bench.certify(Box::new(request.clone()));
        match bench.events.recv_timeout(PATIENCE).expect("progress") {
            Event::Observe(ObserveEvent::CertificateProgress { run: 3, phase, share }) => {
                assert!(!phase.is_empty() && (0.0..1.0).contains(&share));
            }
            other => panic!("{other:?}"),
        }
        bench.stop_certifying();
        // The thread is free again soon: a short order after it is carried out.
        bench.measure(self::request(9, RuleRole::Old, 0));
        loop {
            match bench.events.recv_timeout(PATIENCE).expect("the next order is carried out") {
                Event::Learn(LearnEvent::RuleMeasured { run: 9, .. }) => break,
                Event::Observe(ObserveEvent::CertificateProgress { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_rule_that_cannot_be_measured_is_reported() {
        let bench = CheckThread::default();
        let nothing = RuleRequest { stills: Snapshot::default().into(), ..*request(1, RuleRole::Old, 0) };
        bench.measure(Box::new(nothing));
        match bench.events.recv_timeout(PATIENCE).expect("an answer") {
            Event::Learn(LearnEvent::RuleMeasured { result: Err(why), .. }) => assert!(!why.is_empty()),
            other => panic!("{other:?}"),
        }
    }
}
