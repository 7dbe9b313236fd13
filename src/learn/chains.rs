//! Swarms that live by the rule as it is being learned: what the flow must also keep.
//!
//! Equation (1) holds at every configuration, and the energy is known at every configuration. Noised samples of the
//! picture show the flow only what the picture shows; where creatures meet, a live swarm soon is elsewhere. Chains of the
//! live dynamics, carried on from step to step (as in persistent contrastive divergence, Tieleman 2008), bring the flow
//! to such places while it is trained. Ours.

use rand::RngExt;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};

use super::batch::{Batch, Pool};
use crate::rule::fast::{Kernels, Weights};
use crate::rule::{LiveSettings, Neighbours, Rule};
use crate::snapshot::{Swarm, wrap, wrap_angle};

/// Chains that live side by side; a training step looks at some of them.
const CHAINS: usize = 32;

/// Steps that a chain makes from one look to the next.
const STEPS: usize = 4;

/// dt = c σ². Twice the live one: an Euler step that is a little off is as good a place to learn at.
const STEP_FACTOR: f64 = 0.2;

/// Looks after which a chain begins anew from a sample, on average: some 500 live steps.
const LOOKS: f64 = 60.0;

struct Chain {
    swarm: Swarm,
    sigma_l: f64,
}

pub struct Chains {
    chains: Vec<Chain>,
    /// How many were advanced last: the first ones.
    count_advanced: usize,
    batch: Batch,
    neighbours: Neighbours,
    /// σ ∇E.
    gradient: Vec<[f32; 3]>,
    /// Outputs of the flow network: forward, lateral, turn.
    body_velocity: Vec<f32>,
}

impl Chains {
    /// Chains at noise levels of `sigma_range_l`, begun at noised samples.
    pub fn new(pool: &mut Pool, sigma_range_l: [f64; 2], rule: &Rule) -> Self {
        let mut begin = || {
            let (swarm, sigma_l) = pool.noised_sample(sigma_range_l, rule);
            Chain { swarm, sigma_l }
        };
        Self {
            chains: (0..CHAINS).map(|_| begin()).collect(),
            count_advanced: 0,
            batch: Batch::default(),
            neighbours: Neighbours::default(),
            gradient: Vec::new(),
            body_velocity: Vec::new(),
        }
    }

    /// Lets the next `count` chains live on by `rule`, with its flow, if it has one.
    pub fn advance(
        &mut self,
        count: usize,
        pool: &mut Pool,
        sigma_range_l: [f64; 2],
        rule: &Rule,
        kernels: &mut Kernels,
    ) {
        let count = count.min(CHAINS);
        self.chains.rotate_left(self.count_advanced);
        self.count_advanced = count;
        for chain in &mut self.chains[..count] {
            if pool.rng().random_bool(1.0 / LOOKS) || !is_finite(&chain.swarm) {
                (chain.swarm, chain.sigma_l) = pool.noised_sample(sigma_range_l, rule);
            }
        }
        let energy = Weights::of(&rule.energy, rule.cutoff_l);
        let flow = rule.flow.as_ref().map(|net| Weights::of(net, rule.cutoff_l));
        for _ in 0..STEPS {
            self.step(count, rule, &energy, flow.as_ref(), kernels, pool.rng());
        }
    }

    /// The chains that were just advanced, each with its σ, ℓ.
    pub fn advanced(&self) -> impl Iterator<Item = (&Swarm, f64)> {
        self.chains[..self.count_advanced].iter().map(|chain| (&chain.swarm, chain.sigma_l))
    }

