//! Positions to a grid, headings to steps of 15°.

use glam::DVec2;

use super::options::Snap;

/// 15°.
pub(super) const STEP_RAD: f64 = std::f64::consts::PI / 12.0;

impl Snap {
    /// The nearest crossing of the grid, which has one at the origin; the position itself when snapping is off.
    pub(super) fn place(self, at: DVec2) -> DVec2 {
        if self.on { (at / self.pitch).round() * self.pitch } else { at }
    }

    pub(super) fn heading(self, heading: f64) -> f64 {
        if self.on { to_step(heading) } else { heading }
    }
}

pub(super) fn to_step(angle: f64) -> f64 {
    (angle / STEP_RAD).round() * STEP_RAD
}

/// `to`, moved so that it is from `from` in a direction that is a whole number of steps, as far away as before.
pub(super) fn to_step_about(from: DVec2, to: DVec2) -> DVec2 {
    let way = to - from;
    from + way.length() * DVec2::from_angle(to_step(way.to_angle()))
}

/// `to`, moved so that the rectangle between both is a square, as large as the longer side.
pub(super) fn square_about(from: DVec2, to: DVec2) -> DVec2 {
    let way = to - from;
    from + way.abs().max_element() * way.signum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_snap_to_the_grid_and_headings_to_15_degrees() {
        let snap = Snap { on: true, pitch: 0.5 };
        assert_eq!(snap.place(DVec2::new(1.2, -0.26)), DVec2::new(1.0, -0.5));
        assert!((snap.heading(0.30) - STEP_RAD).abs() < 1e-12);
        let off = Snap { on: false, ..snap };
        assert_eq!((off.place(DVec2::new(1.2, 0.3)), off.heading(0.3)), (DVec2::new(1.2, 0.3), 0.3));
    }

    #[test]
    fn a_rectangle_held_square_keeps_its_quarter() {
        assert_eq!(square_about(DVec2::splat(1.0), DVec2::new(3.0, 0.5)), DVec2::new(3.0, -1.0));
    }

    #[test]
    fn a_line_held_to_steps_keeps_its_length() {
        let to = to_step_about(DVec2::splat(1.0), DVec2::new(4.0, 1.2));
        assert!((to.y - 1.0).abs() < 1e-12 && (to.x - 1.0 - 3.0f64.hypot(0.2)).abs() < 1e-12);
    }
}
