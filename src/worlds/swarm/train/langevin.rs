//! Swarms that live by the rule while it is being learned: the flow is trained where they are (`chains`), and the energy
//! is raised where they differ from the picture (`contrast`).

use rayon::prelude::*;

use super::batch::Batch;
use crate::worlds::swarm::picture::{Swarm, wrap, wrap_angle};
use crate::worlds::swarm::rule::fast::{FastKernels, Stop, Weights};
use crate::worlds::swarm::rule::{LiveSettings, Rule, noise};

/// c of dt = c σ². Twice the live step: the scheme below has the exact spread for a Gaussian at any stable step.
pub const STEP_FACTOR: f64 = 0.2;

/// Swarms stepped together on one core: enough to fill the lanes.
const PER_TASK: usize = 4;

/// One swarm with a noise level of its own.
pub struct Chain {
    pub swarm: Swarm,
    pub sigma_l: f64,
    /// Of its noise, which depends on nothing else: the same chain whatever the number of cores.
    pub seed: u64,
    pub steps: u32,
}

impl Chain {
    pub fn is_finite(&self) -> bool {
        self.swarm.particles.iter().all(|p| p.x.is_finite() && p.y.is_finite() && p.heading.is_finite())
    }
}

/// Working memory of the steps, one part for each task.
#[derive(Default)]
pub struct Langevin {
    parts: Vec<ChainScratch>,
}

#[derive(Default)]
struct ChainScratch {
    batch: Batch,
    kernels: FastKernels,
    /// σ ∇E.
    gradient: Vec<[f32; 3]>,
    /// Outputs of the flow network: forward, lateral, turn.
    body_velocity: Vec<f32>,
}

impl Langevin {
    /// `steps` steps of dX = (γV + Ds) dt + √(2D) dW, D = diag(1, 1, κ²), with the flow of `rule` at the default strength
    /// γ, if it has one. `sigma_l` gives the noise level of a chain before each of its steps, and dt is `step_factor` σ²;
    /// chains are stepped side by side on all cores. `stop` is polled before each step; once it is set, the chains are of
    /// different ages.
    ///
    /// x ← x + a(x) dt + √(2D dt) (ξₙ + ξₙ₊₁)/2 (Leimkuhler & Matthews 2013): one evaluation a step, and no error of the
    /// spread of a Gaussian, which the contrastive term would otherwise learn to make up for.
    pub fn run<C: AsMut<Chain> + AsRef<Chain> + Send>(
        &mut self,
        chains: &mut [C],
        steps: usize,
        step_factor: f64,
        rule: &Rule,
        stop: Stop,
        sigma_l: impl Fn(&C, usize) -> f64 + Sync,
    ) {
        let energy = Weights::of(&rule.energy, rule.cutoff_l);
        let flow = rule.flow.as_ref().map(|net| Weights::of(net, rule.cutoff_l));
        self.parts.resize_with(chains.len().div_ceil(PER_TASK).max(self.parts.len()), ChainScratch::default);
        chains.par_chunks_mut(PER_TASK).zip(&mut self.parts).for_each(|(chains, part)| {
            for step in 0..steps {
                if stop() {
                    return;
                }
                for chain in chains.iter_mut() {
                    let sigma_l = sigma_l(chain, step);
                    chain.as_mut().sigma_l = sigma_l;
                }
                part.step(chains, step_factor, rule, &energy, flow.as_ref(), stop);
            }
        });
    }
}

impl ChainScratch {
    fn step<C: AsMut<Chain> + AsRef<Chain>>(
        &mut self,
        chains: &mut [C],
        step_factor: f64,
        rule: &Rule,
        energy: &Weights,
        flow: Option<&Weights>,
        stop: Stop,
    ) {
        let Self { batch, kernels, gradient, body_velocity } = self;
        batch.begin();
        for chain in chains.iter().map(AsRef::as_ref) {
            batch.add(&chain.swarm, chain.sigma_l, rule);
        }
        batch.end(rule.cutoff_l);
        let cloud = &batch.cloud;
        gradient.resize(cloud.len(), [0.0; 3]);
        kernels.gradient(energy, cloud, gradient, stop);
        body_velocity.clear();
        body_velocity.resize(3 * cloud.len(), 0.0);
        if let Some(flow) = flow {
            kernels.outputs(flow, cloud, body_velocity, stop);
        }
        let strength = LiveSettings::default().strength;
        let kappa = rule.kappa;
        for (k, chain) in chains.iter_mut().enumerate() {
            let chain = chain.as_mut();
            let [w, h] = chain.swarm.box_size.to_array();
            let dt = step_factor * chain.sigma_l.powi(2);
            let spread = (0.5 * dt).sqrt();
            let first = batch.particles_of(k).start;
            for (l, p) in chain.swarm.particles.iter_mut().enumerate() {
                let i = first + l;
                let [sx, sy, st] = gradient[i].map(|g| -f64::from(g) / chain.sigma_l);
                let [forward, lateral, turn] = [0, 1, 2].map(|o| f64::from(body_velocity[3 * i + o]));
                let (sin, cos) = p.heading.sin_cos();
                let xi = |step: u32| noise::normals(chain.seed, step, l as u32).map(f64::from);
                let (now, next) = (xi(chain.steps), xi(chain.steps.wrapping_add(1)));
                let by = |axis: usize| spread * (now[axis] + next[axis]);
                p.x = wrap(p.x + (strength * (cos * forward - sin * lateral) + sx) * dt + by(0), w);
                p.y = wrap(p.y + (strength * (sin * forward + cos * lateral) + sy) * dt + by(1), h);
                p.heading = wrap_angle(p.heading + (strength * turn + kappa * kappa * st) * dt + kappa * by(2));
            }
            chain.steps = chain.steps.wrapping_add(1);
        }
    }
}

impl AsRef<Chain> for Chain {
    fn as_ref(&self) -> &Chain {
        self
    }
}

impl AsMut<Chain> for Chain {
    fn as_mut(&mut self) -> &mut Chain {
        self
    }
}
