//! What the mouse does to the velocities of the particles under it.

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
    pub fn velocity_at(&self, swarm: &Swarm, particle: &Particle) -> [f64; 2] {
        let centre = Particle { x: f64::from(self.centre_l[0]), y: f64::from(self.centre_l[1]), ..Particle::default() };
        let [dx, dy] = swarm.offset(&centre, particle);
        let distance = dx.hypot(dy);
        let radius = f64::from(self.radius_l);
        let rest = 1.0 - (distance / radius).powi(2);
        if rest <= 0.0 || distance == 0.0 {
            return [0.0; 2];
        }
        let away = f64::from(self.strength) * rest * rest / distance;
        let around = f64::from(self.stir) * STIR_SCALE * rest * rest / radius;
        [away * dx - around * dy, away * dy + around * dx]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stir_goes_round_counter_clockwise_never_outward_and_at_most_as_fast_as_it_says() {
        let swarm = Swarm { particles: Vec::new(), box_size: [20.0, 20.0] };
        let force = Force { centre_l: [10.0, 10.0], radius_l: 4.0, strength: 0.0, stir: 2.0 };
        let mut fastest = 0.0f64;
        for step in 0..=1000 {
            let d = 0.004 * f64::from(step);
            let [vx, vy] = force.velocity_at(&swarm, &Particle { x: 10.0 + d, y: 10.0, ..Particle::default() });
            assert!(vx.abs() < 1e-12 && vy >= 0.0);
            fastest = fastest.max(vy);
        }
        assert!((fastest - 2.0).abs() < 1e-5, "{fastest}");
    }
}
