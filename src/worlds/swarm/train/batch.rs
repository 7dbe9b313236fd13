//! Noised samples of the target ensemble, ready for the kernels.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

use super::window::{WINDOW_PARTICLES, Window};
use super::{LearnError, TrainingSettings};
use crate::worlds::swarm::picture::{Ensemble, Sampler, Snapshot, Swarm, wrap};
use crate::worlds::swarm::rule::{Neighbours, Rule, fast::Cloud};

/// Most particles of one step: a step must stay short, because a run can only be stopped between two.
const MAX_STEP_PARTICLES: usize = 2 * WINDOW_PARTICLES;

/// A batch of a large picture has fewer configurations, but at least so many noise levels, while a step stays short.
const MIN_CONFIGS: usize = 4;

/// Most particles of all samples together; fewer samples are made of a very large picture.
const POOL_PARTICLES: usize = 4_000_000;

/// Samples made once, drawn from at every step.
pub struct Pool {
    samples: Vec<Swarm>,
    /// Whether a particle carries loss (those near the edge of an open painting are context only).
    carries_loss: Vec<bool>,
    /// Particles of a batch at its full number of configurations; larger samples share them.
    step_particles: usize,
    rng: StdRng,
    /// The sample drawn last, noised, the noise, and what is seen of it.
    noised: Swarm,
    noise: Vec<[f32; 3]>,
    window: Window,
    seen: Swarm,
    neighbours: Neighbours,
}

/// One batch: `configs` configurations of `per_config` particles each, noised, and the noise.
#[derive(Default)]
pub struct Batch {
    pub configs: usize,
    pub per_config: usize,
    pub cloud: Cloud,
    /// Standard normals (ξ_x, ξ_y, ξ_θ) that were added, world frame, per particle.
    pub noise: Vec<[f32; 3]>,
    /// σ, ℓ, per configuration.
    pub sigma_l: Vec<f32>,
    /// One for particles that carry loss, else zero.
    pub mask: Vec<f32>,
    start: Vec<u32>,
    index: Vec<u32>,
}

impl Pool {
    /// `stop` is asked between samples.
    ///
    /// # Errors
    /// A snapshot that cannot be sampled; [`LearnError::Stopped`].
    pub fn new(
        snapshot: &Snapshot,
        ensemble: &Ensemble,
        settings: &TrainingSettings,
        stop: &dyn Fn() -> bool,
    ) -> Result<Self, LearnError> {
        let mut ensemble = ensemble.for_particles(snapshot, settings.particles);
        // With one copy nothing would be learned of what lies between creatures.
        ensemble.copies = ensemble.copies.max(2);
        let sampler = Sampler::new(snapshot, &ensemble)?;
        let mut rng = StdRng::seed_from_u64(settings.seed);
        let first = sampler.sample(&mut rng)?;
        let count = settings.pool.min(POOL_PARTICLES / first.len().max(1)).max(1);
        let mut samples = vec![first];
        while samples.len() < count {
            if stop() {
                return Err(LearnError::Stopped);
            }
            samples.push(sampler.sample(&mut rng)?);
        }
        Ok(Self {
            samples,
            carries_loss: snapshot.carries_loss(&ensemble, settings.cutoff_l),
            step_particles: settings.batch * settings.particles,
            rng,
            noised: Swarm::default(),
            noise: Vec::new(),
            window: Window::default(),
            seen: Swarm::default(),
            neighbours: Neighbours::default(),
        })
    }

    /// The random numbers of training go on from here, one stream for pool, noise and probes.
    pub fn rng(&mut self) -> &mut StdRng {
        &mut self.rng
    }

    /// Replaces `batch` by `configs` samples, fewer when they are large, with noise x + σξ, θ + κσξ', σ log-uniform in
    /// `sigma_range_l`.
    pub fn draw(&mut self, batch: &mut Batch, configs: usize, sigma_range_l: [f64; 2], rule: &Rule) {
        self.draw_beside(batch, configs, sigma_range_l, rule, std::iter::empty());
    }

