//! SiLU and its derivatives as candle operations, so that losses that hold derivatives of a network can be differentiated.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};

use crate::nn::dispatch::{Isa, Kernel};
use crate::nn::lanes::{LANES, sigmoid};

/// The derivative of order 0 to 4 of z σ(z), element by element. Its own gradient is that of one order more.
struct SiluDerivative(u8);

/// The derivative of order `order` (0 is SiLU itself; at most 3 when a gradient is taken).
pub(super) fn silu(z: &Tensor, order: u8) -> Result<Tensor> {
    z.apply_op1(SiluDerivative(order))
}

impl CustomOp1 for SiluDerivative {
    fn name(&self) -> &'static str {
        "silu-derivative"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let CpuStorage::F32(values) = storage else { bail!("activations must be f32") };
        let Some((start, end)) = layout.contiguous_offsets() else { bail!("activations must be contiguous") };
        let mut out = vec![0.0f32; end - start];
        Isa::detect().run(Activate { order: self.0, from: &values[start..end], to: &mut out });
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }

    fn bwd(&self, arg: &Tensor, _res: &Tensor, grad_res: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some((grad_res * silu(arg, self.0 + 1)?)?))
    }
}

struct Activate<'a> {
    order: u8,
    from: &'a [f32],
    to: &'a mut [f32],
}

impl Kernel for Activate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const B: usize, const FMA: bool>(self) {
        for (from, to) in self.from.chunks(LANES).zip(self.to.chunks_mut(LANES)) {
            let mut z = [0.0f32; LANES];
            z[..from.len()].copy_from_slice(from);
            let s = sigmoid::<FMA>(&z);
            let mut out = [0.0f32; LANES];
            match self.order {
                0 => (0..LANES).for_each(|l| out[l] = z[l] * s[l]),
                1 => (0..LANES).for_each(|l| out[l] = s[l] * (1.0 + z[l] * (1.0 - s[l]))),
                order => {
                    for l in 0..LANES {
                        // Derivatives of the logistic function.
                        let d1 = s[l] * (1.0 - s[l]);
                        let d2 = d1 * (1.0 - 2.0 * s[l]);
                        let d3 = d1 * (1.0 - 6.0 * d1);
                        let d4 = d2 * (1.0 - 12.0 * d1);
                        out[l] = match order {
                            2 => 2.0 * d1 + z[l] * d2,
                            3 => 3.0 * d2 + z[l] * d3,
                            _ => 4.0 * d3 + z[l] * d4,
                        };
                    }
                }
            }
            to.copy_from_slice(&out[..to.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    #[test]
    fn each_order_is_the_derivative_of_the_one_before() {
        const H: f32 = 1e-2;
        let z: Vec<f32> = (0..40).map(|i| i as f32 * 0.3 - 6.0).collect();
        let at = |shift: f32, order: u8| -> Vec<f32> {
            let moved: Vec<f32> = z.iter().map(|z| z + shift).collect();
            silu(&Tensor::new(moved, &Device::Cpu).unwrap(), order).unwrap().to_vec1().unwrap()
        };
        for order in 0..4 {
            let (above, below, next) = (at(H, order), at(-H, order), at(0.0, order + 1));
            for k in 0..z.len() {
                assert!(((above[k] - below[k]) / (2.0 * H) - next[k]).abs() < 2e-4, "order {order} at {}", z[k]);
            }
            let var = Var::from_slice(&z, z.len(), &Device::Cpu).unwrap();
            let gradients = silu(&var, order).unwrap().sum_all().unwrap().backward().unwrap();
            assert_eq!(gradients.get(&var).unwrap().to_vec1::<f32>().unwrap(), next);
        }
    }
}
