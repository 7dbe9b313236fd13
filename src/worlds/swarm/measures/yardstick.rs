//! The scale on which a living swarm is judged, prepared once: one picture, one temperature, one number of particles.

use rand::Rng;

use super::fidelity::Histogram;
use super::likeness::Likeness;
use super::pair_correlation::pair_correlation;
use super::samples::{noised, scattered};
use crate::worlds::swarm::picture::{Ensemble, Part, Sampler, SnapshotError, Stills, Swarm};

/// Maximum number of configurations that are averaged.
pub const MAX_POOLED: usize = 8;
/// Particles that configurations judged together should have.
const POOLED_PARTICLES: usize = 2400;
/// Particles of the target, at least: enough that its own noise is negligible.
const TARGET_PARTICLES: usize = 20_000;
/// Particles of one sample, at most: the density is the same, and small ones are quickly placed.
const SAMPLE_PARTICLES: usize = 400;
/// Particles of the samples that represent one configuration, at most: with more, sampling leaves no distance.
const CHUNK_PARTICLES: usize = 40_000;

/// Width of the bins of g(r), ℓ, and their number. No torus is narrower than twice the reach.
pub(super) const BIN_L: f64 = 0.1;
pub(super) const BINS: usize = 40;

/// Pattern fidelity (design, section 5) for one configuration, or a few of a run, instead of 32.
///
/// The distance of a small sample to a well-known target is mostly the noise of sampling. It is the same for a sample of
/// the target itself, so the zero and the one of the scale are measured on samples of just the size to be judged.
#[derive(Clone, Debug)]
pub struct Yardstick {
    species: usize,
    target: Histogram,
    /// [d(T', T), d(U, T)] of one configuration, of two together, and so on.
    levels: Vec<[f64; 2]>,
    samples: Vec<Swarm>,
    likeness: Likeness,
    pair_correlation: Vec<(f64, f64)>,
}

impl Yardstick {
    /// On the snapshots held out of learning, for swarms of `particles` particles at the temperature `sigma_l`; `species` are distinguished.
    ///
    /// # Errors
    /// A picture that makes no samples.
    pub fn new(
        picture: (impl Into<Stills>, &Ensemble),
        particles: usize,
        species: usize,
        sigma_l: f64,
        kappa: f64,
        rng: &mut impl Rng,
    ) -> Result<Self, SnapshotError> {
        let (stills, ensemble) = (picture.0.into(), picture.1);
        let small = ensemble.for_particles(stills.selected(), particles.clamp(1, SAMPLE_PARTICLES));
        let sampler = Sampler::of(&stills, &small, Part::HeldOut)?;
        let mut samples_of = |min_count: usize| -> Result<Vec<Swarm>, SnapshotError> {
            let (mut samples, mut count) = (Vec::new(), 0);
            while count < min_count {
                let sample = noised(&sampler.sample(rng)?, sigma_l, kappa, rng);
                count += sample.len().max(1);
                samples.push(sample);
            }
            Ok(samples)
        };
        let samples = samples_of(TARGET_PARTICLES)?;
        let chunk = particles.clamp(1, CHUNK_PARTICLES);
        let pooled = POOLED_PARTICLES.div_ceil(chunk).clamp(1, MAX_POOLED);
        let others = (0..pooled).map(|_| samples_of(chunk)).collect::<Result<Vec<_>, _>>()?;
        let randoms: Vec<Vec<Swarm>> =
            others.iter().map(|chunk| chunk.iter().map(|swarm| scattered(swarm, rng)).collect()).collect();
        let target = Histogram::of(species, &samples);
        let anywhere: Vec<Swarm> = samples.iter().map(|swarm| scattered(swarm, rng)).collect();
        let random = Histogram::of(species, &anywhere);
        let likeness = Likeness::new(&target, &random, &others.concat(), &randoms.concat());
        let [others, randoms] =
            [others, randoms].map(|chunks| chunks.iter().map(|c| Histogram::of(species, c)).collect::<Vec<_>>());
        let levels = (1..=pooled).map(|m| [mean_distance(&target, &others, m), mean_distance(&target, &randoms, m)]);
        let levels = levels.collect();
        let pair_correlation = pair_correlation(&samples, BINS, BIN_L * BINS as f64);
        Ok(Self { species, target, levels, samples, likeness, pair_correlation })
    }

    /// Number of species.
    pub fn species(&self) -> usize {
        self.species
    }

    /// Configurations that are best judged together.
    pub fn pooled(&self) -> usize {
        self.levels.len()
    }

