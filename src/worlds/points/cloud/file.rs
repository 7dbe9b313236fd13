//! Clouds from files of any known format.

use std::path::Path;

use image::{DynamicImage, ImageReader};

use super::table::ReadCloud;
use super::{CloudError, CloudTextError, from_darkness, read_table, read_xyz};
use crate::formats::{FormatKind, PROPOSED_ENDINGS, format_of};

/// Why a file is not a cloud. The name of the file is the caller's to add.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum CloudFileError {
    #[error("this kind of file is not known; give a {PROPOSED_ENDINGS} file")]
    UnknownKind,
    #[error("the file cannot be read ({0}); check its name")]
    Read(#[from] std::io::Error),
    #[error("the image cannot be read ({0}); save it as PNG")]
    Image(#[from] image::ImageError),
    #[error(transparent)]
    Text(#[from] CloudTextError),
    #[error(transparent)]
    Cloud(#[from] CloudError),
}

/// Reads a table, an XYZ file or, by its darkness, an image. `count` and `seed`: points drawn from an image.
///
/// # Errors
/// See [`CloudFileError`].
pub fn read_file(path: &Path, count: usize, seed: u64) -> Result<ReadCloud, CloudFileError> {
    let text = || std::fs::read_to_string(path);
    match format_of(path).ok_or(CloudFileError::UnknownKind)?.kind {
        FormatKind::Table => Ok(read_table(&text()?)?),
        FormatKind::Xyz => Ok(read_xyz(&text()?)?),
        FormatKind::Image => {
            Ok(ReadCloud { cloud: from_darkness(&open_image(path)?, count, seed)?, notes: Vec::new() })
        }
    }
}

fn open_image(path: &Path) -> Result<DynamicImage, CloudFileError> {
    let reader = ImageReader::open(path)?.with_guessed_format()?;
    Ok(reader.decode()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::ALL_ENDINGS;
    use crate::media::atomic::write_atomic;

    #[test]
    fn every_ending_of_the_format_table_becomes_a_cloud() {
        let folder = tempfile::tempdir().unwrap();
        let rows: String = (0..150).map(|k| format!("{k},{}\n", k * k % 17)).collect();
        let atoms: String = (0..150).map(|k| format!("C {k} {} 0\n", k * k % 17)).collect();
        for ending in ALL_ENDINGS {
            let path = folder.path().join(format!("a.{ending}"));
            match format_of(&path).unwrap().kind {
                FormatKind::Table => write_atomic(&path, format!("x,y\n{rows}").as_bytes()).unwrap(),
                FormatKind::Xyz => write_atomic(&path, format!("150\n\n{atoms}").as_bytes()).unwrap(),
                FormatKind::Image => {
                    let format = image::ImageFormat::from_path(&path).unwrap();
                    image::RgbImage::from_pixel(8, 8, image::Rgb([9; 3])).save_with_format(&path, format).unwrap();
                }
            }
            assert_eq!(read_file(&path, 150, 1).unwrap().cloud.len(), 150, "{ending}");
        }
    }

    #[test]
    fn files_that_are_no_clouds_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = |name: &str| read_file(&folder.path().join(name), 150, 1).unwrap_err().to_string();
        assert!(refusal("a.docx").contains("not known"));
        assert!(refusal("a.csv").contains("cannot be read"));
        write_atomic(&folder.path().join("text.png"), b"text").unwrap();
        assert!(refusal("text.png").contains("save it as PNG"));
    }
}
