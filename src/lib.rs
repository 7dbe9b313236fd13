//! Unstill: paint a still pattern; learn the local rule that keeps its distribution alive; run it.
//!
//! The folders, in the order of dependence: [`formats`] reads and writes files of other programs, [`worlds`] has one
//! folder for each kind of picture (picture → rule → train → engine → measures), [`media`] draws pictures, plots and
//! films, [`scene`] is the project file, [`jobs`] runs work in the background, [`session`] is the program without pixels,
//! [`window`] and [`cli`] are its two faces.

pub mod cli;
pub mod formats;
pub mod jobs;
pub mod media;
pub mod nn;
pub mod scene;
pub mod session;
#[cfg(feature = "window")]
pub mod window;
pub mod worlds;
