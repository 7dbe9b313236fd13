//! Stills from files: PNG and other images (red and green are the two channels), `.npy` arrays, folders of these.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use super::{Still, encode_stills};
use crate::formats::{FormatRole, NumberArray, StopSignal, format_for};
use crate::media::atomic::write_atomic;
use crate::media::picture::advice;
use crate::worlds::field::{FieldError, MAX_SIDE, MIN_SIDE};

/// Maximum number of stills read at once: at 128² and two channels this is half a GiB.
const MAX_STILLS: usize = 4096;
const ROLE: FormatRole = FormatRole::StillsImport;

fn refused(path: &Path, reason: impl Into<String>) -> FieldError {
    FieldError::File { path: path.display().to_string(), reason: reason.into() }
}

/// All stills of the files and folders, in the order given; the files of a folder by name. The second list has the
/// number of the file of each still.
///
/// # Errors
/// A file that cannot be read, is of no known kind, or holds something else than two-channel images; [`FieldError::Stopped`].
pub fn load_stills(paths: &[PathBuf], stop: StopSignal) -> Result<(Vec<Still>, Vec<usize>), FieldError> {
    let loaded = load_all(paths, stop);
    // What a reader that broke off reports is not the reason.
    if stop.is_set() { Err(FieldError::Stopped) } else { loaded }
}

fn load_all(paths: &[PathBuf], stop: StopSignal) -> Result<(Vec<Still>, Vec<usize>), FieldError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let list =
                std::fs::read_dir(path).map_err(|e| refused(path, format!("the folder cannot be read ({e})")))?;
            let mut inside: Vec<PathBuf> = list.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
            inside.retain(|file| file.is_file() && format_for(file, ROLE).is_some());
            if inside.is_empty() {
                return Err(refused(path, format!("there is no {} file in this folder", ROLE.proposed())));
            }
            inside.sort();
            files.extend(inside);
        } else {
            files.push(path.clone());
        }
    }
    let (mut stills, mut origins) = (Vec::new(), Vec::new());
    for (number, path) in files.iter().enumerate() {
        let held = load_file(path, stop)?;
        origins.extend(std::iter::repeat_n(number, held.len()));
        stills.extend(held);
        if stills.len() > MAX_STILLS {
            return Err(refused(path, format!("there are more than {MAX_STILLS} stills; load fewer files")));
        }
    }
    Ok((stills, origins))
}

fn load_file(path: &Path, stop: StopSignal) -> Result<Vec<Still>, FieldError> {
    let format = format_for(path, ROLE)
        .ok_or_else(|| refused(path, format!("this kind of file is not known; give {}", ROLE.proposed())))?;
    let bytes = stop.read(path).map_err(|e| refused(path, format!("it cannot be read ({e})")))?;
    match format.array(&bytes, stop) {
        Some(array) => stills_of(path, &array.map_err(|reason| refused(path, reason))?),
        None => Ok(vec![load_image(path, &bytes, stop)?]),
    }
}

fn load_image(path: &Path, bytes: &[u8], stop: StopSignal) -> Result<Still, FieldError> {
    let reader = image::ImageReader::new(stop.reader(Cursor::new(bytes)));
    let mut reader = reader.with_guessed_format().map_err(|e| refused(path, format!("it cannot be read ({e})")))?;
    let mut limits = image::Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE as u32), Some(MAX_SIDE as u32));
    reader.limits(limits);
    let picture = reader.decode().map_err(|e| refused(path, format!("it is not a readable image ({e})")))?;
    if !picture.color().has_color() {
        return Err(refused(path, "it is grey, so it has one channel; a pattern needs two, as red and green"));
    }
    let rgb = picture.into_rgb32f();
    let (width, height) = (rgb.width() as usize, rgb.height() as usize);
    check_side(path, width, height)?;
    let channel = |c: usize| rgb.pixels().map(move |p| p.0[c]);
    Ok(Still { width, height, channels: 2, data: channel(0).chain(channel(1)).collect() })
}

