//! Species as files write them: numbers, or names like `Ar` and `red`.

use super::rows::Fault;
use super::{About, Assumption};
use crate::worlds::swarm::picture::MAX_SPECIES;

/// Collects the species column; [`Self::finish`] turns it into indices.
#[derive(Default)]
pub(super) struct SpeciesColumn {
    /// Different entries in order of appearance, with the line of the first.
    seen: Vec<(String, usize)>,
    entries: Vec<u8>,
}

impl SpeciesColumn {
    /// # Errors
    /// More different species than the world has.
    pub fn push(&mut self, text: &str, line: usize) -> Result<(), Fault> {
        if text.is_empty() {
            return Err(Fault::at(line, "species is empty", "write a species there or delete the line"));
        }
        // Programs that keep numbers as floats write 1.0 for 1.
        let text = text.strip_suffix(".0").unwrap_or(text);
        let at = match self.seen.iter().position(|(name, _)| name == text) {
            Some(at) => at,
            None if self.seen.len() == MAX_SPECIES => {
                let what = format!("'{text}' is the ninth species; there can be {MAX_SPECIES}");
                return Err(Fault::at(line, what, "merge or leave out some species"));
            }
            None => {
                self.seen.push((text.to_owned(), line));
                self.seen.len() - 1
            }
        };
        self.entries.push(at as u8);
        Ok(())
    }

    /// Numbers 0 to 7 stay; other numbers are ranked, names are numbered as they appear, and an assumption reports which became which.
    /// With them come the names of the indices, unless all stay.
    pub fn finish(self, assumptions: &mut Vec<Assumption>) -> (Vec<u8>, Vec<String>) {
        let numbers: Option<Vec<f64>> = self.seen.iter().map(|(name, _)| name.parse().ok()).collect();
        let as_is = |value: f64| value.fract() == 0.0 && (0.0..MAX_SPECIES as f64).contains(&value);
        let index_of: Vec<u8> = match &numbers {
            Some(values) if values.iter().copied().all(as_is) => {
                return (self.pick(&values.iter().map(|&v| v as u8).collect::<Vec<_>>()), Vec::new());
            }
            Some(values) => values.iter().map(|v| values.iter().filter(|other| other < &v).count() as u8).collect(),
            None => (0..self.seen.len() as u8).collect(),
        };
        let names: Vec<String> =
            self.seen.iter().zip(&index_of).map(|((name, _), index)| format!("'{name}' became {index}")).collect();
        let text = format!("Species were numbered: {}.", names.join(", "));
        assumptions.push(Assumption::fact(About::Species, text));
        let mut names = vec![String::new(); self.seen.len()];
        for ((name, _), index) in self.seen.iter().zip(&index_of) {
            names[usize::from(*index)].clone_from(name);
        }
        (self.pick(&index_of), names)
    }

    fn pick(&self, index_of: &[u8]) -> Vec<u8> {
        self.entries.iter().map(|&entry| index_of[usize::from(entry)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(entries: &[&str]) -> (Vec<u8>, Vec<String>) {
        let mut column = SpeciesColumn::default();
        for (i, entry) in entries.iter().enumerate() {
            column.push(entry, i + 2).unwrap();
        }
        let mut notes = Vec::new();
        (column.finish(&mut notes).0, notes.into_iter().map(|a| a.text).collect())
    }

    #[test]
    fn small_numbers_stay_and_others_are_numbered_with_a_note() {
        assert_eq!(read(&["3", "0", "3.0", "7"]), (vec![3, 0, 3, 7], vec![]));
        let (ranked, notes) = read(&["20", "10", "20"]);
        assert_eq!(ranked, vec![1, 0, 1]);
        assert_eq!(notes, vec!["Species were numbered: '20' became 1, '10' became 0."]);
        assert_eq!(read(&["red", "blue", "red"]).0, vec![0, 1, 0]);
    }

    #[test]
    fn the_ninth_species_is_refused_by_name_and_line() {
        let mut column = SpeciesColumn::default();
        for i in 0..8 {
            column.push(&format!("s{i}"), i + 2).unwrap();
        }
        let fault = column.push("argon", 10).unwrap_err();
        assert_eq!(fault.line, Some(10));
        assert!(fault.what.contains("'argon'"), "{}", fault.what);
    }
}
