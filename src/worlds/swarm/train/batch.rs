//! Noised samples of the target ensemble, ready for the kernels.

use glam::DVec2;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::window::{WINDOW_PARTICLES, Window};
use super::{LearnError, TrainingSettings};
use crate::worlds::swarm::picture::{Ensemble, Part, Sampler, Stills, Swarm, wrap_position};
use crate::worlds::swarm::rule::{Neighbours, Rule, fast::Cloud};
use rand::seq::SliceRandom;

/// Maximum number of particles of one step: a step must stay short, because a run can only be stopped between two.
const MAX_STEP_PARTICLES: usize = 2 * WINDOW_PARTICLES;

/// A batch of a large picture has fewer configurations, but at least this many noise levels, while a step stays short.
const MIN_CONFIGS: usize = 4;

/// Maximum number of particles of all samples together; fewer samples are made of a very large picture.
const POOL_PARTICLES: usize = 4_000_000;

/// A sample that is drawn from.
struct PoolSample {
    swarm: Swarm,
    /// Whether a particle carries loss (those near the edge of an open painting are context only).
    carries_loss: Vec<bool>,
}

/// Samples made once, drawn from at every step. Where there are more snapshots than samples, samples are replaced one by
/// one, so that all snapshots are learned from.
pub struct Pool {
    samples: Vec<PoolSample>,
    sampler: Sampler,
    cutoff_l: f64,
    /// The snapshots in random order, and how many of them have had their turn.
    order: Vec<usize>,
    turn: usize,
    /// The largest sample.
    max_particles: usize,
    /// Particles of a batch at its full number of configurations; larger samples share them.
    step_particles: usize,
    rng: StdRng,
    /// The sample drawn last, noised, the noise, and what is seen of it.
    noised: Swarm,
    noise: Vec<[f32; 3]>,
    /// Index of that sample.
    drawn: usize,
    window: Window,
    seen: Swarm,
}

/// One batch of configurations, noised, and the noise.
#[derive(Default)]
pub struct Batch {
    /// The first particle of each configuration, and the number of all particles.
    first: Vec<usize>,
    pub cloud: Cloud,
    /// Standard normals (ξ_x, ξ_y, ξ_θ) that were added, world frame, per particle.
    pub noise: Vec<[f32; 3]>,
    /// σ, ℓ, per configuration.
    pub sigma_l: Vec<f32>,
    /// One for particles that carry loss, else zero.
    pub mask: Vec<f32>,
    box_sizes: Vec<DVec2>,
    positions: Vec<DVec2>,
    /// Of each configuration; more where an earlier batch had more of them.
    neighbours: Vec<Neighbours>,
    /// Neighbours of all particles, in compressed rows.
    start: Vec<u32>,
    index: Vec<u32>,
}

