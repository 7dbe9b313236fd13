//! Pictures of fields.

use image::{Rgb, RgbImage};

use super::rule::LibraryRule;
use super::stills::Still;

/// Colours of v from the rest state to beyond the seed state: ink, blue, teal, sand, white (sRGB).
const STOPS: [[f32; 3]; 5] =
    [[12.0, 14.0, 28.0], [28.0, 64.0, 130.0], [40.0, 160.0, 160.0], [240.0, 205.0, 120.0], [255.0, 250.0, 235.0]];
/// Value of v, relative to the way from rest to seed, at the last stop.
const FULL: f32 = 1.4;

/// A picture of v between the rule's rest and seed states, `scale` × `scale` pixels for each pixel of the field.
pub fn pattern_picture(still: &Still, rule: &LibraryRule, scale: u32) -> RgbImage {
    let (rest, seed) = (rule.rest[1] as f32, rule.seed[1] as f32);
    let way = if seed == rest { 1.0 } else { FULL * (seed - rest) };
    let plane = still.plane(1);
    enlarged(still, scale, |at| {
        let place = ((plane[at] - rest) / way).clamp(0.0, 1.0) * (STOPS.len() - 1) as f32;
        let stop = (place as usize).min(STOPS.len() - 2);
        let share = place - stop as f32;
        [0, 1, 2].map(|c| (STOPS[stop][c] * (1.0 - share) + STOPS[stop + 1][c] * share).round() as u8)
    })
}

/// The first three channels as red, green and blue from `low` to `high`.
pub fn colour_picture(still: &Still, low: f32, high: f32, scale: u32) -> RgbImage {
    let byte = |v: f32| ((v - low) / (high - low) * 255.0).round().clamp(0.0, 255.0) as u8;
    let channel = |c: usize| still.plane(c.min(still.channels - 1));
    enlarged(still, scale, |at| [0, 1, 2].map(|c| byte(channel(c)[at])))
}

fn enlarged(still: &Still, scale: u32, colour: impl Fn(usize) -> [u8; 3]) -> RgbImage {
    let scale = scale.max(1);
    let (width, height) = (still.width as u32 * scale, still.height as u32 * scale);
    RgbImage::from_fn(width, height, |x, y| Rgb(colour((y / scale) as usize * still.width + (x / scale) as usize)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::stills::GrayScott;

    #[test]
    fn pixels_are_enlarged_and_coloured_by_v() {
        let mut still = Still::filled(16, 16, &[1.0, 0.0]);
        still.plane_mut(1)[17] = 9.0;
        let picture = pattern_picture(&still, &GrayScott::default().rule(), 3);
        assert_eq!((picture.width(), picture.height()), (48, 48));
        assert_eq!(picture.get_pixel(0, 0).0, STOPS[0].map(|c| c as u8));
        assert_eq!(picture.get_pixel(5, 5).0, STOPS[4].map(|c| c as u8));
        let colours = colour_picture(&Still::filled(16, 16, &[0.0, 0.5, 2.0]), 0.0, 1.0, 1);
        assert_eq!(colours.get_pixel(3, 3).0, [0, 128, 255]);
    }
}
