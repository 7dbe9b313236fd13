//! The weak form as a job of few steps: one dictionary, or one trial of the noise, at a time.

use super::trainer::PointPhase;
use super::weak::lowest_weighted;
use super::{PointLearnError, PointStep, WeakDictionary, WeakFit, WeakFitSettings, fit_weak};
use crate::worlds::points::cloud::PointCloud;
use crate::worlds::points::rule::MAX_DEGREE;
use crate::worlds::weak::WeakError;

/// Spreads of noise that are tried first, as shares of the spread of the cloud.
const TRIALS: [f64; 8] = [0.0, 0.01, 0.02, 0.035, 0.055, 0.08, 0.12, 0.17];
/// Points in a trial of the noise.
const TRIAL_SAMPLES: usize = 10_000;
/// Steps that narrow the best trial: each leaves 0.62 of the interval.
const NARROWINGS: usize = 9;
/// Estimates below this count as no noise: the trials do not distinguish the two.
const UNNOTICED: f64 = 0.004;

/// The weak form on a cloud, step by step. Degrees rise until one is certain, or the highest is reached; with unknown noise
/// each degree is fitted at the spread of noise whose weighted problem has the lowest eigenvalue: the moments of a true
/// system vanish at the true noise alone (our observation: on Lorenz it rises from 0.4 to 7 when the noise is wrong by 20 %).
pub struct WeakJob {
    cloud: PointCloud,
    settings: WeakFitSettings,
    seed: u64,
    degree: u32,
    /// Tried spreads and the lowest weighted eigenvalues there.
    tried: Vec<(f64, f64)>,
    fits: Vec<(f64, WeakFit)>,
    step: usize,
    done: bool,
}

impl WeakJob {
    /// # Errors
    /// A cloud that is refused, a degree beyond 3, fewer than two tests.
    pub fn new(cloud: &PointCloud, settings: &WeakFitSettings, seed: u64) -> Result<Self, PointLearnError> {
        cloud.validate()?;
        settings.validate()?;
        let (tried, fits) = (Vec::new(), Vec::new());
        let degree = settings.degree.max(1);
        Ok(Self { cloud: cloud.clone(), settings: *settings, seed, degree, tried, fits, step: 0, done: false })
    }

    /// One fit. `Ok(None)` when the job is complete. A fit that is broken off leaves the job as it was.
    ///
    /// # Errors
    /// Fewer samples than terms; a degenerate dictionary; [`WeakError::Stopped`](crate::worlds::weak::WeakError::Stopped).
    pub fn step(&mut self, stop: &dyn Fn() -> bool) -> Result<Option<PointStep>, PointLearnError> {
        if self.done {
            return Ok(None);
        }
        let noise = if self.settings.estimate_noise { self.next_trial() } else { None };
        let lowest = if let Some(noise) = noise {
            let samples = self.settings.samples.min(TRIAL_SAMPLES);
            let settings = WeakFitSettings { degree: self.degree, noise, samples, ..self.settings };
            let lowest = match lowest_weighted(&self.cloud, &settings, self.seed, stop) {
                Err(WeakError::Degenerate) if !self.fits.is_empty() => return Ok(self.end()),
                lowest => lowest?,
            };
            self.tried.push((noise, lowest));
            lowest
        } else {
            let noise = if self.settings.estimate_noise { self.estimate() } else { self.settings.noise };
            let settings = WeakFitSettings { degree: self.degree, noise, ..self.settings };
            let fit = match fit_weak(&self.cloud, &settings, self.seed, stop) {
                Err(WeakError::Degenerate) if !self.fits.is_empty() => return Ok(self.end()),
                fit => fit?,
            };
            let lowest = fit.solution.weighted[0];
            // Several laws of one degree are also among those of the next.
            let is_last = fit.is_certain() || fit.has_rivals();
            self.done = is_last || self.is_one_fit() || self.degree == MAX_DEGREE;
            self.fits.push((noise, fit));
            self.degree += 1;
            self.tried.clear();
            lowest
        };
        self.step += 1;
        let per_degree = if self.settings.estimate_noise { TRIALS.len() + NARROWINGS + 1 } else { 1 };
        let degrees = if self.is_one_fit() { 1 } else { MAX_DEGREE as usize };
        let steps = if self.done { self.step } else { per_degree * degrees };
        Ok(Some(PointStep { phase: PointPhase::Weak, step: self.step, steps, loss: lowest }))
    }

    /// The certain fit, else the one with the widest gap, with the spread of noise it was corrected for. `None` before the
    /// first is complete.
    pub fn best(&self) -> Option<(f64, &WeakFit)> {
        let rank = |fit: &WeakFit| (fit.is_certain(), fit.solution.lowest_unweighted() <= fit.floor, fit.gap());
        let best = self.fits.iter().max_by(|(_, a), (_, b)| {
            let (a, b) = (rank(a), rank(b));
            (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2))
        })?;
        Some((best.0, &best.1))
    }

    /// Whether no degrees are tried one after the other.
    fn is_one_fit(&self) -> bool {
        self.settings.degree > 0 || self.settings.dictionary == WeakDictionary::Fourier
    }

    /// The end of the job before the highest degree: the points satisfy an equation of the present one, so that its terms
    /// depend on each other.
    fn end(&mut self) -> Option<PointStep> {
        self.done = true;
        None
    }

    /// The spread of noise to try next: a coarse list, then golden sections around its best.
    fn next_trial(&self) -> Option<f64> {
        if self.tried.len() < TRIALS.len() {
            return Some(TRIALS[self.tried.len()]);
        }
        if self.tried.len() >= TRIALS.len() + NARROWINGS {
            return None;
        }
        /// 2 minus the golden ratio.
        const SECTION: f64 = 0.381_966;
        let (low, best, high) = self.bracket();
        Some(if high - best > best - low { best + SECTION * (high - best) } else { best - SECTION * (best - low) })
    }

    /// The best spread tried and its neighbours.
    fn bracket(&self) -> (f64, f64, f64) {
        let mut sorted = self.tried.clone();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let best = (0..sorted.len()).min_by(|&a, &b| sorted[a].1.total_cmp(&sorted[b].1)).unwrap_or(0);
        let at = |k: usize| sorted[k.min(sorted.len() - 1)].0;
        (at(best.saturating_sub(1)), at(best), at(best + 1))
    }

    fn estimate(&self) -> f64 {
        let (_, best, _) = self.bracket();
        if best < UNNOTICED { 0.0 } else { best }
    }
}
