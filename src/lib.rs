//! Unstill: paint a still pattern of oriented particles; learn the local rule that keeps its distribution alive; run it.
//!
//! The rooms, in the direction the data flows:
//! [`snapshot`] → [`learn`] → [`rule`] → [`engine`] → [`observe`] and the eyes ([`ui`], [`app`], [`cli`]).
//! [`scene`] writes all of it to one file, [`worker`] runs learning in the background,
//! [`session`] is the program without pixels.

pub mod app;
pub mod cli;
pub mod engine;
pub mod learn;
pub mod observe;
pub mod rule;
pub mod scene;
pub mod session;
pub mod snapshot;
pub mod ui;
pub mod worker;
