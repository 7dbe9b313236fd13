//! What is drawn beside the walkers: streamlines, arrows, and heat maps of energy, score and residual.

use glam::{DVec3, UVec2};
use image::RgbaImage;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use super::draw::FAINTEST;
use super::stroke::Coverage;
use crate::media::looks::{ColourBy, DARK_INK, RAMP, Theme};
use crate::worlds::points::engine::{DriftKernel, DriftValues, evaluate_all};
use crate::worlds::points::rule::{FlowReference, PointRule};
use crate::worlds::studio::{DrawOptions, LayerSet, LayerSpec, Viewpoint};

/// In the order of [`LAYERS`].
const STREAMLINES: usize = 0;
const ARROWS: usize = 1;
const ENERGY: usize = 2;
const SCORE: usize = 3;
const RESIDUAL: usize = 4;

pub const LAYERS: &[LayerSpec] = &[
    LayerSpec::over("streamlines", "Streamlines", "Lines along the flow, evenly spaced over the cloud"),
    LayerSpec::over("arrows", "Arrows", "The velocity at positions of the cloud; longer is faster"),
    LayerSpec::ground(
        "energy",
        "Energy",
        "Heat map of the energy; in space on the plane through the middle of the view",
    ),
    LayerSpec::ground("score", "Score", "Heat map of the size of the score ∇ log p"),
    LayerSpec::ground("residual", "Residual", "Heat map of |div V + V·s|: 0 everywhere for an exact flow"),
];

/// The layer of streamlines and no other.
pub(super) fn streamlines_alone() -> LayerSet {
    LayerSet::default().toggled(STREAMLINES, LAYERS)
}

/// Streamlines begun for each of their distances, and steps of each in both directions.
const SEEDS: f32 = 56.0;
const STEPS: usize = 90;
/// Length of a step and distance between streamlines, spreads of the cloud; on a thumbnail they are farther apart.
const STEP: f32 = 0.025;
const APART: f32 = 0.14;
const THUMBNAIL_APART: f32 = 0.4;
/// Shortest streamline that is kept, steps.
const MIN_STEPS: usize = 12;
/// Arrows, and the length of one at root mean square speed, spreads.
const ARROW_COUNT: usize = 260;
const ARROW_LENGTH: f64 = 0.16;
/// Width of lines, and of one of the ground under each, so that it stands off bright walkers, pixels; how much that covers.
const LINE_WIDTH: f32 = 1.3;
const CASING_WIDTH: f32 = 3.4;
const CASING: f32 = 0.55;
/// Pixels of a side of a patch of a heat map: of those by networks in f32, and of the residual, which needs second
/// derivatives in f64.
const PATCH: u32 = 4;
const RESIDUAL_PATCH: u32 = 10;

/// Everything that is computed once for a rule and drawn again and again.
#[derive(Default)]
pub(super) struct PointOverlay {
    is_thumbnail: bool,
    streamlines: Option<Vec<Vec<[f64; 3]>>>,
    /// Start and end of each.
    arrows: Option<Vec<[[f64; 3]; 2]>>,
    heat: Option<Heat>,
    coverage: Coverage,
}

/// A heat map and what it belongs to.
struct Heat {
    layer: usize,
    view: Viewpoint,
    size: [u32; 2],
    light: bool,
    picture: RgbaImage,
}

/// The flow that is looked at.
#[derive(Clone, Copy)]
pub(super) struct PointScene<'a> {
    pub rule: &'a PointRule,
    pub sigma: f64,
    /// The cloud, standardised.
    pub cloud: &'a [[f64; 3]],
}

impl PointOverlay {
    /// For small pictures.
    pub fn of_thumbnail() -> Self {
        Self { is_thumbnail: true, ..Self::default() }
    }

    /// The rule is another one.
    pub fn forget(&mut self) {
        (self.streamlines, self.arrows, self.heat) = (None, None, None);
    }

