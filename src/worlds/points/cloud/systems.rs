//! Dynamical systems whose shuffled samples are clouds with a known true velocity.

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;

use super::PointCloud;

/// An autonomous system with a stationary cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DynamicalSystem {
    /// Lorenz 1963 at 10, 28, 8/3.
    Lorenz,
    /// Rössler 1976 at 0.2, 0.2, 5.7.
    Rossler,
    /// Van der Pol's limit cycle at μ = 1.5, phases spread in time, with a small isotropic noise so that p has an area.
    LimitCycle,
    /// Sprott 1994, case A (Nosé-Hoover): conservative, quadratic, volume preserving on average.
    Conservative,
}

impl DynamicalSystem {
    pub const ALL: [Self; 4] = [Self::Lorenz, Self::Rossler, Self::LimitCycle, Self::Conservative];

    /// 2 or 3.
    pub fn dim(self) -> usize {
        if self == Self::LimitCycle { 2 } else { 3 }
    }

    /// dx/dt at x, in the system's own units.
    pub fn velocity(self, [x, y, z]: [f64; 3]) -> [f64; 3] {
        match self {
            Self::Lorenz => [10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z],
            Self::Rossler => [-y - z, x + 0.2 * y, 0.2 + z * (x - 5.7)],
            Self::LimitCycle => [y, 1.5 * (1.0 - x * x) * y - x, 0.0],
            Self::Conservative => [y, -x + y * z, 1.0 - y * y],
        }
    }

    /// Time step of the integration, transient that is dropped, mean time between samples of one trajectory.
    fn times(self) -> (f64, f64, f64) {
        match self {
            Self::Lorenz => (0.005, 20.0, 0.5),
            Self::Rossler => (0.01, 150.0, 1.5),
            Self::LimitCycle => (0.01, 60.0, 1.7),
            Self::Conservative => (0.01, 40.0, 1.3),
        }
    }

    fn start(self, rng: &mut StdRng) -> [f64; 3] {
        let mut normal = || rng.sample::<f64, _>(StandardNormal);
        match self {
            Self::Lorenz => [5.0 * normal(), 5.0 * normal(), 25.0 + 5.0 * normal()],
            Self::Rossler => [normal() - 5.0, normal() - 5.0, 0.1],
            Self::LimitCycle => [normal(), normal(), 0.0],
            // In the chaotic sea: starts with y = 5 are Sprott's.
            Self::Conservative => [0.01 * normal(), 5.0 + 0.01 * normal(), 0.01 * normal()],
        }
    }

    /// `count` samples of its stationary cloud in random order, from 64 trajectories.
    pub fn sample(self, count: usize, seed: u64) -> PointCloud {
        const TRAJECTORIES: usize = 64;
        let (dt, transient, apart) = self.times();
        let mut rng = StdRng::seed_from_u64(seed);
        let mut points = Vec::with_capacity(count);
        for trajectory in 0..TRAJECTORIES {
            let mut x = self.start(&mut rng);
            let phase: f64 = rng.random_range(0.0..apart);
            x = self.carry(x, dt, transient + phase);
            let share = count / TRAJECTORIES + usize::from(trajectory < count % TRAJECTORIES);
            for _ in 0..share {
                // Random times: equal ones would make the moments of a trajectory better than those of independent samples.
                x = self.carry(x, dt, rng.random_range(0.0..2.0 * apart));
                let mut point = x;
                if self == Self::LimitCycle {
                    point[0] += 0.02 * rng.sample::<f64, _>(StandardNormal);
                    point[1] += 0.02 * rng.sample::<f64, _>(StandardNormal);
                }
                points.push(point.map(|v| v as f32));
            }
        }
        points.shuffle(&mut rng);
        PointCloud { dim: self.dim(), points }
    }

    /// Runge-Kutta of order 4 over the time `span` in steps of `dt`, rounded up.
    pub fn carry(self, mut x: [f64; 3], dt: f64, span: f64) -> [f64; 3] {
        let add = |a: [f64; 3], h: f64, b: [f64; 3]| -> [f64; 3] { std::array::from_fn(|i| a[i] + h * b[i]) };
        for _ in 0..(span / dt).ceil() as usize {
            let k1 = self.velocity(x);
            let k2 = self.velocity(add(x, 0.5 * dt, k1));
            let k3 = self.velocity(add(x, 0.5 * dt, k2));
            let k4 = self.velocity(add(x, dt, k3));
            x = std::array::from_fn(|i| x[i] + dt / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]));
        }
        x
    }
}
