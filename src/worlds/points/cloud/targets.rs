//! The clouds that come with the program.

use std::f64::consts::{PI, TAU};

use glam::DVec2;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;

use super::{DynamicalSystem, PointCloud};

/// A built-in target; densities as in the trial figures of the README.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BuiltInTarget {
    /// Two Gaussians at ±(1, 1), σ 0.5.
    TwoPeaks,
    /// Radius between 1 and 2, uniform in its square.
    Ring,
    /// Two interleaved half circles, σ 0.1.
    TwoMoons,
    /// An S as darkness.
    Letter,
    Lorenz,
    Rossler,
    LimitCycle,
    Conservative,
}

impl BuiltInTarget {
    pub const ALL: [Self; 8] = [
        Self::TwoPeaks,
        Self::Ring,
        Self::TwoMoons,
        Self::Letter,
        Self::Lorenz,
        Self::Rossler,
        Self::LimitCycle,
        Self::Conservative,
    ];

    /// As files and commands write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::TwoPeaks => "two-peaks",
            Self::Ring => "ring",
            Self::TwoMoons => "two-moons",
            Self::Letter => "letter",
            Self::Lorenz => "lorenz",
            Self::Rossler => "rossler",
            Self::LimitCycle => "limit-cycle",
            Self::Conservative => "conservative",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.name() == name)
    }

    /// The system whose velocity is the truth behind the cloud, where there is one.
    pub fn system(self) -> Option<DynamicalSystem> {
        match self {
            Self::Lorenz => Some(DynamicalSystem::Lorenz),
            Self::Rossler => Some(DynamicalSystem::Rossler),
            Self::LimitCycle => Some(DynamicalSystem::LimitCycle),
            Self::Conservative => Some(DynamicalSystem::Conservative),
            Self::TwoPeaks | Self::Ring | Self::TwoMoons | Self::Letter => None,
        }
    }

    /// `count` independent samples in random order.
    pub fn sample(self, count: usize, seed: u64) -> PointCloud {
        if let Some(system) = self.system() {
            return system.sample(count, seed);
        }
        let mut rng = StdRng::seed_from_u64(seed);
        let points = (0..count)
            .map(|_| {
                let position = self.sample_plane(&mut rng).as_vec2();
                [position.x, position.y, 0.0]
            })
            .collect();
        PointCloud { dim: 2, points }
    }

    /// One sample of a plane density.
    fn sample_plane(self, rng: &mut StdRng) -> DVec2 {
        let normal = |rng: &mut StdRng| DVec2::new(rng.sample(StandardNormal), rng.sample(StandardNormal));
        match self {
            Self::TwoPeaks => {
                let side = if rng.random::<bool>() { 1.0 } else { -1.0 };
                side + 0.5 * normal(rng)
            }
            Self::Ring => {
                let radius = rng.random_range(1.0f64..4.0).sqrt();
                radius * DVec2::from_angle(rng.random_range(0.0..TAU))
            }
            Self::TwoMoons => {
                let upper = DVec2::from_angle(rng.random_range(0.0..PI));
                let position = if rng.random::<bool>() { upper } else { DVec2::new(1.0, 0.5) - upper };
                position + 0.1 * normal(rng)
            }
            _ => loop {
                let at = DVec2::new(rng.random_range(-1.0..1.0), rng.random_range(-1.6..1.6));
                if is_inside_s(at) {
                    return at;
                }
            },
        }
    }
}

/// Whether a position is in the stroke of an S: two half rings of an elliptic pen path, one above the other.
fn is_inside_s(DVec2 { x, y }: DVec2) -> bool {
    const HALF_STROKE: f64 = 0.2;
    let (centre_y, open_side) = if y > 0.0 { (0.7, 1.0) } else { (-0.7, -1.0) };
    let (dx, dy) = (x / 0.75, (y - centre_y) / 0.7);
    let from_path = (dx.hypot(dy) - 1.0).abs() * 0.72;
    // The upper bow is open below on the right, the lower one above on the left.
    let closed = dx * open_side <= 0.0 || dy * open_side >= 0.0;
    from_path < HALF_STROKE && closed
}
