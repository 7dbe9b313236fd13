//! Walkers or samples as a glow: density summed over pixels, then mapped to colours.

use image::{Rgba, RgbaImage};

/// Where a cloud is seen from. In the plane only `centre` and `half_height` count; in space the view is orthographic, with
/// nearer points brighter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointCamera {
    /// The place in the middle of the picture, user units.
    pub centre: [f32; 3],
    /// Half of what is seen from top to bottom, user units.
    pub half_height: f32,
    /// Rotation about the vertical (z) axis, rad.
    pub azimuth_rad: f32,
    /// Height of the eye above the x-y plane, rad.
    pub elevation_rad: f32,
    /// 2 or 3.
    pub dim: usize,
}

impl PointCamera {
    /// A view of all `points`, with a margin; in space from a little above.
    pub fn around(points: &[[f32; 3]], dim: usize) -> Self {
        let mut low = [f32::INFINITY; 3];
        let mut high = [f32::NEG_INFINITY; 3];
        for p in points {
            for i in 0..3 {
                low[i] = low[i].min(p[i]);
                high[i] = high[i].max(p[i]);
            }
        }
        if points.is_empty() {
            (low, high) = ([-1.0; 3], [1.0; 3]);
        }
        let centre = std::array::from_fn(|i| 0.5 * (low[i] + high[i]));
        let sides: [f32; 3] = std::array::from_fn(|i| high[i] - low[i]);
        let reach = if dim == 2 { sides[0].max(sides[1]) } else { sides[0].hypot(sides[1]).max(sides[2]) };
        Self { centre, half_height: 0.56 * reach.max(1e-6), azimuth_rad: 0.7, elevation_rad: 0.35, dim }
    }

    /// Right, up and towards the eye, in user units from the centre.
    pub fn seen(&self, p: [f32; 3]) -> [f32; 3] {
        let d: [f32; 3] = std::array::from_fn(|i| p[i] - self.centre[i]);
        if self.dim == 2 {
            return [d[0], d[1], 0.0];
        }
        let (sa, ca) = self.azimuth_rad.sin_cos();
        let (se, ce) = self.elevation_rad.sin_cos();
        let (right, ahead) = (ca * d[0] + sa * d[1], -sa * d[0] + ca * d[1]);
        [right, se * ahead + ce * d[2], se * d[2] - ce * ahead]
    }
}

/// Stops of the colour ramp, dark to bright, sRGB.
const RAMP: [[f32; 3]; 5] =
    [[10.0, 12.0, 20.0], [28.0, 52.0, 110.0], [70.0, 150.0, 190.0], [240.0, 190.0, 110.0], [255.0, 250.0, 235.0]];

/// The colour of a density between 0 and 1.
pub fn ramp(level: f32) -> [u8; 3] {
    let at = level.clamp(0.0, 1.0) * (RAMP.len() - 1) as f32;
    let k = (at as usize).min(RAMP.len() - 2);
    let share = at - k as f32;
    std::array::from_fn(|c| (RAMP[k][c] + share * (RAMP[k + 1][c] - RAMP[k][c])).round() as u8)
}

/// Draws a cloud over the whole of `picture`. `density` is scratch space of one number per pixel.
pub fn draw_cloud(
    points: impl Iterator<Item = [f32; 3]>,
    camera: &PointCamera,
    density: &mut Vec<f32>,
    picture: &mut RgbaImage,
) {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    density.clear();
    density.resize(width * height, 0.0);
    let scale = 0.5 * height as f32 / camera.half_height;
    let mut count = 0usize;
    for p in points {
        count += 1;
        let [right, up, near] = camera.seen(p);
        let (x, y) = (0.5 * width as f32 + scale * right - 0.5, 0.5 * height as f32 - scale * up - 0.5);
        if !(x >= 0.0 && y >= 0.0 && x < (width - 1) as f32 && y < (height - 1) as f32) {
            continue;
        }
        let weight = if camera.dim == 2 { 1.0 } else { (1.0 + 0.6 * near / camera.half_height).max(0.2) };
        let (i, j) = (x as usize, y as usize);
        let (fx, fy) = (x - i as f32, y - j as f32);
        let at = j * width + i;
        density[at] += weight * (1.0 - fx) * (1.0 - fy);
        density[at + 1] += weight * fx * (1.0 - fy);
        density[at + width] += weight * (1.0 - fx) * fy;
        density[at + width + 1] += weight * fx * fy;
    }
    // Few points are drawn as bright dots, many as a glow that saturates at a few times their mean density.
    let mean = count as f32 / (width * height) as f32;
    let gain = 1.0 / (3.0 * mean).max(0.5);
    for (pixel, &d) in picture.pixels_mut().zip(density.iter()) {
        let [r, g, b] = ramp(1.0 - (-gain * d).exp());
        *pixel = Rgba([r, g, b, 255]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_drawn_where_the_camera_sees_it() {
        let camera = PointCamera { centre: [0.0; 3], half_height: 1.0, azimuth_rad: 0.0, elevation_rad: 0.0, dim: 2 };
        let mut picture = RgbaImage::new(80, 40);
        draw_cloud([[1.0, 0.5, 0.0]].into_iter(), &camera, &mut Vec::new(), &mut picture);
        let bright = |x, y| picture.get_pixel(x, y).0[0] > 20;
        assert!(bright(59, 9) && bright(60, 10), "1 unit is 20 pixels; up is up");
        assert_eq!(picture.pixels().filter(|p| p.0[0] > 20).count(), 4);
    }

    #[test]
    fn in_space_z_is_up_and_a_quarter_turn_shows_the_y_axis() {
        let camera = PointCamera { dim: 3, azimuth_rad: 0.0, elevation_rad: 0.0, centre: [0.0; 3], half_height: 1.0 };
        assert_eq!(camera.seen([0.0, 0.0, 0.5]), [0.0, 0.5, 0.0]);
        let turned = PointCamera { azimuth_rad: std::f32::consts::FRAC_PI_2, ..camera };
        let [right, up, _] = turned.seen([0.0, 0.5, 0.0]);
        assert!((right - 0.5).abs() < 1e-6 && up.abs() < 1e-6);
    }
}
