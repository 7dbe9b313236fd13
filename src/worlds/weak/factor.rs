//! The Cholesky factor of a large matrix and the solution with it, tile by tile.

use nalgebra::{Cholesky, DMatrix};

use super::{TILE, WeakError, poll};

/// L `[K × K]` of C = L Lᵀ, of which only the lower triangle counts, and L⁻¹ B `[K × A]`.
///
/// The rows of Bᵀ are further rows of the factor: with those of C below the diagonal they become those of Bᵀ L⁻ᵀ. `stop` is
/// polled before each tile, at most 2 · 64² · K operations: 16 million for the 2000 tests that a cloud may have.
///
/// # Errors
/// [`WeakError::Stopped`]; [`WeakError::Degenerate`] where C is not positive definite.
pub fn whitened(
    covariance: &DMatrix<f64>,
    right: &DMatrix<f64>,
    stop: &dyn Fn() -> bool,
) -> Result<[DMatrix<f64>; 2], WeakError> {
    let (size, terms) = right.shape();
    let mut panel = DMatrix::zeros(size + terms, size);
    for column in (0..size).step_by(TILE) {
        poll(stop)?;
        let width = TILE.min(size - column);
        let (done, mut now) = panel.columns_range_pair_mut(0..column, column..column + width);
        now.rows_mut(0, size).copy_from(&covariance.columns(column, width));
        now.rows_mut(size, terms).copy_from(&right.rows(column, width).transpose());
        let across = done.rows(column, width).transpose();
        let mut corner = now.rows(column, width).into_owned();
        corner.gemm(-1.0, &done.rows(column, width), &across, 1.0);
        let corner = Cholesky::new(corner).ok_or(WeakError::Degenerate)?.unpack();
        now.rows_mut(column, width).copy_from(&corner);
        for row in (column + width..size + terms).step_by(TILE) {
            poll(stop)?;
            let height = TILE.min(size + terms - row);
            let mut tile = now.rows_mut(row, height);
            tile.gemm(-1.0, &done.rows(row, height), &across, 1.0);
            let solved = corner.solve_lower_triangular(&tile.transpose()).ok_or(WeakError::Degenerate)?;
            tile.copy_from(&solved.transpose());
        }
    }
    Ok([panel.rows(0, size).into_owned(), panel.rows(size, terms).transpose()])
}
