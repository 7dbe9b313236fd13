//! The geometry of selecting: what is inside, the frame with its handles, and what dragging a handle does.

use std::collections::HashMap;

use glam::{DVec2, I64Vec2};

use super::snap::to_step;
use super::symmetry::turned;
use crate::worlds::swarm::picture::{Particle, wrap_position};

/// The parts of a selection that can be dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Handle {
    /// The group itself.
    Body,
    /// A corner of the frame.
    Scale,
    /// The knob above the frame.
    Rotate,
    /// The arrowhead beside it: all headings.
    Head,
}

/// The frame around a selection, world units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Lower left corner.
    pub low: DVec2,
    /// Upper right corner.
    pub high: DVec2,
    reach: f64,
}

impl Frame {
    /// Around these particles, clear of their bodies by `margin`; `reach`: how near the pointer must come to take hold.
    /// `None` around nothing.
    pub(super) fn around(particles: &[Particle], margin: f64, reach: f64) -> Option<Self> {
        let places = || particles.iter().map(Particle::position);
        let (low, high) = (places().reduce(DVec2::min)?, places().reduce(DVec2::max)?);
        Some(Self { low: low - margin, high: high + margin, reach })
    }

    /// The point about which the selection is turned, scaled and headed outward.
    pub fn centre(&self) -> DVec2 {
        self.low.midpoint(self.high)
    }

    /// The handles that are drawn, with their places.
    pub fn handles(&self) -> [(Handle, DVec2); 6] {
        let (low, high, centre) = (self.low, self.high, self.centre());
        let off = 2.5 * self.reach;
        [
            (Handle::Rotate, DVec2::new(centre.x, high.y + off)),
            (Handle::Head, DVec2::new(high.x + off, centre.y)),
            (Handle::Scale, low),
            (Handle::Scale, DVec2::new(high.x, low.y)),
            (Handle::Scale, high),
            (Handle::Scale, DVec2::new(low.x, high.y)),
        ]
    }

    /// The handle that a press here grabs.
    pub fn handle_at(&self, at: DVec2) -> Option<Handle> {
        let mut handles = self.handles().into_iter();
        let knob = handles.find(|(_, place)| place.distance(at) <= self.reach).map(|(handle, _)| handle);
        let inside = at == at.clamp(self.low, self.high);
        knob.or(inside.then_some(Handle::Body))
    }
}

/// A group that is being moved, turned, scaled or headed by its handles.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::session) struct Transform {
    pub handle: Handle,
    pub indices: Vec<usize>,
    /// As they were when the button went down, in the order of `indices`.
    pub originals: Vec<Particle>,
    /// Where it went down.
    pub from: DVec2,
    pub centre: DVec2,
    /// The group stays, and copies of it are moved, from the first move on.
    pub copies: bool,
}

/// How the pointer's keys change a transformation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Manner {
    /// Angles in steps of 15°.
    pub stepped: bool,
    /// Shift: heads turn by the angle instead of all going one way.
    pub each: bool,
    /// Shift: moves go along one axis.
    pub straight: bool,
    /// Moves by whole multiples of this, world units.
    pub pitch: Option<f64>,
}

impl Transform {
    /// The group when the pointer is at `to`.
    pub(super) fn at(&self, to: DVec2, manner: Manner) -> Vec<Particle> {
        let bearing = |p: DVec2| (p - self.centre).to_angle();
        let step = |angle: f64| if manner.stepped { to_step(angle) } else { angle };
        match self.handle {
            Handle::Body => {
                let mut by = to - self.from;
                if manner.straight {
                    let across = if by.x.abs() < by.y.abs() { 0 } else { 1 };
                    by[across] = 0.0;
                }
                if let Some(pitch) = manner.pitch {
                    by = (by / pitch).round() * pitch;
                }
                moved(&self.originals, by)
            }
            Handle::Rotate => rotated(&self.originals, self.centre, step(bearing(to) - bearing(self.from))),
            Handle::Scale => {
                let factor = (to.distance(self.centre) / self.from.distance(self.centre).max(1e-9)).clamp(0.05, 20.0);
                scaled(&self.originals, self.centre, factor)
            }
            Handle::Head => {
                let angle = step(bearing(to));
                let head =
                    |p: &Particle| Particle { heading: if manner.each { p.heading + angle } else { angle }, ..*p };
                self.originals.iter().map(head).collect()
            }
        }
    }
}

pub(super) fn moved(particles: &[Particle], by: DVec2) -> Vec<Particle> {
    particles.iter().map(|p| p.at(p.position() + by)).collect()
}

