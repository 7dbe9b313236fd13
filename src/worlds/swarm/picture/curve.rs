//! Lines, arcs and circles of particles, at equal distances that divide the curve evenly.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use glam::DVec2;

use super::Particle;

/// Maximum number of particles that one drag adds.
pub const MAX_PLACED: usize = 20_000;

/// Headings along a line, an arc or a circle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CurveHeading {
    /// Along the curve, as it was drawn.
    #[default]
    Along,
    /// A quarter turn to the left of the curve.
    Across,
    /// Away from the centre of the circle or arc, or from the middle of the line.
    Outward,
}

/// How particles are placed on a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurveOptions {
    /// Wanted distance along the curve, world units; the nearest that divides the curve evenly is taken.
    pub spacing: f64,
    /// Of the particles.
    pub heading: CurveHeading,
    /// Turns them by half a turn.
    pub reversed: bool,
    /// Of the particles.
    pub species: u8,
}

impl CurveOptions {
    /// A particle at `at` where the curve runs along `tangent` and `outward` points away from its centre, radians.
    fn particle(&self, at: DVec2, tangent: f64, outward: f64) -> Particle {
        let heading = match self.heading {
            CurveHeading::Along => tangent,
            CurveHeading::Across => tangent + FRAC_PI_2,
            CurveHeading::Outward => outward,
        };
        let turned = if self.reversed { PI } else { 0.0 };
        Particle { x: at.x, y: at.y, heading: heading + turned, species: self.species }
    }

    /// Intervals that divide `length` evenly.
    fn intervals(&self, length: f64) -> usize {
        ((length / self.spacing).round() as usize).min(MAX_PLACED)
    }
}

/// From `a` to `b`, both ends included; nothing when they are nearer than half the spacing.
pub fn line(a: DVec2, b: DVec2, options: &CurveOptions) -> Vec<Particle> {
    let way = b - a;
    let n = options.intervals(way.length());
    let tangent = way.to_angle();
    let at = |i: usize| {
        let share = i as f64 / n as f64;
        // Away from the middle.
        let outward = if 2 * i < n { tangent + PI } else { tangent };
        options.particle(a + share * way, tangent, outward)
    };
    if n == 0 { Vec::new() } else { (0..=n).map(at).collect() }
}

/// A circle about `centre` through `rim`, the first particle there, counter-clockwise; at least three.
pub fn circle(centre: DVec2, rim: DVec2, options: &CurveOptions) -> Vec<Particle> {
    let radius = rim.distance(centre);
    let n = options.intervals(TAU * radius);
    if n < 3 {
        return Vec::new();
    }
    let start = (rim - centre).to_angle();
    (0..n)
        .map(|i| {
            let angle = start + TAU * i as f64 / n as f64;
            options.particle(centre + radius * DVec2::from_angle(angle), angle + FRAC_PI_2, angle)
        })
        .collect()
}

