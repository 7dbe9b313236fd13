//! What particle i sees of particle j: the inputs of φ, the window, and their derivatives.

use glam::DVec2;

use super::net::{FEATURES, LocalNet};
use crate::worlds::swarm::picture::Swarm;

/// One edge i → j: d = R(-θ_i)(x_j - x_i) in ℓ and Δ = θ_j - θ_i.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub d: DVec2,
    pub cos_delta: f64,
    pub sin_delta: f64,
}

impl Edge {
    pub fn between(swarm: &Swarm, i: usize, j: usize) -> Self {
        let (a, b) = (&swarm.particles[i], &swarm.particles[j]);
        let (offset, ahead) = (swarm.offset(a, b), DVec2::from_angle(a.heading));
        let (sin_delta, cos_delta) = (b.heading - a.heading).sin_cos();
        Self { d: DVec2::new(ahead.dot(offset), ahead.perp_dot(offset)), cos_delta, sin_delta }
    }

    pub fn distance_squared(&self) -> f64 {
        self.d.length_squared()
    }

    /// e = -R(-Δ) d: what j sees of i.
    fn seen_back(&self) -> DVec2 {
        let turn = DVec2::new(self.cos_delta, self.sin_delta);
        DVec2::new(-turn.dot(self.d), self.d.perp_dot(turn))
    }

    fn softened_distance(&self) -> f64 {
        (self.distance_squared() + LocalNet::SOFTENING_L * LocalNet::SOFTENING_L).sqrt()
    }

    /// The inputs of φ, in the order documented at [`FEATURES`].
    pub fn features(&self, cutoff_l: f64, tau: f64) -> [f64; FEATURES] {
        let scale = 2.0 / cutoff_l;
        let e = self.seen_back();
        [
            self.d.x * scale,
            self.d.y * scale,
            self.softened_distance() * scale - 1.0,
            self.cos_delta,
            self.sin_delta,
            e.x * scale,
            e.y * scale,
            tau,
        ]
    }

    /// The gradient with respect to (d, Δ) of a function whose gradient with respect to the features is `g`.
    pub fn pull_back(&self, cutoff_l: f64, g: &[f64; FEATURES]) -> (DVec2, f64) {
        let scale = 2.0 / cutoff_l;
        let (c, s) = (self.cos_delta, self.sin_delta);
        let e = self.seen_back();
        let softened = g[2] / self.softened_distance();
        let by_d = DVec2::new(
            scale * (g[0] + softened * self.d.x - c * g[5] + s * g[6]),
            scale * (g[1] + softened * self.d.y - s * g[5] - c * g[6]),
        );
        // ∂e/∂Δ = (e_y, -e_x).
        let by_delta = -s * g[3] + c * g[4] + scale * (e.y * g[5] - e.x * g[6]);
        (by_d, by_delta)
    }
}

/// w(r) = (1 - (r/R)²)² inside the radius R, and 0 outside (also everywhere for R = 0).
pub fn window(distance_squared: f64, radius: f64) -> f64 {
    let inside = inside(distance_squared, radius);
    inside * inside
}

/// w'(r)/r, so that the gradient of w with respect to the offset vector is this number times the offset.
pub fn window_slope(distance_squared: f64, radius: f64) -> f64 {
    let inside = inside(distance_squared, radius);
    if inside > 0.0 { -4.0 * inside / (radius * radius) } else { 0.0 }
}

fn inside(distance_squared: f64, radius: f64) -> f64 {
    let radius_squared = radius * radius;
    if distance_squared < radius_squared { 1.0 - distance_squared / radius_squared } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::Particle;

    const CUTOFF_L: f64 = 3.9;

    fn edge(d: DVec2, delta: f64) -> Edge {
        Edge { d, cos_delta: delta.cos(), sin_delta: delta.sin() }
    }

    #[test]
    fn features_are_what_the_docs_say() {
        let a = Particle { x: 1.0, y: 2.0, heading: 0.4, species: 0 };
        let b = Particle { x: 2.2, y: 1.1, heading: 2.1, species: 0 };
        let swarm = Swarm { particles: vec![a, b], box_size: DVec2::splat(40.0) };
        let d = DVec2::from_angle(-a.heading).rotate(b.position() - a.position());
        // e is the same offset as j measures it in its own frame.
        let e = DVec2::from_angle(-b.heading).rotate(a.position() - b.position());
        let distance = (1.2f64 * 1.2 + 0.9 * 0.9 + 0.01).sqrt();
        let s = 2.0 / CUTOFF_L;
        let expected = [d.x * s, d.y * s, distance * s - 1.0, 1.7f64.cos(), 1.7f64.sin(), e.x * s, e.y * s, 0.3];
        let features = Edge::between(&swarm, 0, 1).features(CUTOFF_L, 0.3);
        for k in 0..FEATURES {
            assert!((features[k] - expected[k]).abs() < 1e-14, "feature {k}: {} is not {}", features[k], expected[k]);
        }
    }

    #[test]
    fn the_derivatives_of_the_features_equal_finite_differences() {
        let (d, delta, h) = (DVec2::new(0.7, -1.3), 2.2, 1e-5);
        for k in 0..FEATURES {
            let mut g = [0.0; FEATURES];
            g[k] = 1.0;
            let (by_d, by_delta) = edge(d, delta).pull_back(CUTOFF_L, &g);
            let value = |d, delta: f64| edge(d, delta).features(CUTOFF_L, 0.2)[k];
            let expected = [
                (value(d + h * DVec2::X, delta) - value(d - h * DVec2::X, delta)) / (2.0 * h),
                (value(d + h * DVec2::Y, delta) - value(d - h * DVec2::Y, delta)) / (2.0 * h),
                (value(d, delta + h) - value(d, delta - h)) / (2.0 * h),
            ];
            for (got, want) in [by_d.x, by_d.y, by_delta].into_iter().zip(expected) {
                assert!((got - want).abs() < 1e-9, "feature {k}: {got} is not {want}");
            }
        }
    }

    #[test]
    fn the_window_falls_smoothly_from_one_to_zero() {
        assert_eq!(window(0.0, 2.0), 1.0);
        assert_eq!(window(4.0, 2.0), 0.0);
        assert_eq!(window(1.0, 0.0), 0.0);
        assert_eq!(window_slope(1.0, 0.0), 0.0);
        for r in [0.3, 1.1, 1.999, 2.001] {
            let h = 1e-6;
            let expected = (window((r + h) * (r + h), 2.0) - window((r - h) * (r - h), 2.0)) / (2.0 * h);
            assert!((window_slope(r * r, 2.0) * r - expected).abs() < 1e-8, "slope at {r}");
        }
    }
}
