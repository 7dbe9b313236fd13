//! Learning a library rule in steps that a job can pause, stop and continue between.

use rayon::prelude::*;

use super::heldout::HeldOut;
use super::law::{as_rule, pruned};
use super::problem::{StillMoments, StillProblem};
use super::{Functionals, LibrarySettings};
use crate::worlds::field::FieldError;
use crate::worlds::field::rule::LibraryRule;
use crate::worlds::field::stills::{GrayScottRun, Still, check_stills, moments};

/// Stills that one step takes the moments of.
const STILLS_PER_STEP: usize = 12;
/// Root-mean-square change of u, relative to its spread, of two stills of one run that is dead or frozen.
const FROZEN: f64 = 1e-6;

/// Runs that one step simulates, one for each core: with 5,000 steps at 128², about a tenth of a second.
pub fn runs_per_step() -> usize {
    rayon::current_num_threads()
}

/// Where the stills come from.
pub enum StillSource {
    Simulated(GrayScottRun),
    /// Stills and the run (or file) of each, ascending.
    Given(Vec<Still>, Vec<usize>),
}

/// How far the learning is, in steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LearningProgress {
    pub phase: &'static str,
    pub done: usize,
    pub total: usize,
}

/// A law with what is known about it.
#[derive(Clone, Debug, PartialEq)]
pub struct LearnedLaw {
    pub rule: LibraryRule,
    /// Of the held-out runs; `None` when there are too few.
    pub held_out: Option<HeldOut>,
    /// λ₁ / λ₀ of the weighted problem.
    pub gap: f64,
    /// Stills that the law was learned from.
    pub stills: usize,
    /// Standard deviations of u and v over those stills.
    pub sd: [f64; 2],
}

/// The stepper: simulate, then moments, then solve.
pub struct LibraryLearning {
    settings: LibrarySettings,
    recipe: Option<GrayScottRun>,
    stills: Vec<Still>,
    runs: Vec<usize>,
    next_run: usize,
    functionals: Option<Functionals>,
    moments: Vec<StillMoments>,
    law: Option<LearnedLaw>,
}

impl LibraryLearning {
    /// # Errors
    /// Settings out of range, or stills that cannot be learned from.
    pub fn new(source: StillSource, settings: LibrarySettings) -> Result<Self, FieldError> {
        settings.validate()?;
        let (recipe, stills, runs) = match source {
            StillSource::Simulated(recipe) => {
                recipe.validate()?;
                (Some(recipe), Vec::new(), Vec::new())
            }
            StillSource::Given(stills, runs) => {
                check_stills(&stills)?;
                (None, stills, runs)
            }
        };
        Ok(Self { settings, recipe, stills, runs, next_run: 0, functionals: None, moments: Vec::new(), law: None })
    }

    /// Does the next piece of work; `None` when the law is found. `stop` is polled within runs, stills and the solution; a
    /// piece that is broken off leaves the learning as it was.
    ///
    /// # Errors
    /// Stills that cannot be learned from: too few, dead, without a pattern. [`FieldError::Stopped`], and
    /// [`WeakError::Stopped`](crate::worlds::weak::WeakError::Stopped) of the solution.
    pub fn step(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<LearningProgress>, FieldError> {
        if self.law.is_some() {
            return Ok(None);
        }
        if let Some(recipe) = self.recipe.filter(|recipe| self.next_run < recipe.runs) {
            let to = (self.next_run + runs_per_step()).min(recipe.runs);
            let simulated = recipe.simulate_unless_stopped(self.next_run..to, stop).ok_or(FieldError::Stopped)?;
            for (k, stills) in simulated.into_iter().enumerate() {
                if changes(&stills) {
                    self.runs.extend(std::iter::repeat_n(self.next_run + k, stills.len()));
                    self.stills.extend(stills);
                }
            }
            self.next_run = to;
            return Ok(Some(LearningProgress { phase: "simulating", done: to, total: recipe.runs }));
        }
        let functionals = match self.functionals.take() {
            Some(functionals) => functionals,
            None => self.draw()?,
        };
        let done = self.moments.len();
        if done < self.stills.len() {
            let to = (done + STILLS_PER_STEP).min(self.stills.len());
            let batch = self.stills[done..to].par_iter().map(|still| StillMoments::new(&functionals, still, stop));
            let batch: Option<Vec<_>> = batch.collect();
            self.functionals = Some(functionals);
            self.moments.extend(batch.ok_or(FieldError::Stopped)?);
            return Ok(Some(LearningProgress { phase: "moments", done: to, total: self.stills.len() }));
        }
        let law = self.solve(&functionals, stop);
        self.functionals = Some(functionals);
        self.law = Some(law?);
        Ok(None)
    }

    /// All remaining steps.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn finish(mut self) -> Result<LearnedLaw, FieldError> {
        while self.step(&|| false)?.is_some() {}
        self.law.ok_or(FieldError::NoStills)
    }

