//! Cells of a crystal as boxes: turned ones are turned back, sheared ones repeated until a rectangle is full.

use glam::DVec2;

use crate::formats::rows::Fault;

/// Cosine of the angle between two sides up to which they count as perpendicular (0.057°): lattices are printed with few
/// digits. Straightening such a cell is reported; a cell further off is sheared.
const SHEAR_TOLERANCE: f64 = 1e-3;

/// A cosine that is rounding alone (six decimals of a side of 10): not reported.
const ROUNDING: f64 = 1e-6;

/// A rectangle that repeats the cell has at most so many times its area.
const MAX_COPIES: i64 = 4;

/// A rectangular box and the way into it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cell {
    /// Width and height.
    pub size: DVec2,
    /// The sides in the frame of the file, counter-clockwise.
    sides: [DVec2; 2],
    /// Translations of the file's particles that fill the box.
    pub copies: Vec<DVec2>,
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

fn cosine(a: DVec2, b: DVec2) -> f64 {
    a.dot(b) / (a.length_squared() * b.length_squared()).sqrt()
}

impl Cell {
    /// The box of the cell with these two vectors.
    ///
    /// # Errors
    /// Vectors of no area, and sheared cells that fill no rectangle of at most four times their area.
    pub fn of(a: DVec2, b: DVec2) -> Result<Self, Fault> {
        let area = a.perp_dot(b).abs();
        if !(area > 0.0 && area.is_finite()) {
            let what = format!("the Lattice ({} {}), ({} {}) has no area", a.x, a.y, b.x, b.y);
            return Err(Fault::at(2, what, "give it a width and a height, or leave it out"));
        }
        // Counter-clockwise, so that nothing is mirrored.
        let (a, b) = if a.perp_dot(b) > 0.0 { (a, b) } else { (b, a) };
        if cosine(a, b).abs() <= SHEAR_TOLERANCE {
            return Ok(Self::rectangle(along_x(a, b), vec![DVec2::ZERO]));
        }
        let (u, v) = reduced(a, b);
        let mut best: Option<(i64, f64, [DVec2; 2])> = None;
        let range = -6..=6i64;
        for (i, j) in range.clone().flat_map(|i| range.clone().map(move |j| (i, j))) {
            for (k, l) in range.clone().flat_map(|k| range.clone().map(move |l| (k, l))) {
                let times = i * l - j * k;
                if !(1..=MAX_COPIES).contains(&times) {
                    continue;
                }
                let (p, q) = (i as f64 * u + j as f64 * v, k as f64 * u + l as f64 * v);
                if cosine(p, q).abs() > SHEAR_TOLERANCE {
                    continue;
                }
                // The smallest area, then the smallest turn.
                let turn = p.y.atan2(p.x).abs();
                if best.is_none_or(|(area, by, _)| (times, turn) < (area, by)) {
                    best = Some((times, turn, [p, q]));
                }
            }
        }
        let Some((times, _, [p, q])) = best else {
            let what = format!("the cell ({} {}), ({} {}) fills no rectangle of 4 cells or fewer", a.x, a.y, b.x, b.y);
            return Err(Fault::at(2, what, "write the particles in an orthogonal cell, or give --box"));
        };
        let mut cell = Self::rectangle([p, q], Vec::new());
        let steps = (0..times).flat_map(|i| (0..times).map(move |j| (i, j)));
        let mut seen: Vec<DVec2> = Vec::new();
        for (i, j) in steps {
            let shift = i as f64 * u + j as f64 * v;
            let share = cell.shares(shift);
            let share = share - (share + 1e-6).floor();
            if seen.iter().all(|other| other.distance(share) > 1e-3) {
                seen.push(share);
                cell.copies.push(shift);
            }
        }
        Ok(cell)
    }

    fn rectangle(sides: [DVec2; 2], copies: Vec<DVec2>) -> Self {
        let [p, q] = sides;
        let size = DVec2::new(p.x.hypot(p.y), q.x.hypot(q.y));
        let cosine = cosine(p, q);
        Self { size, sides, copies, turn: p.y.atan2(p.x), bend: Bend { cosine, shift: size.y * cosine.abs() } }
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
        p.y == 0.0 && q.x == 0.0 && self.copies.len() == 1
    }

    /// Along both sides, as shares of them.
    fn shares(&self, at: DVec2) -> DVec2 {
        let [p, q] = self.sides;
        DVec2::new(at.perp_dot(q), p.perp_dot(at)) / p.perp_dot(q)
    }

    /// A place of the file, in the box.
    pub fn place(&self, at: DVec2) -> DVec2 {
        if self.is_plain() {
            return at;
        }
        self.shares(at) * self.size
    }
}

