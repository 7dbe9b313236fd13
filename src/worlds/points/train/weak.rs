//! The weak form on a cloud: the velocity in a dictionary whose moments against random waves vanish best.
//!
//! Test functions have ∇g = ŵ sin(w·x + φ), with directions uniform and |w| log-uniform. For points seen through Gaussian
//! noise of spread τ every product sin(w·x + φ) b(x) is replaced by exp(-τ² Δ / 2) of itself at the noisy point, whose mean
//! is the mean of the product without noise (the inverse heat kernel, finite for a polynomial times a wave; our derivation).

use std::f64::consts::TAU;

use nalgebra::{DMatrix, DVector};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;

use super::PointLearnError;
use super::prune::prune;
use crate::worlds::points::cloud::{PointCloud, Standardisation};
use crate::worlds::points::rule::{Dictionary, DictionaryFlow, MAX_DEGREE, Terms, binomial};
use crate::worlds::weak::{self, WeakError, WeakProblem, WeakSettings, WeakSolution, second_moment};

/// The functions that the weak form combines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WeakDictionary {
    /// Monomials of the coordinates, which give equations.
    #[default]
    Monomials,
    /// The constant, the coordinates, and sine and cosine of random waves: any smooth velocity, and no equations to read.
    Fourier,
}

/// Settings of the weak form.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct WeakFitSettings {
    /// Degree of the monomials; 0 chooses the smallest one that reaches the sampling floor.
    pub degree: u32,
    /// The functions that the velocity is combined of.
    pub dictionary: WeakDictionary,
    /// Waves of a Fourier dictionary.
    pub waves: usize,
    /// Spread of their wave vectors, in units of 1 / spread of the cloud.
    pub wave_scale: f64,
    /// Random waves that the velocity is tested against.
    pub tests: usize,
    /// Smallest and largest |w|, in units of 1 / spread of the cloud.
    pub wave_numbers: [f64; 2],
    /// Known spread of measurement noise, as a share of the spread of the noisy cloud.
    pub noise: f64,
    /// Look for the noise as well; `noise` is then not used.
    pub estimate_noise: bool,
    /// Points used, at most; more are left out at random.
    pub samples: usize,
    pub weights: WeakSettings,
}

impl Default for WeakFitSettings {
    fn default() -> Self {
        Self {
            degree: 0,
            dictionary: WeakDictionary::Monomials,
            waves: 12,
            wave_scale: 1.0,
            tests: 300,
            wave_numbers: [0.3, 6.0],
            noise: 0.0,
            estimate_noise: false,
            samples: 40_000,
            weights: WeakSettings::default(),
        }
    }
}

impl WeakFitSettings {
    /// # Errors
    /// The first setting out of range.
    pub fn validate(&self) -> Result<(), PointLearnError> {
        let [low, high] = self.wave_numbers;
        let checks = [
            ("degree", f64::from(self.degree), self.degree <= MAX_DEGREE, "0 (automatic) to 3 is possible"),
            ("waves", self.waves as f64, (1..=MAX_WAVES).contains(&self.waves), "1 to 100 are possible"),
            (
                "wave_scale",
                self.wave_scale,
                self.wave_scale > 0.0 && self.wave_scale <= 20.0,
                "above 0 and at most 20 is possible",
            ),
            ("tests", self.tests as f64, (2..=2000).contains(&self.tests), "2 to 2000 are possible"),
            ("wave_numbers", low, low > 0.0 && low < high && high <= 50.0, "they must rise from above 0 to at most 50"),
            ("noise", self.noise, (0.0..=0.3).contains(&self.noise), "0 to 0.3 of the spread is possible"),
        ];
        if self.dictionary == WeakDictionary::Fourier && (self.estimate_noise || self.noise > 0.0) {
            return Err(PointLearnError::NoiseOfWaves);
        }
        match checks.into_iter().find(|(_, _, holds, _)| !holds) {
            Some((name, value, _, allowed)) => {
                Err(PointLearnError::Setting { name, value: value.to_string(), allowed })
            }
            None => Ok(()),
        }
    }
}

