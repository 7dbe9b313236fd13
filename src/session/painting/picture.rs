//! Edits of the painted snapshot. Each returns whether anything changed.

use std::collections::{HashMap, HashSet};

use glam::{DVec2, I64Vec2};

use crate::worlds::swarm::picture::{MAX_PARTICLES, MAX_SPECIES, Particle, Snapshot, wrap_angle};

/// Two particles nearer than this share of the box's longer side coincide.
const SAME_PLACE_SHARE: f64 = 1e-6;

pub(in crate::session) fn is_inside(snapshot: &Snapshot, at: DVec2) -> bool {
    at == at.clamp(DVec2::ZERO, snapshot.box_size)
}

/// Adds the particles that are inside the box and not on top of another; headings are folded into `[-π, π)`.
pub(in crate::session) fn add(snapshot: &mut Snapshot, particles: &[Particle]) -> bool {
    let too_near = SAME_PLACE_SHARE * snapshot.box_size.max_element();
    let before = snapshot.particles.len();
    // Particles too near to one another are in the same small cell or in neighbouring ones.
    let cell = |p: &Particle| (p.position() / (2.0 * too_near)).floor().as_i64vec2();
    let mut taken: HashMap<I64Vec2, Vec<DVec2>> = HashMap::with_capacity(before + particles.len());
    for p in &snapshot.particles {
        taken.entry(cell(p)).or_default().push(p.position());
    }
    for p in particles {
        let usable = p.heading.is_finite() && usize::from(p.species) < MAX_SPECIES && is_inside(snapshot, p.position());
        if !usable || snapshot.particles.len() >= MAX_PARTICLES {
            continue;
        }
        let home = cell(p);
        let mut around = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| home + I64Vec2::new(dx, dy)));
        let is_taken = around
            .any(|c| taken.get(&c).is_some_and(|there| there.iter().any(|q| q.distance(p.position()) <= too_near)));
        if !is_taken {
            taken.entry(home).or_default().push(p.position());
            snapshot.particles.push(Particle { heading: wrap_angle(p.heading), ..*p });
        }
    }
    snapshot.particles.len() > before
}

pub(in crate::session) fn erase(snapshot: &mut Snapshot, centre: DVec2, radius: f64) -> bool {
    let before = snapshot.particles.len();
    snapshot.particles.retain(|p| p.position().distance(centre) > radius);
    snapshot.particles.len() < before
}

pub(in crate::session) fn delete(snapshot: &mut Snapshot, indices: &[usize]) -> bool {
    let doomed: HashSet<usize> = indices.iter().copied().collect();
    let before = snapshot.particles.len();
    let mut index = 0;
    snapshot.particles.retain(|_| {
        index += 1;
        !doomed.contains(&(index - 1))
    });
    snapshot.particles.len() < before
}

/// Applies `change` to the particles with these indices (each once); indices beyond the end are ignored.
/// A particle that would leave the box is stopped at its edge.
pub(in crate::session) fn change(snapshot: &mut Snapshot, indices: &[usize], change: impl Fn(&mut Particle)) -> bool {
    let box_size = snapshot.box_size;
    let mut unique = indices.to_vec();
    unique.sort_unstable();
    unique.dedup();
    let mut changed = false;
    for index in unique {
        let Some(particle) = snapshot.particles.get_mut(index) else { break };
        let mut new = *particle;
        change(&mut new);
        let finite = new.x.is_finite() && new.y.is_finite() && new.heading.is_finite();
        if !finite || usize::from(new.species) >= MAX_SPECIES {
            continue;
        }
        new = new.at(new.position().clamp(DVec2::ZERO, box_size));
        new.heading = if new.heading == particle.heading { new.heading } else { wrap_angle(new.heading) };
        changed |= new != *particle;
        *particle = new;
    }
    changed
}

/// Moves the particles with these indices together, as far as the box allows.
pub(in crate::session) fn translate(snapshot: &mut Snapshot, indices: &[usize], by: DVec2) -> bool {
    let chosen = || indices.iter().filter_map(|&i| snapshot.particles.get(i)).map(Particle::position);
    let (Some(low), Some(high)) = (chosen().reduce(DVec2::min), chosen().reduce(DVec2::max)) else { return false };
    let allowed = by.min(snapshot.box_size - high).max(-low);
    change(snapshot, indices, |p| *p = p.at(p.position() + allowed))
}

/// Gives the picture another box; particles outside are moved to its edge.
pub(in crate::session) fn set_box(snapshot: &mut Snapshot, box_size: DVec2) -> bool {
    if snapshot.box_size == box_size || !(box_size.is_finite() && box_size.min_element() > 0.0) {
        return false;
    }
    snapshot.box_size = box_size;
    for p in &mut snapshot.particles {
        *p = p.at(p.position().clamp(DVec2::ZERO, box_size));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, y: f64) -> Particle {
        Particle { x, y, ..Particle::default() }
    }

    fn picture(particles: &[Particle]) -> Snapshot {
        Snapshot { particles: particles.to_vec(), box_size: DVec2::new(10.0, 5.0), ..Snapshot::default() }
    }

    #[test]
    fn particles_outside_not_finite_or_overlapping_are_refused() {
        let mut s = picture(&[at(1.0, 1.0)]);
        let nan_heading = Particle { heading: f64::NAN, ..at(2.0, 2.0) };
        let ninth_species = Particle { species: 8, ..at(2.0, 2.0) };
        let bad = [at(-0.1, 1.0), at(1.0, 5.1), at(f64::NAN, 1.0), at(1.0, 1.0), nan_heading, ninth_species];
        assert!(!add(&mut s, &bad));
        assert_eq!(s.particles.len(), 1);
        assert!(add(&mut s, &[at(10.0, 5.0), at(11.0, 0.0)]));
        assert_eq!(s.particles.len(), 2);
    }

    #[test]
    fn the_eraser_removes_exactly_the_particles_in_its_radius() {
        let mut s = picture(&[at(1.0, 1.0), at(1.5, 1.0), at(3.0, 1.0)]);
        assert!(!erase(&mut s, DVec2::new(8.0, 1.0), 1.0));
        assert!(erase(&mut s, DVec2::splat(1.0), 0.6));
        assert_eq!(s.particles, vec![at(3.0, 1.0)]);
    }

    #[test]
    fn a_group_that_is_moved_keeps_its_shape_and_stops_at_the_edge() {
        let mut s = picture(&[at(1.0, 1.0), at(9.5, 1.0), at(5.0, 5.0)]);
        assert!(translate(&mut s, &[0, 0, 1, 7], DVec2::new(1.0, -0.25)));
        assert_eq!(s.particles, vec![at(1.5, 0.75), at(10.0, 0.75), at(5.0, 5.0)]);
        assert!(!translate(&mut s, &[1], DVec2::new(1.0, 0.0)), "already at the edge");
        assert!(!translate(&mut s, &[], DVec2::new(1.0, 0.0)));
    }

    #[test]
    fn deleting_takes_the_named_particles() {
        let mut s = picture(&[at(1.0, 1.0), at(2.0, 1.0), at(3.0, 1.0)]);
        assert!(delete(&mut s, &[2, 0, 9]));
        assert_eq!(s.particles, vec![at(2.0, 1.0)]);
    }

    #[test]
    fn a_smaller_box_keeps_every_particle_inside() {
        let mut s = picture(&[at(9.0, 4.0)]);
        assert!(!set_box(&mut s, DVec2::new(0.0, 1.0)));
        assert!(set_box(&mut s, DVec2::new(4.0, 3.0)));
        assert_eq!(s.particles, vec![at(4.0, 3.0)]);
    }
}
