//! Agreement of two rules on a still.

use crate::worlds::field::rule::{LibraryRule, reference};
use crate::worlds::field::stills::Still;

/// Cosine between the velocities of two rules over all pixels of `still`, channels in units of `sd`; 0 where either
/// rule does not move at all.
pub fn velocity_cosine(a: &LibraryRule, b: &LibraryRule, still: &Still, sd: [f64; 2]) -> f64 {
    let (va, vb) = (reference::velocity(a, still), reference::velocity(b, still));
    let product = |x: &[Vec<f64>; 2], y: &[Vec<f64>; 2]| -> f64 {
        let of = |c: usize| x[c].iter().zip(&y[c]).map(|(p, q)| p * q).sum::<f64>() / (sd[c] * sd[c]);
        of(0) + of(1)
    };
    let norm = (product(&va, &va) * product(&vb, &vb)).sqrt();
    if norm > 0.0 { product(&va, &vb) / norm } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;
    use crate::worlds::field::stills::{GrayScott, seeded};

    #[test]
    fn a_rule_agrees_with_itself_and_opposes_its_reverse() {
        let rule = GrayScott::default().rule();
        let still = seeded(&rule, 32, 32, &mut StdRng::seed_from_u64(1));
        assert!((velocity_cosine(&rule, &rule.scaled(3.0), &still, [0.2, 0.1]) - 1.0).abs() < 1e-12);
        assert!((velocity_cosine(&rule, &rule.scaled(-1.0), &still, [0.2, 0.1]) + 1.0).abs() < 1e-12);
        assert_eq!(velocity_cosine(&rule, &rule.scaled(0.0), &still, [0.2, 0.1]), 0.0);
    }
}
