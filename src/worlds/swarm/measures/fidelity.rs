//! Pattern fidelity: how much a live swarm looks like its target, as one number (design, section 5).

use std::borrow::Borrow;

use glam::DVec2;
use rand::Rng;

use super::samples::scattered;
use crate::worlds::swarm::picture::Swarm;
use crate::worlds::swarm::rule::Neighbours;

/// Pairs farther apart than this are not counted, ℓ.
pub const REACH_L: f64 = 2.5;
/// Bins of the offset along each body axis, over ±[`REACH_L`].
pub const OFFSET_BINS: usize = 24;
/// Particles whose pairs are counted between two polls of a stop: about a millisecond.
pub(super) const POLLED_PARTICLES: usize = 1024;
/// Bins of the relative heading. The first is centred on equal headings, so that an aligned flock is in one bin.
pub const HEADING_BINS: usize = 6;

/// What particles see: for every ordered pair within [`REACH_L`], the offset in the first one's body frame, the relative
/// heading and the species of both; as counts per particle.
#[derive(Clone, Debug)]
pub struct Histogram {
    species: usize,
    particles: usize,
    /// `[species pair, heading, offset y, offset x]`.
    counts: Vec<f64>,
}

impl Histogram {
    /// An empty histogram for species 0 to `species - 1`.
    pub fn new(species: usize) -> Self {
        let bins = species * species * HEADING_BINS * OFFSET_BINS * OFFSET_BINS;
        Self { species, particles: 0, counts: vec![0.0; bins] }
    }

    /// The histogram of several configurations.
    pub fn of<'a>(species: usize, swarms: impl IntoIterator<Item = &'a Swarm>) -> Self {
        let mut histogram = Self::new(species);
        for swarm in swarms {
            histogram.add(swarm);
        }
        histogram
    }

    /// As [`Self::of`]; `None` once `stop` is set, which is polled every [`POLLED_PARTICLES`] particles of a configuration.
    pub(super) fn unless_stopped(
        species: usize,
        swarms: impl IntoIterator<Item = impl Borrow<Swarm>>,
        stop: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let mut histogram = Self::new(species);
        for swarm in swarms {
            histogram.add_unless_stopped(swarm.borrow(), stop)?;
        }
        Some(histogram)
    }

    /// Counts one configuration, lengths in ℓ.
    ///
    /// # Panics
    /// When a particle's species is not below the histogram's.
    pub fn add(&mut self, swarm: &Swarm) {
        let _ = self.add_unless_stopped(swarm, &|| false);
    }

    /// `None` where it was stopped; then only a part is counted.
    fn add_unless_stopped(&mut self, swarm: &Swarm, stop: &dyn Fn() -> bool) -> Option<()> {
        let counts = &mut self.counts;
        let mut is_stopped = false;
        let members = (0..swarm.len()).take_while(|i| {
            is_stopped = i.is_multiple_of(POLLED_PARTICLES) && stop();
            !is_stopped
        });
        Self::each_pair(self.species, swarm, members, |_, bin| counts[bin] += 1.0);
        self.particles += swarm.len();
        (!is_stopped).then_some(())
    }

    /// The bin of every ordered pair whose first particle is one of `members`, with the number of that one.
    ///
    /// # Panics
    /// As [`Self::add`].
    pub(super) fn each_pair(
        species: usize,
        swarm: &Swarm,
        members: impl IntoIterator<Item = usize>,
        mut take: impl FnMut(usize, usize),
    ) {
        let neighbours = Neighbours::new(swarm, REACH_L);
        for i in members {
            let a = &swarm.particles[i];
            assert!(usize::from(a.species) < species, "species {} in a histogram of {species}", a.species);
            let ahead = DVec2::from_angle(a.heading);
            for j in neighbours.of(i) {
                let b = &swarm.particles[j];
                let offset = swarm.offset(a, b);
                let column = offset_bin(ahead.dot(offset));
                let row = offset_bin(ahead.perp_dot(offset));
                let heading = heading_bin(b.heading - a.heading);
                let pair = usize::from(a.species) * species + usize::from(b.species);
                take(i, ((pair * HEADING_BINS + heading) * OFFSET_BINS + row) * OFFSET_BINS + column);
            }
        }
    }

    /// Adds what another histogram has counted.
    ///
    /// # Panics
    /// When the two were made for different numbers of species.
    pub fn merge(&mut self, other: &Self) {
        assert_eq!(self.species, other.species, "histograms of different numbers of species cannot be merged");
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.particles += other.particles;
    }

    /// The bins that are not empty, with their counts: one configuration fills few of them.
    pub(super) fn filled(&self) -> Vec<(usize, f64)> {
        self.counts.iter().copied().enumerate().filter(|&(_, count)| count > 0.0).collect()
    }

    /// Adds the [`Self::filled`] bins of `particles` particles, `weight` times.
    pub(super) fn add_filled(&mut self, filled: &[(usize, f64)], particles: usize, weight: usize) {
        for &(bin, count) in filled {
            self.counts[bin] += weight as f64 * count;
        }
        self.particles += weight * particles;
    }

    pub(super) fn counts(&self) -> &[f64] {
        &self.counts
    }

    pub(super) fn species(&self) -> usize {
        self.species
    }

    /// Particles counted so far.
    pub fn particles(&self) -> usize {
        self.particles
    }

    /// d(A, B) = Σ|A - B| / ½(ΣA + ΣB) of the counts per particle: 0 for equal, 2 for disjoint histograms. Zero when both
    /// are empty.
    ///
    /// # Panics
    /// When the two were made for different numbers of species.
    pub fn distance(&self, other: &Self) -> f64 {
        assert_eq!(self.species, other.species, "histograms of different numbers of species cannot be compared");
        let (a, b) = (1.0 / self.particles.max(1) as f64, 1.0 / other.particles.max(1) as f64);
        let (mut difference, mut sum) = (0.0, 0.0);
        for (x, y) in self.counts.iter().zip(&other.counts) {
            difference += (a * x - b * y).abs();
            sum += a * x + b * y;
        }
        if sum > 0.0 { 2.0 * difference / sum } else { 0.0 }
    }
}

