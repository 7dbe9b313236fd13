//! A picture in the making: linear light, world to pixel, drops, glow and trails.

use std::sync::LazyLock;

use image::{Rgba, RgbaImage};

use super::PictureStyle;
use crate::snapshot::{MAX_SPECIES, Particle};

/// Bodies are never shorter than this, pixels, or a large swarm would vanish.
const LEAST_BODY_PX: f64 = 4.0;

/// Radius of the glow in body lengths, and of the head and tail.
const GLOW_REACH: f64 = 1.6;
const HEAD_RADIUS: f64 = 0.23;
const TAIL_RADIUS: f64 = 0.035;

/// Share of white in the middle of the head.
pub(super) const HIGHLIGHT: f32 = 0.28;

type Light = [f32; 3];

pub(super) struct Canvas {
    size: [u32; 2],
    /// Pixels per unit of the swarm, along x and y.
    scale: [f64; 2],
    body_px: f64,
    glow: f32,
    trail: f32,
    background: Light,
    palette: [Light; MAX_SPECIES],
    light: Vec<Light>,
    /// For each pixel the strongest trail over it, and whose.
    trails: Vec<(f32, u8)>,
}

/// sRGB byte to linear light.
pub(super) fn linear(byte: u8) -> f32 {
    let s = f32::from(byte) / 255.0;
    if s <= 0.04045 { s / 12.92 } else { ((s + 0.055) / 1.055).powf(2.4) }
}

/// Linear light to sRGB byte.
pub(super) fn srgb(light: f32) -> u8 {
    static TABLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let encode = |l: f32| if l <= 0.003_130_8 { 12.92 * l } else { 1.055 * l.powf(1.0 / 2.4) - 0.055 };
        // Indexed by the square root of the light, fine enough to reach every byte.
        (0..4096).map(|i| (255.0 * encode((i as f32 / 4095.0).powi(2))).round() as u8).collect()
    });
    TABLE[(light.clamp(0.0, 1.0).sqrt() * 4095.0).round() as usize]
}

pub(super) fn mix(a: Light, b: Light, share: f32) -> Light {
    [0, 1, 2].map(|c| a[c] + share * (b[c] - a[c]))
}

/// Signed distance from (ahead, aside) to a drop: the hull of a head circle at 0 and a tail circle at `-length`.
fn drop_distance(ahead: f64, aside: f64, length: f64, head: f64, tail: f64) -> f64 {
    // The flank is the common tangent of both circles; its normal leans back by this sine.
    let lean = (head - tail) / length;
    let upright = (1.0 - lean * lean).max(0.0).sqrt();
    let aside = aside.abs();
    let behind = -ahead;
    // Place of the foot point along the axis, as seen along the flank's normal.
    let foot = behind * upright - aside * lean;
    if foot <= 0.0 {
        aside.hypot(ahead) - head
    } else if foot >= length * upright {
        aside.hypot(behind - length) - tail
    } else {
        aside * upright + behind * lean - head
    }
}

impl Canvas {
    pub fn new(size: [u32; 2], box_size: [f64; 2], style: &PictureStyle) -> Self {
        let scale = [0, 1].map(|axis| {
            let scale = f64::from(size[axis]) / box_size[axis];
            if scale.is_finite() { scale } else { 1.0 }
        });
        let background = style.background.map(linear);
        let pixels = size[0] as usize * size[1] as usize;
        Self {
            size,
            scale,
            body_px: (style.body_length * scale[0]).max(LEAST_BODY_PX),
            glow: style.glow.clamp(0.0, 1.0) as f32,
            trail: style.trail.clamp(0.0, 1.0) as f32,
            background,
            palette: style.palette.map(|colour| colour.map(linear)),
            light: vec![background; pixels],
            trails: vec![(0.0, 0); pixels],
        }
    }

    fn colour(&self, species: u8) -> Light {
        self.palette[usize::from(species) % MAX_SPECIES]
    }

    /// Calls `paint` with each pixel within `reach` of the pixel position `centre`, and its offset from there (y down);
    /// the picture is a torus.
    fn each_pixel_near(&self, centre: [f64; 2], reach: [f64; 2], mut paint: impl FnMut(usize, [f64; 2])) {
        let size = self.size.map(f64::from);
        let images = |axis: usize| {
            let turns = [-1.0, 0.0, 1.0].map(|turn| centre[axis] + turn * size[axis]);
            turns.into_iter().filter(move |c| c + reach[axis] > 0.0 && c - reach[axis] < size[axis])
        };
        let span = |c: f64, axis: usize| {
            let from = (c - reach[axis]).floor().max(0.0) as u32;
            let to = (c + reach[axis]).ceil().min(size[axis]) as u32;
            from..to
        };
        for cy in images(1) {
            for cx in images(0) {
                for y in span(cy, 1) {
                    for x in span(cx, 0) {
                        let pixel = y as usize * self.size[0] as usize + x as usize;
                        paint(pixel, [f64::from(x) + 0.5 - cx, f64::from(y) + 0.5 - cy]);
                    }
                }
            }
        }
    }

    fn to_pixel(&self, x: f64, y: f64) -> [f64; 2] {
        [x * self.scale[0], f64::from(self.size[1]) - y * self.scale[1]]
    }

