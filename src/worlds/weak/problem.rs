//! The weak problem of a world and its solution with re-weighting.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::eigen::generalised_symmetric;
use super::{WeakError, check_finite, poll, unless_stopped};

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
    /// λ₁ / λ₀ of the weighted problem: how well the solution is separated from the next eigenvector, by the weights of the
    /// solution. [`runner_up`] gives the next law its own.
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
/// before each block.
///
/// # Errors
/// [`WeakError::Stopped`]
pub fn second_moment(
    samples: usize,
    tests: usize,
    stop: &dyn Fn() -> bool,
    mut rows: impl FnMut(usize, usize) -> DMatrix<f64>,
) -> Result<DMatrix<f64>, WeakError> {
    /// Rows in one product: large enough for a fast one, small enough for the cache.
    const BLOCK: usize = 1024;
    let mut sum = DMatrix::zeros(tests, tests);
    let mut from = 0;
    while from < samples {
        poll(stop)?;
        let to = (from + BLOCK).min(samples);
        let block = rows(from, to);
        sum.gemm(1.0, &block.transpose(), &block, 1.0);
        from = to;
    }
    Ok(sum / samples.max(1) as f64)
}

/// The velocity of mean square speed 1 whose moments vanish best. `stop` is polled throughout.
///
/// # Errors
/// [`WeakError::Stopped`]; fewer samples than terms, matrices that do not fit together or are not finite, a degenerate dictionary.
pub fn solve(
    problem: &impl WeakProblem,
    settings: WeakSettings,
    stop: &dyn Fn() -> bool,
) -> Result<WeakSolution, WeakError> {
    let (moments, mass) = (problem.moments(), problem.mass());
    let terms = moments.ncols();
    if problem.samples() < terms {
        return Err(WeakError::Underdetermined { terms, samples: problem.samples() });
    }
    check_finite("matrix of moments", moments)?;
    reweighted(problem, settings, (moments, mass), Clone::clone, stop)
}

/// How many times worse than `first` the next law is: the ratio of their J statistics, each weighted by its own covariance.
///
/// The weights of the first law do not suit others: C shrinks along the moments that it leaves quiet, so that in a cloud
/// with many stationary laws the second eigenvalue is large whichever law came first. The next law is therefore searched
/// for among the velocities that are M-orthogonal to the first, from the unweighted problem on. Its moments need not
/// vanish, so both statistics are taken about the mean (Hall 2000): with their squares in C, J is below n / K for any law.
///
/// # Errors
/// As [`solve`].
pub fn runner_up(
    problem: &impl WeakProblem,
    settings: WeakSettings,
    first: &WeakSolution,
    stop: &dyn Fn() -> bool,
) -> Result<f64, WeakError> {
    if first.coefficients.len() < 2 {
        return Ok(f64::INFINITY);
    }
    if settings.rounds == 0 {
        // Without weights there is no law with weights of its own.
        return Ok(first.gap());
    }
    let others = complement(&(&first.mass * &first.coefficients));
    let moments = problem.moments() * &others;
    let mass = others.tr_mul(&(&first.mass * &others));
    let next = reweighted(problem, settings, (&moments, &mass), |coefficients| &others * coefficients, stop)?;
    /// Largest share of the bound: weights of the round before may carry J beyond it.
    const MAX_SHARE: f64 = 1.0 - 1e-9;
    let bound = problem.samples() as f64 / first.tests as f64;
    // Sherman-Morrison: from C = S + m mᵀ to S.
    let centred = |j: f64| j / (1.0 - (j / bound).min(MAX_SHARE));
    Ok(centred(next.weighted[0]) / centred(first.weighted[0]).max(f64::MIN_POSITIVE))
}

/// An orthonormal basis `[A × (A - 1)]` of what is orthogonal to `direction` `[A]`: the other columns of the reflection that
/// takes the first axis there.
fn complement(direction: &DVector<f64>) -> DMatrix<f64> {
    let mut mirror = direction.normalize();
    mirror[0] += 1f64.copysign(mirror[0]);
    let factor = 2.0 / mirror.norm_squared();
    let size = mirror.len();
    DMatrix::from_fn(size, size - 1, |row, col| {
        let same = if row == col + 1 { 1.0 } else { 0.0 };
        same - factor * mirror[row] * mirror[col + 1]
    })
}

/// The rounds of [`solve`] on the moments and the mass of the velocities `velocity(c)`, whose c the solution has.
fn reweighted(
    problem: &impl WeakProblem,
    settings: WeakSettings,
    (moments, mass): (&DMatrix<f64>, &DMatrix<f64>),
    velocity: impl Fn(&DVector<f64>) -> DVector<f64>,
    stop: &dyn Fn() -> bool,
) -> Result<WeakSolution, WeakError> {
    let (tests, samples) = (moments.nrows(), problem.samples());
    let form = moments.tr_mul(moments) / tests as f64;
    let factors = (form.clone(), mass.clone());
    let (unweighted, vectors) = unless_stopped(stop, move || generalised_symmetric(&factors.0, &factors.1))??;
    let mut coefficients = vectors.column(0).into_owned();
    let mut weighted = unweighted.iter().map(|v| v * samples as f64).collect();
    let mut last_form = &form * samples as f64;
    for _ in 0..settings.rounds {
        poll(stop)?;
        let mut covariance = problem.covariance(&velocity(&coefficients), stop)?;
        poll(stop)?;
        if covariance.shape() != (tests, tests) {
            let (rows, cols) = covariance.shape();
            return Err(WeakError::Shape { what: "covariance", rows, cols, expected: format!("{tests} × {tests}") });
        }
        check_finite("covariance", &covariance)?;
        let ridge = settings.ridge * covariance.trace() / tests as f64;
        for k in 0..tests {
            covariance[(k, k)] += ridge;
        }
        let (moments, mass) = (moments.clone(), mass.clone());
        let (form, (values, vectors)) = unless_stopped(stop, move || {
            let lower = Cholesky::new(covariance).ok_or(WeakError::Degenerate)?.unpack();
            let whitened = lower.solve_lower_triangular(&moments).ok_or(WeakError::Degenerate)?;
            let form = whitened.tr_mul(&whitened) * (samples as f64 / tests as f64);
            let solved = generalised_symmetric(&form, &mass)?;
            Ok((form, solved))
        })??;
        coefficients = vectors.column(0).into_owned();
        weighted = values;
        last_form = form;
    }
    Ok(WeakSolution { coefficients, unweighted, weighted, form: last_form, mass: mass.clone(), tests })
}
