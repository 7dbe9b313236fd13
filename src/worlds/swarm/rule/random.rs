//! Random networks: where learning starts, and what tests run on.

use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use rand_distr::StandardNormal;

use super::net::{LocalNet, NetShape, Rule};

/// The message is a sum over about ten neighbours; its weights start smaller by √10 so that ρ begins near order one.
const TYPICAL_NEIGHBOURS: f64 = 10.0;

/// Standard deviation of first-layer biases: species must differ a little from the start.
const BIAS_SPREAD: f64 = 0.1;

impl LocalNet {
    /// He-normal weights (variance 2 / inputs), the columns of ρ that read the message divided by √10 more, and the
    /// output layer multiplied by `out_gain` (0.1 is a good start for learning). Biases of the first layers of φ and ρ
    /// are normal with spread 0.1, the others zero.
    pub fn random(shape: NetShape, rng: &mut impl Rng, out_gain: f64) -> Self {
        let layout = shape.layout();
        let mut weights = vec![0.0f32; layout.total];
        let message = shape.phi[1];
        for span in layout.spans() {
            let he = (2.0 / span.cols as f64).sqrt();
            for (k, weight) in weights[span.start..span.start + span.len()].iter_mut().enumerate() {
                let spread = match span.name {
                    "phi1_b" | "rho1_b" => BIAS_SPREAD,
                    "phi2_b" | "rho2_b" | "out_b" => continue,
                    "out_w" => he * out_gain,
                    "rho1_w" if k % span.cols < message => he / TYPICAL_NEIGHBOURS.sqrt(),
                    _ => he,
                };
                let normal: f64 = rng.sample(StandardNormal);
                *weight = (spread * normal) as f32;
            }
        }
        Self { shape, weights }
    }
}

impl Rule {
    /// A rule that has learned nothing: a random energy at output gain 1 and no flow, with the default cutoff (3.9 ℓ),
    /// noise range (0.1 to 0.8 ℓ) and κ (1 rad/ℓ). For tests, and as the random control of a measurement.
    pub fn random(shape: NetShape, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        Self::with_defaults(LocalNet::random(NetShape { outputs: 1, ..shape }, &mut rng, 1.0))
    }

    fn with_defaults(energy: LocalNet) -> Self {
        Self { unit_length: 1.0, cutoff_l: 3.9, sigma_range_l: [0.1, 0.8], kappa: 1.0, energy, flow: None }
    }

    /// A rule under which nothing happens: narrow networks whose weights are all zero, else as [`Self::random`]. For
    /// tests.
    pub fn inert(species: usize, with_flow: bool) -> Self {
        let net = |outputs| {
            let shape = NetShape { species, phi: [4, 4], rho: [4, 4], outputs };
            LocalNet { shape, weights: vec![0.0; shape.layout().total] }
        };
        Self { flow: with_flow.then(|| net(3)), ..Self::with_defaults(net(1)) }
    }

    /// The same rule with a random flow network of the energy's widths, at output gain 1. For tests, and as the random
    /// control of a measurement.
    pub fn with_random_flow(mut self, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        self.flow = Some(LocalNet::random(NetShape { outputs: 3, ..self.energy.shape }, &mut rng, 1.0));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_network_has_the_documented_spread() {
        let shape = NetShape { species: 3, phi: [64, 64], rho: [64, 64], outputs: 1 };
        let net = LocalNet::random(shape, &mut StdRng::seed_from_u64(5), 0.1);
        let layout = shape.layout();
        let spread =
            |values: &[f32]| (values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / values.len() as f64).sqrt();
        let he = (2.0f64 / 64.0).sqrt();
        // Relative standard error of a spread from 4096 draws is 1.1 %, from 64 draws 9 %.
        assert!((spread(layout.phi2_w.of(&net.weights)) / he - 1.0).abs() < 0.05);
        assert!((spread(layout.rho1_w.of(&net.weights)) / (he / 10f64.sqrt()) - 1.0).abs() < 0.15);
        assert!((spread(layout.out_w.of(&net.weights)) / (0.1 * he) - 1.0).abs() < 0.4);
        assert!(layout.phi1_b.of(&net.weights).iter().all(|&b| b != 0.0));
        assert!(layout.rho2_b.of(&net.weights).iter().all(|&b| b == 0.0));
    }

    #[test]
    fn the_seed_decides_the_rule() {
        let shape = NetShape { species: 1, phi: [4, 4], rho: [4, 4], outputs: 1 };
        assert_eq!(Rule::random(shape, 1), Rule::random(shape, 1));
        assert_ne!(Rule::random(shape, 1), Rule::random(shape, 2));
    }
}
