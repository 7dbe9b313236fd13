//! The 4 × 4 study: a law learned from each pattern, compared with the truth of every pattern.

use serde::Serialize;

use super::{LongRun, SKEW_SIGMAS, SkewRow, StillScore, long_run, velocity_cosine};
use crate::worlds::field::FieldError;
use crate::worlds::field::library::{FoundConstants, HeldOut, LibraryLearning, LibrarySettings, StillSource};
use crate::worlds::field::rule::LibraryRule;
use crate::worlds::field::stills::{GrayScottRun, PRESETS, Still, is_moving};
use crate::worlds::field::tokens::MAX_SKEW_RADIUS;

/// Size of the study.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StudyOptions {
    /// Stills of each pattern; the law of its row is overwritten with the preset's.
    pub recipe: GrayScottRun,
    pub settings: LibrarySettings,
    /// Unseen runs of each pattern that the laws are compared on.
    pub test_runs: usize,
    /// Live steps of the comparison with the truth; 0 leaves it out.
    pub live_steps: u32,
    /// Random starts of the live comparison.
    pub live_seeds: u64,
    /// Steps of the denoiser of the flow K ∗ s; 0 leaves it out.
    pub skew_steps: usize,
}

impl Default for StudyOptions {
    fn default() -> Self {
        Self {
            recipe: GrayScottRun::default(),
            settings: LibrarySettings::default(),
            test_runs: 24,
            live_steps: 20_000,
            live_seeds: 6,
            skew_steps: 400,
        }
    }
}

/// What one law did.
#[derive(Clone, Debug, Serialize)]
pub struct StudyRow {
    pub pattern: &'static str,
    pub seed: u64,
    /// Mean cosine to the truth of each pattern on its own stills, in the order of the presets.
    pub cosine: [f64; 4],
    pub rule: LibraryRule,
    pub constants: Option<FoundConstants>,
    pub held_out: Option<HeldOut>,
    /// Whether the held-out test lets the law pass; `None` without a test.
    pub certain: Option<bool>,
    pub live: Option<LongRun>,
    /// v of each still taken from the next run.
    pub control_shuffled: ControlRow,
    /// A library without u v².
    pub control_without_reaction: ControlRow,
}

/// A law that must fail.
#[derive(Clone, Debug, Serialize)]
pub struct ControlRow {
    /// Mean cosine to the truth of the row's pattern on true stills.
    pub cosine: f64,
    pub held_out: Option<HeldOut>,
    pub rejected: bool,
}

/// The stepper of the study: one row a step.
pub struct GrayScottStudy {
    options: StudyOptions,
    seeds: Vec<u64>,
    /// Unseen stills of each pattern.
    tests: Vec<Vec<Still>>,
    pub rows: Vec<StudyRow>,
    /// The training-free flow beside them, one for each row, noise level and radius.
    pub skew_rows: Vec<SkewRow>,
}

impl GrayScottStudy {
    /// # Errors
    /// Options out of range.
    pub fn new(options: StudyOptions, seeds: &[u64]) -> Result<Self, FieldError> {
        options.recipe.validate()?;
        options.settings.validate()?;
        let tests = PRESETS.map(|preset| {
            // Seeds far from those of the teaching runs.
            let seed = options.recipe.seed.wrapping_add(1 << 32);
            let recipe = GrayScottRun { law: preset.law(), seed, runs: options.test_runs, ..options.recipe };
            let last = recipe.simulate(0..recipe.runs).into_iter().filter_map(|mut run| run.pop());
            last.filter(|still| is_moving(&preset.law().rule(), still)).collect::<Vec<_>>()
        });
        Ok(Self { options, seeds: seeds.to_vec(), tests: tests.to_vec(), rows: Vec::new(), skew_rows: Vec::new() })
    }

    pub fn total(&self) -> usize {
        self.seeds.len() * PRESETS.len()
    }

    /// Learns and measures the next row; `None` when all are done.
    ///
    /// # Errors
    /// Stills that cannot be learned from.
    pub fn step(&mut self) -> Result<Option<&StudyRow>, FieldError> {
        let at = self.rows.len();
        if at == self.total() {
            return Ok(None);
        }
        let (seed, pattern) = (self.seeds[at / PRESETS.len()], at % PRESETS.len());
        let row = self.row(seed, pattern)?;
        self.rows.push(row);
        Ok(self.rows.last())
    }

