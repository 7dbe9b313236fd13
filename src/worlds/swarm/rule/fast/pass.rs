//! One group of lanes through a [`LocalNet`]: forward with tangents, reverse to the inputs
//! (score), reverse to the weights (training).
//!
//! The second-order gradient of the denoising loss needs no second reverse pass: for a cotangent g of ∇E,
//! ∂(g·∇E)/∂θ is the weight gradient of the *directional derivative* of E along g, a forward tangent.

use super::cloud::{Cloud, LaneGroup};
use super::edges::{LaneEdge, Tangent, add_edge_gradient, geometry, write_feature_tangents, write_features};
use super::layer::LaneLayer;
use crate::nn::lanes::{LANES, Lane, ZERO, fma, lanes, outer, sum};
use crate::worlds::swarm::rule::net::{FEATURES, Layout, LocalNet, NetShape};

/// Weights ready for the kernels: row-major as stored, and transposed for the reverse pass.
pub struct Weights {
    pub shape: NetShape,
    pub layout: Layout,
    pub cutoff_l: f32,
    pub flat: Vec<f32>,
    phi1_t: Vec<f32>,
    phi2_t: Vec<f32>,
    rho1_t: Vec<f32>,
    rho2_t: Vec<f32>,
    out_t: Vec<f32>,
}

impl Weights {
    pub fn new(shape: NetShape, flat: &[f32], cutoff_l: f64) -> Self {
        let layout = shape.layout();
        assert_eq!(flat.len(), layout.total, "weights do not fit the shape");
        let transposed = |s: crate::worlds::swarm::rule::Span| {
            let w = s.of(flat);
            (0..s.len()).map(|i| w[(i % s.rows) * s.cols + i / s.rows]).collect()
        };
        Self {
            shape,
            layout,
            cutoff_l: cutoff_l as f32,
            phi1_t: transposed(layout.phi1_w),
            phi2_t: transposed(layout.phi2_w),
            rho1_t: transposed(layout.rho1_w),
            rho2_t: transposed(layout.rho2_w),
            out_t: transposed(layout.out_w),
            flat: flat.to_vec(),
        }
    }

    pub fn of(net: &LocalNet, cutoff_l: f64) -> Self {
        Self::new(net.shape, &net.weights, cutoff_l)
    }
}

/// Working memory of one thread. Grows to the largest group met, then allocates nothing.
#[derive(Default)]
pub struct Activations {
    edges: Vec<LaneEdge>,
    features: Vec<Lane>,
    w_tangent: Vec<Lane>,
    h1: LaneLayer,
    h2: LaneLayer,
    rho_in: Vec<Lane>,
    g1: LaneLayer,
    g2: LaneLayer,
    /// Entries of `g1`, `g2` and `rho_in` not yet added to the weight gradient.
    pending: usize,
    pending_out: Vec<Lane>,
    scratch: [Vec<Lane>; 3],
    pub out: Vec<Lane>,
}

/// Groups whose ρ activations are kept before their weight gradient is taken in one go.
const RHO_BATCH: usize = 16;

fn at_least(v: &mut Vec<Lane>, len: usize) -> &mut [Lane] {
    if v.len() < len {
        v.resize(len, ZERO);
    }
    &mut v[..len]
}

