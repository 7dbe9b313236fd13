//! The generalised symmetric eigenproblem H c = λ M c.

use nalgebra::DMatrix;

use super::factor::whitened;
use super::{TILE, WeakError, check_finite, poll};

/// Sweeps until one eigenvalue has converged, at most; two or three are common.
const MAX_SWEEPS: usize = 60;

/// Eigenvalues in ascending order and eigenvectors as columns, normalised to cᵀ M c = 1. `stop` is polled between parts
/// that take some milliseconds each for the 612 columns of the largest dictionary.
///
/// # Errors
/// Matrices of different sizes, entries that are not finite, an M that is not positive definite; [`WeakError::Stopped`].
pub fn generalised_symmetric(
    h: &DMatrix<f64>,
    m: &DMatrix<f64>,
    stop: &dyn Fn() -> bool,
) -> Result<(Vec<f64>, DMatrix<f64>), WeakError> {
    let size = m.nrows();
    for (what, matrix) in [("mass", m), ("form", h)] {
        if matrix.shape() != (size, size) {
            let (rows, cols) = matrix.shape();
            return Err(WeakError::Shape { what, rows, cols, expected: format!("{size} × {size}") });
        }
        check_finite(what, matrix)?;
    }
    // L⁻¹ H L⁻ᵀ is symmetric, and similar to M⁻¹ H.
    let [_, left] = whitened(m, h, stop)?;
    let [lower, reduced] = whitened(m, &left.transpose(), stop)?;
    let (eigenvalues, eigenvectors) = symmetric((&reduced + reduced.transpose()) * 0.5, stop)?;
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|&a, &b| eigenvalues[a].total_cmp(&eigenvalues[b]));
    let values = order.iter().map(|&k| eigenvalues[k]).collect();
    let mut vectors = eigenvectors.select_columns(order.iter());
    for column in (0..size).step_by(TILE) {
        poll(stop)?;
        let mut some = vectors.columns_mut(column, TILE.min(size - column));
        if !lower.tr_solve_lower_triangular_mut(&mut some) {
            return Err(WeakError::Degenerate);
        }
    }
    Ok((values, vectors))
}

/// Eigenvalues, in no order, and eigenvectors as columns of a symmetric matrix: reflections to a tridiagonal matrix and
/// implicit QL (Golub & Van Loan, sections 8.3.1 and 8.3.3). `nalgebra::SymmetricEigen` has no poll, and takes a second for
/// 612 columns; here `stop` is polled at each reflection and each sweep, at most 6 · 612² operations.
fn symmetric(mut a: DMatrix<f64>, stop: &dyn Fn() -> bool) -> Result<(Vec<f64>, DMatrix<f64>), WeakError> {
    let size = a.nrows();
    let mut off = vec![0.0; size];
    let mut reflections = Vec::with_capacity(size);
    for k in 1..size {
        poll(stop)?;
        // 1 - v vᵀ takes the column to its first entry; the sign avoids cancellation.
        let mut v = a.view_range(k.., k - 1).into_owned();
        let length = if v[0] > 0.0 { -v.norm() } else { v.norm() };
        off[k - 1] = length;
        v[0] -= length;
        let square = v.norm_squared();
        if square > 0.0 {
            v *= (2.0 / square).sqrt();
        }
        let mut rest = a.view_range_mut(k.., k..);
        let mut w = &rest * &v;
        w.axpy(-0.5 * v.dot(&w), &v, 1.0);
        rest.ger(-1.0, &v, &w, 1.0);
        rest.ger(-1.0, &w, &v, 1.0);
        reflections.push(v);
    }
    let mut diagonal: Vec<f64> = a.diagonal().iter().copied().collect();
    let mut vectors = DMatrix::identity(size, size);
    for (k, v) in reflections.iter().enumerate().rev() {
        poll(stop)?;
        let mut part = vectors.view_range_mut(k + 1.., k + 1..);
        let along = part.tr_mul(v);
        part.ger(-1.0, v, &along, 1.0);
    }
    for low in 0..size {
        let mut sweeps = 0;
        loop {
            let is_split = |k: &usize| off[*k].abs() <= f64::EPSILON * (diagonal[*k].abs() + diagonal[*k + 1].abs());
            let high = (low..size - 1).find(is_split).unwrap_or(size - 1);
            if high == low {
                break;
            }
            poll(stop)?;
            sweeps += 1;
            if sweeps > MAX_SWEEPS {
                // Finite entries always converge, unless their squares overflow.
                return Err(WeakError::NotFinite { what: "form" });
            }
            sweep(&mut diagonal, &mut off, &mut vectors, low, high);
        }
    }
    Ok((diagonal, vectors))
}

/// One implicit QL sweep over rows `low` to `high` of the tridiagonal matrix, whose rotations `vectors` takes as well.
fn sweep(diagonal: &mut [f64], off: &mut [f64], vectors: &mut DMatrix<f64>, low: usize, high: usize) {
    let size = vectors.nrows();
    let step = (diagonal[low + 1] - diagonal[low]) / (2.0 * off[low]);
    let mut g = diagonal[high] - diagonal[low] + off[low] / (step + step.hypot(1.0).copysign(step));
    let (mut sin, mut cos, mut shift) = (1.0, 1.0, 0.0);
    for k in (low..high).rev() {
        let (f, b) = (sin * off[k], cos * off[k]);
        let length = f.hypot(g);
        off[k + 1] = length;
        if length == 0.0 {
            // The matrix falls apart here.
            diagonal[k + 1] -= shift;
            off[high] = 0.0;
            return;
        }
        (sin, cos) = (f / length, g / length);
        g = diagonal[k + 1] - shift;
        let turned = (diagonal[k] - g) * sin + 2.0 * cos * b;
        shift = sin * turned;
        diagonal[k + 1] = g + shift;
        g = cos * turned - b;
        let (left, right) = vectors.as_mut_slice()[k * size..(k + 2) * size].split_at_mut(size);
        for (a, b) in left.iter_mut().zip(right) {
            (*a, *b) = (cos * *a - sin * *b, sin * *a + cos * *b);
        }
    }
    diagonal[low] -= shift;
    off[low] = g;
    off[high] = 0.0;
}
