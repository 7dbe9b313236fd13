//! Lyapunov exponents by Benettin's method (Benettin, Galgani, Giorgilli & Strelcyn 1980).

use rayon::prelude::*;

use crate::worlds::points::rule::{FlowReference, PointRule, VelocityJet};

/// How the exponents are measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LyapunovSettings {
    /// Time of one Runge-Kutta step, in units of the flow times `speed`.
    pub dt: f64,
    /// Time along each trajectory, of which the first tenth only aligns the tangents.
    pub span: f64,
    /// Factor of the flow, such as the root mean square speed of the truth.
    pub speed: f64,
    /// σ of the energy.
    pub sigma: f64,
}

impl Default for LyapunovSettings {
    fn default() -> Self {
        Self { dt: 0.005, span: 22.0, speed: 1.0, sigma: 0.1 }
    }
}

/// Mean exponents over the trajectories that stayed finite, descending.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LyapunovSpectrum {
    /// One per dimension, per time.
    pub exponents: Vec<f64>,
    /// Kaplan & Yorke 1979; NaN is never written: a spectrum without a negative partial sum has the full dimension.
    pub kaplan_yorke: f64,
    /// Share of the trajectories that stayed near the cloud.
    pub bounded: f64,
}

/// Walkers farther than this many spreads from the centre have left.
const LEFT: f64 = 50.0;

/// The spectrum of the flow of `rule` from `starts` (standardised). `None` when every trajectory leaves.
pub fn lyapunov(rule: &PointRule, starts: &[[f64; 3]], settings: &LyapunovSettings) -> Option<LyapunovSpectrum> {
    let steps = (settings.span / settings.dt).ceil() as usize;
    let aligned = steps / 10;
    let mut track = LyapunovTrack::new(rule, starts, *settings);
    track.align(aligned);
    track.advance(steps - aligned);
    track.spectrum()
}

/// Trajectories with their tangents, carried on piece by piece.
#[derive(Debug, Clone)]
pub struct LyapunovTrack {
    rule: PointRule,
    settings: LyapunovSettings,
    walks: Vec<TangentWalk>,
    /// Steps whose stretches are summed.
    steps: usize,
}

#[derive(Debug, Clone, Copy)]
struct TangentWalk {
    bundle: Bundle,
    /// Logarithms of the stretches.
    sums: [f64; 3],
    /// It has left the cloud.
    has_left: bool,
}

