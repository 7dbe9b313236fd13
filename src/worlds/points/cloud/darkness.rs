//! Clouds from the darkness of an image or of letters.

use image::DynamicImage;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{CloudError, PointCloud};
use crate::formats::Drawing;

/// `count` points, as dense as the image is dark (transparent counts as white), uniform within a pixel. One unit is a
/// hundredth of the longer side; y points up.
///
/// # Errors
/// An image without darkness gives no points; see [`CloudError`].
pub fn from_darkness(image: &DynamicImage, count: usize, seed: u64) -> Result<PointCloud, CloudError> {
    let pixels = image.to_luma_alpha8();
    let (width, height) = pixels.dimensions();
    let unit = 100.0 / f64::from(width.max(height).max(1));
    // Running sum of darkness, for drawing by bisection.
    let mut sums = Vec::with_capacity((width * height) as usize);
    let mut total = 0.0f64;
    for pixel in pixels.pixels() {
        let [luma, alpha] = pixel.0.map(f64::from);
        total += (255.0 - luma) * alpha;
        sums.push(total);
    }
    if total <= 0.0 {
        return Err(CloudError::TooFew { found: 0 });
    }
    let mut rng = StdRng::seed_from_u64(seed);
    let points = (0..count)
        .map(|_| {
            let level = rng.random_range(0.0..total);
            let pixel = sums.partition_point(|&sum| sum <= level).min(sums.len() - 1) as u32;
            let x = f64::from(pixel % width) + rng.random_range(0.0..1.0);
            let y = f64::from(height) - f64::from(pixel / width) - rng.random_range(0.0..1.0);
            [(x * unit) as f32, (y * unit) as f32, 0.0]
        })
        .collect();
    PointCloud::new(2, points)
}

/// `count` points in the ink of a line of text.
///
/// # Errors
/// No letters, too many, or one that no font has, in one sentence.
pub fn from_text(text: &str, count: usize, seed: u64) -> Result<PointCloud, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("there are no letters to make points of; write some".to_owned());
    }
    let image = Drawing::of_text(text)?.into_image();
    from_darkness(&image.into(), count, seed).map_err(|why| why.to_string())
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;

    #[test]
    fn letters_become_points_where_their_ink_is() {
        let cloud = from_text(" l ", 500, 1).unwrap();
        let side = |axis: usize| {
            let values = || cloud.points.iter().map(|p| p[axis]);
            values().fold(f32::MIN, f32::max) - values().fold(f32::MAX, f32::min)
        };
        assert!(cloud.len() == 500 && side(1) > 3.0 * side(0), "an l is high: {} × {}", side(0), side(1));
        assert!(from_text("  ", 500, 1).unwrap_err().contains("no letters"));
        assert!(from_text("a\u{10FFFD}", 500, 1).unwrap_err().contains("font"));
    }

    #[test]
    fn points_are_where_the_image_is_dark() {
        let image = GrayImage::from_fn(40, 20, |x, y| Luma([if x < 10 && y < 10 { 0 } else { 255 }]));
        let cloud = from_darkness(&DynamicImage::from(image), 500, 1).unwrap();
        assert!(cloud.points.iter().all(|p| p[0] <= 25.0 && p[1] >= 25.0 && p[1] <= 50.0));
        let white = GrayImage::from_pixel(10, 10, Luma([255]));
        assert_eq!(from_darkness(&white.into(), 500, 1), Err(CloudError::TooFew { found: 0 }));
    }
}
