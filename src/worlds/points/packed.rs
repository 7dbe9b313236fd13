//! Long lists of f32 as one base64 string of little-endian bytes, for serde.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

/// # Errors
/// Those of the serialiser.
pub fn serialize<S: Serializer>(values: &[f32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytemuck::cast_slice::<f32, u8>(&to_little_endian(values))))
}

/// # Errors
/// Text that is not base64, or not whole numbers of four bytes.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f32>, D::Error> {
    // Long lines may have been wrapped by an editor.
    let text: String = String::deserialize(deserializer)?.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(text).map_err(|e| {
        D::Error::custom(format!("the base64 text of the numbers is damaged ({e}); take an earlier copy of the file"))
    })?;
    if bytes.len() % 4 != 0 {
        return Err(D::Error::custom(format!(
            "the packed numbers have {} bytes, not a multiple of 4; take an earlier copy of the file",
            bytes.len()
        )));
    }
    Ok(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
}

fn to_little_endian(values: &[f32]) -> Vec<f32> {
    values.iter().map(|v| f32::from_bits(v.to_bits().to_le())).collect()
}

/// Walkers as a list of x, y, z, speed of each, for serde.
pub mod walkers {
    use super::{Deserializer, Error, Serializer};

    /// # Errors
    /// Those of the serialiser.
    pub fn serialize<S: Serializer>(walkers: &[[f32; 4]], serializer: S) -> Result<S::Ok, S::Error> {
        super::serialize(walkers.as_flattened(), serializer)
    }

    /// # Errors
    /// As for a list of numbers, or a count that is not a multiple of 4.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<[f32; 4]>, D::Error> {
        let values = super::deserialize(deserializer)?;
        let (walkers, rest) = values.as_chunks::<4>();
        if rest.is_empty() {
            Ok(walkers.to_vec())
        } else {
            Err(D::Error::custom("the packed walkers end in the middle of one; take an earlier copy of the file"))
        }
    }
}

/// Points as a list of their coordinates, for serde: x, y, z of each.
pub mod points {
    use super::{Deserializer, Error, Serializer};

    /// # Errors
    /// Those of the serialiser.
    pub fn serialize<S: Serializer>(points: &[[f32; 3]], serializer: S) -> Result<S::Ok, S::Error> {
        super::serialize(points.as_flattened(), serializer)
    }

    /// # Errors
    /// As for a list of numbers, or a count that is not a multiple of 3.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<[f32; 3]>, D::Error> {
        let values = super::deserialize(deserializer)?;
        let (points, rest) = values.as_chunks::<3>();
        if rest.is_empty() {
            Ok(points.to_vec())
        } else {
            Err(D::Error::custom("the packed points end in the middle of one; take an earlier copy of the file"))
        }
    }
}
