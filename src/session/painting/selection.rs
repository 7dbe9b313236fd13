//! The geometry of selecting: what lies inside, the frame with its handles, and what dragging a handle does.

use std::collections::HashMap;

use super::snap::to_step;
use super::symmetry::turned;
use crate::worlds::swarm::picture::{Particle, wrap};

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
    pub low: [f64; 2],
    /// Upper right corner.
    pub high: [f64; 2],
    reach: f64,
}

impl Frame {
    /// Around these particles, clear of their bodies by `margin`; `reach`: how near the pointer must come to take hold.
    /// `None` around nothing.
    pub(super) fn around(particles: &[Particle], margin: f64, reach: f64) -> Option<Self> {
        let first = particles.first()?;
        let (mut low, mut high) = ([first.x, first.y], [first.x, first.y]);
        for p in particles {
            low = [low[0].min(p.x), low[1].min(p.y)];
            high = [high[0].max(p.x), high[1].max(p.y)];
        }
        Some(Self { low: low.map(|x| x - margin), high: high.map(|x| x + margin), reach })
    }

    /// The point about which the selection is turned, scaled and headed outward.
    pub fn centre(&self) -> [f64; 2] {
        [0, 1].map(|k| 0.5 * (self.low[k] + self.high[k]))
    }

    /// The handles that are drawn, with their places.
    pub fn handles(&self) -> [(Handle, [f64; 2]); 6] {
        let ([x0, y0], [x1, y1], [cx, cy]) = (self.low, self.high, self.centre());
        let off = 2.5 * self.reach;
        [
            (Handle::Rotate, [cx, y1 + off]),
            (Handle::Head, [x1 + off, cy]),
            (Handle::Scale, [x0, y0]),
            (Handle::Scale, [x1, y0]),
            (Handle::Scale, [x1, y1]),
            (Handle::Scale, [x0, y1]),
        ]
    }

