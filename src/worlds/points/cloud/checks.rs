//! What a cloud must be before anything is learned from it.

use nalgebra::{Matrix3, SymmetricEigen};

use super::{MAX_POINTS, MIN_POINTS, PointCloud, Standardisation};

/// Why a cloud is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum CloudError {
    #[error("the points have {0} coordinates; points live in 2 or 3 dimensions, so give the columns x,y or x,y,z")]
    Dimension(usize),
    #[error("there are {found} points and at least {MIN_POINTS} are needed; add more samples of the same distribution")]
    TooFew { found: usize },
    #[error("there are {found} points and at most {MAX_POINTS} are possible; keep a random part of them")]
    TooMany { found: usize },
    #[error("point {point} has the {axis} coordinate {value}, which is not a usable number; remove or correct it")]
    NotFinite { point: usize, axis: char, value: f32 },
    #[error(
        "all points have the same position; nothing can be learned from one position, so give points that spread out"
    )]
    OnePlace,
    #[error("all points have the same {axis}; leave that column out or give points that spread out along it")]
    FlatAxis { axis: char },
    #[error("all points are on one line; give points that fill an area, or spray some of them beside the line")]
    OneLine,
    #[error(
        "all points are in one plane, as of z = x + y; leave out the column that follows from the other two, and give x,y"
    )]
    OnePlane,
}

/// Below this ratio of eigenvalues of the correlation matrix, points are on a line (f32 resolves 1e-7 of a coordinate, so
/// its square is far below).
const LINE: f64 = 1e-10;
/// Below this one they are in a plane: thinner than a ten-thousandth of their size, as where the third coordinate was rounded
/// to four digits.
const PLANE: f64 = 1e-8;
/// Largest usable coordinate: squares and products of three of them stay finite in f32.
const LARGEST: f32 = 1e12;

pub(super) fn check(cloud: &PointCloud) -> Result<(), CloudError> {
    if !(2..=3).contains(&cloud.dim) {
        return Err(CloudError::Dimension(cloud.dim));
    }
    let found = cloud.points.len();
    if found < MIN_POINTS {
        return Err(CloudError::TooFew { found });
    }
    if found > MAX_POINTS {
        return Err(CloudError::TooMany { found });
    }
    for (point, p) in cloud.points.iter().enumerate() {
        for (value, axis) in p.iter().zip(['x', 'y', 'z']) {
            if value.is_nan() || value.abs() >= LARGEST {
                return Err(CloudError::NotFinite { point: point + 1, axis, value: *value });
            }
        }
    }
    let flat: Vec<usize> = (0..cloud.dim).filter(|&axis| is_flat(cloud, axis)).collect();
    if flat.len() == cloud.dim {
        return Err(CloudError::OnePlace);
    }
    if let Some(&axis) = flat.first() {
        return Err(if cloud.dim == 2 || flat.len() == 2 {
            CloudError::OneLine
        } else {
            CloudError::FlatAxis { axis: ['x', 'y', 'z'][axis] }
        });
    }
    let [least, middle, most] = spreads(cloud);
    // The third axis of a cloud in the plane has no spread.
    if middle < LINE * most {
        Err(CloudError::OneLine)
    } else if cloud.dim == 3 && least < PLANE * most {
        Err(CloudError::OnePlane)
    } else {
        Ok(())
    }
}

fn is_flat(cloud: &PointCloud, axis: usize) -> bool {
    let (low, high, size) = cloud.points.iter().fold((f32::MAX, f32::MIN, 0.0f32), |(low, high, size), p| {
        (low.min(p[axis]), high.max(p[axis]), size.max(p[axis].abs()))
    });
    high - low <= size * f32::EPSILON
}

/// Eigenvalues of the correlation matrix in ascending order, times the number of points.
fn spreads(cloud: &PointCloud) -> [f64; 3] {
    let map = Standardisation::of(cloud);
    let mut correlation = Matrix3::<f64>::zeros();
    for p in &cloud.points {
        let u = nalgebra::Vector3::from(map.forward(p.map(f64::from)));
        correlation += u * u.transpose();
    }
    let mut values: [f64; 3] = SymmetricEigen::new(correlation).eigenvalues.into();
    values.sort_by(f64::total_cmp);
    values
}
