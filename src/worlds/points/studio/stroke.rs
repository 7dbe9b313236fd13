//! Soft lines over a picture.

use image::RgbaImage;

/// How much of each pixel lines cover, 0 to 1: where lines meet the stronger one counts, so that joints leave no beads.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    size: [usize; 2],
    share: Vec<f32>,
}

impl Coverage {
    /// Empty, for a picture of this size.
    pub fn clear(&mut self, [width, height]: [u32; 2]) {
        self.size = [width as usize, height as usize];
        self.share.clear();
        self.share.resize(self.size[0] * self.size[1], 0.0);
    }

    /// A line between two positions `width` pixels wide. `strength`: its share of a pixel in the middle of the line.
    pub fn line(&mut self, from: [f32; 2], to: [f32; 2], width: f32, strength: f32) {
        let reach = 0.5 * width + 1.0;
        let bounds = |axis: usize| {
            let (low, high) = (from[axis].min(to[axis]) - reach, from[axis].max(to[axis]) + reach);
            let last = self.size[axis] as f32;
            // Also leaves out what is not finite.
            (high > 0.0 && low < last).then(|| (low.max(0.0) as usize, high.min(last) as usize))
        };
        let (Some((left, right)), Some((top, bottom))) = (bounds(0), bounds(1)) else { return };
        let way = [to[0] - from[0], to[1] - from[1]];
        let length_sq = (way[0] * way[0] + way[1] * way[1]).max(1e-12);
        for y in top..bottom.min(self.size[1]) {
            for x in left..right.min(self.size[0]) {
                let d = [x as f32 + 0.5 - from[0], y as f32 + 0.5 - from[1]];
                let along = ((d[0] * way[0] + d[1] * way[1]) / length_sq).clamp(0.0, 1.0);
                let off = (d[0] - along * way[0]).hypot(d[1] - along * way[1]);
                let share = strength * (0.5 * width + 0.5 - off).clamp(0.0, 1.0);
                let pixel = &mut self.share[y * self.size[0] + x];
                *pixel = pixel.max(share);
            }
        }
    }

    /// An arrow with its head at `to`.
    pub fn arrow(&mut self, from: [f32; 2], to: [f32; 2], width: f32, strength: f32) {
        let way = [to[0] - from[0], to[1] - from[1]];
        let length = way[0].hypot(way[1]);
        if length.is_nan() || length <= 1.0 {
            return;
        }
        self.line(from, to, width, strength);
        let (ahead, head) = ([way[0] / length, way[1] / length], (0.4 * length).clamp(2.5, 6.0));
        for side in [-0.55f32, 0.55] {
            let back = [to[0] - head * (ahead[0] - side * ahead[1]), to[1] - head * (ahead[1] + side * ahead[0])];
            self.line(to, back, width, strength);
        }
    }

    /// Puts `colour` over the picture wherever lines are.
    pub fn paint(&self, colour: [u8; 3], picture: &mut RgbaImage) {
        for (pixel, share) in picture.pixels_mut().zip(&self.share).filter(|(_, share)| **share > 0.0) {
            for (old, new) in pixel.0.iter_mut().zip(colour) {
                *old = (f32::from(*old) + share * (f32::from(new) - f32::from(*old))).round() as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_covers_its_pixels_and_no_others() {
        let mut coverage = Coverage::default();
        coverage.clear([20, 10]);
        coverage.line([2.5, 5.5], [12.5, 5.5], 1.0, 0.8);
        coverage.line([-30.0, f32::NAN], [40.0, 3.0], 1.0, 0.8);
        let mut picture = RgbaImage::from_pixel(20, 10, image::Rgba([0, 0, 0, 255]));
        coverage.paint([100, 200, 0], &mut picture);
        assert_eq!(picture.get_pixel(8, 5).0, [80, 160, 0, 255]);
        assert_eq!(picture.get_pixel(8, 7).0, [0, 0, 0, 255]);
        assert_eq!(picture.get_pixel(16, 5).0, [0, 0, 0, 255]);
    }

    #[test]
    fn an_arrow_has_its_head_at_its_end() {
        let mut coverage = Coverage::default();
        coverage.clear([30, 30]);
        coverage.arrow([5.0, 15.0], [25.0, 15.0], 1.3, 1.0);
        let covered = |columns: std::ops::Range<usize>| {
            columns.map(|x| (0..30).filter(|y| coverage.share[y * 30 + x] > 0.3).count()).max()
        };
        assert!(covered(19..25) > covered(5..15), "the head is wider than the shaft");
    }
}
