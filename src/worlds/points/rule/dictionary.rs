//! Velocities that are linear in a dictionary of functions, each component on its own.

use nalgebra::DMatrix;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;

use super::flow::VelocityJet;

/// Highest degree of monomials.
pub const MAX_DEGREE: u32 = 3;

/// The functions of a dictionary.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dictionary {
    /// All monomials up to a degree of 1 to 3.
    Monomials {
        /// Highest total degree.
        degree: u32,
    },
    /// The constant, the coordinates, and sine and cosine of `waves` random waves of spread `scale`. Ill-conditioned in
    /// the plane from about 100 functions on.
    Fourier {
        /// Number of waves.
        waves: usize,
        /// Spread of the wave vectors.
        scale: f64,
        /// Seed of the wave vectors.
        seed: u64,
    },
}

impl Dictionary {
    /// Exponents of all monomials up to `degree` in `dim` coordinates, constant first, by degree.
    pub fn exponents(degree: u32, dim: usize) -> Vec<[u32; 3]> {
        let mut all = Vec::new();
        for total in 0..=degree {
            for a in (0..=total).rev() {
                for b in (0..=total - a).rev() {
                    let c = total - a - b;
                    if dim == 3 || c == 0 {
                        all.push([a, b, c]);
                    }
                }
            }
        }
        all
    }

    /// S `[terms × terms]` for all monomials of `exponents`: a polynomial with coefficients c by x has S c by x + `by`.
    pub fn shift(exponents: &[[u32; 3]], by: [f64; 3]) -> DMatrix<f64> {
        // x^α = (X - by)^α = Σ_β C(α, β) X^β (-by)^(α - β).
        DMatrix::from_fn(exponents.len(), exponents.len(), |row, col| {
            let (beta, alpha) = (exponents[row], exponents[col]);
            (0..3)
                .map(|i| match alpha[i].checked_sub(beta[i]) {
                    Some(rest) => binomial(alpha[i], beta[i]) * (-by[i]).powi(rest as i32),
                    None => 0.0,
                })
                .product()
        })
    }

    /// The dictionary with everything that depends on `dim` worked out.
    pub fn terms(self, dim: usize) -> Terms {
        match self {
            Self::Monomials { degree } => Terms::Monomials(Self::exponents(degree, dim)),
            Self::Fourier { waves, scale, seed } => {
                let mut rng = StdRng::seed_from_u64(seed);
                let wave = |rng: &mut StdRng| -> [f64; 3] {
                    std::array::from_fn(|i| if i < dim { scale * rng.sample::<f64, _>(StandardNormal) } else { 0.0 })
                };
                Terms::Fourier { dim, waves: (0..waves).map(|_| wave(&mut rng)).collect() }
            }
        }
    }
}

/// n over k.
pub fn binomial(n: u32, k: u32) -> f64 {
    (0..k).map(|i| f64::from(n - i) / f64::from(i + 1)).product()
}

/// The functions b_a(x) of a dictionary, ready to evaluate.
#[derive(Debug, Clone, PartialEq)]
pub enum Terms {
    /// Exponents of x, y and z of each monomial.
    Monomials(Vec<[u32; 3]>),
    /// Constant, coordinates, then sine and cosine of each wave.
    Fourier {
        /// 2 or 3.
        dim: usize,
        /// Wave vectors.
        waves: Vec<[f64; 3]>,
    },
}

impl Terms {
    /// Number of functions.
    pub fn len(&self) -> usize {
        match self {
            Self::Monomials(exponents) => exponents.len(),
            Self::Fourier { dim, waves } => 1 + dim + 2 * waves.len(),
        }
    }

    /// Never: every dictionary has the constant.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Value and gradient of every function at `x`: `each(index, value, gradient)`.
    pub fn evaluate(&self, x: [f64; 3], mut each: impl FnMut(usize, f64, [f64; 3])) {
        match self {
            Self::Monomials(exponents) => {
                for (a, e) in exponents.iter().enumerate() {
                    let power: [f64; 3] = std::array::from_fn(|i| x[i].powi(e[i] as i32));
                    let slope: [f64; 3] =
                        std::array::from_fn(
                            |i| if e[i] == 0 { 0.0 } else { f64::from(e[i]) * x[i].powi(e[i] as i32 - 1) },
                        );
                    each(
                        a,
                        power[0] * power[1] * power[2],
                        [
                            slope[0] * power[1] * power[2],
                            power[0] * slope[1] * power[2],
                            power[0] * power[1] * slope[2],
                        ],
                    );
                }
            }
            Self::Fourier { dim, waves } => {
                each(0, 1.0, [0.0; 3]);
                for i in 0..*dim {
                    each(1 + i, x[i], std::array::from_fn(|j| if i == j { 1.0 } else { 0.0 }));
                }
                for (k, w) in waves.iter().enumerate() {
                    let (sin, cos) = (w[0] * x[0] + w[1] * x[1] + w[2] * x[2]).sin_cos();
                    each(1 + dim + 2 * k, sin, w.map(|w| w * cos));
                    each(2 + dim + 2 * k, cos, w.map(|w| -w * sin));
                }
            }
        }
    }
}

/// V_i = Σ_a c_ia b_a(x) in standardised coordinates.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct DictionaryFlow {
    /// The functions.
    pub dictionary: Dictionary,
    /// One row per component (2 or 3), one coefficient per function.
    pub coefficients: Vec<Vec<f64>>,
}

impl DictionaryFlow {
    /// Velocity and Jacobian at `x`.
    pub fn jet(&self, terms: &Terms, x: [f64; 3]) -> VelocityJet {
        let mut jet = VelocityJet::default();
        terms.evaluate(x, |a, value, gradient| {
            for (i, row) in self.coefficients.iter().enumerate() {
                jet.velocity[i] += row[a] * value;
                (0..3).for_each(|j| jet.jacobian[i][j] += row[a] * gradient[j]);
            }
        });
        jet
    }

    /// Whether the coefficients are finite and as many as the dictionary has functions.
    pub fn fits(&self, dim: usize) -> bool {
        let known = match self.dictionary {
            Dictionary::Monomials { degree } => (1..=MAX_DEGREE).contains(&degree),
            Dictionary::Fourier { waves, scale, .. } => (1..=1000).contains(&waves) && scale.is_finite(),
        };
        known && self.coefficients.len() == dim && {
            let terms = self.dictionary.terms(dim).len();
            self.coefficients.iter().all(|row| row.len() == terms && row.iter().all(|c| c.is_finite()))
        }
    }
}
