//! The commands for scenes of the points world. The caller reads and writes the scene file.

pub(super) mod check;
pub(super) mod equations;
pub(super) mod export;
pub(super) mod import;
pub(super) mod info;
pub(super) mod learn;
pub(super) mod live;
mod view;

use anyhow::Context as _;

use crate::scene::Project;
use crate::worlds::World;
use crate::worlds::points::{LearnedPoints, PointsDoc};

fn doc_of(project: &mut Project) -> anyhow::Result<&mut PointsDoc> {
    match &mut project.world {
        World::Points(doc) => Ok(doc),
        other => anyhow::bail!(
            "this scene is of the {} world; this command needs a scene of the points or field world",
            other.name()
        ),
    }
}

fn learned_of(doc: &PointsDoc) -> anyhow::Result<&LearnedPoints> {
    let learned = doc.learned.as_ref().filter(|learned| !learned.flows.is_empty());
    learned.context("this scene has no flows yet; run `unstill learn` on it first")
}
