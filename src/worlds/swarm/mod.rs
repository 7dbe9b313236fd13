//! The swarm world: oriented particles that interact, in a flat box. Its files read in the order of the data:
//! [`picture`] → [`rule`] → [`train`] → [`engine`] → [`measures`].

pub mod doc;
pub mod engine;
#[allow(missing_docs, reason = "public for the integration tests alone")]
pub mod measures;
pub mod picture;
pub mod rule;
#[allow(missing_docs, reason = "public for the integration tests and benchmarks alone")]
pub mod train;
