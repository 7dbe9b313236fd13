//! Particles, swarms on a torus, and the painted snapshot.

use std::f64::consts::{PI, TAU};

use glam::{DVec2, USizeVec2};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// Number of species that a picture can have.
pub const MAX_SPECIES: usize = 8;

/// One oriented particle. Lengths are in world units in a [`Snapshot`] and in units of ℓ in a live [`Swarm`];
/// the heading is in radians, counter-clockwise from +x.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Particle {
    /// In the unit of its owner, to the right.
    pub x: f64,
    /// In the unit of its owner, upwards.
    pub y: f64,
    /// Radians counter-clockwise from +x.
    pub heading: f64,
    /// Below [`MAX_SPECIES`].
    pub species: u8,
}

impl Particle {
    /// Where it is, in the unit of its coordinates.
    pub fn position(&self) -> DVec2 {
        DVec2::new(self.x, self.y)
    }

    /// The same particle at another position.
    pub fn at(self, position: DVec2) -> Self {
        Self { x: position.x, y: position.y, ..self }
    }
}

/// Particles on a periodic rectangle `[0, W) × [0, H)`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Swarm {
    /// In the particles' own order.
    pub particles: Vec<Particle>,
    /// Width and height of the torus, in the same unit as the positions.
    pub box_size: DVec2,
}

/// How the painting becomes an ensemble of samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// The painted group is one creature; samples place copies of it at random poses on the torus.
    #[default]
    Motif,
    /// The painting is a sample as it stands.
    Whole,
}

/// What is beyond the edge of a [`Mode::Whole`] painting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Boundary {
    /// The box is a torus.
    #[default]
    Periodic,
    /// The painting is a cut-out: particles within the cutoff of its edge are context only and carry no loss.
    Open,
}

/// The still picture a rule is learned from, in world units, with the origin at the lower left corner of the box.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// In the order in which they were painted.
    pub particles: Vec<Particle>,
    /// Width and height, world units. Every particle is in `[0, W] × [0, H]`.
    pub box_size: DVec2,
    /// Whether it is one creature or a whole sample.
    #[serde(default)]
    pub mode: Mode,
    /// What is beyond its edge.
    #[serde(default)]
    pub boundary: Boundary,
}

/// `x` folded into `[0, length)`.
pub fn wrap(x: f64, length: f64) -> f64 {
    let y = x.rem_euclid(length);
    // rem_euclid of a tiny negative number rounds up to `length` itself.
    if y >= length { 0.0 } else { y }
}

/// `position` folded into the box `[0, W) × [0, H)`.
pub fn wrap_position(position: DVec2, box_size: DVec2) -> DVec2 {
    DVec2::new(wrap(position.x, box_size.x), wrap(position.y, box_size.y))
}

/// `angle` folded into `[-π, π)`.
pub fn wrap_angle(angle: f64) -> f64 {
    wrap(angle + PI, TAU) - PI
}

impl Swarm {
    /// The shortest vector from `a` to `b` on the torus.
    pub fn offset(&self, a: &Particle, b: &Particle) -> DVec2 {
        offset(a.position(), b.position(), Some(self.box_size))
    }

    /// The shortest distance from `a` to `b` on the torus.
    pub fn distance(&self, a: &Particle, b: &Particle) -> f64 {
        let offset = self.offset(a, b);
        offset.x.hypot(offset.y)
    }

    /// Gives each particle a uniformly random position and heading.
    pub fn scatter(&mut self, rng: &mut impl Rng) {
        for p in &mut self.particles {
            p.x = self.box_size.x * rng.random::<f64>();
            p.y = self.box_size.y * rng.random::<f64>();
            p.heading = wrap_angle(TAU * rng.random::<f64>());
        }
    }

    /// Number of particles.
    pub fn len(&self) -> usize {
        self.particles.len()
    }

    /// Whether there are no particles.
    pub fn is_empty(&self) -> bool {
        self.particles.is_empty()
    }

    /// With all lengths multiplied by `factor`.
    pub fn scaled(mut self, factor: f64) -> Self {
        for p in &mut self.particles {
            *p = p.at(factor * p.position());
        }
        self.box_size *= factor;
        self
    }

    /// The swarm repeated `repeats` times along each side, on a torus that is as many times wider.
    pub fn tiled(&self, repeats: usize) -> Self {
        let tile = |k: usize| {
            let shift = USizeVec2::new(k % repeats, k / repeats).as_dvec2() * self.box_size;
            self.particles.iter().map(move |p| p.at(p.position() + shift))
        };
        let particles = (0..repeats * repeats).flat_map(tile).collect();
        Self { particles, box_size: repeats as f64 * self.box_size }
    }

    /// The middle of the box with about `max_particles` particles, as a swarm of its own, for pictures of large swarms. A
    /// smaller swarm is returned whole.
    pub fn piece(self, max_particles: usize) -> Self {
        if self.len() <= max_particles {
            return self;
        }
        let share = (max_particles as f64 / self.len() as f64).sqrt();
        let box_size = share * self.box_size;
        let low = 0.5 * (self.box_size - box_size);
        let moved = self.particles.iter().map(|p| p.at(p.position() - low));
        let is_inside = |p: &Particle| (0.0..box_size.x).contains(&p.x) && (0.0..box_size.y).contains(&p.y);
        // Clusters may hold more than their share.
        let particles = moved.filter(is_inside).take(2 * max_particles).collect();
        Self { particles, box_size }
    }
}

/// The shortest vector from `a` to `b`; `period`: width and height of the torus, `None` in the plane.
pub(crate) fn offset(a: DVec2, b: DVec2, period: Option<DVec2>) -> DVec2 {
    let offset = b - a;
    period.map_or(offset, |period| offset - period * (offset / period).round())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tiled_swarm_repeats_itself_along_both_sides() {
        let particles = vec![Particle { x: 1.0, y: 2.0, ..Particle::default() }];
        let tiled = Swarm { particles, box_size: DVec2::new(3.0, 5.0) }.tiled(2);
        let positions: Vec<[f64; 2]> = tiled.particles.iter().map(|p| p.position().into()).collect();
        assert_eq!(positions, [[1.0, 2.0], [4.0, 2.0], [1.0, 7.0], [4.0, 7.0]]);
        assert_eq!(tiled.box_size, DVec2::new(6.0, 10.0));
    }

    #[test]
    fn a_piece_is_the_middle_of_a_large_swarm_or_all_of_a_small_one() {
        let at = |k: usize| Particle { x: (k % 100) as f64, y: (k / 100) as f64, ..Particle::default() };
        let swarm = Swarm { particles: (0..10_000).map(at).collect(), box_size: DVec2::splat(100.0) };
        let piece = swarm.clone().piece(400);
        assert_eq!((piece.len(), piece.box_size), (400, DVec2::splat(20.0)));
        // (40, 40) has become the corner.
        assert_eq!(piece.particles[0], Particle::default());
        assert_eq!(swarm.clone().piece(10_000), swarm);
    }
}
