use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::*;
use crate::worlds::swarm::picture::SnapshotError;
use crate::worlds::swarm::train::Phase;

/// Longer than anything here can honestly take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Learns nothing, one step in 2 ms. Its rule carries the number of its step as ℓ.
struct Fake {
    step: usize,
    /// Steps that were begun, for all to see.
    begun: Arc<AtomicUsize>,
    steps: usize,
    /// What step `.0` does instead.
    at: Option<(usize, Mishap)>,
}

#[derive(Clone, Copy)]
enum Mishap {
    Panic,
    Diverge,
    /// Takes until the run is stopped.
    Long,
}

impl Fake {
    fn steps(steps: usize) -> Self {
        Self { step: 0, begun: Arc::default(), steps, at: None }
    }
}

impl Learner for Fake {
    fn step(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<StepStats>, LearnError> {
        if self.step == self.steps {
            return Ok(None);
        }
        self.begun.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(2));
        match self.at {
            Some((step, Mishap::Panic)) if step == self.step + 1 => panic!("step {step} fell over"),
            Some((step, Mishap::Diverge)) if step == self.step + 1 => {
                return Err(LearnError::Diverged { step, loss: f64::NAN, last_good: self.step });
            }
            Some((step, Mishap::Long)) if step == self.step + 1 => {
                while !stop() {
                    std::thread::yield_now();
                }
                return Err(LearnError::Stopped);
            }
            _ => {}
        }
        self.step += 1;
        let phase = if self.step <= self.steps / 2 { Phase::Energy } else { Phase::Flow };
        Ok(Some(StepStats { phase, step: self.step, steps: self.steps, loss: 1.0 / self.step as f64 }))
    }

    fn end_phase(&mut self) {
        self.steps = self.step + 3;
    }

    fn rule(&self) -> Rule {
        Rule { unit_length: self.step as f64, ..Rule::inert(1, false) }
    }
}

fn start(fake: Fake) -> Training {
    Training::spawn(move |_| Ok(fake))
}

/// Everything up to and with the last event.
fn all_events(training: &Training) -> Vec<Event> {
    let mut events = Vec::new();
    loop {
        events.push(training.events().recv_timeout(PATIENCE).expect("a run ends with an event"));
        if matches!(events.last(), Some(Event::Finished { .. } | Event::Failed { .. })) {
            return events;
        }
    }
}

fn wait_for(training: &Training, wanted: impl Fn(&Event) -> bool) {
    while !wanted(&training.events().recv_timeout(PATIENCE).expect("the event comes")) {}
}

fn steps_done(training: &Training) -> f64 {
    training.newest_rule().map_or(0.0, |rule| rule.unit_length)
}

#[test]
fn a_run_reports_steps_in_order_and_ends_with_the_last_rule() {
    let training = start(Fake::steps(150));
    let events = all_events(&training);
    assert_eq!(events.last(), Some(&Event::Finished { reason: Reason::Completed }));
    let curve: Vec<StepStats> = events
        .iter()
        .flat_map(|event| match event {
            Event::Progress(progress) => progress.curve.clone(),
            _ => vec![],
        })
        .collect();
    assert!(curve.len() >= 3, "{curve:?}");
    assert!(curve.windows(2).all(|pair| pair[0].step < pair[1].step), "{curve:?}");
    assert_eq!((curve[0].phase, curve[0].step), (Phase::Energy, 1));
    let end = curve.last().unwrap();
    assert_eq!((end.phase, end.step, end.steps), (Phase::Flow, 150, 150));
    assert_eq!(steps_done(&training), 150.0);
    assert_eq!(training.state(), State::Ended);
    assert!(training.events().recv_timeout(PATIENCE).is_err(), "the channel ends after the last event");
}

