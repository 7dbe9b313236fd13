//! Size of the neighbour grid, and the levels of its prefix sum.

use glam::DVec2;

/// Values summed by one invocation of `shaders/swarm/scan.wgsl`.
const SCAN_RADIX: usize = 64;

/// Cells of a torus, none smaller than the reach of the interactions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Grid {
    pub box_size: DVec2,
    pub cells: [u32; 2],
}

impl Grid {
    /// `reach_l`: the largest distance at which two particles see each other.
    pub fn new(box_size: DVec2, reach_l: f64, particles: usize) -> Self {
        // A hair more than the reach: single precision may put a particle at a border into the cell before it.
        let mut size = reach_l * 1.0001;
        // Many more cells than particles would only cost memory.
        let budget = (2 * particles + 64) as f64;
        let area = box_size.element_product();
        if area / (size * size) > budget {
            size = (area / budget).sqrt();
        }
        let cells = box_size.to_array().map(|length| (length / size).floor().clamp(1.0, budget) as u32);
        Self { box_size, cells }
    }

    pub fn count(&self) -> usize {
        self.cells[0] as usize * self.cells[1] as usize
    }

    /// Lengths of the upper levels of the prefix sum over `count() + 1` starts, down to a single block.
    pub fn scan_levels(&self) -> Vec<usize> {
        let mut lengths = Vec::new();
        let mut length = self.count() + 1;
        while length > SCAN_RADIX {
            length = length.div_ceil(SCAN_RADIX);
            lengths.push(length);
        }
        lengths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_never_smaller_than_the_reach() {
        for (box_size, reach, n) in
            [([10.0, 30.0], 3.9, 500), ([2.0, 1.0], 3.9, 2), ([1e6, 1.0], 0.5, 3), ([1e5, 1e5], 3.9, 2)]
        {
            let box_size = DVec2::from(box_size);
            let grid = Grid::new(box_size, reach, n);
            for axis in 0..2 {
                let size = box_size[axis] / f64::from(grid.cells[axis]);
                assert!(grid.cells[axis] == 1 || size > reach, "{box_size:?} {grid:?}");
            }
            assert!(grid.count() <= 2 * n + 64, "{grid:?}");
        }
    }

    #[test]
    fn levels_shrink_to_one_block() {
        let grid = |cells| Grid { box_size: DVec2::splat(1.0), cells };
        assert_eq!(grid([7, 9]).scan_levels(), Vec::<usize>::new());
        assert_eq!(grid([8, 8]).scan_levels(), vec![2]);
        assert_eq!(grid([1000, 1000]).scan_levels(), vec![15626, 245, 4]);
    }
}
