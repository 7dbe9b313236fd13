//! A table of positions and true velocities, which flows are compared with.

use super::CloudTextError;
use super::table::{TextTable, number};
use crate::formats::StopSignal;
use crate::worlds::points::packed;

/// Positions and the true velocities there, in the user's coordinates.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct TrueVelocities {
    /// 2 or 3.
    pub dim: usize,
    /// Positions.
    #[serde(with = "packed::points")]
    pub positions: Vec<[f32; 3]>,
    /// Velocity at each position.
    #[serde(with = "packed::points")]
    pub velocities: Vec<[f32; 3]>,
}

/// Columns in the order of a table without names.
const NAMES: [[&str; 3]; 2] = [["x", "y", "z"], ["vx", "vy", "vz"]];

impl TrueVelocities {
    /// Whether there is a velocity at each position, all finite, in two or three dimensions.
    pub fn is_whole(&self) -> bool {
        let finite = |rows: &[[f32; 3]]| rows.as_flattened().iter().all(|v| v.is_finite());
        (2..=3).contains(&self.dim)
            && !self.positions.is_empty()
            && self.positions.len() == self.velocities.len()
            && finite(&self.positions)
            && finite(&self.velocities)
    }

    /// Every so many-th row, so that about `count` are left.
    pub fn thinned(&self, count: usize) -> Self {
        let stride = (self.positions.len() / count.max(1)).max(1);
        let some = |rows: &[[f32; 3]]| rows.iter().step_by(stride).copied().collect();
        Self { dim: self.dim, positions: some(&self.positions), velocities: some(&self.velocities) }
    }

    /// Whether the first line of a table names velocities.
    pub fn is_named_in(text: &str) -> bool {
        let Ok(TextTable { head, .. }) = TextTable::read(text) else { return false };
        ["x", "y", "vx", "vy"].iter().all(|name| head.iter().any(|field| field == name))
    }

    /// Reads a table with the columns `x,y,vx,vy` or `x,y,z,vx,vy,vz`, by the names of its first line or in this order.
    ///
    /// # Errors
    /// See [`CloudTextError`].
    pub fn read(text: &str) -> Result<Self, CloudTextError> {
        Self::unless_stopped(text, StopSignal::NEVER)
    }

    /// As [`Self::read`], until `stop` is set.
    ///
    /// # Errors
    /// As [`Self::read`], and [`CloudTextError::Stopped`].
    pub fn unless_stopped(text: &str, stop: StopSignal) -> Result<Self, CloudTextError> {
        let TextTable { head, is_named, rows } = TextTable::read(text)?;
        let column_of = |name: &str| head.iter().position(|field| field == name);
        let dim = match (is_named, head.len()) {
            // z and vz count only together.
            (true, _) => 2 + usize::from(column_of("z").is_some() && column_of("vz").is_some()),
            (false, 4) => 2,
            (false, 6) => 3,
            (false, _) => return Err(CloudTextError::NoVelocities),
        };
        let columns: Option<Vec<usize>> = if is_named {
            NAMES.iter().flat_map(|names| &names[..dim]).map(|name| column_of(name)).collect()
        } else {
            Some((0..2 * dim).collect())
        };
        let columns = columns.ok_or(CloudTextError::NoVelocities)?;
        let mut truth = Self { dim, positions: Vec::new(), velocities: Vec::new() };
        for row in rows {
            let (line, fields) = row?;
            if stop.is_set_at(truth.positions.len()) {
                return Err(CloudTextError::Stopped);
            }
            let mut row = [[0.0f32; 3]; 2];
            for (k, &column) in columns.iter().enumerate() {
                row[k / dim][k % dim] = number(&fields[column], line, NAMES[k / dim][k % dim])?;
            }
            truth.positions.push(row[0]);
            truth.velocities.push(row[1]);
        }
        if truth.positions.is_empty() { Err(CloudTextError::Empty) } else { Ok(truth) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_velocities_is_read_by_name_or_by_order() {
        let named = TrueVelocities::read("vy;x;y;vx\n4;1;2;3\n").unwrap();
        let bare = TrueVelocities::read("1,2,3,4\n").unwrap();
        assert_eq!(named, bare);
        assert_eq!((named.dim, named.positions[0], named.velocities[0]), (2, [1.0, 2.0, 0.0], [3.0, 4.0, 0.0]));
        let space = TrueVelocities::read("x,y,z,vx,vy,vz\n1,2,3,4,5,6\n").unwrap();
        assert_eq!((space.dim, space.velocities[0]), (3, [4.0, 5.0, 6.0]));
    }

    #[test]
    fn tables_that_name_velocities_are_recognised() {
        assert!(TrueVelocities::is_named_in("# a comment\nx,y,\"VX\",vy\n1,2,3,4\n"));
        assert!(!TrueVelocities::is_named_in("x,y,heading\n1,2,3\n") && !TrueVelocities::is_named_in("1,2,3,4\n"));
    }

    #[test]
    fn a_thinned_truth_keeps_positions_with_their_velocities() {
        let rows: Vec<String> = (0..100).map(|k| format!("{k},0,{k},1")).collect();
        let truth = TrueVelocities::read(&rows.join("\n")).unwrap().thinned(10);
        assert!(truth.is_whole() && truth.positions.len() == 10);
        assert!(truth.positions.iter().zip(&truth.velocities).all(|(position, velocity)| position[0] == velocity[0]));
    }

    #[test]
    fn tables_without_velocities_are_refused() {
        assert_eq!(TrueVelocities::read("x,y\n1,2\n"), Err(CloudTextError::NoVelocities));
        assert_eq!(TrueVelocities::read("1,2,3\n"), Err(CloudTextError::NoVelocities));
        assert_eq!(TrueVelocities::read("# nothing\n"), Err(CloudTextError::Empty));
        let damaged = TrueVelocities::read("1,2,3,4\n1,2,3,a\n");
        assert!(matches!(damaged, Err(CloudTextError::Number { line: 2, column: "vy", .. })), "{damaged:?}");
    }
}
