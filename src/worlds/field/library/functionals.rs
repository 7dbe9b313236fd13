//! Test functionals of an image: g = mean over pixels of sin(w · F + b), where F are u, v and blurs of both, in units of
//! their standard deviation. Blurs make g see structure of several pixels; the sine keeps it bounded.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

use super::blur::Blur;
use crate::worlds::field::rule::reference::{planes, term_planes};
use crate::worlds::field::stills::Still;

/// Blurs of the features beside the image itself, px.
const SCALES_PX: [f64; 3] = [1.0, 2.5, 5.0];
/// Features of one channel: the image and its blurs.
const VIEWS: usize = 1 + SCALES_PX.len();
/// Share of the weights that are not zero: a functional of few features discriminates between terms.
const DENSITY: f64 = 0.4;
/// Norm of w, log-uniform.
const NORM: [f64; 2] = [0.5, 4.0];
/// Pixels whose cosines are held at once: small enough for the first-level cache.
const BLOCK: usize = 512;
/// Partial sums of a product, so that it vectorises.
const PARTIAL_SUMS: usize = 8;

/// Weights, phases and the scaling of the features.
#[derive(Clone, Debug)]
pub struct Functionals {
    /// One `[channel × view]` per functional.
    weights: Vec<[f64; 2 * VIEWS]>,
    phases: Vec<f64>,
    mean: [f64; 2],
    sd: [f64; 2],
    /// Terms of the library, from the first.
    terms: usize,
}

impl Functionals {
    /// `count` random functionals for images whose channels have the given means and standard deviations.
    pub fn draw(count: usize, terms: usize, mean: [f64; 2], sd: [f64; 2], seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut weights = Vec::with_capacity(count);
        let mut phases = Vec::with_capacity(count);
        for _ in 0..count {
            let mut w = [0.0; 2 * VIEWS];
            for weight in &mut w {
                let value: f64 = StandardNormal.sample(&mut rng);
                *weight = if rng.random::<f64>() < DENSITY { value } else { 0.0 };
            }
            if w.iter().all(|weight| *weight == 0.0) {
                w[rng.random_range(0..w.len())] = 1.0;
            }
            let length = w.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
            let norm = NORM[0] * (NORM[1] / NORM[0]).powf(rng.random::<f64>());
            w.iter_mut().for_each(|weight| *weight *= norm / length);
            weights.push(w);
            phases.push(std::f64::consts::TAU * rng.random::<f64>());
        }
        Self { weights, phases, mean, sd, terms }
    }

    pub fn len(&self) -> usize {
        self.weights.len()
    }

    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// Coefficients of a law in these terms: u's, then v's.
    pub fn columns(&self) -> usize {
        2 * self.terms
    }

    /// dg/dt / |w| of every functional per unit coefficient, row-major `[functional × (channel, term)]`, for one still.
    ///
    /// d/dt mean sin(w·F + b) = mean cos(w·F + b) Σ_f w_f dF_f/dt, and dF_f/dt is the blurred term over its channel's
    /// standard deviation. `stop` is polled at each block of pixels; `None` once it is set.
    pub fn moments(&self, still: &Still, stop: &dyn Fn() -> bool) -> Option<Vec<f64>> {
        let (width, height) = (still.width, still.height);
        let blurs = SCALES_PX.map(Blur::new);
        let views = |plane: Vec<f64>| -> [Vec<f64>; VIEWS] {
            let blurred = [0, 1, 2].map(|k| blurs[k].of(&plane, width, height));
            let [a, b, c] = blurred;
            [plane, a, b, c]
        };
        let mut channel = 0;
        let features = planes(still).map(|mut plane| {
            let (mean, sd) = (self.mean[channel], self.sd[channel]);
            channel += 1;
            plane.iter_mut().for_each(|value| *value = (*value - mean) / sd);
            views(plane)
        });
        let unless_stopped = |plane| (!stop()).then(|| views(plane));
        let terms: Vec<[Vec<f64>; VIEWS]> =
            term_planes(still, self.terms).into_iter().map(unless_stopped).collect::<Option<_>>()?;

        let area = still.area();
        let mut products = vec![0.0; self.len() * VIEWS * self.terms];
        let mut cosines = vec![0.0; BLOCK];
        for start in (0..area).step_by(BLOCK) {
            if stop() {
                return None;
            }
            let end = (start + BLOCK).min(area);
            let cosines = &mut cosines[..end - start];
            for (k, (weights, phase)) in self.weights.iter().zip(&self.phases).enumerate() {
                cosines.fill(*phase);
                for (f, weight) in weights.iter().enumerate().filter(|(_, w)| **w != 0.0) {
                    let feature = &features[f / VIEWS][f % VIEWS][start..end];
                    cosines.iter_mut().zip(feature).for_each(|(sum, value)| *sum += weight * value);
                }
                cosines.iter_mut().for_each(|angle| *angle = angle.cos());
                let used = |view: usize| weights[view] != 0.0 || weights[VIEWS + view] != 0.0;
                for view in (0..VIEWS).filter(|&view| used(view)) {
                    for (j, term) in terms.iter().enumerate() {
                        products[(k * VIEWS + view) * self.terms + j] += dot(cosines, &term[view][start..end]);
                    }
                }
            }
        }
        let mut moments = vec![0.0; self.len() * self.columns()];
        for (k, weights) in self.weights.iter().enumerate() {
            let norm = weights.iter().map(|w| w * w).sum::<f64>().sqrt();
            for channel in 0..2 {
                for view in 0..VIEWS {
                    let scale = weights[channel * VIEWS + view] / (norm * self.sd[channel] * area as f64);
                    for j in 0..self.terms {
                        let column = channel * self.terms + j;
                        moments[k * self.columns() + column] += scale * products[(k * VIEWS + view) * self.terms + j];
                    }
                }
            }
        }
        Some(moments)
    }

