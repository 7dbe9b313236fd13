//! Orientations as quaternions, with the scalar first (numpy, HOOMD) or last (OVITO).

use crate::formats::rows::Fault;

/// Share of a quaternion's length below which a component counts as zero.
const ZERO: f64 = 1e-3;

/// Headings of quaternions that turn about z, radians: where they take the x axis. In the plane two components vanish: the
/// middle ones if the scalar is first, the first two if it is last.
///
/// # Errors
/// Quaternions that turn out of the plane in either order, so that the order cannot be determined.
pub(super) fn headings(turns: &[[f64; 4]], line: usize) -> Result<Vec<f64>, Fault> {
    let vanish = |q: &[f64; 4], i: usize, j: usize| {
        let length = q.iter().map(|part| part * part).sum::<f64>().sqrt();
        q[i].hypot(q[j]) <= ZERO * length.max(f64::MIN_POSITIVE)
    };
    let is_last = turns.iter().all(|q| vanish(q, 0, 1));
    let is_first = turns.iter().all(|q| vanish(q, 1, 2));
    // Where both hold, each is (0, 0, 0, w): no turn at all if the scalar is last.
    if is_last {
        Ok(turns.iter().map(|q| 2.0 * q[2].atan2(q[3])).collect())
    } else if is_first {
        Ok(turns.iter().map(|q| 2.0 * q[3].atan2(q[0])).collect())
    } else {
        Err(Fault::at(
            line,
            "the orientations turn out of the plane, whether their scalar is first or last",
            "write an angle about z instead, or give --columns heading=none",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::FRAC_PI_2;

    // Case A11, and its twin with the scalar last.
    #[test]
    fn both_orders_of_a_quaternion_give_the_same_heading() {
        let h = 0.5f64.sqrt();
        for turns in [[[h, 0.0, 0.0, h], [1.0, 0.0, 0.0, 0.0]], [[0.0, 0.0, h, h], [0.0, 0.0, 0.0, 1.0]]] {
            let read = headings(&turns, 2).unwrap();
            assert!((read[0] - FRAC_PI_2).abs() < 1e-12 && read[1].abs() < 1e-12, "{read:?}");
        }
        assert!(headings(&[[0.5; 4]], 7).unwrap_err().what.contains("out of the plane"));
    }
}
