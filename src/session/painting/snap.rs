//! Positions to a grid, headings to steps of 15°.

use super::options::Snap;

/// 15°.
pub(super) const STEP_RAD: f64 = std::f64::consts::PI / 12.0;

impl Snap {
    /// The nearest crossing of the grid, which has one at the origin; the place itself when snapping is off.
    pub(super) fn place(self, at: [f64; 2]) -> [f64; 2] {
        if self.on { at.map(|x| (x / self.pitch).round() * self.pitch) } else { at }
    }

    pub(super) fn heading(self, heading: f64) -> f64 {
        if self.on { to_step(heading) } else { heading }
    }
}

pub(super) fn to_step(angle: f64) -> f64 {
    (angle / STEP_RAD).round() * STEP_RAD
}

/// `to`, moved so that it lies from `from` in a direction that is a whole number of steps, as far away as before.
pub(super) fn to_step_about(from: [f64; 2], to: [f64; 2]) -> [f64; 2] {
    let [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    let (sin, cos) = to_step(dy.atan2(dx)).sin_cos();
    let length = dx.hypot(dy);
    [from[0] + length * cos, from[1] + length * sin]
}

/// `to`, moved so that the rectangle between both is a square, as large as the longer side.
pub(super) fn square_about(from: [f64; 2], to: [f64; 2]) -> [f64; 2] {
    let side = (to[0] - from[0]).abs().max((to[1] - from[1]).abs());
    [0, 1].map(|k| from[k] + side * (to[k] - from[k]).signum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_snap_to_the_grid_and_headings_to_15_degrees() {
        let snap = Snap { on: true, pitch: 0.5 };
        assert_eq!(snap.place([1.2, -0.26]), [1.0, -0.5]);
        assert!((snap.heading(0.30) - STEP_RAD).abs() < 1e-12);
        let off = Snap { on: false, ..snap };
        assert_eq!((off.place([1.2, 0.3]), off.heading(0.3)), ([1.2, 0.3], 0.3));
    }

    #[test]
    fn a_rectangle_held_square_keeps_its_quarter() {
        assert_eq!(square_about([1.0, 1.0], [3.0, 0.5]), [3.0, -1.0]);
    }

    #[test]
    fn a_line_held_to_steps_keeps_its_length() {
        let to = to_step_about([1.0, 1.0], [4.0, 1.2]);
        assert!((to[1] - 1.0).abs() < 1e-12 && (to[0] - 1.0 - 3.0f64.hypot(0.2)).abs() < 1e-12);
    }
}
