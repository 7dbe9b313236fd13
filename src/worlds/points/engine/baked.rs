//! Flow and score on a grid, read with cubic interpolation (Catmull & Rom 1974): exact for quadratics, error h³ else.

use std::sync::Arc;

use rayon::prelude::*;

use super::kernel::DriftKernel;
use super::sweep::evaluate_all;
use crate::worlds::points::rule::{PointRule, VelocityJet};

/// Nodes per axis in the plane.
pub const GRID_2D: usize = 512;
/// Nodes per axis in space.
pub const GRID_3D: usize = 128;
/// Channels of a node: velocity x, y, z, energy, score x, y, z, unused.
pub const CHANNELS: usize = 8;
/// How far the grid reaches beyond the outermost point of the cloud, in spreads.
const MARGIN: f32 = 0.75;

/// Values on a grid over the cloud.
#[derive(Debug, Clone, PartialEq)]
pub struct BakedField {
    /// 2 or 3.
    pub dim: usize,
    /// Nodes along x, y, z; 1 along z in the plane.
    pub nodes: [usize; 3],
    /// Standardised coordinates of the first node.
    pub low: [f32; 3],
    /// Distance of two nodes per axis.
    pub spacing: [f32; 3],
    /// Node by node, x fastest; copies of the grid share them.
    pub values: Arc<[[f32; CHANNELS]]>,
}

impl BakedField {
    /// Evaluates `kernel` on a grid over the box of `positions` (standardised).
    pub fn new(kernel: &DriftKernel, dim: usize, positions: &[[f32; 4]]) -> Self {
        Self::unless_stopped(kernel, dim, positions, &|| false).expect("nothing stops it")
    }

    /// The same; `None` once `stop` returns true, which is polled every few hundredths of a second.
    pub fn unless_stopped(
        kernel: &DriftKernel,
        dim: usize,
        positions: &[[f32; 4]],
        stop: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let mut low = [f32::MAX; 3];
        let mut high = [f32::MIN; 3];
        for position in positions {
            for i in 0..3 {
                (low[i], high[i]) = (low[i].min(position[i]), high[i].max(position[i]));
            }
        }
        let side = if dim == 2 { GRID_2D } else { GRID_3D };
        let nodes = [side, side, if dim == 2 { 1 } else { side }];
        let low = low.map(|v| v - MARGIN);
        let spacing = std::array::from_fn(|i| (high[i] + MARGIN - low[i]) / (side - 1) as f32);
        let low = if dim == 2 { [low[0], low[1], 0.0] } else { low };
        let position = |index: usize| -> [f32; 4] {
            let at = [index % side, index / side % side, index / (side * side)];
            let [x, y, z] = std::array::from_fn(|i| low[i] + at[i] as f32 * spacing[i]);
            [x, y, if dim == 2 { 0.0 } else { z }, 0.0]
        };
        // Slab by slab, so that the list of positions stays small.
        const SLAB: usize = 1 << 16;
        let total = nodes.iter().product::<usize>();
        let mut values = Vec::with_capacity(total);
        for from in (0..total).step_by(SLAB) {
            if stop() {
                return None;
            }
            let positions: Vec<[f32; 4]> = (from..(from + SLAB).min(total)).map(position).collect();
            values.extend(evaluate_all(kernel, &positions).into_iter().map(|at| {
                let ([vx, vy, vz], [sx, sy, sz]) = (at.velocity, at.score);
                [vx, vy, vz, at.energy, sx, sy, sz, 0.0]
            }));
        }
        Some(Self { dim, nodes, low, spacing, values: values.into() })
    }

    /// The interpolated channels at a position; beyond the grid those of its nearest position inside.
    #[inline]
    pub fn at(&self, x: [f32; 3]) -> [f32; CHANNELS] {
        let mut corner = [0usize; 3];
        let mut weights = [[0.0f32, 1.0, 0.0, 0.0]; 3];
        for i in 0..self.dim {
            let last = self.nodes[i] as f32 - 3.0;
            // Also takes NaN to the first cell.
            let t = ((x[i] - self.low[i]) / self.spacing[i]).max(1.0).min(last + 0.999);
            let cell = t as usize;
            corner[i] = cell - 1;
            weights[i] = catmull_rom(t - cell as f32);
        }
        let mut sum = [0.0f32; CHANNELS];
        let depth = if self.dim == 2 { 1 } else { 4 };
        for kz in 0..depth {
            let wz = if self.dim == 2 { 1.0 } else { weights[2][kz] };
            for ky in 0..4 {
                let row = ((corner[2] + kz) * self.nodes[1] + corner[1] + ky) * self.nodes[0] + corner[0];
                let wyz = wz * weights[1][ky];
                for (kx, node) in self.values[row..row + 4].iter().enumerate() {
                    let w = wyz * weights[0][kx];
                    (0..CHANNELS).for_each(|c| sum[c] += w * node[c]);
                }
            }
        }
        sum
    }

