//! Arrays of numbers, as other programs save them: `.npy` of NumPy.

use std::io::{self, BufReader};

use npyz::WriterBuilder as _;

use super::StopSignal;

/// Numbers along several axes.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberArray {
    /// Length of each axis.
    pub shape: Vec<usize>,
    /// Row-major: the last axis runs fastest. Whole numbers of a byte, 0 to 255, are scaled to 0 to 1.
    pub values: Vec<f32>,
}

/// Reads an array of f32, f64 or u8 in C order.
pub(super) fn read_npy(bytes: &[u8], stop: StopSignal) -> Result<NumberArray, String> {
    let file =
        npyz::NpyFile::new(BufReader::new(stop.reader(bytes))).map_err(|e| format!("it is not an .npy file ({e})"))?;
    let shape: Vec<usize> = file.shape().iter().map(|&n| n as usize).collect();
    if file.order() != npyz::Order::C {
        return Err("its array is in Fortran order; save it with numpy.ascontiguousarray".to_owned());
    }
    let count = shape.iter().try_fold(1usize, |count, &n| count.checked_mul(n));
    // Every number has a byte at least: a false shape must not ask for memory.
    if count.is_none_or(|count| count > bytes.len()) {
        return Err(format!("it holds fewer numbers than its shape {shape:?} has; save it again"));
    }
    let unreadable = |e: io::Error| format!("its array cannot be read ({e})");
    let kind = file.dtype().descr();
    let values: Vec<f32> = match kind.trim_matches(['\'', '"']) {
        "<f4" => file.into_vec::<f32>().map_err(unreadable)?,
        "<f8" => file.into_vec::<f64>().map_err(unreadable)?.into_iter().map(|v| v as f32).collect(),
        "|u1" => file.into_vec::<u8>().map_err(unreadable)?.into_iter().map(|v| f32::from(v) / 255.0).collect(),
        other => return Err(format!("its numbers are {other}; save them as float32, float64 or uint8")),
    };
    if Some(values.len()) != count {
        return Err(format!("it holds {} numbers, which its shape {shape:?} does not; save it again", values.len()));
    }
    Ok(NumberArray { shape, values })
}

/// The content of a file of f32 of this shape.
pub(super) fn encode_npy(shape: &[usize], values: &[f32]) -> io::Result<Vec<u8>> {
    let shape: Vec<u64> = shape.iter().map(|&n| n as u64).collect();
    let mut bytes = Vec::new();
    let options = npyz::WriteOptions::new().default_dtype().shape(&shape);
    let mut writer = options.writer(&mut bytes).begin_nd()?;
    writer.extend(values.iter().copied())?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_is_read_back_as_it_was_written() {
        let values: Vec<f32> = (0..24).map(|k| k as f32 * 0.1).collect();
        let bytes = encode_npy(&[2, 3, 4], &values).unwrap();
        assert_eq!(read_npy(&bytes, StopSignal::NEVER), Ok(NumberArray { shape: vec![2, 3, 4], values }));
        assert!(read_npy(b"text", StopSignal::NEVER).unwrap_err().contains("not an .npy file"));
    }

    #[test]
    fn an_array_that_breaks_off_is_refused() {
        let bytes = encode_npy(&[200, 100], &[0.5; 20_000]).unwrap();
        assert!(read_npy(&bytes[..bytes.len() - 8], StopSignal::NEVER).unwrap_err().contains("cannot be read"));
        assert!(read_npy(&bytes[..1000], StopSignal::NEVER).unwrap_err().contains("fewer numbers"));
    }
}
