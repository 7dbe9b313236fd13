//! The scenes of the swarm that come with the program, as the gallery shows them.

use crate::scene::{Loaded, Project};
use crate::window::panels::GalleryCard;
use crate::worlds::SwarmDoc;
use crate::worlds::swarm::SWARM_CARD;

/// # Errors
/// One sentence: no scene has that name, or (never, by test) its text is not a scene.
pub fn load(name: &str) -> Result<Loaded<SwarmDoc>, String> {
    let text = SWARM_CARD.scene(name)?;
    Project::from_ron(text).and_then(Loaded::into_swarm).map_err(|fault| format!("{name}: {fault}"))
}

/// The scenes as the gallery shows them.
pub fn gallery() -> Vec<GalleryCard> {
    let card = |name: &str| {
        let scene = load(name).ok()?.project;
        Some(GalleryCard {
            name: name.to_owned(),
            title: scene.title,
            notes: scene.notes,
            snapshot: scene.world.snapshot,
        })
    };
    SWARM_CARD.bundled.iter().filter_map(|scene| card(scene.name)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::worlds::studio::BundledScene;

    #[test]
    fn every_bundled_scene_loads_and_has_notes() {
        let bundled: HashSet<&str> = SWARM_CARD.bundled.iter().map(|scene| scene.name).collect();
        let pictures: HashSet<&str> = crate::worlds::swarm::picture::motifs::all().iter().map(|m| m.name).collect();
        assert_eq!(bundled, pictures);
        for BundledScene { name, title, .. } in SWARM_CARD.bundled {
            let loaded = load(name).unwrap();
            assert_eq!(loaded.project.title, *title);
            assert!(loaded.warnings.is_empty(), "{name}: {:?}", loaded.warnings);
            assert!(loaded.project.world.rule.is_some(), "{name} has not been trained");
            assert!(!loaded.project.notes.is_empty(), "{name} has no notes");
        }
        assert!(load("nothing").is_err());
    }
}
