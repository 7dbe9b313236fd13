//! What makes a snapshot usable, and the errors of one that is not.

use glam::DVec2;

use super::near::PointTree;
use super::{MAX_SPECIES, Snapshot};

/// More particles than this are refused: learning needs a handful, and a pool of samples this large would not fit
/// in memory.
pub const MAX_PARTICLES: usize = 200_000;

/// Particles closer than this share of the longer box side count as one and the same.
pub const DUPLICATE_SHARE: f64 = 1e-9;

/// Sides of a box, world units: beyond these a picture is written in the wrong unit, and single precision ends.
pub const SIDE_RANGE: std::ops::RangeInclusive<f64> = 1e-12..=1e12;

/// Whether both sides are within [`SIDE_RANGE`].
pub fn is_real_box(box_size: DVec2) -> bool {
    SIDE_RANGE.contains(&box_size.x) && SIDE_RANGE.contains(&box_size.y)
}

/// Largest heading, radians: more turns leave no digit for the direction.
pub const MAX_HEADING: f64 = 1e9;

/// Why a snapshot or its ensemble cannot be used. Particles are counted from 0.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum SnapshotError {
    #[error("the box is {} by {}; give it a width and a height from 1e-12 to 1e12", brief(*width), brief(*height))]
    Box { width: f64, height: f64 },
    #[error("{count} particle(s) are too few to learn from; a pattern needs at least 2")]
    TooFew { count: usize },
    #[error("{count} particles are too many; learning takes at most {MAX_PARTICLES}, so cut out a part")]
    TooMany { count: usize },
    #[error("particle {particle} has {name} = {}; every coordinate must be a finite number", brief(*value))]
    NotFinite { particle: usize, name: &'static str, value: f64 },
    #[error("particle {particle} has heading = {}, which is not an angle; give headings in radians", brief(*value))]
    Heading { particle: usize, value: f64 },
    #[error(
        "particle {particle} at ({}, {}) is outside the box of {} by {}; move it inside or enlarge the box",
        brief(*x), brief(*y), brief(*width), brief(*height)
    )]
    Outside { particle: usize, x: f64, y: f64, width: f64, height: f64 },
    #[error("particle {particle} has species {species}; species run from 0 to {}", MAX_SPECIES - 1)]
    Species { particle: usize, species: u8 },
    #[error("particles {first} and {second} are at the same place ({}, {}); delete or move one of them", brief(*x), brief(*y))]
    Duplicate { first: usize, second: usize, x: f64, y: f64 },
    #[error("ensemble setting {name} = {value} is not usable; {hint}")]
    Ensemble { name: &'static str, value: f64, hint: &'static str },
    #[error(
        "{copies} copies of the motif find no room at clearance {clearance_l} ℓ and cover {cover}; \
         lower the cover (0.4 is comfortable) or the clearance"
    )]
    Jammed { copies: usize, clearance_l: f64, cover: f64 },
}

