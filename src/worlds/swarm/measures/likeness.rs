//! How much a few particles see of the pattern: for a small wound, which the fidelity of a whole swarm hardly shows.

use super::fidelity::Histogram;
use crate::worlds::swarm::picture::Swarm;

/// Limit of the weight of a single pair, for or against: the logarithm of a ratio of counts that may be very small.
const LOUDEST: f64 = 3.0;

/// Whether some particles see the pattern or chance, as one number on the scale of the fidelity: 1 is what particles of the
/// target see on average, 0 what particles at random positions see.
///
/// It is the log-likelihood ratio of target against chance of the pairs they see, Σ ln(T_b / U_b) over the pairs (as
/// [`Histogram`] sorts them into bins b; T and U are the counts per particle of the target and of the same particles
/// scattered; the terms are cut off at ±3), on a scale whose ends are measured on other samples of both, for each species of
/// the observing particle. For independent counts no other statistic distinguishes the two with fewer particles. As a sum
/// over pairs it has no bias for few of them, where the distance of two histograms is nearly all noise: a dozen
/// particles are enough. Unlike the fidelity it is not a distance: particles that are more typical than the target score above 1.
#[derive(Clone, Debug)]
pub struct Likeness {
    species: usize,
    /// ln(T_b / U_b).
    weights: Vec<f64>,
    /// Mean sum of the weights for an observing particle, by species: in the target, and at random.
    levels: Vec<[f64; 2]>,
}

impl Likeness {
    /// From a large sample of the target and the same scattered, and from other swarms of both for the ends of the scale.
    pub fn new(target: &Histogram, random: &Histogram, targets: &[Swarm], randoms: &[Swarm]) -> Self {
        let [t, u] = [target, random].map(|of| 1.0 / of.particles().max(1) as f64);
        // Half a count: what was never seen is unlikely, not impossible.
        let floor = 0.5 * t.max(u);
        let ratio = |(a, b): (&f64, &f64)| ((t * a + floor) / (u * b + floor)).ln().clamp(-LOUDEST, LOUDEST);
        let weights = target.counts().iter().zip(random.counts()).map(ratio).collect();
        let mut likeness = Self { species: target.species(), weights, levels: Vec::new() };
        let ends = [targets, randoms].map(|swarms| likeness.means(swarms));
        likeness.levels = ends[0].iter().zip(&ends[1]).map(|(&one, &zero)| [one, zero]).collect();
        likeness
    }

    /// Mean sum of the weights for an observing particle, by species.
    fn means(&self, swarms: &[Swarm]) -> Vec<f64> {
        let (mut sums, mut counts) = (vec![0.0; self.species], vec![0.0_f64; self.species]);
        for swarm in swarms {
            Histogram::each_pair(self.species, swarm, 0..swarm.len(), |i, bin| {
                sums[usize::from(swarm.particles[i].species)] += self.weights[bin];
            });
            swarm.particles.iter().for_each(|p| counts[usize::from(p.species)] += 1.0);
        }
        sums.iter().zip(counts).map(|(sum, count)| sum / count.max(1.0)).collect()
    }

    /// Of the neighbourhoods of the particles with these indices in `swarm`; `None` where there are none, or where target and chance
    /// cannot be distinguished for their species.
    pub fn of(&self, swarm: &Swarm, members: &[usize]) -> Option<f64> {
        let mut seen = 0.0;
        Histogram::each_pair(self.species, swarm, members.iter().copied(), |_, bin| seen += self.weights[bin]);
        let (mut one, mut zero) = (0.0, 0.0);
        for &i in members {
            let [target, random] = self.levels[usize::from(swarm.particles[i].species)];
            (one, zero) = (one + target, zero + random);
        }
        let likeness = (seen - zero) / (one - zero);
        (one > zero && likeness.is_finite()).then_some(likeness)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::measures::{Yardstick, noised, scattered};
    use crate::worlds::swarm::picture::{Ensemble, Sampler, SwarmEdit, motifs};
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    const SIGMA_L: f64 = 0.13;

    fn mean_and_spread(values: &[f64]) -> (f64, f64) {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt())
    }

    #[test]
    fn a_small_wound_is_seen_by_its_particles_not_by_the_swarm() {
        for motif in ["mill", "flock", "lanes"] {
            let snapshot = motifs::by_name(motif).expect("a bundled picture").snapshot();
            let ensemble = Ensemble::default();
            let mut rng = StdRng::seed_from_u64(3);
            let species = snapshot.species_count();
            let yardstick = Yardstick::new((&snapshot, &ensemble), 500, species, SIGMA_L, 1.0, &mut rng).unwrap();
            let sampler = Sampler::new(&snapshot, &ensemble.for_particles(&snapshot, 500)).unwrap();
            let (mut before, mut after, mut chance, mut fidelity_lost) =
                (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            for seed in 0..40 {
                let sound = noised(&sampler.sample(&mut rng).unwrap(), SIGMA_L, 1.0, &mut rng);
                let at = seed as usize * sound.len() / 40;
                let centre = sound.particles[at].position();
                let members = sound.within(centre, 2.0);
                let mut damaged = sound.clone();
                SwarmEdit::Scramble { centre, radius: 2.0, seed }.apply(&mut damaged);
                let likeness = yardstick.likeness();
                before.push(likeness.of(&sound, &members).unwrap());
                after.push(likeness.of(&damaged, &members).unwrap());
                let random = scattered(&sound, &mut rng);
                chance.push(likeness.of(&random, &random.within(0.5 * sound.box_size, 2.5)).unwrap_or(0.0));
                let of = |swarm| yardstick.fidelity(&Histogram::of(species, [swarm]), 1).unwrap();
                fidelity_lost.push(of(&sound) - of(&damaged));
            }
            let [before, after, chance, lost] = [&before, &after, &chance, &fidelity_lost].map(|v| mean_and_spread(v));
            let text = format!(
                "{motif}: before {before:.2?}, after {after:.2?}, chance {chance:.2?}, fidelity lost {lost:.2?}"
            );
            // The undamaged ones are the control: they see the pattern.
            assert!((before.0 - 1.0).abs() < 0.2, "{text}");
            assert!(after.0 < 0.5 && chance.0.abs() < 0.35, "{text}");
            assert!(before.0 - after.0 > 2.0 * before.1, "the drop stands out of the noise; {text}");
            assert!(lost.0 < 0.15, "{text}");
        }
    }

    #[test]
    fn what_lies_in_a_heap_is_no_pattern() {
        let snapshot = motifs::by_name("mill").expect("a bundled picture").snapshot();
        let mut rng = StdRng::seed_from_u64(4);
        let picture = (&snapshot, &Ensemble::default());
        let yardstick = Yardstick::new(picture, 300, 1, SIGMA_L, 1.0, &mut rng).unwrap();
        let mut heap = yardstick.samples()[0].clone();
        heap.particles.iter_mut().for_each(|p| (p.x, p.y) = (1.0, 1.0));
        let all: Vec<usize> = (0..heap.len()).collect();
        assert!(yardstick.likeness().of(&heap, &all).unwrap() < 0.0);
        assert_eq!(yardstick.likeness().of(&heap, &[]), None);
    }
}
