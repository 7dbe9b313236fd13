//! The weak problem of a set of stills, for any subset of the library.

use nalgebra::{DMatrix, DVector};

use super::Functionals;
use crate::worlds::field::stills::Still;
use crate::worlds::weak::{self, WeakError, WeakSettings, WeakSolution};

/// Added to the diagonal of the covariance, in units of its mean: there may be fewer stills than functionals.
const RIDGE: f64 = 1e-3;
/// Added to the diagonal of the mass matrix in units of the terms' own sizes, so that it is positive definite.
const MASS_FLOOR: f64 = 1e-9;

/// What one still contributes: its moments and its mass matrix.
pub struct StillMoments {
    moments: Vec<f64>,
    mass: Vec<f64>,
}

impl StillMoments {
    /// `None` where it was stopped.
    pub fn new(functionals: &Functionals, still: &Still, stop: &dyn Fn() -> bool) -> Option<Self> {
        Some(Self { moments: functionals.moments(still, stop)?, mass: functionals.mass(still, stop)? })
    }
}

/// Moments of many stills, in columns (channel, term) scaled to unit mean square.
pub struct StillProblem {
    /// `[functionals × columns]` of each still.
    samples: Vec<DMatrix<f64>>,
    moments: DMatrix<f64>,
    mass: DMatrix<f64>,
    /// Root mean square of each column in units of its channel's standard deviation.
    scale: DVector<f64>,
}

impl StillProblem {
    pub fn new(functionals: &Functionals, stills: &[StillMoments]) -> Self {
        let (terms, columns, n) = (functionals.terms(), functionals.columns(), stills.len() as f64);
        let mut mass = DMatrix::zeros(columns, columns);
        for (channel, sd) in functionals.sd().into_iter().enumerate() {
            for (i, j) in (0..terms * terms).map(|at| (at / terms, at % terms)) {
                let mean = stills.iter().map(|still| still.mass[i * terms + j]).sum::<f64>() / n;
                mass[(channel * terms + i, channel * terms + j)] = mean / (sd * sd);
            }
        }
        let scale = DVector::from_fn(columns, |k, _| f64::sqrt(mass[(k, k)]).max(f64::MIN_POSITIVE));
        let scaled = |matrix: &DMatrix<f64>, row_scale: &DVector<f64>| {
            DMatrix::from_fn(matrix.nrows(), columns, |i, j| matrix[(i, j)] / (row_scale[i] * scale[j]))
        };
        let mut mass = scaled(&mass, &scale);
        mass.iter_mut().step_by(columns + 1).for_each(|diagonal| *diagonal += MASS_FLOOR);
        let ones = DVector::from_element(functionals.len(), 1.0);
        let sample =
            |still: &StillMoments| scaled(&DMatrix::from_row_slice(functionals.len(), columns, &still.moments), &ones);
        let samples: Vec<DMatrix<f64>> = stills.iter().map(sample).collect();
        let moments = samples.iter().fold(DMatrix::zeros(functionals.len(), columns), |sum, still| sum + still) / n;
        Self { samples, moments, mass, scale }
    }

    pub fn columns(&self) -> usize {
        self.scale.len()
    }

    pub fn stills(&self) -> usize {
        self.samples.len()
    }

    /// Functionals of the problem.
    pub fn tests(&self) -> usize {
        self.moments.nrows()
    }

    /// The law in the columns `support`, mean square velocity 1 in channel standard deviations; the other columns are 0.
    ///
    /// # Errors
    /// Fewer stills than columns, or a degenerate library; [`WeakError::Stopped`].
    pub fn solve(&self, support: &[usize], stop: &dyn Fn() -> bool) -> Result<(Vec<f64>, WeakSolution), WeakError> {
        let subset = Subset {
            problem: self,
            support,
            moments: self.moments.select_columns(support.iter()),
            mass: self.mass.select_columns(support.iter()).select_rows(support.iter()),
        };
        let solution = weak::solve(&subset, WeakSettings { rounds: 2, ridge: RIDGE }, stop)?;
        let mut law = vec![0.0; self.columns()];
        for (value, &column) in solution.coefficients.iter().zip(support) {
            law[column] = value / self.scale[column];
        }
        Ok((law, solution))
    }

    /// Moments of a law for every still: row `n` has the first `tests` functionals of still `n`.
    pub fn law_moments(&self, law: &[f64], tests: usize) -> DMatrix<f64> {
        let scaled = DVector::from_fn(self.columns(), |k, _| law[k] * self.scale[k]);
        let rows: Vec<_> = self.samples.iter().map(|still| (still.rows(0, tests) * &scaled).transpose()).collect();
        DMatrix::from_rows(&rows)
    }
}

/// Some columns of a problem, as the solver reads them.
struct Subset<'a> {
    problem: &'a StillProblem,
    support: &'a [usize],
    moments: DMatrix<f64>,
    mass: DMatrix<f64>,
}

impl weak::WeakProblem for Subset<'_> {
    fn samples(&self) -> usize {
        self.problem.samples.len()
    }

    fn moments(&self) -> &DMatrix<f64> {
        &self.moments
    }

    fn mass(&self) -> &DMatrix<f64> {
        &self.mass
    }

    fn covariance(&self, coefficients: &DVector<f64>, _: &dyn Fn() -> bool) -> Result<DMatrix<f64>, WeakError> {
        let mut full = DVector::zeros(self.problem.columns());
        self.support.iter().zip(coefficients.iter()).for_each(|(&column, value)| full[column] = *value);
        let columns: Vec<_> = self.problem.samples.iter().map(|still| still * &full).collect();
        let moments = DMatrix::from_columns(&columns);
        Ok(&moments * moments.transpose() / columns.len() as f64)
    }
}
