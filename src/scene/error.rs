//! What can be wrong with a scene file, each in one sentence with a next step.

use std::io;
use std::path::PathBuf;

use super::{MAX_FILE_BYTES, SCHEMA};
use crate::formats::FormatRole;
use crate::worlds::BadValue;
use crate::worlds::field::FieldError;
use crate::worlds::points::PointsDocError;

/// A scene file that cannot be read, and why.
#[derive(Debug, thiserror::Error)]
#[error("{}: {}", path.display(), shortened(&fault.to_string()))]
pub struct SceneError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: Fault,
}

/// A fault may repeat what is in the file, which has any length: its middle is left out, as the hint is at the end.
fn shortened(text: &str) -> String {
    const START: usize = 140;
    const END: usize = 100;
    let length = text.chars().count();
    if length <= START + END + 1 {
        return text.to_owned();
    }
    let start: String = text.chars().take(START).collect();
    let end: String = text.chars().skip(length - END).collect();
    format!("{start}…{end}")
}

/// What is wrong with the text of a scene.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum Fault {
    #[error("cannot be read ({0}); check the name and the permissions")]
    Read(io::Error),
    #[error("this is a folder; give the name of a scene in it")]
    Folder,
    #[error("the file is empty; take an earlier copy of it")]
    Empty,
    #[error(
        "the file has {} MB, more than the {} MB that a scene may have; save it with fewer particles",
        .bytes >> 20,
        MAX_FILE_BYTES >> 20
    )]
    TooLarge { bytes: u64 },
    #[error(
        "this is not an Unstill scene ({0}); give a .ron file that Unstill wrote, or particles or an image ({import}) to import",
        import = FormatRole::SwarmImport.proposed()
    )]
    NotAScene(String),
    #[error("the scene breaks off in line {line}: part of the file is missing; take an earlier copy of it")]
    CutOff { line: usize },
    /// `near`: the text at that place.
    #[error("line {line}, column {column}, at `{near}`: {what}; correct that line or take an earlier copy of the file")]
    Syntax { line: usize, column: usize, near: String, what: String },
    #[error(
        "it was written by a newer Unstill (schema {found}; this one reads up to {SCHEMA}): update Unstill; the file is left as it is"
    )]
    Newer { found: u32 },
    #[error(
        "this picture holds no scene (a program or web page that saved it again drops it): take the original file, or import it as particles"
    )]
    PictureWithoutScene,
    #[error("the picture breaks off before the scene in it; take an earlier copy of it, or fetch it again")]
    PictureCutOff,
    #[error("the scene in the picture is damaged ({0}); take an earlier copy of it, or fetch it again")]
    PictureDamaged(String),
    #[error(transparent)]
    Value(#[from] BadValue),
    #[error(transparent)]
    Points(#[from] PointsDocError),
    #[error(transparent)]
    Field(#[from] FieldError),
    #[error("the scene is of the {found} world; this needs one of the {wanted} world")]
    OtherWorld { found: &'static str, wanted: &'static str },
}

/// A scene that could be written but not read again.
pub(super) fn too_large(bytes: u64, max_bytes: u64) -> io::Error {
    io::Error::other(format!(
        "the scene would have {} MB, more than the {} MB that can be read again; delete checkpoints, or save it with fewer \
         particles",
        bytes.div_ceil(1 << 20),
        max_bytes >> 20
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_fault_keeps_its_start_and_its_hint() {
        let long = format!("schema: line 1: {} is not a whole number; write `schema: 2`", "ü".repeat(1000));
        let text = SceneError { path: "a.ron".into(), fault: Fault::NotAScene(long) }.to_string();
        assert!(text.chars().count() <= 300, "{text}");
        assert!(text.starts_with("a.ron: this is not") && text.ends_with("to import"), "{text}");
        assert_eq!(SceneError { path: "a".into(), fault: Fault::Empty }.to_string(), format!("a: {}", Fault::Empty));
    }
}
