//! The scenes that come with the program, inside the program.

use crate::scene::{Loaded, Project};
use crate::window::panels::GalleryCard;
use crate::worlds::SwarmDoc;

/// The files of `scenes/` by name.
macro_rules! scenes {
    ($($name:literal),*) => {
        &[$(($name, include_str!(concat!("../../../scenes/", $name, ".ron")))),*]
    };
}

/// Name and text of each, in the order of the gallery. The first is alive when the window opens.
pub const SCENES: &[(&str, &str)] = scenes!["mill", "flock", "pairs", "train", "lanes", "crystal", "amoeba", "hunt"];

/// # Errors
/// One sentence: no scene has that name, or (never, by test) its text is not a scene.
pub fn load(name: &str) -> Result<Loaded<SwarmDoc>, String> {
    let (_, text) = SCENES.iter().find(|(n, _)| *n == name).ok_or_else(|| {
        let known: Vec<&str> = SCENES.iter().map(|(n, _)| *n).collect();
        format!("no scene called {name} comes with the program; there are: {}", known.join(", "))
    })?;
    Project::from_ron(text).and_then(Loaded::into_swarm).map_err(|fault| format!("{name}: {fault}"))
}

/// The scenes as the gallery shows them.
pub fn gallery() -> Vec<GalleryCard> {
    let card = |&(name, _): &(&str, &str)| {
        let scene = load(name).ok()?.project;
        Some(GalleryCard {
            name: name.to_owned(),
            title: scene.title,
            notes: scene.notes,
            snapshot: scene.world.snapshot,
        })
    };
    SCENES.iter().filter_map(card).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_bundled_scene_loads_and_has_notes() {
        let bundled: HashSet<&str> = SCENES.iter().map(|(name, _)| *name).collect();
        let pictures: HashSet<&str> = crate::worlds::swarm::picture::motifs::all().iter().map(|m| m.name).collect();
        assert_eq!(bundled, pictures);
        for (name, _) in SCENES {
            let loaded = load(name).unwrap();
            assert!(loaded.warnings.is_empty(), "{name}: {:?}", loaded.warnings);
            assert!(loaded.project.world.rule.is_some(), "{name} has not been trained");
            assert!(!loaded.project.notes.is_empty(), "{name} has no notes");
        }
        assert!(load("nothing").is_err());
    }
}