/// Most waves of a Fourier dictionary that is learned.
pub const MAX_WAVES: usize = 100;

/// What the weak form found.
#[derive(Debug, Clone, PartialEq)]
pub struct WeakFit {
    /// Root mean square speed 1 over the cloud, mean divergence below 0; pruned when it is certain.
    pub flow: DictionaryFlow,
    pub solution: WeakSolution,
    /// How many times worse the next law is by weights of its own; none where the solution is not certain without it.
    pub runner_up: Option<f64>,
    /// What sampling alone leaves of the lowest unweighted eigenvalue.
    pub floor: f64,
    /// Points used.
    pub samples: usize,
    /// Mean divergence over the cloud, in units of the root mean square speed.
    pub divergence: f64,
}

impl WeakFit {
    /// Gap from which on a velocity counts as found: Lorenz with every coordinate shuffled on its own reaches 3 (the table
    /// of the README).
    pub const CERTAIN_GAP: f64 = 10.0;

    /// How many times worse the next law is, by the weights of the solution and by its own.
    pub fn gap(&self) -> f64 {
        self.solution.gap().min(self.runner_up.unwrap_or(f64::INFINITY))
    }

    /// Whether both signs of a true system are there: the floor is reached and the gap is wide.
    pub fn is_certain(&self) -> bool {
        is_separated(&self.solution, self.floor) && self.gap() >= Self::CERTAIN_GAP
    }

    /// Whether the gap is narrow by the weights of the runner-up alone: the cloud keeps other laws about as well, as a
    /// sphere keeps all its rotations.
    pub fn has_rivals(&self) -> bool {
        self.runner_up.is_some_and(|ratio| ratio < Self::CERTAIN_GAP)
    }
}

/// Whether the signs of a true system are there by the weights of the solution.
fn is_separated(solution: &WeakSolution, floor: f64) -> bool {
    solution.lowest_unweighted() <= floor && solution.gap() >= WeakFit::CERTAIN_GAP
}

/// Fits Fourier features, or monomials of the asked degree or of the smallest sufficient one. `stop` is polled at each block
/// of points.
///
/// # Errors
/// Fewer samples than terms; a degenerate dictionary; [`WeakError::Stopped`].
pub fn fit_weak(
    cloud: &PointCloud,
    settings: &WeakFitSettings,
    seed: u64,
    stop: &dyn Fn() -> bool,
) -> Result<WeakFit, WeakError> {
    if settings.dictionary == WeakDictionary::Fourier {
        let dictionary = Dictionary::Fourier { waves: settings.waves, scale: settings.wave_scale, seed };
        return fit_dictionary(cloud, dictionary, settings, seed, stop);
    }
    if settings.degree > 0 {
        return fit_dictionary(cloud, Dictionary::Monomials { degree: settings.degree }, settings, seed, stop);
    }
    let mut degree = 1;
    loop {
        let fit = fit_dictionary(cloud, Dictionary::Monomials { degree }, settings, seed, stop)?;
        if fit.solution.lowest_unweighted() <= fit.floor || degree == 3 {
            return Ok(fit);
        }
        degree += 1;
    }
}