    /// A stretch of trail from `from` along `offset`, remembered until [`Self::lay_trails`].
    pub fn trail(&mut self, from: &Particle, offset: [f64; 2], freshness: f64) {
        let [dx, dy] = [offset[0] * self.scale[0], -offset[1] * self.scale[1]];
        let start = self.to_pixel(from.x, from.y);
        if self.trail <= 0.0 || !(start[0].is_finite() && start[1].is_finite() && dx.is_finite() && dy.is_finite()) {
            return;
        }
        let radius = (0.11 * self.body_px * (0.35 + 0.65 * freshness)).max(0.5);
        let strength = self.trail * (freshness * freshness) as f32;
        let middle = [start[0] + 0.5 * dx, start[1] + 0.5 * dy];
        let reach = [0.5 * dx.abs() + radius + 1.0, 0.5 * dy.abs() + radius + 1.0];
        let length2 = dx * dx + dy * dy;
        let mut trails = std::mem::take(&mut self.trails);
        self.each_pixel_near(middle, reach, |pixel, [px, py]| {
            let along = if length2 > 0.0 { ((px * dx + py * dy) / length2).clamp(-0.5, 0.5) } else { 0.0 };
            let distance = (px - along * dx).hypot(py - along * dy) - radius;
            let cover = strength * (0.5 - distance).clamp(0.0, 1.0) as f32;
            if cover > trails[pixel].0 {
                trails[pixel] = (cover, from.species);
            }
        });
        self.trails = trails;
    }

    pub fn lay_trails(&mut self) {
        for (light, (cover, species)) in self.light.iter_mut().zip(&self.trails) {
            *light = mix(*light, self.palette[usize::from(*species) % MAX_SPECIES], 0.8 * cover);
        }
    }

    /// Soft light of the particle's colour around it.
    pub fn glow(&mut self, p: &Particle) {
        if self.glow <= 0.0 {
            return;
        }
        let colour = self.colour(p.species);
        let reach = GLOW_REACH * self.body_px;
        let strength = 0.26 * self.glow;
        let mut light = std::mem::take(&mut self.light);
        self.each_pixel_near(self.to_pixel(p.x, p.y), [reach; 2], |pixel, [px, py]| {
            let near = 1.0 - (px * px + py * py) / (reach * reach);
            if near > 0.0 {
                let share = strength * near.powi(6) as f32;
                // Screen: light adds up, but never beyond full.
                light[pixel] = [0, 1, 2].map(|c| light[pixel][c] + share * colour[c] * (1.0 - light[pixel][c]));
            }
        });
        self.light = light;
    }

    /// The particle itself: a drop with a bright head and a thin rim of background that parts it from others.
    pub fn body(&mut self, p: &Particle) {
        let colour = self.colour(p.species);
        let bright = mix(colour, [1.0; 3], HIGHLIGHT);
        let length = self.body_px;
        let (head, tail) = (HEAD_RADIUS * length, TAIL_RADIUS * length);
        let spine = length - head - tail;
        // The particle's position is the middle of its body.
        let head_at = 0.5 * length - head;
        let rim = (0.05 * length).clamp(0.3, 1.6);
        let (sin, cos) = p.heading.sin_cos();
        let background = self.background;
        let mut light = std::mem::take(&mut self.light);
        self.each_pixel_near(self.to_pixel(p.x, p.y), [0.5 * length + rim + 1.0; 2], |pixel, [px, py]| {
            let ahead = px * cos - py * sin - head_at;
            let aside = px * sin + py * cos;
            let distance = drop_distance(ahead, aside, spine, head, tail);
            let rim_cover = (0.5 - (distance - rim)).clamp(0.0, 1.0) as f32;
            if rim_cover <= 0.0 {
                return;
            }
            let cover = (0.5 - distance).clamp(0.0, 1.0) as f32;
            // Brightest in the middle of the head, darker towards the tail.
            let shine = (1.0 - ahead.hypot(aside) / (1.1 * head)).clamp(0.0, 1.0) as f32;
            let fade = (0.72 + 0.28 * (1.0 + ahead / spine).clamp(0.0, 1.0)) as f32;
            let fill = mix(mix(background, colour, fade), bright, shine);
            light[pixel] = mix(mix(light[pixel], background, 0.7 * rim_cover), fill, cover);
        });
        self.light = light;
    }

    pub fn finish(self) -> RgbaImage {
        let [width, height] = self.size;
        RgbaImage::from_fn(width, height, |x, y| {
            let [r, g, b] = self.light[y as usize * width as usize + x as usize].map(srgb);
            Rgba([r, g, b, 255])
        })
    }
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
        let (length, head, tail) = (5.0, 2.0, 0.5);
        for i in 0..400 {
            let (ahead, aside) = (f64::from(i % 20) * 0.6 - 8.0, f64::from(i / 20) * 0.3 - 3.0);
            let union = (0..=20_000)
                .map(|k| {
                    let t = f64::from(k) / 20_000.0;
                    (ahead + t * length).hypot(aside) - (head + t * (tail - head))
                })
                .fold(f64::INFINITY, f64::min);
            let distance = drop_distance(ahead, aside, length, head, tail);
            assert!((distance - union).abs() < 1e-6, "({ahead}, {aside}): {distance} against {union}");
        }
    }
}