    /// Draws the layers that are wanted over a picture of the walkers.
    pub fn draw(&mut self, scene: PointScene, view: &Viewpoint, options: DrawOptions, picture: &mut RgbaImage) {
        if let Some(layer) = [ENERGY, SCORE, RESIDUAL].into_iter().find(|layer| options.layers.has(*layer)) {
            self.heat(scene, layer, view, options.light, picture);
        }
        let theme = if options.light { Theme::Light } else { Theme::Dark };
        let (ink, ground) = (if options.light { DARK_INK } else { [235, 240, 246] }, theme.ground());
        let size = [picture.width(), picture.height()];
        if options.layers.has(STREAMLINES) {
            let lines = self
                .streamlines
                .get_or_insert_with(|| streamlines(scene, if self.is_thumbnail { THUMBNAIL_APART } else { APART }));
            for (width, strength, colour) in [(CASING_WIDTH, CASING, ground), (LINE_WIDTH, 0.85, ink)] {
                self.coverage.clear(size);
                for line in lines.iter() {
                    let mut last = None;
                    for position in line {
                        let (at, depth) = seen(view, *position, size);
                        if let Some(from) = last.replace(at) {
                            self.coverage.line(from, at, width, strength * depth);
                        }
                    }
                }
                self.coverage.paint(colour, picture);
            }
        }
        if options.layers.has(ARROWS) {
            let arrows = self.arrows.get_or_insert_with(|| arrows(scene));
            for (width, strength, colour) in [(CASING_WIDTH, CASING, ground), (LINE_WIDTH, 0.95, ink)] {
                self.coverage.clear(size);
                for [from, to] in arrows.iter() {
                    let ((from, _), (to, depth)) = (seen(view, *from, size), seen(view, *to, size));
                    self.coverage.arrow(from, to, width, strength * depth);
                }
                self.coverage.paint(colour, picture);
            }
        }
    }

    fn heat(&mut self, scene: PointScene, layer: usize, view: &Viewpoint, light: bool, picture: &mut RgbaImage) {
        let size = [picture.width(), picture.height()];
        let fits = |heat: &Heat| heat.layer == layer && heat.view == *view && heat.size == size && heat.light == light;
        let heat = match self.heat.take().filter(fits) {
            Some(heat) => heat,
            None => Heat { layer, view: *view, size, light, picture: heat_map(scene, layer, view, size, light) },
        };
        // The walkers are over it as far as they stand off their ground.
        let ground = picture.get_pixel(0, 0).0;
        for (pixel, under) in picture.pixels_mut().zip(heat.picture.pixels()) {
            let off = (0..3).map(|c| pixel.0[c].abs_diff(ground[c])).max().unwrap_or(0);
            let share = (f32::from(off) / 150.0).min(1.0);
            for c in 0..3 {
                let (over, under) = (f32::from(pixel.0[c]), f32::from(under.0[c]));
                pixel.0[c] = (under + share * (over - under)).round() as u8;
            }
        }
        self.heat = Some(heat);
    }
}

/// The pixel of a position, and how clear it is: what is farther away is fainter.
fn seen(view: &Viewpoint, position: [f64; 3], [width, height]: [u32; 2]) -> ([f32; 2], f32) {
    let scale = 0.5 * f64::from(height) / view.half_height;
    let off = DVec3::from(position) - view.centre;
    let [right, up, near] = view.axes().map(|axis| axis.dot(off));
    let depth = if view.is_spatial { (0.6 + 0.5 * near / view.half_height).clamp(FAINTEST, 1.0) } else { 1.0 };
    let at = [0.5 * f64::from(width) + scale * right, 0.5 * f64::from(height) - scale * up];
    (at.map(|v| v as f32), depth as f32)
}

