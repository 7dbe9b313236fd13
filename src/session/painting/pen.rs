//! The pen: a short drag turns the particle just placed, a long one places more along the way.

use glam::DVec2;

use crate::worlds::swarm::picture::Particle;

/// The pen never places particles closer than this, world units.
pub const MIN_SPACING: f64 = 0.05;

/// Share of the spacing below which a drag does not set the heading: the hand moves a little during a click.
const DEAD_SHARE: f64 = 0.12;

/// A stroke under way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::session) struct PenStroke {
    /// The particle placed last.
    last: Particle,
    spacing: f64,
}

/// What a drag of the pen does to the picture.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::session) struct PenMove {
    /// New heading of the particle placed last.
    pub turn_last: Option<f64>,
    pub placed: Vec<Particle>,
}

impl PenStroke {
    pub fn begin(at: DVec2, heading: f64, species: u8, spacing: f64) -> Self {
        let last = Particle { x: at.x, y: at.y, heading, species };
        Self { last, spacing: spacing.max(MIN_SPACING) }
    }

    pub fn last(&self) -> Particle {
        self.last
    }

    /// The pointer moved to `to`, world units. `kept`: the heading that is taken for one that is drawn.
    pub fn drag(&mut self, to: DVec2, kept: impl Fn(f64) -> f64) -> PenMove {
        let way = to - self.last.position();
        let distance = way.length();
        if distance.is_nan() || distance <= DEAD_SHARE * self.spacing {
            return PenMove { turn_last: None, placed: Vec::new() };
        }
        let heading = kept(way.to_angle());
        self.last.heading = heading;
        // As far as the pointer has come in that direction.
        let ahead = DVec2::from_angle(heading);
        let far = way.dot(ahead);
        let count = (far / self.spacing + 1e-9).floor().max(0.0) as usize;
        let start = self.last;
        let placed: Vec<Particle> =
            (1..=count).map(|i| start.at(start.position() + i as f64 * self.spacing * ahead)).collect();
        if let Some(&last) = placed.last() {
            self.last = last;
        }
        PenMove { turn_last: Some(heading), placed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_keeps_its_heading_and_a_short_drag_turns_it() {
        let mut pen = PenStroke::begin(DVec2::splat(1.0), 0.0, 2, 1.0);
        assert_eq!(pen.drag(DVec2::new(1.05, 1.0), |h| h), PenMove { turn_last: None, placed: vec![] });
        let turned = pen.drag(DVec2::new(1.0, 1.5), |h| h);
        assert!((turned.turn_last.unwrap() - std::f64::consts::FRAC_PI_2).abs() < 1e-12);
        assert!(turned.placed.is_empty());
    }

    #[test]
    fn a_long_drag_adds_particles_at_the_spacing_headed_along_it() {
        let mut pen = PenStroke::begin(DVec2::ZERO, 0.0, 3, 0.5);
        let first = pen.drag(DVec2::new(1.6, 0.0), |h| h);
        assert_eq!(first.placed.len(), 3);
        let second = pen.drag(DVec2::new(1.5, 1.0), |h| h);
        assert_eq!(second.placed.len(), 2);
        let all: Vec<Particle> = first.placed.iter().chain(&second.placed).copied().collect();
        for pair in all.windows(2) {
            assert!((pair[0].position().distance(pair[1].position()) - 0.5).abs() < 1e-9);
        }
        assert!(first.placed.iter().all(|p| p.heading.abs() < 1e-12 && p.species == 3));
        assert!(second.placed.iter().all(|p| (p.heading - std::f64::consts::FRAC_PI_2).abs() < 1e-9));
    }
}
