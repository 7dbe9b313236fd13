//! Whether unseen stills accept a law and reject both of its controls, measured in steps that a job can stop between.

use super::shuffled;
use crate::worlds::field::library::{HeldOut, Library, LibraryLearning, LibrarySettings, StillSource, runs_per_step};
use crate::worlds::field::stills::{Still, is_moving};
use crate::worlds::field::{FieldError, LibraryDoc, LibraryEvidence};

/// Units of progress of each of the three parts.
const PART: usize = 1000;

/// The stepper: stills with foreign v, the law of those, then the law without u v².
pub struct LibraryCheck {
    library: LibraryDoc,
    evidence: LibraryEvidence,
    next_run: usize,
    /// Runs that move.
    simulated: Vec<Vec<Still>>,
    learning: Option<LibraryLearning>,
    done: [usize; 3],
    controls: Vec<Option<HeldOut>>,
}

impl LibraryCheck {
    /// # Errors
    /// No rule.
    pub fn new(library: &LibraryDoc) -> Result<Self, FieldError> {
        let evidence = library.evidence.clone().filter(|_| library.rule.is_some()).ok_or(FieldError::NoRule)?;
        Ok(Self {
            library: library.clone(),
            evidence,
            next_run: 0,
            simulated: Vec::new(),
            learning: None,
            done: [0; 3],
            controls: Vec::new(),
        })
    }

    /// Units done, and units of the whole check.
    pub fn progress(&self) -> [usize; 2] {
        [self.done.iter().sum(), self.done.len() * PART]
    }

    /// Does the next piece of work; `false` when both controls are known. `stop` is polled as in [`LibraryLearning::step`].
    ///
    /// # Errors
    /// As [`LibraryLearning::step`].
    pub fn step(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<bool, FieldError> {
        if self.controls.len() == 2 {
            return Ok(false);
        }
        if self.controls.is_empty() && self.learning.is_none() {
            if let Some(recipe) = self.library.recipe.filter(|recipe| self.next_run < recipe.runs) {
                let runs = self.next_run..(self.next_run + runs_per_step()).min(recipe.runs);
                let runs = recipe.simulate_unless_stopped(runs, stop).ok_or(FieldError::Stopped)?;
                self.next_run += runs.len();
                // Dead runs are all alike.
                let moves = |run: &Vec<Still>| run.iter().all(|still| is_moving(&recipe.law.rule(), still));
                self.simulated.extend(runs.into_iter().filter(moves));
                self.done[0] = PART * self.next_run / recipe.runs;
                return Ok(true);
            }
            self.done[0] = PART;
            self.learning = Some(LibraryLearning::new(self.shuffled_source(), self.library.settings)?);
        }
        let settings = LibrarySettings { library: Library::WithoutReaction, ..self.library.settings };
        let learning = match &mut self.learning {
            Some(learning) => learning,
            empty => empty.insert(LibraryLearning::new(self.library.source(), settings)?),
        };
        let part = 1 + self.controls.len();
        if let Some(progress) = learning.step(stop)? {
            let half = if progress.phase == "simulating" { 0 } else { PART / 2 };
            self.done[part] = (half + PART / 2 * progress.done / progress.total.max(1)).max(self.done[part]);
            return Ok(true);
        }
        self.done[part] = PART;
        self.controls.push(learning.law().and_then(|law| law.held_out));
        self.learning = None;
        Ok(true)
    }

    /// Stills whose v comes from the next run.
    fn shuffled_source(&mut self) -> StillSource {
        if self.library.recipe.is_none() {
            let groups: Vec<Vec<Still>> = self.library.stills.iter().map(|still| vec![still.clone()]).collect();
            return StillSource::Given(shuffled(&groups).concat(), self.library.runs.clone());
        }
        let stills = shuffled(&std::mem::take(&mut self.simulated));
        let runs = stills.iter().enumerate().flat_map(|(k, run)| run.iter().map(move |_| k)).collect();
        StillSource::Given(stills.concat(), runs)
    }

    /// Held-out tests of the law with foreign v and of that without u v²; `None` where not tested.
    pub fn controls(&self) -> [Option<HeldOut>; 2] {
        [0, 1].map(|k| self.controls.get(k).copied().flatten())
    }

    /// The evidence with both controls; `None` before they are known.
    pub fn evidence(&self) -> Option<LibraryEvidence> {
        let [control_shuffled, control_without_reaction] = self.controls();
        (self.controls.len() == 2).then(|| LibraryEvidence {
            control_shuffled,
            control_without_reaction,
            ..self.evidence.clone()
        })
    }
}
