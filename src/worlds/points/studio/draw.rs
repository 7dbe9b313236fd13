//! Clouds and walkers as a glow on dark or light ground.

use glam::{DVec3, Vec3};
use image::{Rgba, RgbaImage};

use crate::gpu::shader_constants;
use crate::media::looks::{NIGHT, PAPER, WARM_WHITE, levels};
use crate::worlds::studio::{DrawOptions, Viewpoint};

/// Stops of the colours of a density, from the ground on, sRGB.
const DARK: [[f32; 3]; 5] =
    [levels(NIGHT), [28.0, 60.0, 118.0], [70.0, 160.0, 190.0], [240.0, 195.0, 115.0], levels(WARM_WHITE)];
const LIGHT: [[f32; 3]; 5] =
    [levels(PAPER), [176.0, 212.0, 214.0], [60.0, 148.0, 160.0], [24.0, 78.0, 116.0], [18.0, 22.0, 40.0]];
/// Entries of the table of colours, and the exposure at its end: 1 - exp(-6) of full light.
const SHADES: usize = 512;
const FULL_EXPOSURE: f32 = 6.0;
/// Up to this many points each is a soft dot of nine pixels; more are a smooth glow.
pub(super) const MAX_DOTS: usize = 200_000;
/// How much brighter what is nearer is, per half height of the picture.
pub(super) const DEPTH_CUE: f32 = 0.6;

shader_constants! {
    /// For `shaders/points/glow.wgsl`.
    pub(super) const GLOW_CONSTANTS;

    /// Light of a dot of nine pixels, relative to one of four: alone they are then about equally bright.
    const DOT_LIGHT: f32 = 1.8;
    /// Light of what is far away in space, at least.
    pub(super) const FAINTEST: f64 = 0.15;
    /// Light of one walker right before the eye in a view that is zoomed in far, at most.
    const BRIGHTEST: f64 = 16.0;
    /// From the left and upper edge to the first position whose dot is whole, pixels.
    const FIRST_MARGIN: f64 = 1.5;
    /// From the last such position to the right and lower edge, pixels.
    const LAST_MARGIN: f64 = 2.5;
}

/// A view of all `points` with a margin, in space from a little above; of some units where there are none.
pub(super) fn whole_view(points: &[[f32; 3]], dim: usize) -> Viewpoint {
    let positions = || points.iter().map(|&p| Vec3::from(p).as_dvec3());
    let low = positions().reduce(DVec3::min).unwrap_or(DVec3::splat(-2.0));
    let high = positions().reduce(DVec3::max).unwrap_or(DVec3::splat(2.0));
    let centre = 0.5 * (low + high);
    let sides = high - low;
    let is_spatial = dim == 3;
    let reach = if is_spatial { sides.truncate().length().max(sides.z) } else { 1.15 * sides.truncate().max_element() };
    Viewpoint { centre, half_height: 0.56 * reach.max(1e-6), azimuth_rad: 0.7, elevation_rad: 0.35, is_spatial }
}

/// Light on each pixel, kept from picture to picture where there are trails.
#[derive(Debug, Default)]
pub(super) struct Glow {
    density: Vec<f32>,
    /// What `density` belongs to.
    seen: Option<([u32; 2], Viewpoint)>,
}

impl Glow {
    /// Draws `count` positions over the whole of `picture`.
    pub fn draw(
        &mut self,
        positions: impl Iterator<Item = [f64; 3]>,
        count: usize,
        view: &Viewpoint,
        options: DrawOptions,
        picture: &mut RgbaImage,
    ) {
        let size = [picture.width(), picture.height()];
        let same = self.seen == Some((size, *view));
        self.seen = Some((size, *view));
        let kept = if same { options.trail } else { 0.0 };
        draw(&mut self.density, kept, positions, count, view, options.light, picture);
    }
}

