//! Cells of a crystal as boxes: turned ones are turned back, sheared ones repeated until a rectangle is full.

use crate::formats::rows::Fault;

/// Cosine of the angle between two sides up to which they count as perpendicular (0.057°): lattices are printed with few
/// digits. Straightening such a cell is reported; a cell further off is sheared.
const SHEAR_TOLERANCE: f64 = 1e-3;

/// A cosine that is rounding alone (six decimals of a side of 10): not reported.
const ROUNDING: f64 = 1e-6;

/// A rectangle that repeats the cell has at most so many times its area.
const MAX_COPIES: i64 = 4;

type Vector = [f64; 2];

/// A rectangular box and the way into it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cell {
    /// Width and height.
    pub size: Vector,
    /// The sides in the frame of the file, counter-clockwise.
    sides: [Vector; 2],
    /// Translations of the file's particles that fill the box.
    pub copies: Vec<Vector>,
    /// Angle of the first side, radians: headings are turned back by it.
    pub turn: f64,
    /// How far the sides were from perpendicular.
    bend: Bend,
}

/// A cell whose sides were nearly perpendicular and are taken as such.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Bend {
    /// Cosine of the angle between the sides.
    cosine: f64,
    /// The farthest that a particle moves against its neighbours, in lengths of the file.
    shift: f64,
}

fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

fn cross(a: Vector, b: Vector) -> f64 {
    a[0] * b[1] - a[1] * b[0]
}

fn combined(i: f64, a: Vector, j: f64, b: Vector) -> Vector {
    [i * a[0] + j * b[0], i * a[1] + j * b[1]]
}

