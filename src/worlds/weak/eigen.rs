//! The generalised symmetric eigenproblem H c = λ M c.

use nalgebra::{Cholesky, DMatrix, SymmetricEigen};

use super::{WeakError, check_finite};

/// Eigenvalues in ascending order and eigenvectors as columns, normalised to cᵀ M c = 1.
///
/// # Errors
/// Matrices of different sizes, entries that are not finite, an M that is not positive definite.
pub fn generalised_symmetric(h: &DMatrix<f64>, m: &DMatrix<f64>) -> Result<(Vec<f64>, DMatrix<f64>), WeakError> {
    let size = m.nrows();
    for (what, matrix) in [("mass", m), ("form", h)] {
        if matrix.shape() != (size, size) {
            let (rows, cols) = matrix.shape();
            return Err(WeakError::Shape { what, rows, cols, expected: format!("{size} × {size}") });
        }
        check_finite(what, matrix)?;
    }
    let lower = Cholesky::new(m.clone()).ok_or(WeakError::Degenerate)?.unpack();
    // L⁻¹ H L⁻ᵀ is symmetric, and similar to M⁻¹ H.
    let left = lower.solve_lower_triangular(h).ok_or(WeakError::Degenerate)?;
    let reduced = lower.solve_lower_triangular(&left.transpose()).ok_or(WeakError::Degenerate)?;
    let symmetric = (&reduced + reduced.transpose()) * 0.5;
    let eigen = SymmetricEigen::new(symmetric);
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[a].total_cmp(&eigen.eigenvalues[b]));
    let values = order.iter().map(|&k| eigen.eigenvalues[k]).collect();
    let sorted = DMatrix::from_fn(size, size, |row, col| eigen.eigenvectors[(row, order[col])]);
    let vectors = lower.tr_solve_lower_triangular(&sorted).ok_or(WeakError::Degenerate)?;
    Ok((values, vectors))
}