#[test]
fn progress_reports_speed_and_smoothed_loss() {
    let training = start(Fake::steps(400));
    let mut last = None;
    for event in all_events(&training) {
        if let Event::Progress(progress) = event {
            last = Some(progress.clone());
            assert!(progress.steps_per_s.is_finite() && progress.steps_per_s > 0.0, "{progress:?}");
            assert!(progress.loss_smoothed > 0.0 && progress.loss_smoothed <= 1.0, "{progress:?}");
        }
    }
    assert_eq!(last.unwrap().stats.step, 400);
}

/// Steps that begin after an order, until it has taken effect.
fn steps_until(begun: &AtomicUsize, order: impl FnOnce(), effect: impl FnOnce()) -> usize {
    order();
    let given = begun.load(Ordering::SeqCst);
    effect();
    begun.load(Ordering::SeqCst) - given
}

#[test]
fn pause_and_stop_take_effect_after_the_present_step() {
    let fake = Fake::steps(usize::MAX);
    let begun = fake.begun.clone();
    let training = start(fake);
    wait_for(&training, |event| matches!(event, Event::Progress(_)));
    let late = steps_until(&begun, || training.pause(), || wait_for(&training, |event| *event == Event::Paused));
    assert!(late <= 1, "{late} steps after the order to pause");
    assert_eq!(training.state(), State::Paused);
    let paused_at = begun.load(Ordering::SeqCst);
    std::thread::sleep(Duration::from_millis(150));
    assert!(training.events().is_empty(), "nothing happens while it is paused");
    assert_eq!(begun.load(Ordering::SeqCst), paused_at);
    training.resume();
    wait_for(&training, |event| *event == Event::Resumed);
    assert_eq!(training.state(), State::Running);
    wait_for(&training, |event| matches!(event, Event::Progress(_)));
    let finished = Event::Finished { reason: Reason::Stopped };
    let late = steps_until(&begun, || training.stop(), || wait_for(&training, |event| *event == finished));
    assert!(late <= 1, "{late} steps after the order to stop");
    assert!(steps_done(&training) > 0.0, "the weights so far are kept");
    assert_eq!(training.state(), State::Ended);
}

#[test]
fn a_paused_run_can_be_stopped_and_a_stopped_run_stays_so() {
    let training = start(Fake::steps(usize::MAX));
    training.pause();
    wait_for(&training, |event| *event == Event::Paused);
    training.stop();
    training.resume();
    training.pause();
    wait_for(&training, |event| *event == Event::Finished { reason: Reason::Stopped });
}

#[test]
fn dropping_the_handle_stops_and_joins_the_thread() {
    let training = start(Fake::steps(usize::MAX));
    wait_for(&training, |event| matches!(event, Event::Progress(_)));
    let shared = Arc::downgrade(&training.shared);
    drop(training);
    assert!(shared.upgrade().is_none(), "the thread has let go of what it shared");
}

#[test]
fn the_newest_weights_appear_while_it_still_runs() {
    let training = start(Fake::steps(usize::MAX));
    let begun = Instant::now();
    while training.newest_rule().is_none() && begun.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(10));
    }
    let first = steps_done(&training);
    assert!(first > 1.0);
    while steps_done(&training) == first && begun.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(steps_done(&training) > first, "newer weights replace the older");
}

#[test]
fn a_panic_becomes_a_failure_with_its_text() {
    let training = start(Fake { at: Some((5, Mishap::Panic)), ..Fake::steps(100) });
    let Some(Event::Failed { message }) = all_events(&training).pop() else { panic!("no failure reported") };
    assert!(message.contains("step 5 fell over"), "{message}");
    assert_eq!(training.state(), State::Ended);
}

#[test]
fn a_thread_that_cannot_start_is_a_failure() {
    let training = super::thread::testing::without_threads(|| start(Fake::steps(1)));
    let Some(Event::Failed { message }) = all_events(&training).pop() else { panic!("no failure reported") };
    assert!(message.contains("started no thread"), "{message}");
    assert_eq!(training.state(), State::Ended);
}

