//! An engine with a memory: it can go back in time, exactly.
//!
//! The motion is a function of the state, the rule, the live settings, the growth, the force and the number of the step
//! (the noise is counted, not drawn). So it is enough to keep the state at intervals, and every change of the rest: to go back, the
//! kept state before is restored and run again. Copies of a swarm on the GPU stay there.

use std::collections::VecDeque;
use std::sync::Arc;

use super::gpu::GpuCopy;
use super::{Engine, EngineError, Force, Growth};
use crate::worlds::swarm::picture::{Swarm, SwarmEdit};
use crate::worlds::swarm::rule::{FlowKind, LiveSettings, Rule};

/// Maximum memory of the kept states, bytes.
const MAX_BYTES: u64 = 64 << 20;
/// Maximum number of states kept, however small.
const MAX_KEPT: usize = 1024;
/// Maximum number of rules that the past was moved by: while it learns, another one comes each second.
const MAX_RULES: usize = 24;
/// Particle steps that going back may have to run again: a blink of a processor.
const MAX_RERUN: usize = 50_000;
/// Maximum number of steps from one kept state to the next.
const MAX_APART: u32 = 16;

/// A state that was kept.
#[derive(Clone, Debug)]
pub enum SavedState {
    Cpu(Swarm),
    Gpu(GpuCopy),
}

impl SavedState {
    fn bytes(&self) -> u64 {
        match self {
            Self::Cpu(swarm) => (size_of::<crate::worlds::swarm::picture::Particle>() * swarm.len()) as u64,
            Self::Gpu(copy) => copy.bytes(),
        }
    }
}

/// What the engine was and ran with after `step` steps.
struct EngineCheckpoint {
    step: u32,
    kept: SavedState,
    with: With,
    growth: Growth,
    /// Changes that had been made before it.
    changes: u64,
}

/// All that the motion depends on besides the state.
#[derive(Clone, PartialEq)]
struct With {
    rule: Arc<Rule>,
    /// The live settings, also while it grows.
    settings: LiveSettings,
    force: Option<Force>,
}

#[derive(Clone)]
enum RewindChange {
    With(Box<With>),
    /// The swarm was changed from outside. The state after it is always kept.
    ByHand,
}

/// An [`Engine`] that can go back.
pub struct RewindableEngine {
    engine: Engine,
    with: With,
    growth: Growth,
    checkpoints: VecDeque<EngineCheckpoint>,
    /// Each with the number of the step before which it was made, in order.
    changes: VecDeque<(u32, RewindChange)>,
    /// Changes that have been forgotten.
    forgotten: u64,
    spare: Option<SavedState>,
}

impl RewindableEngine {
    /// `rule` is the one that `engine` runs, whose settings are the live ones; its swarm begins with `growth`.
    ///
    /// # Errors
    /// The growth needs settings that the rule cannot run.
    pub fn new(mut engine: Engine, rule: Arc<Rule>, growth: Growth) -> Result<Self, EngineError> {
        let with = With { rule, settings: *engine.settings(), force: None };
        growth.set_settings(&mut engine, &with.settings)?;
        let (checkpoints, changes) = Default::default();
        let mut rewindable = Self { engine, with, growth, checkpoints, changes, forgotten: 0, spare: None };
        rewindable.keep();
        Ok(rewindable)
    }

    /// The engine as it is now.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The rule it runs.
    pub fn rule(&self) -> &Arc<Rule> {
        &self.with.rule
    }

    /// How far its swarm has grown.
    pub fn growth(&self) -> Growth {
        self.growth
    }

    /// For reading what needs working memory. Moving the swarm by it would falsify the past.
    pub fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// `steps` Heun steps, in the growth or of the live motion.
    ///
    /// # Errors
    /// See [`Growth::run`].
    pub fn run(&mut self, steps: u32) -> Result<(), EngineError> {
        self.growth.run(&mut self.engine, &self.with.settings, steps)?;
        let last = self.checkpoints.back().map_or(0, |checkpoint| checkpoint.step);
        if self.engine.steps_done().wrapping_sub(last) >= self.apart() {
            self.keep();
        }
        Ok(())
    }

    /// The live settings from now on; a growth under way goes on towards them.
    ///
    /// # Errors
    /// Settings out of range, or a learned flow that the rule does not have.
    pub fn set_settings(&mut self, settings: &LiveSettings) -> Result<(), EngineError> {
        settings.validate(&self.with.rule)?;
        self.growth.set_settings(&mut self.engine, settings)?;
        if self.with.settings != *settings {
            self.with.settings = *settings;
            self.note_with();
        }
        Ok(())
    }

