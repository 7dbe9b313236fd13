//! A picture in the making: linear light, world to pixel, bodies with their light. What a body looks like is defined by
//! `shaders/swarm/particles.wgsl`, which draws the window; this is its twin.

use std::sync::LazyLock;

use glam::{DVec2, UVec2};
use image::{Rgba, RgbaImage};

use super::colours::Light;
use super::{Framing, PictureStyle};
use crate::media::looks::shape::{self, GHOST_OPACITY, GLOW_REACH, GLOW_STRENGTH, STAGE_MARGIN_PX};
use crate::media::looks::{Body, Theme, linear};

/// No body reaches farther from its particle than this, half lengths.
const MAX_REACH: f64 = 1.2;
/// Half a body is never shorter than this, pixels, or a large swarm would vanish.
const MIN_HALF_PX: f64 = 2.0;

/// Linear light to sRGB byte.
pub(super) fn srgb(light: f32) -> u8 {
    static TABLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        // Indexed by the square root of the light, fine enough to reach every byte.
        (0..4096).map(|i| crate::media::looks::srgb((f64::from(i) / 4095.0).powi(2))).collect()
    });
    TABLE[(light.clamp(0.0, 1.0).sqrt() * 4095.0).round() as usize]
}

pub(super) fn mix(a: Light, b: Light, share: f32) -> Light {
    [0, 1, 2].map(|c| a[c] + share * (b[c] - a[c]))
}

/// Signed distance from (ahead, aside) to the shape, in half lengths of the body: negative inside.
fn body_distance(body: Body, ahead: f64, aside: f64) -> f64 {
    let aside = aside.abs();
    match body {
        Body::Dot => ahead.hypot(aside) - shape::DOT_RADIUS,
        Body::Drop => {
            // The hull of a round head (radius a) and a tail tip (radius b), h behind it.
            let (a, b, h) = (shape::DROP_HEAD_RADIUS, shape::DROP_TAIL_RADIUS, shape::DROP_LENGTH);
            let behind = shape::DROP_HEAD_AHEAD - ahead;
            // The slanted side has the normal (s, c).
            let s: f64 = (a - b) / h;
            let c = (1.0 - s * s).sqrt();
            let along = behind * c - aside * s;
            if along < 0.0 {
                behind.hypot(aside) - a
            } else if along > h * c {
                (behind - h).hypot(aside) - b
            } else {
                behind * s + aside * c - a
            }
        }
        Body::Arrow => {
            // A notched tail: two half planes, rounded.
            let wing = DVec2::new(shape::ARROW_WING_AHEAD, shape::ARROW_WING_ASIDE);
            let (nose, notch) = (DVec2::X, DVec2::new(shape::ARROW_NOTCH_AHEAD, 0.0));
            let beyond = |from: DVec2, to: DVec2| (from - to).perp().normalize().dot(DVec2::new(ahead, aside) - from);
            beyond(nose, wing).max(beyond(wing, notch)) - shape::ARROW_ROUNDING
        }
    }
}

/// The pixels of a picture of a torus.
#[derive(Clone, Copy)]
pub(super) struct Grid {
    pub size: [u32; 2],
    /// Pixels per unit of the swarm, along x and y.
    pub scale: DVec2,
    /// Half the length of a body, pixels.
    pub half_px: f64,
    /// Sides of the box, pixels.
    box_px: DVec2,
    /// The upper left corner of the box, pixels.
    corner: DVec2,
}

impl Grid {
    /// The box from edge to edge, or a part of its world.
    pub fn new(box_size: DVec2, style: &PictureStyle, framing: Option<&Framing>) -> Self {
        let size = style.size_of(box_size);
        let picture = UVec2::from(size).as_dvec2();
        let fits = picture / box_size;
        let fits = DVec2::select(fits.is_finite_mask(), fits, DVec2::ONE);
        let scale = framing.map_or(fits, |framing| DVec2::splat(framing.magnification * fits.min_element()));
        let box_px = scale * box_size;
        let corner = framing.map_or(DVec2::ZERO, |framing| {
            let centre = framing.centre * scale;
            0.5 * picture + DVec2::new(-centre.x, centre.y - box_px.y)
        });
        Self { size, scale, half_px: (0.5 * style.body_length * scale.x).max(MIN_HALF_PX), box_px, corner }
    }

    pub fn pixels(&self) -> usize {
        self.size[0] as usize * self.size[1] as usize
    }

    pub fn to_pixel(self, place: DVec2) -> DVec2 {
        let px = place * self.scale;
        self.corner + DVec2::new(px.x, self.box_px.y - px.y)
    }

