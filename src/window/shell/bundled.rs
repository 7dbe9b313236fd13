//! The scenes that come with the program, inside the program.

use std::sync::Arc;

use crate::scene::{Loaded, Scene};
use crate::window::panels::GalleryCard;

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
pub fn load(name: &str) -> Result<Loaded, String> {
    let (_, text) = SCENES.iter().find(|(n, _)| *n == name).ok_or_else(|| {
        let known: Vec<&str> = SCENES.iter().map(|(n, _)| *n).collect();
        format!("no scene called {name} comes with the program; there are: {}", known.join(", "))
    })?;
    Scene::from_ron(text).map_err(|fault| format!("{name}: {fault}"))
}

/// The scenes as the gallery shows them.
pub fn gallery() -> Vec<GalleryCard> {
    let card = |&(name, _): &(&str, &str)| {
        let scene = load(name).ok()?.scene;
        let snapshot = Arc::new(scene.snapshot);
        Some(GalleryCard { name: name.to_owned(), title: scene.title, notes: scene.notes, snapshot })
    };
    SCENES.iter().filter_map(card).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_bundled_scene_is_whole_and_says_what_to_look_for() {
        let bundled: HashSet<&str> = SCENES.iter().map(|(name, _)| *name).collect();
        let pictures: HashSet<&str> = crate::worlds::swarm::picture::motifs::all().iter().map(|m| m.name).collect();
        assert_eq!(bundled, pictures);
        for (name, _) in SCENES {
            let loaded = load(name).unwrap();
            assert!(loaded.warnings.is_empty(), "{name}: {:?}", loaded.warnings);
            assert!(loaded.scene.rule.is_some(), "{name} has not been trained");
            assert!(!loaded.scene.notes.is_empty(), "{name} has no notes");
        }
        assert!(load("nothing").is_err());
    }
}