    /// # Errors
    /// A rule that is not whole or does not know the species of the swarm.
    pub fn set_rule(&mut self, rule: &Arc<Rule>) -> Result<(), EngineError> {
        self.engine.set_rule(rule)?;
        let old = std::mem::replace(&mut self.with.rule, rule.clone());
        if old.sigma_range_l == rule.sigma_range_l && old.energy.shape.species == rule.energy.shape.species {
            self.note_with();
        } else {
            // The settings and species of the past may not suit this rule, nor those of the present the old one.
            self.forget();
        }
        Ok(())
    }

    /// Forgets the past.
    fn forget(&mut self) {
        self.forgotten = self.end_of_changes();
        self.changes.clear();
        self.checkpoints.clear();
        self.keep();
    }

    /// The force that acts from now on.
    pub fn set_force(&mut self, force: Option<Force>) {
        self.engine.set_force(force);
        if self.with.force != force {
            self.with.force = force;
            self.note_with();
        }
    }

    /// Replaces the swarm, and begins `growth`; going back brings the old one, at the place of its own growth.
    ///
    /// # Errors
    /// A species the rule does not know, or numbers that are not finite.
    pub fn upload(&mut self, swarm: &Swarm, growth: Growth) -> Result<(), EngineError> {
        self.engine.upload(swarm)?;
        self.growth = growth;
        self.note_hand();
        growth.set_settings(&mut self.engine, &self.with.settings)
    }

    /// Changes the swarm by hand; returns how many particles were touched.
    ///
    /// # Errors
    /// See [`Engine::edit`].
    pub fn edit(&mut self, edits: &[SwarmEdit]) -> Result<usize, EngineError> {
        let touched = self.engine.edit(edits)?;
        if touched > 0 {
            self.note_hand();
        }
        Ok(touched)
    }

    /// Goes back by `steps` steps, or as far as there is memory; what was done to the swarm by hand since the last step
    /// counts as one. Rule, live settings and force stay as they are now; a growth goes back, too. Returns how many steps
    /// of time it went back.
    ///
    /// # Errors
    /// The engine cannot hold the earlier state any more.
    pub fn back(&mut self, steps: u32) -> Result<u32, EngineError> {
        let now = self.engine.steps_done();
        let mut place = (now, self.end_of_changes());
        for _ in 0..steps {
            match self.before(place) {
                Some(earlier) => place = earlier,
                None => break,
            }
        }
        if place == (now, self.end_of_changes()) {
            return Ok(0);
        }
        let present = self.with.clone();
        self.go_to(place)?;
        if present != self.with {
            self.change_to(present)?;
            self.note_with();
        }
        // The picture.
        self.engine.run(0);
        Ok(now.wrapping_sub(place.0))
    }

    /// Whether there is anything to go back to. A rule with other species, or other temperatures, begins a new memory.
    pub fn has_past(&self) -> bool {
        self.before((self.engine.steps_done(), self.end_of_changes())).is_some()
    }

    /// How many steps back there is memory of.
    pub fn reach(&self) -> u32 {
        let first = self.checkpoints.front().map_or(0, |checkpoint| checkpoint.step);
        self.engine.steps_done().wrapping_sub(first)
    }

    /// Number of the next change.
    fn end_of_changes(&self) -> u64 {
        self.forgotten + self.changes.len() as u64
    }

    /// The place one step earlier: before the changes by hand since the last step, or else after all that was done
    /// before the last step.
    fn before(&self, (step, end): (u32, u64)) -> Option<(u32, u64)> {
        let first = self.checkpoints.front()?;
        let made_now = |k: u64| {
            k >= self.forgotten && self.changes.get((k - self.forgotten) as usize).is_some_and(|c| c.0 == step)
        };
        let is_by_hand = |k: u64| matches!(self.changes[(k - self.forgotten) as usize].1, RewindChange::ByHand);
        let since = (0..end).rev().take_while(|&k| made_now(k));
        let (mut start, mut hand) = (end, None);
        for k in since {
            start = k;
            if is_by_hand(k) {
                hand = Some(k);
            }
        }
        let place = match hand {
            Some(k) => (step, k),
            // `start` is the first change after the last step: all before it belong to earlier steps.
            None => (step.checked_sub(1)?, start),
        };
        (place.0 > first.step || (place.0 == first.step && place.1 >= first.changes)).then_some(place)
    }

