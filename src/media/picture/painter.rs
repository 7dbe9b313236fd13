//! Draws a sequence of pictures of a swarm, with the trails of its particles.

use glam::{DVec2, UVec2};
use image::RgbaImage;

use super::canvas::{Grid, LightRaster};
use super::colours::{Colours, Light};
use super::{Framing, PictureStyle};
use crate::media::looks::shape::{TRAIL_HALF_WIDTH, TRAIL_LEAP, TRAIL_OPACITY, trail_kept};
use crate::worlds::swarm::picture::{Particle, Swarm};

/// Texels of the picture of trails for each unit of the swarm, and on its longer side: here and in the window.
pub const TRAIL_TEXELS_PER_UNIT: f64 = 24.0;
/// Texels on the longer side, at most.
pub const MAX_TRAIL_TEXELS: f64 = 1024.0;

/// A swarm at one time, and what its colours may show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shot {
    /// The particles.
    pub swarm: Swarm,
    /// Energy and speed of each particle; empty where no colour shows them.
    pub measures: Vec<[f32; 2]>,
    /// What is seen of it; `None`: the box.
    pub framing: Option<Framing>,
}

impl From<Swarm> for Shot {
    fn from(swarm: Swarm) -> Self {
        Self { swarm, ..Self::default() }
    }
}

/// Paints the pictures in the order of time.
pub struct Painter {
    style: PictureStyle,
    colours: Colours,
    trails: Option<TrailRaster>,
}

/// Where the particles have been: a picture of the whole box, premultiplied colour and opacity of each texel. It is
/// fixed to the world, as in the window: moving the view blurs nothing.
struct TrailRaster {
    grid: Grid,
    texels: Vec<[f32; 4]>,
    last: Swarm,
}

impl Painter {
    /// In this style.
    pub fn new(style: PictureStyle) -> Self {
        Self { colours: Colours::new(&style), style, trails: None }
    }

    /// Lets the trails grow to this moment, `dt_s` seconds of the film after the last one.
    pub fn advance(&mut self, shot: &Shot, dt_s: f64) {
        if self.style.trail_s <= 0.0 {
            return;
        }
        let swarm = &shot.swarm;
        // Trails connect particle to particle: those of another swarm start empty.
        let same = |trails: &TrailRaster| trails.last.len() == swarm.len() && trails.last.box_size == swarm.box_size;
        let Some(trails) = self.trails.as_mut().filter(|trails| same(trails)) else {
            let grid = Grid::new(swarm.box_size, &self.of_trails(swarm.box_size), None);
            self.trails = Some(TrailRaster { grid, texels: vec![[0.0; 4]; grid.pixels()], last: swarm.clone() });
            return;
        };
        let kept = trail_kept(dt_s, self.style.trail_s);
        trails.texels.iter_mut().flatten().for_each(|c| *c *= kept);
        for (k, (from, to)) in trails.last.particles.iter().zip(&swarm.particles).enumerate() {
            let colour = self.colours.of(to, shot.measures.get(k));
            stamp(&trails.grid, &mut trails.texels, to, swarm.offset(from, to), colour);
        }
        trails.last.clone_from(swarm);
    }

    /// The box as a picture of trails. Where the view may move, it is as fine as the window's.
    fn of_trails(&self, box_size: DVec2) -> PictureStyle {
        let longer = box_size.max_element();
        let finest = (TRAIL_TEXELS_PER_UNIT * longer).min(MAX_TRAIL_TEXELS) as u32;
        let size_px = if self.style.shape.is_some() { self.style.size_px.max(finest) } else { self.style.size_px };
        PictureStyle { size_px, shape: None, ..self.style.clone() }
    }

    /// The picture of this moment, over the trails as they are.
    pub fn paint(&self, shot: &Shot) -> RgbaImage {
        let (swarm, framing) = (&shot.swarm, shot.framing.as_ref());
        let grid = Grid::new(swarm.box_size, &self.style, framing);
        let mut canvas = LightRaster::new(grid, &self.style, framing);
        if let Some(trails) = self.trails.as_ref().filter(|trails| trails.last.box_size == swarm.box_size) {
            let ghost_opacity = canvas.ghost_opacity;
            // Texel by pixel, where the picture is that of the box.
            let is_alike = framing.is_none() && trails.grid.size == grid.size;
            for (k, (light, place)) in canvas.light.iter_mut().zip(grid.places()).enumerate() {
                let [r, g, b, a] = if is_alike { trails.texels[k] } else { trails.at(place, ghost_opacity) };
                *light = [r + (1.0 - a) * light[0], g + (1.0 - a) * light[1], b + (1.0 - a) * light[2]];
            }
        }
        for (k, p) in swarm.particles.iter().enumerate() {
            if p.x.is_finite() && p.y.is_finite() && p.heading.is_finite() {
                canvas.body(p.position(), p.heading, self.colours.of(p, shot.measures.get(k)));
            }
        }
        canvas.finish()
    }
}

impl TrailRaster {
    /// Between the four texels around a position, in sides of the box; with one ring of images around it.
    fn at(&self, place: DVec2, ghost_opacity: f32) -> [f32; 4] {
        let size = self.grid.size;
        let opacity = match place {
            _ if place == place.clamp(DVec2::ZERO, DVec2::ONE) => 1.0,
            _ if place == place.clamp(DVec2::NEG_ONE, DVec2::splat(2.0)) => ghost_opacity,
            _ => return [0.0; 4],
        };
        let texel = place * UVec2::from(size).as_dvec2() - 0.5;
        let low = texel.floor();
        let [x, y] = [0, 1].map(|axis| {
            let index = |k: f64| (low[axis] + k).rem_euclid(f64::from(size[axis])) as usize;
            [index(0.0), index(1.0)]
        });
        let [right, down] = (texel - low).as_vec2().to_array();
        let row = |y: usize| {
            let [a, b] = x.map(|x| self.texels[y * size[0] as usize + x]);
            [0, 1, 2, 3].map(|c| a[c] + right * (b[c] - a[c]))
        };
        let [a, b] = y.map(row);
        [0, 1, 2, 3].map(|c| opacity * (a[c] + down * (b[c] - a[c])))
    }
}

/// A capsule along the way to where `p` is now; the strongest stamp over a pixel counts.
fn stamp(grid: &Grid, texels: &mut [[f32; 4]], p: &Particle, offset: DVec2, colour: Light) {
    let mut step = offset * grid.scale * DVec2::new(1.0, -1.0);
    let now = grid.to_pixel(p.position());
    if !(now.is_finite() && step.is_finite()) {
        return;
    }
    if step.length() > TRAIL_LEAP * grid.half_px {
        step = DVec2::ZERO;
    }
    // Never thinner than a pixel.
    let width = (TRAIL_HALF_WIDTH * grid.half_px).max(0.7);
    let middle = now - 0.5 * step;
    let reach = 0.5 * step.abs() + width + 1.0;
    let length2 = step.length_squared();
    grid.each_pixel_near(middle, reach, |pixel, offset, _| {
        let along = if length2 > 0.0 { (offset.dot(step) / length2).clamp(-0.5, 0.5) } else { 0.0 };
        let off = offset.distance(along * step) / width;
        let cover = (TRAIL_OPACITY * (1.0 - off * off).max(0.0)) as f32;
        let stamped = [cover * colour[0], cover * colour[1], cover * colour[2], cover];
        let texel = &mut texels[pixel];
        *texel = [0, 1, 2, 3].map(|c| texel[c].max(stamped[c]));
    });
}
