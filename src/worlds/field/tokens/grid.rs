//! How the network's grid is placed on the field in one step: shifted and turned at random, because the network treats the four
//! phases of its grid, and directions, slightly differently. Without the turns all tokens slowly take up one heading.

use super::noise::words;

/// Pixels of the shift: the grid repeats after four.
const PHASES: u32 = 4;

/// A map from pixels of the network's image to pixels of the field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GridPlacement {
    size: [usize; 2],
    /// Field pixels right and down.
    shift: [usize; 2],
    /// Quarter turns; only half turns where the field is not square.
    turns: u32,
}

impl GridPlacement {
    /// Of one step on a field of the given width and height.
    pub fn of_step(seed: u64, step: u32, size: [usize; 2]) -> Self {
        let [a, b, c, _] = words(seed, step, u32::MAX).map(|word| word >> 30);
        debug_assert!(a < PHASES && b < PHASES);
        let turns = if size[0] == size[1] { c } else { c & 2 };
        Self { size, shift: [a as usize, b as usize], turns }
    }

    /// The field pixel (column, row) at a pixel of the network's image.
    fn field_pixel(&self, [x, y]: [usize; 2]) -> [usize; 2] {
        let [width, height] = self.size;
        let turned = match self.turns {
            0 => [x, y],
            1 => [height - 1 - y, x],
            2 => [width - 1 - x, height - 1 - y],
            _ => [y, width - 1 - x],
        };
        [0, 1].map(|axis| (turned[axis] + self.size[axis] - self.shift[axis]) % self.size[axis])
    }

    /// The image `[height × width × 3]` as the network sees it.
    pub fn seen(&self, field: &[f32]) -> Vec<f32> {
        let mut out = vec![0.0; field.len()];
        self.each(|network, at| out[network..network + 3].copy_from_slice(&field[at..at + 3]));
        out
    }

    /// An image of the network back on the field.
    pub fn unseen(&self, network: &[f32]) -> Vec<f32> {
        let mut out = vec![0.0; network.len()];
        self.each(|from, at| out[at..at + 3].copy_from_slice(&network[from..from + 3]));
        out
    }

    /// Visits the first values of all pixels, in the network's image and in the field.
    fn each(&self, mut visit: impl FnMut(usize, usize)) {
        let [width, height] = self.size;
        for y in 0..height {
            for x in 0..width {
                let [column, row] = self.field_pixel([x, y]);
                visit(3 * (y * width + x), 3 * (row * width + column));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placements_are_undone_and_all_of_them_occur() {
        for size in [[16, 16], [32, 16]] {
            let image: Vec<f32> = (0..size[0] * size[1] * 3).map(|k| k as f32).collect();
            let mut kinds = std::collections::BTreeSet::new();
            for step in 0..1000 {
                let placement = GridPlacement::of_step(5, step, size);
                kinds.insert((placement.shift, placement.turns));
                let seen = placement.seen(&image);
                assert_eq!(placement.unseen(&seen), image);
                assert_eq!(seen == image, placement.shift == [0, 0] && placement.turns == 0);
            }
            assert_eq!(kinds.len(), if size[0] == size[1] { 64 } else { 32 });
        }
    }

    #[test]
    fn neighbours_stay_neighbours() {
        let placement = GridPlacement { size: [16, 16], shift: [3, 1], turns: 1 };
        let [a, b] = [[7, 7], [8, 7]].map(|at| placement.field_pixel(at));
        assert_eq!((a[0], b[1] - a[1]), (b[0], 1), "one column to the right is one row down after a quarter turn");
    }
}
