//! Images and weights as one text each: base64 of deflated numbers. A still whose values are on a 16-bit grid between
//! its least and greatest one is stored as such (2 bytes a value before compression), any other as f32, so that every
//! still survives its text exactly.

use std::io::{Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Still;
use crate::worlds::field::{FieldError, MAX_SIDE};

/// Maximum number of channels of a still in a file.
const MAX_CHANNELS: usize = 8;
/// Steps of the 16-bit grid.
const GRID: f64 = 65535.0;

/// Bytes of a value in a packed still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Precision {
    /// Steps of a 65535th of the channel's range.
    Bits16,
    Float32,
}

/// A still as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackedStill {
    pub width: usize,
    pub height: usize,
    pub precision: Precision,
    /// Minimum and maximum value of each channel.
    pub range: Vec<[f32; 2]>,
    pub data: String,
}

fn on_grid(step: u16, [low, high]: [f32; 2]) -> f32 {
    let (low, high) = (f64::from(low), f64::from(high));
    (low + f64::from(step) * ((high - low) / GRID)) as f32
}

fn grid_step(value: f32, [low, high]: [f32; 2]) -> u16 {
    let (low, high) = (f64::from(low), f64::from(high));
    if high > low { ((f64::from(value) - low) / (high - low) * GRID).round() as u16 } else { 0 }
}

impl Still {
    fn ranges(&self) -> Vec<[f32; 2]> {
        let range = |plane: &[f32]| {
            plane.iter().fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], &v| [low.min(v), high.max(v)])
        };
        (0..self.channels).map(|channel| range(self.plane(channel))).collect()
    }

    /// The nearest still that is stored in 16 bits a value.
    pub fn quantised(&self) -> Self {
        let mut still = self.clone();
        for (channel, range) in self.ranges().into_iter().enumerate() {
            still.plane_mut(channel).iter_mut().for_each(|v| *v = on_grid(grid_step(*v, range), range));
        }
        still
    }

    fn pack(&self) -> PackedStill {
        let range = self.ranges();
        let coarse = *self == self.quantised();
        let (precision, data) = if coarse {
            let steps = (0..self.channels).flat_map(|c| {
                let range = range[c];
                self.plane(c).iter().map(move |&v| grid_step(v, range))
            });
            // Differences of neighbours are small, so that the upper bytes are nearly all zero.
            let mut before = 0u16;
            let differences: Vec<[u8; 2]> = steps
                .map(|step| {
                    // Zigzag: small differences of either sign have a zero upper byte.
                    let difference = step.wrapping_sub(before) as i16;
                    before = step;
                    (((difference << 1) ^ (difference >> 15)) as u16).to_le_bytes()
                })
                .collect();
            (Precision::Bits16, pack_bytes(&by_significance(&differences)))
        } else {
            (Precision::Float32, pack_floats(&self.data))
        };
        PackedStill { width: self.width, height: self.height, precision, range, data }
    }

    fn unpack(packed: &PackedStill) -> Result<Self, FieldError> {
        let PackedStill { width, height, precision, ref range, ref data } = *packed;
        let damaged = |reason: String| FieldError::Packed { path: "still", reason };
        let channels = range.len();
        if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) || channels > MAX_CHANNELS {
            return Err(damaged(format!("{width} × {height} pixels with {channels} channels are out of range")));
        }
        let values = width * height * channels;
        let data = match precision {
            Precision::Float32 => unpack_floats(data, values, "still")?,
            Precision::Bits16 => {
                let bytes = unpack_bytes(data, 2 * values, "still")?;
                let (lower, upper) = bytes.split_at(values);
                let mut step = 0u16;
                let decode = |(k, (&low, &high)): (usize, (&u8, &u8))| {
                    let zigzag = u16::from_le_bytes([low, high]);
                    step = step.wrapping_add((zigzag >> 1) ^ (zigzag & 1).wrapping_neg());
                    on_grid(step, range[k / (width * height)])
                };
                lower.iter().zip(upper).enumerate().map(decode).collect()
            }
        };
        Ok(Self { width, height, channels, data })
    }
}

impl Serialize for Still {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.pack().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Still {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let packed = PackedStill::deserialize(deserializer)?;
        Self::unpack(&packed).map_err(serde::de::Error::custom)
    }
}

