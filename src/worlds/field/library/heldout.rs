//! Whether a law is stationary on stills that it was not learned from.
//!
//! If it is, the moments of each held-out run are a sample with mean zero, and Hotelling's T² of them follows an F
//! distribution. Stills of one run are not independent, so that the mean over each run is one sample; there must be
//! more runs than functionals. A law that merely fits its own stills, as every set of stills has one, is rejected.

use nalgebra::{Cholesky, DMatrix, DVector};
use serde::{Deserialize, Serialize};

use super::StillProblem;

/// Fewest held-out runs that the test is made with.
pub const MIN_RUNS: usize = 16;
/// A law is rejected below this probability of its moments under stationarity.
pub const LEVEL: f64 = 1e-3;

/// The test of one law.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldOut {
    /// Independent held-out runs.
    pub runs: usize,
    /// Functionals, half as many as runs.
    pub functionals: usize,
    /// F statistic: about 1 for a stationary law, large for any other.
    pub f: f64,
    /// Probability of an F at least as large under stationarity.
    pub p: f64,
}

impl HeldOut {
    /// Tests `law` on the stills of `problem`, of which still `n` belongs to run `runs[n]` (ascending); `None` with too
    /// few runs or a degenerate covariance.
    pub fn test(problem: &StillProblem, runs: &[usize], law: &[f64]) -> Option<Self> {
        let mut names = runs.to_vec();
        names.dedup();
        let (n, tests) = (names.len(), names.len() / 2);
        if n < MIN_RUNS {
            return None;
        }
        let stills = problem.law_moments(law, tests.min(problem.tests()));
        let tests = stills.ncols();
        let mut rows = DMatrix::zeros(n, tests);
        for (k, name) in names.iter().enumerate() {
            let own: Vec<usize> = (0..runs.len()).filter(|&still| runs[still] == *name).collect();
            for still in &own {
                let mut row = rows.row_mut(k);
                row += stills.row(*still) / own.len() as f64;
            }
        }
        let mean = DVector::from_fn(tests, |k, _| rows.column(k).mean());
        for mut row in rows.row_iter_mut() {
            row -= mean.transpose();
        }
        let covariance = rows.tr_mul(&rows) / n as f64;
        let lower = Cholesky::new(covariance)?.unpack();
        let q = lower.solve_lower_triangular(&mean)?.norm_squared();
        // T² = (n - 1) q, and (n - K) / (K (n - 1)) T² follows F(K, n - K).
        let f = (n - tests) as f64 / tests as f64 * q;
        Some(Self { runs: n, functionals: tests, f, p: upper_tail(f, tests as f64, (n - tests) as f64) })
    }

    pub fn is_stationary(&self) -> bool {
        self.p >= LEVEL
    }
}

/// P(F ≥ f) for F with (a, b) degrees of freedom: the regularised incomplete beta function I_x(b/2, a/2) at
/// x = b / (b + a f).
pub fn upper_tail(f: f64, a: f64, b: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    incomplete_beta(b / 2.0, a / 2.0, b / (b + a * f))
}

/// I_x(p, q) by its continued fraction (Abramowitz & Stegun 26.5.8), evaluated by Lentz's method.
fn incomplete_beta(p: f64, q: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    // The fraction converges fast only below the mean of the distribution.
    if x > (p + 1.0) / (p + q + 2.0) {
        return 1.0 - incomplete_beta(q, p, 1.0 - x);
    }
    const TINY: f64 = 1e-300;
    let away = |v: f64| if v.abs() < TINY { TINY } else { v };
    let (mut c, mut d) = (1.0, 1.0 / away(1.0 - (p + q) * x / (p + 1.0)));
    let mut fraction = d;
    for m in 1..500 {
        let m = f64::from(m);
        let even = m * (q - m) * x / ((p + 2.0 * m - 1.0) * (p + 2.0 * m));
        let odd = -(p + m) * (p + q + m) * x / ((p + 2.0 * m) * (p + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / away(1.0 + term * d);
            c = away(1.0 + term / c);
            change = c * d;
            fraction *= change;
        }
        if (change - 1.0).abs() < 1e-14 {
            break;
        }
    }
    let front = ln_gamma(p + q) - ln_gamma(p) - ln_gamma(q) + p * x.ln() + q * (1.0 - x).ln();
    front.exp() * fraction / p
}

/// ln Γ(x) for x > 0: Stirling's series, after raising x above 10.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut product) = (x, 1.0);
    while x < 10.0 {
        product *= x;
        x += 1.0;
    }
    let inverse = 1.0 / (x * x);
    let series = (1.0 / 12.0 - inverse * (1.0 / 360.0 - inverse * (1.0 / 1260.0 - inverse / 1680.0))) / x;
    (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series - f64::ln(product)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_of_the_f_distribution_match_its_tables() {
        // Upper 5 % and 1 % points of printed tables.
        for (f, a, b, p) in [(4.9646, 1.0, 10.0, 0.05), (2.3479, 10.0, 20.0, 0.05), (3.3682, 10.0, 20.0, 0.01)] {
            assert!((upper_tail(f, a, b) - p).abs() < 2e-5, "{f} {a} {b}: {}", upper_tail(f, a, b));
        }
        // F with (2, 2) degrees of freedom has the tail 1 / (1 + f).
        assert!((upper_tail(3.0, 2.0, 2.0) - 0.25).abs() < 1e-12);
        assert_eq!(upper_tail(0.0, 5.0, 5.0), 1.0);
    }

    #[test]
    fn the_gamma_function_matches_factorials() {
        assert!((ln_gamma(6.0) - 120f64.ln()).abs() < 1e-10);
        assert!((ln_gamma(0.5) - std::f64::consts::PI.sqrt().ln()).abs() < 1e-10);
    }
}
