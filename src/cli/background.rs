//! Learning and checking of points and fields from the terminal: the run in the background that the window uses, with its
//! progress shown.

use std::sync::Arc;

use anyhow::{Context as _, bail};

use super::output::Progress;
use crate::jobs::{LearningEvent, LearningRun};
use crate::worlds::World;
use crate::worlds::studio::{Learned, TrainingStep, WorldTraining};

/// Learns `world` by a method of its tables; returns what was learned and the last step.
///
/// # Errors
/// What the run reports: a picture or settings that cannot be learned from.
pub(super) fn learn(world: World, method: &'static str, quiet: bool) -> anyhow::Result<(Learned, TrainingStep)> {
    let run = LearningRun::start(Arc::new(world), method);
    let last = follow(&run, quiet)?;
    run.take_newest().zip(last).context("learning ended without a result; raise the number of steps")
}

/// Measures all that a check of a world measures.
///
/// # Errors
/// What the run reports: stills that cannot be learned from.
pub(super) fn check(check: impl WorldTraining + 'static, quiet: bool) -> anyhow::Result<Learned> {
    let run = LearningRun::spawn(move || Ok(Box::new(check)));
    follow(&run, quiet)?;
    run.take_newest().context("the check ended without a result; learn again, then repeat it")
}

/// Shows the progress of a run to its end; returns its last step.
fn follow(run: &LearningRun, quiet: bool) -> anyhow::Result<Option<TrainingStep>> {
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
            LearningEvent::Paused | LearningEvent::Resumed | LearningEvent::Finished(_) => {}
        }
    }
    Ok(last)
}