fn check_side(path: &Path, width: usize, height: usize) -> Result<(), FieldError> {
    let allowed = MIN_SIDE..=MAX_SIDE;
    if allowed.contains(&width) && allowed.contains(&height) {
        return Ok(());
    }
    Err(refused(path, format!("{width} × {height} pixels; sides must be {MIN_SIDE} to {MAX_SIDE}")))
}

/// Stills of an array `[2, height, width]`, `[stills, 2, height, width]` or with the channels last.
fn stills_of(path: &Path, array: &NumberArray) -> Result<Vec<Still>, FieldError> {
    let NumberArray { shape, values } = array;
    let [a, b, c] = match shape[..] {
        [a, b, c] | [_, a, b, c] => [a, b, c],
        _ => {
            return Err(refused(
                path,
                format!("its shape is {shape:?}; give [2, height, width] or [stills, 2, height, width]"),
            ));
        }
    };
    let channels_last = a != 2 && c == 2;
    if !channels_last && a != 2 {
        return Err(refused(
            path,
            format!("its shape is {shape:?}, without an axis of 2 channels; a pattern needs two"),
        ));
    }
    let [height, width] = if channels_last { [a, b] } else { [b, c] };
    check_side(path, width, height)?;
    let area = width * height;
    let planar = |still: &[f32]| match channels_last {
        false => still.to_vec(),
        true => (0..2).flat_map(|c| still.iter().skip(c).step_by(2).copied()).collect(),
    };
    Ok(values.chunks_exact(2 * area).map(|s| Still { width, height, channels: 2, data: planar(s) }).collect())
}

/// Writes stills of one shape as one array `[stills, channels, height, width]` of f32.
///
/// # Errors
/// A file that cannot be written.
pub fn write_npy(path: &Path, stills: &[Still]) -> Result<(), FieldError> {
    let bytes = encode_stills(path, stills)?;
    write_atomic(path, &bytes).map_err(|e| refused(path, format!("it cannot be written ({})", advice(&e.error))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn still(seed: u64) -> Still {
        let data = (0..2 * 20 * 16).map(|k| ((k * 29 + seed * 13) % 89) as f32 / 89.0).collect();
        Still { width: 20, height: 16, channels: 2, data }
    }

    #[test]
    fn arrays_and_images_come_back_as_written() {
        let folder = tempfile::tempdir().unwrap();
        let npy = folder.path().join("b.npy");
        write_npy(&npy, &[still(1), still(2)]).unwrap();
        let png = folder.path().join("a.png");
        let wanted = still(3);
        let picture = image::RgbImage::from_fn(20, 16, |x, y| {
            let at = (y * 20 + x) as usize;
            image::Rgb([(wanted.data[at] * 255.0).round() as u8, (wanted.data[320 + at] * 255.0).round() as u8, 7])
        });
        picture.save(&png).unwrap();
        let (stills, origins) = load_stills(&[folder.path().to_owned()], StopSignal::NEVER).unwrap();
        assert_eq!(origins, [0, 1, 1]);
        assert_eq!(stills[1..], [still(1), still(2)]);
        let apart = stills[0].data.iter().zip(&wanted.data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart <= 0.5 / 255.0 + 1e-6, "{apart}");
    }

    #[test]
    fn files_that_hold_no_pattern_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = |name: &str| load_stills(&[folder.path().join(name)], StopSignal::NEVER).unwrap_err().to_string();
        image::GrayImage::from_pixel(32, 32, image::Luma([9])).save(folder.path().join("grey.png")).unwrap();
        assert!(refusal("grey.png").contains("one channel"));
        image::RgbImage::new(8, 40).save(folder.path().join("small.png")).unwrap();
        assert!(refusal("small.png").contains("8 × 40"));
        std::fs::write(folder.path().join("text.png"), "text").unwrap();
        assert!(refusal("text.png").contains("not a readable image"));
        assert!(refusal("missing.png").contains("cannot be read"));
        assert!(refusal("notes.txt").contains("not known"));
        write_npy(&folder.path().join("one.npy"), &[Still::filled(16, 16, &[1.0])]).unwrap();
        assert!(refusal("one.npy").contains("needs two"));
        std::fs::create_dir(folder.path().join("empty")).unwrap();
        assert!(refusal("empty").contains("there is no"));
    }
}
