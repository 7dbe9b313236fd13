//! A large sample is learned from through windows, so that a step stays short whatever the size of the picture.

use rand::rngs::StdRng;
use rand::{Rng, RngExt};

use crate::worlds::swarm::picture::{Particle, Swarm};

/// Particles seen in one window.
pub const WINDOW_PARTICLES: usize = 1024;

/// The part of a sample that one configuration shows.
#[derive(Default)]
pub struct Window {
    /// Which particles of the sample are seen.
    pub seen: Vec<u32>,
    /// Of each of these, whether everything its score depends on is seen as well.
    pub is_inner: Vec<bool>,
    distance: Vec<f64>,
}

impl Window {
    /// Looks at all of a small sample, or else at the [`WINDOW_PARTICLES`] nearest (in the maximum norm) to a random position.
    ///
    /// A score takes in the energies of the neighbours, which take in theirs: particles nearer than `context_l`, twice
    /// the cutoff, to the edge of the window are context only.
    pub fn look(&mut self, sample: &Swarm, context_l: f64, rng: &mut StdRng) {
        self.seen.clear();
        self.is_inner.clear();
        self.seen.extend(0..sample.len() as u32);
        if sample.len() <= WINDOW_PARTICLES {
            self.is_inner.resize(sample.len(), true);
            return;
        }
        let centre = particle_within(sample, rng);
        self.distance.clear();
        self.distance.extend(sample.particles.iter().map(|p| sample.offset(&centre, p).abs().max_element()));
        let distance = &self.distance;
        let of = |i: &u32| distance[*i as usize];
        let (_, last, _) = self.seen.select_nth_unstable_by(WINDOW_PARTICLES - 1, |a, b| of(a).total_cmp(&of(b)));
        let inner = of(last) - context_l;
        self.seen.truncate(WINDOW_PARTICLES);
        self.is_inner.extend(self.seen.iter().map(|i| of(i) <= inner));
    }
}

/// Near a random particle rather than anywhere: a picture may be mostly empty.
fn particle_within(sample: &Swarm, rng: &mut impl Rng) -> Particle {
    sample.particles[rng.random_range(0..sample.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::DVec2;
    use rand::SeedableRng;

    #[test]
    fn whoever_carries_loss_sees_all_that_lies_within_the_context() {
        let mut rng = StdRng::seed_from_u64(3);
        let side = 70.0;
        let particles = (0..5000)
            .map(|_| Particle { x: rng.random_range(0.0..side), y: rng.random_range(0.0..side), ..Particle::default() })
            .collect();
        let sample = Swarm { particles, box_size: DVec2::splat(side) };
        let context = 7.8;
        let mut window = Window::default();
        for _ in 0..5 {
            window.look(&sample, context, &mut rng);
            assert_eq!(window.seen.len(), WINDOW_PARTICLES);
            let inner: Vec<u32> =
                window.seen.iter().zip(&window.is_inner).filter(|(_, inner)| **inner).map(|(i, _)| *i).collect();
            assert!((20..WINDOW_PARTICLES / 2).contains(&inner.len()), "{}", inner.len());
            let apart = |d: f64| (d - side * (d / side).round()).abs();
            for &i in &inner {
                let p = &sample.particles[i as usize];
                for (j, q) in sample.particles.iter().enumerate() {
                    let near = apart(p.x - q.x).hypot(apart(p.y - q.y)) <= context;
                    assert!(!near || window.seen.contains(&(j as u32)), "{j} is near {i} and not seen");
                }
            }
        }
    }

    #[test]
    fn a_small_sample_is_seen_whole_and_takes_no_random_number() {
        let sample = Swarm { particles: vec![Default::default(); 5], box_size: DVec2::splat(9.0) };
        let mut rng = StdRng::seed_from_u64(3);
        let mut window = Window::default();
        window.look(&sample, 7.8, &mut rng);
        assert_eq!((window.seen.as_slice(), window.is_inner.as_slice()), (&[0, 1, 2, 3, 4][..], &[true; 5][..]));
        assert_eq!(rng.random::<u64>(), StdRng::seed_from_u64(3).random::<u64>());
    }
}