pub(super) fn rotated(particles: &[Particle], centre: DVec2, angle: f64) -> Vec<Particle> {
    particles.iter().map(|&p| turned(p, centre, angle)).collect()
}

pub(super) fn scaled(particles: &[Particle], centre: DVec2, factor: f64) -> Vec<Particle> {
    particles.iter().map(|p| p.at(centre + factor * (p.position() - centre))).collect()
}

/// The group inside the box: folded on a torus, moved back together in the plane; `None` where it is too large.
pub(super) fn fitted(mut group: Vec<Particle>, box_size: DVec2, torus: bool) -> Option<Vec<Particle>> {
    if torus {
        for p in &mut group {
            *p = p.at(wrap_position(p.position(), box_size));
        }
        return Some(group);
    }
    let places = || group.iter().map(Particle::position);
    let (Some(low), Some(high)) = (places().reduce(DVec2::min), places().reduce(DVec2::max)) else {
        return Some(group);
    };
    if (high - low).cmpgt(box_size).any() {
        return None;
    }
    let by = (-low).max(DVec2::ZERO) - (high - box_size).max(DVec2::ZERO);
    Some(group.iter().map(|p| p.at((p.position() + by).clamp(DVec2::ZERO, box_size))).collect())
}

/// Particles inside the closed polygon, by their indices (even-odd rule).
pub(super) fn inside_polygon(particles: &[Particle], polygon: &[DVec2]) -> Vec<usize> {
    let inside = |p: &Particle| {
        let mut odd = false;
        for (i, a) in polygon.iter().enumerate() {
            let b = polygon[(i + 1) % polygon.len()];
            if (a.y > p.y) != (b.y > p.y) {
                let crossing = a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x);
                odd ^= p.x < crossing;
            }
        }
        odd
    };
    (0..particles.len()).filter(|&i| inside(&particles[i])).collect()
}

pub(super) fn rectangle(a: DVec2, b: DVec2) -> Vec<DVec2> {
    vec![a, DVec2::new(b.x, a.y), b, DVec2::new(a.x, b.y)]
}

/// The particles that hang together with the one at `start`: each not farther than `link` from the next. Ascending.
pub(super) fn connected(particles: &[Particle], start: usize, link: f64) -> Vec<usize> {
    let cell = |p: &Particle| (p.position() / link).floor().as_i64vec2();
    let mut cells: HashMap<I64Vec2, Vec<usize>> = HashMap::new();
    for (i, p) in particles.iter().enumerate() {
        cells.entry(cell(p)).or_default().push(i);
    }
    let mut found = Vec::new();
    let mut next = vec![start];
    cells.entry(cell(&particles[start])).or_default().retain(|&i| i != start);
    while let Some(i) = next.pop() {
        found.push(i);
        let (place, home) = (particles[i].position(), cell(&particles[i]));
        for step in [-1, 0, 1].into_iter().flat_map(|dx| [-1, 0, 1].map(|dy| I64Vec2::new(dx, dy))) {
            let Some(there) = cells.get_mut(&(home + step)) else { continue };
            // A found particle is removed, so that each is visited once.
            there.retain(|&j| {
                let near = particles[j].position().distance(place) <= link;
                if near {
                    next.push(j);
                }
                !near
            });
        }
    }
    found.sort_unstable();
    found
}

