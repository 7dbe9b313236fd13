//! The local network: a sum over neighbours of φ(edge), then ρ. One shape serves the energy (1 output per particle)
//! and the learned flow (3 outputs: forward, lateral, turn).

use serde::{Deserialize, Serialize};

/// Inputs of φ for the edge i → j, with d = R(-θ_i)(x_j - x_i) in ℓ, Δ = θ_j - θ_i, e = -R(-Δ) d (what j sees of i):
///
/// 0, 1: d · 2/R;  2: 2 √(d² + ε²)/R - 1 with ε = [`LocalNet::SOFTENING_L`];  3, 4: cos Δ, sin Δ;  5, 6: e · 2/R;
/// 7: τ = (ln σ - mean) / half-range of ln σ over the trained range, in [-1, 1].
pub const FEATURES: usize = 8;

/// Sizes of a [`LocalNet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetShape {
    /// K, number of species (1 to 8). A particle of species c ≥ K is not allowed.
    pub species: usize,
    /// Widths of the two hidden layers of φ, both SiLU. The second is the message.
    pub phi: [usize; 2],
    /// Widths of the two hidden layers of ρ, both SiLU.
    pub rho: [usize; 2],
    /// 1 for the energy, 3 for the flow.
    pub outputs: usize,
}

/// A named matrix or vector inside the flat weight vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// For messages.
    pub name: &'static str,
    /// First weight.
    pub start: usize,
    /// Outputs; for biases pairs of species, species or 1.
    pub rows: usize,
    /// Inputs; for biases outputs.
    pub cols: usize,
}

impl Span {
    /// Number of weights.
    pub fn len(&self) -> usize {
        self.rows * self.cols
    }

    /// Whether it has no weights.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its part of `weights`.
    pub fn of<'a, T>(&self, weights: &'a [T]) -> &'a [T] {
        &weights[self.start..self.start + self.len()]
    }
}

/// Where each matrix is in the flat weights. All matrices are row-major `[out, in]`.
///
/// Layers: h1 = silu(phi1_w f + phi1_b[c_i K + c_j]); h2 = silu(phi2_w h1 + phi2_b); m_i = Σ_j w(r_ij) h2;
/// g1 = silu(rho1_w [m_i, τ] + rho1_b\[c_i\]); g2 = silu(rho2_w g1 + rho2_b); o = out_w g2 + out_b.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// First layer of φ.
    pub phi1_w: Span,
    /// Its biases, one row per pair of species.
    pub phi1_b: Span,
    /// Second layer of φ.
    pub phi2_w: Span,
    /// Its biases.
    pub phi2_b: Span,
    /// First layer of ρ.
    pub rho1_w: Span,
    /// Its biases, one row per species.
    pub rho1_b: Span,
    /// Second layer of ρ.
    pub rho2_w: Span,
    /// Its biases.
    pub rho2_b: Span,
    /// Outputs of ρ.
    pub out_w: Span,
    /// Their biases.
    pub out_b: Span,
    /// Number of all weights.
    pub total: usize,
}

impl Layout {
    /// All matrices in the order of storage.
    pub fn spans(&self) -> [Span; 10] {
        [
            self.phi1_w,
            self.phi1_b,
            self.phi2_w,
            self.phi2_b,
            self.rho1_w,
            self.rho1_b,
            self.rho2_w,
            self.rho2_b,
            self.out_w,
            self.out_b,
        ]
    }
}

impl NetShape {
    /// Where the matrices of this shape are stored.
    pub fn layout(&self) -> Layout {
        let k = self.species;
        let [h1, h2] = self.phi;
        let [g1, g2] = self.rho;
        let mut total = 0;
        let mut span = |name, rows, cols| {
            let s = Span { name, start: total, rows, cols };
            total += rows * cols;
            s
        };
        let phi1_w = span("phi1_w", h1, FEATURES);
        let phi1_b = span("phi1_b", k * k, h1);
        let phi2_w = span("phi2_w", h2, h1);
        let phi2_b = span("phi2_b", 1, h2);
        let rho1_w = span("rho1_w", g1, h2 + 1);
        let rho1_b = span("rho1_b", k, g1);
        let rho2_w = span("rho2_w", g2, g1);
        let rho2_b = span("rho2_b", 1, g2);
        let out_w = span("out_w", self.outputs, g2);
        let out_b = span("out_b", 1, self.outputs);
        Layout { phi1_w, phi1_b, phi2_w, phi2_b, rho1_w, rho1_b, rho2_w, rho2_b, out_w, out_b, total }
    }
}

/// A network: shape and flat weights (see [`Layout`]).
#[derive(Clone, Debug, PartialEq)]
pub struct LocalNet {
    /// Its widths.
    pub shape: NetShape,
    /// By [`NetShape::layout`].
    pub weights: Vec<f32>,
}