/// Two perpendicular vectors, counter-clockwise, the first of them nearer to +x where the order is free.
fn along_x(a: DVec2, b: DVec2) -> [DVec2; 2] {
    // (b, -a) spans the same box.
    let turned = [b, -a];
    if b.y.atan2(b.x).abs() + 1e-9 < a.y.atan2(a.x).abs() && a.x <= 0.0 { turned } else { [a, b] }
}

/// The shortest vectors of a lattice (Gauss), counter-clockwise as before.
fn reduced(mut a: DVec2, mut b: DVec2) -> (DVec2, DVec2) {
    // Each round shortens a vector; a hundred are enough for any f64.
    for _ in 0..100 {
        if a.length_squared() > b.length_squared() {
            (a, b) = (b, -a);
        }
        let steps = (a.dot(b) / a.length_squared()).round();
        if steps == 0.0 {
            break;
        }
        b -= steps * a;
    }
    (a, b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::offset;

    fn cell_of(a: [f64; 2], b: [f64; 2]) -> Result<Cell, Fault> {
        Cell::of(a.into(), b.into())
    }

    #[test]
    fn a_hexagonal_cell_becomes_a_rectangle_of_two() {
        let (side, height) = (4.0, 4.0 * 0.75f64.sqrt());
        for b in [[2.0, height], [-2.0, height]] {
            let cell = cell_of([side, 0.0], b).unwrap();
            assert_eq!((cell.copies.len(), cell.turn), (2, 0.0));
            assert!((cell.size.x - 4.0).abs() < 1e-9 && (cell.size.y - 2.0 * height).abs() < 1e-9, "{cell:?}");
        }
    }

    #[test]
    fn a_bent_cell_reports_its_angle_and_rounding_stays_silent() {
        let bent = cell_of([10.0, 0.0], [0.004, 8.0]).unwrap();
        let text = bent.straightened().unwrap();
        assert!(text.contains("89.9714°") && text.contains("4.00e-3") && text.chars().count() <= 300, "{text}");
        // The mirrored shear is bent by as much to the other side.
        assert!(cell_of([10.0, 0.0], [-0.004, 8.0]).unwrap().straightened().unwrap().contains("90.0286°"));
        // Two cells of a hexagonal lattice that was printed with four digits.
        let hexagonal = cell_of([4.0, 0.0], [2.0, 3.464]).unwrap();
        assert_eq!((hexagonal.copies.len(), hexagonal.straightened()), (2, None));
        assert!(cell_of([4.0, 0.0], [2.001, 3.4641]).unwrap().straightened().is_some());
        assert_eq!(cell_of([10.0, 0.0], [0.0, 8.0]).unwrap().straightened(), None);
    }

    // Case A14: three cells, turned by 30 degrees.
    #[test]
    fn a_sheared_cell_becomes_the_least_rectangle() {
        let cell = cell_of([4.0, 0.0], [-1.5, 2.598]).unwrap();
        assert_eq!(cell.copies.len(), 3);
        let area = cell.size.element_product();
        assert!((area / (3.0 * 4.0 * 2.598) - 1.0).abs() < 1e-4, "{cell:?}");
        // Neighbours keep their distances: the three copies and one lattice step.
        let places: Vec<DVec2> = cell.copies.iter().map(|&shift| cell.place(shift)).collect();
        let far = |a: DVec2, b: DVec2| offset(b, a, Some(cell.size)).length();
        let shortest = far(places[0], places[1]).min(far(places[0], places[2]));
        assert!(shortest > 2.9 && shortest < 4.1, "{places:?}");
    }

    #[test]
    fn a_turned_cell_is_turned_back_and_a_skew_one_refused() {
        let turn = 0.4f64;
        let ahead = DVec2::from_angle(turn);
        let (a, b) = (10.0 * ahead, 6.0 * ahead.perp());
        let cell = Cell::of(a, b).unwrap();
        assert!((cell.turn - turn).abs() < 1e-12 && (cell.size.y - 6.0).abs() < 1e-12);
        assert!(cell.place(0.5 * (a + b)).abs_diff_eq(DVec2::new(5.0, 3.0), 1e-12));
        // Left-handed: the same box.
        assert_eq!(cell_of([0.0, 6.0], [10.0, 0.0]).unwrap().size, DVec2::new(10.0, 6.0));
        assert!(cell_of([10.0, 0.0], [3.3, 7.1]).unwrap_err().what.contains("no rectangle"));
        assert!(cell_of([10.0, 0.0], [5.0, 0.0]).unwrap_err().what.contains("no area"));
    }
}
