//! Clouds from files of any known format.

use std::fmt::{Display, Write as _};
use std::path::Path;

use super::table::{self, ReadCloud};
use super::{CloudError, CloudTextError, from_darkness, xyz};
use crate::formats::{FormatKind, FormatRole, FormatSpec, StopSignal, format_for};

/// Why a file is not a cloud. The name of the file is the caller's to add.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum CloudFileError {
    #[error("this kind of file is not known; give a {} file", FormatRole::PointsImport.proposed())]
    UnknownKind,
    #[error("a cloud is written as a table; give a {} file", FormatRole::PointsExport.proposed())]
    NotATable,
    #[error("the import was cancelled; nothing was changed")]
    Stopped,
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
pub fn read_file(path: &Path, count: usize, seed: u64, stop: StopSignal) -> Result<ReadCloud, CloudFileError> {
    let read = read_of_kind(path, count, seed, stop);
    // What a reader that broke off reports is not the reason.
    if stop.is_set() { Err(CloudFileError::Stopped) } else { read }
}

fn read_of_kind(path: &Path, count: usize, seed: u64, stop: StopSignal) -> Result<ReadCloud, CloudFileError> {
    let format = format_for(path, FormatRole::PointsImport).ok_or(CloudFileError::UnknownKind)?;
    let text = || format.table_text(read_text(path, stop)?).map_err(CloudFileError::Table);
    match format.kind() {
        FormatKind::Table => Ok(table::cloud_of(&text()?, stop)?),
        FormatKind::Xyz => Ok(xyz::cloud_of(&text()?, stop)?),
        FormatKind::Image => {
            let cloud = from_darkness(&stop.open_image(path)?, count, seed)?;
            Ok(ReadCloud { cloud, notes: Vec::new() })
        }
        FormatKind::Array | FormatKind::Scene => Err(CloudFileError::UnknownKind),
    }
}

/// The text of a file in UTF-8.
///
/// # Errors
/// A file that cannot be read or is not UTF-8, and the signal to stop.
pub fn read_text(path: &Path, stop: StopSignal) -> std::io::Result<String> {
    String::from_utf8(stop.read(path)?).map_err(|_| std::io::Error::other("stream did not contain valid UTF-8"))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::atomic::write_atomic;

    #[test]
    fn files_that_are_no_clouds_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refusal =
            |name: &str| read_file(&folder.path().join(name), 150, 1, StopSignal::NEVER).unwrap_err().to_string();
        assert!(refusal("a.docx").contains("not known"));
        assert!(refusal("a.csv").contains("cannot be read"));
        write_atomic(&folder.path().join("text.png"), b"text").unwrap();
        assert!(refusal("text.png").contains("save it as PNG"));
    }
}
