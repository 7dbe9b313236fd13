//! The threads that measure: one observes the live swarm a few times a second, one measures rules while they are
//! learned, one certifies scenes. Each takes one core at most; a panic in one becomes a message.

use std::time::{Duration, Instant};

use super::tally::Tally;
use crate::jobs::{CheckEvent, CheckRun, Cores, Inbox, JobName, Outbox, Worker, guarded};
use crate::session::{CertificateRequest, Event, LearnEvent, ObserveEvent, RuleRequest, RuleRole, Session, Workspace};
use crate::window::live::Live;
use crate::window::live::reply::{Coming, Seen};
use crate::worlds::swarm::measures::{
    Certificate, CheckError, CheckProgress, CheckSettings, Glimpse, Observer, QuickFidelity, Wounds, certify,
};
use crate::worlds::swarm::picture::{Ensemble, Stills};

/// Time between two readings: by default, and during healing.
const LOOK_EVERY: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(150)];
/// A reading may take this share of a core.
const LOOK_SHARE: u32 = 4;
/// While it learns, both cores are needed: a rule is measured at most this often, and for this share of a core.
const MEASURE_EVERY: Duration = Duration::from_secs(1);
const MEASURE_SHARE: u32 = 5;

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
                    outbox.send(Event::Observe(ObserveEvent::Observed(Box::new(reading))));
                }
                outbox.rest((LOOK_SHARE - 1) * begun.elapsed());
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
        // Damaged particles are looked for at once, before they move away.
        let is_fresh = seen.is_hasty() && self.seen.is_some_and(|(_, epoch)| epoch != now.1);
        let due = is_fresh || self.last.elapsed() >= LOOK_EVERY[usize::from(seen.is_hasty())];
        let something_new = self.seen != Some(now) && session.workspace() != Workspace::Paint;
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

const RULES: JobName = JobName { thread: "measure", what: "Measuring rules" };
/// Rules that may wait to be measured: the old one of a run of learning, and newest weights.
const RULE_CAPACITY: usize = 16;

/// The thread that measures rules while they are learned, and the certificate of the scene. New weights wait for a
/// certificate.
pub struct Checks {
    rules: Worker<Box<RuleRequest>, Event>,
    /// The certificate under way, and its number.
    certificate: Option<(u64, CheckRun<Certificate>)>,
    /// Certificates are paused: the live swarm needs their core.
    is_paused: bool,
    /// The run of learning whose rules are measured.
    run: u64,
    /// The newest weights, until their turn.
    waiting: Option<Box<RuleRequest>>,
    /// When the rule that is being measured was sent.
    sent: Option<Instant>,
    /// When the next weights may be measured.
    next: Instant,
}

impl Default for Checks {
    fn default() -> Self {
        let rules = Worker::start(RULES, Cores::ONE, Inbox::Queue(RULE_CAPACITY), || {
            |request: Box<RuleRequest>, outbox: &Outbox<Event>| measure(&request, outbox)
        });
        Self { rules, certificate: None, is_paused: false, run: 0, waiting: None, sent: None, next: Instant::now() }
    }
}

impl Checks {
    /// Measures a rule of a run of learning. Of new weights only the newest are measured; those of another run are dropped.
    pub fn measure(&mut self, request: Box<RuleRequest>) {
        if std::mem::replace(&mut self.run, request.run) != request.run {
            self.rules.cancel();
            self.waiting = None;
        }
        match request.role {
            RuleRole::New => self.waiting = Some(request),
            RuleRole::Old => self.rules.order(request),
        }
    }

    /// Starts to certify a scene; a certificate under way is stopped.
    pub fn certify(&mut self, request: CertificateRequest) {
        self.waiting = None;
        let CertificateRequest { run, rule, stills, ensemble, live } = request;
        let check = CheckRun::start(Cores::ONE, move |progress| {
            certify(&rule, (stills, &ensemble), &live, CheckSettings::default(), progress)
        });
        if self.is_paused {
            check.pause();
        }
        self.certificate = Some((run, check));
    }

    /// Pauses or resumes the certificate under way.
    pub fn pause_certificates(&mut self, is_paused: bool) {
        if std::mem::replace(&mut self.is_paused, is_paused) == is_paused {
            return;
        }
        match &self.certificate {
            Some((_, check)) if is_paused => check.pause(),
            Some((_, check)) => check.resume(),
            None => {}
        }
    }

    pub fn stop_certifying(&self) {
        if let Some((_, check)) = &self.certificate {
            check.stop();
        }
    }

    /// Once a frame: what was measured since the last call. Sends the newest weights when it is their turn.
    pub fn events(&mut self) -> Vec<Event> {
        let certified = self.certificate_events();
        if self.rules.is_idle() && self.certificate.is_none() {
            let now = Instant::now();
            if let Some(sent) = self.sent.take() {
                self.next = now + MEASURE_EVERY.max((MEASURE_SHARE - 1) * (now - sent));
            }
            if now >= self.next
                && let Some(request) = self.waiting.take()
            {
                self.sent = Some(now);
                self.rules.order(request);
            }
        }
        self.rules.events().chain(self.rules.faults().map(Event::from)).chain(certified).collect()
    }

