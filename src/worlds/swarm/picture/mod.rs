//! What the user painted or loaded: oriented particles in a box, and the ensemble of samples made from them.
//!
//! Independent of networks, GPUs and windows.

mod brush;
mod check;
pub mod curve;
mod cutoff;
mod ensemble;
mod film;
mod geometry;
pub(crate) mod headings;
pub mod motifs;
mod near;
mod particle;
mod sample;
mod standing;
pub(crate) mod stipple;

pub use brush::SwarmEdit;
pub use check::{DUPLICATE_SHARE, MAX_HEADING, MAX_PARTICLES, SIDE_RANGE, SnapshotError, is_real_box};
pub use cutoff::SuggestedCutoff;
pub use ensemble::{MIN_TORUS_L, OPEN_MARGIN_L, ensemble_box_l};
pub use film::{FilmFrame, HOLD_OUT_EVERY, MAX_FRAMES, PackedParticle, Part, SnapshotFilm, Stills};
pub(crate) use geometry::median;
pub use headings::headings_along_neighbours;
pub use near::Neighbour;
pub(crate) use particle::offset;
pub use particle::{Boundary, MAX_SPECIES, Mode, Particle, Snapshot, Swarm, wrap, wrap_angle, wrap_position};
pub use sample::Sampler;

use serde::{Deserialize, Serialize};

/// How samples are made from a motif (lengths in ℓ). A whole painting is one sample and uses none of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ensemble {
    /// Copies of the motif in one sample.
    pub copies: usize,
    /// Minimum distance between particles of two copies, ℓ.
    pub clearance_l: f64,
    /// Share of the torus covered by the discs around the copies (radius: circumradius of the motif + clearance / 2).
    pub cover: f64,
}

impl Default for Ensemble {
    fn default() -> Self {
        Self { copies: 6, clearance_l: 1.6, cover: 0.4 }
    }
}
