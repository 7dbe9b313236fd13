//! The user's own stamps as a file.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::persistence::{Persistent, merged_lists};
use crate::session::{MAX_STAMP_PARTICLES, Stamp};
use crate::worlds::swarm::picture::{MAX_SPECIES, Particle};

/// All of them, in their order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Book {
    stamps: Vec<Page>,
}

/// Particles about their own middle, world units and radians.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Page {
    name: String,
    particles: Vec<Particle>,
}

impl Book {
    pub fn of(stamps: &[Stamp]) -> Self {
        let page = |stamp: &Stamp| Page { name: stamp.name.clone(), particles: stamp.particles.to_vec() };
        Self { stamps: stamps.iter().map(page).collect() }
    }

    pub fn stamps(self) -> Vec<Stamp> {
        let stamp = |page: Page| Stamp { name: page.name, particles: Arc::new(page.particles) };
        self.stamps.into_iter().map(stamp).collect()
    }
}

impl Persistent for Book {
    const FILE: &str = "stamps.ron";
    const NAME: &str = "stamps";
    const INSTEAD: &str = "the library starts empty";

    fn usable(self) -> Result<Self, String> {
        for Page { name, particles } in &self.stamps {
            let whole = |p: &Particle| [p.x, p.y, p.heading].iter().all(|x| x.is_finite());
            if !(1..=MAX_STAMP_PARTICLES).contains(&particles.len()) {
                return Err(format!("“{name}” has {} particles", particles.len()));
            }
            if !particles.iter().all(|p| whole(p) && usize::from(p.species) < MAX_SPECIES) {
                return Err(format!("a value in “{name}” is not finite, or its species is not below {MAX_SPECIES}"));
            }
        }
        Ok(self)
    }

    fn merged(self, base: &Self, theirs: Self) -> Self {
        Self { stamps: merged_lists(&self.stamps, &base.stamps, &theirs.stamps, usize::MAX) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::persistence::{Saver, read};
    use super::*;

    fn pair() -> Vec<Stamp> {
        let at = |x, species| Particle { x, heading: 1.25, species, ..Particle::default() };
        vec![Stamp { name: "A pair".into(), particles: Arc::new(vec![at(-0.5, 0), at(0.5, 3)]) }]
    }

    #[test]
    fn stamps_are_there_again_in_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stamps.ron");
        let saver = Saver::new(Some(path.clone()), Book::default());
        saver.save(Book::of(&pair()));
        drop(saver);
        let (book, warning) = read::<Book>(&path);
        assert_eq!((book.stamps(), warning), (pair(), None));
    }

    #[test]
    fn windows_keep_each_others_stamps_and_deletions() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stamps.ron");
        let named = |names: &[&str]| -> Book {
            let stamp = |name: &&str| Stamp { name: (*name).to_owned(), ..pair().remove(0) };
            Book::of(&names.iter().map(stamp).collect::<Vec<_>>())
        };
        let base = named(&["old", "doomed"]);
        Saver::new(Some(path.clone()), Book::default()).save(base.clone());
        let windows: Vec<_> = (0..8).map(|_| Saver::new(Some(path.clone()), base.clone())).collect();
        for (k, window) in windows.iter().enumerate() {
            // All at once.
            let name = format!("of window {k}");
            window.save(named(&["old", "doomed", &name]));
        }
        windows[3].save(named(&["old", "of window 3"]));
        std::thread::scope(|scope| windows.into_iter().for_each(|window| _ = scope.spawn(move || drop(window))));
        let mut names: Vec<String> = read::<Book>(&path).0.stamps.into_iter().map(|page| page.name).collect();
        names.sort_unstable();
        let expected: Vec<String> = (0..8).map(|k| format!("of window {k}")).chain(["old".to_owned()]).collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn each_bad_stamp_file_is_set_aside_and_reported() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stamps.ron");
        let texts = [
            "(stamps: [(name: \"x\"",
            "(stamps: [(name: \"x\", particles: [])])",
            "(stamps: [(name: \"x\", particles: [(x: inf, y: 0, heading: 0, species: 0)])])",
            "(stamps: [(name: \"x\", particles: [(x: 1, y: 0, heading: 0, species: 8)])])",
        ];
        for (k, text) in texts.into_iter().enumerate() {
            std::fs::write(&path, text).unwrap();
            let (book, warning) = read::<Book>(&path);
            assert_eq!(book, Book::default());
            let aside = if k == 0 { "stamps.ron.broken".to_owned() } else { format!("stamps.ron.broken-{}", k + 1) };
            let aside = folder.path().join(aside);
            let warning = warning.unwrap();
            assert!(warning.contains(&aside.display().to_string()) && warning.contains("stamps"), "{warning}");
            assert_eq!(std::fs::read_to_string(aside).unwrap(), text);
        }
    }
}
