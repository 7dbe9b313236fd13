//! A table of particles as a text that came from anywhere, such as the clipboard.

use glam::DVec2;

use super::text::normalised;
use super::{Assumption, ImportOptions, StopSignal, table};
use crate::worlds::swarm::picture::headings::from_neighbours;
use crate::worlds::swarm::picture::{Particle, Snapshot, wrap_angle};

/// Particles of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// In the order of the lines.
    pub particles: Vec<Particle>,
    /// What had to be assumed.
    pub assumptions: Vec<Assumption>,
}

/// Reads a table with the header `x,y,heading,species`, as [`super::write_csv`] writes it and spreadsheets copy it.
/// Headings that are missing are put along the line to the nearest neighbours.
///
/// # Errors
/// What is wrong, in which line, and the next step, without a full stop.
pub fn read_csv(text: &str) -> Result<Table, String> {
    let text = normalised(text.to_owned());
    let read = table::parse(&text, &ImportOptions::default(), StopSignal::NEVER).map_err(|fault| fault.text())?;
    let rows = read.frames.into_iter().next().unwrap_or_default().rows;
    if rows.is_empty() {
        return Err("the table has a header but no particles; copy some lines below it too".to_owned());
    }
    let sense = if read.y_down { -1.0 } else { 1.0 };
    let mut particles: Vec<Particle> = rows
        .iter()
        .map(|row| Particle {
            x: row.x,
            y: sense * row.y,
            heading: wrap_angle(sense * row.heading.unwrap_or(0.0)),
            species: row.species,
        })
        .collect();
    let mut assumptions = read.assumptions;
    if rows.iter().any(|row| row.heading.is_none()) {
        let snapshot = Snapshot { particles: particles.clone(), box_size: DVec2::splat(1.0), ..Snapshot::default() };
        let guessed = from_neighbours(&snapshot.positions(), snapshot.unit_length(), None);
        for ((particle, row), heading) in particles.iter_mut().zip(&rows).zip(guessed) {
            if row.heading.is_none() {
                particle.heading = heading;
            }
        }
        let text = "Headings that were not given were put along the line to the nearest neighbours.";
        assumptions.push(Assumption::fact(super::About::Headings, text));
    }
    Ok(Table { particles, assumptions })
}

#[cfg(test)]
mod tests {
    use super::super::write_csv;
    use super::*;

    #[test]
    fn what_is_written_is_read_back_exactly() {
        let particles = vec![
            Particle { x: 0.1, y: 2.0 / 3.0, heading: -1.25, species: 3 },
            Particle { x: 7.0, y: 1e-3, heading: 3.0, species: 0 },
        ];
        let mut text = Vec::new();
        write_csv(&particles, DVec2::new(16.0, 10.0), &mut text).unwrap();
        let table = read_csv(std::str::from_utf8(&text).unwrap()).unwrap();
        assert_eq!(table, Table { particles, assumptions: Vec::new() });
    }

    #[test]
    fn columns_of_a_spreadsheet_without_headings_are_read() {
        let table = read_csv("x\ty\n1\t1\n2\t1\n3\t1\n").unwrap();
        assert!(table.particles.iter().all(|p| p.heading.sin().abs() < 1e-9));
        assert!(table.assumptions.iter().any(|a| a.text.starts_with("Headings that")), "{table:?}");
    }

    #[test]
    fn a_text_that_is_no_table_is_refused_in_one_sentence() {
        let prose = read_csv("Dear all,\nplease find enclosed my letter.").unwrap_err();
        assert!(prose.contains("line 1") && prose.contains("x,y,heading,species"), "{prose}");
        let long = read_csv(&"word ".repeat(500)).unwrap_err();
        assert!(long.len() < 400, "{long}");
        assert!(read_csv("x,y\n1,2\n3,up\n").unwrap_err().starts_with("line 3: y is 'up', not a number;"));
        assert!(read_csv("x,y\n").unwrap_err().contains("no particles"));
    }
}