fn offset_bin(x_l: f64) -> usize {
    let bin = (x_l + REACH_L) / (2.0 * REACH_L) * OFFSET_BINS as f64;
    (bin as usize).min(OFFSET_BINS - 1)
}

fn heading_bin(delta_rad: f64) -> usize {
    let turn = delta_rad / std::f64::consts::TAU + 0.5 / HEADING_BINS as f64;
    ((turn.rem_euclid(1.0) * HEADING_BINS as f64) as usize).min(HEADING_BINS - 1)
}

/// The scale from random (0) to as good as the target itself (1).
#[derive(Clone, Debug)]
pub struct Fidelity {
    target: Histogram,
    /// d(T', T), what sampling alone leaves.
    other_distance: f64,
    /// d(U, T).
    random_distance: f64,
}

impl Fidelity {
    /// `target` T, an independent sample T' of it (`other`), both noised at the live σ, and uniform random U: each over as
    /// many configurations as the states to be judged (32 or more), of the same N and box.
    pub fn new(target: Histogram, other: &Histogram, random: &Histogram) -> Self {
        let other_distance = other.distance(&target);
        let random_distance = random.distance(&target);
        Self { target, other_distance, random_distance }
    }

    /// The scale from samples; U has the particles of `target` scattered.
    pub fn from_samples(species: usize, target: &[Swarm], other: &[Swarm], rng: &mut impl Rng) -> Self {
        let scale = Self::unless_stopped(species, target, other, rng, &|| false);
        scale.expect("it is never stopped")
    }

    /// As [`Self::from_samples`]; `None` once `stop` is set, which is polled in each of the three histograms.
    pub fn unless_stopped(
        species: usize,
        target: &[Swarm],
        other: &[Swarm],
        rng: &mut impl Rng,
        stop: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let random = target.iter().map(|swarm| scattered(swarm, rng));
        let random = Histogram::unless_stopped(species, random, stop)?;
        let other = Histogram::unless_stopped(species, other, stop)?;
        Some(Self::new(Histogram::unless_stopped(species, target, stop)?, &other, &random))
    }

    /// 1 - (d(S,T) - d(T',T)) / (d(U,T) - d(T',T)). Not a number when the target cannot be distinguished from random.
    pub fn of(&self, states: &Histogram) -> f64 {
        let span = self.random_distance - self.other_distance;
        if span > 0.0 { 1.0 - (states.distance(&self.target) - self.other_distance) / span } else { f64::NAN }
    }

    /// Species that its histograms distinguish.
    pub(super) fn species(&self) -> usize {
        self.target.species
    }

    /// The fidelity of live configurations.
    pub fn of_swarms(&self, states: &[Swarm]) -> f64 {
        self.of(&Histogram::of(self.target.species, states))
    }