    /// Restores the state at a position, and drops what came after.
    fn go_to(&mut self, (step, end): (u32, u64)) -> Result<(), EngineError> {
        while self.checkpoints.len() > 1 && self.checkpoints.back().is_some_and(|m| m.step > step || m.changes > end) {
            self.spare = self.checkpoints.pop_back().map(|m| m.kept);
        }
        let Some(checkpoint) = self.checkpoints.back() else { return Ok(()) };
        let (from, mut next) = (checkpoint.step, checkpoint.changes);
        self.growth = checkpoint.growth;
        let with = checkpoint.with.clone();
        match (&mut self.engine, &checkpoint.kept) {
            (Engine::Cpu(engine), SavedState::Cpu(swarm)) => engine.restore(swarm, from),
            (Engine::Gpu(engine), SavedState::Gpu(copy)) => engine.restore(copy, from)?,
            // Saved states are those of its own engine.
            _ => {}
        }
        self.change_to(with)?;
        let mut at = from;
        loop {
            while next < end {
                let Some((made, change)) = self.changes.get((next - self.forgotten) as usize).cloned() else { break };
                if made > at {
                    break;
                }
                if let RewindChange::With(with) = change {
                    self.change_to(*with)?;
                }
                next += 1;
            }
            if at > from {
                // The next step back needs no running.
                self.keep_at(at, next);
            }
            if at == step {
                break;
            }
            self.growth.run(&mut self.engine, &self.with.settings, 1)?;
            at += 1;
        }
        self.changes.truncate((end - self.forgotten) as usize);
        Ok(())
    }

    /// Lets the engine go on with something else.
    fn change_to(&mut self, with: With) -> Result<(), EngineError> {
        if !Arc::ptr_eq(&with.rule, &self.with.rule) {
            // One of the two rules may have no flow.
            let engine_settings = LiveSettings { flow: FlowKind::None, ..with.settings };
            self.engine.set_settings(&engine_settings)?;
            self.engine.set_rule(&with.rule)?;
        }
        self.growth.set_settings(&mut self.engine, &with.settings)?;
        self.engine.set_force(with.force);
        self.with = with;
        Ok(())
    }

    fn note_with(&mut self) {
        let change = (self.engine.steps_done(), RewindChange::With(Box::new(self.with.clone())));
        let is_new = self.end_of_changes() > self.checkpoints.back().map_or(0, |m| m.changes);
        match self.changes.back_mut() {
            // Between two steps only the last counts; it must not be one that a kept state came after.
            Some(last @ (_, RewindChange::With(_))) if is_new && last.0 == change.0 => *last = change,
            _ => self.changes.push_back(change),
        }
    }

    fn note_hand(&mut self) {
        self.changes.push_back((self.engine.steps_done(), RewindChange::ByHand));
        self.keep();
    }

    fn keep(&mut self) {
        self.keep_at(self.engine.steps_done(), self.end_of_changes());
    }

    fn keep_at(&mut self, step: u32, changes: u64) {
        let bytes = self.checkpoints.back().map_or(1, |m| m.kept.bytes().max(1));
        let max_kept = ((MAX_BYTES / bytes) as usize).clamp(2, MAX_KEPT);
        while self.checkpoints.len() >= max_kept || (self.checkpoints.len() > 1 && self.rules() > MAX_RULES) {
            self.spare = self.checkpoints.pop_front().map(|m| m.kept);
        }
        let kept = keep(&self.engine, self.spare.take());
        self.checkpoints.push_back(EngineCheckpoint {
            step,
            kept,
            with: self.with.clone(),
            growth: self.growth,
            changes,
        });
        let first = self.checkpoints.front().map_or(0, |m| m.changes);
        while self.forgotten < first && self.changes.pop_front().is_some() {
            self.forgotten += 1;
        }
    }

    /// How many rules, one after another, the kept states were moved by.
    fn rules(&self) -> usize {
        let states = self.checkpoints.iter().zip(self.checkpoints.iter().skip(1));
        1 + states.filter(|(a, b)| !Arc::ptr_eq(&a.with.rule, &b.with.rule)).count()
    }

    /// Steps from one kept state to the next.
    fn apart(&self) -> u32 {
        (MAX_RERUN / self.engine.len().max(1)).clamp(1, MAX_APART as usize) as u32
    }
}

fn keep(engine: &Engine, spare: Option<SavedState>) -> SavedState {
    match (engine, spare) {
        (Engine::Cpu(engine), Some(SavedState::Cpu(mut swarm))) => {
            swarm.clone_from(engine.swarm());
            SavedState::Cpu(swarm)
        }
        (Engine::Cpu(engine), _) => SavedState::Cpu(engine.swarm().clone()),
        (Engine::Gpu(engine), Some(SavedState::Gpu(copy))) => SavedState::Gpu(engine.keep(Some(copy))),
        (Engine::Gpu(engine), _) => SavedState::Gpu(engine.keep(None)),
    }
}

#[cfg(test)]
mod tests;
