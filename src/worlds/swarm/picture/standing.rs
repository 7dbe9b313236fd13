//! A snapshot as it stands, in the units and on the torus of the engines.

use glam::{DVec2, USizeVec2};

use super::ensemble::OPEN_MARGIN_L;
use super::{Particle, Snapshot, Stills, Swarm};

impl Stills {
    /// The snapshot `k` in units of ℓ of the whole picture. A periodic painting that is narrower than the samples are is
    /// repeated as they are, its own particles first; anything else has emptiness around it, so that its edges never meet.
    pub fn standing(&self, k: usize) -> Swarm {
        self.snapshot(k).standing(self.unit_length())
    }
}

impl Snapshot {
    /// As [`Stills::standing`], in this unit of length, world units.
    pub fn standing(&self, unit_length: f64) -> Swarm {
        let at = |p: &Particle, shift: DVec2| p.at(p.position() / unit_length + shift);
        let size = self.box_size / unit_length;
        if !self.is_torus() {
            let particles = self.particles.iter().map(|p| at(p, DVec2::splat(0.5 * OPEN_MARGIN_L))).collect();
            return Swarm { particles, box_size: size + OPEN_MARGIN_L };
        }
        let [columns, rows] = self.repeats();
        let tiles = (0..columns * rows).map(|tile| USizeVec2::new(tile % columns, tile / columns).as_dvec2() * size);
        let particles = tiles.flat_map(|shift| self.particles.iter().map(move |p| at(p, shift))).collect();
        Swarm { particles, box_size: size * USizeVec2::new(columns, rows).as_dvec2() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::{Boundary, Mode};

    #[test]
    fn a_small_torus_is_repeated_and_an_open_painting_surrounded() {
        let particles = vec![
            Particle { x: 1.0, y: 2.0, ..Particle::default() },
            Particle { x: 3.0, y: 2.0, ..Particle::default() },
        ];
        let torus = Snapshot { particles, box_size: DVec2::new(6.0, 20.0), mode: Mode::Whole, ..Snapshot::default() };
        // ℓ = 2: three wide and ten high.
        let swarm = torus.standing(torus.unit_length());
        assert_eq!((swarm.len(), swarm.box_size), (6, DVec2::new(9.0, 10.0)));
        assert_eq!((swarm.particles[0].x, swarm.particles[2].x, swarm.particles[5].x), (0.5, 3.5, 7.5));
        let open = Snapshot { boundary: Boundary::Open, ..torus }.standing(2.0);
        assert_eq!((open.len(), open.box_size), (2, DVec2::new(3.0, 10.0) + OPEN_MARGIN_L));
        assert_eq!(open.particles[0].x, 0.5 + 0.5 * OPEN_MARGIN_L);
    }
}
