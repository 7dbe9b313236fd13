//! The worlds: one folder for each kind of picture. What is stored is a closed enum, [`World`].

pub mod field;
pub mod points;
pub mod studio;
pub mod swarm;
pub(crate) mod weak;

use serde::{Deserialize, Serialize};

pub use field::FieldDoc;
pub use points::PointsDoc;
pub use swarm::doc::SwarmDoc;

use image::RgbaImage;

use crate::media::picture::PictureStyle;

/// Every world, in the order of the switch.
pub fn world_cards() -> impl Iterator<Item = studio::WorldCard> + Clone {
    std::iter::once(swarm::SWARM_CARD).chain(studio::WORLDS.iter().map(studio::WorldEntry::card))
}

/// Everything that a project stores of its world. A scene file has the swarm in another form than the memory, `S`: its film
/// may be a file beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum World<S = SwarmDoc> {
    /// Oriented particles that interact.
    Swarm(Box<S>),
    /// Independent points under a velocity.
    Points(Box<PointsDoc>),
    /// A periodic image under a local rule.
    Field(Box<FieldDoc>),
}

impl<S> World<S> {
    /// The same with another form of its swarm.
    ///
    /// # Errors
    /// That of `map`.
    pub fn try_map_swarm<T, E>(self, map: impl FnOnce(S) -> Result<T, E>) -> Result<World<T>, E> {
        Ok(match self {
            Self::Swarm(swarm) => World::Swarm(Box::new(map(*swarm)?)),
            Self::Points(doc) => World::Points(doc),
            Self::Field(doc) => World::Field(doc),
        })
    }
}

/// What a project reports of its world, whichever it is. What the studio does with points and fields is
/// [`studio::WorldInfo`].
pub trait StoredWorld {
    /// The name of the world on the command line and in messages.
    fn name(&self) -> &'static str;
    /// Whether there is a rule to run.
    fn has_rule(&self) -> bool;
    /// Why the picture cannot be learned from as it is; `None` where that shows only during learning.
    fn learning_fault(&self) -> Option<String>;
    /// What the world looks like, for the picture of a scene; its longer side has about the pixels of the style.
    fn portrait(&self, style: &PictureStyle) -> RgbaImage;
}

impl World {
    /// What a project reports of this world.
    pub fn stored(&self) -> &dyn StoredWorld {
        match self {
            Self::Swarm(doc) => &**doc,
            Self::Points(doc) => &**doc,
            Self::Field(doc) => &**doc,
        }
    }

    /// As [`StoredWorld::name`].
    pub fn name(&self) -> &'static str {
        self.stored().name()
    }
}

impl From<SwarmDoc> for World {
    fn from(doc: SwarmDoc) -> Self {
        Self::Swarm(Box::new(doc))
    }
}

impl From<PointsDoc> for World {
    fn from(doc: PointsDoc) -> Self {
        Self::Points(Box::new(doc))
    }
}

impl From<FieldDoc> for World {
    fn from(doc: FieldDoc) -> Self {
        Self::Field(Box::new(doc))
    }
}

/// A stored value that parses but cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {what}; {fix}")]
pub struct BadValue {
    /// The path of the field, from the world's own fields on.
    pub path: String,
    /// What is wrong with it.
    pub what: String,
    /// What to do.
    pub fix: String,
}

impl BadValue {
    /// A value at `path`, what is wrong with it, and what to do.
    pub fn new(path: impl Into<String>, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { path: path.into(), what: what.into(), fix: fix.into() }
    }
}
