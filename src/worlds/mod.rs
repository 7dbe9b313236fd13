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

impl World {
    /// The name of the world on the command line and in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Swarm(_) => "swarm",
            Self::Points(_) => "points",
            Self::Field(_) => "field",
        }
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