/// Fits one dictionary.
///
/// # Errors
/// As [`fit_weak`].
pub(super) fn fit_dictionary(
    cloud: &PointCloud,
    dictionary: Dictionary,
    settings: &WeakFitSettings,
    seed: u64,
    stop: &dyn Fn() -> bool,
) -> Result<WeakFit, WeakError> {
    // The map is that of the whole cloud, which the rule keeps.
    let map = Standardisation::of(cloud);
    let points = samples(cloud, &map, settings, seed);
    let problem = CloudProblem::new(&points, cloud.dim, dictionary.terms(cloud.dim), settings, seed, stop)?;
    let solution = problem.solve(settings.weights, stop)?;
    let terms = problem.terms.len();
    let floor = weak::sampling_floor(points.len(), cloud.dim);
    let runner_up = is_separated(&solution, floor)
        .then(|| weak::runner_up(&problem, settings.weights, &solution, stop))
        .transpose()?;
    let coefficients = match &problem.terms {
        Terms::Monomials(exponents) if runner_up.is_some_and(|ratio| ratio >= WeakFit::CERTAIN_GAP) => {
            prune(&solution, exponents, cloud.dim, &map, stop)?
        }
        _ => solution.coefficients.clone(),
    };
    let rows = (0..cloud.dim).map(|i| coefficients.as_slice()[i * terms..(i + 1) * terms].to_vec()).collect();
    let mut flow = DictionaryFlow { dictionary, coefficients: rows };
    let (mut divergence, mut square) = (0.0, 0.0);
    for &x in &points {
        let jet = flow.jet(&problem.terms, x);
        divergence += jet.divergence();
        square += jet.velocity.iter().map(|v| v * v).sum::<f64>();
    }
    let speed = (square / points.len() as f64).sqrt();
    let divergence = divergence / points.len() as f64 / speed;
    // An attractor contracts: of the two senses of time, which the cloud cannot distinguish, take that one.
    let sign = if divergence > 0.0 { -1.0 } else { 1.0 };
    flow.coefficients.iter_mut().flatten().for_each(|c| *c *= sign / speed);
    let samples = points.len();
    Ok(WeakFit { flow, solution, runner_up, floor, samples, divergence: -divergence.abs() })
}

/// Lowest weighted eigenvalue of the monomials of the asked degree: what a trial of the noise needs of a fit.
///
/// # Errors
/// As [`fit_weak`].
pub(super) fn lowest_weighted(
    cloud: &PointCloud,
    settings: &WeakFitSettings,
    seed: u64,
    stop: &dyn Fn() -> bool,
) -> Result<f64, WeakError> {
    let points = samples(cloud, &Standardisation::of(cloud), settings, seed);
    let terms = Dictionary::Monomials { degree: settings.degree }.terms(cloud.dim);
    let problem = CloudProblem::new(&points, cloud.dim, terms, settings, seed, stop)?;
    Ok(problem.solve(settings.weights, stop)?.weighted[0])
}

/// The points used, in standardised coordinates.
fn samples(cloud: &PointCloud, map: &Standardisation, settings: &WeakFitSettings, seed: u64) -> Vec<[f64; 3]> {
    let points = cloud.subset(settings.samples, seed).points;
    points.iter().map(|p| map.forward(p.map(f64::from))).collect()
}

/// A random wave: w = |w| ŵ.
struct TestWave {
    direction: [f64; 3],
    w: [f64; 3],
    phase: f64,
}

/// The weak problem of a cloud. Term (i, a) of the velocity has index i · terms + a.
struct CloudProblem<'a> {
    points: &'a [[f64; 3]],
    dim: usize,
    terms: Terms,
    waves: Vec<TestWave>,
    /// Per wave, what sin and cos times b_a become without noise: `b'_a = Σ_b T_ab b_b`, T complex `[terms, terms]`.
    shifts: Option<Vec<[DMatrix<f64>; 2]>>,
    moments: DMatrix<f64>,
    mass: DMatrix<f64>,
}

/// Points in one matrix product.
const BLOCK: usize = 1024;
/// Added to the diagonal of the mass: keeps the Cholesky factor of nearly dependent dictionaries.
const TINY: f64 = 1e-9;

