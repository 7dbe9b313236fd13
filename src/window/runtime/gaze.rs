//! What the window shows of a world: the camera reports it, and a film repeats it.

use glam::DVec2;

/// How fast a view follows a creature, 1/s.
const FOLLOW_RATE: f64 = 5.0;

/// What the window shows of a world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaze {
    /// The view was not moved: it shows the whole box.
    pub is_fitted: bool,
    /// World position in the middle.
    pub centre: DVec2,
    /// Relative to a view that the box just fits in.
    pub magnification: f64,
    /// Sides of the view, in any unit.
    pub shape: DVec2,
    /// Where the creature is that is followed.
    pub followed: Option<DVec2>,
}

impl Gaze {
    /// Magnification of the fitted view: the share of the free rectangle that the box fills.
    pub const FITTED: f64 = 0.9;
}

/// `centre` after gliding for `dt_s` seconds towards a place on a torus, the shorter way round.
pub fn glided(centre: DVec2, target: DVec2, box_size: DVec2, dt_s: f64) -> DVec2 {
    let share = 1.0 - (-FOLLOW_RATE * dt_s).exp();
    let way = target - centre;
    (centre + share * (way - box_size * (way / box_size).round())).rem_euclid(box_size)
}