/// The arc that a stroke drawn by hand means: from its first point to its last, bulging as far as it does.
pub fn arc(path: &[DVec2], options: &CurveOptions) -> Vec<Particle> {
    let (Some(&a), Some(&b)) = (path.first(), path.last()) else { return Vec::new() };
    let way = b - a;
    let chord = way.length();
    if chord < 1e-9 {
        return Vec::new();
    }
    // Signed distance from the chord, to the left of a → b.
    let height = |p: &DVec2| way.perp_dot(p - a) / chord;
    let sagitta = path.iter().map(height).max_by(|p, q| p.abs().total_cmp(&q.abs())).unwrap_or(0.0);
    // Flatter than a hand is steady: a straight line.
    if sagitta.abs() < 0.03 * chord {
        return line(a, b, options);
    }
    // Positive sagitta is left of the chord: the arc then runs clockwise about a centre on its right.
    let radius = 0.5 * (0.25 * chord * chord + sagitta * sagitta) / sagitta;
    let centre = a.midpoint(b) + (sagitta - radius) * way.perp() / chord;
    let sense = -sagitta.signum();
    let angle_of = |p: DVec2| (p - centre).to_angle();
    let start = angle_of(a);
    let sweep = (sense * (angle_of(b) - start)).rem_euclid(TAU);
    let n = options.intervals(radius.abs() * sweep);
    let at = |i: usize| {
        let angle = start + sense * sweep * i as f64 / n as f64;
        options.particle(centre + radius.abs() * DVec2::from_angle(angle), angle + sense * FRAC_PI_2, angle)
    };
    if n == 0 { Vec::new() } else { (0..=n).map(at).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::wrap_angle;

    const ALONG: CurveOptions =
        CurveOptions { spacing: 1.0, heading: CurveHeading::Along, reversed: false, species: 2 };

    fn gaps(particles: &[Particle]) -> Vec<f64> {
        particles.windows(2).map(|p| p[0].position().distance(p[1].position())).collect()
    }

    fn same_angle(a: f64, b: f64) -> bool {
        wrap_angle(a - b).abs() < 1e-9
    }

    #[test]
    fn a_line_has_both_ends_and_equal_gaps_near_the_spacing() {
        let placed = line(DVec2::splat(1.0), DVec2::new(4.4, 1.0), &ALONG);
        assert_eq!(placed.len(), 4);
        assert_eq!((placed[0].x, placed[3].x), (1.0, 4.4));
        assert!(gaps(&placed).iter().all(|g| (g - 3.4 / 3.0).abs() < 1e-9));
        assert!(placed.iter().all(|p| p.heading == 0.0 && p.species == 2));
        assert!(line(DVec2::splat(1.0), DVec2::new(1.2, 1.0), &ALONG).is_empty(), "a click is not a line");
    }

    #[test]
    fn headings_run_along_across_outward_and_reversed() {
        let heading = |heading, reversed| {
            let options = CurveOptions { heading, reversed, ..ALONG };
            let placed = line(DVec2::ZERO, DVec2::new(0.0, 4.0), &options);
            (placed[0].heading, placed[4].heading)
        };
        let up = FRAC_PI_2;
        assert_eq!(heading(CurveHeading::Along, false), (up, up));
        let across = heading(CurveHeading::Across, false);
        assert!(same_angle(across.0, PI) && same_angle(across.1, PI));
        let outward = heading(CurveHeading::Outward, false);
        assert!(same_angle(outward.0, -up) && same_angle(outward.1, up));
        assert!(same_angle(heading(CurveHeading::Along, true).0, -up));
    }

    #[test]
    fn a_circle_has_equal_gaps_and_the_chosen_headings() {
        let placed = circle(DVec2::splat(5.0), DVec2::new(7.0, 5.0), &ALONG);
        // 2π · 2 = 12.57.
        assert_eq!(placed.len(), 13);
        let closed: Vec<Particle> = placed.iter().chain(&placed[..1]).copied().collect();
        assert!(gaps(&closed).iter().all(|g| (g - gaps(&closed)[0]).abs() < 1e-9));
        let outward =
            circle(DVec2::splat(5.0), DVec2::new(7.0, 5.0), &CurveOptions { heading: CurveHeading::Outward, ..ALONG });
        for (tangential, radial) in placed.iter().zip(&outward) {
            let angle = (radial.y - 5.0).atan2(radial.x - 5.0);
            assert!(same_angle(radial.heading, angle) && same_angle(tangential.heading, angle + FRAC_PI_2));
        }
        assert!(circle(DVec2::splat(5.0), DVec2::new(5.1, 5.0), &ALONG).is_empty());
    }

    #[test]
    fn a_curved_stroke_becomes_an_arc_through_ends_and_top() {
        for side in [1.0, -1.0] {
            // Half a circle of radius 3, drawn with a shaky hand.
            let path: Vec<DVec2> = (0..=20)
                .map(|i| {
                    let angle = PI * (1.0 - f64::from(i) / 20.0);
                    3.0 * DVec2::new(angle.cos(), side * angle.sin())
                })
                .collect();
            let placed = arc(&path, &ALONG);
            assert_eq!(placed.len(), 10);
            assert!(placed.iter().all(|p| (p.x.hypot(p.y) - 3.0).abs() < 1e-6), "{placed:?}");
            assert!((placed[0].x + 3.0).abs() < 1e-9 && (placed[9].x - 3.0).abs() < 1e-9);
            assert!(same_angle(placed[0].heading, side * FRAC_PI_2), "{}", placed[0].heading);
            assert!(gaps(&placed).iter().all(|g| (g - gaps(&placed)[0]).abs() < 1e-9));
        }
    }

    #[test]
    fn an_arc_of_more_than_half_a_circle_goes_the_long_way_round() {
        // Three quarters of a unit circle, clockwise from the left.
        let path: Vec<DVec2> = (0..=30).map(|i| PI - 1.5 * PI * f64::from(i) / 30.0).map(DVec2::from_angle).collect();
        let placed = arc(&path, &CurveOptions { spacing: 0.2, ..ALONG });
        assert!(placed.iter().all(|p| (p.x.hypot(p.y) - 1.0).abs() < 0.02), "{placed:?}");
        assert!((placed.len() as f64 - (1.5 * PI / 0.2 + 1.0)).abs() < 1.5, "{}", placed.len());
    }

    #[test]
    fn an_almost_straight_stroke_is_a_line() {
        assert_eq!(
            arc(&[DVec2::ZERO, DVec2::new(2.0, 0.05), DVec2::new(4.0, 0.0)], &ALONG),
            line(DVec2::ZERO, DVec2::new(4.0, 0.0), &ALONG)
        );
        assert!(arc(&[DVec2::ZERO], &ALONG).is_empty());
    }

    #[test]
    fn a_drag_adds_at_most_the_maximum() {
        assert!(line(DVec2::ZERO, 1e9 * DVec2::X, &ALONG).len() <= MAX_PLACED + 1);
    }
}