/// Output `[1 + T][outputs]` of the lanes of `group`, in `tape.out`.
#[inline(always)]
pub fn forward<const T: usize, const B: usize, const FMA: bool>(
    net: &Weights,
    cloud: &Cloud,
    group: &LaneGroup,
    tangents: [Tangent; T],
    tape: &mut Activations,
) {
    let lay = &net.layout;
    let [h1n, h2n] = net.shape.phi;
    let [g1n, g2n] = net.shape.rho;
    let species = net.shape.species;
    let slots = group.slots;
    if tape.edges.len() < slots {
        tape.edges.resize(slots, LaneEdge::NONE);
    }
    at_least(&mut tape.features, slots * (1 + T) * FEATURES);
    at_least(&mut tape.w_tangent, slots * T);
    tape.h1.reserve(slots, h1n, T);
    tape.h2.reserve(slots, h2n, T);
    tape.g1.reserve(RHO_BATCH, g1n, T);
    tape.g2.reserve(RHO_BATCH, g2n, T);
    let entry = tape.pending;
    let rho_n = h2n + 1;
    at_least(&mut tape.rho_in, RHO_BATCH * (1 + T) * rho_n);

    let phi1_w = lay.phi1_w.of(&net.flat);
    let phi1_b = lay.phi1_b.of(&net.flat);
    let phi2_w = lay.phi2_w.of(&net.flat);
    let phi2_b = lay.phi2_b.of(&net.flat);
    let rho_in = &mut tape.rho_in[entry * (1 + T) * rho_n..][..(1 + T) * rho_n];
    rho_in.fill(ZERO);
    for s in 0..slots {
        let js = &cloud.slots[group.first_slot + s];
        let edge = geometry(net.cutoff_l, cloud, &group.lanes, js);
        tape.edges[s] = edge;
        let f = &mut tape.features[s * (1 + T) * FEATURES..][..(1 + T) * FEATURES];
        write_features(net.cutoff_l, cloud, &group.lanes, &edge, f);
        for t in 0..T {
            let ft: &mut [Lane] = &mut f[(1 + t) * FEATURES..(2 + t) * FEATURES];
            tape.w_tangent[s * T + t] =
                write_feature_tangents(net.cutoff_l, cloud, &group.lanes, js, tangents[t], &edge, ft);
        }
        tape.h1.forward::<T, B, FMA>(s, phi1_w, f, |z| {
            if species == 1 {
                for (z, b) in z.iter_mut().zip(phi1_b) {
                    *z = [*b; LANES];
                }
            } else {
                for l in 0..LANES {
                    let pair = usize::from(cloud.species[group.lanes[l] as usize]) * species
                        + usize::from(cloud.species[js[l] as usize]);
                    for (z, b) in z.iter_mut().zip(&phi1_b[pair * h1n..(pair + 1) * h1n]) {
                        z[l] = *b;
                    }
                }
            }
        });
        tape.h2.forward::<T, B, FMA>(s, phi2_w, tape.h1.value::<T>(s), |z| {
            for (z, b) in z.iter_mut().zip(phi2_b) {
                *z = [*b; LANES];
            }
        });
        let h2 = tape.h2.value::<T>(s);
        let w = edge.w;
        for o in 0..h2n {
            let (h, m) = (h2[o], rho_in[o]);
            rho_in[o] = lanes!(l => fma::<FMA>(w[l], h[l], m[l]));
        }
        for t in 0..T {
            let wt = tape.w_tangent[s * T + t];
            for o in 0..h2n {
                let (h, ht, m) = (h2[o], h2[(1 + t) * h2n + o], rho_in[(1 + t) * rho_n + o]);
                rho_in[(1 + t) * rho_n + o] = lanes!(l => fma::<FMA>(wt[l], h[l], fma::<FMA>(w[l], ht[l], m[l])));
            }
        }
    }
    for l in 0..LANES {
        rho_in[h2n][l] = cloud.tau[group.lanes[l] as usize];
    }
    let rho1_b = lay.rho1_b.of(&net.flat);
    tape.g1.forward::<T, B, FMA>(entry, lay.rho1_w.of(&net.flat), rho_in, |z| {
        for l in 0..LANES {
            let c = usize::from(cloud.species[group.lanes[l] as usize]);
            for (z, b) in z.iter_mut().zip(&rho1_b[c * g1n..(c + 1) * g1n]) {
                z[l] = *b;
            }
        }
    });
    tape.g2.forward::<T, B, FMA>(entry, lay.rho2_w.of(&net.flat), tape.g1.value::<T>(entry), |z| {
        for (z, b) in z.iter_mut().zip(lay.rho2_b.of(&net.flat)) {
            *z = [*b; LANES];
        }
    });
    let outputs = net.shape.outputs;
    let out = at_least(&mut tape.out, (1 + T) * outputs);
    out.fill(ZERO);
    for (o, b) in lay.out_b.of(&net.flat).iter().enumerate() {
        out[o] = [*b; LANES];
    }
    let g2 = tape.g2.value::<T>(entry);
    for c in 0..=T {
        crate::nn::lanes::dense::<B, FMA>(
            lay.out_w.of(&net.flat),
            &g2[c * g2n..(c + 1) * g2n],
            &mut out[c * outputs..(c + 1) * outputs],
        );
    }
}

