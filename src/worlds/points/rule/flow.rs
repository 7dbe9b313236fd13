//! The velocities of the points world.

use super::dictionary::{DictionaryFlow, Terms};
use super::energy::EnergyJet;
use super::mlp::{Mlp, PAIR_INDEX, UnitJet};
use super::potential::Potential;

/// A velocity that keeps a cloud, in standardised coordinates, with root mean square speed about 1.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PointFlow {
    /// No motion but relaxation and noise.
    Still,
    /// A sum of exact flows over the energy: exact again, whatever the weights.
    Exact(Vec<ExactPart>),
    /// The paper's own: a network trained to make the residual of (1) small. Times `gain`.
    Free {
        /// Coordinates in, velocity out.
        net: Mlp,
        /// Brings the speed to 1.
        gain: f64,
    },
    /// Linear in a dictionary, from the weak form.
    Dictionary(DictionaryFlow),
}

/// One exact flow of a blend, times `gain`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ExactPart {
    /// Factor of the flow.
    pub gain: f64,
    /// Its vector potential A: V = curl A + s × A.
    pub potential: Potential,
}

/// A velocity at a point with its Jacobian ∂V_i/∂x_j.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct VelocityJet {
    /// V.
    pub velocity: [f64; 3],
    /// ∂V_i/∂x_j.
    pub jacobian: [[f64; 3]; 3],
}

impl VelocityJet {
    /// div V.
    pub fn divergence(&self) -> f64 {
        (0..3).map(|i| self.jacobian[i][i]).sum()
    }

    /// div V + V·s, the left side of equation (1).
    pub fn residual(&self, score: [f64; 3]) -> f64 {
        self.divergence() + (0..3).map(|i| self.velocity[i] * score[i]).sum::<f64>()
    }

    fn add(&mut self, gain: f64, other: &Self) {
        for i in 0..3 {
            self.velocity[i] += gain * other.velocity[i];
            (0..3).for_each(|j| self.jacobian[i][j] += gain * other.jacobian[i][j]);
        }
    }
}

/// Values of the Levi-Civita symbol that are not 0: (i, j, k, sign).
const LEVI_CIVITA: [(usize, usize, usize, f64); 6] =
    [(0, 1, 2, 1.0), (1, 2, 0, 1.0), (2, 0, 1, 1.0), (0, 2, 1, -1.0), (2, 1, 0, -1.0), (1, 0, 2, -1.0)];

/// V = curl A + s × A with its Jacobian. `with_curl` false leaves the curl out, which is wrong: a control.
pub fn exact_velocity(a: &[UnitJet; 3], energy: &EnergyJet, with_curl: bool) -> VelocityJet {
    let curl = if with_curl { 1.0 } else { 0.0 };
    let (s, ds) = (&energy.score, &energy.score_jacobian);
    let mut jet = VelocityJet::default();
    for (i, j, k, sign) in LEVI_CIVITA {
        jet.velocity[i] += sign * (curl * a[k].first[j] + s[j] * a[k].value);
        for l in 0..3 {
            let second = a[k].second[PAIR_INDEX[j][l]];
            jet.jacobian[i][l] += sign * (curl * second + ds[j][l] * a[k].value + s[j] * a[k].first[l]);
        }
    }
    jet
}

/// A flow with what depends on the dimension worked out, in f64: the readable reference of every engine.
pub struct FlowReference<'a> {
    flow: &'a PointFlow,
    dim: usize,
    terms: Option<Terms>,
}

impl<'a> FlowReference<'a> {
    /// Ready to evaluate `flow` in `dim` dimensions.
    pub fn new(flow: &'a PointFlow, dim: usize) -> Self {
        let terms = match flow {
            PointFlow::Dictionary(found) => Some(found.dictionary.terms(dim)),
            _ => None,
        };
        Self { flow, dim, terms }
    }

    /// Velocity and Jacobian at `x`, where the energy has the derivatives `energy` (used by exact flows alone).
    pub fn jet(&self, x: [f64; 3], energy: &EnergyJet) -> VelocityJet {
        let mut jet = VelocityJet::default();
        match (self.flow, &self.terms) {
            (PointFlow::Still, _) => {}
            (PointFlow::Exact(parts), _) => {
                for part in parts {
                    jet.add(part.gain, &exact_velocity(&part.potential.jet(x, self.dim), energy, true));
                }
            }
            (PointFlow::Free { net, gain }, _) => {
                for (i, unit) in net.jet(&x[..self.dim], self.dim).iter().enumerate() {
                    jet.velocity[i] = gain * unit.value;
                    jet.jacobian[i] = unit.first.map(|d| gain * d);
                }
            }
            (PointFlow::Dictionary(found), Some(terms)) => jet = found.jet(terms, x),
            (PointFlow::Dictionary(_), None) => unreachable!("the terms are made with the reference"),
        }
        jet
    }
}

impl PointFlow {
    /// Whether the flow is exact over the energy and therefore needs it.
    pub fn needs_energy(&self) -> bool {
        matches!(self, Self::Exact(_))
    }

    /// The same flow times `factor`.
    pub fn scaled(&self, factor: f64) -> Self {
        let mut flow = self.clone();
        match &mut flow {
            Self::Still => {}
            Self::Exact(parts) => parts.iter_mut().for_each(|part| part.gain *= factor),
            Self::Free { gain, .. } => *gain *= factor,
            Self::Dictionary(found) => found.coefficients.iter_mut().flatten().for_each(|c| *c *= factor),
        }
        flow
    }

    /// Σ weight · flow of exact flows, which is exact again. `None` when one of them is of another kind.
    pub fn blend<'a>(parts: impl IntoIterator<Item = (f64, &'a Self)>) -> Option<Self> {
        let mut sum = Vec::new();
        for (weight, flow) in parts {
            let Self::Exact(parts) = flow else { return None };
            sum.extend(
                parts.iter().map(|part| ExactPart { gain: weight * part.gain, potential: part.potential.clone() }),
            );
        }
        Some(Self::Exact(sum))
    }

    /// Whether networks and coefficients have the shapes that `dim` asks for, and only finite numbers.
    pub fn fits(&self, dim: usize) -> bool {
        match self {
            Self::Still => true,
            Self::Exact(parts) => parts.iter().all(|part| {
                part.gain.is_finite()
                    && match &part.potential {
                        Potential::Constant(vector) => vector.iter().all(|v| v.is_finite()),
                        Potential::Twist { scale, .. } => scale.is_finite(),
                        Potential::Smoothest(net) => net.fits(dim, if dim == 2 { 1 } else { 3 }),
                    }
            }),
            Self::Free { net, gain } => gain.is_finite() && net.fits(dim, dim),
            Self::Dictionary(found) => found.fits(dim),
        }
    }
}
