//! The weak problem of a world and its solution with re-weighting.

use nalgebra::{DMatrix, DVector};

use super::eigen::generalised_symmetric;
use super::factor::whitened;
use super::{TILE, WeakError, check_finite, poll};

/// Samples in one product: large enough for a fast one. With the 2000 tests and 204 functions that a cloud may have, a
/// block takes 100 million operations.
pub const BLOCK: usize = 128;

/// What a world gives to the solver: a dictionary of A terms, K test functions and n samples.
pub trait WeakProblem {
    /// Number of independent samples n behind the moments.
    fn samples(&self) -> usize;
    /// B `[K × A]`: mean over the samples of what term a adds to test k: B[k, a] = E_p[b_a · ∇g_k].
    fn moments(&self) -> &DMatrix<f64>;
    /// M `[A × A]`, positive definite: cᵀ M c is the mean square speed.
    fn mass(&self) -> &DMatrix<f64>;
    /// C `[K × K]`: mean over the samples of g gᵀ, where g `[K]` is what one sample adds to the moments of the velocity c
    /// ([`second_moment`] makes it of rows). `stop` is polled by what takes longer than a tenth of a second.
    ///
    /// # Errors
    /// [`WeakError::Stopped`]
    fn covariance(&self, coefficients: &DVector<f64>, stop: &dyn Fn() -> bool) -> Result<DMatrix<f64>, WeakError>;
}

/// How the moments are weighted.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct WeakSettings {
    /// Solutions after the first, each with C of the one before.
    pub rounds: u32,
    /// Added to the diagonal of C, in units of its mean diagonal: C has no inverse where there are fewer samples than
    /// tests, or dependent tests.
    pub ridge: f64,
}

impl Default for WeakSettings {
    fn default() -> Self {
        Self { rounds: 2, ridge: 1e-4 }
    }
}

/// The stationary velocity found, with the spectra that show how certain it is.
#[derive(Debug, Clone, PartialEq)]
pub struct WeakSolution {
    /// c `[A]`, normalised to mean square speed 1; its sign is arbitrary.
    pub coefficients: DVector<f64>,
    /// Ascending eigenvalues of BᵀB / K against M: mean square moment at mean square speed 1, without weighting.
    pub unweighted: Vec<f64>,
    /// Ascending eigenvalues of n Bᵀ C⁻¹ B / K against M of the last round: 1 is what sampling alone leaves.
    pub weighted: Vec<f64>,
    /// n Bᵀ C⁻¹ B / K `[A × A]` of the last round.
    pub form: DMatrix<f64>,
    /// M `[A × A]`.
    pub mass: DMatrix<f64>,
    /// Number of test functions K: K times a weighted eigenvalue is Hansen's J statistic.
    pub tests: usize,
}

impl WeakSolution {
    /// λ₁ / λ₀ of the weighted problem: how well the solution is separated from the next eigenvector.
    pub fn gap(&self) -> f64 {
        match self.weighted[..] {
            [low, next, ..] => next / low.max(f64::MIN_POSITIVE),
            _ => f64::INFINITY,
        }
    }

    /// Lowest eigenvalue without weighting, to be compared with [`sampling_floor`].
    pub fn lowest_unweighted(&self) -> f64 {
        self.unweighted[0]
    }
}

/// What sampling alone leaves of the lowest unweighted eigenvalue, for n independent samples and tests whose unit gradients
/// point in random directions of R^d times a sine: sin² averages to 1/2 and (ŵ·v̂)² to 1/d, so 1/(2 d n).
pub fn sampling_floor(samples: usize, dim: usize) -> f64 {
    1.0 / (2.0 * dim as f64 * samples as f64)
}

/// Mean of g gᵀ over rows g, taken in blocks: `rows(from, to)` returns the contributions `[to - from, K]`. `stop` is polled
/// before each block of [`BLOCK`] rows, and before each 64 columns of its product.
///
/// # Errors
/// [`WeakError::Stopped`]
pub fn second_moment(
    samples: usize,
    tests: usize,
    stop: &dyn Fn() -> bool,
    mut rows: impl FnMut(usize, usize) -> DMatrix<f64>,
) -> Result<DMatrix<f64>, WeakError> {
    let mut sum = DMatrix::zeros(tests, tests);
    for from in (0..samples).step_by(BLOCK) {
        poll(stop)?;
        let block = rows(from, (from + BLOCK).min(samples));
        let across = block.transpose();
        for column in (0..tests).step_by(TILE) {
            poll(stop)?;
            let (height, width) = (tests - column, TILE.min(tests - column));
            let mut part = sum.view_mut((column, column), (height, width));
            part.gemm(1.0, &across.rows(column, height), &block.columns(column, width), 1.0);
        }
    }
    // Only the lower triangle was computed.
    sum.fill_upper_triangle_with_lower_triangle();
    Ok(sum / samples.max(1) as f64)
}

/// The velocity of mean square speed 1 whose moments vanish best. `stop` is polled within each product and factorisation.
///
/// # Errors
/// [`WeakError::Stopped`]; fewer samples than terms, matrices that do not fit together or are not finite, a degenerate dictionary.
pub fn solve(
    problem: &impl WeakProblem,
    settings: WeakSettings,
    stop: &dyn Fn() -> bool,
) -> Result<WeakSolution, WeakError> {
    let (moments, mass, samples) = (problem.moments(), problem.mass(), problem.samples());
    let (tests, terms) = moments.shape();
    if samples < terms {
        return Err(WeakError::Underdetermined { terms, samples });
    }
    check_finite("matrix of moments", moments)?;
    let form_of =
        |rows: &DMatrix<f64>| second_moment(tests, terms, stop, |from, to| rows.rows_range(from..to).into_owned());
    let form = form_of(moments)?;
    let (unweighted, vectors) = generalised_symmetric(&form, mass, stop)?;
    let mut coefficients = vectors.column(0).into_owned();
    let mut weighted = unweighted.iter().map(|v| v * samples as f64).collect();
    let mut last_form = &form * samples as f64;
    for _ in 0..settings.rounds {
        let mut covariance = problem.covariance(&coefficients, stop)?;
        if covariance.shape() != (tests, tests) {
            let (rows, cols) = covariance.shape();
            return Err(WeakError::Shape { what: "covariance", rows, cols, expected: format!("{tests} × {tests}") });
        }
        check_finite("covariance", &covariance)?;
        let ridge = settings.ridge * covariance.trace() / tests as f64;
        for k in 0..tests {
            covariance[(k, k)] += ridge;
        }
        let [_, whitened] = whitened(&covariance, moments, stop)?;
        let form = form_of(&whitened)? * samples as f64;
        let (values, vectors) = generalised_symmetric(&form, mass, stop)?;
        coefficients = vectors.column(0).into_owned();
        weighted = values;
        last_form = form;
    }
    Ok(WeakSolution { coefficients, unweighted, weighted, form: last_form, mass: mass.clone(), tests })
}