/// Adds positions to the `kept` share of `density` and shows it. With trails the sum of all pictures has 1.6 times the light of
/// one, so that single walkers can still be followed.
pub(super) fn draw(
    density: &mut Vec<f32>,
    kept: f32,
    positions: impl Iterator<Item = [f64; 3]>,
    count: usize,
    view: &Viewpoint,
    light: bool,
    picture: &mut RgbaImage,
) {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    if kept == 0.0 {
        density.clear();
    }
    density.resize(width * height, 0.0);
    density.iter_mut().for_each(|d| *d *= kept);
    if width < 4 || height < 4 {
        return;
    }
    let scale = 0.5 * height as f64 / view.half_height;
    let [right, up, near] = view.axes().map(|axis| scale * axis);
    let dots = count <= MAX_DOTS;
    let share = share_of_one(kept);
    for position in positions {
        let off = DVec3::from(position) - view.centre;
        let (x, y) = (0.5 * width as f64 + off.dot(right), 0.5 * height as f64 - off.dot(up));
        // Also leaves out what is not finite.
        if !(x >= FIRST_MARGIN
            && y >= FIRST_MARGIN
            && x < width as f64 - LAST_MARGIN
            && y < height as f64 - LAST_MARGIN)
        {
            continue;
        }
        let depth = if view.is_spatial { 2.0 * off.dot(near) as f32 / height as f32 } else { 0.0 };
        let weight = share * (1.0 + DEPTH_CUE * depth).clamp(FAINTEST as f32, BRIGHTEST as f32);
        if dots {
            splat(density, width, [x as f32, y as f32], weight)
        } else {
            spread(density, width, [x as f32, y as f32], weight)
        }
    }
    shade(density, count, light, picture);
}

/// Light of one walker where the `kept` share of the last picture stays.
pub(super) fn share_of_one(kept: f32) -> f32 {
    if kept > 0.0 { 1.6 * (1.0 - kept) } else { 1.0 }
}

/// A soft dot of nine pixels: quadratic B-splines, whose sum is the weight wherever the dot is.
fn splat(density: &mut [f32], width: usize, [x, y]: [f32; 2], weight: f32) {
    let (i, j) = (x as usize, y as usize);
    let spline = |t: f32| [0.5 * (1.0 - t) * (1.0 - t), 0.75 - (t - 0.5) * (t - 0.5), 0.5 * t * t];
    let (wx, wy) = (spline(x - i as f32), spline(y - j as f32));
    for (row, wy) in wy.iter().enumerate() {
        let at = (j + row - 1) * width + i - 1;
        for (pixel, wx) in density[at..at + 3].iter_mut().zip(&wx) {
            *pixel += DOT_LIGHT * weight * wx * wy;
        }
    }
}

/// A dot of four pixels.
fn spread(density: &mut [f32], width: usize, [x, y]: [f32; 2], weight: f32) {
    let (x, y) = (x - 0.5, y - 0.5);
    let (i, j) = (x as usize, y as usize);
    let (fx, fy) = (x - i as f32, y - j as f32);
    let at = j * width + i;
    density[at] += weight * (1.0 - fx) * (1.0 - fy);
    density[at + 1] += weight * fx * (1.0 - fy);
    density[at + width] += weight * (1.0 - fx) * fy;
    density[at + width + 1] += weight * fx * fy;
}

fn shade(density: &[f32], count: usize, light: bool, picture: &mut RgbaImage) {
    let table = shades(light);
    let to_table = entries_per_light(count, density.len());
    for (pixel, d) in picture.pixels_mut().zip(density) {
        let [r, g, b] = table[((d * to_table) as usize).min(SHADES - 1)];
        *pixel = Rgba([r, g, b, 255]);
    }
}

/// Colours of light, from none to full exposure.
pub(super) fn shades(light: bool) -> [[u8; 3]; SHADES] {
    let stops = if light { LIGHT } else { DARK };
    std::array::from_fn(|k| {
        let exposure = FULL_EXPOSURE * k as f32 / (SHADES - 1) as f32;
        let at = (1.0 - (-exposure).exp()) * (stops.len() - 1) as f32;
        let stop = (at as usize).min(stops.len() - 2);
        let share = at - stop as f32;
        std::array::from_fn(|c| (stops[stop][c] + share * (stops[stop + 1][c] - stops[stop][c])).round() as u8)
    })
}