    /// As [`Pool::draw`], with `others` as they stand (each as large as a sample, with its σ) among the `configs`.
    pub fn draw_beside<'a>(
        &mut self,
        batch: &mut Batch,
        configs: usize,
        sigma_range_l: [f64; 2],
        rule: &Rule,
        others: impl Iterator<Item = (&'a Swarm, f64)>,
    ) {
        batch.begin(self.samples[0].len().min(WINDOW_PARTICLES), self.samples[0].box_size);
        for (swarm, sigma_l) in others {
            batch.add(swarm, sigma_l, rule, &mut self.neighbours);
            batch.noise.resize(batch.cloud.len(), [0.0; 3]);
            batch.mask.resize(batch.cloud.len(), 1.0);
        }
        let configs = self.configs(configs);
        while batch.configs < configs {
            let sigma = self.noise_one(sigma_range_l, rule);
            self.window.look(&self.noised, 2.0 * rule.cutoff_l, &mut self.rng);
            self.seen.box_size = self.noised.box_size;
            self.seen.particles.clear();
            for (&i, &is_inner) in self.window.seen.iter().zip(&self.window.is_inner) {
                let i = i as usize;
                self.seen.particles.push(self.noised.particles[i]);
                batch.noise.push(self.noise[i]);
                batch.mask.push(f32::from(u8::from(is_inner && self.carries_loss[i])));
            }
            batch.add(&self.seen, sigma, rule, &mut self.neighbours);
        }
        batch.end();
    }

    /// Configurations of a batch where `wanted` are asked for: fewer when samples are large.
    pub fn configs(&self, wanted: usize) -> usize {
        let each = self.samples[0].len().min(WINDOW_PARTICLES);
        let shared = (self.step_particles / each).max(MIN_CONFIGS);
        wanted.min(shared).min(MAX_STEP_PARTICLES / each).max(1)
    }

    /// A noised sample as it stands, and its σ, ℓ.
    pub fn noised_sample(&mut self, sigma_range_l: [f64; 2], rule: &Rule) -> (Swarm, f64) {
        let sigma = self.noise_one(sigma_range_l, rule);
        (self.noised.clone(), sigma)
    }

    pub fn particles_per_sample(&self) -> usize {
        self.samples[0].len()
    }

    /// Whether a sample is learned from as a whole, and every particle of it.
    pub fn samples_are_whole(&self) -> bool {
        self.samples[0].len() <= WINDOW_PARTICLES && self.carries_loss.iter().all(|&carries| carries)
    }

    /// Draws a sample and its noise; returns σ, ℓ.
    fn noise_one(&mut self, sigma_range_l: [f64; 2], rule: &Rule) -> f64 {
        let sample = &self.samples[self.rng.random_range(0..self.samples.len())];
        let [lo, hi] = sigma_range_l.map(f64::ln);
        let sigma = (lo + (hi - lo) * self.rng.random::<f64>()).exp();
        self.noised.clone_from(sample);
        let [w, h] = self.noised.box_size;
        self.noise.clear();
        for p in &mut self.noised.particles {
            let xi: [f64; 3] = std::array::from_fn(|_| StandardNormal.sample(&mut self.rng));
            p.x = wrap(p.x + sigma * xi[0], w);
            p.y = wrap(p.y + sigma * xi[1], h);
            p.heading += rule.kappa * sigma * xi[2];
            self.noise.push(xi.map(|v| v as f32));
        }
        sigma
    }
}

impl Batch {
    /// Empties it for configurations of `per_config` particles each.
    pub fn begin(&mut self, per_config: usize, box_size: [f64; 2]) {
        self.per_config = per_config;
        self.configs = 0;
        self.cloud.clear();
        self.cloud.box_l = box_size.map(|side| side as f32);
        self.noise.clear();
        self.sigma_l.clear();
        self.mask.clear();
        self.start.clear();
        self.index.clear();
        self.start.push(0);
    }

    /// Adds a configuration; its noise and mask are the caller's.
    pub fn add(&mut self, swarm: &Swarm, sigma_l: f64, rule: &Rule, neighbours: &mut Neighbours) {
        let first = self.cloud.len() as u32;
        let tau = rule.noise_feature(sigma_l) as f32;
        for p in &swarm.particles {
            self.cloud.push(p.x as f32, p.y as f32, p.heading as f32, p.species, tau);
        }
        neighbours.rebuild(swarm, rule.cutoff_l);
        let edges = self.index.len() as u32;
        self.index.extend(neighbours.index.iter().map(|j| j + first));
        self.start.extend(neighbours.start[1..].iter().map(|s| s + edges));
        self.sigma_l.push(sigma_l as f32);
        self.configs += 1;
    }

    /// Makes it ready for the kernels.
    pub fn end(&mut self) {
        self.cloud.group(&self.start, &self.index);
    }

    pub fn particles(&self) -> usize {
        self.cloud.len()
    }

    /// Ordered pairs (i, j) that see each other.
    pub fn edges(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..self.particles()).flat_map(move |i| {
            self.index[self.start[i] as usize..self.start[i + 1] as usize].iter().map(move |&j| (i as u32, j))
        })
    }

    /// σ of the configuration that particle `i` belongs to, ℓ.
    pub fn sigma_of(&self, i: usize) -> f32 {
        self.sigma_l[i / self.per_config]
    }
}
