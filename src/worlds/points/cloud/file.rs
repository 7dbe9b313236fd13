//! Clouds from files of any known format.

use std::fmt::{Display, Write as _};
use std::path::Path;

use image::{DynamicImage, ImageReader};

use super::table::ReadCloud;
use super::{CloudError, CloudTextError, from_darkness, read_table, read_xyz};
use crate::formats::{FormatKind, FormatRole, FormatSpec, format_for};

/// Why a file is not a cloud. The name of the file is the caller's to add.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum CloudFileError {
    #[error("this kind of file is not known; give a {} file", FormatRole::PointsImport.proposed())]
    UnknownKind,
    #[error("a cloud is written as a table; give a {} file", FormatRole::PointsExport.proposed())]
    NotATable,
    #[error("the file cannot be read ({0}); check its name")]
    Read(#[from] std::io::Error),
    #[error("the image cannot be read ({0}); save it as PNG")]
    Image(#[from] image::ImageError),
    #[error("{0}")]
    Table(String),
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
    let format = format_for(path, FormatRole::PointsImport).ok_or(CloudFileError::UnknownKind)?;
    let text = || {
        let text = format.table_text(std::fs::read_to_string(path)?);
        text.map_err(CloudFileError::Table)
    };
    match format.kind() {
        FormatKind::Table => Ok(read_table(&text()?)?),
        FormatKind::Xyz => Ok(read_xyz(&text()?)?),
        FormatKind::Image => {
            Ok(ReadCloud { cloud: from_darkness(&open_image(path)?, count, seed)?, notes: Vec::new() })
        }
        FormatKind::Array | FormatKind::Scene => Err(CloudFileError::UnknownKind),
    }
}

/// Positions as a table in the format of the name `path`, with the columns x,y or x,y,z, for `dim` 2 or 3.
///
/// # Errors
/// [`CloudFileError::NotATable`].
pub fn encode_table(
    path: &Path,
    dim: usize,
    points: impl IntoIterator<Item = [f32; 3]>,
) -> Result<String, CloudFileError> {
    let format = format_for(path, FormatRole::PointsExport);
    let separator = format.and_then(FormatSpec::separator).ok_or(CloudFileError::NotATable)?;
    let mut text = String::new();
    let mut add = |cells: [&dyn Display; 3]| {
        for (k, cell) in cells[..dim].iter().enumerate() {
            let end = if k + 1 == dim { '\n' } else { separator };
            // A string takes everything.
            let _ = write!(text, "{cell}{end}");
        }
    };
    add([&"x", &"y", &"z"]);
    points.into_iter().for_each(|[x, y, z]| add([&x, &y, &z]));
    Ok(text)
}

fn open_image(path: &Path) -> Result<DynamicImage, CloudFileError> {
    let reader = ImageReader::open(path)?.with_guessed_format()?;
    Ok(reader.decode()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::atomic::write_atomic;

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
