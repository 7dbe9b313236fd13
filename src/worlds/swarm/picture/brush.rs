//! Changes of a swarm by hand: what the editing brushes do to the particles under them.

use glam::DVec2;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Particle, Swarm, offset, wrap_angle, wrap_position};

/// One change of a swarm by hand. Lengths are in the swarm's own unit; places outside the box are folded in.
#[derive(Clone, Debug, PartialEq)]
pub enum SwarmEdit {
    /// Random positions within the circle, and random headings, for the particles in it.
    Scramble {
        /// Centre of the brush.
        centre: DVec2,
        /// Radius of the brush.
        radius: f64,
        /// Seed of the random choice.
        seed: u64,
    },
    /// Adds one particle.
    Add(Particle),
    /// The last particle of a swarm is never removed.
    Remove {
        /// Centre of the brush.
        centre: DVec2,
        /// Radius of the brush.
        radius: f64,
    },
    /// Gives those under the brush another species.
    Recolour {
        /// Centre of the brush.
        centre: DVec2,
        /// Radius of the brush.
        radius: f64,
        /// The new species.
        species: u8,
    },
    /// Takes the particles in the circle along by `by`: those within half of the radius the whole way, those at the rim
    /// none of it, so that a creature under the middle keeps its form.
    Carry {
        /// Centre of the brush.
        centre: DVec2,
        /// Radius of the brush.
        radius: f64,
        /// Displacement.
        by: DVec2,
    },
    /// Random positions for all; headings stay.
    ScatterAll {
        /// Seed of the random choice.
        seed: u64,
    },
    /// Random headings for all; places stay.
    TurnAll {
        /// Seed of the random choice.
        seed: u64,
    },
    /// Permutes the species among the particles.
    ShuffleSpecies {
        /// Seed of the random choice.
        seed: u64,
    },
}

impl SwarmEdit {
    /// Changes `swarm`; returns how many particles were touched.
    pub fn apply(&self, swarm: &mut Swarm) -> usize {
        let box_size = swarm.box_size;
        match *self {
            Self::Scramble { centre, radius, seed } => {
                let mut rng = StdRng::seed_from_u64(seed);
                let under = swarm.within(centre, radius);
                for &i in &under {
                    // Uniform in the disc.
                    let distance = radius * rng.random::<f64>().sqrt();
                    let direction = DVec2::from_angle(rng.random_range(0.0..std::f64::consts::TAU));
                    let p = &mut swarm.particles[i];
                    *p = p.at(wrap_position(centre + distance * direction, box_size));
                    p.heading = any_heading(&mut rng);
                }
                under.len()
            }
            Self::Add(p) => {
                let p = p.at(wrap_position(p.position(), box_size));
                swarm.particles.push(Particle { heading: wrap_angle(p.heading), ..p });
                1
            }
            Self::Remove { centre, radius } => {
                let mut under = swarm.within(centre, radius);
                if under.len() == swarm.len() {
                    under.pop();
                }
                let mut gone = under.iter().peekable();
                let mut index = 0;
                swarm.particles.retain(|_| {
                    let stays = gone.next_if(|&&i| i == index).is_none();
                    index += 1;
                    stays
                });
                under.len()
            }
            Self::Recolour { centre, radius, species } => {
                let under = swarm.within(centre, radius);
                for &i in &under {
                    swarm.particles[i].species = species;
                }
                under.len()
            }
            Self::Carry { centre, radius, by } => {
                let under = swarm.within(centre, radius);
                for &i in &under {
                    let offset = offset(centre, swarm.particles[i].position(), Some(box_size));
                    // 1 in the inner half, and smoothly down to 0 at the rim.
                    let rim = (2.0 - 2.0 * offset.length() / radius).clamp(0.0, 1.0);
                    let share = rim * rim * (3.0 - 2.0 * rim);
                    let p = &mut swarm.particles[i];
                    *p = p.at(wrap_position(p.position() + share * by, box_size));
                }
                under.len()
            }
            Self::ScatterAll { seed } => {
                let mut rng = StdRng::seed_from_u64(seed);
                for p in &mut swarm.particles {
                    (p.x, p.y) = (rng.random_range(0.0..box_size.x), rng.random_range(0.0..box_size.y));
                }
                swarm.len()
            }
            Self::TurnAll { seed } => {
                let mut rng = StdRng::seed_from_u64(seed);
                for p in &mut swarm.particles {
                    p.heading = any_heading(&mut rng);
                }
                swarm.len()
            }
            Self::ShuffleSpecies { seed } => {
                let mut rng = StdRng::seed_from_u64(seed);
                for last in (1..swarm.len()).rev() {
                    let other = rng.random_range(0..=last);
                    let species = swarm.particles[other].species;
                    swarm.particles[other].species = swarm.particles[last].species;
                    swarm.particles[last].species = species;
                }
                swarm.len()
            }
        }
    }
}

fn any_heading(rng: &mut StdRng) -> f64 {
    rng.random_range(-std::f64::consts::PI..std::f64::consts::PI)
}

impl Swarm {
    /// Particles whose centres are within `radius` of `centre` on the torus, ascending.
    pub fn within(&self, centre: DVec2, radius: f64) -> Vec<usize> {
        let is_under =
            |p: &Particle| offset(centre, p.position(), Some(self.box_size)).length_squared() <= radius * radius;
        (0..self.len()).filter(|&i| is_under(&self.particles[i])).collect()
    }

