//! The box that a rule is measured in, and the samples in it: also larger boxes, and more particles than whole creatures.

use rand::Rng;

use super::CheckError;
use crate::worlds::swarm::measures::{noised, scattered};
use crate::worlds::swarm::picture::{
    Boundary, Ensemble, Mode, Part, Particle, Sampler, Snapshot, SnapshotError, Stills, Swarm, ensemble_box_l,
};
use crate::worlds::swarm::rule::Rule;

/// Makes the samples of one check, of the snapshots that were held out of learning.
pub(super) struct Arena {
    sampler: Sampler,
    /// How often the sample of a whole picture is repeated along each side.
    repeats: usize,
    crowd: Option<Crowd>,
    sigma_l: f64,
    kappa: f64,
}

/// What a number of particles that is not a whole number of creatures becomes, at the density of the samples.
struct Crowd {
    /// As many whole creatures as there are.
    creatures: Sampler,
    /// Species of the particles that are left over.
    left_over: Vec<u8>,
}

impl Arena {
    /// Boxes of `area` times the ensemble's own, or boxes for about `particles` particles: samples have the nearest whole
    /// number of creatures. The density is always the ensemble's.
    ///
    /// # Errors
    /// A picture that has no samples, or none in such a box.
    pub fn new(
        picture: (&Stills, &Ensemble),
        rule: &Rule,
        sigma_l: f64,
        area: usize,
        particles: Option<usize>,
    ) -> Result<Self, CheckError> {
        let (stills, ensemble) = picture;
        let snapshot: &Snapshot = stills.selected();
        let kappa = rule.kappa;
        let sampler = |ensemble: &Ensemble| Sampler::of(stills, ensemble, Part::HeldOut);
        if snapshot.mode == Mode::Whole {
            if particles.is_some() {
                return Err(CheckError::ParticlesOfWhole);
            }
            let repeats = repeats(snapshot, area)?;
            return Ok(Self { sampler: sampler(ensemble)?, repeats, crowd: None, sigma_l, kappa });
        }
        // Finds out what is wrong with the picture or the ensemble before anything is computed from them.
        let base = sampler(ensemble)?;
        let area_of_one_l2 = ensemble_box_l(snapshot, ensemble).element_product() / ensemble.copies as f64;
        let with_copies = |copies: usize| ensemble.with_area(snapshot, copies, copies as f64 * area_of_one_l2);
        let arena = |sampler, crowd| Self { sampler, repeats: 1, crowd, sigma_l, kappa };
        let Some(particles) = particles else {
            let sampler = if area == 1 { base } else { sampler(&with_copies(area * ensemble.copies))? };
            return Ok(arena(sampler, None));
        };
        let creature = snapshot.particles.len();
        if particles < creature {
            return Err(CheckError::NotOneCreature { particles, creature });
        }
        let nearest = ensemble.for_particles(snapshot, particles).copies;
        let (whole, left) = (particles / creature, particles % creature);
        let crowd = if left == 0 {
            None
        } else {
            let area_l2 = particles as f64 / creature as f64 * area_of_one_l2;
            let creatures = sampler(&ensemble.with_area(snapshot, whole, area_l2))?;
            // Walks through the picture once, so that any number has its mix.
            let left_over = (0..left).map(|k| snapshot.particles[k * creature / left].species).collect();
            Some(Crowd { creatures, left_over })
        };
        Ok(arena(sampler(&with_copies(nearest))?, crowd))
    }

    /// A sample of the target, noised at σ.
    pub fn sample(&self, rng: &mut impl Rng) -> Result<Swarm, SnapshotError> {
        let sample = self.sampler.sample(rng)?;
        let sample = if self.repeats == 1 { sample } else { sample.tiled(self.repeats) };
        Ok(noised(&sample, self.sigma_l, self.kappa, rng))
    }

    /// The best that can grow: whole creatures as in a sample, and the particles that are left over anywhere.
    pub fn best(&self, rng: &mut impl Rng) -> Result<Swarm, SnapshotError> {
        let Some(Crowd { creatures, left_over }) = &self.crowd else { return self.sample(rng) };
        let mut swarm = noised(&creatures.sample(rng)?, self.sigma_l, self.kappa, rng);
        let particles = left_over.iter().map(|&species| Particle { species, ..Particle::default() }).collect();
        let rest = scattered(&Swarm { particles, box_size: swarm.box_size }, rng);
        swarm.particles.extend(rest.particles);
        Ok(swarm)
    }
}

/// How often a whole picture is repeated along each side to fill `area` times its own.
fn repeats(snapshot: &Snapshot, area: usize) -> Result<usize, CheckError> {
    if area > 1 && snapshot.boundary == Boundary::Open {
        return Err(CheckError::AreaOfOpen);
    }
    let repeats = area.isqrt();
    if repeats * repeats == area { Ok(repeats) } else { Err(CheckError::AreaOfWhole { area }) }
}