/// All first bytes, then all second bytes and so on: bytes of like significance compress together.
fn by_significance<const N: usize>(values: &[[u8; N]]) -> Vec<u8> {
    (0..N).flat_map(|byte| values.iter().map(move |value| value[byte])).collect()
}

/// Base64 of deflated bytes.
pub fn pack_bytes(bytes: &[u8]) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("writing to memory");
    STANDARD.encode(encoder.finish().expect("writing to memory"))
}

/// # Errors
/// Text that is not base64 of exactly `count` deflated bytes.
pub fn unpack_bytes(text: &str, count: usize, path: &'static str) -> Result<Vec<u8>, FieldError> {
    let damaged = |reason: String| FieldError::Packed { path, reason };
    // A person may have wrapped the long line.
    let text: String = text.split_ascii_whitespace().collect();
    let packed = STANDARD.decode(text).map_err(|e| damaged(e.to_string()))?;
    let mut bytes = Vec::with_capacity(count);
    // One byte more than needed shows data that are too long, without reading an endless stream.
    let read = ZlibDecoder::new(packed.as_slice()).take(count as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|e| damaged(e.to_string()))?;
    if bytes.len() != count {
        let more = if bytes.len() > count { "more than " } else { "" };
        let held = bytes.len().min(count);
        return Err(damaged(format!("it holds {more}{held} bytes, not {count}")));
    }
    Ok(bytes)
}

/// Base64 of deflated little-endian f32.
pub fn pack_floats(values: &[f32]) -> String {
    let bytes: Vec<[u8; 4]> = values.iter().map(|v| v.to_le_bytes()).collect();
    pack_bytes(&by_significance(&bytes))
}

/// # Errors
/// Text that is not exactly `count` finite numbers.
pub fn unpack_floats(text: &str, count: usize, path: &'static str) -> Result<Vec<f32>, FieldError> {
    let bytes = unpack_bytes(text, 4 * count, path)?;
    let value = |k: usize| f32::from_le_bytes([0, 1, 2, 3].map(|byte| bytes[byte * count + k]));
    let values: Vec<f32> = (0..count).map(value).collect();
    match values.iter().position(|v| !v.is_finite()) {
        Some(k) => Err(FieldError::Packed { path, reason: format!("number {k} is {}", values[k]) }),
        None => Ok(values),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smooth() -> Still {
        let value = |k: usize| 0.4 + 0.3 * ((k % 64) as f32 * 0.2).sin() * ((k / 64) as f32 * 0.11).cos();
        Still { width: 64, height: 48, channels: 2, data: (0..2 * 64 * 48).map(value).collect() }
    }

    #[test]
    fn quantised_stills_survive_their_text_compactly() {
        let still = smooth().quantised();
        let text = ron::to_string(&still).unwrap();
        assert_eq!(ron::from_str::<Still>(&text).unwrap(), still);
        assert!(text.contains("Bits16") && text.len() < 3 * still.data.len(), "{} bytes", text.len());
        let apart = still.data.iter().zip(&smooth().data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        // Half a step of the grid over a range below 0.6.
        assert!(apart > 0.0 && apart < 0.6 / 65535.0, "{apart}");
    }

    #[test]
    fn any_other_still_survives_its_text_exactly() {
        let still = smooth();
        let text = ron::to_string(&still).unwrap();
        assert!(text.contains("Float32"));
        assert_eq!(ron::from_str::<Still>(&text).unwrap(), still);
        let flat = Still::filled(16, 16, &[0.25, -3.0]);
        assert_eq!(ron::from_str::<Still>(&ron::to_string(&flat).unwrap()).unwrap(), flat);
    }

    #[test]
    fn damaged_texts_are_refused() {
        let packed = smooth().quantised().pack();
        let refused = |packed: &PackedStill| Still::unpack(packed).unwrap_err().to_string();
        assert!(refused(&PackedStill { width: 65, ..packed.clone() }).contains("bytes, not"));
        assert!(refused(&PackedStill { width: 60, ..packed.clone() }).contains("more than"));
        assert!(refused(&PackedStill { width: 1 << 40, ..packed.clone() }).contains("out of range"));
        assert!(refused(&PackedStill { data: "§".into(), ..packed.clone() }).contains("damaged"));
        assert!(unpack_floats(&pack_floats(&[1.0, f32::NAN]), 2, "x").unwrap_err().to_string().contains("number 1"));
    }
}