/// Reverse of `forward::<0>` to the coordinates: adds ∂(Σ_lanes out_bar·out)/∂(x, y, θ) to `gradient`.
#[inline(always)]
pub fn reverse_inputs<const B: usize, const FMA: bool>(
    net: &Weights,
    cloud: &Cloud,
    group: &LaneGroup,
    out_bar: &[Lane],
    tape: &mut Activations,
    gradient: &mut [[f32; 3]],
) {
    let [h1n, h2n] = net.shape.phi;
    let [g1n, g2n] = net.shape.rho;
    let entry = tape.pending;
    let [a, b, m_bar] = &mut tape.scratch;
    let a = at_least(a, g2n.max(h1n));
    let b = at_least(b, g1n.max(h2n));
    let m_bar = at_least(m_bar, h2n + 1);
    a[..g2n].fill(ZERO);
    crate::nn::lanes::dense::<B, FMA>(&net.out_t, out_bar, &mut a[..g2n]);
    tape.g2.reverse::<0, B, FMA>(entry, &a[..g2n], &net.rho2_t, &mut b[..g1n]);
    tape.g1.reverse::<0, B, FMA>(entry, &b[..g1n], &net.rho1_t, m_bar);
    let mut f_bar = [ZERO; FEATURES];
    for s in 0..group.slots {
        let js = &cloud.slots[group.first_slot + s];
        let edge = tape.edges[s];
        let h2 = tape.h2.value::<0>(s);
        let mut w_bar = ZERO;
        for o in 0..h2n {
            let (m, h, w, sum) = (m_bar[o], h2[o], edge.w, w_bar);
            w_bar = lanes!(l => fma::<FMA>(m[l], h[l], sum[l]));
            b[o] = lanes!(l => w[l] * m[l]);
        }
        tape.h2.reverse::<0, B, FMA>(s, &b[..h2n], &net.phi2_t, &mut a[..h1n]);
        tape.h1.reverse::<0, B, FMA>(s, &a[..h1n], &net.phi1_t, &mut f_bar);
        add_edge_gradient(net.cutoff_l, cloud, group, js, &edge, &f_bar, &w_bar, gradient);
    }
}

