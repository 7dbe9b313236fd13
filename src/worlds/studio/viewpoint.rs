//! Where a picture of a world is seen from, and what pointer and wheel do to it.

use glam::{DVec2, DVec3};

/// How far down and up an orbit goes, rad: short of the poles, where left and right would change places.
const MAX_ELEVATION_RAD: f64 = 1.5;

/// An orthographic view. In the plane only the first two coordinates count, x to the right and y up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Viewpoint {
    /// The position in the middle of the picture, units of the world.
    pub centre: DVec3,
    /// Half of what is seen from top to bottom, units of the world.
    pub half_height: f64,
    /// Rotation about the vertical (z) axis, rad.
    pub azimuth_rad: f64,
    /// Height of the eye above the x-y plane, rad.
    pub elevation_rad: f64,
    /// A world in R³.
    pub is_spatial: bool,
}

impl Viewpoint {
    /// A view of the plane.
    pub fn flat(centre: DVec2, half_height: f64) -> Self {
        Self { centre: centre.extend(0.0), half_height, azimuth_rad: 0.0, elevation_rad: 0.0, is_spatial: false }
    }

    /// Unit vectors to the right, up, and towards the eye.
    pub fn axes(&self) -> [DVec3; 3] {
        if !self.is_spatial {
            return [DVec3::X, DVec3::Y, DVec3::Z];
        }
        let (sa, ca) = self.azimuth_rad.sin_cos();
        let (se, ce) = self.elevation_rad.sin_cos();
        [DVec3::new(ca, sa, 0.0), DVec3::new(-se * sa, se * ca, ce), DVec3::new(ce * sa, -ce * ca, se)]
    }

    /// The direction of view for brushes; 0 in the plane.
    pub fn brush_axis(&self) -> DVec3 {
        if self.is_spatial { self.axes()[2] } else { DVec3::ZERO }
    }

    /// The position under an offset from the middle of a picture `height` high, to the right and down, in the same unit as
    /// `height`. In space it is in the plane through the centre.
    pub fn place_at(&self, offset: DVec2, height: f64) -> DVec3 {
        let scale = 2.0 * self.half_height / height.max(1e-9);
        let [right, up, _] = self.axes();
        self.centre + scale * (offset.x * right - offset.y * up)
    }

    /// Moves the picture along with a drag by `offset`.
    pub fn pan(&mut self, offset: DVec2, height: f64) {
        self.centre = self.place_at(-offset, height);
    }

    /// Makes everything `factor` times as large; what is under `offset` stays there.
    pub fn zoom(&mut self, factor: f64, offset: DVec2, height: f64, limits: [f64; 2]) {
        let before = self.place_at(offset, height);
        self.half_height = (self.half_height / factor).clamp(limits[0], limits[1]);
        let after = self.place_at(offset, height);
        self.centre += before - after;
    }

    /// Turns the eye around the centre, rad.
    pub fn orbit(&mut self, by_rad: DVec2) {
        if self.is_spatial {
            self.azimuth_rad -= by_rad.x;
            self.elevation_rad = (self.elevation_rad + by_rad.y).clamp(-MAX_ELEVATION_RAD, MAX_ELEVATION_RAD);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let space = Viewpoint {
            is_spatial: true,
            azimuth_rad: 0.7,
            elevation_rad: 0.3,
            ..Viewpoint::flat(DVec2::new(1.0, 2.0), 3.0)
        };
        for mut view in [Viewpoint::flat(DVec2::new(1.0, 2.0), 3.0), space] {
            let pointer = DVec2::new(40.0, -25.0);
            let under = view.place_at(pointer, 200.0);
            view.zoom(1.7, pointer, 200.0, [0.01, 100.0]);
            assert!(view.place_at(pointer, 200.0).abs_diff_eq(under, 1e-9));
            assert!((view.half_height - 3.0 / 1.7).abs() < 1e-12);
            view.zoom(1e9, DVec2::ZERO, 200.0, [0.01, 100.0]);
            assert_eq!(view.half_height, 0.01);
        }
    }

    #[test]
    fn panning_carries_the_picture_along() {
        let mut view = Viewpoint::flat(DVec2::ZERO, 1.0);
        let under = view.place_at(DVec2::new(10.0, 10.0), 100.0);
        view.pan(DVec2::new(7.0, -3.0), 100.0);
        assert!(view.place_at(DVec2::new(17.0, 7.0), 100.0).abs_diff_eq(under, 1e-9));
    }

    #[test]
    fn axes_are_orthonormal_and_an_orbit_stops_short_of_the_poles() {
        let mut view = Viewpoint { is_spatial: true, ..Viewpoint::flat(DVec2::ZERO, 1.0) };
        view.orbit(DVec2::new(0.4, 9.0));
        assert!(view.elevation_rad < std::f64::consts::FRAC_PI_2);
        let axes = view.axes();
        for i in 0..3 {
            for j in 0..3 {
                assert!((axes[i].dot(axes[j]) - f64::from(u8::from(i == j))).abs() < 1e-12);
            }
        }
        let mut plane = Viewpoint::flat(DVec2::ZERO, 1.0);
        plane.orbit(DVec2::splat(0.4));
        assert_eq!(plane.azimuth_rad, 0.0);
    }
}
