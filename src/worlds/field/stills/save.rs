//! Fields as files that the reader takes back: `.png` of 16 bits, with the channels as red, green and blue, and `.npy`.

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, ImageBuffer, Rgb};

use super::Still;
use crate::formats::{FormatRole, StillsWriter, format_for};
use crate::worlds::field::FieldError;

/// Stills of one shape as the content of a file in the format of the extension of `path`: an array
/// `[stills, channels, height, width]` of f32, or a picture of one still, whose values are cut to 0 to 1.
///
/// # Errors
/// No still, several for a picture, or another ending.
pub fn encode_stills(path: &Path, stills: &[Still]) -> Result<Vec<u8>, FieldError> {
    let refused = |reason: String| FieldError::File { path: path.display().to_string(), reason };
    let first = stills.first().ok_or(FieldError::NoStills)?;
    let writer = format_for(path, FormatRole::FieldExport).and_then(|format| format.stills_writer());
    match writer {
        Some(StillsWriter::Array(encode)) => {
            let shape = [stills.len(), first.channels, first.height, first.width];
            let values: Vec<f32> = stills.iter().flat_map(|still| still.data.iter().copied()).collect();
            encode(&shape, &values).map_err(|e| refused(format!("it cannot be written ({e})")))
        }
        Some(StillsWriter::Picture(format)) if stills.len() == 1 => {
            let picture = DynamicImage::ImageRgb16(colours(first));
            let mut cursor = Cursor::new(Vec::new());
            picture.write_to(&mut cursor, format).map_err(|e| refused(format!("it cannot be encoded ({e})")))?;
            Ok(cursor.into_inner())
        }
        Some(StillsWriter::Picture(_)) => {
            let (count, endings) = (stills.len(), FormatRole::StillsExport.proposed());
            Err(refused(format!("a picture holds one still, and there are {count}; give a {endings} file")))
        }
        None => {
            Err(refused(format!("a field is not written as this; give a {} file", FormatRole::FieldExport.proposed())))
        }
    }
}

/// Channels that are not there are black.
fn colours(still: &Still) -> ImageBuffer<Rgb<u16>, Vec<u16>> {
    let word = |v: f32| (v.clamp(0.0, 1.0) * f32::from(u16::MAX)).round() as u16;
    let channel = |c: usize, at: usize| if c < still.channels { word(still.plane(c)[at]) } else { 0 };
    ImageBuffer::from_fn(still.width as u32, still.height as u32, |x, y| {
        let at = y as usize * still.width + x as usize;
        Rgb([0, 1, 2].map(|c| channel(c, at)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::StopSignal;
    use crate::worlds::field::stills::load_stills;

    fn still(channels: usize) -> Still {
        let data = (0..channels * 20 * 16).map(|k| (k * 37 % 101) as f32 / 100.0).collect();
        Still { width: 20, height: 16, channels, data }
    }

    #[test]
    fn a_saved_field_is_read_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        // Half a step of 16 bits; arrays hold the values themselves.
        for (name, tolerance) in [("field.png", 0.5 / 65535.0 + 1e-7), ("field.npy", 0.0)] {
            let path = folder.path().join(name);
            std::fs::write(&path, encode_stills(&path, &[still(2)]).unwrap()).unwrap();
            let (back, _) = load_stills(&[path], StopSignal::NEVER).unwrap();
            let [back] = &back[..] else { panic!("one still") };
            assert_eq!((back.width, back.height, back.channels), (20, 16, 2));
            let apart =
                |a: &Still, b: &Still| a.data.iter().zip(&b.data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(apart(back, &still(2)) <= tolerance, "{name}: {}", apart(back, &still(2)));
            let mut other = still(2);
            other.data[7] += 0.001;
            assert!(apart(back, &other) > tolerance);
        }
    }

    #[test]
    fn tokens_are_saved_in_their_three_colours() {
        let bytes = encode_stills(Path::new("a.png"), &[still(3)]).unwrap();
        let picture = image::load_from_memory(&bytes).unwrap().into_rgb32f();
        for (at, pixel) in picture.pixels().enumerate() {
            (0..3).for_each(|c| assert!((pixel.0[c] - still(3).plane(c)[at]).abs() < 1e-5));
        }
    }

    #[test]
    fn other_endings_and_several_stills_are_refused() {
        let refused = |name: &str, stills: &[Still]| encode_stills(Path::new(name), stills).unwrap_err().to_string();
        assert!(refused("a.csv", &[still(2)]).contains(".npy"));
        assert!(refused("a.png", &[still(2), still(2)]).contains("one still"));
        assert!(refused("a.npy", &[]).contains("no still"));
    }
}