    /// As [`Self::of_swarms`]; `None` once `stop` is set.
    pub fn of_swarms_unless_stopped(&self, states: &[Swarm], stop: &dyn Fn() -> bool) -> Option<f64> {
        Some(self.of(&Histogram::unless_stopped(self.target.species, states, stop)?))
    }
}

/// Fidelity of `states` in one call; see [`Fidelity::new`] for the other three samples.
pub fn pattern_fidelity(states: &[Swarm], target: &[Swarm], other: &[Swarm], random: &[Swarm]) -> f64 {
    let all = [states, target, other, random];
    let largest = all.iter().flat_map(|s| s.iter()).flat_map(|s| &s.particles).map(|p| p.species).max();
    let species = usize::from(largest.unwrap_or(0)) + 1;
    let histogram = |swarms: &[Swarm]| Histogram::of(species, swarms);
    Fidelity::new(histogram(target), &histogram(other), &histogram(random)).of(&histogram(states))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::measures::samples::noised;
    use crate::worlds::swarm::picture::{Particle, wrap_angle};
    use glam::UVec2;
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    /// Mills of eight at random positions and phases, on a coarse lattice so that they do not overlap; `sense` is +1 or -1.
    fn mills(count: usize, sense: f64, rng: &mut StdRng) -> Vec<Swarm> {
        let one = |rng: &mut StdRng| {
            let mut particles = Vec::new();
            for cell in 0..9 {
                let centre = 5.0 * UVec2::new(cell % 3, cell / 3).as_dvec2() + 2.5;
                let phase: f64 = rng.random_range(0.0..6.0);
                particles.extend((0..8).map(|k| {
                    let angle = phase + std::f64::consts::TAU * f64::from(k) / 8.0;
                    let heading = wrap_angle(angle + sense * std::f64::consts::FRAC_PI_2);
                    let DVec2 { x, y } = centre + 1.3 * DVec2::from_angle(angle);
                    Particle { x, y, heading, species: 0 }
                }));
            }
            noised(&Swarm { particles, box_size: DVec2::splat(15.0) }, 0.13, 1.0, rng)
        };
        (0..count).map(|_| one(rng)).collect()
    }

    fn scale(rng: &mut StdRng) -> Fidelity {
        let (target, other) = (mills(32, 1.0, rng), mills(32, 1.0, rng));
        Fidelity::from_samples(1, &target, &other, rng)
    }

    #[test]
    fn the_target_scores_one_and_random_scores_zero() {
        let mut rng = StdRng::seed_from_u64(1);
        let fidelity = scale(&mut rng);
        let again = fidelity.of_swarms(&mills(32, 1.0, &mut rng));
        assert!((again - 1.0).abs() < 0.02, "target {again}");
        let random: Vec<_> = mills(32, 1.0, &mut rng).iter().map(|s| scattered(s, &mut rng)).collect();
        let nothing = fidelity.of_swarms(&random);
        assert!(nothing.abs() < 0.02, "random {nothing}");
    }

    #[test]
    fn mirrored_noisy_or_half_scrambled_targets_score_less() {
        let mut rng = StdRng::seed_from_u64(2);
        let fidelity = scale(&mut rng);
        let mirrored = fidelity.of_swarms(&mills(32, -1.0, &mut rng));
        assert!(mirrored < 0.6, "mirrored {mirrored}");
        let noisier: Vec<_> = mills(32, 1.0, &mut rng).iter().map(|s| noised(s, 0.2, 1.0, &mut rng)).collect();
        let noisier = fidelity.of_swarms(&noisier);
        assert!(noisier < 0.9, "noisier {noisier}");
        let mut half = mills(32, 1.0, &mut rng);
        for swarm in &mut half[..16] {
            *swarm = scattered(swarm, &mut rng);
        }
        let half = fidelity.of_swarms(&half);
        assert!((0.3..0.75).contains(&half), "half scrambled {half}");
    }

    #[test]
    fn the_place_and_direction_of_a_swarm_do_not_matter() {
        let mut rng = StdRng::seed_from_u64(3);
        let swarm = mills(1, 1.0, &mut rng).remove(0);
        let mut turned = swarm.clone();
        for p in &mut turned.particles {
            (p.x, p.y) = (
                crate::worlds::swarm::picture::wrap(17.3 - p.y, 15.0),
                crate::worlds::swarm::picture::wrap(p.x + 4.4, 15.0),
            );
            p.heading += std::f64::consts::FRAC_PI_2;
        }
        let distance = Histogram::of(1, [&swarm]).distance(&Histogram::of(1, [&turned]));
        assert!(distance < 1e-2, "{distance}");
    }

    #[test]
    fn one_pair_lies_in_the_bins_the_docs_name() {
        let at = |x, y, heading, species| Particle { x, y, heading, species };
        // The second is 1 ℓ ahead of the first, which looks up; it looks left of that.
        let particles = vec![at(5.0, 5.0, std::f64::consts::FRAC_PI_2, 1), at(5.0, 6.0, std::f64::consts::PI, 0)];
        let histogram = Histogram::of(2, [&Swarm { particles, box_size: DVec2::splat(20.0) }]);
        let bin = |pair: usize, heading: usize, x: f64, y: f64| {
            ((pair * HEADING_BINS + heading) * OFFSET_BINS + offset_bin(y)) * OFFSET_BINS + offset_bin(x)
        };
        let filled: Vec<usize> = (0..histogram.counts.len()).filter(|&b| histogram.counts[b] > 0.0).collect();
        // A quarter turn is bin 1 or 2 of 6 (they meet there at 90°); seen back it is bin 4 or 5, to the right.
        assert_eq!(filled.len(), 2);
        assert!((1..=2).any(|h| filled.contains(&bin(2, h, 1.0, 1e-9)) || filled.contains(&bin(2, h, 1.0, -1e-9))));
        assert!((4..=5).any(|h| filled.contains(&bin(1, h, 1e-9, 1.0)) || filled.contains(&bin(1, h, -1e-9, 1.0))));
    }

    #[test]
    fn equal_headings_fall_in_the_middle_of_one_bin() {
        for delta in [0.0, 0.5, -0.5, std::f64::consts::TAU, -std::f64::consts::TAU + 0.1] {
            assert_eq!(heading_bin(delta), 0, "{delta}");
        }
        assert_eq!(heading_bin(std::f64::consts::PI), 3);
        assert_eq!(heading_bin(-std::f64::consts::PI + 1e-9), 3);
    }

    #[test]
    fn swapped_species_are_told_apart() {
        let mut rng = StdRng::seed_from_u64(4);
        let mut red_ahead = Swarm { particles: Vec::new(), box_size: DVec2::splat(20.0) };
        for k in 0..5 {
            let y = 4.0 * f64::from(k) + 1.0;
            let at = |x, species| Particle { x, y, heading: 0.0, species };
            red_ahead.particles.extend([at(5.0, 0), at(6.0, 1)]);
        }
        let mut blue_ahead = red_ahead.clone();
        for p in &mut blue_ahead.particles {
            p.species = 1 - p.species;
        }
        let noisy = |swarm: &Swarm, rng: &mut StdRng| (0..32).map(|_| noised(swarm, 0.1, 1.0, rng)).collect::<Vec<_>>();
        let (target, other) = (noisy(&red_ahead, &mut rng), noisy(&red_ahead, &mut rng));
        let random: Vec<_> = target.iter().map(|s| scattered(s, &mut rng)).collect();
        let swapped = pattern_fidelity(&noisy(&blue_ahead, &mut rng), &target, &other, &random);
        let same = pattern_fidelity(&noisy(&red_ahead, &mut rng), &target, &other, &random);
        assert!(swapped < 0.3 && same > 0.9, "swapped {swapped}, same {same}");
    }

    #[test]
    fn a_scale_stops_at_the_poll_that_finds_the_signal() {
        let mut rng = StdRng::seed_from_u64(5);
        let blank = Swarm { particles: vec![Particle::default(); POLLED_PARTICLES + 1], box_size: DVec2::splat(40.0) };
        let samples: Vec<Swarm> = (0..4).map(|_| scattered(&blank, &mut rng)).collect();
        let polled = |after: usize| {
            let polls = std::cell::Cell::new(0);
            let stop = || polls.replace(polls.get() + 1) >= after;
            let scale = Fidelity::unless_stopped(1, &samples, &samples, &mut StdRng::seed_from_u64(6), &stop);
            (scale.is_some(), polls.get())
        };
        // Two for each configuration of three histograms.
        assert_eq!(polled(usize::MAX), (true, 3 * 4 * 2));
        for after in [0, 1, 7, 8, 23] {
            assert_eq!(polled(after), (false, after + 1));
        }
    }
}
