//! The clouds that come with the program.

use std::f64::consts::{PI, TAU};

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
                let [x, y] = self.place(&mut rng);
                [x as f32, y as f32, 0.0]
            })
            .collect();
        PointCloud { dim: 2, points }
    }

    /// One sample of a plane density.
    fn place(self, rng: &mut StdRng) -> [f64; 2] {
        match self {
            Self::TwoPeaks => {
                let side = if rng.random::<bool>() { 1.0 } else { -1.0 };
                [0; 2].map(|_| side + 0.5 * rng.sample::<f64, _>(StandardNormal))
            }
            Self::Ring => {
                let radius = rng.random_range(1.0f64..4.0).sqrt();
                let (sin, cos) = rng.random_range(0.0..TAU).sin_cos();
                [radius * cos, radius * sin]
            }
            Self::TwoMoons => {
                let (sin, cos) = rng.random_range(0.0..PI).sin_cos();
                let [x, y] = if rng.random::<bool>() { [cos, sin] } else { [1.0 - cos, 0.5 - sin] };
                [x + 0.1 * rng.sample::<f64, _>(StandardNormal), y + 0.1 * rng.sample::<f64, _>(StandardNormal)]
            }
            _ => loop {
                let at = [rng.random_range(-1.0..1.0), rng.random_range(-1.6..1.6)];
                if is_inside_s(at) {
                    return at;
                }
            },
        }
    }
}

/// Whether a place is in the stroke of an S: two half rings of an elliptic pen path, one above the other.
fn is_inside_s([x, y]: [f64; 2]) -> bool {
    const HALF_STROKE: f64 = 0.2;
    let (centre_y, open_side) = if y > 0.0 { (0.7, 1.0) } else { (-0.7, -1.0) };
    let (dx, dy) = (x / 0.75, (y - centre_y) / 0.7);
    let from_path = (dx.hypot(dy) - 1.0).abs() * 0.72;
    // The upper bow is open below on the right, the lower one above on the left.
    let closed = dx * open_side <= 0.0 || dy * open_side >= 0.0;
    from_path < HALF_STROKE && closed
}