    fn row(&mut self, seed: u64, pattern: usize) -> Result<StudyRow, FieldError> {
        let preset = PRESETS[pattern];
        let truth = preset.law().rule();
        let recipe = GrayScottRun { law: preset.law(), seed, ..self.options.recipe };
        let settings = LibrarySettings { seed, ..self.options.settings };
        let moving = |run: &Vec<Still>| run.iter().all(|still| is_moving(&truth, still));
        let runs: Vec<Vec<Still>> = recipe.simulate(0..recipe.runs).into_iter().filter(moving).collect();
        let learn = |runs: &[Vec<Still>], settings| {
            let origins = runs.iter().enumerate().flat_map(|(k, run)| run.iter().map(move |_| k)).collect();
            LibraryLearning::new(StillSource::Given(runs.concat(), origins), settings)?.finish()
        };
        let learned = learn(&runs, settings)?;
        let sd = learned.sd;
        let cosine_on = |rule: &LibraryRule, other: usize| {
            let truth = PRESETS[other].law().rule();
            let stills = &self.tests[other];
            let sum: f64 = stills.iter().map(|still| velocity_cosine(rule, &truth, still, sd)).sum();
            sum / stills.len().max(1) as f64
        };
        let control = |learned: crate::worlds::field::library::LearnedLaw| ControlRow {
            cosine: cosine_on(&learned.rule, pattern),
            held_out: learned.held_out,
            rejected: learned.held_out.is_some_and(|test| !test.is_stationary()),
        };
        let without = LibrarySettings { library: crate::worlds::field::library::Library::WithoutReaction, ..settings };
        let skew_rows = self.skew_of(preset.name, seed, &runs.concat(), &truth);
        let live = (self.options.live_steps > 0).then(|| {
            long_run(
                &live_rule(&learned.rule, &truth),
                &truth,
                recipe.size,
                self.options.live_steps,
                self.options.live_seeds,
            )
        });
        let row = StudyRow {
            pattern: preset.name,
            seed,
            cosine: [0, 1, 2, 3].map(|other| cosine_on(&learned.rule, other)),
            rule: learned.rule,
            constants: FoundConstants::of(&learned.rule),
            held_out: learned.held_out,
            certain: learned.held_out.map(|test| test.is_stationary()),
            live,
            control_shuffled: control(learn(&shuffled(&runs), settings)?),
            control_without_reaction: control(learn(&runs, without)?),
        };
        self.skew_rows.extend(skew_rows);
        Ok(row)
    }

    /// The best K ∗ s of a pattern at each noise level and radius.
    fn skew_of(&self, pattern: &'static str, seed: u64, stills: &[Still], truth: &LibraryRule) -> Vec<SkewRow> {
        if self.options.skew_steps == 0 {
            return Vec::new();
        }
        let tests: Vec<(Vec<Still>, LibraryRule)> =
            PRESETS.iter().zip(&self.tests).map(|(preset, stills)| (stills.clone(), preset.law().rule())).collect();
        let score = StillScore::train(stills, self.options.skew_steps, seed);
        let rows = |sigma: f64| {
            let found = score.cosines((stills, truth), sigma, &tests);
            let row = move |radius: usize| {
                let cosine = std::array::from_fn(|k| found.get(k).map_or(0.0, |by_radius| by_radius[radius]));
                SkewRow { pattern, seed, radius, sigma, cosine }
            };
            (0..=MAX_SKEW_RADIUS).map(row)
        };
        SKEW_SIGMAS.into_iter().flat_map(rows).collect()
    }
}

/// The found rule with the start and the bounds of the truth: stills of unknown origin do not give them.
fn live_rule(found: &LibraryRule, truth: &LibraryRule) -> LibraryRule {
    LibraryRule { range: truth.range, rest: truth.rest, seed: truth.seed, ..*found }
}

/// Stills whose v comes from the next run: each channel as before, what joins them gone.
pub fn shuffled(runs: &[Vec<Still>]) -> Vec<Vec<Still>> {
    let mut out = runs.to_vec();
    for (k, run) in out.iter_mut().enumerate() {
        for (still, stranger) in run.iter_mut().zip(&runs[(k + 1) % runs.len()]) {
            still.plane_mut(1).copy_from_slice(stranger.plane(1));
        }
    }
    out
}
