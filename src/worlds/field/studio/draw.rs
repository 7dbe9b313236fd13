//! Fields and stills as colours, on dark or light ground. World coordinates are pixels, with y up: the row `r` of an
//! image of height h is between y = h - r - 1 and h - r.

use glam::DVec2;
use image::{Rgba, RgbaImage};
use rayon::prelude::*;

use crate::gpu::shader_constants;
use crate::media::looks::{NIGHT, PAPER, levels};
use crate::worlds::field::rule::LibraryRule;
use crate::worlds::field::stills::Still;
use crate::worlds::field::tokens::TokenColours;
use crate::worlds::field::{PatternChannels, PatternLook, PatternPalette};
use crate::worlds::studio::Viewpoint;

const SHADES: usize = 256;
/// Values of u and v at the last colour, relative to the way from rest to seed: u falls from 1 to nearly 0.
const FULL: [f32; 2] = [2.0, 1.4];
/// From this many pixels of the picture for each pixel of the field, pixels are shown as squares.
pub(super) const SQUARES: f64 = 8.0;
/// Light of what is repeated around the field, relative to the field itself.
pub(super) const REPEATED: f32 = 0.45;

/// From the value at the first colour to the last one.
#[derive(Clone, Copy)]
struct ShadeScale {
    low: f32,
    per_value: f32,
}

impl ShadeScale {
    /// `high` may be below `low`.
    fn new(low: f32, high: f32) -> Self {
        Self { low, per_value: (SHADES - 1) as f32 / (if high == low { low + 1.0 } else { high } - low) }
    }

    /// Place in the table, not rounded. A value that is not finite becomes 0.
    fn place(self, value: f32) -> f32 {
        ((value - self.low) * self.per_value).max(0.0).min((SHADES - 1) as f32)
    }
}

/// How values become colours.
pub(super) struct Shades {
    /// Of one channel; of both, the ground and the inks of u and v.
    table: [[u8; 3]; SHADES],
    faint: [[u8; 3]; SHADES],
    channels: PatternChannels,
    /// Of u and v.
    scales: [ShadeScale; 2],
    ground: [f32; 3],
    inks: [[f32; 3]; 2],
}

impl Shades {
    /// From the state of rest to beyond that of a seed.
    pub fn of_rule(rule: &LibraryRule, look: PatternLook, light: bool) -> Self {
        let scale = |c: usize| {
            let (rest, seed) = (rule.rest[c] as f32, rule.seed[c] as f32);
            ShadeScale::new(rest, rest + FULL[c] * (seed - rest))
        };
        Self::new([scale(0), scale(1)], look, light)
    }

    /// From the smallest to the largest value of v, and from the largest to the smallest of u, which is high at rest.
    pub fn of_stills(stills: &[Still], look: PatternLook, light: bool) -> Self {
        let range = |c: usize| {
            let values = || stills.iter().flat_map(move |still| still.plane(c)).copied();
            (values().fold(f32::MAX, f32::min), values().fold(f32::MIN, f32::max))
        };
        let ((u_low, u_high), (v_low, v_high)) = (range(0), range(1));
        Self::new([ShadeScale::new(u_high, u_low), ShadeScale::new(v_low, v_high)], look, light)
    }

    fn new(scales: [ShadeScale; 2], look: PatternLook, light: bool) -> Self {
        // Both channels are mixed on a neutral ground.
        let of_both = look.channels == PatternChannels::Both;
        let stops = if of_both { PatternPalette::Ink } else { look.palette }.ramp(light);
        let shade = |k: usize, share_of_ground: f32| -> [u8; 3] {
            let at = k as f32 / (SHADES - 1) as f32 * (stops.len() - 1) as f32;
            let stop = (at as usize).min(stops.len() - 2);
            let share = at - stop as f32;
            std::array::from_fn(|c| {
                let full = stops[stop][c] + share * (stops[stop + 1][c] - stops[stop][c]);
                (full + share_of_ground * (stops[0][c] - full)).round() as u8
            })
        };
        Self {
            table: std::array::from_fn(|k| shade(k, 0.0)),
            faint: std::array::from_fn(|k| shade(k, 1.0 - REPEATED)),
            channels: look.channels,
            scales,
            ground: stops[0],
            inks: PatternChannels::inks(light),
        }
    }