/// Both, ascending, each once.
pub(super) fn union(a: &[usize], b: &[usize]) -> Vec<usize> {
    let mut both: Vec<usize> = a.iter().chain(b).copied().collect();
    both.sort_unstable();
    both.dedup();
    both
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::{FRAC_PI_2, PI};

    fn at(x: f64, y: f64) -> Particle {
        Particle { x, y, ..Particle::default() }
    }

    fn group(handle: Handle) -> Transform {
        let originals = vec![at(4.0, 5.0), at(6.0, 5.0)];
        Transform {
            handle,
            indices: vec![0, 1],
            originals,
            from: DVec2::new(6.0, 5.0),
            centre: DVec2::splat(5.0),
            copies: false,
        }
    }

    #[test]
    fn a_rectangle_and_a_lasso_select_what_is_inside() {
        let particles = [at(1.0, 1.0), at(2.0, 2.0), at(5.0, 1.0)];
        assert_eq!(inside_polygon(&particles, &rectangle(DVec2::splat(3.0), DVec2::ZERO)), vec![0, 1]);
        // A hollow: the lasso goes around the second one.
        let lasso = [
            DVec2::ZERO,
            DVec2::new(6.0, 0.0),
            DVec2::new(6.0, 3.0),
            DVec2::new(2.5, 1.2),
            DVec2::new(1.5, 1.2),
            DVec2::new(0.0, 3.0),
        ];
        assert_eq!(inside_polygon(&particles, &lasso), vec![0, 2]);
        assert!(inside_polygon(&particles, &[]).is_empty());
        assert_eq!(union(&[3, 1], &[2, 3]), vec![1, 2, 3]);
    }

    #[test]
    fn dragging_the_knob_turns_the_group_with_its_headings() {
        let turned = group(Handle::Rotate).at(DVec2::new(5.0, 8.0), Manner::default());
        assert!((turned[1].x - 5.0).abs() < 1e-9 && (turned[1].y - 6.0).abs() < 1e-9);
        assert!((turned[1].heading - FRAC_PI_2).abs() < 1e-9);
        let stepped = group(Handle::Rotate).at(DVec2::new(6.0, 5.05), Manner { stepped: true, ..Manner::default() });
        assert_eq!(stepped, group(Handle::Rotate).originals);
    }

    #[test]
    fn dragging_a_corner_scales_about_the_middle_and_keeps_headings() {
        let scaled = group(Handle::Scale).at(DVec2::new(8.0, 5.0), Manner::default());
        assert_eq!((scaled[0].x, scaled[1].x), (2.0, 8.0));
        assert_eq!(scaled[0].heading, 0.0);
    }

    #[test]
    fn the_arrowhead_sets_all_headings_and_with_shift_turns_each() {
        let mut transform = group(Handle::Head);
        transform.originals[0].heading = 1.0;
        let all = transform.at(DVec2::new(5.0, 7.0), Manner::default());
        assert!(all.iter().all(|p| (p.heading - FRAC_PI_2).abs() < 1e-9));
        let each = transform.at(DVec2::new(5.0, 7.0), Manner { each: true, ..Manner::default() });
        assert!((each[0].heading - 1.0 - FRAC_PI_2).abs() < 1e-9);
        assert!((each[0].heading - each[1].heading - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_move_with_a_grid_goes_by_whole_steps() {
        let moved = group(Handle::Body).at(DVec2::new(7.2, 5.3), Manner { pitch: Some(1.0), ..Manner::default() });
        assert_eq!((moved[0].x, moved[0].y), (5.0, 5.0));
    }

    #[test]
    fn a_move_held_straight_goes_along_the_longer_axis() {
        let moved = group(Handle::Body).at(DVec2::new(7.2, 5.3), Manner { straight: true, ..Manner::default() });
        assert!((moved[0].x - 5.2).abs() < 1e-9 && moved[0].y == 5.0);
        let moved = group(Handle::Body).at(DVec2::new(6.2, 8.0), Manner { straight: true, ..Manner::default() });
        assert_eq!((moved[0].x, moved[0].y), (4.0, 8.0));
    }

    #[test]
    fn a_creature_is_a_connected_group() {
        let row = |x0: f64, n: usize| (0..n).map(move |i| at(x0 + i as f64, 1.0));
        let particles: Vec<Particle> = row(0.0, 4).chain(row(6.0, 3)).collect();
        assert_eq!(connected(&particles, 2, 1.5), [0, 1, 2, 3]);
        assert_eq!(connected(&particles, 6, 1.5), [4, 5, 6]);
        assert_eq!(connected(&particles, 6, 0.5), [6]);
    }

    #[test]
    fn moves_out_of_the_box_wrap_stop_or_are_refused() {
        let out = vec![at(9.0, 2.0), at(11.0, -1.0)];
        let torus = fitted(out.clone(), DVec2::splat(10.0), true).unwrap();
        assert_eq!((torus[1].x, torus[1].y), (1.0, 9.0));
        let plane = fitted(out, DVec2::splat(10.0), false).unwrap();
        assert_eq!(plane, vec![at(8.0, 3.0), at(10.0, 0.0)]);
        assert_eq!(fitted(vec![at(0.0, 0.0), at(11.0, 0.0)], DVec2::splat(10.0), false), None);
    }

    #[test]
    fn handles_are_hit_where_they_are_drawn() {
        let frame = Frame::around(&[at(4.0, 4.0), at(6.0, 7.0)], 0.3, 0.2).unwrap();
        for (handle, place) in frame.handles() {
            assert_eq!(frame.handle_at(place), Some(handle));
        }
        assert_eq!(frame.handle_at(DVec2::splat(5.0)), Some(Handle::Body));
        assert_eq!(frame.handle_at(DVec2::splat(1.0)), None);
        let all = group(Handle::Rotate).at(DVec2::new(4.0, 5.0), Manner::default());
        assert!((all[0].heading.abs() - PI).abs() < 1e-9);
    }
}
