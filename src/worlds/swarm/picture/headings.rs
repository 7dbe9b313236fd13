//! Headings for particles that came without: along the line through the nearest neighbours.

use std::collections::BinaryHeap;

use glam::DVec2;

use super::near::PointTree;
use super::{Snapshot, offset, wrap_angle};

/// Neighbours within this many ℓ give the local direction. Along a row the second neighbour (2 ℓ) is left out.
const REACH_L: f64 = 1.6;

/// For each particle of the picture the heading along the line of its nearest neighbours, of one sense along each line.
pub fn headings_along_neighbours(snapshot: &Snapshot) -> Vec<f64> {
    from_neighbours(&snapshot.positions(), snapshot.unit_length(), snapshot.period())
}

/// A heading for each point: along the local row of points, pointing the same way as its neighbours where that can be.
///
/// `unit` is ℓ in the unit of the points; `period` the torus they live on, if any.
pub(crate) fn from_neighbours(points: &[DVec2], unit: f64, period: Option<DVec2>) -> Vec<f64> {
    let tree = PointTree::new(points.to_vec(), period);
    let axes: Vec<f64> = (0..points.len())
        .map(|i| {
            let mut near = tree.nearest(points[i], 6, REACH_L * unit, Some(i));
            if near.is_empty() {
                near = tree.nearest(points[i], 1, f64::INFINITY, Some(i));
            }
            // Principal axis of the unit offsets: half the angle of their sum at doubled angles.
            let mut doubled = DVec2::ZERO;
            for (_, j) in near {
                let offset = offset(points[i], points[j], period);
                doubled += DVec2::from_angle(2.0 * offset.y.atan2(offset.x));
            }
            0.5 * doubled.y.atan2(doubled.x)
        })
        .collect();
    agree(points, &axes, period)
}

/// Turns axes (known up to half a turn) into headings by spreading one choice from neighbour to neighbour, best agreement
/// first, so that a closed line gets one sense of circulation.
pub(crate) fn agree(points: &[DVec2], axes: &[f64], period: Option<DVec2>) -> Vec<f64> {
    let tree = PointTree::new(points.to_vec(), period);
    let mut headings: Vec<Option<f64>> = vec![None; points.len()];
    for start in 0..points.len() {
        if headings[start].is_some() {
            continue;
        }
        // Candidates: how well the two axes agree (in millionths, for ordering), particle, its heading.
        let mut open = BinaryHeap::from([(1_000_000u32, start, axes[start].to_bits())]);
        while let Some((_, i, bits)) = open.pop() {
            if headings[i].is_some() {
                continue;
            }
            let heading = f64::from_bits(bits);
            headings[i] = Some(wrap_angle(heading));
            for (_, j) in tree.nearest(points[i], 4, f64::INFINITY, Some(i)) {
                if headings[j].is_some() {
                    continue;
                }
                let agreement = (axes[j] - heading).cos();
                let turned = if agreement < 0.0 { axes[j] + std::f64::consts::PI } else { axes[j] };
                open.push(((agreement.abs() * 1e6) as u32, j, turned.to_bits()));
            }
        }
    }
    headings.into_iter().map(|heading| heading.unwrap_or(0.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn a_ring_gets_tangential_headings_of_one_sense() {
        let angle = |i: usize| TAU * i as f64 / 12.0;
        let points: Vec<DVec2> = (0..12).map(|i| DVec2::from_angle(angle(i))).collect();
        let headings = from_neighbours(&points, 2.0 * (TAU / 24.0).sin(), None);
        let senses: Vec<f64> = (0..12).map(|i| (headings[i] - angle(i)).sin()).collect();
        assert!(senses.iter().all(|s| (s - senses[0]).abs() < 1e-9 && s.abs() > 0.999), "{senses:?}");
    }

    #[test]
    fn a_row_across_the_edge_of_a_torus_is_seen_as_one_row() {
        let points = [[0.2, 1.0], [1.2, 1.0], [9.2, 1.0], [5.0, 5.0], [5.0, 6.0]].map(DVec2::from);
        let headings = from_neighbours(&points, 1.0, Some(DVec2::splat(10.0)));
        assert!(headings[..3].iter().all(|h| h.sin().abs() < 1e-9 && (h.cos() - headings[0].cos()).abs() < 1e-9));
        assert!(headings[3].cos().abs() < 1e-9 && (headings[3] - headings[4]).abs() < 1e-9);
    }
}
