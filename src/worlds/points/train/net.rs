//! A network as candle variables, with its derivatives by the inputs as forward graphs.

use candle_core::{Device, Result, Tensor, Var};

use super::silu::silu;
use crate::worlds::points::rule::{Mlp, PAIR_INDEX, PAIRS};

/// Variables `W [inputs, outputs]` and `b [outputs]` per layer.
pub(super) struct TensorNet {
    sizes: Vec<usize>,
    layers: Vec<(Var, Var)>,
}

/// Outputs `[N, outputs]` and their derivatives by the first inputs.
pub(super) struct TensorJets {
    pub value: Tensor,
    pub first: Vec<Tensor>,
    /// In the order of [`PAIRS`], those of the first `dim` axes alone; empty unless asked for.
    pub second: Vec<Option<Tensor>>,
}

impl TensorNet {
    pub fn new(net: &Mlp, device: &Device) -> Result<Self> {
        let layers = net.layers().map(|layer| {
            let w = Tensor::from_slice(layer.weights, (layer.outputs, layer.inputs), device)?.t()?.contiguous()?;
            Ok((Var::from_tensor(&w)?, Var::from_slice(layer.biases, layer.outputs, device)?))
        });
        Ok(Self { sizes: net.sizes.clone(), layers: layers.collect::<Result<_>>()? })
    }

    pub fn variables(&self) -> Vec<Var> {
        self.layers.iter().flat_map(|(w, b)| [w.clone(), b.clone()]).collect()
    }

    /// The weights as they are now.
    pub fn weights(&self) -> Result<Mlp> {
        let mut weights = Vec::with_capacity(Mlp::weight_count(&self.sizes));
        for (w, b) in &self.layers {
            weights.extend(w.t()?.contiguous()?.flatten_all()?.to_vec1::<f32>()?);
            weights.extend(b.to_vec1::<f32>()?);
        }
        Ok(Mlp { sizes: self.sizes.clone(), weights })
    }

    /// Pre-activations of the hidden layers and the outputs.
    fn forward(&self, x: &Tensor) -> Result<(Vec<Tensor>, Tensor)> {
        let mut hidden = Vec::new();
        let mut now = x.clone();
        for (k, (w, b)) in self.layers.iter().enumerate() {
            let z = now.matmul(w)?.broadcast_add(b)?;
            if k + 1 == self.layers.len() {
                return Ok((hidden, z));
            }
            now = silu(&z, 0)?;
            hidden.push(z);
        }
        Ok((hidden, now))
    }

    /// Outputs `[N, outputs]`.
    pub fn value(&self, x: &Tensor) -> Result<Tensor> {
        Ok(self.forward(x)?.1)
    }

    /// Gradient `[N, inputs]` of the single output by the inputs, by an explicit reverse pass.
    pub fn input_gradient(&self, x: &Tensor) -> Result<Tensor> {
        let (hidden, _) = self.forward(x)?;
        let (last, _) = &self.layers[self.layers.len() - 1];
        let mut g = last.t()?.contiguous()?;
        for (z, (w, _)) in hidden.iter().zip(&self.layers).rev() {
            g = silu(z, 1)?.broadcast_mul(&g)?.matmul(&w.t()?)?;
        }
        Ok(g)
    }

    /// Outputs with tangents along `directions` `[N, inputs]`, or along the first `dim` axes and with second derivatives.
    pub fn jets(&self, x: &Tensor, dim: usize, with_second: bool) -> Result<TensorJets> {
        let rows = x.dim(0)?;
        let axes = (0..dim).map(|axis| {
            let row: Vec<f32> = (0..self.sizes[0]).map(|k| if k == axis { 1.0 } else { 0.0 }).collect();
            Tensor::from_vec(row, (1, self.sizes[0]), x.device())?.broadcast_as((rows, self.sizes[0]))?.contiguous()
        });
        let mut jets = self.tangents(x, &axes.collect::<Result<Vec<_>>>()?, with_second)?;
        if !with_second {
            jets.second.clear();
        }
        Ok(jets)
    }

    /// Outputs with their derivatives along given directions.
    pub fn tangents(&self, x: &Tensor, along: &[Tensor], with_second: bool) -> Result<TensorJets> {
        let (hidden, value) = self.forward(x)?;
        let mut first = along.to_vec();
        let mut second: Vec<Option<Tensor>> = vec![None; PAIRS.len()];
        for (k, (w, _)) in self.layers.iter().enumerate() {
            first = first.iter().map(|t| t.matmul(w)).collect::<Result<_>>()?;
            second = second.iter().map(|t| t.as_ref().map(|t| t.matmul(w)).transpose()).collect::<Result<_>>()?;
            let Some(z) = hidden.get(k) else { break };
            let slope = silu(z, 1)?;
            if with_second {
                let curvature = silu(z, 2)?;
                for i in 0..along.len() {
                    for j in i..along.len() {
                        let bent = ((&first[i] * &first[j])? * &curvature)?;
                        let entry = &mut second[PAIR_INDEX[i][j]];
                        *entry = Some(match entry.take() {
                            Some(carried) => ((carried * &slope)? + bent)?,
                            None => bent,
                        });
                    }
                }
            }
            first = first.iter().map(|t| t * &slope).collect::<Result<_>>()?;
        }
        Ok(TensorJets { value, first, second })
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn graphs_agree_with_the_reference() {
        for (dim, outputs) in [(2, 1), (3, 3)] {
            let net = Mlp::random(&[dim, 8, 8, outputs], 1.0, &mut StdRng::seed_from_u64(1));
            let graph = TensorNet::new(&net, &Device::Cpu).unwrap();
            assert_eq!(graph.weights().unwrap(), net);
            let position: Vec<f32> = (0..dim).map(|i| 0.3 - 0.4 * i as f32).collect();
            let x = Tensor::from_slice(&position, (1, dim), &Device::Cpu).unwrap();
            let jets = graph.jets(&x, dim, true).unwrap();
            let one = |t: &Tensor| t.to_vec2::<f32>().unwrap()[0].clone();
            let reference = net.jet(&position.iter().map(|v| f64::from(*v)).collect::<Vec<_>>(), dim);
            for (o, unit) in reference.iter().enumerate() {
                assert!((f64::from(one(&jets.value)[o]) - unit.value).abs() < 1e-5);
                for i in 0..dim {
                    assert!((f64::from(one(&jets.first[i])[o]) - unit.first[i]).abs() < 1e-5);
                    for j in 0..dim {
                        let k = PAIR_INDEX[i][j];
                        assert!((f64::from(one(jets.second[k].as_ref().unwrap())[o]) - unit.second[k]).abs() < 1e-5);
                    }
                }
            }
            if outputs == 1 {
                let gradient = one(&graph.input_gradient(&x).unwrap());
                assert!((0..dim).all(|i| (f64::from(gradient[i]) - reference[0].first[i]).abs() < 1e-5));
            }
        }
    }
}