fn cosine(a: Vector, b: Vector) -> f64 {
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

impl Cell {
    /// The box of the cell with these two vectors.
    ///
    /// # Errors
    /// Vectors of no area, and sheared cells that fill no rectangle of at most four times their area.
    pub fn of(a: Vector, b: Vector) -> Result<Self, Fault> {
        let area = cross(a, b).abs();
        if !(area > 0.0 && area.is_finite()) {
            let what = format!("the Lattice ({} {}), ({} {}) has no area", a[0], a[1], b[0], b[1]);
            return Err(Fault::at(2, what, "give it a width and a height, or leave it out"));
        }
        // Counter-clockwise, so that nothing is mirrored.
        let (a, b) = if cross(a, b) > 0.0 { (a, b) } else { (b, a) };
        if cosine(a, b).abs() <= SHEAR_TOLERANCE {
            return Ok(Self::rectangle(along_x(a, b), vec![[0.0; 2]]));
        }
        let (u, v) = reduced(a, b);
        let mut best: Option<(i64, f64, [Vector; 2])> = None;
        let range = -6..=6i64;
        for (i, j) in range.clone().flat_map(|i| range.clone().map(move |j| (i, j))) {
            for (k, l) in range.clone().flat_map(|k| range.clone().map(move |l| (k, l))) {
                let times = i * l - j * k;
                if !(1..=MAX_COPIES).contains(&times) {
                    continue;
                }
                let (p, q) = (combined(i as f64, u, j as f64, v), combined(k as f64, u, l as f64, v));
                if cosine(p, q).abs() > SHEAR_TOLERANCE {
                    continue;
                }
                // The least area, then the least turn.
                let turn = p[1].atan2(p[0]).abs();
                if best.is_none_or(|(least, by, _)| (times, turn) < (least, by)) {
                    best = Some((times, turn, [p, q]));
                }
            }
        }
        let Some((times, _, [p, q])) = best else {
            let what =
                format!("the cell ({} {}), ({} {}) fills no rectangle of 4 cells or fewer", a[0], a[1], b[0], b[1]);
            return Err(Fault::at(2, what, "write the particles in an orthogonal cell, or give --box"));
        };
        let mut cell = Self::rectangle([p, q], Vec::new());
        let steps = (0..times).flat_map(|i| (0..times).map(move |j| (i, j)));
        let mut seen: Vec<Vector> = Vec::new();
        for (i, j) in steps {
            let shift = combined(i as f64, u, j as f64, v);
            let share = cell.shares(shift).map(|s| s - (s + 1e-6).floor());
            let is_new = |other: &Vector| (other[0] - share[0]).hypot(other[1] - share[1]) > 1e-3;
            if seen.iter().all(is_new) {
                seen.push(share);
                cell.copies.push(shift);
            }
        }
        Ok(cell)
    }

    fn rectangle(sides: [Vector; 2], copies: Vec<Vector>) -> Self {
        let [p, q] = sides;
        let size = [p[0].hypot(p[1]), q[0].hypot(q[1])];
        let cosine = cosine(p, q);
        Self { size, sides, copies, turn: p[1].atan2(p[0]), bend: Bend { cosine, shift: size[1] * cosine.abs() } }
    }

    /// One sentence where the sides were bent to a right angle by more than rounding.
    pub fn straightened(&self) -> Option<String> {
        let Bend { cosine, shift } = self.bend;
        (cosine.abs() > ROUNDING).then(|| {
            format!(
                "The box's angle of {:.4}° was bent to 90°, which moves particles by up to {shift:.2e}; above {:.3}° off, a \
                 cell counts as sheared.",
                cosine.acos().to_degrees(),
                SHEAR_TOLERANCE.asin().to_degrees()
            )
        })
    }

    /// The sides are along x and y, and nothing is repeated.
    pub fn is_plain(&self) -> bool {
        let [p, q] = self.sides;
        p[1] == 0.0 && q[0] == 0.0 && self.copies.len() == 1
    }

    /// Along both sides, as shares of them.
    fn shares(&self, at: Vector) -> Vector {
        let [p, q] = self.sides;
        let area = cross(p, q);
        [cross(at, q) / area, cross(p, at) / area]
    }

    /// A place of the file, in the box.
    pub fn place(&self, at: Vector) -> Vector {
        if self.is_plain() {
            return at;
        }
        let [s, t] = self.shares(at);
        [s * self.size[0], t * self.size[1]]
    }
}

/// Two perpendicular vectors, counter-clockwise, the first of them nearer to +x where the order is free.
fn along_x(a: Vector, b: Vector) -> [Vector; 2] {
    // (b, -a) spans the same box.
    let turned = [b, [-a[0], -a[1]]];
    if b[1].atan2(b[0]).abs() + 1e-9 < a[1].atan2(a[0]).abs() && a[0] <= 0.0 { turned } else { [a, b] }
}

/// The shortest vectors of a lattice (Gauss), counter-clockwise as before.
fn reduced(mut a: Vector, mut b: Vector) -> (Vector, Vector) {
    // Each round shortens a vector; a hundred are enough for any f64.
    for _ in 0..100 {
        if dot(a, a) > dot(b, b) {
            (a, b) = (b, [-a[0], -a[1]]);
        }
        let steps = (dot(a, b) / dot(a, a)).round();
        if steps == 0.0 {
            break;
        }
        b = combined(1.0, b, -steps, a);
    }
    (a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hexagonal_cell_becomes_a_rectangle_of_two() {
        let (side, height) = (4.0, 4.0 * 0.75f64.sqrt());
        for b in [[2.0, height], [-2.0, height]] {
            let cell = Cell::of([side, 0.0], b).unwrap();
            assert_eq!((cell.copies.len(), cell.turn), (2, 0.0));
            assert!((cell.size[0] - 4.0).abs() < 1e-9 && (cell.size[1] - 2.0 * height).abs() < 1e-9, "{cell:?}");
        }
    }

    #[test]
    fn a_bent_cell_reports_its_angle_and_rounding_stays_silent() {
        let bent = Cell::of([10.0, 0.0], [0.004, 8.0]).unwrap();
        let said = bent.straightened().unwrap();
        assert!(said.contains("89.9714°") && said.contains("4.00e-3") && said.chars().count() <= 300, "{said}");
        // The mirrored shear is bent by as much to the other side.
        assert!(Cell::of([10.0, 0.0], [-0.004, 8.0]).unwrap().straightened().unwrap().contains("90.0286°"));
        // Two cells of a hexagonal lattice that was printed with four digits.
        let hexagonal = Cell::of([4.0, 0.0], [2.0, 3.464]).unwrap();
        assert_eq!((hexagonal.copies.len(), hexagonal.straightened()), (2, None));
        assert!(Cell::of([4.0, 0.0], [2.001, 3.4641]).unwrap().straightened().is_some());
        assert_eq!(Cell::of([10.0, 0.0], [0.0, 8.0]).unwrap().straightened(), None);
    }

    // Case A14: three cells, turned by 30 degrees.
    #[test]
    fn a_sheared_cell_becomes_the_least_rectangle() {
        let cell = Cell::of([4.0, 0.0], [-1.5, 2.598]).unwrap();
        assert_eq!(cell.copies.len(), 3);
        let area = cell.size[0] * cell.size[1];
        assert!((area / (3.0 * 4.0 * 2.598) - 1.0).abs() < 1e-4, "{cell:?}");
        // Neighbours keep their distances: the three copies and one lattice step.
        let places: Vec<Vector> = cell.copies.iter().map(|&shift| cell.place(shift)).collect();
        let far = |a: Vector, b: Vector| {
            let off = [0, 1].map(|k| (a[k] - b[k]) - cell.size[k] * ((a[k] - b[k]) / cell.size[k]).round());
            off[0].hypot(off[1])
        };
        let least = far(places[0], places[1]).min(far(places[0], places[2]));
        assert!(least > 2.9 && least < 4.1, "{places:?}");
    }

    #[test]
    fn a_turned_cell_is_turned_back_and_a_skew_one_refused() {
        let turn = 0.4f64;
        let (a, b) = ([10.0 * turn.cos(), 10.0 * turn.sin()], [-6.0 * turn.sin(), 6.0 * turn.cos()]);
        let cell = Cell::of(a, b).unwrap();
        assert!((cell.turn - turn).abs() < 1e-12 && (cell.size[1] - 6.0).abs() < 1e-12);
        let place = cell.place([0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])]);
        assert!((place[0] - 5.0).abs() < 1e-12 && (place[1] - 3.0).abs() < 1e-12);
        // Left-handed: the same box.
        assert_eq!(Cell::of([0.0, 6.0], [10.0, 0.0]).unwrap().size, [10.0, 6.0]);
        assert!(Cell::of([10.0, 0.0], [3.3, 7.1]).unwrap_err().what.contains("no rectangle"));
        assert!(Cell::of([10.0, 0.0], [5.0, 0.0]).unwrap_err().what.contains("no area"));
    }
}
