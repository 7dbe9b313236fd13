//! The weak form of stationarity, independent of what moves: find V = Σ c_a b_a with E_p[V·∇g] = 0 for every test g.
//!
//! A world gives the moments B `[K × A]` of its dictionary against K test functions, the mass M `[A × A]` (the second
//! moment of the dictionary, so that cᵀMc = E|V|²) and, for a velocity c, the covariance `[K × K]` of what each sample
//! adds to the K moments. [`solve`] finds the velocity of speed 1 whose moments vanish best: the lowest eigenvector of
//! Bᵀ C⁻¹ B against M. The first C is the identity; the covariance of the velocity found replaces it [`WeakSettings::rounds`]
//! times. Stationarity of the generator, libraries as in SINDy (Brunton, Proctor & Kutz 2016) and the weighting of the
//! generalised method of moments (Hansen 1982) are known; their combination on still samples is ours.

mod eigen;
mod factor;
mod problem;

pub use eigen::generalised_symmetric;
pub use factor::whitened;
pub use problem::{BLOCK, WeakProblem, WeakSettings, WeakSolution, sampling_floor, second_moment, solve};

use nalgebra::DMatrix;

/// Rows and columns of a matrix that are computed between two polls: large enough for fast products.
const TILE: usize = 64;

/// Why a weak problem cannot be solved.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum WeakError {
    #[error(
        "the dictionary has {terms} terms but there are {samples} samples; take a smaller dictionary or more samples"
    )]
    Underdetermined { terms: usize, samples: usize },
    #[error(
        "{what} of the weak form is {rows} × {cols} and should be {expected}; give all terms to all test functions"
    )]
    Shape { what: &'static str, rows: usize, cols: usize, expected: String },
    #[error(
        "the mass matrix of the dictionary is not positive definite: two of its terms agree on all samples; remove one"
    )]
    Degenerate,
    #[error("{what} of the weak form has entries that are not finite; check the samples for NaN and huge values")]
    NotFinite { what: &'static str },
    /// Asked for; not a fault.
    #[error("stopped")]
    Stopped,
}

/// # Errors
/// [`WeakError::Stopped`]
pub fn poll(stop: &dyn Fn() -> bool) -> Result<(), WeakError> {
    if stop() { Err(WeakError::Stopped) } else { Ok(()) }
}

fn check_finite(what: &'static str, matrix: &DMatrix<f64>) -> Result<(), WeakError> {
    if matrix.iter().all(|v| v.is_finite()) { Ok(()) } else { Err(WeakError::NotFinite { what }) }
}

#[cfg(test)]
mod tests;
