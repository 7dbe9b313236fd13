//! What is measured of a cloud, its flows and its walkers.

mod certificate;
mod contenders;
mod cosine;
mod discrepancy;
mod heldout;
mod lyapunov;
mod path_test;
mod residual;

pub use certificate::{FlowCertificate, PointCertificate, PointCheck, PointCheckSettings};
pub use cosine::{cosine_to, cosine_to_table, mutual_cosine, true_speed};
pub use discrepancy::{Mmd, kernel_stein};
pub use lyapunov::{LyapunovSettings, LyapunovSpectrum, LyapunovTrack, lyapunov};
pub use residual::relative_residual;

#[cfg(test)]
mod tests;