    /// Fidelity of `states`, the histogram of several configurations together; more than [`Self::pooled`] count as that
    /// many. `None` where the target cannot be distinguished from random.
    pub fn fidelity(&self, states: &Histogram, configurations: usize) -> Option<f64> {
        let [other, random] = self.levels[configurations.clamp(1, self.levels.len()) - 1];
        let fidelity = 1.0 - (states.distance(&self.target) - other) / (random - other);
        (random > other && fidelity.is_finite()).then_some(fidelity)
    }

    /// For a few particles of a swarm, where [`Self::fidelity`] is for all of it.
    pub fn likeness(&self) -> &Likeness {
        &self.likeness
    }

    /// g(r) of the target, as of [`pair_correlation()`].
    pub fn pair_correlation(&self) -> &[(f64, f64)] {
        &self.pair_correlation
    }

    /// Some samples of the target.
    pub fn samples(&self) -> &[Swarm] {
        &self.samples
    }
}

/// Mean distance to the target over the disjoint groups of `together` chunks.
fn mean_distance(target: &Histogram, chunks: &[Histogram], together: usize) -> f64 {
    let groups = chunks.chunks_exact(together).map(|group| {
        let mut all = group[0].clone();
        group[1..].iter().for_each(|one| all.merge(one));
        all.distance(target)
    });
    let distances: Vec<f64> = groups.collect();
    distances.iter().sum::<f64>() / distances.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::{Snapshot, motifs};
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn mill() -> (Snapshot, Ensemble) {
        (motifs::by_name("mill").expect("a bundled picture").snapshot(), Ensemble::default())
    }

    #[test]
    fn at_any_size_the_target_scores_one_and_random_scores_zero() {
        let (snapshot, ensemble) = mill();
        let mut rng = StdRng::seed_from_u64(1);
        for particles in [48, 300, 1200] {
            let yardstick = Yardstick::new((&snapshot, &ensemble), particles, 1, 0.13, 1.0, &mut rng).unwrap();
            let sampler = Sampler::new(&snapshot, &ensemble.for_particles(&snapshot, particles)).unwrap();
            let (mut same, mut nothing) = (0.0, 0.0);
            for _ in 0..10 {
                let sample = noised(&sampler.sample(&mut rng).unwrap(), 0.13, 1.0, &mut rng);
                let random = scattered(&sample, &mut rng);
                let of = |swarm| yardstick.fidelity(&Histogram::of(1, [swarm]), 1).unwrap();
                same += 0.1 * of(&sample);
                nothing += 0.1 * of(&random);
            }
            assert!((same - 1.0).abs() < 0.06, "target of {particles}: {same}");
            assert!(nothing.abs() < 0.06, "random of {particles}: {nothing}");
        }
    }

    #[test]
    fn configurations_judged_together_say_the_same_with_less_noise() {
        let (snapshot, ensemble) = mill();
        let mut rng = StdRng::seed_from_u64(2);
        let yardstick = Yardstick::new((&snapshot, &ensemble), 300, 1, 0.13, 1.0, &mut rng).unwrap();
        assert_eq!(yardstick.pooled(), 8);
        let sampler = Sampler::new(&snapshot, &ensemble.for_particles(&snapshot, 300)).unwrap();
        // A quarter of each configuration is scrambled.
        let mut damage = || {
            let mut swarm = noised(&sampler.sample(&mut rng).unwrap(), 0.13, 1.0, &mut rng);
            let random = scattered(&swarm, &mut rng);
            let quarter = swarm.len() / 4;
            swarm.particles[..quarter].clone_from_slice(&random.particles[..quarter]);
            Histogram::of(1, [&swarm])
        };
        let damaged: Vec<Histogram> = (0..8).map(|_| damage()).collect();
        let alone: Vec<f64> = damaged.iter().map(|h| yardstick.fidelity(h, 1).unwrap()).collect();
        let mean = alone.iter().sum::<f64>() / 8.0;
        let mut all = damaged[0].clone();
        damaged[1..].iter().for_each(|h| all.merge(h));
        let together = yardstick.fidelity(&all, 8).unwrap();
        assert!((0.4..0.85).contains(&together), "{together}");
        assert!((together - mean).abs() < 0.12, "{together} together, {mean} one by one");
    }

    #[test]
    fn an_empty_picture_makes_no_yardstick() {
        let mut rng = StdRng::seed_from_u64(3);
        assert!(Yardstick::new((&Snapshot::default(), &Ensemble::default()), 10, 1, 0.1, 1.0, &mut rng).is_err());
    }
}
