//! Geometry of the edges of one slot: what each lane's particle sees of its neighbour, its tangents, and the way back from
//! features to coordinates. The features are described at [`FEATURES`].

use super::cloud::{Cloud, LaneGroup};
use crate::nn::lanes::{LANES, Lane, ZERO};
use crate::worlds::swarm::rule::net::{FEATURES, LocalNet};

/// Tangents of the particle coordinates (x, y, θ), per particle.
pub type Tangent<'a> = &'a [[f32; 3]];

/// Geometry of one slot, kept for the reverse pass.
#[derive(Clone, Copy)]
pub struct LaneEdge {
    pub dx: Lane,
    pub dy: Lane,
    pub r: Lane,
    pub cos: Lane,
    pub sin: Lane,
    pub ex: Lane,
    pub ey: Lane,
    /// w(r) and (dw/dr)/r.
    pub w: Lane,
    pub w_slope: Lane,
}

impl LaneEdge {
    pub const NONE: Self =
        Self { dx: ZERO, dy: ZERO, r: ZERO, cos: ZERO, sin: ZERO, ex: ZERO, ey: ZERO, w: ZERO, w_slope: ZERO };
}

#[inline(always)]
pub fn geometry(cutoff_l: f32, cloud: &Cloud, lanes: &[u32; LANES], js: &[u32; LANES]) -> LaneEdge {
    const SOFTENING: f32 = LocalNet::SOFTENING_L as f32;
    let mut e = LaneEdge::NONE;
    let mut real = ZERO;
    for l in 0..LANES {
        let (i, j) = (lanes[l] as usize, js[l] as usize);
        let [x, y] = cloud.offset(i, j);
        let (ci, si, cj, sj) = (cloud.cos[i], cloud.sin[i], cloud.cos[j], cloud.sin[j]);
        e.dx[l] = ci * x + si * y;
        e.dy[l] = ci * y - si * x;
        e.cos[l] = ci * cj + si * sj;
        e.sin[l] = sj * ci - cj * si;
        real[l] = f32::from(u8::from(i != j));
    }
    let inv_r2 = 1.0 / (cutoff_l * cutoff_l);
    for l in 0..LANES {
        let r2 = e.dx[l] * e.dx[l] + e.dy[l] * e.dy[l];
        e.r[l] = (r2 + SOFTENING * SOFTENING).sqrt();
        let rest = (1.0 - r2 * inv_r2).max(0.0) * real[l];
        e.w[l] = rest * rest;
        e.w_slope[l] = -4.0 * inv_r2 * rest;
        e.ex[l] = -(e.cos[l] * e.dx[l] + e.sin[l] * e.dy[l]);
        e.ey[l] = e.sin[l] * e.dx[l] - e.cos[l] * e.dy[l];
    }
    e
}

#[inline(always)]
pub fn write_features(cutoff_l: f32, cloud: &Cloud, lanes: &[u32; LANES], e: &LaneEdge, f: &mut [Lane]) {
    let scale = 2.0 / cutoff_l;
    for l in 0..LANES {
        f[0][l] = scale * e.dx[l];
        f[1][l] = scale * e.dy[l];
        f[2][l] = scale * e.r[l] - 1.0;
        f[3][l] = e.cos[l];
        f[4][l] = e.sin[l];
        f[5][l] = scale * e.ex[l];
        f[6][l] = scale * e.ey[l];
        f[7][l] = cloud.tau[lanes[l] as usize];
    }
}

/// Tangents of the features; returns the tangent of w.
#[inline(always)]
pub fn write_feature_tangents(
    cutoff_l: f32,
    cloud: &Cloud,
    lanes: &[u32; LANES],
    js: &[u32; LANES],
    tangent: Tangent,
    e: &LaneEdge,
    f: &mut [Lane],
) -> Lane {
    let scale = 2.0 / cutoff_l;
    let mut wt = ZERO;
    for l in 0..LANES {
        let (i, j) = (lanes[l] as usize, js[l] as usize);
        let (ti, tj) = (tangent[i], tangent[j]);
        let (vx, vy) = (tj[0] - ti[0], tj[1] - ti[1]);
        let turn = tj[2] - ti[2];
        let (c, s) = (cloud.cos[i], cloud.sin[i]);
        let dxt = c * vx + s * vy + ti[2] * e.dy[l];
        let dyt = c * vy - s * vx - ti[2] * e.dx[l];
        let along = e.dx[l] * dxt + e.dy[l] * dyt;
        f[0][l] = scale * dxt;
        f[1][l] = scale * dyt;
        f[2][l] = scale * along / e.r[l];
        f[3][l] = -e.sin[l] * turn;
        f[4][l] = e.cos[l] * turn;
        f[5][l] = scale * (turn * e.ey[l] - e.cos[l] * dxt - e.sin[l] * dyt);
        f[6][l] = scale * (e.sin[l] * dxt - e.cos[l] * dyt - turn * e.ex[l]);
        f[7][l] = 0.0;
        wt[l] = e.w_slope[l] * along;
    }
    wt
}

/// Carries cotangents of the features and of w to the coordinates of both ends of the edge.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub fn add_edge_gradient(
    cutoff_l: f32,
    cloud: &Cloud,
    group: &LaneGroup,
    js: &[u32; LANES],
    e: &LaneEdge,
    f: &[Lane; FEATURES],
    w_bar: &Lane,
    gradient: &mut [[f32; 3]],
) {
    let scale = 2.0 / cutoff_l;
    let (mut gx, mut gy, mut gt) = (ZERO, ZERO, ZERO);
    for l in 0..LANES {
        let radial = scale * f[2][l] / e.r[l] + w_bar[l] * e.w_slope[l];
        gx[l] = scale * (f[0][l] - e.cos[l] * f[5][l] + e.sin[l] * f[6][l]) + radial * e.dx[l];
        gy[l] = scale * (f[1][l] - e.sin[l] * f[5][l] - e.cos[l] * f[6][l]) + radial * e.dy[l];
        gt[l] = e.cos[l] * f[4][l] - e.sin[l] * f[3][l] + scale * (f[5][l] * e.ey[l] - f[6][l] * e.ex[l]);
    }
    for l in 0..group.used {
        let (i, j) = (group.lanes[l] as usize, js[l] as usize);
        if i == j {
            continue;
        }
        let (c, s) = (cloud.cos[i], cloud.sin[i]);
        let (wx, wy) = (c * gx[l] - s * gy[l], s * gx[l] + c * gy[l]);
        gradient[j][0] += wx;
        gradient[j][1] += wy;
        gradient[j][2] += gt[l];
        gradient[i][0] -= wx;
        gradient[i][1] -= wy;
        gradient[i][2] += gx[l] * e.dy[l] - gy[l] * e.dx[l] - gt[l];
    }
}
