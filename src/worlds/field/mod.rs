//! The field world: a periodic image under a local rule. Its files read in the order of the data: [`stills`] →
//! [`library`] (equations read off stills) → [`rule`] → [`engine`] → [`measures`]; [`tokens`] has the same for drawn
//! tokens, which live by a network; [`doc`] is what a scene stores.

pub mod doc;
pub mod draw;
pub mod engine;
pub mod equations;
mod error;
pub mod library;
pub mod measures;
pub mod rule;
pub mod stills;
pub mod studio;
pub mod tokens;

pub use doc::{FieldDoc, FieldLive, FieldStart, FieldSubject, LibraryDoc, LibraryEvidence};
pub use error::{FieldError, MAX_SIDE, MIN_SIDE};