/// Evenly spaced lines along the flow, from positions of the cloud, in the user's coordinates.
fn streamlines(scene: PointScene, apart: f32) -> Vec<Vec<[f64; 3]>> {
    let PointScene { rule, sigma, cloud } = scene;
    let kernel = DriftKernel::new(rule, sigma);
    let mut rng = StdRng::seed_from_u64(7);
    let seeds: Vec<[f32; 4]> = (0..(SEEDS / apart) as usize)
        .map(|_| {
            let [x, y, z] = cloud[rng.random_range(0..cloud.len())];
            [x as f32, y as f32, z as f32, 0.0]
        })
        .collect();
    let mut lines: Vec<std::collections::VecDeque<[f32; 4]>> = seeds.iter().map(|seed| [*seed].into()).collect();
    for sense in [1.0f32, -1.0] {
        let mut positions = seeds.clone();
        for _ in 0..STEPS {
            let first = evaluate_all(&kernel, &positions);
            let middle: Vec<[f32; 4]> =
                positions.iter().zip(&first).map(|(position, at)| along(position, at, 0.5 * sense)).collect();
            let second = evaluate_all(&kernel, &middle);
            for ((position, at), line) in positions.iter_mut().zip(&second).zip(&mut lines) {
                *position = along(position, at, sense);
                if sense > 0.0 { line.push_back(*position) } else { line.push_front(*position) }
            }
        }
    }
    let mut taken = std::collections::HashSet::new();
    let cell = |p: &[f32; 4]| [0, 1, 2].map(|i| (p[i] / apart).floor() as i32);
    let mut kept = Vec::new();
    for line in lines {
        // From the seed outwards, as far as no other line is.
        let line: Vec<[f32; 4]> = line.into();
        let is_free = |p: &[f32; 4]| p[..3].iter().all(|v| v.abs() < 50.0) && !taken.contains(&cell(p));
        if !is_free(&line[STEPS]) {
            continue;
        }
        let back = line[..STEPS].iter().rev().take_while(|p| is_free(p)).count();
        let ahead = line[STEPS..].iter().take_while(|p| is_free(p)).count();
        let line = &line[STEPS - back..STEPS + ahead];
        if line.len() < MIN_STEPS {
            continue;
        }
        taken.extend(line.iter().map(cell));
        kept.push(line.iter().map(|p| rule.map.inverse([p[0], p[1], p[2]].map(f64::from))).collect());
    }
    kept
}

/// One step along a flow, of the same length wherever it moves.
fn along(position: &[f32; 4], at: &DriftValues, sense: f32) -> [f32; 4] {
    let speed = at.velocity.iter().map(|v| v * v).sum::<f32>().sqrt();
    let step = if speed > 1e-6 { sense * STEP / speed } else { 0.0 };
    [0, 1, 2, 3].map(|i| if i < 3 { position[i] + step * at.velocity[i] } else { 0.0 })
}

/// Arrows at evenly spaced positions of the cloud, in the user's coordinates.
fn arrows(scene: PointScene) -> Vec<[[f64; 3]; 2]> {
    let PointScene { rule, sigma, cloud } = scene;
    let mut order: Vec<usize> = (0..cloud.len()).collect();
    order.shuffle(&mut StdRng::seed_from_u64(11));
    let mut taken = std::collections::HashSet::new();
    let mut positions = Vec::new();
    for k in order {
        let position = cloud[k];
        if taken.insert(position.map(|v| (v / (1.5 * ARROW_LENGTH)).floor() as i32)) {
            positions.push([position[0] as f32, position[1] as f32, position[2] as f32, 0.0]);
            if positions.len() == ARROW_COUNT {
                break;
            }
        }
    }
    let values = evaluate_all(&DriftKernel::new(rule, sigma), &positions);
    let square = |at: &DriftValues| at.velocity.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
    let rms = (values.iter().map(square).sum::<f64>() / values.len().max(1) as f64).sqrt().max(1e-9);
    let arrow = |(position, at): (&[f32; 4], &DriftValues)| {
        // At most twice as long as the mean.
        let scale = ARROW_LENGTH / rms.max(0.5 * square(at).sqrt());
        let from: [f64; 3] = std::array::from_fn(|i| f64::from(position[i]) - 0.5 * scale * f64::from(at.velocity[i]));
        let to: [f64; 3] = std::array::from_fn(|i| f64::from(position[i]) + 0.5 * scale * f64::from(at.velocity[i]));
        [rule.map.inverse(from), rule.map.inverse(to)]
    };
    positions.iter().zip(&values).map(arrow).collect()
}