/// Reverse of `forward::<T>` to the weights: adds ∂(Σ_lanes out_bar·out)/∂θ to `weight_bar`, `out_bar [1 + T][outputs]`.
/// Gradients of ρ are gathered over groups: call [`flush`] after the last group.
#[inline(always)]
pub fn reverse_weights<const T: usize, const B: usize, const FMA: bool>(
    net: &Weights,
    cloud: &Cloud,
    group: &LaneGroup,
    out_bar: &[Lane],
    tape: &mut Activations,
    weight_bar: &mut [f32],
) {
    let lay = &net.layout;
    let [h1n, h2n] = net.shape.phi;
    let [g1n, g2n] = net.shape.rho;
    let outputs = net.shape.outputs;
    let entry = tape.pending;
    let c = 1 + T;
    let rho_n = h2n + 1;
    let [a, b, m_bar] = &mut tape.scratch;
    let a = at_least(a, c * g2n.max(h1n));
    let b = at_least(b, c * g1n.max(h2n));
    let m_bar = at_least(m_bar, c * rho_n);
    at_least(&mut tape.pending_out, RHO_BATCH * c * outputs)[entry * c * outputs..][..c * outputs]
        .copy_from_slice(&out_bar[..c * outputs]);
    a[..c * g2n].fill(ZERO);
    for k in 0..c {
        crate::nn::lanes::dense::<B, FMA>(
            &net.out_t,
            &out_bar[k * outputs..(k + 1) * outputs],
            &mut a[k * g2n..(k + 1) * g2n],
        );
    }
    tape.g2.reverse::<T, B, FMA>(entry, &a[..c * g2n], &net.rho2_t, &mut b[..c * g1n]);
    tape.g1.reverse::<T, B, FMA>(entry, &b[..c * g1n], &net.rho1_t, m_bar);
    for s in 0..group.slots {
        let w = tape.edges[s].w;
        for o in 0..h2n {
            let m = m_bar[o];
            b[o] = lanes!(l => w[l] * m[l]);
        }
        for t in 0..T {
            let wt = tape.w_tangent[s * T + t];
            for o in 0..h2n {
                let (m, sum) = (m_bar[(1 + t) * rho_n + o], b[o]);
                b[o] = lanes!(l => fma::<FMA>(wt[l], m[l], sum[l]));
                b[(1 + t) * h2n + o] = lanes!(l => w[l] * m[l]);
            }
        }
        tape.h2.reverse::<T, B, FMA>(s, &b[..c * h2n], &net.phi2_t, &mut a[..c * h1n]);
        tape.h1.reverse::<T, B, FMA>(s, &a[..c * h1n], &net.phi1_t, &mut []);
    }
    let n = group.slots * c;
    outer::<B, FMA>(&tape.h2.zb, h2n, &tape.h1.h, h1n, n, &mut weight_bar[lay.phi2_w.start..][..lay.phi2_w.len()]);
    outer::<B, FMA>(
        &tape.h1.zb,
        h1n,
        &tape.features,
        FEATURES,
        n,
        &mut weight_bar[lay.phi1_w.start..][..lay.phi1_w.len()],
    );
    for s in 0..group.slots {
        for (o, z) in tape.h2.cotangent::<T>(s)[..h2n].iter().enumerate() {
            weight_bar[lay.phi2_b.start + o] += sum(z);
        }
        let js = &cloud.slots[group.first_slot + s];
        let z1 = &tape.h1.cotangent::<T>(s)[..h1n];
        if net.shape.species == 1 {
            for (o, z) in z1.iter().enumerate() {
                weight_bar[lay.phi1_b.start + o] += sum(z);
            }
        } else {
            for l in 0..LANES {
                let pair = usize::from(cloud.species[group.lanes[l] as usize]) * net.shape.species
                    + usize::from(cloud.species[js[l] as usize]);
                let bias = &mut weight_bar[lay.phi1_b.start + pair * h1n..][..h1n];
                for (b, z) in bias.iter_mut().zip(z1) {
                    *b += z[l];
                }
            }
        }
    }
    for l in 0..group.used {
        let species = usize::from(cloud.species[group.lanes[l] as usize]);
        let bias = &mut weight_bar[lay.rho1_b.start + species * g1n..][..g1n];
        for (b, z) in bias.iter_mut().zip(tape.g1.cotangent::<T>(entry)) {
            *b += z[l];
        }
    }
    for (o, z) in tape.g2.cotangent::<T>(entry)[..g2n].iter().enumerate() {
        weight_bar[lay.rho2_b.start + o] += sum(z);
    }
    for (o, z) in out_bar[..outputs].iter().enumerate() {
        weight_bar[lay.out_b.start + o] += sum(z);
    }
    tape.pending += 1;
    if tape.pending == RHO_BATCH {
        flush::<T, B, FMA>(net, tape, weight_bar);
    }
}

/// Adds the gathered gradients of ρ's matrices.
#[inline(always)]
pub fn flush<const T: usize, const B: usize, const FMA: bool>(
    net: &Weights,
    tape: &mut Activations,
    weight_bar: &mut [f32],
) {
    let lay = &net.layout;
    let [g1n, g2n] = net.shape.rho;
    let n = tape.pending * (1 + T);
    let rho_n = lay.rho1_w.cols;
    outer::<B, FMA>(&tape.g1.zb, g1n, &tape.rho_in, rho_n, n, &mut weight_bar[lay.rho1_w.start..][..lay.rho1_w.len()]);
    outer::<B, FMA>(&tape.g2.zb, g2n, &tape.g1.h, g1n, n, &mut weight_bar[lay.rho2_w.start..][..lay.rho2_w.len()]);
    let out_w = &mut weight_bar[lay.out_w.start..][..lay.out_w.len()];
    outer::<B, FMA>(&tape.pending_out, net.shape.outputs, &tape.g2.h, g2n, n, out_w);
    tape.pending = 0;
}