    /// The middle of each pixel, row by row, in sides of the box: both numbers are between 0 and 1 inside it, and y
    /// points down.
    pub fn places(self) -> impl Iterator<Item = DVec2> {
        let [width, height] = self.size;
        (0..height)
            .flat_map(move |y| (0..width).map(move |x| UVec2::new(x, y)))
            .map(move |pixel| (pixel.as_dvec2() + 0.5 - self.corner) / self.box_px)
    }

    /// Distance of such a position to the box, pixels: negative inside.
    pub fn outside_px(&self, place: DVec2) -> f64 {
        let q = ((place - 0.5).abs() - 0.5) * self.box_px;
        q.max(DVec2::ZERO).length() + q.max_element().min(0.0)
    }

    /// Calls `paint` with each pixel within `reach` of the pixel position `centre` or of its images in the boxes around,
    /// the offset from there (y down), and whether it is such an image.
    pub fn each_pixel_near(&self, centre: DVec2, reach: DVec2, mut paint: impl FnMut(usize, DVec2, bool)) {
        let size = self.size.map(f64::from);
        let images = |axis: usize| {
            let turns = [-1.0, 0.0, 1.0].map(|turn| (centre[axis] + turn * self.box_px[axis], turn != 0.0));
            turns.into_iter().filter(move |(c, _)| c + reach[axis] > 0.0 && c - reach[axis] < size[axis])
        };
        let span = |c: f64, axis: usize| {
            let from = (c - reach[axis]).floor().max(0.0) as u32;
            let to = (c + reach[axis]).ceil().min(size[axis]) as u32;
            from..to
        };
        for (cy, turned_y) in images(1) {
            for (cx, turned_x) in images(0) {
                for y in span(cy, 1) {
                    for x in span(cx, 0) {
                        let pixel = y as usize * self.size[0] as usize + x as usize;
                        let offset = UVec2::new(x, y).as_dvec2() + 0.5 - DVec2::new(cx, cy);
                        paint(pixel, offset, turned_x || turned_y);
                    }
                }
            }
        }
    }
}

pub(super) struct LightRaster {
    grid: Grid,
    body: Body,
    /// Strength of the light around the bodies.
    glow: f64,
    /// 1 on light ground, where light would vanish, and tints instead.
    on_paper: f32,
    /// Of images of the box around it.
    pub ghost_opacity: f32,
    pub light: Vec<Light>,
}

impl LightRaster {
    pub fn new(grid: Grid, style: &PictureStyle, framing: Option<&Framing>) -> Self {
        let (ghost_opacity, light) = match framing {
            // Edge to edge: what reaches over an edge belongs to the picture.
            None => (1.0, vec![style.background().map(linear); grid.pixels()]),
            Some(framing) if framing.is_endless => (1.0, vec![style.theme.ground().map(linear); grid.pixels()]),
            Some(_) => (GHOST_OPACITY, stage(&grid, style.theme)),
        };
        Self {
            grid,
            body: style.body,
            glow: style.glow.clamp(0.0, 1.0),
            on_paper: if style.theme == Theme::Light { 1.0 } else { 0.0 },
            ghost_opacity,
            light,
        }
    }

    /// A particle at a place of the swarm, and the light around it.
    pub fn body(&mut self, place: DVec2, heading: f64, colour: Light) {
        let (body, half, glow, on_paper) = (self.body, self.grid.half_px, self.glow, self.on_paper);
        let ghost_opacity = self.ghost_opacity;
        let heading = DVec2::from_angle(heading);
        let reach = half * (MAX_REACH + GLOW_REACH * glow) + shape::SOFT_EDGE_PX;
        let light = &mut self.light;
        let centre = self.grid.to_pixel(place);
        self.grid.each_pixel_near(centre, DVec2::splat(reach), |pixel, offset, is_image| {
            let DVec2 { x: ahead, y: aside } = heading.rotate(offset) / half;
            let d = body_distance(body, ahead, aside);
            let cover = (0.5 - d * half).clamp(0.0, 1.0);
            // The light follows the body, and rounds off beyond its points.
            let far = d.max(ahead.hypot(aside) - 1.0).max(0.0) / GLOW_REACH;
            let fade = (1.0 - far).clamp(0.0, 1.0);
            let halo = (1.0 - cover) * glow * GLOW_STRENGTH * fade * fade;
            if cover + halo <= 0.0 {
                return;
            }
            // Lit from the front, so that the heading reads at a glance even in a small body.
            let lit = shape::LIGHT_BASE
                + shape::LIGHT_AHEAD * ahead.clamp(-1.0, 1.0)
                + shape::LIGHT_INSIDE * (-shape::INSIDE_PER_LENGTH * d).clamp(0.0, shape::MAX_INSIDE);
            let opacity = if is_image { ghost_opacity } else { 1.0 };
            let own = opacity * (cover * lit + halo) as f32;
            let cover = opacity * (cover as f32 + on_paper * halo as f32);
            light[pixel] = [0, 1, 2].map(|c| own * colour[c] + (1.0 - cover) * light[pixel][c]);
        });
    }

