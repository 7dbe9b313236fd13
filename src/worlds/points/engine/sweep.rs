//! The kernel over many positions, on all cores.

use rayon::prelude::*;

use super::kernel::{DriftKernel, Lanes3, Scratch};
use crate::nn::dispatch::{Isa, Kernel};
use crate::nn::lanes::{LANES, ZERO};

/// Walkers that one task takes: enough to hide the cost of a task.
pub(super) const TASK: usize = 1024;

/// Flow, score and energy at a position.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DriftValues {
    /// Flow.
    pub velocity: [f32; 3],
    /// s = -∇E.
    pub score: [f32; 3],
    /// E.
    pub energy: f32,
}

/// What a rule does at many positions (x, y, z, unused; standardised).
pub fn evaluate_all(kernel: &DriftKernel, positions: &[[f32; 4]]) -> Vec<DriftValues> {
    let mut out = vec![DriftValues::default(); positions.len()];
    let isa = Isa::detect();
    positions.par_chunks(TASK).zip(out.par_chunks_mut(TASK)).for_each_init(
        || kernel.scratch(),
        |scratch, (positions, out)| isa.run(Evaluate { kernel, positions, out, scratch }),
    );
    out
}

struct Evaluate<'a> {
    kernel: &'a DriftKernel,
    positions: &'a [[f32; 4]],
    out: &'a mut [DriftValues],
    scratch: &'a mut Scratch,
}

impl Kernel for Evaluate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const B: usize, const FMA: bool>(self) {
        for (positions, out) in self.positions.chunks(LANES).zip(self.out.chunks_mut(LANES)) {
            let (v, s, e) = self.kernel.evaluate::<B, FMA>(&gather(positions), true, self.scratch);
            for (l, values) in out.iter_mut().enumerate() {
                values.velocity = [v[0][l], v[1][l], v[2][l]];
                values.score = [s[0][l], s[1][l], s[2][l]];
                values.energy = e[l];
            }
        }
    }
}

/// Up to sixteen positions as lanes; what is missing repeats the first one.
#[inline(always)]
pub(super) fn gather(positions: &[[f32; 4]]) -> Lanes3 {
    let mut x = [ZERO; 3];
    for l in 0..LANES {
        let position = &positions[if l < positions.len() { l } else { 0 }];
        (0..3).for_each(|i| x[i][l] = position[i]);
    }
    x
}