    /// The handle that a press here grabs.
    pub fn handle_at(&self, at: [f64; 2]) -> Option<Handle> {
        let near = |place: [f64; 2]| (place[0] - at[0]).hypot(place[1] - at[1]) <= self.reach;
        let knob = self.handles().into_iter().find(|&(_, place)| near(place)).map(|(handle, _)| handle);
        let inside = (0..2).all(|k| (self.low[k]..=self.high[k]).contains(&at[k]));
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
    pub from: [f64; 2],
    pub centre: [f64; 2],
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
    pub(super) fn at(&self, to: [f64; 2], manner: Manner) -> Vec<Particle> {
        let bearing = |p: [f64; 2]| (p[1] - self.centre[1]).atan2(p[0] - self.centre[0]);
        let far = |p: [f64; 2]| (p[0] - self.centre[0]).hypot(p[1] - self.centre[1]);
        let step = |angle: f64| if manner.stepped { to_step(angle) } else { angle };
        match self.handle {
            Handle::Body => {
                let mut by = [to[0] - self.from[0], to[1] - self.from[1]];
                if manner.straight {
                    let across = if by[0].abs() < by[1].abs() { 0 } else { 1 };
                    by[across] = 0.0;
                }
                if let Some(pitch) = manner.pitch {
                    by = by.map(|x| (x / pitch).round() * pitch);
                }
                moved(&self.originals, by)
            }
            Handle::Rotate => rotated(&self.originals, self.centre, step(bearing(to) - bearing(self.from))),
            Handle::Scale => {
                let factor = (far(to) / far(self.from).max(1e-9)).clamp(0.05, 20.0);
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

pub(super) fn moved(particles: &[Particle], by: [f64; 2]) -> Vec<Particle> {
    particles.iter().map(|p| Particle { x: p.x + by[0], y: p.y + by[1], ..*p }).collect()
}

pub(super) fn rotated(particles: &[Particle], centre: [f64; 2], angle: f64) -> Vec<Particle> {
    particles.iter().map(|&p| turned(p, centre, angle)).collect()
}

pub(super) fn scaled(particles: &[Particle], centre: [f64; 2], factor: f64) -> Vec<Particle> {
    let scale = |p: &Particle| Particle {
        x: centre[0] + factor * (p.x - centre[0]),
        y: centre[1] + factor * (p.y - centre[1]),
        ..*p
    };
    particles.iter().map(scale).collect()
}

/// The group inside the box: folded on a torus, moved back together in the plane; `None` where it is too large.
pub(super) fn fitted(mut group: Vec<Particle>, box_size: [f64; 2], torus: bool) -> Option<Vec<Particle>> {
    if torus {
        for p in &mut group {
            [p.x, p.y] = [wrap(p.x, box_size[0]), wrap(p.y, box_size[1])];
        }
        return Some(group);
    }
    let mut by = [0.0; 2];
    for (axis, of) in [(0, (|p| p.x) as fn(&Particle) -> f64), (1, |p| p.y)] {
        let low = group.iter().map(of).fold(f64::INFINITY, f64::min);
        let high = group.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        if high - low > box_size[axis] {
            return None;
        }
        by[axis] = f64::max(0.0, -low) - f64::max(0.0, high - box_size[axis]);
    }
    let inside = |p: &Particle| Particle { x: p.x.clamp(0.0, box_size[0]), y: p.y.clamp(0.0, box_size[1]), ..*p };
    Some(moved(&group, by).iter().map(inside).collect())
}

/// Particles inside the closed polygon, by their indices (even-odd rule).
pub(super) fn inside_polygon(particles: &[Particle], polygon: &[[f64; 2]]) -> Vec<usize> {
    let inside = |p: &Particle| {
        let mut odd = false;
        for (i, a) in polygon.iter().enumerate() {
            let b = polygon[(i + 1) % polygon.len()];
            if (a[1] > p.y) != (b[1] > p.y) {
                let crossing = a[0] + (p.y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
                odd ^= p.x < crossing;
            }
        }
        odd
    };
    (0..particles.len()).filter(|&i| inside(&particles[i])).collect()
}

pub(super) fn rectangle(a: [f64; 2], b: [f64; 2]) -> Vec<[f64; 2]> {
    vec![a, [b[0], a[1]], b, [a[0], b[1]]]
}

/// The particles that hang together with the one at `start`: each not farther than `link` from the next. Ascending.
pub(super) fn connected(particles: &[Particle], start: usize, link: f64) -> Vec<usize> {
    let cell = |p: &Particle| [p.x, p.y].map(|x| (x / link).floor() as i64);
    let mut cells: HashMap<[i64; 2], Vec<usize>> = HashMap::new();
    for (i, p) in particles.iter().enumerate() {
        cells.entry(cell(p)).or_default().push(i);
    }
    let mut found = Vec::new();
    let mut next = vec![start];
    cells.entry(cell(&particles[start])).or_default().retain(|&i| i != start);
    while let Some(i) = next.pop() {
        found.push(i);
        let (p, [cx, cy]) = (particles[i], cell(&particles[i]));
        for [dx, dy] in [-1, 0, 1].into_iter().flat_map(|dx| [-1, 0, 1].map(|dy| [dx, dy])) {
            let Some(there) = cells.get_mut(&[cx + dx, cy + dy]) else { continue };
            // Whoever is found is taken out, so that each is looked at once.
            there.retain(|&j| {
                let near = (particles[j].x - p.x).hypot(particles[j].y - p.y) <= link;
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
        Transform { handle, indices: vec![0, 1], originals, from: [6.0, 5.0], centre: [5.0, 5.0], copies: false }
    }

    #[test]
    fn a_rectangle_and_a_lasso_select_what_is_inside() {
        let particles = [at(1.0, 1.0), at(2.0, 2.0), at(5.0, 1.0)];
        assert_eq!(inside_polygon(&particles, &rectangle([3.0, 3.0], [0.0, 0.0])), vec![0, 1]);
        // A hollow: the lasso goes around the second one.
        let lasso = [[0.0, 0.0], [6.0, 0.0], [6.0, 3.0], [2.5, 1.2], [1.5, 1.2], [0.0, 3.0]];
        assert_eq!(inside_polygon(&particles, &lasso), vec![0, 2]);
        assert!(inside_polygon(&particles, &[]).is_empty());
        assert_eq!(union(&[3, 1], &[2, 3]), vec![1, 2, 3]);
    }

    #[test]
    fn dragging_the_knob_turns_the_group_with_its_headings() {
        let turned = group(Handle::Rotate).at([5.0, 8.0], Manner::default());
        assert!((turned[1].x - 5.0).abs() < 1e-9 && (turned[1].y - 6.0).abs() < 1e-9);
        assert!((turned[1].heading - FRAC_PI_2).abs() < 1e-9);
        let stepped = group(Handle::Rotate).at([6.0, 5.05], Manner { stepped: true, ..Manner::default() });
        assert_eq!(stepped, group(Handle::Rotate).originals);
    }

    #[test]
    fn dragging_a_corner_scales_about_the_middle_and_keeps_headings() {
        let scaled = group(Handle::Scale).at([8.0, 5.0], Manner::default());
        assert_eq!((scaled[0].x, scaled[1].x), (2.0, 8.0));
        assert_eq!(scaled[0].heading, 0.0);
    }

    #[test]
    fn the_arrowhead_sets_all_headings_and_with_shift_turns_each() {
        let mut transform = group(Handle::Head);
        transform.originals[0].heading = 1.0;
        let all = transform.at([5.0, 7.0], Manner::default());
        assert!(all.iter().all(|p| (p.heading - FRAC_PI_2).abs() < 1e-9));
        let each = transform.at([5.0, 7.0], Manner { each: true, ..Manner::default() });
        assert!((each[0].heading - 1.0 - FRAC_PI_2).abs() < 1e-9);
        assert!((each[0].heading - each[1].heading - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_move_with_a_grid_goes_by_whole_steps() {
        let moved = group(Handle::Body).at([7.2, 5.3], Manner { pitch: Some(1.0), ..Manner::default() });
        assert_eq!((moved[0].x, moved[0].y), (5.0, 5.0));
    }

    #[test]
    fn a_move_held_straight_goes_along_the_longer_axis() {
        let moved = group(Handle::Body).at([7.2, 5.3], Manner { straight: true, ..Manner::default() });
        assert!((moved[0].x - 5.2).abs() < 1e-9 && moved[0].y == 5.0);
        let moved = group(Handle::Body).at([6.2, 8.0], Manner { straight: true, ..Manner::default() });
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
        let torus = fitted(out.clone(), [10.0, 10.0], true).unwrap();
        assert_eq!((torus[1].x, torus[1].y), (1.0, 9.0));
        let plane = fitted(out, [10.0, 10.0], false).unwrap();
        assert_eq!(plane, vec![at(8.0, 3.0), at(10.0, 0.0)]);
        assert_eq!(fitted(vec![at(0.0, 0.0), at(11.0, 0.0)], [10.0, 10.0], false), None);
    }

    #[test]
    fn handles_are_hit_where_they_are_drawn() {
        let frame = Frame::around(&[at(4.0, 4.0), at(6.0, 7.0)], 0.3, 0.2).unwrap();
        for (handle, place) in frame.handles() {
            assert_eq!(frame.handle_at(place), Some(handle));
        }
        assert_eq!(frame.handle_at([5.0, 5.0]), Some(Handle::Body));
        assert_eq!(frame.handle_at([1.0, 1.0]), None);
        let all = group(Handle::Rotate).at([4.0, 5.0], Manner::default());
        assert!((all[0].heading.abs() - PI).abs() < 1e-9);
    }
}