impl Pool {
    /// `stop` is polled between samples.
    ///
    /// # Errors
    /// A snapshot that cannot be sampled; [`LearnError::Stopped`].
    pub fn new(
        stills: &Stills,
        ensemble: &Ensemble,
        settings: &TrainingSettings,
        stop: &dyn Fn() -> bool,
    ) -> Result<Self, LearnError> {
        let mut ensemble = ensemble.for_particles(stills.selected(), settings.particles);
        // With one copy nothing would be learned about the space between creatures.
        ensemble.copies = ensemble.copies.max(2);
        let sampler = Sampler::of(stills, &ensemble, Part::Taught)?;
        let mut rng = StdRng::seed_from_u64(settings.seed);
        let mut order: Vec<usize> = (0..sampler.snapshots()).collect();
        if order.len() > 1 {
            order.shuffle(&mut rng);
        }
        let cutoff_l = settings.cutoff_l;
        let mut draw = |k: usize| -> Result<PoolSample, LearnError> {
            let (swarm, carries_loss) = sampler.sample_of(order[k % order.len()], cutoff_l, &mut rng)?;
            Ok(PoolSample { swarm, carries_loss })
        };
        let first = draw(0)?;
        let count = settings.pool.min(POOL_PARTICLES / first.swarm.len().max(1)).max(1);
        let mut samples = vec![first];
        while samples.len() < count {
            if stop() {
                return Err(LearnError::Stopped);
            }
            samples.push(draw(samples.len())?);
        }
        Ok(Self {
            max_particles: samples.iter().map(|sample| sample.swarm.len()).max().unwrap_or_default(),
            turn: samples.len(),
            samples,
            sampler,
            cutoff_l,
            order,
            drawn: 0,
            step_particles: settings.batch * settings.particles,
            rng,
            noised: Swarm::default(),
            noise: Vec::new(),
            window: Window::default(),
            seen: Swarm::default(),
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
        self.renew();
        batch.begin();
        for (swarm, sigma_l) in others {
            batch.add(swarm, sigma_l, rule);
            batch.noise.resize(batch.cloud.len(), [0.0; 3]);
            batch.mask.resize(batch.cloud.len(), 1.0);
        }
        let configs = self.configs(configs);
        while batch.configs() < configs {
            let sigma = self.noise_one(sigma_range_l, rule);
            self.window.look(&self.noised, 2.0 * rule.cutoff_l, &mut self.rng);
            self.seen.box_size = self.noised.box_size;
            self.seen.particles.clear();
            for (&i, &is_inner) in self.window.seen.iter().zip(&self.window.is_inner) {
                let i = i as usize;
                self.seen.particles.push(self.noised.particles[i]);
                batch.noise.push(self.noise[i]);
                let carries_loss = self.samples[self.drawn].carries_loss[i];
                batch.mask.push(f32::from(u8::from(is_inner && carries_loss)));
            }
            batch.add(&self.seen, sigma, rule);
        }
        batch.end(rule.cutoff_l);
    }

    /// Configurations of a batch where `wanted` are asked for: fewer when samples are large.
    pub fn configs(&self, wanted: usize) -> usize {
        let each = self.max_particles.clamp(1, WINDOW_PARTICLES);
        let shared = (self.step_particles / each).max(MIN_CONFIGS);
        wanted.min(shared).min(MAX_STEP_PARTICLES / each).max(1)
    }

    /// A noised sample as it stands, and its σ, ℓ.
    pub fn noised_sample(&mut self, sigma_range_l: [f64; 2], rule: &Rule) -> (Swarm, f64) {
        let sigma = self.noise_one(sigma_range_l, rule);
        (self.noised.clone(), sigma)
    }

    /// Of the largest sample.
    pub fn particles_per_sample(&self) -> usize {
        self.max_particles
    }

    /// Replaces one sample by one of the next snapshot, where not all snapshots have a sample.
    fn renew(&mut self) {
        if self.order.len() <= self.samples.len() {
            return;
        }
        let which = self.order[self.turn % self.order.len()];
        let at = self.turn % self.samples.len();
        self.turn += 1;
        // A frame that cannot be learned from is left out.
        if let Ok((swarm, carries_loss)) = self.sampler.sample_of(which, self.cutoff_l, &mut self.rng) {
            self.max_particles = self.max_particles.max(swarm.len());
            self.samples[at] = PoolSample { swarm, carries_loss };
        }
    }

    /// Whether a sample is learned from as a whole, and every particle of it.
    pub fn samples_are_whole(&self) -> bool {
        self.max_particles <= WINDOW_PARTICLES
            && self.samples.iter().all(|sample| sample.carries_loss.iter().all(|&carries| carries))
    }

    /// Draws a sample and its noise; returns σ, ℓ.
    fn noise_one(&mut self, sigma_range_l: [f64; 2], rule: &Rule) -> f64 {
        self.drawn = self.rng.random_range(0..self.samples.len());
        let sample = &self.samples[self.drawn].swarm;
        let [lo, hi] = sigma_range_l.map(f64::ln);
        let sigma = (lo + (hi - lo) * self.rng.random::<f64>()).exp();
        self.noised.clone_from(sample);
        self.noise.clear();
        for p in &mut self.noised.particles {
            let xi: [f64; 3] = std::array::from_fn(|_| StandardNormal.sample(&mut self.rng));
            *p = p.at(wrap_position(p.position() + sigma * DVec2::new(xi[0], xi[1]), self.noised.box_size));
            p.heading += rule.kappa * sigma * xi[2];
            self.noise.push(xi.map(|v| v as f32));
        }
        sigma
    }
}

impl Batch {
    /// Empties it.
    pub fn begin(&mut self) {
        self.first.clear();
        self.first.push(0);
        self.cloud.clear();
        self.noise.clear();
        self.sigma_l.clear();
        self.mask.clear();
        self.box_sizes.clear();
        self.positions.clear();
    }

    /// Adds a configuration; its noise and mask are the caller's.
    pub fn add(&mut self, swarm: &Swarm, sigma_l: f64, rule: &Rule) {
        let tau = rule.noise_feature(sigma_l) as f32;
        self.cloud.enter(swarm.box_size.as_vec2().to_array());
        for p in &swarm.particles {
            self.cloud.push(p.x as f32, p.y as f32, p.heading as f32, p.species, tau);
            self.positions.push(p.position());
        }
        self.box_sizes.push(swarm.box_size);
        self.sigma_l.push(sigma_l as f32);
        self.first.push(self.cloud.len());
    }

    pub fn configs(&self) -> usize {
        self.sigma_l.len()
    }

    /// The particles of configuration `k`.
    pub fn particles_of(&self, k: usize) -> std::ops::Range<usize> {
        self.first[k]..self.first[k + 1]
    }

    /// Makes it ready for the kernels: finds the neighbours within `cutoff_l`, ℓ.
    pub fn end(&mut self, cutoff_l: f64) {
        let configs = self.configs();
        self.neighbours.resize_with(configs.max(self.neighbours.len()), Neighbours::default);
        let (first, positions) = (&self.first, &self.positions);
        self.neighbours.par_iter_mut().zip(&self.box_sizes).enumerate().for_each(|(k, (neighbours, &box_size))| {
            let positions = &positions[first[k]..first[k + 1]];
            neighbours.rebuild_with(positions.len(), |i| positions[i], box_size, cutoff_l);
        });
        self.start.clear();
        self.start.push(0);
        self.index.clear();
        for (neighbours, &first) in self.neighbours.iter().zip(&self.first[..configs]) {
            let edges = self.index.len() as u32;
            self.index.extend(neighbours.index.iter().map(|j| j + first as u32));
            self.start.extend(neighbours.start[1..].iter().map(|s| s + edges));
        }
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

    /// The configuration of each particle, in order.
    pub fn config_of_each(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.configs()).flat_map(|k| self.particles_of(k).map(move |_| k))
    }

    /// σ of the configuration of each particle, ℓ, in order.
    pub fn sigma_of_each(&self) -> impl Iterator<Item = f32> + '_ {
        self.config_of_each().map(|k| self.sigma_l[k])
    }
}
