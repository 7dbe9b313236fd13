//! Small dense networks with SiLU between their layers, and their derivatives by the inputs in f64.

use rand::RngExt;
use rand::rngs::StdRng;
use rand_distr::StandardNormal;

/// Index of a pair of axes in the six second derivatives xx, yy, zz, xy, xz, yz.
pub const PAIRS: [(usize, usize); 6] = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)];
/// Place of the pair (i, j) among [`PAIRS`].
pub const PAIR_INDEX: [[usize; 3]; 3] = [[0, 3, 4], [3, 1, 5], [4, 5, 2]];

/// A dense network. Weights are stored layer by layer: `W [outputs, inputs]` by rows, then the biases.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Mlp {
    /// Inputs, hidden widths, outputs.
    pub sizes: Vec<usize>,
    /// Layer by layer.
    #[serde(with = "crate::worlds::points::packed")]
    pub weights: Vec<f32>,
}

/// One output (or unit) with its first and second derivatives by the first three inputs.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct UnitJet {
    /// The output.
    pub value: f64,
    /// Its gradient.
    pub first: [f64; 3],
    /// In the order of [`PAIRS`].
    pub second: [f64; 6],
}

/// One layer of a network as slices.
#[derive(Debug, Clone, Copy)]
pub struct DenseLayer<'a> {
    /// Width before the layer.
    pub inputs: usize,
    /// Width after it.
    pub outputs: usize,
    /// W, row by row.
    pub weights: &'a [f32],
    /// One per output.
    pub biases: &'a [f32],
}

impl Mlp {
    /// Number of weights and biases of a network of these sizes.
    pub fn weight_count(sizes: &[usize]) -> usize {
        sizes.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum()
    }

    /// He-normal weights, zero biases; the last layer has variance `last`² / inputs.
    pub fn random(sizes: &[usize], last: f64, rng: &mut StdRng) -> Self {
        let mut weights = Vec::with_capacity(Self::weight_count(sizes));
        for (k, pair) in sizes.windows(2).enumerate() {
            let spread = if k + 2 == sizes.len() { last } else { 2f64.sqrt() } / (pair[0] as f64).sqrt();
            weights.extend((0..pair[0] * pair[1]).map(|_| (spread * rng.sample::<f64, _>(StandardNormal)) as f32));
            weights.resize(weights.len() + pair[1], 0.0);
        }
        Self { sizes: sizes.to_vec(), weights }
    }

    /// Whether the weights are finite and as many as the sizes ask for, for the given inputs and outputs.
    pub fn fits(&self, inputs: usize, outputs: usize) -> bool {
        self.sizes.len() >= 2
            && self.sizes.len() <= 8
            && self.sizes.iter().all(|size| (1..=1024).contains(size))
            && self.sizes.first() == Some(&inputs)
            && self.sizes.last() == Some(&outputs)
            && self.weights.len() == Self::weight_count(&self.sizes)
            && self.weights.iter().all(|w| w.is_finite())
    }

    /// The layers in order.
    pub fn layers(&self) -> impl Iterator<Item = DenseLayer<'_>> {
        let mut rest = &self.weights[..];
        self.sizes.windows(2).map(move |pair| {
            let (weights, tail) = rest.split_at(pair[0] * pair[1]);
            let (biases, tail) = tail.split_at(pair[1]);
            rest = tail;
            DenseLayer { inputs: pair[0], outputs: pair[1], weights, biases }
        })
    }

    /// Outputs with first and second derivatives by the first `dim` inputs.
    pub fn jet(&self, inputs: &[f64], dim: usize) -> Vec<UnitJet> {
        let mut units: Vec<UnitJet> = inputs
            .iter()
            .enumerate()
            .map(|(k, &value)| {
                let mut unit = UnitJet { value, ..UnitJet::default() };
                if k < dim {
                    unit.first[k] = 1.0;
                }
                unit
            })
            .collect();
        let depth = self.sizes.len() - 1;
        for (k, layer) in self.layers().enumerate() {
            let mut next = Vec::with_capacity(layer.outputs);
            for (row, bias) in layer.weights.chunks_exact(layer.inputs).zip(layer.biases) {
                let mut sum = UnitJet { value: f64::from(*bias), ..UnitJet::default() };
                for (w, unit) in row.iter().zip(&units) {
                    let w = f64::from(*w);
                    sum.value += w * unit.value;
                    (0..3).for_each(|i| sum.first[i] += w * unit.first[i]);
                    (0..6).for_each(|i| sum.second[i] += w * unit.second[i]);
                }
                next.push(if k + 1 < depth { sum.silu() } else { sum });
            }
            units = next;
        }
        units
    }

    /// Outputs alone.
    pub fn value(&self, inputs: &[f64]) -> Vec<f64> {
        let mut units = inputs.to_vec();
        let depth = self.sizes.len() - 1;
        for (k, layer) in self.layers().enumerate() {
            let rows = layer.weights.chunks_exact(layer.inputs).zip(layer.biases);
            let sums = rows.map(|(row, bias)| {
                f64::from(*bias) + row.iter().zip(&units).map(|(w, x)| f64::from(*w) * x).sum::<f64>()
            });
            units = sums.map(|z| if k + 1 < depth { z / (1.0 + (-z).exp()) } else { z }).collect();
        }
        units
    }
}

impl UnitJet {
    /// SiLU, z σ(z), by the chain rule.
    fn silu(self) -> Self {
        let z = self.value;
        let s = 1.0 / (1.0 + (-z).exp());
        let ds = s * (1.0 - s);
        let (f1, f2) = (s + z * ds, 2.0 * ds + z * ds * (1.0 - 2.0 * s));
        Self {
            value: z * s,
            first: self.first.map(|d| f1 * d),
            second: std::array::from_fn(|k| {
                let (i, j) = PAIRS[k];
                f1 * self.second[k] + f2 * self.first[i] * self.first[j]
            }),
        }
    }
}
