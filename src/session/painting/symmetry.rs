//! Images under turns about the middle of the box and in its vertical axis.

use std::f64::consts::{PI, TAU};

use glam::DVec2;

use super::options::Symmetry;
use crate::worlds::swarm::picture::Particle;

impl Symmetry {
    /// The particle and its images about `centre`, each once: images nearer than `min_distance` to an earlier one are left out.
    pub(super) fn images(self, particle: Particle, centre: DVec2, min_distance: f64) -> Vec<Particle> {
        let mut images = vec![particle];
        if !self.on {
            return images;
        }
        let mirrored = Particle { x: 2.0 * centre.x - particle.x, heading: PI - particle.heading, ..particle };
        for fold in 0..self.folds.max(1) {
            let angle = TAU * f64::from(fold) / f64::from(self.folds.max(1));
            for original in [Some(particle), self.mirror.then_some(mirrored)].into_iter().flatten() {
                let image = turned(original, centre, angle);
                if images.iter().all(|p| p.position().distance(image.position()) > min_distance) {
                    images.push(image);
                }
            }
        }
        images
    }

    /// [`Self::images`] of each of them.
    pub(super) fn all_images(self, particles: &[Particle], centre: DVec2, min_distance: f64) -> Vec<Particle> {
        if !self.on {
            return particles.to_vec();
        }
        particles.iter().flat_map(|&p| self.images(p, centre, min_distance)).collect()
    }

    /// Directions of the lines to be drawn from the centre, radians: where one image ends and the next begins.
    pub fn axes(self) -> Vec<f64> {
        let folds = self.folds.max(1);
        let count = if self.mirror { 2 * folds } else { folds };
        let lone = folds == 1 && !self.mirror;
        let step = TAU / f64::from(count);
        if lone { Vec::new() } else { (0..count).map(|k| 0.5 * PI + f64::from(k) * step).collect() }
    }
}

/// Turned about `centre` by `angle`, its heading with it.
pub(super) fn turned(p: Particle, centre: DVec2, angle: f64) -> Particle {
    let place = centre + DVec2::from_angle(angle).rotate(p.position() - centre);
    Particle { heading: p.heading + angle, ..p }.at(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::wrap_angle;

    const P: Particle = Particle { x: 7.0, y: 5.0, heading: 0.3, species: 1 };

    #[test]
    fn five_folds_give_five_particles_on_a_circle_turned_alike() {
        let symmetry = Symmetry { on: true, folds: 5, mirror: false };
        let images = symmetry.images(P, DVec2::new(4.0, 5.0), 0.01);
        assert_eq!(images.len(), 5);
        for (k, image) in images.iter().enumerate() {
            assert!(((image.x - 4.0).hypot(image.y - 5.0) - 3.0).abs() < 1e-9);
            let bearing = (image.y - 5.0).atan2(image.x - 4.0);
            assert!(wrap_angle(image.heading - bearing - 0.3).abs() < 1e-9, "image {k} is turned with its place");
        }
    }

    #[test]
    fn a_mirror_doubles_them_and_turns_headings_about() {
        let symmetry = Symmetry { on: true, folds: 1, mirror: true };
        let images = symmetry.images(P, DVec2::new(4.0, 5.0), 0.01);
        assert_eq!(images.len(), 2);
        assert!((images[1].x - 1.0).abs() < 1e-9 && (images[1].y - 5.0).abs() < 1e-9);
        assert!(wrap_angle(images[1].heading - (PI - 0.3)).abs() < 1e-9);
        assert_eq!(Symmetry { folds: 3, ..symmetry }.images(P, DVec2::splat(4.0), 0.01).len(), 6);
    }

    #[test]
    fn a_particle_on_the_axis_or_centre_has_no_second_image() {
        let symmetry = Symmetry { on: true, folds: 6, mirror: true };
        assert_eq!(symmetry.images(P, DVec2::new(7.0, 5.0), 0.01).len(), 1);
        assert_eq!(symmetry.images(P, DVec2::new(7.0, 4.0), 0.01).len(), 6, "on the mirror's axis");
        assert_eq!(Symmetry { on: false, ..symmetry }.images(P, DVec2::ZERO, 0.01), vec![P]);
    }
}
