//! Marks over a live field of tokens: where each heads, and where it has been.

use image::{Rgba, RgbaImage};

use crate::worlds::field::tokens::{Sighting, TokenPose};
use crate::worlds::studio::Viewpoint;

const ARROW: [f32; 3] = [255.0, 255.0, 255.0];
const TRAIL: [f32; 3] = [120.0, 190.0, 255.0];
/// Length of an arrow, from the centre of a token, as a share of the clearance, and half the width of marks, picture pixels.
const LENGTH: f64 = 0.55;
const HALF_WIDTH: f64 = 1.1;
/// Shown strength of the oldest mark of a trail.
const OLDEST: f32 = 0.15;

/// Places of a field of `height` rows in a picture.
#[derive(Clone, Copy)]
struct Sheet {
    view: Viewpoint,
    height: f64,
    picture: [f64; 2],
    /// Field pixels of one picture pixel.
    unit: f64,
}

impl Sheet {
    fn place(&self, [column, row]: [f64; 2]) -> [f64; 2] {
        let [width, height] = self.picture;
        let x = (column - self.view.centre[0]) / self.unit + 0.5 * width;
        let y = 0.5 * height - (self.height - row - self.view.centre[1]) / self.unit;
        [x, y]
    }
}

/// Draws an arrow for each token that was found last, if wished, and a dot for each that was found before.
pub(super) fn draw<'a>(
    looks: impl DoubleEndedIterator<Item = &'a [Sighting]> + ExactSizeIterator,
    (headings, trails): (bool, bool),
    clearance_px: f64,
    field_height: usize,
    view: &Viewpoint,
    picture: &mut RgbaImage,
) {
    let size = [f64::from(picture.width()), f64::from(picture.height())];
    let unit = 2.0 * view.half_height / size[1].max(1.0);
    let sheet = Sheet { view: *view, height: field_height as f64, picture: size, unit };
    // The centre of the pixel with index 0 is half a pixel from the edge.
    let centre = |pose: &TokenPose| [pose.x + 0.5, pose.y + 0.5];
    let count = looks.len();
    for (k, found) in looks.enumerate() {
        let is_last = k + 1 == count;
        let strength = OLDEST + (1.0 - OLDEST) * (k + 1) as f32 / count as f32;
        for Sighting { pose, .. } in found {
            let at = sheet.place(centre(pose));
            if trails && !is_last {
                line(picture, [at, at], TRAIL, 0.7 * strength);
            }
            if headings && is_last {
                let length = LENGTH * clearance_px;
                let ahead = |angle: f64, length: f64| {
                    let (sin, cos) = angle.sin_cos();
                    [length * cos / unit, length * sin / unit]
                };
                let [dx, dy] = ahead(pose.heading, length);
                let tip = [at[0] + dx, at[1] + dy];
                line(picture, [at, tip], ARROW, 0.9);
                for side in [-0.7, 0.7] {
                    let [bx, by] = ahead(pose.heading + std::f64::consts::PI + side, 0.4 * length);
                    line(picture, [tip, [tip[0] + bx, tip[1] + by]], ARROW, 0.9);
                }
            }
        }
    }
}

/// Blends a line of a soft edge over a picture.
fn line(picture: &mut RgbaImage, [from, to]: [[f64; 2]; 2], colour: [f32; 3], strength: f32) {
    let reach = HALF_WIDTH + 1.0;
    let [width, height] = [f64::from(picture.width()), f64::from(picture.height())];
    let span = |axis: usize, limit: f64| {
        let (low, high) = (from[axis].min(to[axis]) - reach, from[axis].max(to[axis]) + reach);
        (low.clamp(0.0, limit) as u32, high.clamp(0.0, limit) as u32)
    };
    let ((left, right), (top, bottom)) = (span(0, width), span(1, height));
    let way = [to[0] - from[0], to[1] - from[1]];
    let square = (way[0] * way[0] + way[1] * way[1]).max(1e-9);
    for y in top..bottom {
        for x in left..right {
            let off = [f64::from(x) + 0.5 - from[0], f64::from(y) + 0.5 - from[1]];
            let share = ((off[0] * way[0] + off[1] * way[1]) / square).clamp(0.0, 1.0);
            let distance = (off[0] - share * way[0]).hypot(off[1] - share * way[1]);
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
        let view = Viewpoint::flat([16.0, 16.0], 16.0);
        let drawn = |marks: (bool, bool)| {
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
