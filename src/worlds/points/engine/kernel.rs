//! Drift of sixteen walkers side by side in f32: the fast twin of `rule`, compared with it in the tests.

use crate::nn::lanes::{LANES, Lane, ZERO, dense, sigmoid};
use crate::worlds::points::rule::{
    DictionaryFlow, LOG_SIGMA_OFFSET, Mlp, PointFlow, PointRule, Potential, Terms, Wave,
};

/// Three coordinates of sixteen walkers.
pub(super) type Lanes3 = [Lane; 3];

/// A network prepared for lanes: weights by rows and by columns.
struct NetLanes {
    layers: Vec<LayerLanes>,
}

struct LayerLanes {
    inputs: usize,
    outputs: usize,
    by_rows: Vec<f32>,
    by_columns: Vec<f32>,
    biases: Vec<f32>,
}

impl NetLanes {
    /// The first `dim` inputs stay; a further one, the same for all walkers, goes into the biases as `extra`.
    fn new(net: &Mlp, dim: usize, extra: Option<f32>) -> Self {
        let layers = net.layers().enumerate().map(|(k, layer)| {
            let inputs = if k == 0 { dim } else { layer.inputs };
            let rows = layer.weights.chunks_exact(layer.inputs);
            let by_rows: Vec<f32> = rows.clone().flat_map(|row| row[..inputs].iter().copied()).collect();
            let extra = if k == 0 { extra } else { None };
            let biases =
                rows.zip(layer.biases).map(|(row, b)| b + extra.map_or(0.0, |value| row[dim] * value)).collect();
            let by_columns =
                (0..inputs).flat_map(|c| (0..layer.outputs).map(move |r| (r, c))).map(|(r, c)| by_rows[r * inputs + c]);
            LayerLanes { inputs, outputs: layer.outputs, by_columns: by_columns.collect(), by_rows, biases }
        });
        Self { layers: layers.collect() }
    }

    fn widest(&self) -> usize {
        self.layers.iter().map(|layer| layer.outputs.max(layer.inputs)).max().unwrap_or(0)
    }

    /// Outputs, and per hidden layer the slopes of the activation in `scratch.slopes`.
    #[inline(always)]
    fn forward<const B: usize, const FMA: bool>(&self, x: &[Lane], scratch: &mut Scratch) {
        let Scratch { now, next, slopes } = scratch;
        now.clear();
        now.extend_from_slice(x);
        slopes.clear();
        for (k, layer) in self.layers.iter().enumerate() {
            next.clear();
            next.extend(layer.biases.iter().map(|b| [*b; LANES]));
            dense::<B, FMA>(&layer.by_rows, now, next);
            if k + 1 < self.layers.len() {
                for z in next.iter_mut() {
                    let s = sigmoid::<FMA>(z);
                    let mut slope = ZERO;
                    for l in 0..LANES {
                        let h = z[l] * s[l];
                        slope[l] = s[l] * (1.0 + z[l] - h);
                        z[l] = h;
                    }
                    slopes.push(slope);
                }
            }
            std::mem::swap(now, next);
        }
    }

    /// Gradient of the single output by the inputs; the output is left in `scratch.now`.
    #[inline(always)]
    fn gradient<const B: usize, const FMA: bool>(&self, x: &[Lane], scratch: &mut Scratch) -> (Lane, Lanes3) {
        self.forward::<B, FMA>(x, scratch);
        let value = scratch.now[0];
        let Scratch { now, next, slopes } = scratch;
        let mut end = slopes.len();
        now.clear();
        now.push([1.0; LANES]);
        for layer in self.layers.iter().rev() {
            next.clear();
            next.resize(layer.inputs, ZERO);
            dense::<B, FMA>(&layer.by_columns, now, next);
            if end > 0 {
                let start = end - layer.inputs;
                for (g, slope) in next.iter_mut().zip(&slopes[start..end]) {
                    (0..LANES).for_each(|l| g[l] *= slope[l]);
                }
                end = start;
            }
            std::mem::swap(now, next);
        }
        let mut gradient = [ZERO; 3];
        gradient[..now.len()].copy_from_slice(now);
        (value, gradient)
    }

    /// Outputs and their derivatives along the axes, by carrying tangents: `out[o]` and `slopes[axis][o]`.
    #[inline(always)]
    fn tangents<const B: usize, const FMA: bool>(
        &self,
        x: &[Lane],
        dim: usize,
        scratch: &mut Scratch,
    ) -> [[Lane; 4]; 3] {
        self.forward::<B, FMA>(x, scratch);
        let mut jets = [[ZERO; 4]; 3];
        for (jet, value) in jets.iter_mut().zip(&scratch.now) {
            jet[0] = *value;
        }
        let Scratch { now, next, slopes } = scratch;
        for axis in 0..dim {
            now.clear();
            now.resize(dim, ZERO);
            now[axis] = [1.0; LANES];
            let mut from = 0;
            for layer in &self.layers {
                next.clear();
                next.resize(layer.outputs, ZERO);
                dense::<B, FMA>(&layer.by_rows, now, next);
                if from < slopes.len() {
                    for (d, slope) in next.iter_mut().zip(&slopes[from..]) {
                        (0..LANES).for_each(|l| d[l] *= slope[l]);
                    }
                    from += layer.outputs;
                }
                std::mem::swap(now, next);
            }
            for (jet, d) in jets.iter_mut().zip(now.iter()) {
                jet[1 + axis] = *d;
            }
        }
        jets
    }
}