    /// The particle nearest to `at` on the torus.
    pub fn nearest(&self, at: DVec2) -> Option<usize> {
        let distance_squared = |p: &Particle| offset(at, p.position(), Some(self.box_size)).length_squared();
        let pairs = self.particles.iter().map(distance_squared).enumerate();
        pairs.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grid of one particle per unit of area, headings and species in turn.
    fn grid() -> Swarm {
        let particles = (0..80)
            .map(|i| Particle {
                x: f64::from(i % 10) + 0.5,
                y: f64::from(i / 10) + 0.5,
                heading: 0.1,
                species: (i % 3) as u8,
            })
            .collect();
        Swarm { particles, box_size: DVec2::new(10.0, 8.0) }
    }

    #[test]
    fn a_wound_moves_only_what_is_under_it_over_the_edge_too() {
        let before = grid();
        let mut after = before.clone();
        let wound = |seed| SwarmEdit::Scramble { centre: DVec2::new(0.2, 7.9), radius: 2.0, seed };
        let under = before.within(DVec2::new(0.2, 7.9), 2.0);
        assert!(under.contains(&0) && under.contains(&79), "the corner of a torus has four sides: {under:?}");
        assert_eq!(wound(1).apply(&mut after), under.len());
        for i in 0..before.len() {
            assert_eq!(before.particles[i] != after.particles[i], under.contains(&i), "particle {i}");
        }
        assert_eq!(after.within(DVec2::new(0.2, 7.9), 2.0), under, "what was under the brush stays under it");
        let (mut same, mut other) = (before.clone(), before.clone());
        wound(1).apply(&mut same);
        wound(2).apply(&mut other);
        assert_eq!(same, after);
        assert_ne!(other, after);
    }

    #[test]
    fn removing_takes_what_is_under_the_brush_but_the_last_one() {
        let mut swarm = grid();
        let under = swarm.within(DVec2::new(5.0, 4.0), 1.5);
        let kept: Vec<Particle> = (0..80).filter(|i| !under.contains(i)).map(|i| swarm.particles[i]).collect();
        assert_eq!(SwarmEdit::Remove { centre: DVec2::new(5.0, 4.0), radius: 1.5 }.apply(&mut swarm), under.len());
        assert_eq!(swarm.particles, kept);
        SwarmEdit::Remove { centre: DVec2::new(5.0, 4.0), radius: 100.0 }.apply(&mut swarm);
        assert_eq!(swarm.len(), 1);
    }

    #[test]
    fn carrying_keeps_the_form_in_the_middle_and_fades_at_the_rim() {
        let before = grid();
        let mut after = before.clone();
        let (centre, radius) = (DVec2::new(9.5, 7.5), 3.0);
        let under = before.within(centre, radius);
        assert_eq!(SwarmEdit::Carry { centre, radius, by: DVec2::new(0.4, -0.3) }.apply(&mut after), under.len());
        let mut between = 0;
        for i in 0..before.len() {
            let moved = before.offset(&before.particles[i], &after.particles[i]);
            assert!(moved.perp_dot(DVec2::new(0.4, -0.3)).abs() < 1e-9, "all go the same way");
            let share = moved.x / 0.4;
            if before.within(centre, 0.5 * radius).contains(&i) {
                assert!((share - 1.0).abs() < 1e-9, "particle {i} goes {share} of the way");
            } else if under.contains(&i) {
                assert!((0.0..1.0).contains(&share), "particle {i} goes {share} of the way");
                between += usize::from(share > 0.1);
            } else {
                assert_eq!(before.particles[i], after.particles[i]);
            }
            assert_eq!(before.particles[i].heading, after.particles[i].heading);
        }
        assert!(between > 3, "the rim is soft");
    }

    #[test]
    fn adding_and_recolouring_change_what_they_say() {
        let mut swarm = grid();
        SwarmEdit::Add(Particle { x: 10.5, y: -0.5, heading: 7.0, species: 2 }).apply(&mut swarm);
        let last = swarm.particles[80];
        assert!((last.x - 0.5).abs() < 1e-12 && (last.y - 7.5).abs() < 1e-12 && last.species == 2);
        let touched = SwarmEdit::Recolour { centre: DVec2::new(2.5, 2.5), radius: 1.1, species: 7 }.apply(&mut swarm);
        assert_eq!((touched, swarm.particles.iter().filter(|p| p.species == 7).count()), (5, 5));
    }

    #[test]
    fn places_headings_and_species_are_shuffled_each_on_its_own() {
        let before = grid();
        let changed = |edit: SwarmEdit| {
            let mut after = before.clone();
            edit.apply(&mut after);
            let differs = |of: fn(&Particle) -> f64| {
                before.particles.iter().zip(&after.particles).filter(|(a, b)| of(a) != of(b)).count() > 20
            };
            let mut species: Vec<u8> = after.particles.iter().map(|p| p.species).collect();
            species.sort_unstable();
            assert_eq!(species.iter().filter(|&&s| s == 0).count(), 27, "as many of each as before");
            (differs(|p| p.x), differs(|p| p.heading), differs(|p| f64::from(p.species)))
        };
        assert_eq!(changed(SwarmEdit::ScatterAll { seed: 1 }), (true, false, false));
        assert_eq!(changed(SwarmEdit::TurnAll { seed: 1 }), (false, true, false));
        assert_eq!(changed(SwarmEdit::ShuffleSpecies { seed: 1 }), (false, false, true));
    }
}