impl LyapunovTrack {
    /// From `starts` (standardised); [`LyapunovSettings::span`] is not used.
    pub fn new(rule: &PointRule, starts: &[[f64; 3]], settings: LyapunovSettings) -> Self {
        let walk = |start: &[f64; 3]| TangentWalk {
            bundle: [*start, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            sums: [0.0; 3],
            has_left: false,
        };
        Self { rule: rule.clone(), settings, walks: starts.iter().map(walk).collect(), steps: 0 }
    }

    /// The rule that is followed.
    pub fn rule(&self) -> &PointRule {
        &self.rule
    }

    /// How it is followed.
    pub fn settings(&self) -> &LyapunovSettings {
        &self.settings
    }

    /// So many steps that only turn the tangents into their directions.
    pub fn align(&mut self, steps: usize) {
        self.advance(steps);
        self.steps = 0;
        self.walks.iter_mut().for_each(|walk| walk.sums = [0.0; 3]);
    }

    /// So many steps more.
    pub fn advance(&mut self, steps: usize) {
        let Self { rule, settings, walks, .. } = self;
        let flow = FlowReference::new(&rule.flow, rule.dim);
        let at = |x: [f64; 3]| -> VelocityJet {
            let jet = flow.jet(x, &rule.energy_jet(x, settings.sigma));
            VelocityJet {
                velocity: jet.velocity.map(|v| settings.speed * v),
                jacobian: jet.jacobian.map(|row| row.map(|v| settings.speed * v)),
            }
        };
        let dim = rule.dim;
        walks.par_iter_mut().for_each(|walk| {
            for _ in 0..steps {
                if walk.has_left {
                    return;
                }
                walk.step(&at, dim, settings.dt);
            }
        });
        self.steps += steps;
    }

    /// The mean so far; `None` before the first step, and when every trajectory has left.
    pub fn spectrum(&self) -> Option<LyapunovSpectrum> {
        let kept: Vec<&TangentWalk> = self.walks.iter().filter(|walk| !walk.has_left).collect();
        if kept.is_empty() || self.steps == 0 {
            return None;
        }
        let time = self.steps as f64 * self.settings.dt;
        let mean = |i: usize| kept.iter().map(|walk| walk.sums[i] / time).sum::<f64>() / kept.len() as f64;
        let exponents: Vec<f64> = (0..self.rule.dim).map(mean).collect();
        let kaplan_yorke = kaplan_yorke(&exponents);
        Some(LyapunovSpectrum { exponents, kaplan_yorke, bounded: kept.len() as f64 / self.walks.len() as f64 })
    }
}

/// Place and the tangents that are carried with it.
type Bundle = [[f64; 3]; 4];

impl TangentWalk {
    /// One step of Runge and Kutta.
    fn step(&mut self, at: &impl Fn([f64; 3]) -> VelocityJet, dim: usize, dt: f64) {
        let slope = |bundle: &Bundle| -> Bundle {
            let jet = at(bundle[0]);
            let mut out = [jet.velocity; 4];
            for k in 1..=dim {
                out[k] = std::array::from_fn(|i| (0..3).map(|j| jet.jacobian[i][j] * bundle[k][j]).sum());
            }
            out
        };
        let moved = |bundle: &Bundle, h: f64, by: &Bundle| -> Bundle {
            std::array::from_fn(|k| std::array::from_fn(|i| bundle[k][i] + h * by[k][i]))
        };
        let bundle = &mut self.bundle;
        let k1 = slope(bundle);
        let k2 = slope(&moved(bundle, 0.5 * dt, &k1));
        let k3 = slope(&moved(bundle, 0.5 * dt, &k2));
        let k4 = slope(&moved(bundle, dt, &k3));
        for k in 0..=dim {
            for i in 0..3 {
                bundle[k][i] += dt / 6.0 * (k1[k][i] + 2.0 * k2[k][i] + 2.0 * k3[k][i] + k4[k][i]);
            }
        }
        let stretches = orthonormalise(bundle, dim);
        // Written so that NaN leaves as well.
        self.has_left = !bundle[0].iter().all(|v| v.abs() < LEFT);
        (0..dim).for_each(|k| self.sums[k] += stretches[k].ln());
    }
}

/// Gram-Schmidt on the tangents; returns their lengths before.
fn orthonormalise(bundle: &mut Bundle, dim: usize) -> [f64; 3] {
    let mut lengths = [1.0; 3];
    for k in 1..=dim {
        for earlier in 1..k {
            let dot: f64 = (0..3).map(|i| bundle[k][i] * bundle[earlier][i]).sum();
            (0..3).for_each(|i| bundle[k][i] -= dot * bundle[earlier][i]);
        }
        let length = bundle[k].iter().map(|v| v * v).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
        bundle[k] = bundle[k].map(|v| v / length);
        lengths[k - 1] = length;
    }
    lengths
}

/// The number of exponents whose sum is not negative, plus the share of the next one.
fn kaplan_yorke(exponents: &[f64]) -> f64 {
    /// Sums this close to 0 are 0: finite trajectories do not resolve more.
    const RESOLVED: f64 = 2e-3;
    let mut sum = 0.0;
    for (k, exponent) in exponents.iter().enumerate() {
        if sum + exponent < -RESOLVED {
            return k as f64 + sum / exponent.abs();
        }
        sum += exponent;
    }
    exponents.len() as f64
}