/// Working memory of one thread.
#[derive(Default)]
pub(super) struct Scratch {
    now: Vec<Lane>,
    next: Vec<Lane>,
    slopes: Vec<Lane>,
}

enum FlowLanes {
    Still,
    /// `curl` is 1, or 0 in a control.
    Exact {
        constant: [f32; 3],
        waves: Vec<Wave>,
        nets: Vec<(f32, NetLanes)>,
        curl: f32,
    },
    /// The score as a flow, a control.
    Score,
    Free {
        net: NetLanes,
        gain: f32,
    },
    Dictionary {
        flow: DictionaryFlow,
        terms: Terms,
    },
}

/// Flow and score of a rule at one σ, ready for lanes.
pub struct DriftKernel {
    dim: usize,
    stiffness: f32,
    energy: Option<NetLanes>,
    flow: FlowLanes,
}

impl DriftKernel {
    /// Of `rule` at the noise level `sigma`.
    pub fn new(rule: &PointRule, sigma: f64) -> Self {
        let dim = rule.dim;
        let energy =
            rule.energy.as_ref().map(|e| NetLanes::new(&e.net, dim, Some((sigma.ln() + LOG_SIGMA_OFFSET) as f32)));
        let flow = match &rule.flow {
            PointFlow::Still => FlowLanes::Still,
            PointFlow::Free { net, gain } => FlowLanes::Free { net: NetLanes::new(net, dim, None), gain: *gain as f32 },
            PointFlow::Dictionary(found) => {
                FlowLanes::Dictionary { flow: found.clone(), terms: found.dictionary.terms(dim) }
            }
            PointFlow::Exact(parts) => {
                let (mut constant, mut waves, mut nets) = ([0.0f32; 3], Vec::new(), Vec::new());
                for part in parts {
                    match &part.potential {
                        Potential::Constant(vector) => {
                            let first = if dim == 2 { 2 } else { 0 };
                            (first..3).for_each(|i| constant[i] += (part.gain * vector[i]) as f32);
                        }
                        Potential::Twist { seed, scale } => {
                            waves.extend(
                                Potential::waves(*seed, *scale, dim)
                                    .into_iter()
                                    .map(|wave| Wave { amplitude: wave.amplitude.map(|a| part.gain * a), ..wave }),
                            );
                        }
                        Potential::Smoothest(net) => nets.push((part.gain as f32, NetLanes::new(net, dim, None))),
                    }
                }
                FlowLanes::Exact { constant, waves, nets, curl: 1.0 }
            }
        };
        Self { dim, stiffness: (1.0 / (1.0 + sigma * sigma)) as f32, energy, flow }
    }

    /// A flow that must not keep the cloud, for the controls of a certificate: the score alone in place of the flow.
    pub fn score_alone(rule: &PointRule, sigma: f64) -> Self {
        Self { flow: FlowLanes::Score, ..Self::new(rule, sigma) }
    }

    /// Another control: exact flows without the curl of their potentials.
    pub fn without_curl(rule: &PointRule, sigma: f64) -> Self {
        let mut kernel = Self::new(rule, sigma);
        if let FlowLanes::Exact { curl, .. } = &mut kernel.flow {
            *curl = 0.0;
        }
        kernel
    }

    pub(super) fn scratch(&self) -> Scratch {
        let widest = self.energy.as_ref().map_or(0, NetLanes::widest);
        Scratch { now: Vec::with_capacity(widest), next: Vec::with_capacity(widest), slopes: Vec::new() }
    }

    /// Whether the flow reads the score.
    pub(super) fn flow_needs_score(&self) -> bool {
        matches!(self.flow, FlowLanes::Exact { .. } | FlowLanes::Score)
    }

