//! Neighbour lists on the torus: counting sort into cells no smaller than the cutoff, then the cells around each particle.

use glam::DVec2;

use crate::worlds::swarm::picture::{Swarm, wrap_position};

/// Who is near whom, as compressed rows: the neighbours of particle `i` are `index[start[i] .. start[i + 1]]`.
///
/// Two particles are neighbours when their minimum-image distance is below the cutoff; no particle is its own neighbour.
/// In a box narrower than twice the cutoff the minimum-image convention still holds: each other particle counts once, at
/// its nearest image. Lists are symmetric; their order is fixed for given positions. Reuse one value to reuse its memory.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    /// N + 1 offsets into `index`.
    pub start: Vec<u32>,
    /// The neighbours of all particles, one list behind the other.
    pub index: Vec<u32>,
    cell_start: Vec<u32>,
    cell_of: Vec<u32>,
    /// Particle numbers and wrapped positions in the order of the cells.
    sorted: Vec<u32>,
    sorted_position: Vec<DVec2>,
}

impl Neighbours {
    /// Of a swarm, within `cutoff`.
    pub fn new(swarm: &Swarm, cutoff: f64) -> Self {
        let mut neighbours = Self::default();
        neighbours.rebuild(swarm, cutoff);
        neighbours
    }

    /// The same in the memory of this one.
    pub fn rebuild(&mut self, swarm: &Swarm, cutoff: f64) {
        let particles = &swarm.particles;
        self.rebuild_with(particles.len(), |i| particles[i].position(), swarm.box_size, cutoff);
    }

    /// The same from positions in any storage. Positions need not be wrapped; a particle that is not finite has no
    /// neighbours.
    ///
    /// # Panics
    /// When there are 2³² ordered pairs or more.
    pub fn rebuild_with(&mut self, count: usize, position: impl Fn(usize) -> DVec2, box_size: DVec2, cutoff: f64) {
        let [width, height] = box_size.to_array();
        // More cells than particles would only cost memory.
        let max_cells = 2 * (count as f64).sqrt() as usize + 1;
        let cells = box_size.to_array().map(|length| ((length / cutoff) as usize).clamp(1, max_cells));
        let [columns, rows] = cells;
        let cell_along = |x: f64, axis: usize| {
            let cell = (x / box_size[axis] * cells[axis] as f64) as usize;
            cell.min(cells[axis] - 1)
        };

        self.cell_start.clear();
        self.cell_start.resize(columns * rows + 1, 0);
        self.cell_of.clear();
        self.cell_of.extend((0..count).map(|i| {
            let at = wrap_position(position(i), box_size);
            (cell_along(at.y, 1) * columns + cell_along(at.x, 0)) as u32
        }));
        for &cell in &self.cell_of {
            self.cell_start[cell as usize + 1] += 1;
        }
        for cell in 0..columns * rows {
            self.cell_start[cell + 1] += self.cell_start[cell];
        }
        self.sorted.clear();
        self.sorted.resize(count, 0);
        self.sorted_position.clear();
        self.sorted_position.resize(count, DVec2::ZERO);
        for i in 0..count {
            // `cell_start[c]` walks forward while cell c fills, and then stands where cell c + 1 begins.
            let slot = &mut self.cell_start[self.cell_of[i] as usize];
            self.sorted[*slot as usize] = i as u32;
            self.sorted_position[*slot as usize] = wrap_position(position(i), box_size);
            *slot += 1;
        }
        self.cell_start.copy_within(0..columns * rows, 1);
        self.cell_start[0] = 0;

        let cutoff_squared = cutoff * cutoff;
        let (half_width, half_height) = (0.5 * width, 0.5 * height);
        self.start.clear();
        self.start.push(0);
        let mut found = 0;
        for i in 0..count {
            let at = wrap_position(position(i), box_size);
            let cell = self.cell_of[i] as usize;
            for row in around(cell / columns, rows) {
                for column in around(cell % columns, columns) {
                    let near = row * columns + column;
                    let slots = self.cell_start[near] as usize..self.cell_start[near + 1] as usize;
                    if self.index.len() < found + slots.len() {
                        self.index.resize(found + slots.len(), 0);
                    }
                    // Each candidate is written, and the next one over it where it is not near: one in three is, and a
                    // branch on that is guessed wrong too often.
                    let free = &mut self.index[found..];
                    let mut kept = 0;
                    for (&j, &there) in self.sorted[slots.clone()].iter().zip(&self.sorted_position[slots]) {
                        let dx = shortest(there.x - at.x, width, half_width);
                        let dy = shortest(there.y - at.y, height, half_height);
                        free[kept] = j;
                        kept += usize::from((dx * dx + dy * dy < cutoff_squared) & (j as usize != i));
                    }
                    found += kept;
                }
            }
            self.start.push(u32::try_from(found).expect("fewer than 2^32 ordered pairs of neighbours"));
        }
        self.index.truncate(found);
    }