    /// Colours of both tables.
    pub const PACKED: usize = 2 * SHADES;

    /// The table, then that of what is repeated, four bytes a colour.
    pub fn packed(&self) -> [u32; Self::PACKED] {
        std::array::from_fn(|k| {
            let [r, g, b] = if k < SHADES { self.table[k] } else { self.faint[k - SHADES] };
            u32::from_le_bytes([r, g, b, 255])
        })
    }

    /// Which channels are shown.
    pub fn channels(&self) -> PatternChannels {
        self.channels
    }

    /// The value at the first colour, and colours for each unit of value: of u, then of v.
    pub fn scales(&self) -> [[f32; 2]; 2] {
        self.scales.map(|scale| [scale.low, scale.per_value])
    }

    /// The ground, and what u and v add to it at their last colour.
    pub fn mixture(&self) -> [[f32; 3]; 3] {
        [self.ground, self.inks[0], self.inks[1]]
    }

    fn ground(&self) -> Rgba<u8> {
        let [r, g, b] = self.table[0];
        Rgba([r, g, b, 255])
    }

    /// `value`: of a channel at the pixel.
    fn colour(&self, value: impl Fn(usize) -> f32, is_repeated: bool) -> Rgba<u8> {
        let place = |c: usize| self.scales[c].place(value(c));
        let [r, g, b] = match self.channels {
            PatternChannels::Both => {
                let [u, v] = [0, 1].map(|c| place(c) / (SHADES - 1) as f32);
                let light = if is_repeated { REPEATED } else { 1.0 };
                std::array::from_fn(|c| {
                    let full = (self.ground[c] + u * self.inks[0][c] + v * self.inks[1][c]).clamp(0.0, 255.0);
                    (self.ground[c] + light * (full - self.ground[c])) as u8
                })
            }
            one => {
                let k = place(usize::from(one == PatternChannels::V)) as usize;
                if is_repeated { self.faint[k] } else { self.table[k] }
            }
        };
        Rgba([r, g, b, 255])
    }
}

/// A periodic plane of values, `[height × width]`, rows from the top.
#[derive(Clone, Copy)]
pub(super) struct Plane<'a> {
    pub values: &'a [f32],
    pub width: usize,
    pub height: usize,
}

/// The plane of a channel.
fn plane_of(still: &Still, channel: usize) -> Plane<'_> {
    Plane { values: still.plane(channel), width: still.width, height: still.height }
}

/// Draws the torus of a pattern over the whole of `picture`, repeated faintly around itself.
pub(super) fn draw_pattern(still: &Still, view: &Viewpoint, shades: &Shades, picture: &mut RgbaImage) {
    let planes = [plane_of(still, 0), plane_of(still, 1)];
    draw_planes(planes, view, picture, |values, is_repeated| shades.colour(|c| values[c], is_repeated));
}

