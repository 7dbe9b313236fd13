//! What the mouse does to the velocities of the particles under it.

use glam::{DVec2, Vec2};

use crate::worlds::swarm::picture::{Particle, Swarm};

/// Greatest value of d/r (1 - d²/r²)² is one over this, at d = r/√5.
const STIR_SCALE: f64 = 3.493_856_214_843_422;

/// A velocity that the brush adds within a circle, and that falls smoothly to zero at its edge. At distance d from the
/// centre: strength · (1 - d²/r²)² away from it (towards it when negative), and counter-clockwise around it
/// 3.49 stir · d/r (1 - d²/r²)², which turns the middle like a plate and has `stir` as its greatest speed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Force {
    /// Place of the pointer, ℓ.
    pub centre_l: [f32; 2],
    /// Where it ends, ℓ; 0 for no force.
    pub radius_l: f32,
    /// ℓ per time.
    pub strength: f32,
    /// ℓ per time.
    pub stir: f32,
}

impl Force {
    /// Velocity (ℓ per time) that the brush gives to `particle`.
    pub fn velocity_at(&self, swarm: &Swarm, particle: &Particle) -> DVec2 {
        let centre = Particle::default().at(Vec2::from(self.centre_l).as_dvec2());
        let offset = swarm.offset(&centre, particle);
        let distance = offset.x.hypot(offset.y);
        let radius = f64::from(self.radius_l);
        let rest = 1.0 - (distance / radius).powi(2);
        if rest <= 0.0 || distance == 0.0 {
            return DVec2::ZERO;
        }
        let away = f64::from(self.strength) * rest * rest / distance;
        let around = f64::from(self.stir) * STIR_SCALE * rest * rest / radius;
        away * offset + around * offset.perp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stir_turns_counter_clockwise_and_never_exceeds_its_speed() {
        let swarm = Swarm { particles: Vec::new(), box_size: DVec2::splat(20.0) };
        let force = Force { centre_l: [10.0, 10.0], radius_l: 4.0, strength: 0.0, stir: 2.0 };
        let mut fastest = 0.0f64;
        for step in 0..=1000 {
            let d = 0.004 * f64::from(step);
            let velocity = force.velocity_at(&swarm, &Particle { x: 10.0 + d, y: 10.0, ..Particle::default() });
            assert!(velocity.x.abs() < 1e-12 && velocity.y >= 0.0);
            fastest = fastest.max(velocity.y);
        }
        assert!((fastest - 2.0).abs() < 1e-5, "{fastest}");
    }
}
