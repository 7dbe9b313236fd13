//! The weak form of stationarity, independent of what moves: find V = Σ c_a b_a with E_p[V·∇g] = 0 for every test g.
//!
//! A world gives the moments B `[K × A]` of its dictionary against K test functions, the mass M `[A × A]` (the second
//! moment of the dictionary, so that cᵀMc = E|V|²) and, for a velocity c, the covariance `[K × K]` of what each sample
//! adds to the K moments. [`solve`] finds the velocity of speed 1 whose moments vanish best: the lowest eigenvector of
//! Bᵀ C⁻¹ B against M. The first C is the identity; the covariance of the velocity found replaces it [`WeakSettings::rounds`]
//! times. [`runner_up`] does the same for the next law: samples may keep more than one. Stationarity of the generator,
//! libraries as in SINDy (Brunton, Proctor & Kutz 2016) and the weighting of the generalised method of moments (Hansen 1982)
//! are known; their combination on still samples is ours.

mod eigen;
mod problem;

pub use eigen::generalised_symmetric;
pub use problem::{WeakProblem, WeakSettings, WeakSolution, runner_up, sampling_floor, second_moment, solve};

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use crossbeam_channel::RecvTimeoutError;
use nalgebra::DMatrix;

/// Between two polls while a factorisation runs.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

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
        "the mass matrix of the dictionary is not positive definite: a combination of its terms is 0 on all samples; take \
         fewer terms or a lower degree"
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

/// The result of `work`, which has no polls: it runs on the pool, and a stop does not wait for its end but drops its result.
/// For the factorisations of a library, which take seconds at the largest sizes. On a thread of the pool, which must not wait
/// for another one, it runs there to its end.
///
/// # Errors
/// [`WeakError::Stopped`]
fn unless_stopped<T: Send + 'static>(
    stop: &dyn Fn() -> bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, WeakError> {
    if rayon::current_thread_index().is_some() {
        poll(stop)?;
        return Ok(work());
    }
    let (done, result) = crossbeam_channel::bounded(1);
    rayon::spawn(move || {
        // After a stop the receiver is gone.
        let _ = done.send(catch_unwind(AssertUnwindSafe(work)));
    });
    loop {
        poll(stop)?;
        match result.recv_timeout(POLL_INTERVAL) {
            Ok(outcome) => return Ok(outcome.unwrap_or_else(|panic| resume_unwind(panic))),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => unreachable!("the work always sends"),
        }
    }
}

fn check_finite(what: &'static str, matrix: &DMatrix<f64>) -> Result<(), WeakError> {
    if matrix.iter().all(|v| v.is_finite()) { Ok(()) } else { Err(WeakError::NotFinite { what }) }
}

#[cfg(test)]
mod tests;