    /// What the certificate reports; one that is over makes room.
    fn certificate_events(&mut self) -> Vec<Event> {
        let Some((run, check)) = &self.certificate else { return Vec::new() };
        let run = *run;
        let reported: Vec<CheckEvent<Certificate>> = check.events().try_iter().collect();
        if reported.last().is_some_and(|last| !matches!(last, CheckEvent::Progress { .. })) {
            self.certificate = None;
        }
        let as_event = |event| match event {
            CheckEvent::Progress { phase, done, total } => {
                let share = done as f64 / total.max(1) as f64;
                Some(ObserveEvent::CertificateProgress { run, phase, share })
            }
            CheckEvent::Finished(found) => Some(ObserveEvent::Certified { run, result: Ok(Box::new(found)) }),
            CheckEvent::Failed(why) => Some(ObserveEvent::Certified { run, result: Err(why) }),
            CheckEvent::Stopped => None,
        };
        reported.into_iter().filter_map(as_event).map(Event::Observe).collect()
    }
}

fn measure(request: &RuleRequest, outbox: &Outbox<Event>) {
    let picture = (&request.stills, &request.ensemble);
    let result = guarded("measuring the rule", || {
        match QuickFidelity::measure(&request.rule, picture, &request.live, &WhileWanted(outbox)) {
            Err(CheckError::Stopped) => Ok(None),
            result => result.map(Some).map_err(|e| e.to_string()),
        }
    });
    let RuleRequest { run, role, step, .. } = *request;
    if let Some(result) = result.transpose() {
        outbox.send(Event::Learn(LearnEvent::RuleMeasured { run, role, step, result }));
    }
}

/// Stops a measurement whose order is not wanted any more.
struct WhileWanted<'a>(&'a Outbox<Event>);

impl CheckProgress for WhileWanted<'_> {
    fn phase(&self, _: &'static str) {}

    fn advance(&self, _: u64) {}

    fn is_stopped(&self) -> bool {
        self.0.is_stopped()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Arc;

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

    /// Checks with the events that were polled and not looked at yet.
    #[derive(Default)]
    struct Polled(Checks, VecDeque<Event>);

    impl Polled {
        /// The next event; polls as frames do.
        fn next(&mut self) -> Event {
            let begun = Instant::now();
            loop {
                if let Some(event) = self.1.pop_front() {
                    return event;
                }
                assert!(begun.elapsed() < PATIENCE, "no event");
                std::thread::sleep(Duration::from_millis(2));
                self.1.extend(self.0.events());
            }
        }
    }

    #[test]
    fn only_the_newest_weights_and_the_old_rule_are_measured() {
        let mut checks = Polled::default();
        checks.0.measure(request(5, RuleRole::New, 10));
        checks.0.measure(request(5, RuleRole::Old, 0));
        for step in 11..40 {
            checks.0.measure(request(5, RuleRole::New, step));
        }
        let mut steps = Vec::new();
        while !steps.contains(&(RuleRole::New, 39)) {
            match checks.next() {
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
        let mut checks = Polled::default();
        let request = CertificateRequest {
            run: 3,
            rule: rule(),
            stills: mill(),
            ensemble: Ensemble::default(),
            live: LiveSettings::default(),
        };
        checks.0.certify(request);
        match checks.next() {
            Event::Observe(ObserveEvent::CertificateProgress { run: 3, phase, share }) => {
                assert!(!phase.is_empty() && (0.0..1.0).contains(&share));
            }
            other => panic!("{other:?}"),
        }
        // Paused and resumed, it goes on.
        checks.0.pause_certificates(true);
        checks.0.pause_certificates(false);
        assert!(matches!(checks.next(), Event::Observe(ObserveEvent::CertificateProgress { run: 3, .. })));
        // A paused one can be stopped.
        checks.0.pause_certificates(true);
        checks.0.stop_certifying();
        // Rules wait for a certificate, also one that was stopped: its end makes room.
        checks.0.measure(self::request(9, RuleRole::New, 1));
        loop {
            match checks.next() {
                Event::Learn(LearnEvent::RuleMeasured { run: 9, .. }) => break,
                Event::Observe(ObserveEvent::CertificateProgress { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_rule_that_cannot_be_measured_is_reported() {
        let mut checks = Polled::default();
        let nothing = RuleRequest { stills: Snapshot::default().into(), ..*request(1, RuleRole::Old, 0) };
        checks.0.measure(Box::new(nothing));
        match checks.next() {
            Event::Learn(LearnEvent::RuleMeasured { result: Err(why), .. }) => assert!(!why.is_empty()),
            other => panic!("{other:?}"),
        }
    }
}