#[test]
fn a_divergence_keeps_the_last_good_weights_and_says_so() {
    let training = start(Fake { at: Some((31, Mishap::Diverge)), ..Fake::steps(100) });
    let Some(Event::Failed { message }) = all_events(&training).pop() else { panic!("no failure reported") };
    assert!(message.contains("step 31") && message.contains("weights of step 30 are kept"), "{message}");
    assert_eq!(steps_done(&training), 30.0);
}

#[test]
fn a_learner_that_cannot_be_made_is_a_failure() {
    let training = Training::spawn(|_| Err::<Fake, _>(LearnError::Snapshot(SnapshotError::TooFew { count: 0 })));
    let Some(Event::Failed { message }) = all_events(&training).pop() else { panic!("no failure reported") };
    assert!(message.contains("too few"), "{message}");
    assert!(training.newest_rule().is_none());
}

#[test]
fn a_run_can_be_stopped_while_its_samples_are_made() {
    let training = Training::spawn(|stop| {
        while !stop() {
            std::thread::sleep(Duration::from_millis(1));
        }
        Err::<Fake, _>(LearnError::Stopped)
    });
    assert_eq!(training.state(), State::Preparing);
    training.stop();
    assert_eq!(all_events(&training).pop(), Some(Event::Finished { reason: Reason::Stopped }));
    assert!(training.newest_rule().is_none());
}

#[test]
fn a_long_step_is_broken_off_and_the_rule_before_it_stays() {
    let fake = Fake { at: Some((4, Mishap::Long)), ..Fake::steps(100) };
    let begun = fake.begun.clone();
    let training = start(fake);
    while begun.load(Ordering::SeqCst) < 4 {
        std::thread::yield_now();
    }
    training.stop();
    assert_eq!(all_events(&training).pop(), Some(Event::Finished { reason: Reason::Stopped }));
    assert_eq!(steps_done(&training), 3.0);
}

fn progress(step: usize) -> Progress {
    let stats = StepStats { phase: Phase::Energy, step, steps: 1000, loss: 1.0 };
    Progress { stats, loss_smoothed: 1.0, steps_per_s: 1.0, curve: vec![stats] }
}

#[test]
fn a_slow_reader_misses_no_point_of_the_curve_nor_the_end() {
    let (mut outbox, events) = outbox::channel();
    for step in 1..=500 {
        outbox.progress(progress(step));
    }
    assert_eq!(events.len(), outbox::CAPACITY - 1, "one place is kept for the end");
    let early: Vec<Event> = events.try_iter().take(10).collect();
    outbox.send(Event::Paused);
    outbox.finish(Event::Finished { reason: Reason::Completed });
    let all: Vec<Event> = early.into_iter().chain(events.try_iter()).collect();
    let steps: Vec<usize> = all
        .iter()
        .flat_map(|event| match event {
            Event::Progress(progress) => progress.curve.iter().map(|point| point.step).collect(),
            _ => vec![],
        })
        .collect();
    assert_eq!(steps, (1..=500).collect::<Vec<_>>());
    assert_eq!(all[all.len() - 2..], [Event::Paused, Event::Finished { reason: Reason::Completed }]);
}

#[test]
fn the_end_arrives_even_when_no_event_was_read() {
    let (mut outbox, events) = outbox::channel();
    for step in 1..=500 {
        outbox.progress(progress(step));
    }
    outbox.finish(Event::Finished { reason: Reason::Stopped });
    assert_eq!(events.try_iter().last(), Some(Event::Finished { reason: Reason::Stopped }));
}

#[test]
fn a_phase_ends_early_on_order_and_the_run_is_complete() {
    let training = start(Fake::steps(1_000_000));
    wait_for(&training, |event| matches!(event, Event::Progress(_)));
    training.end_phase();
    let events = all_events(&training);
    assert_eq!(events.last(), Some(&Event::Finished { reason: Reason::Completed }));
    assert!(training.newest_rule().expect("weights").unit_length < 100_000.0);
}
