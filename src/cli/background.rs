//! Learning and checking of points and fields from the terminal: the run in the background that the window uses, with its
//! progress shown.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, bail};

use super::output::Progress;
use crate::jobs::{Cores, LearningEvent, LearningRun, Reason, StopHandle};
use crate::worlds::World;
use crate::worlds::studio::{Learned, TrainingStep, WorldTraining};

/// What the command line asks of a run of learning.
#[derive(Clone, Copy)]
pub(in crate::cli) struct LearnCall {
    /// No progress on stderr.
    pub quiet: bool,
    /// The result is written into the scene that is read.
    pub is_in_place: bool,
}

/// Learns `world` by a method of its tables; returns what was learned and the last step. Ctrl-C ends the learning, not the
/// program: what was learned so far is returned, unless it would take the place of a finished rule (`replaces_a_rule`) in
/// the scene's own file.
///
/// # Errors
/// What the run reports: a picture or settings that cannot be learned from. An interrupt that leaves nothing to save.
pub(super) fn learn(
    world: World,
    method: &'static str,
    call: LearnCall,
    replaces_a_rule: bool,
) -> anyhow::Result<(Learned, TrainingStep)> {
    let run = LearningRun::start(Cores::Shared, Arc::new(world), method);
    stop_on_interrupt(run.stop_handle())?;
    learned(&run, call, replaces_a_rule)
}

/// Follows a run of learning to its end; see [`learn`].
fn learned(run: &LearningRun, call: LearnCall, replaces_a_rule: bool) -> anyhow::Result<(Learned, TrainingStep)> {
    let Followed { last, reason } = follow(run, call.quiet)?;
    let newest = run.take_newest().zip(last);
    if reason == Reason::Completed {
        return newest.context("learning ended without a result; raise the number of steps");
    }
    let steps = last.map_or(0, |step| step.done);
    if call.is_in_place && replaces_a_rule {
        bail!(older_rule_kept(steps));
    }
    newest.with_context(|| format!("stopped after {steps} steps, too early for a result; let it run longer"))
}

/// Ctrl-C ends the run of the command, not the program.
///
/// # Errors
/// A system that lets no handler be set.
pub(super) fn stop_on_interrupt(stop: StopHandle) -> anyhow::Result<()> {
    // A process has one handler, which stops the newest run.
    static NEWEST: Mutex<Option<StopHandle>> = Mutex::new(None);
    let newest = || NEWEST.lock().unwrap_or_else(PoisonError::into_inner);
    if newest().replace(stop).is_some() {
        return Ok(());
    }
    ctrlc::set_handler(move || newest().iter().for_each(StopHandle::stop)).context("Ctrl-C cannot be watched for")
}

/// The sentence for a run that was interrupted where an unfinished rule would take the place of a finished one.
pub(super) fn older_rule_kept(steps: usize) -> String {
    format!("stopped after {steps} steps, and the scene keeps the rule that it had (give -o to keep an unfinished one)")
}

/// Measures all that a check of a world measures.
///
/// # Errors
/// What the run reports: stills that cannot be learned from.
pub(super) fn check(check: impl WorldTraining + 'static, quiet: bool) -> anyhow::Result<Learned> {
    let run = LearningRun::spawn(Cores::Shared, move || Ok(Box::new(check)));
    follow(&run, quiet)?;
    run.take_newest().context("the check ended without a result; learn again, then repeat it")
}

/// How a run ended.
struct Followed {
    last: Option<TrainingStep>,
    reason: Reason,
}

/// Shows the progress of a run to its end.
fn follow(run: &LearningRun, quiet: bool) -> anyhow::Result<Followed> {
    let mut bar = Progress::new(1, quiet);
    let mut last = None;
    for event in run.events() {
        match event {
            LearningEvent::Progress { step, loss, .. } => {
                bar.phase(step.phase);
                bar.set_total(step.total as u64);
                bar.at(step.done as u64, || loss.map_or(String::new(), |loss| format!("loss {loss:.4}")));
                last = Some(step);
            }
            LearningEvent::Failed(why) => bail!(why),
            LearningEvent::Finished(reason) => return Ok(Followed { last, reason }),
            // Only the window pauses.
            LearningEvent::Paused | LearningEvent::Resumed => {}
        }
    }
    bail!("the run ended without a result; please report it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::studio::{StudioError, world_entry};
    use crossbeam_channel::{Receiver, bounded};

    /// Learns as another training does, and is interrupted in a step.
    struct Interrupted {
        training: Box<dyn WorldTraining>,
        at: usize,
        stop: Receiver<StopHandle>,
    }

    impl WorldTraining for Interrupted {
        fn step(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<TrainingStep>, StudioError> {
            let step = self.training.step(stop)?;
            if step.as_ref().is_some_and(|step| step.done == self.at) {
                self.stop.recv().expect("a handle").stop();
            }
            Ok(step)
        }

        fn end_phase(&mut self) {}

        fn learned(&self) -> Option<Learned> {
            self.training.learned()
        }
    }

    /// What a run of `method` on a ring, interrupted in step `at`, gives to the command.
    fn interrupted(
        method: &'static str,
        at: usize,
        is_in_place: bool,
        replaces_a_rule: bool,
    ) -> anyhow::Result<Learned> {
        let entry = world_entry("points").expect("the points world");
        let world = (entry.start)(&(entry.empty)(), "ring").expect("a start of the table");
        let (handle, stop) = bounded(1);
        let run = LearningRun::spawn(Cores::Shared, move || {
            let training = world.info().expect("a world of the studio").start_training(method)?;
            Ok(Box::new(Interrupted { training, at, stop }))
        });
        handle.send(run.stop_handle()).expect("the run waits");
        let call = LearnCall { quiet: true, is_in_place };
        let (learned, last) = learned(&run, call, replaces_a_rule)?;
        assert_eq!(last.done, at);
        Ok(learned)
    }

    #[test]
    fn an_interrupt_saves_what_was_learned_so_far() {
        for (is_in_place, replaces_a_rule) in [(true, false), (false, true)] {
            let learned = interrupted("exact", 3, is_in_place, replaces_a_rule).expect("a result");
            assert!(matches!(learned, Learned::Points(learned) if learned.energy.is_some()));
        }
    }

    #[test]
    fn an_interrupt_keeps_the_finished_rule_of_a_scene() {
        let why = interrupted("exact", 3, true, true).expect_err("a refusal").to_string();
        assert_eq!(why, older_rule_kept(3));
    }

    #[test]
    fn an_interrupt_before_any_result_says_so() {
        let why = interrupted("weak", 1, true, false).expect_err("a refusal").to_string();
        assert!(why.starts_with("stopped after 1 steps, too early"), "{why}");
    }
}
