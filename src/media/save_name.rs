//! The ending of a name that the user types: the one that is typed counts, and none means the default.

use std::path::{Path, PathBuf};

/// Why a typed name cannot be the name of a file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaveNameError {
    /// The ending names another kind of file.
    #[error("{name}: this file is saved as {known}; give one of these endings, or none")]
    UnknownEnding {
        /// The name as it was typed.
        name: String,
        /// The endings that are written.
        known: String,
    },
    /// A file has the name with the added ending: the dialog asked about replacing another one.
    #[error("{} exists already: save under this whole name to replace it, or type another", .0.display())]
    Exists(PathBuf),
}

/// `name` without its ending, and that ending, where it is one of `endings` in lower or upper case.
pub fn split_ending<'a, 'b>(name: &'a str, endings: &[&'b str]) -> Option<(&'a str, &'b str)> {
    let (stem, typed) = name.rsplit_once('.')?;
    let known = endings.iter().find(|ending| ending.eq_ignore_ascii_case(typed))?;
    (!stem.is_empty()).then_some((stem, *known))
}

/// Where a file goes whose name was typed: as it is where it ends in one of `endings`, else with the first of them behind it.
/// A dot before anything but letters belongs to the name: `flock v1.2` has no ending.
///
/// # Errors
/// The ending means another kind of file; or a file has the name with the ending that was added.
pub fn save_path(typed: &Path, endings: &[&str]) -> Result<PathBuf, SaveNameError> {
    let name = typed.file_name().unwrap_or_default().to_string_lossy();
    if split_ending(&name, endings).is_some() {
        return Ok(typed.to_owned());
    }
    let ending = typed.extension().unwrap_or_default().to_string_lossy();
    if !ending.is_empty() && ending.len() <= MAX_ENDING && ending.chars().all(char::is_alphabetic) {
        let known = endings.iter().map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(", ");
        let name = name.chars().take(MAX_NAME).collect();
        return Err(SaveNameError::UnknownEnding { name, known });
    }
    let default = endings.first().copied().unwrap_or_default();
    let path = typed.with_file_name(format!("{}.{default}", name.trim_end_matches('.')));
    if path.exists() { Err(SaveNameError::Exists(path)) } else { Ok(path) }
}

/// Letters of the longest ending of a file that is in use.
const MAX_ENDING: usize = 5;
/// Letters of a name in a message.
const MAX_NAME: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_typed_ending_counts_in_either_case() {
        for name in ["x.csv", "x.CSV", "x.png", "run.v2.csv", "x.png.csv"] {
            assert_eq!(save_path(Path::new(name), &["csv", "png"]), Ok(name.into()), "{name}");
        }
        assert_eq!(split_ending("Flock.PNG", &["ron", "png"]), Some(("Flock", "png")));
        assert_eq!(split_ending(".png", &["ron", "png"]), None, "a hidden file has no ending");
    }

    #[test]
    fn a_name_without_an_ending_gets_the_default() {
        for (name, path) in [("x", "x.csv"), ("x.", "x.csv"), ("v1.2", "v1.2.csv"), ("Dr. Who", "Dr. Who.csv")] {
            assert_eq!(save_path(Path::new(name), &["csv", "png"]), Ok(path.into()), "{name}");
        }
    }

    #[test]
    fn another_kind_of_file_is_refused_in_one_sentence() {
        let why = save_path(Path::new("words.docx"), &["csv", "png"]).unwrap_err().to_string();
        assert!(why.contains("words.docx") && why.contains(".csv, .png") && why.chars().count() <= 300, "{why}");
    }

    #[test]
    fn an_existing_file_is_replaced_only_under_its_whole_name() {
        let folder = tempfile::tempdir().unwrap();
        let [whole, bare] = ["run.csv", "run"].map(|name| folder.path().join(name));
        std::fs::write(&whole, "mine").unwrap();
        assert_eq!(save_path(&bare, &["csv"]), Err(SaveNameError::Exists(whole.clone())));
        assert_eq!(save_path(&whole, &["csv"]), Ok(whole));
    }
}
