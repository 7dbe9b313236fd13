//! The field world: a periodic image under a local rule. Its files read in the order of the data: `stills` →
//! `library` (equations read off stills) → [`rule`] → [`engine`] → `measures`; [`tokens`] has the same for drawn
//! tokens, which live by a network; `doc` is what a scene stores.

pub(crate) mod doc;
pub mod engine;
pub(crate) mod equations;
mod error;
pub(crate) mod library;
mod look;
pub(crate) mod measures;
pub mod rule;
mod savepoints;
pub(crate) mod stills;
pub(crate) mod studio;
pub mod tokens;

pub use doc::{FieldDoc, FieldEvidence, FieldLive, FieldStart, FieldSubject, LibraryDoc, LibraryEvidence};
pub use error::{FieldError, MAX_SIDE, MIN_SIDE};
pub use look::{PatternChannels, PatternLook, PatternPalette};
pub use savepoints::FieldSavepoint;