    pub fn finish(self) -> RgbaImage {
        let [width, height] = self.grid.size;
        RgbaImage::from_fn(width, height, |x, y| {
            let [r, g, b] = self.light[y as usize * width as usize + x as usize].map(srgb);
            Rgba([r, g, b, 255])
        })
    }
}

/// The box of the swarm on its ground, as `shaders/swarm/particles.wgsl` draws it.
fn stage(grid: &Grid, theme: Theme) -> Vec<Light> {
    let (ground, fill, edge) = (theme.ground().map(linear), theme.stage().map(linear), theme.edge());
    let light = |place| {
        let d = grid.outside_px(place) as f32;
        let inside = (0.5 - d).clamp(0.0, 1.0);
        let line = (shape::STAGE_LINE_PX - d.abs()).clamp(0.0, 1.0);
        let fade = (1.0 - d / STAGE_MARGIN_PX).clamp(0.0, 1.0);
        let shine = (1.0 - line) * shape::STAGE_SHINE * fade.powi(3) * (1.0 - inside);
        let cover = inside + line * (1.0 - inside) + shape::STAGE_SHINE_COVER * shine;
        [0, 1, 2].map(|c| inside * (1.0 - line) * fill[c] + (line + shine) * edge[c] + (1.0 - cover) * ground[c])
    };
    grid.places().map(light).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_and_bytes_turn_into_each_other() {
        for byte in 0..=255u8 {
            assert_eq!(srgb(linear(byte)), byte);
        }
    }

    #[test]
    fn the_distance_to_a_drop_is_that_to_the_nearest_of_its_circles() {
        // The hull of two circles is the union of all circles between them with radii in proportion.
        let (length, head, tail) = (shape::DROP_LENGTH, shape::DROP_HEAD_RADIUS, shape::DROP_TAIL_RADIUS);
        for i in 0..400 {
            let (ahead, aside) = (f64::from(i % 20) * 0.2 - 2.0, f64::from(i / 20) * 0.15 - 1.5);
            let union = (0..=20_000)
                .map(|k| {
                    let t = f64::from(k) / 20_000.0;
                    (ahead - shape::DROP_HEAD_AHEAD + t * length).hypot(aside) - (head + t * (tail - head))
                })
                .fold(f64::INFINITY, f64::min);
            let distance = body_distance(Body::Drop, ahead, aside);
            assert!((distance - union).abs() < 1e-4, "({ahead}, {aside}): {distance} against {union}");
        }
    }

    #[test]
    fn hulls_of_the_shader_fit_the_bodies() {
        // Only the sharp wing tips of an arrow are outside, by less than the room for their soft edge.
        const FIT: std::ops::Range<f64> = -0.06..0.1;
        use shape::hull;

        let hulls = [
            (Body::Arrow, hull::ARROW_HULL_TIP, hull::ARROW_HULL_BASE, hull::ARROW_HULL_HALF_WIDTH),
            (Body::Drop, hull::DROP_HULL_TIP, hull::DROP_HULL_BASE, hull::DROP_HULL_HALF_WIDTH),
            (Body::Dot, hull::DOT_HULL_TIP, hull::DOT_HULL_BASE, hull::DOT_HULL_HALF_WIDTH),
        ];
        for (body, tip, base, half_width) in hulls {
            // How far a point of the body is within the triangle: from the base, and from the slanted side.
            let (mut from_base, mut from_side) = (f64::INFINITY, f64::INFINITY);
            let slope = half_width / (tip - base).abs();
            for (i, j) in (0..400).flat_map(|i| (0..200).map(move |j| (i, j))) {
                let (ahead, aside) = (f64::from(i) * 0.01 - 2.0, f64::from(j) * 0.01);
                if body_distance(body, ahead, aside) < 0.0 {
                    from_base = from_base.min((ahead - base) * (tip - base).signum());
                    from_side = from_side.min((slope * (tip - ahead).abs() - aside) / slope.hypot(1.0));
                }
            }
            assert!(FIT.contains(&from_base), "{body:?}: {from_base} from the base");
            assert!(FIT.contains(&from_side), "{body:?}: {from_side} from the side");
        }
    }

    #[test]
    fn an_arrow_is_notched_behind_and_a_dot_is_round() {
        let inside = |body, ahead, aside| body_distance(body, ahead, aside) < 0.0;
        assert!(inside(Body::Arrow, 1.0, 0.0) && inside(Body::Arrow, -0.7, 0.6) && !inside(Body::Arrow, -0.7, 0.0));
        for k in 0..8 {
            let (sin, cos) = f64::from(k).sin_cos();
            assert!(inside(Body::Dot, 0.6 * cos, 0.6 * sin) && !inside(Body::Dot, 0.65 * cos, 0.65 * sin));
        }
    }
}