    /// Mean products of the terms over the pixels of a still, `[terms × terms]`: the mass matrix of one channel. `stop` is
    /// polled at each product; `None` once it is set.
    pub fn mass(&self, still: &Still, stop: &dyn Fn() -> bool) -> Option<Vec<f64>> {
        let terms = term_planes(still, self.terms);
        let area = still.area() as f64;
        let product = |i: usize, j: usize| (!stop()).then(|| dot(&terms[i], &terms[j]) / area);
        (0..self.terms * self.terms).map(|at| product(at / self.terms, at % self.terms)).collect()
    }

    pub fn terms(&self) -> usize {
        self.terms
    }

    /// Standard deviations of the channels.
    pub fn sd(&self) -> [f64; 2] {
        self.sd
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; PARTIAL_SUMS];
    let (a_whole, b_whole) = (a.chunks_exact(PARTIAL_SUMS), b.chunks_exact(PARTIAL_SUMS));
    let rest: f64 = a_whole.remainder().iter().zip(b_whole.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_whole.zip(b_whole) {
        for k in 0..PARTIAL_SUMS {
            sums[k] += x[k] * y[k];
        }
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::rule::{Coefficients, LibraryRule, TERM_COUNT, reference};
    use crate::worlds::field::stills::GrayScott;

    fn still() -> Still {
        let value = |k: usize| 0.4 + 0.3 * (0.37 * (k % 32) as f32).sin() * (0.2 * (k / 32) as f32).cos();
        Still { width: 32, height: 24, channels: 2, data: (0..2 * 32 * 24).map(value).collect() }
    }

    /// mean sin(w·F + b) / |w| of one functional, straight from its definition.
    fn value(functionals: &Functionals, k: usize, planes: &[Vec<f64>; 2], width: usize, height: usize) -> f64 {
        let weights = &functionals.weights[k];
        let norm = weights.iter().map(|w| w * w).sum::<f64>().sqrt();
        let mut angle = vec![functionals.phases[k]; planes[0].len()];
        for (f, weight) in weights.iter().enumerate() {
            let (channel, view) = (f / VIEWS, f % VIEWS);
            let plane = &planes[channel];
            let seen = if view == 0 { plane.clone() } else { Blur::new(SCALES_PX[view - 1]).of(plane, width, height) };
            let scaled = |x: f64| (x - functionals.mean[channel]) / functionals.sd[channel];
            angle.iter_mut().zip(seen).for_each(|(sum, x)| *sum += weight * scaled(x));
        }
        angle.iter().map(|a| a.sin()).sum::<f64>() / (angle.len() as f64 * norm)
    }

    #[test]
    fn moments_are_the_rate_of_change_of_the_functional() {
        let still = still();
        let functionals = Functionals::draw(12, TERM_COUNT, [0.4, 0.5], [0.2, 0.3], 4);
        let mut rule: LibraryRule = GrayScott::default().rule();
        for k in 0..TERM_COUNT {
            rule.u.0[k] += 0.01 * k as f64;
            rule.v.0[k] -= 0.02 * k as f64;
        }
        rule.range = [[-9.0, 9.0]; 2];
        let moments = functionals.moments(&still, &|| false).unwrap();
        let planes = reference::planes(&still);
        let h = 1e-5;
        let ahead = reference::step(&rule, &planes, 32, 24, h);
        let behind = reference::step(&rule, &planes, 32, 24, -h);
        let law: Vec<f64> = rule.u.0.iter().chain(&rule.v.0).copied().collect();
        for k in 0..12 {
            let row = &moments[k * functionals.columns()..(k + 1) * functionals.columns()];
            let rate: f64 = row.iter().zip(&law).map(|(m, c)| m * c).sum();
            let change = value(&functionals, k, &ahead, 32, 24) - value(&functionals, k, &behind, 32, 24);
            assert!((rate - change / (2.0 * h)).abs() < 1e-7, "{k}: {rate} {}", change / (2.0 * h));
        }
    }

    #[test]
    fn the_mass_is_the_mean_square_of_a_law() {
        let still = still();
        let functionals = Functionals::draw(1, 6, [0.0; 2], [1.0; 2], 1);
        let mass = functionals.mass(&still, &|| false).unwrap();
        let rule = GrayScott::default().rule();
        let c = &rule.u.0[..6];
        let square: f64 = (0..36).map(|k| c[k / 6] * mass[k] * c[k % 6]).sum();
        let [rate, _] = reference::velocity(&LibraryRule { v: Coefficients::default(), ..rule }, &still);
        let direct = rate.iter().map(|r| r * r).sum::<f64>() / rate.len() as f64;
        assert!((square - direct).abs() < 1e-12 * direct.max(1.0));
    }
}
