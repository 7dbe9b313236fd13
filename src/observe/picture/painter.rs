//! Draws a swarm picture after picture, and remembers where its particles have been.

use image::RgbaImage;

use super::PictureStyle;
use super::canvas::{Canvas, Grid};
use super::colours::{Colours, Light};
use crate::snapshot::{Particle, Swarm};

/// Half width of a trail, in half lengths of a body, and the opacity of a fresh one: as in `shaders/trails.wgsl`.
const WIDTH: f64 = 0.32;
const FRESH: f64 = 0.5;

/// Who has gone farther than this since the last picture was put there, half lengths of a body.
const LEAP: f64 = 8.0;

/// A swarm at one moment, and what its colours may tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shot {
    pub swarm: Swarm,
    /// Energy and speed of each particle; empty where no colour tells of them.
    pub measures: Vec<[f32; 2]>,
}

impl From<Swarm> for Shot {
    fn from(swarm: Swarm) -> Self {
        Self { swarm, measures: Vec::new() }
    }
}

/// Paints one moment after another.
pub struct Painter {
    style: PictureStyle,
    colours: Colours,
    trails: Option<Trails>,
}

/// Where the particles have been: premultiplied colour and opacity of each pixel.
struct Trails {
    grid: Grid,
    texels: Vec<[f32; 4]>,
    last: Swarm,
}

impl Painter {
    pub fn new(style: PictureStyle) -> Self {
        Self { colours: Colours::new(&style), style, trails: None }
    }

    /// Lets the trails grow to this moment, `dt_s` seconds of the film after the last one.
    pub fn advance(&mut self, shot: &Shot, dt_s: f64) {
        if self.style.trail_s <= 0.0 {
            return;
        }
        let swarm = &shot.swarm;
        // Trails lead from particle to particle: those of another swarm begin anew.
        let same = |trails: &Trails| trails.last.len() == swarm.len() && trails.last.box_size == swarm.box_size;
        let Some(trails) = self.trails.as_mut().filter(|trails| same(trails)) else {
            let grid = Grid::new(swarm.box_size, &self.style);
            self.trails = Some(Trails { grid, texels: vec![[0.0; 4]; grid.pixels()], last: swarm.clone() });
            return;
        };
        // A twentieth is left after the length of a trail.
        let kept = (-3.0 * dt_s / self.style.trail_s).exp() as f32;
        trails.texels.iter_mut().flatten().for_each(|c| *c *= kept);
        for (k, (from, to)) in trails.last.particles.iter().zip(&swarm.particles).enumerate() {
            let colour = self.colours.of(to, shot.measures.get(k));
            stamp(&trails.grid, &mut trails.texels, to, swarm.offset(from, to), colour);
        }
        trails.last.clone_from(swarm);
    }

    /// The picture of this moment, over the trails as they are.
    pub fn paint(&self, shot: &Shot) -> RgbaImage {
        let swarm = &shot.swarm;
        let grid = Grid::new(swarm.box_size, &self.style);
        let mut canvas = Canvas::new(grid, &self.style);
        if let Some(trails) = self.trails.as_ref().filter(|trails| trails.grid.size == grid.size) {
            for (light, [r, g, b, a]) in canvas.light.iter_mut().zip(&trails.texels) {
                *light = [r + (1.0 - a) * light[0], g + (1.0 - a) * light[1], b + (1.0 - a) * light[2]];
            }
        }
        for (k, p) in swarm.particles.iter().enumerate() {
            if p.x.is_finite() && p.y.is_finite() && p.heading.is_finite() {
                canvas.body([p.x, p.y], p.heading, self.colours.of(p, shot.measures.get(k)));
            }
        }
        canvas.finish()
    }
}

/// A capsule along the way to where `p` is now; the strongest stamp over a pixel counts.
fn stamp(grid: &Grid, texels: &mut [[f32; 4]], p: &Particle, offset: [f64; 2], colour: Light) {
    let [mut dx, mut dy] = [offset[0] * grid.scale[0], -offset[1] * grid.scale[1]];
    let now = grid.to_pixel(p.x, p.y);
    if !(now[0].is_finite() && now[1].is_finite() && dx.is_finite() && dy.is_finite()) {
        return;
    }
    if dx.hypot(dy) > LEAP * grid.half_px {
        (dx, dy) = (0.0, 0.0);
    }
    // Never thinner than a pixel.
    let width = (WIDTH * grid.half_px).max(0.7);
    let middle = [now[0] - 0.5 * dx, now[1] - 0.5 * dy];
    let reach = [0.5 * dx.abs() + width + 1.0, 0.5 * dy.abs() + width + 1.0];
    let length2 = dx * dx + dy * dy;
    grid.each_pixel_near(middle, reach, |pixel, [px, py]| {
        let along = if length2 > 0.0 { ((px * dx + py * dy) / length2).clamp(-0.5, 0.5) } else { 0.0 };
        let off = (px - along * dx).hypot(py - along * dy) / width;
        let cover = (FRESH * (1.0 - off * off).max(0.0)) as f32;
        let stamped = [cover * colour[0], cover * colour[1], cover * colour[2], cover];
        let texel = &mut texels[pixel];
        *texel = [0, 1, 2, 3].map(|c| texel[c].max(stamped[c]));
    });
}