    /// Velocity, score and energy of sixteen walkers. Without `want_score`, the last two are 0 unless the flow needs them.
    #[inline(always)]
    pub(super) fn evaluate<const B: usize, const FMA: bool>(
        &self,
        x: &Lanes3,
        want_score: bool,
        scratch: &mut Scratch,
    ) -> (Lanes3, Lanes3, Lane) {
        let dim = self.dim;
        let (mut score, mut energy) = ([ZERO; 3], ZERO);
        if let Some(net) = self.energy.as_ref().filter(|_| want_score || self.flow_needs_score()) {
            let (value, gradient) = net.gradient::<B, FMA>(&x[..dim], scratch);
            energy = value;
            for i in 0..dim {
                for l in 0..LANES {
                    score[i][l] = -self.stiffness * x[i][l] - gradient[i][l];
                    energy[l] += 0.5 * self.stiffness * x[i][l] * x[i][l];
                }
            }
        }
        let mut v = [ZERO; 3];
        match &self.flow {
            FlowLanes::Still => {}
            FlowLanes::Score => v = score,
            FlowLanes::Free { net, gain } => {
                net.forward::<B, FMA>(&x[..dim], scratch);
                for i in 0..dim {
                    (0..LANES).for_each(|l| v[i][l] = gain * scratch.now[i][l]);
                }
            }
            FlowLanes::Dictionary { flow, terms } => dictionary(flow, terms, x, &mut v),
            FlowLanes::Exact { constant, waves, nets, curl } => {
                let mut a = [[ZERO; 4]; 3];
                (0..3).for_each(|i| a[i][0] = [constant[i]; LANES]);
                for wave in waves {
                    add_wave(wave, x, &mut a);
                }
                for (gain, net) in nets {
                    let jets = net.tangents::<B, FMA>(&x[..dim], dim, scratch);
                    let first = if dim == 2 { 2 } else { 0 };
                    for i in first..3 {
                        for k in 0..4 {
                            (0..LANES).for_each(|l| a[i][k][l] += gain * jets[i - first][k][l]);
                        }
                    }
                }
                exact(&a, &score, *curl, &mut v);
            }
        }
        (dim..3).for_each(|i| v[i] = ZERO);
        (v, score, energy)
    }
}

/// A += amplitude sin(w·x + φ), and its gradient.
#[inline(always)]
fn add_wave(wave: &Wave, x: &Lanes3, a: &mut [[Lane; 4]; 3]) {
    let w = wave.w.map(|w| w as f32);
    for l in 0..LANES {
        let angle = wave.phase as f32 + w[0] * x[0][l] + w[1] * x[1][l] + w[2] * x[2][l];
        let (sin, cos) = angle.sin_cos();
        for i in 0..3 {
            let amplitude = wave.amplitude[i] as f32;
            a[i][0][l] += amplitude * sin;
            (0..3).for_each(|j| a[i][1 + j][l] += amplitude * cos * w[j]);
        }
    }
}

/// V = curl A + s × A.
#[inline(always)]
fn exact(a: &[[Lane; 4]; 3], s: &Lanes3, curl: f32, v: &mut Lanes3) {
    for i in 0..3 {
        let (j, k) = ((i + 1) % 3, (i + 2) % 3);
        for l in 0..LANES {
            v[i][l] = curl * (a[k][1 + j][l] - a[j][1 + k][l]) + s[j][l] * a[k][0][l] - s[k][l] * a[j][0][l];
        }
    }
}

#[inline(always)]
fn dictionary(flow: &DictionaryFlow, terms: &Terms, x: &Lanes3, v: &mut Lanes3) {
    match terms {
        Terms::Monomials(exponents) => {
            // Powers 0 to 3 of each coordinate.
            let mut powers = [[[1.0f32; LANES]; 4]; 3];
            for i in 0..3 {
                for p in 1..4 {
                    for l in 0..LANES {
                        powers[i][p][l] = powers[i][p - 1][l] * x[i][l];
                    }
                }
            }
            for (a, e) in exponents.iter().enumerate() {
                let [px, py, pz] = [0, 1, 2].map(|i| &powers[i][e[i] as usize]);
                for (i, row) in flow.coefficients.iter().enumerate() {
                    let c = row[a] as f32;
                    (0..LANES).for_each(|l| v[i][l] += c * px[l] * py[l] * pz[l]);
                }
            }
        }
        Terms::Fourier { dim, waves } => {
            for (i, row) in flow.coefficients.iter().enumerate() {
                let c = |a: usize| row[a] as f32;
                v[i] = [c(0); LANES];
                for (axis, place) in x[..*dim].iter().enumerate() {
                    (0..LANES).for_each(|l| v[i][l] += c(1 + axis) * place[l]);
                }
            }
            for (k, w) in waves.iter().enumerate() {
                let [wx, wy, wz] = w.map(|w| w as f32);
                let (mut sin, mut cos) = (ZERO, ZERO);
                for l in 0..LANES {
                    (sin[l], cos[l]) = (wx * x[0][l] + wy * x[1][l] + wz * x[2][l]).sin_cos();
                }
                for (i, row) in flow.coefficients.iter().enumerate() {
                    let [s, c] = [1, 2].map(|part| row[dim + 2 * k + part] as f32);
                    (0..LANES).for_each(|l| v[i][l] += s * sin[l] + c * cos[l]);
                }
            }
        }
    }
}
