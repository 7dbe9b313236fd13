//! Chains of the live dynamics that the flow is trained at.
//!
//! Equation (1) holds at every configuration, and the energy is known at every configuration. Noised samples of the
//! picture show the flow only what the picture shows; where creatures meet, a live swarm soon is elsewhere. Chains of the
//! live dynamics, carried on from step to step (as in persistent contrastive divergence, Tieleman 2008), bring the flow
//! to such places while it is trained. Ours.

use rand::RngExt;

use super::batch::Pool;
use super::langevin::{Chain, Langevin, STEP_FACTOR};
use crate::worlds::swarm::picture::Swarm;
use crate::worlds::swarm::rule::Rule;
use crate::worlds::swarm::rule::fast::Stop;

/// Chains that live side by side; a training step looks at some of them.
const CHAINS: usize = 32;

/// Steps that a chain makes from one look to the next.
const STEPS: usize = 4;

/// Looks after which a chain begins again from a sample, on average: some 500 live steps.
const LOOKS: f64 = 60.0;

pub struct Chains {
    chains: Vec<Chain>,
    /// How many were advanced last: the first ones.
    count_advanced: usize,
    langevin: Langevin,
}

impl Chains {
    /// Chains at noise levels of `sigma_range_l`, begun at noised samples.
    pub fn new(pool: &mut Pool, sigma_range_l: [f64; 2], rule: &Rule) -> Self {
        let chains = (0..CHAINS).map(|_| begin(pool, sigma_range_l, rule)).collect();
        Self { chains, count_advanced: 0, langevin: Langevin::default() }
    }

    /// Lets the next `count` chains live on by `rule`, with its flow, if it has one. `stop` is polled before and within
    /// each of their steps; what is then left out ends the training.
    pub fn advance(&mut self, count: usize, pool: &mut Pool, sigma_range_l: [f64; 2], rule: &Rule, stop: Stop) {
        let count = count.min(CHAINS);
        self.chains.rotate_left(self.count_advanced);
        self.count_advanced = count;
        let chains = &mut self.chains[..count];
        for chain in chains.iter_mut() {
            if pool.rng().random_bool(1.0 / LOOKS) || !chain.is_finite() {
                *chain = begin(pool, sigma_range_l, rule);
            }
        }
        self.langevin.run(chains, STEPS, STEP_FACTOR, rule, stop, |chain, _| chain.sigma_l);
    }

    /// The chains that were just advanced, each with its σ, ℓ.
    pub fn advanced(&self) -> impl Iterator<Item = (&Swarm, f64)> {
        self.chains[..self.count_advanced].iter().map(|chain| (&chain.swarm, chain.sigma_l))
    }
}

fn begin(pool: &mut Pool, sigma_range_l: [f64; 2], rule: &Rule) -> Chain {
    let (swarm, sigma_l) = pool.noised_sample(sigma_range_l, rule);
    Chain { swarm, sigma_l, seed: pool.rng().random(), steps: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::{Ensemble, motifs, wrap_angle};
    use crate::worlds::swarm::rule::NetShape;
    use crate::worlds::swarm::train::TrainingSettings;

    const SIGMA_L: [f64; 2] = [0.1, 0.3];

    fn world(gain: f64) -> (Pool, Rule) {
        let snapshot = motifs::by_name("mill").expect("a bundled picture").snapshot();
        let settings = TrainingSettings { pool: 4, ..TrainingSettings::default() };
        let pool = Pool::new(&snapshot.into(), &Ensemble::default(), &settings, &|| false).expect("samples");
        let shape = NetShape { species: 1, phi: [6, 6], rho: [6, 6], outputs: 1 };
        let mut rule = Rule::random(shape, 5).with_random_flow(6);
        for net in [Some(&mut rule.energy), rule.flow.as_mut()].into_iter().flatten() {
            net.weights.iter_mut().for_each(|w| *w *= gain as f32);
        }
        (pool, rule)
    }

    #[test]
    fn without_energy_and_flow_a_chain_diffuses_as_it_should() {
        let (mut pool, rule) = world(0.0);
        let mut chains = Chains::new(&mut pool, SIGMA_L, &rule);
        let before: Vec<(Swarm, f64)> = chains.chains.iter().map(|c| (c.swarm.clone(), c.sigma_l)).collect();
        let (mut moved, mut expected) = (0.0, 0.0);
        chains.advance(CHAINS, &mut pool, SIGMA_L, &rule, &|| false);
        for ((swarm, sigma_l), (old, old_sigma_l)) in chains.advanced().zip(&before) {
            if sigma_l != *old_sigma_l {
                continue; // Begun again.
            }
            for (p, q) in swarm.particles.iter().zip(&old.particles) {
                moved += swarm.offset(q, p).length_squared()
                    + wrap_angle(p.heading - q.heading).powi(2) / rule.kappa.powi(2);
                // The first and the last noise count half: ½ξ₀ + ξ₁ + … + ½ξₙ.
                expected += 3.0 * 2.0 * STEP_FACTOR * sigma_l * sigma_l * (STEPS as f64 - 0.5);
            }
        }
        assert!(expected > 0.0 && (moved / expected - 1.0).abs() < 0.1, "{moved} where {expected} is expected");
    }

    #[test]
    fn chains_take_turns_begin_again_and_stay_finite() {
        let (mut pool, rule) = world(1.0);
        let mut chains = Chains::new(&mut pool, SIGMA_L, &rule);
        let begun: Vec<f64> = chains.chains.iter().map(|c| c.sigma_l).collect();
        for turn in 0..400 {
            chains.advance(8, &mut pool, SIGMA_L, &rule, &|| false);
            let seen: Vec<f64> = chains.advanced().map(|(_, sigma_l)| sigma_l).collect();
            if turn == 1 {
                assert_ne!(seen, begun[..8], "the second look is at others");
            }
        }
        let begun_again = chains.chains.iter().filter(|c| !begun.contains(&c.sigma_l)).count();
        assert!(
            (10..=CHAINS).contains(&begun_again),
            "{begun_again} of {CHAINS} chains began again in 100 looks at each"
        );
        assert!(chains.chains.iter().all(Chain::is_finite));
    }
}