/// Draws planes of one size over the whole of `picture`: the colour of each pixel from their values there, mixed of the four
/// pixels around it, and of whether it repeats the plane.
fn draw_planes<const N: usize>(
    planes: [Plane; N],
    view: &Viewpoint,
    picture: &mut RgbaImage,
    colour: impl Fn([f32; N], bool) -> Rgba<u8> + Sync,
) {
    let FieldSight { columns, rows } = FieldSight::new(view, picture, DVec2::ZERO, planes[0]);
    let width = columns.len();
    if width == 0 {
        return;
    }
    // Lines between the same two rows of the plane share what is mixed along these.
    let mut below = &mut **picture;
    let mut cut = |band: &[MosaicPlace]| below.split_off_mut(..4 * width * band.len()).unwrap_or_default();
    let bands: Vec<_> = rows.chunk_by(|a, b| a.first == b.first).map(|band| (band, cut(band))).collect();
    bands.into_par_iter().for_each_init(
        || vec![[[0.0; N]; 2]; width],
        |along, (band, lines)| {
            for (both, column) in along.iter_mut().zip(&columns) {
                *both = [band[0].first, band[0].second].map(|row| {
                    planes.map(|plane| {
                        let at = |column: usize| plane.values[row * plane.width + column];
                        mixed(at(column.first), at(column.second), column.share)
                    })
                });
            }
            for (row, line) in band.iter().zip(lines.chunks_exact_mut(4 * width)) {
                let (pixels, _) = line.as_chunks_mut();
                for ((pixel, [upper, lower]), column) in pixels.iter_mut().zip(&*along).zip(&columns) {
                    let values = std::array::from_fn(|c| mixed(upper[c], lower[c], row.share));
                    *pixel = colour(values, column.is_repeated || row.is_repeated).0;
                }
            }
        },
    );
}

fn mixed(first: f32, second: f32, share: f32) -> f32 {
    first * (1.0 - share) + second * share
}

/// Gap between stills side by side, as a share of their width.
const GAP: f64 = 0.06;
/// Stills in one row.
const ACROSS: usize = 3;

/// Width and height of all stills side by side, pixels of the field.
pub(super) fn mosaic_size(stills: &[Still]) -> DVec2 {
    let Some(first) = stills.first() else { return DVec2::splat(128.0) };
    let across = stills.len().min(ACROSS);
    let down = stills.len().div_ceil(ACROSS);
    let side = |count: usize, side: usize| count as f64 * side as f64 * (1.0 + GAP) - GAP * side as f64;
    DVec2::new(side(across, first.width), side(down, first.height))
}

/// Draws stills side by side over the whole of `picture`, the first at the top left.
pub(super) fn draw_stills(stills: &[Still], view: &Viewpoint, shades: &Shades, picture: &mut RgbaImage) {
    let ground = shades.ground();
    picture.pixels_mut().for_each(|pixel| *pixel = ground);
    let whole = mosaic_size(stills).y;
    for (k, still) in stills.iter().enumerate() {
        let (across, down) = ((k % ACROSS) as f64, (k / ACROSS) as f64);
        let (width, height) = (still.width as f64, still.height as f64);
        let low = DVec2::new(across * width * (1.0 + GAP), whole - down * height * (1.0 + GAP) - height);
        let planes = [plane_of(still, 0), plane_of(still, 1)];
        let FieldSight { columns, rows } = FieldSight::new(view, picture, low, planes[1]);
        for (y, row) in rows.iter().enumerate().filter(|(_, row)| !row.is_repeated) {
            for (x, column) in columns.iter().enumerate().filter(|(_, column)| !column.is_repeated) {
                let at = row.first * still.width + column.first;
                picture.put_pixel(x as u32, y as u32, shades.colour(|c| planes[c].values[at], false));
            }
        }
    }
}

/// Which pixels of a plane a column or row of the picture shows.
#[derive(Clone, Copy)]
struct MosaicPlace {
    first: usize,
    second: usize,
    /// Share of the second.
    share: f32,
    /// Outside the plane itself.
    is_repeated: bool,
}

struct FieldSight {
    columns: Vec<MosaicPlace>,
    rows: Vec<MosaicPlace>,
}

impl FieldSight {
    /// `low`: lower left corner of the plane in the world.
    fn new(view: &Viewpoint, picture: &RgbaImage, low: DVec2, plane: Plane) -> Self {
        let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
        let unit = 2.0 * view.half_height / height.max(1.0);
        let squares = 1.0 / unit >= SQUARES;
        let column = |x: u32| view.centre.x - low.x + (f64::from(x) + 0.5 - 0.5 * width) * unit;
        let row = |y: u32| plane.height as f64 - (view.centre.y - low.y) + (f64::from(y) + 0.5 - 0.5 * height) * unit;
        let place = |at: f64, side: usize| MosaicPlace::new(at, side, squares);
        Self {
            columns: (0..picture.width()).map(|x| place(column(x), plane.width)).collect(),
            rows: (0..picture.height()).map(|y| place(row(y), plane.height)).collect(),
        }
    }
}

