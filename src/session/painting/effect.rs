//! What the shell must do for painting.

use super::{Stamp, StippleRequest};

/// What the shell must do for painting.
#[derive(Clone, Debug, PartialEq)]
pub enum PaintEffect {
    /// Put a text into the clipboard.
    WriteClipboard(String),
    /// Report [`super::PaintCommand::PasteText`].
    ReadClipboard,
    /// Make a text or an image into particles, off the UI thread, and report [`super::PaintEvent::Stippled`]; only the
    /// newest matters.
    Stipple(StippleRequest),
    /// The user's own stamps: keep them for the next run.
    KeepStamps(Vec<Stamp>),
}
