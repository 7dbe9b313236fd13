//! Points along strokes of the pen, lines, arcs and circles.

use std::f64::consts::{PI, TAU};

use glam::DVec3;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::worlds::points::cloud::MAX_POINTS;
use crate::worlds::studio::BrushStroke;

/// Points of a curve as long as the brush is wide (its radius), at strength 1.
const PER_RADIUS: f64 = 24.0;
/// How far points are scattered around a curve, as a share of the radius of the brush.
const SCATTERED: f64 = 0.25;

/// The position at a share of its length.
type Curve = Box<dyn Fn(f64) -> DVec3>;

/// What a brush places points along, and its length; `None` of the others.
fn curve(stroke: &BrushStroke) -> Option<(f64, Curve)> {
    let BrushStroke { from, to, .. } = *stroke;
    let way = to - from;
    let length = way.length();
    // In space the circle is seen from where the user looks.
    let axis = if stroke.axis == DVec3::ZERO { DVec3::Z } else { stroke.axis.normalize_or_zero() };
    let ahead = way.normalize_or_zero();
    let left = axis.cross(ahead).normalize_or_zero();
    Some(match stroke.brush {
        "pen" | "line" => (length, Box::new(move |share| from + share * way)),
        "circle" => {
            let at = move |share: f64| {
                let (sin, cos) = (TAU * share).sin_cos();
                from + length * (cos * ahead + sin * left)
            };
            (TAU * length, Box::new(at))
        }
        "arc" => {
            let at = move |share: f64| {
                let (sin, cos) = (PI * share).sin_cos();
                0.5 * (from + to) - 0.5 * length * (cos * ahead + sin * left)
            };
            (0.5 * PI * length, Box::new(at))
        }
        _ => return None,
    })
}

/// The points that a stroke adds to `present` others. Same seed, same points.
pub(super) fn points_along(stroke: &BrushStroke, dim: usize, present: usize, seed: u64) -> Option<Vec<[f32; 3]>> {
    let (length, at) = curve(stroke)?;
    let mut rng = StdRng::seed_from_u64(seed);
    let wanted = PER_RADIUS * stroke.strength * length / stroke.radius.max(f64::MIN_POSITIVE);
    // A slow stroke comes in pieces shorter than from point to point: on average there are as many as of a quick one.
    let count = if length > 0.0 { (wanted + rng.random::<f64>()).floor() } else { 1.0 };
    let count = (count as usize).min(MAX_POINTS.saturating_sub(present));
    let mut place = |k: usize| {
        let [x, y, z] = (at((k as f64 + 0.5) / count as f64) + SCATTERED * stroke.radius * scatter(&mut rng, dim))
            .as_vec3()
            .to_array();
        [x, y, if dim == 3 { z } else { 0.0 }]
    };
    Some((0..count).map(&mut place).collect())
}

/// A random place in a ball (a disc in the plane) of radius 1, denser towards the middle.
pub(super) fn scatter(rng: &mut StdRng, dim: usize) -> DVec3 {
    loop {
        let d: [f64; 3] = std::array::from_fn(|i| if i < dim { rng.random_range(-1.0..1.0) } else { 0.0 });
        let d = DVec3::from(d);
        let square = d.length_squared();
        if square < 1.0 && rng.random::<f64>() < 1.0 - square {
            return d;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stroke(brush: &'static str, from: [f64; 3], to: [f64; 3]) -> BrushStroke {
        let [from, to] = [from, to].map(DVec3::from);
        BrushStroke { brush, from, to, axis: DVec3::ZERO, radius: 0.2, strength: 1.0, ink: Default::default() }
    }

    fn points(brush: &'static str, from: [f64; 3], to: [f64; 3]) -> Vec<DVec3> {
        let points = points_along(&stroke(brush, from, to), 2, 0, 3).unwrap();
        points.iter().map(|p| glam::Vec3::from(*p).as_dvec3()).collect()
    }

    #[test]
    fn points_of_a_line_are_even_and_near_it() {
        let line = points("line", [-1.0, 1.0, 0.0], [3.0, 1.0, 0.0]);
        assert!(line.len().abs_diff(480) <= 1, "{}", line.len());
        assert!(line.iter().all(|p| (p.y - 1.0).abs() < 0.05 && p.x > -1.05 && p.x < 3.05 && p.z == 0.0));
        let left = line.iter().filter(|p| p.x < 1.0).count();
        assert!(left.abs_diff(line.len() / 2) < 10, "{left}");
    }

    #[test]
    fn a_circle_goes_through_its_rim_and_an_arc_through_its_ends() {
        let circle = points("circle", [1.0, 0.0, 0.0], [3.0, 0.0, 0.0]);
        assert!(circle.iter().all(|p| (p.distance(DVec3::X) - 2.0).abs() < 0.051));
        assert!([-1.0, 1.0].iter().all(|side| circle.iter().filter(|p| p.y * side > 0.0).count() > 600));
        let arc = points("arc", [-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]);
        assert!(arc.iter().all(|p| (p.length() - 1.0).abs() < 0.051 && p.y < 0.051), "right of the way");
        let nearest = |to: DVec3| arc.iter().map(|p| p.distance(to)).fold(f64::MAX, f64::min);
        assert!(nearest(DVec3::X) < 0.06 && nearest(-DVec3::X) < 0.06 && nearest(-DVec3::Y) < 0.06);
    }

    #[test]
    fn a_slow_pen_adds_as_many_points_as_a_quick_one() {
        let quick = points_along(&stroke("pen", [0.0; 3], [4.0, 0.0, 0.0]), 2, 0, 1).unwrap().len();
        let piece = |k: usize| {
            let at = |k: usize| [0.004 * k as f64, 0.0, 0.0];
            points_along(&stroke("pen", at(k), at(k + 1)), 2, 0, k as u64).unwrap().len()
        };
        let slow: usize = (0..1000).map(piece).sum();
        // Binomial, with a standard deviation of 16.
        assert!(quick.abs_diff(slow) < 64, "{quick} and {slow}");
        assert_eq!(points_along(&stroke("pen", [1.0; 3], [1.0; 3]), 2, 0, 1).unwrap().len(), 1, "a click");
        assert!(points_along(&stroke("spray", [0.0; 3], [1.0; 3]), 2, 0, 1).is_none());
        assert_eq!(points_along(&stroke("line", [0.0; 3], [9.0; 3]), 2, MAX_POINTS - 7, 1).unwrap().len(), 7);
    }

    #[test]
    fn a_circle_in_space_faces_the_user() {
        let axis = DVec3::new(1.0, 1.0, 0.0).normalize();
        let circle = BrushStroke { axis, ..stroke("circle", [0.0; 3], [0.0, 0.0, 2.0]) };
        let points = points_along(&circle, 3, 0, 1).unwrap();
        assert!(points.iter().all(|p| glam::Vec3::from(*p).as_dvec3().dot(axis).abs() < 0.051));
    }
}
