//! One periodic image of several channels.

use crate::worlds::field::{FieldError, MAX_SIDE, MIN_SIDE};

/// A periodic image, `data[(channel · height + row) · width + column]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Still {
    pub width: usize,
    pub height: usize,
    pub channels: usize,
    pub data: Vec<f32>,
}

impl Still {
    /// An image with one value per channel.
    pub fn filled(width: usize, height: usize, values: &[f32]) -> Self {
        let data = values.iter().flat_map(|&v| std::iter::repeat_n(v, width * height)).collect();
        Self { width, height, channels: values.len(), data }
    }

    /// Pixels per channel.
    pub fn area(&self) -> usize {
        self.width * self.height
    }

    /// `[height × width]` values of one channel.
    pub fn plane(&self, channel: usize) -> &[f32] {
        let area = self.area();
        &self.data[channel * area..(channel + 1) * area]
    }

    pub fn plane_mut(&mut self, channel: usize) -> &mut [f32] {
        let area = self.area();
        &mut self.data[channel * area..(channel + 1) * area]
    }

    /// Mean and standard deviation of one channel, in f64.
    pub fn moments(&self, channel: usize) -> [f64; 2] {
        moments(self.plane(channel).iter().map(|&v| f64::from(v)))
    }
}

/// Mean and standard deviation.
pub fn moments(values: impl Iterator<Item = f64> + Clone) -> [f64; 2] {
    let n = values.clone().count().max(1) as f64;
    let mean = values.clone().sum::<f64>() / n;
    let variance = values.map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    [mean, variance.sqrt()]
}

/// Checks that `stills` can be learned from: two channels that vary and differ, one shape, finite values, no duplicates.
///
/// # Errors
/// The first violation, with the index of the still.
pub fn check_stills(stills: &[Still]) -> Result<(), FieldError> {
    let first = stills.first().ok_or(FieldError::NoStills)?;
    for (index, still) in stills.iter().enumerate() {
        let Still { width, height, channels, .. } = *still;
        if channels < 2 {
            return Err(FieldError::OneChannel { index, channels });
        }
        if !(MIN_SIDE..=MAX_SIDE).contains(&width) || !(MIN_SIDE..=MAX_SIDE).contains(&height) {
            return Err(FieldError::Side { index, width, height });
        }
        if (width, height, channels) != (first.width, first.height, first.channels)
            || still.data.len() != width * height * channels
        {
            return Err(FieldError::Shape { index, width, height, channels });
        }
        if let Some(at) = still.data.iter().position(|v| !v.is_finite()) {
            let pixel = at % still.area();
            let (row, column) = (pixel / width, pixel % width);
            return Err(FieldError::NotFinite { index, channel: at / still.area(), row, column });
        }
    }
    let mut by_content: Vec<usize> = (0..stills.len()).collect();
    let bits = |k: usize| stills[k].data.iter().map(|v| v.to_bits());
    by_content.sort_by(|&a, &b| bits(a).cmp(bits(b)));
    if let Some(pair) = by_content.windows(2).find(|pair| stills[pair[0]] == stills[pair[1]]) {
        return Err(FieldError::Identical { first: pair[0].min(pair[1]), second: pair[0].max(pair[1]) });
    }
    for channel in 0..2 {
        let flat = stills.iter().all(|still| {
            let plane = still.plane(channel);
            plane.iter().all(|&v| v == plane[0])
        });
        if flat {
            return Err(FieldError::Constant { channel });
        }
    }
    if stills.iter().all(|still| still.plane(0) == still.plane(1)) {
        return Err(FieldError::SameChannels);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn still(seed: usize) -> Still {
        let data = (0..2 * 16 * 16).map(|k| ((k * 31 + seed * 17) % 97) as f32).collect();
        Still { width: 16, height: 16, channels: 2, data }
    }

    #[test]
    fn sound_stills_pass_and_each_fault_is_named() {
        assert!(check_stills(&[still(1), still(2)]).is_ok());
        let message = |stills: &[Still]| check_stills(stills).unwrap_err().to_string();
        assert!(message(&[]).contains("no still"));
        assert!(message(&[still(1), still(2), still(1)]).contains("stills 0 and 2 are identical"));
        let mut bad = still(3);
        bad.data[256 + 16 + 5] = f32::NAN;
        assert!(
            message(&[still(1), bad]).contains("still 1 has a NaN or infinite value at channel 1, row 1, column 5")
        );
        assert!(message(&[Still::filled(16, 16, &[1.0])]).contains("still 0 has 1 channel"));
        assert!(message(&[Still::filled(16, 16, &[1.0, 0.5])]).contains("channel 0 of the stills is constant"));
        let mut grey = still(4);
        grey.data.copy_within(..256, 256);
        assert!(message(&[grey]).contains("two channels of the stills are the same"));
        assert!(message(&[Still::filled(8, 16, &[1.0, 0.5])]).contains("8 × 16"));
        assert!(message(&[still(1), Still::filled(16, 32, &[1.0, 0.5])]).contains("16 × 32"));
    }

    #[test]
    fn moments_of_a_known_plane() {
        let mut still = Still::filled(2, 2, &[3.0, 0.0]);
        still.plane_mut(1).copy_from_slice(&[1.0, 1.0, 3.0, 3.0]);
        assert_eq!(still.moments(0), [3.0, 0.0]);
        assert_eq!(still.moments(1), [2.0, 1.0]);
    }
}