/// A number in a message: with an exponent where the digits would fill the line.
fn brief(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || !size.is_finite() || (1e-6..1e15).contains(&size) {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}

impl SnapshotError {
    /// The particles that the error is about, for pointing at them on the canvas or at their lines in a file.
    pub fn particles(&self) -> Vec<usize> {
        match *self {
            Self::NotFinite { particle, .. }
            | Self::Heading { particle, .. }
            | Self::Outside { particle, .. }
            | Self::Species { particle, .. } => vec![particle],
            Self::Duplicate { first, second, .. } => vec![first, second],
            _ => Vec::new(),
        }
    }
}

impl Snapshot {
    /// Whether a rule can be learned from this snapshot: the first fault found, if any.
    ///
    /// # Errors
    /// A box that is not positive or of absurd size, fewer than 2 or more than [`MAX_PARTICLES`] particles, a coordinate or heading that
    /// is not finite, a heading that is not an angle, a particle outside the box, a species out of range, or two particles at one place.
    pub fn validate(&self) -> Result<(), SnapshotError> {
        if !is_real_box(self.box_size) {
            let DVec2 { x: width, y: height } = self.box_size;
            return Err(SnapshotError::Box { width, height });
        }
        let count = self.particles.len();
        if count < 2 {
            return Err(SnapshotError::TooFew { count });
        }
        if count > MAX_PARTICLES {
            return Err(SnapshotError::TooMany { count });
        }
        for (particle, p) in self.particles.iter().enumerate() {
            for (name, value) in [("x", p.x), ("y", p.y), ("heading", p.heading)] {
                if !value.is_finite() {
                    return Err(SnapshotError::NotFinite { particle, name, value });
                }
            }
            if p.heading.abs() > MAX_HEADING {
                return Err(SnapshotError::Heading { particle, value: p.heading });
            }
            let DVec2 { x: width, y: height } = self.box_size;
            if !((0.0..=width).contains(&p.x) && (0.0..=height).contains(&p.y)) {
                return Err(SnapshotError::Outside { particle, x: p.x, y: p.y, width, height });
            }
            if usize::from(p.species) >= MAX_SPECIES {
                return Err(SnapshotError::Species { particle, species: p.species });
            }
        }
        self.find_duplicate()
    }

    fn find_duplicate(&self) -> Result<(), SnapshotError> {
        let reach = DUPLICATE_SHARE * self.box_size.max_element();
        let tree = PointTree::new(self.positions(), self.period());
        for (i, p) in self.particles.iter().enumerate() {
            if let Some(&(_, j)) = tree.nearest(p.position(), 1, reach, Some(i)).first() {
                return Err(SnapshotError::Duplicate { first: i.min(j), second: i.max(j), x: p.x, y: p.y });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Boundary, Mode, Particle};
    use super::*;

    fn pair() -> Snapshot {
        let at = |x, y| Particle { x, y, ..Particle::default() };
        Snapshot { particles: vec![at(1.0, 1.0), at(2.0, 1.0)], box_size: DVec2::new(4.0, 3.0), ..Snapshot::default() }
    }

    fn fault(change: impl FnOnce(&mut Snapshot)) -> SnapshotError {
        let mut snapshot = pair();
        snapshot.validate().expect("the pair is sound before the change");
        change(&mut snapshot);
        snapshot.validate().expect_err("the change must be refused")
    }

    #[test]
    fn each_fault_is_named_with_its_place() {
        assert!(matches!(fault(|s| s.box_size = DVec2::new(0.0, 3.0)), SnapshotError::Box { width: 0.0, .. }));
        assert!(matches!(fault(|s| s.box_size = DVec2::new(4.0, f64::INFINITY)), SnapshotError::Box { .. }));
        assert!(matches!(fault(|s| s.box_size = DVec2::new(4.0, 1e300)), SnapshotError::Box { .. }));
        assert!(matches!(fault(|s| s.particles[0].heading = -1e300), SnapshotError::Heading { particle: 0, .. }));
        assert!(matches!(fault(|s| s.particles.truncate(1)), SnapshotError::TooFew { count: 1 }));
        assert!(matches!(fault(|s| s.particles.clear()), SnapshotError::TooFew { count: 0 }));
        assert!(matches!(
            fault(|s| s.particles[1].x = f64::NAN),
            SnapshotError::NotFinite { particle: 1, name: "x", .. }
        ));
        assert!(matches!(fault(|s| s.particles[0].y = f64::INFINITY), SnapshotError::NotFinite { name: "y", .. }));
        assert!(matches!(
            fault(|s| s.particles[0].heading = f64::NAN),
            SnapshotError::NotFinite { name: "heading", .. }
        ));
        assert!(matches!(fault(|s| s.particles[1].y = 3.1), SnapshotError::Outside { particle: 1, .. }));
        assert!(matches!(fault(|s| s.particles[0].species = 8), SnapshotError::Species { particle: 0, species: 8 }));
        let duplicate = fault(|s| s.particles[1] = s.particles[0]);
        assert_eq!(duplicate.particles(), vec![0, 1]);
        assert!(duplicate.to_string().contains("particles 0 and 1"), "{duplicate}");
    }

    #[test]
    fn a_million_particles_are_refused_at_once() {
        let error = fault(|s| s.particles = vec![s.particles[0]; 1_000_000]);
        assert_eq!(error, SnapshotError::TooMany { count: 1_000_000 });
        assert!(error.to_string().contains("at most 200000"), "{error}");
    }

    #[test]
    fn opposite_edges_are_one_place_only_on_a_torus() {
        let mut snapshot = pair();
        snapshot.particles[0].x = 0.0;
        snapshot.particles[1].x = 4.0;
        assert_eq!(snapshot.validate(), Ok(()));
        snapshot.mode = Mode::Whole;
        assert!(matches!(snapshot.validate(), Err(SnapshotError::Duplicate { .. })));
        snapshot.boundary = Boundary::Open;
        assert_eq!(snapshot.validate(), Ok(()));
    }
}
