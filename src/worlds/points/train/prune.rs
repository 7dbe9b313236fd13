//! Which terms of a found system are there: backward elimination in the user's coordinates.

use nalgebra::{DMatrix, DVector};

use crate::worlds::points::cloud::Standardisation;
use crate::worlds::points::rule::Dictionary;
use crate::worlds::weak::{self, WeakError, WeakSolution, generalised_symmetric};

/// Largest rise of Hansen's J statistic by which a term is removed. The rise for a term that is not there is χ² with one
/// degree of freedom: above 15 once in 9,000 (3.9 standard deviations).
const MAX_RISE: f64 = 15.0;

/// The coefficients of `solution` with every term left out that the moments do not ask for, fitted again without them.
///
/// Terms are monomials of the user's coordinates divided by their spread, so the offset of the cloud does not spread one
/// term over several. Term by term, the one goes whose removal raises J the least, while that is less than [`MAX_RISE`].
/// Coefficients come back by the standardised coordinates, `[dim · terms]`. `stop` is polled at each term.
///
/// # Errors
/// [`WeakError::Stopped`], and a degenerate dictionary.
pub(super) fn prune(
    solution: &WeakSolution,
    exponents: &[[u32; 3]],
    dim: usize,
    map: &Standardisation,
    stop: &dyn Fn() -> bool,
) -> Result<DVector<f64>, WeakError> {
    let offset: [f64; 3] = std::array::from_fn(|i| map.centre[i] / map.scale[i]);
    let blocks = |block: DMatrix<f64>| -> DMatrix<f64> { DMatrix::<f64>::identity(dim, dim).kronecker(&block) };
    // From coefficients by x / scale to those by standardised coordinates.
    let to_standard = blocks(Dictionary::shift(exponents, offset.map(|v| -v)));
    let form = to_standard.tr_mul(&(&solution.form * &to_standard));
    let mass = to_standard.tr_mul(&(&solution.mass * &to_standard));
    let mut kept: Vec<usize> = (0..form.nrows()).collect();
    loop {
        weak::poll(stop)?;
        let part = |m: &DMatrix<f64>| DMatrix::from_fn(kept.len(), kept.len(), |r, c| m[(kept[r], kept[c])]);
        let (values, vectors) = generalised_symmetric(&part(&form), &part(&mass))?;
        // First order: with c_j = 0 the lowest eigenvalue rises by c_j² / Σ_k v_kj² / (λ_k - λ_0).
        let rise = |j: usize| -> f64 {
            let give: f64 =
                (1..kept.len()).map(|k| vectors[(j, k)].powi(2) / (values[k] - values[0]).max(f64::MIN_POSITIVE)).sum();
            solution.tests as f64 * vectors[(j, 0)].powi(2) / give.max(f64::MIN_POSITIVE)
        };
        let weakest = (0..kept.len()).map(|j| (j, rise(j))).min_by(|a, b| a.1.total_cmp(&b.1));
        match weakest {
            Some((j, rise)) if rise < MAX_RISE && kept.len() > 2 => {
                kept.remove(j);
            }
            _ => {
                let mut coefficients = DVector::zeros(form.nrows());
                for (position, &term) in kept.iter().enumerate() {
                    coefficients[term] = vectors[(position, 0)];
                }
                return Ok(&to_standard * coefficients);
            }
        }
    }
}