    /// Euler and Maruyama: dX = (γV + Ds) dt + √(2D) dW, D = diag(1, 1, κ²), at the usual strength γ.
    fn step(
        &mut self,
        count: usize,
        rule: &Rule,
        energy: &Weights,
        flow: Option<&Weights>,
        kernels: &mut Kernels,
        rng: &mut StdRng,
    ) {
        let Self { chains, batch, neighbours, gradient, body_velocity, .. } = self;
        let chains = &mut chains[..count];
        let Some(first) = chains.first() else { return };
        batch.begin(first.swarm.len(), first.swarm.box_size);
        for chain in chains.iter() {
            batch.add(&chain.swarm, chain.sigma_l, rule, neighbours);
        }
        batch.end();
        let cloud = &batch.cloud;
        gradient.resize(cloud.len(), [0.0; 3]);
        kernels.gradient(energy, cloud, gradient);
        body_velocity.clear();
        body_velocity.resize(3 * cloud.len(), 0.0);
        if let Some(flow) = flow {
            kernels.outputs(flow, cloud, body_velocity);
        }
        let strength = LiveSettings::default().strength;
        let kappa = rule.kappa;
        for (k, chain) in chains.iter_mut().enumerate() {
            let [w, h] = chain.swarm.box_size;
            let dt = STEP_FACTOR * chain.sigma_l.powi(2);
            let spread = (2.0 * dt).sqrt();
            for (p, i) in chain.swarm.particles.iter_mut().zip(k * batch.per_config..) {
                let [sx, sy, st] = gradient[i].map(|g| -f64::from(g) / chain.sigma_l);
                let [forward, lateral, turn] = [0, 1, 2].map(|o| f64::from(body_velocity[3 * i + o]));
                let (sin, cos) = p.heading.sin_cos();
                let mut xi = || -> f64 { StandardNormal.sample(rng) };
                p.x = wrap(p.x + (strength * (cos * forward - sin * lateral) + sx) * dt + spread * xi(), w);
                p.y = wrap(p.y + (strength * (sin * forward + cos * lateral) + sy) * dt + spread * xi(), h);
                p.heading = wrap_angle(p.heading + (strength * turn + kappa * kappa * st) * dt + kappa * spread * xi());
            }
        }
    }
}

fn is_finite(swarm: &Swarm) -> bool {
    swarm.particles.iter().all(|p| p.x.is_finite() && p.y.is_finite() && p.heading.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::TrainingSettings;
    use crate::rule::NetShape;
    use crate::snapshot::{Ensemble, motifs};

    const SIGMA_L: [f64; 2] = [0.1, 0.3];

    fn world(gain: f64) -> (Pool, Rule) {
        let snapshot = motifs::by_name("mill").expect("a bundled picture").snapshot();
        let settings = TrainingSettings { pool: 4, ..TrainingSettings::default() };
        let pool = Pool::new(&snapshot, &Ensemble::default(), &settings, &|| false).expect("samples");
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
        chains.advance(CHAINS, &mut pool, SIGMA_L, &rule, &mut Kernels::default());
        for ((swarm, sigma_l), (old, old_sigma_l)) in chains.advanced().zip(&before) {
            if sigma_l != *old_sigma_l {
                continue; // Begun anew.
            }
            for (p, q) in swarm.particles.iter().zip(&old.particles) {
                let [dx, dy] = swarm.offset(q, p);
                moved += dx * dx + dy * dy + wrap_angle(p.heading - q.heading).powi(2) / rule.kappa.powi(2);
                expected += 3.0 * 2.0 * STEP_FACTOR * sigma_l * sigma_l * STEPS as f64;
            }
        }
        assert!(expected > 0.0 && (moved / expected - 1.0).abs() < 0.1, "{moved} where {expected} is expected");
    }

    #[test]
    fn chains_take_turns_begin_anew_now_and_then_and_stay_finite() {
        let (mut pool, rule) = world(1.0);
        let mut chains = Chains::new(&mut pool, SIGMA_L, &rule);
        let begun: Vec<f64> = chains.chains.iter().map(|c| c.sigma_l).collect();
        for turn in 0..400 {
            chains.advance(8, &mut pool, SIGMA_L, &rule, &mut Kernels::default());
            let seen: Vec<f64> = chains.advanced().map(|(_, sigma_l)| sigma_l).collect();
            if turn == 1 {
                assert_ne!(seen, begun[..8], "the second look is at others");
            }
        }
        let anew = chains.chains.iter().filter(|c| !begun.contains(&c.sigma_l)).count();
        assert!((10..=CHAINS).contains(&anew), "{anew} of {CHAINS} chains were begun anew in 100 looks at each");
        assert!(chains.chains.iter().all(|c| is_finite(&c.swarm)));
    }
}
