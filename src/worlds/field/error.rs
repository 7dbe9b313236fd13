//! What can go wrong in the field world, one sentence each.

use crate::gpu::GpuError;
use crate::worlds::weak::WeakError;

/// What can go wrong in the field world.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum FieldError {
    #[error("there is no still to learn from; simulate some or load images first")]
    NoStills,
    #[error("still {index} has {channels} channel; a pattern needs two, for example red and green of a PNG")]
    OneChannel { index: usize, channels: usize },
    #[error("still {index} is {width} × {height} pixels; sides must be {MIN_SIDE} to {MAX_SIDE}; resize the image")]
    Side { index: usize, width: usize, height: usize },
    #[error(
        "still {index} is {width} × {height} pixels with {channels} channels, the first has another shape; use images of one size"
    )]
    Shape { index: usize, width: usize, height: usize, channels: usize },
    #[error("stills {first} and {second} are identical, so they count twice; leave one out")]
    Identical { first: usize, second: usize },
    #[error(
        "still {index} has a NaN or infinite value at channel {channel}, row {row}, column {column}; correct the file"
    )]
    NotFinite { index: usize, channel: usize, row: usize, column: usize },
    #[error(
        "channel {channel} of the stills is constant, so there is no pattern in it; use images with two channels that vary"
    )]
    Constant { channel: usize },
    #[error(
        "the two channels of the stills are the same, as in a grey image; use images with two channels that differ, for example red \
         and green of a PNG"
    )]
    SameChannels,
    #[error(
        "{stills} stills are too few; learning needs at least {needed} with those it holds out, so load or simulate more"
    )]
    TooFew { stills: usize, needed: usize },
    /// Asked for; not a fault.
    #[error("it was cancelled; nothing was changed")]
    Stopped,
    #[error("{path}: {reason}")]
    File { path: String, reason: String },
    #[error("{path}: {reason}; {hint}")]
    Value { path: &'static str, reason: String, hint: &'static str },
    #[error("{path}: the packed text is damaged ({reason}); take an earlier copy of the file")]
    Packed { path: &'static str, reason: String },
    #[error("this scene has no rule yet; learn it first")]
    NoRule,
    #[error("this scene holds {found}; this command needs {wanted}")]
    Kind { found: &'static str, wanted: &'static str },
    #[error(transparent)]
    Gpu(#[from] GpuError),
    #[error(transparent)]
    Weak(#[from] WeakError),
}

/// Shortest side of a field, pixels.
pub const MIN_SIDE: usize = 16;
/// Longest side of a field, pixels.
pub const MAX_SIDE: usize = 2048;