impl LocalNet {
    /// The same network for `species` species: new ones begin as the mean of those known, those that went are left out.
    pub fn with_species(&self, species: usize) -> Self {
        let known = self.shape.species;
        let shape = NetShape { species, ..self.shape };
        let mut weights = Vec::with_capacity(shape.layout().total);
        for span in self.shape.layout().spans() {
            let values = span.of(&self.weights);
            let pairs = match span.name {
                "phi1_b" => 2,
                "rho1_b" => 1,
                _ => {
                    weights.extend_from_slice(values);
                    continue;
                }
            };
            // One row of biases for each species, or for each pair of them.
            for new in 0..species.pow(pairs) {
                let (a, b) = (new / species, new % species);
                let is_old = |row: usize| {
                    let (i, j) = (row / known, row % known);
                    let same = |new: usize, old: usize| new == old || new >= known;
                    if pairs == 2 { same(a, i) && same(b, j) } else { same(new, row) }
                };
                let rows: Vec<usize> = (0..span.rows).filter(|&row| is_old(row)).collect();
                weights.extend((0..span.cols).map(|column| {
                    rows.iter().map(|row| values[row * span.cols + column]).sum::<f32>() / rows.len() as f32
                }));
            }
        }
        Self { shape, weights }
    }

    /// The same network with its outputs multiplied by `factor`.
    pub fn with_output_gain(&self, factor: f64) -> Self {
        let mut net = self.clone();
        let layout = net.shape.layout();
        for span in [layout.out_w, layout.out_b] {
            for weight in &mut net.weights[span.start..span.start + span.len()] {
                *weight = (factor * f64::from(*weight)) as f32;
            }
        }
        net
    }

    /// ε of the softened distance feature, ℓ: keeps the energy smooth where two particles meet.
    pub const SOFTENING_L: f64 = 0.1;
}

/// The learned rule. Lengths in ℓ; the energy of a configuration is E(X; σ) = (1/σ) Σ_i ρ(m_i, c_i, τ), and the score
/// s = -∇E. The 1/σ keeps the slope of the network of order one at every noise level.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// ℓ in world units of the snapshot it was learned from.
    pub unit_length: f64,
    /// R, ℓ. Two particles further apart do not see each other: w(r) = (1 - (r/R)²)².
    pub cutoff_l: f64,
    /// The trained range [σmin, σmax], ℓ.
    pub sigma_range_l: [f64; 2],
    /// κ, radians of heading noise per ℓ of position noise.
    pub kappa: f64,
    /// E; one output.
    pub energy: LocalNet,
    /// The learned flow, when one was trained. Outputs are forward, lateral (along n⊥) and turn speeds.
    pub flow: Option<LocalNet>,
}

impl Rule {
    /// τ, the noise level as the networks see it.
    pub fn noise_feature(&self, sigma_l: f64) -> f64 {
        let [lo, hi] = self.sigma_range_l.map(f64::ln);
        (2.0 * sigma_l.ln() - lo - hi) / (hi - lo).max(1e-9)
    }

    /// The diagonal of D, in ℓ² and rad² per time.
    pub fn mobility(&self) -> [f64; 3] {
        [1.0, 1.0, self.kappa * self.kappa]
    }

    /// Fingerprint of the energy, whatever flow runs over it: FNV-1a of its weights and scales. The
    /// same in every run and in every file.
    pub fn fingerprint(&self) -> u64 {
        let scales = [self.unit_length, self.cutoff_l, self.kappa].map(f64::to_bits);
        let weights = self.energy.weights.iter().map(|w| u64::from(w.to_bits()));
        scales
            .into_iter()
            .chain(weights)
            .flat_map(u64::to_le_bytes)
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::*;
    use crate::worlds::swarm::picture::Particle;
    use crate::worlds::swarm::rule::energy;
    use crate::worlds::swarm::rule::testing::{rule, scattered};

    #[test]
    fn the_fingerprint_of_a_rule_is_that_of_its_energy() {
        let rule = rule(1);
        assert_eq!(rule.fingerprint(), Rule { flow: None, ..rule.clone() }.fingerprint(), "with any flow");
        let mut other = rule.clone();
        other.energy.weights[7] += 1e-6;
        assert_ne!(rule.fingerprint(), other.fingerprint());
        assert_ne!(rule.fingerprint(), Rule { unit_length: 2.0 * rule.unit_length, ..rule.clone() }.fingerprint());
    }

    #[test]
    fn an_output_gain_multiplies_the_energy() {
        let rule = rule(2);
        let louder = Rule { energy: rule.energy.with_output_gain(2.5), ..rule.clone() };
        let swarm = scattered(12, DVec2::splat(8.0), 2);
        let ratio = energy::energy(&louder, &swarm, 0.2) / energy::energy(&rule, &swarm, 0.2);
        assert!((ratio - 2.5).abs() < 1e-5, "{ratio}");
    }

    #[test]
    fn a_new_species_leaves_the_others_alone_and_can_be_dropped() {
        let rule = rule(3);
        let known = rule.energy.shape.species;
        let wider = Rule { energy: rule.energy.with_species(known + 1), ..rule.clone() };
        let mut swarm = scattered(12, DVec2::splat(8.0), 2);
        assert_eq!(energy::energy(&rule, &swarm, 0.2), energy::energy(&wider, &swarm, 0.2));
        swarm.particles.push(Particle { x: 1.0, y: 1.0, heading: 0.0, species: known as u8 });
        assert!(energy::energy(&wider, &swarm, 0.2).is_finite());
        assert_eq!(wider.energy.with_species(known), rule.energy);
    }
}
