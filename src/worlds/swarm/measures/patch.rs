//! A piece of a large swarm that can be evaluated alone, with all that its particles feel.

use glam::DVec2;

use crate::worlds::swarm::picture::{Particle, Swarm};

/// Some neighbouring particles and, around them, all those that they feel, in a box of their own.
pub struct Patch {
    /// The sample comes first.
    pub swarm: Swarm,
    /// How many are the sample; the others are there to be felt.
    pub sampled: usize,
}

impl Patch {
    /// Cuts out about `particles` particles around `centre`, with a margin of `margin_l` on all sides: as far as the
    /// particles feel one another.
    pub fn cut(swarm: &Swarm, centre: DVec2, particles: usize, margin_l: f64) -> Self {
        let share = (particles as f64 / swarm.len().max(1) as f64).min(1.0).sqrt();
        // A side along which the margins would meet stays whole.
        let half = 0.5 * share * swarm.box_size;
        let is_cut = (half + 1.5 * margin_l).cmplt(0.5 * swarm.box_size);
        let box_size = DVec2::select(is_cut, 2.0 * half + 3.0 * margin_l, swarm.box_size);
        let middle = Particle::default().at(centre);
        let (mut sample, mut rest) = (Vec::new(), Vec::new());
        for p in &swarm.particles {
            let offset = swarm.offset(&middle, p);
            let within = |more: f64| (offset.abs().cmple(half + more) | !is_cut).all();
            if !within(margin_l) {
                continue;
            }
            let moved = p.at((offset + 0.5 * box_size).rem_euclid(box_size));
            if within(0.0) { sample.push(moved) } else { rest.push(moved) }
        }
        let sampled = sample.len();
        sample.extend(rest);
        Self { swarm: Swarm { particles: sample, box_size }, sampled }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::engine::CpuEngine;
    use crate::worlds::swarm::rule::{FlowKind, LiveSettings, NetShape, Rule};
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    #[test]
    fn the_sample_feels_what_it_feels_in_the_whole_swarm() {
        let mut rng = StdRng::seed_from_u64(1);
        for box_size in [[70.0, 60.0], [300.0, 9.0]].map(DVec2::from) {
            let particle = |rng: &mut StdRng| Particle {
                x: rng.random_range(0.0..box_size.x),
                y: rng.random_range(0.0..box_size.y),
                heading: rng.random_range(-3.0..3.0),
                species: 0,
            };
            let swarm = Swarm { particles: (0..3000).map(|_| particle(&mut rng)).collect(), box_size };
            let rule = Rule::random(NetShape { species: 1, phi: [4, 4], rho: [4, 4], outputs: 1 }, 1);
            let settings = LiveSettings { flow: FlowKind::Exact, ..LiveSettings::default() };
            let margin_l = 2.0 * rule.cutoff_l + settings.knobs.widest_window_l();
            let whole = {
                let mut engine = CpuEngine::new(&rule, &swarm, &settings, 0).unwrap();
                (engine.particle_energies(), engine.flows())
            };
            let patch = Patch::cut(&swarm, DVec2::ONE, 300, margin_l);
            assert!((100..1300).contains(&patch.sampled) && patch.swarm.len() < swarm.len(), "{}", patch.sampled);
            let mut engine = CpuEngine::new(&rule, &patch.swarm, &settings, 0).unwrap();
            let (energies, flows) = (engine.particle_energies(), engine.flows());
            // Rounded in f32, the largest of the forces is what small differences are to be seen against.
            let largest = whole.1.iter().flatten().fold(0.0, |max: f64, v| max.max(v.abs()));
            for k in 0..patch.sampled {
                // Headings are continuous: no other particle has this one.
                let same = swarm.particles.iter().position(|p| p.heading == patch.swarm.particles[k].heading).unwrap();
                assert!((energies[k] - whole.0[same]).abs() < 1e-4 * whole.0[same].abs().max(1.0), "energy of {k}");
                for (a, b) in flows[k].iter().zip(whole.1[same]) {
                    assert!((a - b).abs() < 1e-4 * largest, "flow of {k}: {a}, {b}");
                }
            }
        }
    }
}