impl MosaicPlace {
    /// `at`: from the edge of the first pixel.
    fn new(at: f64, side: usize, squares: bool) -> Self {
        let wrap = |k: f64| (k as i64).rem_euclid(side as i64) as usize;
        let from = if squares { at.floor() } else { (at - 0.5).floor() };
        let is_repeated = !(0.0..side as f64).contains(&at);
        let share = if squares { 0.0 } else { (at - 0.5 - from) as f32 };
        Self { first: wrap(from), second: wrap(from + 1.0), share, is_repeated }
    }
}

/// Dark and light ground of tokens, whose background is 0.
const GROUNDS: [[f32; 3]; 2] = [levels(NIGHT), levels(PAPER)];

shader_constants! {
    /// For `shaders/field/picture.wgsl`.
    pub(super) const TOKEN_CONSTANTS;

    /// How much a token of full light covers on light ground, so that it is opaque between two of its colours.
    const COVER: f32 = 1.8;
    /// How bright it is there.
    const INK: f32 = 0.9;
}

/// The ground of tokens.
pub(super) fn token_ground(light: bool) -> [f32; 3] {
    GROUNDS[usize::from(light)]
}

/// Draws three channels as red, green and blue over the whole of `picture`, repeated faintly around the field.
pub(super) fn draw_colours(still: &Still, of: TokenColours, light: bool, view: &Viewpoint, picture: &mut RgbaImage) {
    colours(still, (of, light), view, picture, true);
}

/// As [`draw_colours`], on its own.
pub(super) fn draw_still_colours(still: &Still, light: bool, view: &Viewpoint, picture: &mut RgbaImage) {
    colours(still, (TokenColours::Drawn, light), view, picture, false);
}

/// What a pixel adds to the ground, and how much of the ground it covers.
fn token_ink(values: [f32; 3], of: TokenColours, light: bool) -> ([f32; 3], f32) {
    let grey = match of {
        TokenColours::Drawn => {
            let [r, g, b] = values;
            return if light {
                (values.map(|v| 255.0 * INK * v.clamp(0.0, 1.0)), (COVER * r.max(g).max(b)).clamp(0.0, 1.0))
            } else {
                (std::array::from_fn(|c| values[c].max(0.0) * (255.0 - GROUNDS[0][c])), 0.0)
            };
        }
        TokenColours::Red => values[0],
        TokenColours::Green => values[1],
        TokenColours::Blue => values[2],
        TokenColours::Light => values.iter().sum::<f32>() / 3.0,
    };
    if light {
        return ([0.0; 3], grey.clamp(0.0, 1.0));
    }
    (GROUNDS[0].map(|ground| grey.max(0.0) * (255.0 - ground)), 0.0)
}

fn colours(still: &Still, (of, light): (TokenColours, bool), view: &Viewpoint, picture: &mut RgbaImage, repeats: bool) {
    let ground = token_ground(light);
    let plane = |channel| Plane { values: still.plane(channel), width: still.width, height: still.height };
    let planes = [plane(0), plane(1), plane(2)];
    draw_planes(planes, view, picture, |values, is_repeated| {
        let strength = match (is_repeated, repeats) {
            (false, _) => 1.0,
            (true, true) => REPEATED,
            (true, false) => 0.0,
        };
        let (ink, cover) = token_ink(values, of, light);
        let level = |c: usize| (ground[c] + strength * (ink[c] - cover * ground[c])).min(255.0) as u8;
        Rgba([level(0), level(1), level(2), 255])
    });
}
