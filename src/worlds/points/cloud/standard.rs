//! The map between the user's coordinates and standardised ones.

use super::PointCloud;

/// x_standard = (x - centre) / scale per axis. In 2-D the third axis is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Standardisation {
    pub centre: [f64; 3],
    pub scale: [f64; 3],
}

impl Default for Standardisation {
    fn default() -> Self {
        Self { centre: [0.0; 3], scale: [1.0; 3] }
    }
}

impl Standardisation {
    /// Mean and standard deviation of each axis.
    pub fn of(cloud: &PointCloud) -> Self {
        let mut map = Self::default();
        let n = cloud.points.len().max(1) as f64;
        for axis in 0..cloud.dim.min(3) {
            let mean = cloud.points.iter().map(|p| f64::from(p[axis])).sum::<f64>() / n;
            let variance = cloud.points.iter().map(|p| (f64::from(p[axis]) - mean).powi(2)).sum::<f64>() / n;
            map.centre[axis] = mean;
            map.scale[axis] = if variance > 0.0 { variance.sqrt() } else { 1.0 };
        }
        map
    }

    /// The user's coordinates to standardised ones.
    pub fn forward(&self, x: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|i| (x[i] - self.centre[i]) / self.scale[i])
    }

    /// Standardised coordinates to the user's.
    pub fn inverse(&self, x: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|i| x[i] * self.scale[i] + self.centre[i])
    }

    /// A velocity in the user's coordinates to a standardised one.
    pub fn velocity_forward(&self, v: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|i| v[i] / self.scale[i])
    }
}