/// Entries of [`shades`] for each unit of light on a pixel. Few points are bright dots; many are a glow that nearly
/// saturates at ten times their mean over the picture.
pub(super) fn entries_per_light(count: usize, pixels: usize) -> f32 {
    let mean = count as f32 / pixels as f32;
    let gain = (0.25 / mean.max(1e-6)).min(2.0);
    gain * (SHADES - 1) as f32 / FULL_EXPOSURE
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::*;

    fn lit(picture: &RgbaImage) -> Vec<(u32, u32)> {
        let ground = *picture.get_pixel(0, 0);
        picture.enumerate_pixels().filter(|(_, _, p)| **p != ground).map(|(x, y, _)| (x, y)).collect()
    }

    #[test]
    fn a_point_is_drawn_where_the_view_sees_it() {
        let view = Viewpoint::flat(DVec2::ZERO, 1.0);
        for options in [DrawOptions::default(), DrawOptions { light: true, ..DrawOptions::default() }] {
            let mut picture = RgbaImage::new(80, 40);
            Glow::default().draw([[1.0, 0.5, 0.0]].into_iter(), 1, &view, options, &mut picture);
            let lit = lit(&picture);
            assert!(!lit.is_empty() && lit.len() <= 9, "{lit:?}");
            assert!(lit.iter().all(|&(x, y)| x.abs_diff(60) <= 1 && y.abs_diff(10) <= 1), "{lit:?}");
        }
    }

    #[test]
    fn trails_fade_and_end_when_the_view_moves() {
        let mut view = Viewpoint::flat(DVec2::ZERO, 1.0);
        let options = DrawOptions { trail: 0.9, ..DrawOptions::default() };
        let (mut glow, mut picture) = (Glow::default(), RgbaImage::new(40, 40));
        let mut draw = |glow: &mut Glow, x: f64, view: &Viewpoint| {
            glow.draw([[x, 0.0, 0.0]].into_iter(), 1, view, options, &mut picture);
            // Red rises all the way along the colours.
            picture.get_pixel(10, 20).0[0]
        };
        let first = draw(&mut glow, -0.5, &view);
        let after = draw(&mut glow, 0.5, &view);
        let ground = DARK[0][0] as u8;
        assert!(first > after && after > ground, "{first} {after}");
        view.centre.y = 0.2;
        assert_eq!(draw(&mut glow, 0.5, &view), ground);
    }

    #[test]
    fn the_whole_view_holds_every_point() {
        for (dim, points) in [(2, vec![[0.0, 1.0, 0.0], [6.0, 2.0, 0.0]]), (3, vec![[0.0; 3], [6.0, 2.0, 9.0]])] {
            let view = whole_view(&points, dim);
            let mut picture = RgbaImage::new(60, 60);
            let positions = points.iter().map(|p| p.map(f64::from));
            Glow::default().draw(positions, 2, &view, DrawOptions::default(), &mut picture);
            assert!(lit(&picture).len() >= 8, "{view:?}");
        }
        assert!(whole_view(&[], 2).half_height > 1.0);
    }

    #[test]
    fn what_is_outside_or_not_finite_is_left_out() {
        let view = Viewpoint::flat(DVec2::ZERO, 1.0);
        let mut picture = RgbaImage::new(40, 40);
        let positions = [[9.0, 0.0, 0.0], [f64::NAN, 0.0, 0.0], [0.0, -1.0, 0.0]];
        Glow::default().draw(positions.into_iter(), 3, &view, DrawOptions::default(), &mut picture);
        assert!(lit(&picture).is_empty());
        Glow::default().draw([[0.0; 3]].into_iter(), 1, &view, DrawOptions::default(), &mut RgbaImage::new(2, 2));
    }
}
