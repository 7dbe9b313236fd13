//! The direction of edges in an image, by the structure tensor (Bigün & Granlund 1987).

use glam::DVec2;

use crate::worlds::swarm::picture::stipple::Ink;

/// Coarser looks at the image count only where finer ones see nothing.
const COARSER_WEIGHT: f64 = 0.02;
const SCALES: usize = 4;

/// For each point the axis along the edges near it, radians from +x with y counted downwards, known up to half a turn.
///
/// The products of the ink's gradient are averaged over about `spacing` pixels, then over 2, 4 and 8 times as many for
/// points in flat parts; the axis is the direction of least change.
pub(super) fn edge_axes(ink: &Ink, spacing: f64, points: &[DVec2]) -> Vec<f64> {
    let (width, height) = (ink.width, ink.weight.len() / ink.width);
    let smooth = blur(&ink.weight, width, (0.25 * spacing).max(0.7));
    let at = |x: usize, y: usize| smooth[y * width + x];
    // Gradient products: xx, xy, yy.
    let mut tensor = vec![vec![0.0; width * height]; 3];
    for y in 0..height {
        for x in 0..width {
            let gx = at((x + 1).min(width - 1), y) - at(x.saturating_sub(1), y);
            let gy = at(x, (y + 1).min(height - 1)) - at(x, y.saturating_sub(1));
            for (plane, product) in tensor.iter_mut().zip([gx * gx, gx * gy, gy * gy]) {
                plane[y * width + x] = product;
            }
        }
    }
    let mut doubled = vec![[0.0; 2]; points.len()];
    for scale in 0..SCALES {
        let sigma = 0.5 * spacing * f64::from(1u32 << scale);
        let planes: Vec<Vec<f64>> = tensor.iter().map(|plane| blur(plane, width, sigma)).collect();
        for (sum, point) in doubled.iter_mut().zip(points) {
            let x = (point.x.max(0.0) as usize).min(width - 1);
            let y = (point.y.max(0.0) as usize).min(height - 1);
            let [xx, xy, yy] = [0, 1, 2].map(|plane: usize| planes[plane][y * width + x]);
            // Direction of greatest change at doubled angle; the edge runs across it.
            let weight = COARSER_WEIGHT.powi(scale as i32);
            sum[0] -= weight * (xx - yy);
            sum[1] -= weight * 2.0 * xy;
        }
    }
    doubled.into_iter().map(|[cos2, sin2]| 0.5 * f64::atan2(sin2, cos2)).collect()
}

/// Three box averages along x and y, which is close to a Gaussian of this standard deviation (pixels).
fn blur(plane: &[f64], width: usize, sigma: f64) -> Vec<f64> {
    let height = plane.len() / width;
    // Three boxes of width 2 r + 1 have variance r (r + 1).
    let radius = (0.5 * ((1.0 + 4.0 * sigma * sigma).sqrt() - 1.0)).round().max(1.0) as usize;
    let mut values = plane.to_vec();
    for _ in 0..3 {
        values = box_average(&values, height, radius, |line, along| line * width + along, width);
        values = box_average(&values, width, radius, |line, along| along * width + line, height);
    }
    values
}

/// Averages within `radius` along each of `lines` lines of `length` pixels; near the ends, within what
/// there is, so that the image's own border is not an edge.
fn box_average(
    values: &[f64],
    lines: usize,
    radius: usize,
    index: impl Fn(usize, usize) -> usize,
    length: usize,
) -> Vec<f64> {
    let mut out = vec![0.0; values.len()];
    for line in 0..lines {
        let mut sums = Vec::with_capacity(length + 1);
        let mut sum = 0.0;
        sums.push(0.0);
        for along in 0..length {
            sum += values[index(line, along)];
            sums.push(sum);
        }
        for along in 0..length {
            let (from, to) = (along.saturating_sub(radius), (along + radius + 1).min(length));
            out[index(line, along)] = (sums[to] - sums[from]) / (to - from) as f64;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn axes_run_along_stripes_of_any_direction() {
        for degrees in [0.0f64, 30.0, 75.0, 120.0] {
            let angle = degrees.to_radians();
            let stripe = |i: usize| {
                let (x, y) = ((i % 80) as f64, (i / 80) as f64);
                0.5 + 0.5 * (0.5 * (y * angle.cos() - x * angle.sin())).sin()
            };
            let ink = Ink { width: 80, weight: (0..80 * 80).map(stripe).collect() };
            let found = edge_axes(&ink, 6.0, &[DVec2::splat(40.0)])[0];
            let off = (found - angle + PI / 2.0).rem_euclid(PI) - PI / 2.0;
            assert!(off.abs() < 0.03, "{degrees}°: off by {off}");
        }
    }

    #[test]
    fn blur_keeps_the_sum_and_has_the_width_asked_for() {
        let mut dot = vec![0.0; 101 * 101];
        dot[50 * 101 + 50] = 1.0;
        let spread = blur(&dot, 101, 6.0);
        let total: f64 = spread.iter().sum();
        let variance: f64 = spread.iter().enumerate().map(|(i, v)| v * ((i % 101) as f64 - 50.0).powi(2)).sum();
        assert!((total - 1.0).abs() < 1e-9);
        assert!((variance.sqrt() - 6.0).abs() < 0.5, "{}", variance.sqrt());
    }
}
