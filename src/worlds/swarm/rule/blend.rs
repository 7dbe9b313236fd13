//! A weighted sum of two flows as one network. Equation (1) is linear in V, so a blend of two flows that keep a pattern
//! keeps it as well.

use super::net::{LocalNet, NetShape, Span};
use super::validate::MAX_WIDTH;

/// Why two flows cannot be one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum BlendError {
    #[error("the two flows know different numbers of species; blend flows of one picture")]
    Different,
    #[error(
        "the blend would be wider than {MAX_WIDTH} units, the limit of the engines; blend flows that are not blends themselves"
    )]
    TooWide,
}

impl LocalNet {
    /// The network whose outputs are (1 - share) · `self` + share · `other`: both side by side, blind to each other, with
    /// their output layers scaled. Its widths are the sums of theirs.
    ///
    /// # Errors
    /// [`BlendError`].
    pub fn blend(&self, other: &Self, share: f64) -> Result<Self, BlendError> {
        let (a, b) = (&self.shape, &other.shape);
        if a.species != b.species || a.outputs != b.outputs {
            return Err(BlendError::Different);
        }
        let sum = |a: [usize; 2], b: [usize; 2]| [a[0] + b[0], a[1] + b[1]];
        let shape = NetShape { phi: sum(a.phi, b.phi), rho: sum(a.rho, b.rho), ..*a };
        if shape.phi.iter().chain(&shape.rho).any(|&width| width > MAX_WIDTH) {
            return Err(BlendError::TooWide);
        }
        let layout = shape.layout();
        let mut weights = vec![0.0f32; layout.total];
        let nets = [(self, 1.0 - share), (other, share)];
        let spans = [a.layout().spans(), b.layout().spans()];
        for (k, to) in layout.spans().iter().enumerate() {
            for (second, (net, scale)) in nets.iter().enumerate() {
                let from = &spans[second][k];
                let first = &spans[0][k];
                // Where the block of this network begins: beside the first one's, below it, or both.
                let (row, column) = match (to.name, second) {
                    (_, 0) => (0, 0),
                    ("phi1_w", _) => (first.rows, 0),
                    ("phi2_w" | "rho2_w", _) => (first.rows, first.cols),
                    // The last column of ρ's first layer reads the noise level, which both read.
                    ("rho1_w", _) => (first.rows, first.cols - 1),
                    _ => (0, first.cols),
                };
                let scale = if to.name.starts_with("out") { *scale as f32 } else { 1.0 };
                copy(from.of(&net.weights), from, &mut weights, to, [row, column], scale);
            }
        }
        Ok(Self { shape, weights })
    }
}

/// Adds the matrix `values` (of the span `from`) into the span `to` of `weights`, its corner at `at`.
fn copy(values: &[f32], from: &Span, weights: &mut [f32], to: &Span, at: [usize; 2], scale: f32) {
    for row in 0..from.rows {
        for column in 0..from.cols {
            let place = match to.name {
                "rho1_w" if column + 1 == from.cols => to.cols - 1,
                // The outputs have one bias each, the sum of both.
                "out_b" => column,
                _ => at[1] + column,
            };
            weights[to.start + (at[0] + row) * to.cols + place] += scale * values[row * from.cols + column];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::Swarm;
    use crate::worlds::swarm::rule::residual::{Differences, continuity};
    use crate::worlds::swarm::rule::testing::{largest_difference, rms, rule, scattered};
    use crate::worlds::swarm::rule::{Rule, energy, flow_learned};
    use glam::DVec2;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    /// Two flows of different widths for the energy of the test rule.
    fn two() -> (Rule, LocalNet, LocalNet) {
        let rule = rule(1);
        let a = rule.flow.clone().expect("the test rule has a flow");
        let wider = NetShape { phi: [9, 6], rho: [7, 11], ..a.shape };
        let b = LocalNet::random(wider, &mut StdRng::seed_from_u64(5), 1.0);
        (rule, a, b)
    }

    #[test]
    fn the_blend_moves_as_the_weighted_sum_of_both_flows() {
        let (rule, a, mut b) = two();
        // Biases of the outputs too, which start at zero.
        let bias = b.shape.layout().out_b.start;
        b.weights[bias..].copy_from_slice(&[0.3, -0.2, 0.5]);
        let swarm = scattered(14, DVec2::splat(8.0), 3);
        let of = |net: &LocalNet| flow_learned::velocity(&rule, net, &swarm, 0.2);
        for share in [0.0, 0.3, 1.0] {
            let blend = of(&a.blend(&b, share).expect("narrow flows of the same species"));
            let sum: Vec<[f64; 3]> = (of(&a).iter().zip(of(&b)))
                .map(|(x, y)| std::array::from_fn(|k| (1.0 - share) * x[k] + share * y[k]))
                .collect();
            let difference = largest_difference(&blend, &sum);
            assert!(rms(&sum) > 0.1 && difference < 1e-6, "share {share}: {difference:e}");
        }
    }

    #[test]
    fn the_residual_of_a_blend_is_between_those_of_the_two() {
        let (rule, a, b) = two();
        let swarm = scattered(10, DVec2::splat(9.0), 4);
        let score = energy::score(&rule, &swarm, 0.2);
        let of = |net: &LocalNet| {
            let velocity = |s: &Swarm, i: usize| flow_learned::velocity(&rule, net, s, 0.2)[i];
            let terms = continuity(&swarm, &score, velocity, Differences::Second, 1e-4);
            terms.divergence + terms.advection
        };
        let (first, second) = (of(&a), of(&b));
        let blend = of(&a.blend(&b, 0.3).expect("narrow flows of the same species"));
        assert!(first.abs() > 1e-2 && (blend - (0.7 * first + 0.3 * second)).abs() < 1e-4 * first.abs());
        assert!(blend.abs() <= first.abs().max(second.abs()));
    }

    #[test]
    fn what_makes_no_blend_says_why() {
        let (_, a, b) = two();
        let other = NetShape { species: a.shape.species + 1, ..a.shape };
        let stranger = LocalNet::random(other, &mut StdRng::seed_from_u64(1), 1.0);
        assert_eq!(a.blend(&stranger, 0.5), Err(BlendError::Different));
        let wide = LocalNet::random(NetShape { rho: [4, MAX_WIDTH], ..b.shape }, &mut StdRng::seed_from_u64(1), 1.0);
        assert_eq!(a.blend(&wide, 0.5), Err(BlendError::TooWide));
    }
}