    /// The interpolated flow with its derivatives, in f64; beyond the grid that of the nearest position inside.
    pub fn flow_jet(&self, x: [f64; 3]) -> VelocityJet {
        let mut corner = [0usize; 3];
        let (mut weights, mut slopes) = ([[1.0, 0.0, 0.0, 0.0]; 3], [[0.0; 4]; 3]);
        for i in 0..self.dim {
            let spacing = f64::from(self.spacing[i]);
            let last = self.nodes[i] as f64 - 3.0;
            let t = ((x[i] - f64::from(self.low[i])) / spacing).max(1.0).min(last + 0.999);
            let cell = t as usize;
            corner[i] = cell - 1;
            let share = t - cell as f64;
            weights[i] = catmull_rom(share as f32).map(f64::from);
            slopes[i] = catmull_rom_slopes(share).map(|slope| slope / spacing);
        }
        let mut jet = VelocityJet::default();
        let depth = if self.dim == 2 { 1 } else { 4 };
        for (kz, ky, kx) in (0..depth).flat_map(|z| (0..4).flat_map(move |y| (0..4).map(move |x| (z, y, x)))) {
            let k = [kx, ky, kz];
            let row = ((corner[2] + kz) * self.nodes[1] + corner[1] + ky) * self.nodes[0] + corner[0] + kx;
            // The product of the weights, with that of the axis `j` replaced by its slope.
            let product = |j: usize| (0..3).map(|i| if i == j { slopes[i][k[i]] } else { weights[i][k[i]] }).product();
            let factors: [f64; 4] = std::array::from_fn(product);
            for i in 0..3 {
                let v = f64::from(self.values[row][i]);
                jet.velocity[i] += factors[3] * v;
                (0..3).for_each(|j| jet.jacobian[i][j] += factors[j] * v);
            }
        }
        jet
    }

    /// Root mean square difference of the interpolated flow from that of `kernel` at `positions`, relative to the latter.
    pub fn flow_error(&self, kernel: &DriftKernel, positions: &[[f32; 4]]) -> f64 {
        let exact = evaluate_all(kernel, positions);
        let (difference, size) = positions
            .par_iter()
            .zip(&exact)
            .map(|(position, exact)| {
                let baked = self.at([position[0], position[1], position[2]]);
                (0..3).fold((0.0f64, 0.0f64), |(d, s), i| {
                    let v = f64::from(exact.velocity[i]);
                    (d + (f64::from(baked[i]) - v).powi(2), s + v * v)
                })
            })
            .collect::<Vec<_>>()
            .into_iter()
            .fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        if size > 0.0 { (difference / size).sqrt() } else { 0.0 }
    }

    /// Memory of the grid, bytes.
    pub fn bytes(&self) -> usize {
        self.values.len() * size_of::<[f32; CHANNELS]>()
    }
}

/// A grid for a rule over the box of `positions`.
pub fn bake(rule: &PointRule, sigma: f64, positions: &[[f32; 4]]) -> BakedField {
    BakedField::new(&DriftKernel::new(rule, sigma), rule.dim, positions)
}

/// Weights of the four nodes around a position at the share `t` between the inner two.
#[inline]
fn catmull_rom(t: f32) -> [f32; 4] {
    [
        ((2.0 - t) * t - 1.0) * t * 0.5,
        (3.0 * t - 5.0) * t * t * 0.5 + 1.0,
        ((4.0 - 3.0 * t) * t + 1.0) * t * 0.5,
        (t - 1.0) * t * t * 0.5,
    ]
}

/// Derivatives of [`catmull_rom`] by `t`.
fn catmull_rom_slopes(t: f64) -> [f64; 4] {
    [
        ((4.0 - 3.0 * t) * t - 1.0) * 0.5,
        (9.0 * t - 10.0) * t * 0.5,
        ((8.0 - 9.0 * t) * t + 1.0) * 0.5,
        (3.0 * t - 2.0) * t * 0.5,
    ]
}
