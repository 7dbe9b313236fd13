//! A can of particles: random positions within a disc, never too near to one another.

use std::f64::consts::{PI, TAU};
use std::sync::Arc;

use glam::DVec2;
use rand::{Rng, RngExt};

use super::merge;
use super::options::SprayHeading;
use super::with_images;
use crate::session::command::Effect;
use crate::session::document::edit::edit_picture;
use crate::session::painting::picture;
use crate::session::state::Session;
use crate::worlds::swarm::picture::{Particle, Snapshot};

/// Sprayed particles keep this many spacings apart.
const GAP: f64 = 0.8;

/// What was sprayed before the pointer moved, and the picture before that.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::session) struct FirstDab {
    placed: Vec<Particle>,
    before: Arc<Snapshot>,
}

/// The first dab: its particles head as the pen does until it is known which way the can goes.
pub(super) fn begin(session: &mut Session, at: DVec2) -> (FirstDab, Vec<Effect>) {
    let before = session.snapshot().clone();
    let placed = dabs(session, &[at], session.painting.options.heading);
    let effects = add_particles(session, &placed);
    (FirstDab { placed, before }, effects)
}

/// Gives the stroke a direction, also for the particles sprayed before it moved.
pub(super) fn turn(session: &mut Session, FirstDab { mut placed, before }: FirstDab, along: f64) -> Vec<Effect> {
    if session.painting.options.spray != SprayHeading::Along {
        return Vec::new();
    }
    placed.iter_mut().for_each(|p| p.heading = along);
    // Images are not turned by the same angle: they are made again.
    let all = with_images(session, &placed);
    edit_picture(session, merge(), |picture| {
        *picture = (*before).clone();
        picture::add(picture, &all)
    })
}

/// A dab at each of these positions.
pub(super) fn along(session: &mut Session, stops: &[DVec2], along: f64) -> Vec<Effect> {
    let placed = dabs(session, stops, along);
    add_particles(session, &placed)
}

fn add_particles(session: &mut Session, particles: &[Particle]) -> Vec<Effect> {
    let all = with_images(session, particles);
    edit_picture(session, merge(), |picture| picture::add(picture, &all))
}

/// Particles of a dab at each of these positions, beside those that are there; images are left out.
fn dabs(session: &mut Session, stops: &[DVec2], along: f64) -> Vec<Particle> {
    let options = session.painting.options;
    let mut there = session.document.world.snapshot.particles.clone();
    let mut sprayed = Vec::new();
    for &centre in stops {
        let dab = Dab {
            centre,
            radius: options.spray_radius,
            gap: GAP * session.painting.spacing,
            density: options.spray_density,
            heading: options.spray,
            along,
            species: session.painting.species,
        };
        let new = dab.particles(&there, &mut session.live.rng);
        there.extend(&new);
        sprayed.extend(new);
    }
    sprayed
}

/// A dab of the can.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Dab {
    pub centre: DVec2,
    pub radius: f64,
    /// Minimum distance between particles, world units.
    pub gap: f64,
    /// Share of the disc that is full in the end.
    pub density: f64,
    pub heading: SprayHeading,
    /// Direction of the drag, radians.
    pub along: f64,
    pub species: u8,
}

impl Dab {
    /// Particles for this dab, beside those in `there`: a few tries for each that still has room, so that a can held in one
    /// place fills its disc and then stops.
    pub fn particles(&self, there: &[Particle], rng: &mut impl Rng) -> Vec<Particle> {
        let near: Vec<DVec2> = there.iter().map(Particle::position).filter(|&p| self.reaches(p)).collect();
        let inside = near.iter().filter(|p| p.distance(self.centre) <= self.radius).count();
        // Random positions at a minimum distance fill about 0.55 of the plane with discs of that diameter.
        let full = 0.55 * self.density * (self.radius / (0.5 * self.gap)).powi(2);
        let wanted = (full - inside as f64).max(0.0);
        // A fifth of the room at each dab: the disc fills visibly.
        let tries = (0.2 * wanted).ceil() as usize;
        let mut placed: Vec<Particle> = Vec::new();
        for _ in 0..(4 * tries).min(4000) {
            if placed.len() >= tries {
                break;
            }
            let (radius, angle) = (self.radius * rng.random::<f64>().sqrt(), rng.random_range(0.0..TAU));
            let at = self.centre + radius * DVec2::from_angle(angle);
            let free = near.iter().all(|p| p.distance(at) >= self.gap)
                && placed.iter().all(|p| p.position().distance(at) >= self.gap);
            if free {
                let heading = match self.heading {
                    SprayHeading::Along => self.along,
                    SprayHeading::Random => rng.random_range(-PI..PI),
                };
                placed.push(Particle { x: at.x, y: at.y, heading, species: self.species });
            }
        }
        placed
    }

    fn reaches(&self, at: DVec2) -> bool {
        at.distance(self.centre) <= self.radius + self.gap
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    fn held(density: f64) -> Vec<Particle> {
        let dab = Dab {
            centre: DVec2::splat(5.0),
            radius: 3.0,
            gap: 0.5,
            density,
            heading: SprayHeading::Along,
            along: 0.7,
            species: 4,
        };
        let mut rng = StdRng::seed_from_u64(3);
        let mut there = Vec::new();
        for _ in 0..200 {
            let more = dab.particles(&there, &mut rng);
            there.extend(more);
        }
        there
    }

    #[test]
    fn a_spray_held_still_fills_its_disc_at_the_spacing() {
        let (thin, full) = (held(0.2), held(1.0));
        for there in [&thin, &full] {
            for (i, p) in there.iter().enumerate() {
                assert!(p.position().distance(DVec2::splat(5.0)) <= 3.0 && p.heading == 0.7 && p.species == 4);
                assert!(there[..i].iter().all(|q| p.position().distance(q.position()) >= 0.5));
            }
        }
        // 0.55 · 36 · 4 / … = 0.55 (3 / 0.25)² = 79 when full.
        assert!((55..=85).contains(&full.len()), "{}", full.len());
        assert!((12..=18).contains(&thin.len()), "{}", thin.len());
    }
}