impl<'a> CloudProblem<'a> {
    /// # Errors
    /// [`WeakError::Stopped`]; fewer points than terms.
    fn new(
        points: &'a [[f64; 3]],
        dim: usize,
        terms: Terms,
        settings: &WeakFitSettings,
        seed: u64,
        stop: &dyn Fn() -> bool,
    ) -> Result<Self, WeakError> {
        if points.len() < terms.len() * dim {
            return Err(WeakError::Underdetermined { terms: terms.len() * dim, samples: points.len() });
        }
        let waves = waves(dim, settings, seed);
        let shifts = match &terms {
            Terms::Monomials(exponents) if settings.noise > 0.0 => {
                Some(waves.iter().map(|wave| noise_shift(exponents, wave.w, settings.noise)).collect())
            }
            _ => None,
        };
        let (tests, a) = (waves.len(), terms.len());
        let mut problem =
            Self { points, dim, terms, waves, shifts, moments: DMatrix::zeros(0, 0), mass: DMatrix::zeros(0, 0) };
        let mut means = [DMatrix::zeros(tests, a), DMatrix::zeros(tests, a)];
        let mut gram = DMatrix::zeros(a, a);
        for from in (0..points.len()).step_by(BLOCK) {
            weak::poll(stop)?;
            let to = (from + BLOCK).min(points.len());
            let basis = problem.basis(from, to);
            let [sin, cos] = problem.sines(from, to);
            means[0].gemm(1.0 / points.len() as f64, &sin.transpose(), &basis, 1.0);
            if problem.shifts.is_some() {
                means[1].gemm(1.0 / points.len() as f64, &cos.transpose(), &basis, 1.0);
            }
            gram.gemm(1.0 / points.len() as f64, &basis.transpose(), &basis, 1.0);
        }
        problem.moments = DMatrix::zeros(tests, dim * a);
        for (k, wave) in problem.waves.iter().enumerate() {
            let row = match &problem.shifts {
                None => means[0].row(k).into_owned(),
                Some(shifts) => means[0].row(k) * shifts[k][0].transpose() + means[1].row(k) * shifts[k][1].transpose(),
            };
            for i in 0..dim {
                (0..a).for_each(|b| problem.moments[(k, i * a + b)] = wave.direction[i] * row[b]);
            }
        }
        problem.mass = DMatrix::from_fn(dim * a, dim * a, |r, c| {
            let same = if r == c { TINY } else { 0.0 };
            same + if r / a == c / a { gram[(r % a, c % a)] } else { 0.0 }
        });
        Ok(problem)
    }

    /// As [`weak::solve`].
    ///
    /// # Errors
    /// As there; monomials of which a combination is 0 on all points, as 1 - x² - y² - z² is on a sphere.
    fn solve(&self, weights: WeakSettings, stop: &dyn Fn() -> bool) -> Result<WeakSolution, WeakError> {
        let solution = weak::solve(self, weights, stop)?;
        // Such a combination is the solution, with all its speed from the diagonal.
        let is_still = TINY * solution.coefficients.norm_squared() > 0.5;
        if is_still && matches!(self.terms, Terms::Monomials(_)) {
            return Err(WeakError::Degenerate);
        }
        Ok(solution)
    }

    /// b_a(x_n) `[to - from, terms]`.
    fn basis(&self, from: usize, to: usize) -> DMatrix<f64> {
        let mut basis = DMatrix::zeros(to - from, self.terms.len());
        for (row, &x) in self.points[from..to].iter().enumerate() {
            self.terms.evaluate(x, |a, value, _| basis[(row, a)] = value);
        }
        basis
    }

    /// sin and cos of w_k·x_n + φ_k `[to - from, tests]`; cos is left 0 where no correction for noise needs it.
    fn sines(&self, from: usize, to: usize) -> [DMatrix<f64>; 2] {
        let mut sin = DMatrix::zeros(to - from, self.waves.len());
        let mut cos = if self.shifts.is_some() { sin.clone() } else { DMatrix::zeros(0, 0) };
        for (k, wave) in self.waves.iter().enumerate() {
            for (row, x) in self.points[from..to].iter().enumerate() {
                let angle = wave.phase + wave.w[0] * x[0] + wave.w[1] * x[1] + wave.w[2] * x[2];
                if self.shifts.is_some() {
                    (sin[(row, k)], cos[(row, k)]) = angle.sin_cos();
                } else {
                    sin[(row, k)] = angle.sin();
                }
            }
        }
        [sin, cos]
    }
}

