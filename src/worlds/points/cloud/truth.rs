//! A known velocity as a table of places and velocities, which flows are compared with.

use super::CloudTextError;
use super::table::{number, splitter, table_lines};
use crate::worlds::points::packed;

/// Places and true velocities there, in the user's coordinates.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct TrueVelocities {
    /// 2 or 3.
    pub dim: usize,
    #[serde(with = "packed::points")]
    pub places: Vec<[f32; 3]>,
    #[serde(with = "packed::points")]
    pub velocities: Vec<[f32; 3]>,
}

/// Columns in the order of a table without names.
const NAMES: [[&str; 3]; 2] = [["x", "y", "z"], ["vx", "vy", "vz"]];

impl TrueVelocities {
    /// Whether there is a velocity for each place, all finite, in two or three dimensions.
    pub fn is_whole(&self) -> bool {
        let finite = |rows: &[[f32; 3]]| rows.as_flattened().iter().all(|v| v.is_finite());
        (2..=3).contains(&self.dim)
            && !self.places.is_empty()
            && self.places.len() == self.velocities.len()
            && finite(&self.places)
            && finite(&self.velocities)
    }

    /// Every so many-th row, so that about `count` are left.
    pub fn thinned(&self, count: usize) -> Self {
        let stride = (self.places.len() / count.max(1)).max(1);
        let some = |rows: &[[f32; 3]]| rows.iter().step_by(stride).copied().collect();
        Self { dim: self.dim, places: some(&self.places), velocities: some(&self.velocities) }
    }

    /// Whether the first line of a table names velocities.
    pub fn is_named_in(text: &str) -> bool {
        let Some((_, first)) = table_lines(text).next() else { return false };
        let head: Vec<String> =
            splitter(first)(first).map(|field| field.trim_matches('"').to_ascii_lowercase()).collect();
        ["x", "y", "vx", "vy"].iter().all(|name| head.iter().any(|field| field == name))
    }

    /// Reads a table with the columns `x,y,vx,vy` or `x,y,z,vx,vy,vz`, by the names of its first line or in this order.
    ///
    /// # Errors
    /// See [`CloudTextError`].
    pub fn read(text: &str) -> Result<Self, CloudTextError> {
        let mut lines = table_lines(text).peekable();
        let Some(&(_, first)) = lines.peek() else { return Err(CloudTextError::Empty) };
        let split = splitter(first);
        let head: Vec<String> = split(first).map(|field| field.trim_matches('"').to_ascii_lowercase()).collect();
        let place = |name: &str| head.iter().position(|field| field == name);
        let is_named = head.iter().any(|field| field.parse::<f64>().is_err());
        let dim = match (is_named, head.len()) {
            (true, _) => 2 + usize::from(place("z").is_some() && place("vz").is_some()),
            (false, 4) => 2,
            (false, 6) => 3,
            (false, _) => return Err(CloudTextError::NoVelocities),
        };
        let columns: Option<Vec<usize>> = if is_named {
            lines.next();
            NAMES.iter().flat_map(|names| &names[..dim]).map(|name| place(name)).collect()
        } else {
            Some((0..2 * dim).collect())
        };
        let columns = columns.ok_or(CloudTextError::NoVelocities)?;
        let mut truth = Self { dim, places: Vec::new(), velocities: Vec::new() };
        for (line, text) in lines {
            let fields: Vec<&str> = split(text).collect();
            if fields.len() != head.len() {
                return Err(CloudTextError::Width { line, found: fields.len(), expected: head.len() });
            }
            let mut row = [[0.0f32; 3]; 2];
            for (k, &column) in columns.iter().enumerate() {
                row[k / dim][k % dim] = number(fields[column], line, NAMES[k / dim][k % dim])?;
            }
            truth.places.push(row[0]);
            truth.velocities.push(row[1]);
        }
        if truth.places.is_empty() { Err(CloudTextError::Empty) } else { Ok(truth) }
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
        assert_eq!((named.dim, named.places[0], named.velocities[0]), (2, [1.0, 2.0, 0.0], [3.0, 4.0, 0.0]));
        let space = TrueVelocities::read("x,y,z,vx,vy,vz\n1,2,3,4,5,6\n").unwrap();
        assert_eq!((space.dim, space.velocities[0]), (3, [4.0, 5.0, 6.0]));
    }

    #[test]
    fn tables_that_name_velocities_are_recognised() {
        assert!(TrueVelocities::is_named_in("# a comment\nx,y,\"VX\",vy\n1,2,3,4\n"));
        assert!(!TrueVelocities::is_named_in("x,y,heading\n1,2,3\n") && !TrueVelocities::is_named_in("1,2,3,4\n"));
    }

    #[test]
    fn a_thinned_truth_keeps_places_with_their_velocities() {
        let rows: Vec<String> = (0..100).map(|k| format!("{k},0,{k},1")).collect();
        let truth = TrueVelocities::read(&rows.join("\n")).unwrap().thinned(10);
        assert!(truth.is_whole() && truth.places.len() == 10);
        assert!(truth.places.iter().zip(&truth.velocities).all(|(place, velocity)| place[0] == velocity[0]));
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
