//! Vector potentials A of the exact flows V = curl A + s × A.
//!
//! p V = curl (p A), so div (p V) = 0 for any A and any energy (irreversible Langevin: Ma, Chen & Fox 2015). In the plane
//! A = (0, 0, A_z) and V = J (a s + ∇a) with a = -A_z, J = [[0, -1], [1, 0]].

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;

use super::mlp::{Mlp, UnitJet};

/// Random Fourier features of a twist.
pub const TWIST_FEATURES: usize = 8;

/// A vector potential. In 2-D only its z component counts.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Potential {
    /// The same vector everywhere.
    Constant([f64; 3]),
    /// A random smooth function: a sum of [`TWIST_FEATURES`] waves whose wave vectors are normal with spread `scale`.
    Twist {
        /// Seed of the waves.
        seed: u64,
        /// Spread of the wave vectors.
        scale: f64,
    },
    /// A network (1 output in 2-D, 3 in 3-D) that was trained for the smoothest flow.
    Smoothest(Mlp),
}

/// One wave of a twist: A += amplitude sin(w·x + phase).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wave {
    /// Wave vector.
    pub w: [f64; 3],
    /// Radians.
    pub phase: f64,
    /// Direction and size of A.
    pub amplitude: [f64; 3],
}

impl Potential {
    /// The waves of a twist, the same for the same seed, scale and dimension.
    pub fn waves(seed: u64, scale: f64, dim: usize) -> Vec<Wave> {
        let mut rng = StdRng::seed_from_u64(seed);
        (0..TWIST_FEATURES)
            .map(|_| {
                let mut normal = || rng.sample::<f64, _>(StandardNormal);
                let mut wave = Wave { w: [0.0; 3], phase: 0.0, amplitude: [0.0; 3] };
                (0..dim).for_each(|i| wave.w[i] = scale * normal());
                (if dim == 2 { 2 } else { 0 }..3).for_each(|i| wave.amplitude[i] = normal());
                wave.phase = rng.random_range(0.0..std::f64::consts::TAU);
                wave
            })
            .collect()
    }

    /// The three components of A with their derivatives.
    pub fn jet(&self, x: [f64; 3], dim: usize) -> [UnitJet; 3] {
        let mut jets = [UnitJet::default(); 3];
        match self {
            Self::Constant(vector) => {
                let first = if dim == 2 { 2 } else { 0 };
                (first..3).for_each(|i| jets[i].value = vector[i]);
            }
            Self::Twist { seed, scale } => {
                for wave in Self::waves(*seed, *scale, dim) {
                    let (sin, cos) = (wave.phase + (0..3).map(|i| wave.w[i] * x[i]).sum::<f64>()).sin_cos();
                    for (jet, a) in jets.iter_mut().zip(wave.amplitude) {
                        jet.value += a * sin;
                        (0..3).for_each(|i| jet.first[i] += a * cos * wave.w[i]);
                        for (k, &(i, j)) in super::mlp::PAIRS.iter().enumerate() {
                            jet.second[k] -= a * sin * wave.w[i] * wave.w[j];
                        }
                    }
                }
            }
            Self::Smoothest(net) => {
                let outputs = net.jet(&x[..dim], dim);
                let first = 3 - outputs.len();
                jets[first..].copy_from_slice(&outputs);
            }
        }
        jets
    }
}