impl WeakProblem for CloudProblem<'_> {
    fn samples(&self) -> usize {
        self.points.len()
    }

    fn moments(&self) -> &DMatrix<f64> {
        &self.moments
    }

    fn mass(&self) -> &DMatrix<f64> {
        &self.mass
    }

    fn covariance(&self, coefficients: &DVector<f64>, stop: &dyn Fn() -> bool) -> Result<DMatrix<f64>, WeakError> {
        let (tests, a) = (self.waves.len(), self.terms.len());
        // ŵ_k·V as a combination of functions, per wave: factors of sin and of cos.
        let mut along = [DMatrix::zeros(a, tests), DMatrix::zeros(a, tests)];
        for (k, wave) in self.waves.iter().enumerate() {
            let component = |b: usize| (0..self.dim).map(|i| wave.direction[i] * coefficients[i * a + b]).sum();
            let plain = DVector::from_fn(a, |b, _| component(b));
            match &self.shifts {
                None => along[0].set_column(k, &plain),
                Some(shifts) => (0..2).for_each(|part| along[part].set_column(k, &shifts[k][part].tr_mul(&plain))),
            }
        }
        second_moment(self.points.len(), tests, stop, |from, to| {
            let basis = self.basis(from, to);
            let [sin, cos] = self.sines(from, to);
            let mut rows = (&basis * &along[0]).component_mul(&sin);
            if self.shifts.is_some() {
                rows += (&basis * &along[1]).component_mul(&cos);
            }
            rows
        })
    }
}

fn waves(dim: usize, settings: &WeakFitSettings, seed: u64) -> Vec<TestWave> {
    // Another stream than that of the choice of points.
    let mut rng = StdRng::seed_from_u64(seed ^ 0x77ea_6f0e_ab31_0001);
    let [low, high] = settings.wave_numbers.map(f64::ln);
    (0..settings.tests)
        .map(|_| {
            let normal: [f64; 3] = std::array::from_fn(|i| if i < dim { rng.sample(StandardNormal) } else { 0.0 });
            let length = normal.iter().map(|v| v * v).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
            let direction = normal.map(|v| v / length);
            let size = rng.random_range(low..high).exp();
            TestWave { direction, w: direction.map(|v| v * size), phase: rng.random_range(0.0..TAU) }
        })
        .collect()
}

/// exp(-τ²Δ/2) of e^{iw·x} b_a(x), as e^{iw·x} Σ_b T_ab b_b(x): with q = b - τ²Δb/2 (exact to degree 3) it is
/// e^{τ²w²/2} e^{iw·x} q(x - iτ²w). Returns the factors of sin and of cos in the imaginary part: Re T and Im T.
fn noise_shift(exponents: &[[u32; 3]], w: [f64; 3], noise: f64) -> [DMatrix<f64>; 2] {
    let index =
        |e: [u32; 3]| exponents.iter().position(|known| *known == e).expect("a dictionary of all lower degrees");
    let size = exponents.len();
    let (mut real, mut imaginary) = (DMatrix::zeros(size, size), DMatrix::zeros(size, size));
    let variance = noise * noise;
    let growth = (0.5 * variance * w.iter().map(|v| v * v).sum::<f64>()).exp();
    for (a, &e) in exponents.iter().enumerate() {
        let mut smoothed = vec![(1.0, e)];
        for i in 0..3 {
            if e[i] >= 2 {
                let mut lower = e;
                lower[i] -= 2;
                smoothed.push((-0.5 * variance * f64::from(e[i] * (e[i] - 1)), lower));
            }
        }
        for (factor, e) in smoothed {
            for m0 in 0..=e[0] {
                for m1 in 0..=e[1] {
                    for m2 in 0..=e[2] {
                        let kept = [m0, m1, m2];
                        let shifted: [u32; 3] = std::array::from_fn(|i| e[i] - kept[i]);
                        // (-i τ² w)^shifted times the binomial coefficients.
                        let size: f64 = (0..3)
                            .map(|i| binomial(e[i], kept[i]) * (variance * w[i]).powi(shifted[i] as i32))
                            .product();
                        let value = growth * factor * size;
                        let target = (a, index(kept));
                        match shifted.iter().sum::<u32>() % 4 {
                            0 => real[target] += value,
                            1 => imaginary[target] -= value,
                            2 => real[target] -= value,
                            _ => imaginary[target] += value,
                        }
                    }
                }
            }
        }
    }
    [real, imaginary]
}
