//! The target of the points world: a cloud of independent samples in R² or R³.

mod checks;
mod darkness;
mod file;
mod standard;
mod systems;
mod table;
mod targets;
mod truth;
mod xyz;

pub use checks::CloudError;
pub use darkness::{from_darkness, from_text};
pub use file::{encode_table, read_file, read_text};
pub use standard::Standardisation;
pub use systems::DynamicalSystem;
pub use table::CloudTextError;
pub use targets::BuiltInTarget;
pub use truth::TrueVelocities;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

/// Fewest points that a rule is learned from.
pub const MIN_POINTS: usize = 100;
/// Maximum number of points of a cloud, and of walkers of an engine.
pub const MAX_POINTS: usize = 1_000_000;

/// Samples in the user's coordinates. With `dim` 2 every z is 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PointCloud {
    /// 2 or 3.
    pub dim: usize,
    pub points: Vec<[f32; 3]>,
}

impl PointCloud {
    /// A checked cloud.
    ///
    /// # Errors
    /// See [`CloudError`]: too few or too many points, NaN, points that span no area.
    pub fn new(dim: usize, points: Vec<[f32; 3]>) -> Result<Self, CloudError> {
        let cloud = Self { dim, points };
        checks::check(&cloud)?;
        Ok(cloud)
    }

    /// As [`Self::new`] for a cloud that exists.
    ///
    /// # Errors
    /// See [`CloudError`].
    pub fn validate(&self) -> Result<(), CloudError> {
        checks::check(self)
    }

    pub fn len(&self) -> usize {
        self.points.len()
    }

    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The points in standardised coordinates: mean 0 and standard deviation 1 per axis.
    pub fn standardised(&self) -> Vec<[f64; 3]> {
        let map = Standardisation::of(self);
        self.points.iter().map(|p| map.forward(p.map(f64::from))).collect()
    }

    /// `count` points drawn without replacement (all of them when there are fewer), in random order.
    pub fn subset(&self, count: usize, seed: u64) -> Self {
        let mut points = self.points.clone();
        points.shuffle(&mut StdRng::seed_from_u64(seed));
        points.truncate(count);
        Self { dim: self.dim, points }
    }

    /// Every coordinate shuffled on its own: the marginals stay, all dependence is destroyed. A control in which nothing
    /// may be found.
    pub fn with_shuffled_coordinates(&self, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut points = self.points.clone();
        for axis in 0..self.dim {
            let mut column: Vec<f32> = points.iter().map(|p| p[axis]).collect();
            column.shuffle(&mut rng);
            for (point, value) in points.iter_mut().zip(column) {
                point[axis] = value;
            }
        }
        Self { dim: self.dim, points }
    }

    /// Gaussian noise added, `share` of the standard deviation of each axis.
    pub fn with_noise(&self, share: f64, seed: u64) -> Self {
        let map = Standardisation::of(self);
        let mut rng = StdRng::seed_from_u64(seed);
        let mut points = self.points.clone();
        for point in &mut points {
            for axis in 0..self.dim {
                let normal: f64 = rng.sample(rand_distr::StandardNormal);
                point[axis] += (share * map.scale[axis] * normal) as f32;
            }
        }
        Self { dim: self.dim, points }
    }
}

#[cfg(test)]
mod tests;