    /// The neighbours of particle `i`.
    pub fn of(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        self.index[self.start[i] as usize..self.start[i + 1] as usize].iter().map(|&j| j as usize)
    }
}

/// The cells at most one step from `cell` on a ring of `count` cells, each once.
fn around(cell: usize, count: usize) -> impl Iterator<Item = usize> {
    let steps = count.min(3);
    (0..steps).map(move |step| (cell + count - usize::from(steps == 3) + step) % count)
}

/// A difference of two wrapped coordinates, folded to the nearest image.
#[inline]
fn shortest(difference: f64, length: f64, half: f64) -> f64 {
    if difference > half {
        difference - length
    } else if difference < -half {
        difference + length
    } else {
        difference
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::Particle;
    use proptest::prelude::*;

    fn brute_force(swarm: &Swarm, cutoff: f64) -> Vec<Vec<usize>> {
        let p = &swarm.particles;
        (0..p.len())
            .map(|i| {
                (0..p.len())
                    .filter(|&j| j != i && swarm.offset(&p[i], &p[j]).length_squared() < cutoff * cutoff)
                    .collect()
            })
            .collect()
    }

    fn listed(neighbours: &Neighbours, count: usize) -> Vec<Vec<usize>> {
        (0..count)
            .map(|i| {
                let mut row: Vec<usize> = neighbours.of(i).collect();
                row.sort_unstable();
                row
            })
            .collect()
    }

    proptest! {
        #[test]
        fn lists_equal_brute_force_in_any_box(
            places in prop::collection::vec((-1.0..2.0f64, -1.0..2.0f64), 0..90),
            width in 0.5..40.0f64,
            height in 0.5..40.0f64,
            cutoff in 0.3..9.0f64,
        ) {
            let particles: Vec<_> = places
                .iter()
                .map(|&(x, y)| Particle { x: x * width, y: y * height, ..Particle::default() })
                .collect();
            let swarm = Swarm { particles, box_size: DVec2::new(width, height) };
            // A used list, so that nothing of an earlier swarm may shine through.
            let mut neighbours = Neighbours::new(&Swarm { box_size: DVec2::new(7.0, 3.0), ..swarm.clone() }, 1.1);
            neighbours.rebuild(&swarm, cutoff);
            prop_assert_eq!(listed(&neighbours, swarm.len()), brute_force(&swarm, cutoff));
        }
    }

    #[test]
    fn a_box_below_the_cutoff_lists_every_other_particle_once() {
        let particles =
            (0..7).map(|i| Particle { x: 0.13 * f64::from(i), y: 0.4, ..Particle::default() }).collect::<Vec<_>>();
        let swarm = Swarm { particles, box_size: DVec2::splat(1.0) };
        let neighbours = Neighbours::new(&swarm, 3.0);
        for (i, row) in listed(&neighbours, 7).into_iter().enumerate() {
            assert_eq!(row, (0..7).filter(|&j| j != i).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_particle_that_is_not_finite_disturbs_no_other() {
        let at = |x| Particle { x, y: 1.0, ..Particle::default() };
        let swarm =
            Swarm { particles: vec![at(1.0), at(f64::NAN), at(1.5), at(f64::INFINITY)], box_size: DVec2::splat(9.0) };
        assert_eq!(listed(&Neighbours::new(&swarm, 2.0), 4), vec![vec![2], vec![], vec![0], vec![]]);
    }
}
