//! How the swarm is listed, and the scenes that come with the program.

use crate::worlds::studio::{BundledScene, WorldCard, bundled_scenes};

/// The swarm in the switch of worlds.
pub const SWARM_CARD: WorldCard = WorldCard {
    name: "swarm",
    title: "Swarm",
    help: "Oriented particles that see one another: flocks, mills, crystals",
    bundled: SWARM_SCENES,
};

/// In the order of the gallery. The first is alive when the window opens.
const SWARM_SCENES: &[BundledScene] = bundled_scenes![
    ("mill", "Mill"),
    ("flock", "Flock"),
    ("pairs", "Pairs"),
    ("train", "Train"),
    ("lanes", "Lanes"),
    ("crystal", "Crystal"),
    ("amoeba", "Amoeba"),
    ("hunt", "Hunt")
];