/// A number as colours, over the whole picture; in space on the plane through the centre that faces the eye.
fn heat_map(scene: PointScene, layer: usize, view: &Viewpoint, [width, height]: [u32; 2], light: bool) -> RgbaImage {
    let PointScene { rule, sigma, cloud } = scene;
    let patch = if layer == RESIDUAL { RESIDUAL_PATCH } else { PATCH };
    let (columns, rows) = (width.div_ceil(patch), height.div_ceil(patch));
    let position = |k: u32| {
        let at = f64::from(patch) * (UVec2::new(k % columns, k / columns).as_dvec2() + 0.5);
        let offset = at - 0.5 * UVec2::new(width, height).as_dvec2();
        rule.map.forward(view.place_at(offset, f64::from(height)).to_array())
    };
    let positions: Vec<[f64; 3]> = (0..columns * rows).map(position).collect();
    let values = numbers(rule, sigma, layer, &positions);
    // The scale is that of the cloud: what is far outside is not what matters.
    let sample: Vec<[f64; 3]> = cloud.iter().step_by((cloud.len() / 500).max(1)).copied().collect();
    let mut range = numbers(rule, sigma, layer, &sample);
    range.sort_by(f64::total_cmp);
    let (low, high) = (range[0], range[(range.len() - 1) * 99 / 100]);
    // The residual is compared with what a control would have there.
    let high = if layer == RESIDUAL { high.max(1.0) } else { low + 1.3 * (high - low) };
    let low = if layer == RESIDUAL { 0.0 } else { low };
    let theme = if light { Theme::Light } else { Theme::Dark };
    let ramp = ColourBy::Energy.ramp(theme);
    // Darkened (or paled), so that walkers and lines stand off it.
    let ground = theme.ground();
    let colours: Vec<[u8; 3]> = values
        .iter()
        .map(|value| {
            let share = ((value - low) / (high - low).max(1e-12)).clamp(0.0, 1.0);
            // A low energy is what is to be seen, as are a large score and a large residual; the rest fades into the ground.
            let seen = if layer == ENERGY { 1.0 - share } else { share };
            let weight = if light { 0.05 + 0.3 * seen } else { 0.1 + 0.5 * seen };
            let share = seen * (RAMP - 1) as f64;
            let (k, t) = ((share as usize).min(RAMP - 2), share.fract());
            let t = if share >= (RAMP - 1) as f64 { 1.0 } else { t };
            std::array::from_fn(|c| {
                let colour = f64::from(ramp[k][c]) + t * (f64::from(ramp[k + 1][c]) - f64::from(ramp[k][c]));
                (weight * colour + (1.0 - weight) * f64::from(ground[c])).round() as u8
            })
        })
        .collect();
    let small = RgbaImage::from_fn(columns, rows, |x, y| {
        let [r, g, b] = colours[(y * columns + x) as usize];
        image::Rgba([r, g, b, 255])
    });
    image::imageops::resize(&small, width, height, image::imageops::FilterType::Triangle)
}

/// Energy, size of the score, or |div V + V·s| σ at root mean square speed 1, at standardised positions.
fn numbers(rule: &PointRule, sigma: f64, layer: usize, positions: &[[f64; 3]]) -> Vec<f64> {
    if layer == RESIDUAL {
        use rayon::prelude::*;
        let reference = FlowReference::new(&rule.flow, rule.dim);
        let residual = |x: &[f64; 3]| {
            let energy = rule.energy_jet(*x, sigma);
            (sigma * reference.jet(*x, &energy).residual(energy.score)).abs()
        };
        return positions.par_iter().map(residual).collect();
    }
    let positions: Vec<[f32; 4]> = positions.iter().map(|p| [p[0] as f32, p[1] as f32, p[2] as f32, 0.0]).collect();
    let values = evaluate_all(&DriftKernel::new(rule, sigma), &positions);
    let number = |at: &DriftValues| match layer {
        SCORE => at.score.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>().sqrt(),
        _ => f64::from(at.energy),
    };
    values.iter().map(number).collect()
}
