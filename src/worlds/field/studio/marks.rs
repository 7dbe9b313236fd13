//! Marks over a live field of tokens: where each heads, and where it has been.

use glam::{DVec2, UVec2};
use image::{Rgba, RgbaImage};

use crate::media::looks::{DARK_INK, levels};
use crate::worlds::field::tokens::{Sighting, TokenPose};
use crate::worlds::studio::Viewpoint;

/// On dark and on light ground.
const ARROWS: [[f32; 3]; 2] = [[255.0, 255.0, 255.0], levels(DARK_INK)];
const TRAILS: [[f32; 3]; 2] = [[120.0, 190.0, 255.0], [60.0, 120.0, 190.0]];
/// Length of an arrow, from the centre of a token, as a share of the clearance, and half the width of marks, picture pixels.
const LENGTH: f64 = 0.55;
const HALF_WIDTH: f64 = 1.1;
/// Shown strength of the oldest mark of a trail.
const OLDEST: f32 = 0.15;

/// Which marks are drawn, and on which ground.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    /// An arrow for each token that was found last.
    pub headings: bool,
    /// A dot for each that was found before.
    pub trails: bool,
    /// On light ground.
    pub light: bool,
}

/// Places of a field of `height` rows in a picture.
#[derive(Clone, Copy)]
struct Sheet {
    view: Viewpoint,
    height: f64,
    picture: DVec2,
    /// Field pixels of one picture pixel.
    unit: f64,
}

impl Sheet {
    /// `at`: column and row.
    fn place(&self, at: DVec2) -> DVec2 {
        let seen = self.view.centre.truncate();
        0.5 * self.picture + DVec2::new(at.x - seen.x, at.y - (self.height - seen.y)) / self.unit
    }
}

/// Draws marks of tokens that were found, the newest last.
pub(super) fn draw<'a>(
    looks: impl DoubleEndedIterator<Item = &'a [Sighting]> + ExactSizeIterator,
    Marks { headings, trails, light }: Marks,
    clearance_px: f64,
    field_height: usize,
    view: &Viewpoint,
    picture: &mut RgbaImage,
) {
    let size = UVec2::from(picture.dimensions()).as_dvec2();
    let unit = 2.0 * view.half_height / size.y.max(1.0);
    let sheet = Sheet { view: *view, height: field_height as f64, picture: size, unit };
    // The centre of the pixel with index 0 is half a pixel from the edge.
    let centre = |pose: &TokenPose| pose.position() + 0.5;
    let count = looks.len();
    let (arrow, trail) = (ARROWS[usize::from(light)], TRAILS[usize::from(light)]);
    for (k, found) in looks.enumerate() {
        let is_last = k + 1 == count;
        let strength = OLDEST + (1.0 - OLDEST) * (k + 1) as f32 / count as f32;
        for Sighting { pose, .. } in found {
            let at = sheet.place(centre(pose));
            if trails && !is_last {
                line(picture, [at, at], trail, 0.7 * strength);
            }
            if headings && is_last {
                let ahead = LENGTH * clearance_px / unit * DVec2::from_angle(pose.heading);
                let tip = at + ahead;
                line(picture, [at, tip], arrow, 0.9);
                for side in [-0.7, 0.7] {
                    line(picture, [tip, tip - 0.4 * DVec2::from_angle(side).rotate(ahead)], arrow, 0.9);
                }
            }
        }
    }
}

/// Blends a line of a soft edge over a picture.
fn line(picture: &mut RgbaImage, [from, to]: [DVec2; 2], colour: [f32; 3], strength: f32) {
    let reach = HALF_WIDTH + 1.0;
    let size = UVec2::from(picture.dimensions()).as_dvec2();
    let within = |at: DVec2| at.clamp(DVec2::ZERO, size).as_uvec2();
    let (low, high) = (within(from.min(to) - reach), within(from.max(to) + reach));
    let way = to - from;
    let square = way.length_squared().max(1e-9);
    for y in low.y..high.y {
        for x in low.x..high.x {
            let off = UVec2::new(x, y).as_dvec2() + 0.5 - from;
            let share = (off.dot(way) / square).clamp(0.0, 1.0);
            let distance = off.distance(share * way);
            let cover = strength * (HALF_WIDTH + 0.5 - distance).clamp(0.0, 1.0) as f32;
            let Rgba(pixel) = picture.get_pixel_mut(x, y);
            for c in 0..3 {
                pixel[c] = (f32::from(pixel[c]) + cover * (colour[c] - f32::from(pixel[c]))).round() as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_point_where_tokens_head_and_trails_stay_behind() {
        let at = |x: f64| Sighting {
            pose: TokenPose { x, y: 15.5, heading: 0.0, kind: 0 },
            shape: 1.0,
            contrast: 1.0,
            tail: 1.0,
        };
        let looks = [vec![at(7.5)], vec![at(15.5)]];
        let view = Viewpoint::flat(DVec2::splat(16.0), 16.0);
        let drawn = |(headings, trails): (bool, bool)| {
            let marks = Marks { headings, trails, light: false };
            let mut picture = RgbaImage::from_pixel(64, 64, Rgba([0, 0, 0, 255]));
            draw(looks.iter().map(|found| &found[..]), marks, 12.0, 32, &view, &mut picture);
            let lit: Vec<u32> = picture.enumerate_pixels().filter(|(_, _, p)| p.0[0] > 20).map(|(x, _, _)| x).collect();
            (lit.iter().min().copied(), lit.iter().max().copied())
        };
        assert_eq!(drawn((false, false)), (None, None));
        let (low, high) = drawn((true, false));
        assert!(low.is_some_and(|x| x > 28) && high.is_some_and(|x| (42..50).contains(&x)), "{low:?} {high:?}");
        let (low, high) = drawn((false, true));
        assert!(low.is_some_and(|x| x >= 13) && high.is_some_and(|x| x < 20), "a dot where it was: {low:?} {high:?}");
    }
}