    pub fn law(&self) -> Option<&LearnedLaw> {
        self.law.as_ref()
    }

    /// Stills to learn from; the others, from later runs, are for tests.
    fn taught(&self) -> usize {
        let mut names = self.runs.clone();
        names.dedup();
        let runs = ((1.0 - self.settings.held_out) * names.len() as f64).ceil() as usize;
        names.get(runs).map_or(self.runs.len(), |first| self.runs.partition_point(|run| run < first))
    }

    fn draw(&self) -> Result<Functionals, FieldError> {
        let (taught, terms) = (self.taught(), self.settings.library.terms());
        if self.recipe.is_some() && self.stills.is_empty() {
            return Err(FieldError::Value {
                path: "stills",
                reason: "every run has died or frozen".to_owned(),
                hint: "use other values of F and k, or a larger field",
            });
        }
        if taught < 2 * terms {
            // A single run is not divided.
            let is_divided = self.runs.first() != self.runs.last();
            let share = if is_divided { 1.0 - self.settings.held_out } else { 1.0 };
            let needed = ((2 * terms) as f64 / share).ceil() as usize;
            return Err(FieldError::TooFew { stills: self.stills.len(), needed });
        }
        let spread = [0, 1].map(|channel| {
            let values = self.stills[..taught].iter().flat_map(move |still| still.plane(channel));
            moments(values.map(|&v| f64::from(v)))
        });
        if let Some(channel) = (0..2).find(|&c| spread[c][1] <= 0.0) {
            return Err(FieldError::Constant { channel });
        }
        let LibrarySettings { functionals, seed, .. } = self.settings;
        Ok(Functionals::draw(functionals, terms, spread.map(|s| s[0]), spread.map(|s| s[1]), seed))
    }

    fn solve(&self, functionals: &Functionals, stop: &dyn Fn() -> bool) -> Result<LearnedLaw, FieldError> {
        let taught = self.taught();
        let problem = StillProblem::new(functionals, &self.moments[..taught]);
        let rest = &self.moments[taught..];
        let held_out = (!rest.is_empty()).then(|| StillProblem::new(functionals, rest));
        let test = |law: &[f64]| HeldOut::test(held_out.as_ref()?, &self.runs[taught..], law);
        let all: Vec<usize> = (0..problem.columns()).collect();
        let (mut law, mut solution) = problem.solve(&all, stop)?;
        let mut tested = test(&law);
        // Terms of a law that is not stationary mean nothing; all of them stay.
        if self.settings.prune && tested.is_some_and(|test| test.is_stationary()) {
            (law, solution) = pruned(&problem, law, solution, stop)?;
            tested = test(&law);
        }
        let rule = as_rule(&law, functionals.terms(), &self.stills, self.recipe.as_ref());
        Ok(LearnedLaw { rule, held_out: tested, gap: solution.gap(), stills: taught, sd: functionals.sd() })
    }
}

/// Whether u differs between the first and the last still of a run.
fn changes(stills: &[Still]) -> bool {
    let (Some(first), Some(last)) = (stills.first(), stills.last()) else { return false };
    let [_, sd] = last.moments(0);
    let square = |(a, b): (&f32, &f32)| f64::from(a - b).powi(2);
    let change = first.plane(0).iter().zip(last.plane(0)).map(square).sum::<f64>() / first.area() as f64;
    sd > 1e-4 && change.sqrt() > FROZEN * sd
}
